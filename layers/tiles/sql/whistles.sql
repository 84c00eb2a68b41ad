-- Whistles with the footprint of their case: what `found` finds. EPSG:4326.
WITH living AS (
{found})
SELECT w.id, w.incident_id, i.number, m.name AS matter, w.kind, k.name_zh AS kind_zh, k.name_en AS kind_en, w.stage,
       w.combined, w.crosses_district, CAST(extract(epoch FROM w.due_at) AS bigint) AS due_at,
       CAST(extract(epoch FROM w.drafted_at) AS bigint) AS drafted_at, p.geom
FROM living AS w
JOIN whistle_kind AS k ON k.code = w.kind
JOIN incident AS i ON i.district_code = w.district_code AND i.id = w.incident_id
JOIN incident_position AS p
  ON p.district_code = w.district_code AND p.incident_id = w.incident_id AND p.seq = w.position_seq
JOIN matter AS m ON m.list_version = i.list_version AND m.code = i.matter_code
WHERE p.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
ORDER BY w.id DESC
LIMIT :most
