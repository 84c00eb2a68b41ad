-- A layer's features, encoded as one source-layer of a vector tile. The rows are found first and by themselves, so that
-- the same words run where tables are spread over machines; encoding needs all of them in one place.
-- Ids of vector tiles are whole numbers: 53 bits of a hash, which a browser holds exactly.
WITH q AS MATERIALIZED ({rows}),
drawn AS (
    SELECT {columns}, hashtextextended(CAST({key} AS text), 0) & 9007199254740991 AS feature_id,
           ST_AsMVTGeom(ST_Transform(q.geom, 3857), ST_TileEnvelope(:z, :x, :y), {extent}, {margin}, true) AS shape
    FROM q
)
SELECT ST_AsMVT(drawn, '{name}', {extent}, 'shape', 'feature_id'), count(*) FROM drawn WHERE shape IS NOT NULL
