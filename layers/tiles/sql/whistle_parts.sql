-- Each side's part of the footprint of each combined whistle that was open at a moment. EPSG:4326.
-- The shares are those that were stored; only the outlines are computed here, of the place that the case had then. Who
-- led in the past is left out: facts alone tell it.
SELECT w.id AS whistle_id, i.number, e.street_code, coalesce(a.name, e.street_code) AS street,
       row_number() OVER (PARTITION BY w.district_code, w.id ORDER BY e.share DESC, e.street_code) - 1 AS rank,
       e.share, e.measure, CASE WHEN NOT :past THEN e.leads END AS leads,
       ST_Intersection(p.geom, a.geom) AS geom
FROM whistle AS w
JOIN whistle_side AS e ON e.district_code = w.district_code AND e.whistle_id = w.id
JOIN incident AS i ON i.district_code = w.district_code AND i.id = w.incident_id
JOIN incident_state AS s ON s.district_code = w.district_code AND s.incident_id = w.incident_id
LEFT JOIN incident_standing AS t
  ON t.district_code = w.district_code AND t.incident_id = w.incident_id
  AND t.since <= :at AND (t.until > :at OR t.until IS NULL)
JOIN incident_position AS p
  ON p.district_code = w.district_code AND p.incident_id = w.incident_id
  AND p.seq = coalesce(t.position_seq, s.position_seq)
JOIN area_period AS a
  ON a.district_code = e.street_district_code AND a.area_id = e.street_id AND a.valid @> :at
WHERE w.combined AND w.drafted_at <= :at AND (w.closed_at IS NULL OR w.closed_at > :at)
  AND (w.withdrawn_at IS NULL OR w.withdrawn_at > :at)
  AND p.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
ORDER BY w.id DESC, e.share DESC, e.street_code
LIMIT :most
