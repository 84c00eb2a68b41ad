-- Doubtful incidents as circles of their accuracy, true in metres: what `found` finds. EPSG:4326.
WITH found AS (
{found})
SELECT s.incident_id AS id, i.number, p.accuracy_m, s.cell_code,
       CAST(ST_Buffer(CAST(s.geom AS geography), p.accuracy_m, 8) AS geometry) AS geom
FROM found AS s
JOIN incident AS i ON i.district_code = s.district_code AND i.id = s.incident_id
JOIN incident_position AS p
  ON p.district_code = s.district_code AND p.incident_id = s.incident_id AND p.seq = s.position_seq
WHERE p.accuracy_m > 0
ORDER BY s.reported_at DESC, s.incident_id
LIMIT :most
