-- Areas of a level as of a moment. Longitude before latitude, EPSG:4326.
SELECT p.area_id AS id, p.district_code, p.code, p.name, d.name AS district, p.geom
FROM area_period AS p
JOIN area AS a ON a.district_code = p.district_code AND a.id = p.area_id
LEFT JOIN area_period AS d ON d.district_code = p.district_code AND d.code = p.district_code AND d.valid @> :at
WHERE a.level = :level AND p.valid @> :at
  AND p.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
