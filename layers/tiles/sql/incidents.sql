-- Single incidents of a period, newest first; an extent stands for by a point inside it. EPSG:4326.
SELECT s.incident_id AS id, i.number, s.stage, s.placement, m.name AS matter, s.priority, s.cell_code,
       s.stage NOT IN ('closed', 'rejected', 'merged') AND coalesce(s.deadline_at, s.due_at) < :now AS overdue,
       coalesce(m.whistle_kind = 'emergency', false) AS emergency,
       CAST(extract(epoch FROM s.reported_at) AS bigint) AS reported_at, s.geom
FROM incident_state AS s
JOIN incident AS i ON i.district_code = s.district_code AND i.id = s.incident_id
JOIN matter AS m ON m.list_version = i.list_version AND m.code = i.matter_code
WHERE s.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
  AND s.reported_at >= :since AND s.reported_at <= :until
  AND (CAST(:stage AS text) IS NULL OR s.stage = CAST(:stage AS text))
ORDER BY s.reported_at DESC, s.incident_id
LIMIT :most
