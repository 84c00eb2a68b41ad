-- Whistles that were open at a moment, in the stage that they were in, with the footprint that their case had. EPSG:4326.
-- What was due next in the past is left out: facts alone tell it.
SELECT w.id, w.incident_id, i.number, m.name AS matter, w.kind, k.name_zh AS kind_zh, k.name_en AS kind_en,
       CASE WHEN w.blown_at IS NULL OR w.blown_at > :at THEN 'drafted'
            WHEN EXISTS (SELECT FROM whistle_side AS e WHERE e.district_code = w.district_code AND e.whistle_id = w.id
                         AND e.closed_at <= :at) THEN 'closing'
            ELSE 'blown' END AS stage,
       w.combined, w.crosses_district, CASE WHEN NOT :past THEN CAST(extract(epoch FROM w.due_at) AS bigint) END AS due_at,
       CAST(extract(epoch FROM w.drafted_at) AS bigint) AS drafted_at, p.geom
FROM whistle AS w
JOIN whistle_kind AS k ON k.code = w.kind
JOIN incident AS i ON i.district_code = w.district_code AND i.id = w.incident_id
JOIN incident_state AS s ON s.district_code = w.district_code AND s.incident_id = w.incident_id
LEFT JOIN incident_standing AS t
  ON t.district_code = w.district_code AND t.incident_id = w.incident_id
  AND t.since <= :at AND (t.until > :at OR t.until IS NULL)
JOIN incident_position AS p
  ON p.district_code = w.district_code AND p.incident_id = w.incident_id
  AND p.seq = coalesce(t.position_seq, s.position_seq)
JOIN matter AS m ON m.list_version = i.list_version AND m.code = i.matter_code
WHERE w.drafted_at <= :at AND (w.closed_at IS NULL OR w.closed_at > :at)
  AND (w.withdrawn_at IS NULL OR w.withdrawn_at > :at)
  AND p.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
ORDER BY w.id DESC
LIMIT :most
