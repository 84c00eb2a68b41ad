-- Doubtful incidents as circles of their accuracy, true in metres: of what `found` finds, those that meet the tile, the
-- newest first. EPSG:4326.
-- A circle reaches 0.3 degrees at most, the largest accuracy that is taken in being 20 km: further away no position is
-- looked at. A degree of latitude has at least 110,574 m (WGS 84); the box of a circle is taken a little too large.
WITH found AS (
{found}), near AS MATERIALIZED (
    SELECT s.district_code, s.incident_id, s.cell_code, s.reported_at, s.geom, p.accuracy_m
    FROM found AS s
    JOIN incident_position AS p
      ON p.district_code = s.district_code AND p.incident_id = s.incident_id AND p.seq = s.position_seq
    WHERE ST_X(s.geom) BETWEEN :west - 0.3 AND :east + 0.3 AND ST_Y(s.geom) BETWEEN :south - 0.3 AND :north + 0.3
      AND p.accuracy_m > 0
      AND ST_Expand(s.geom, p.accuracy_m / (110000 * cos(radians(ST_Y(s.geom)))), p.accuracy_m / 110000)
          && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
    ORDER BY s.reported_at DESC, s.incident_id
    LIMIT :most
)
SELECT s.incident_id AS id, i.number, s.accuracy_m, s.cell_code,
       nullif(CAST(:at_least AS boolean) OR (SELECT count(*) FROM near) >= :most, false) AS at_least,
       CAST(ST_Buffer(CAST(s.geom AS geography), s.accuracy_m, 8) AS geometry) AS geom
FROM near AS s
JOIN incident AS i ON i.district_code = s.district_code AND i.id = s.incident_id
ORDER BY s.reported_at DESC, s.incident_id
