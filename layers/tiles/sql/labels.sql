-- Where the names of a layer's areas stand: one point inside each, in the one tile that it falls into.
WITH q AS MATERIALIZED ({rows}),
points AS MATERIALIZED (SELECT {columns}, ST_PointOnSurface(q.geom) AS point FROM q WHERE q.name IS NOT NULL),
drawn AS (
    SELECT {columns}, hashtextextended(CAST({key} AS text), 0) & 9007199254740991 AS feature_id,
           ST_AsMVTGeom(ST_Transform(q.point, 3857), ST_TileEnvelope(:z, :x, :y), {extent}, 0, true) AS shape
    FROM points AS q
)
SELECT ST_AsMVT(drawn, '{name}_label', {extent}, 'shape', 'feature_id'), count(*) FROM drawn WHERE shape IS NOT NULL
