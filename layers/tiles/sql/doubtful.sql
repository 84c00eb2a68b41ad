-- Doubtful incidents of a period as circles of their accuracy, true in metres. EPSG:4326.
-- The box is widened by the largest accuracy that is taken in, 20 km: a circle may reach in from outside.
SELECT s.incident_id AS id, i.number, p.accuracy_m, s.cell_code,
       CAST(ST_Buffer(CAST(s.geom AS geography), p.accuracy_m, 8) AS geometry) AS geom
FROM incident_state AS s
JOIN incident AS i ON i.district_code = s.district_code AND i.id = s.incident_id
JOIN incident_position AS p
  ON p.district_code = s.district_code AND p.incident_id = s.incident_id AND p.seq = s.position_seq
WHERE s.geom && ST_Expand(ST_MakeEnvelope(:west, :south, :east, :north, 4326), 0.3)
  AND s.placement = 'doubtful' AND p.accuracy_m > 0
  AND s.reported_at >= :since AND s.reported_at <= :until
  AND (CAST(:stage AS text) IS NULL OR s.stage = CAST(:stage AS text))
ORDER BY s.reported_at DESC, s.incident_id
LIMIT :most
