-- Each side's part of the footprint of each combined whistle: of what `found` finds. EPSG:4326.
-- The shares are those that were stored; only the outlines are computed here, of the place that the case had then. Who
-- led in the past is left out: facts alone tell it.
WITH living AS (
{found})
SELECT w.id AS whistle_id, i.number, e.street_code, coalesce(a.name, e.street_code) AS street,
       row_number() OVER (PARTITION BY w.district_code, w.id ORDER BY e.share DESC, e.street_code) - 1 AS rank,
       e.share, e.measure, CASE WHEN NOT :past THEN e.leads END AS leads,
       ST_Intersection(p.geom, a.geom) AS geom
FROM living AS w
JOIN whistle_side AS e ON e.district_code = w.district_code AND e.whistle_id = w.id
JOIN incident AS i ON i.district_code = w.district_code AND i.id = w.incident_id
JOIN incident_position AS p
  ON p.district_code = w.district_code AND p.incident_id = w.incident_id AND p.seq = w.position_seq
JOIN area_period AS a
  ON a.district_code = e.street_district_code AND a.area_id = e.street_id AND a.valid @> :at
WHERE w.combined AND p.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
ORDER BY w.id DESC, e.share DESC, e.street_code
LIMIT :most
