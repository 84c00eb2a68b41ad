-- The rows that a wall shows of what is due, late and soon apart, emergencies first.
--
-- Order: with the matter that says whether it is an emergency; ranked; and only of what is shown its names and its place.
-- `due`, `living` and `standing` say what stood at the moment asked about (at); `gridgov.store.watching` puts them before this. SRID 4326.
told AS (
    SELECT d.*, i.number, i.list_version, s.matter_code, s.priority, s.cell_code, s.position_seq, m.name AS matter,
           d.deadline_at < :at AS late,
           coalesce(m.whistle_kind = 'emergency', false) OR EXISTS (
               SELECT FROM living AS w
               WHERE w.district_code = d.district_code AND w.incident_id = d.incident_id AND w.kind = 'emergency'
           ) AS emergency
    FROM due AS d
    JOIN incident AS i ON i.district_code = d.district_code AND i.id = d.incident_id
    JOIN standing AS s ON s.district_code = d.district_code AND s.incident_id = d.incident_id
    LEFT JOIN matter AS m ON m.list_version = i.list_version AND m.code = s.matter_code
), ranked AS (
    SELECT t.*, count(*) OVER (PARTITION BY late) AS total, row_number() OVER (
        PARTITION BY late ORDER BY emergency DESC, deadline_at, number, subject, due_kind, organisation_code, street_code
    ) AS place
    FROM told AS t
), shown AS (
    SELECT *, coalesce(street_code, left(cell_code, 9)) AS of_street FROM ranked WHERE place <= :limit
)
SELECT r.subject, r.incident_id, r.whistle_id, r.number, r.matter_code, r.matter, r.priority, r.emergency, r.due_kind,
       r.deadline_at, r.stage, r.organisation_code, o.name AS organisation, r.of_street AS street_code,
       a.name AS street, r.cell_code, ST_X(g.point) AS lon, ST_Y(g.point) AS lat, r.late, r.total
FROM shown AS r
LEFT JOIN organisation AS o ON o.code = r.organisation_code
LEFT JOIN LATERAL (
    SELECT p.name FROM area_period AS p WHERE p.code = r.of_street AND p.valid @> CAST(:at AS timestamptz) LIMIT 1
) AS a ON true
LEFT JOIN LATERAL (
    SELECT ST_PointOnSurface(p.geom) AS point FROM incident_position AS p
    WHERE p.district_code = r.district_code AND p.incident_id = r.incident_id AND p.seq = r.position_seq
) AS g ON true
ORDER BY r.late, r.place
