-- Single incidents of a period, newest first; a point inside it stands for an extent. EPSG:4326.
-- Of whole districts, or of all that somebody sees (`whole` null) where the box is small; and those that were found one
-- by one. Reported in the period means an id of about then, by which months are left out; ids that tell another time
-- have an index of their own.
WITH held AS MATERIALIZED (
    SELECT o.district_code, o.id
    FROM unnest(CAST(:own_districts AS text[]), CAST(:own_ids AS uuid[])) AS o (district_code, id)
), found AS (
    SELECT s.district_code, s.incident_id, s.stage, s.placement, s.priority, s.cell_code, s.deadline_at, s.due_at,
           s.reported_at, s.geom
    FROM incident_state AS s
    WHERE (CAST(:whole AS text[]) IS NULL OR s.district_code = ANY (CAST(:whole AS text[])))
      AND s.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
      AND s.incident_id >= :first AND s.incident_id <= :last
      AND s.reported_at >= :since AND s.reported_at <= :until
      AND (CAST(:stage AS text) IS NULL OR s.stage = CAST(:stage AS text))
    UNION ALL
    SELECT s.district_code, s.incident_id, s.stage, s.placement, s.priority, s.cell_code, s.deadline_at, s.due_at,
           s.reported_at, s.geom
    FROM incident_state AS s
    WHERE (CAST(:whole AS text[]) IS NULL OR s.district_code = ANY (CAST(:whole AS text[])))
      AND gridgov_is_odd(s.incident_id, s.reported_at) AND (s.incident_id < :first OR s.incident_id > :last)
      AND s.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
      AND s.reported_at >= :since AND s.reported_at <= :until
      AND (CAST(:stage AS text) IS NULL OR s.stage = CAST(:stage AS text))
    UNION ALL
    SELECT s.district_code, s.incident_id, s.stage, s.placement, s.priority, s.cell_code, s.deadline_at, s.due_at,
           s.reported_at, s.geom
    FROM held AS h
    JOIN incident_state AS s ON s.district_code = h.district_code AND s.incident_id = h.id
    WHERE s.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
)
SELECT s.incident_id AS id, i.number, s.stage, s.placement, m.name AS matter, s.priority, s.cell_code,
       s.stage NOT IN ('closed', 'rejected', 'merged')
           AND coalesce(coalesce(s.deadline_at, s.due_at) < :now, false) AS overdue,
       coalesce(m.whistle_kind = 'emergency', false) AS emergency,
       CAST(extract(epoch FROM s.reported_at) AS bigint) AS reported_at, s.geom
FROM found AS s
JOIN incident AS i ON i.district_code = s.district_code AND i.id = s.incident_id
JOIN matter AS m ON m.list_version = i.list_version AND m.code = i.matter_code
ORDER BY s.reported_at DESC, s.incident_id
LIMIT :most
