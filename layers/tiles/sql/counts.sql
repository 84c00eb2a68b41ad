-- What was counted before, as arrays: places as WKT, and what is said of each as JSON. EPSG:4326.
SELECT n.h3, CAST(n.said AS jsonb) AS said, ST_SetSRID(ST_GeomFromText(n.shape), 4326) AS geom
FROM unnest(CAST(:hexagons AS text[]), CAST(:said AS text[]), CAST(:shapes AS text[])) AS n (h3, said, shape)
