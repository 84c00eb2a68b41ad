-- Features of one layer of the base map. EPSG:4326. What is smaller than a pixel of a screen is left out.
SELECT f.source_key AS id, f.name, coalesce(f.attributes ->> 'class', f.attributes ->> 'kind') AS kind,
       CAST(CAST(f.attributes ->> 'floors' AS double precision) AS integer) AS floors,
       CAST(CAST(f.attributes ->> 'households' AS double precision) AS integer) AS households, f.geom
FROM base_feature AS f
WHERE f.layer = :feature_layer AND f.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
  AND greatest(ST_XMax(f.geom) - ST_XMin(f.geom), ST_YMax(f.geom) - ST_YMin(f.geom)) > :pixel
  AND (:z >= 13 OR coalesce(f.attributes ->> 'class', '') <> 'lane')
