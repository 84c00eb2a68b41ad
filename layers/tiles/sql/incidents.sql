-- Single incidents, newest first, with what a card says of them: what `found` finds. EPSG:4326.
-- Cut before anything is looked up for them: every incident has its report and its matter, under the same rule of the
-- rows, so that no card is lost by it. Where others may have been cut off, each says so (`at_least`).
WITH found AS (
{found}), newest AS MATERIALIZED (
    SELECT * FROM found ORDER BY reported_at DESC, incident_id LIMIT :most
)
SELECT s.incident_id AS id, i.number, s.stage, s.placement, m.name AS matter, s.priority, s.cell_code, s.overdue,
       coalesce(m.whistle_kind = 'emergency', false) AS emergency,
       CAST(extract(epoch FROM s.reported_at) AS bigint) AS reported_at,
       nullif((SELECT count(*) FROM newest) >= :most, false) AS at_least, s.geom
FROM newest AS s
JOIN incident AS i ON i.district_code = s.district_code AND i.id = s.incident_id
JOIN matter AS m ON m.list_version = i.list_version AND m.code = i.matter_code
ORDER BY s.reported_at DESC, s.incident_id
