-- Locating in SQL, by the locator's rule: the lowest code whose closed polygon holds the point.
-- Axis order is lon, lat in EPSG:4326. What is stored with an incident comes from the locator, never from here:
-- PostGIS's predicate can err by one unit in the last place beside a vertex (1 of 10 million points measured).
CREATE FUNCTION gridgov_cell_at(lon double precision, lat double precision, as_of timestamptz DEFAULT now())
RETURNS varchar
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT code
    FROM cell
    WHERE geom && ST_SetSRID(ST_MakePoint(lon, lat), 4326)
      AND ST_Intersects(geom, ST_SetSRID(ST_MakePoint(lon, lat), 4326))
      AND valid @> as_of
    ORDER BY code COLLATE "C"
    LIMIT 1
$$;

COMMENT ON FUNCTION gridgov_cell_at IS 'The code of the cell at lon, lat (EPSG:4326): lowest code on a shared border; null outside';

-- The share of a footprint in every cell, planar in the footprint's CGCS2000 3-degree zone (EPSG 4534 + (meridian - 75) / 3).
CREATE FUNCTION gridgov_shares(footprint geometry, as_of timestamptz DEFAULT now())
RETURNS TABLE (cell_code varchar, share double precision, area_m2 double precision)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    WITH plane AS MATERIALIZED (
        SELECT 4534 + round((ST_X(ST_Centroid(footprint)) - 75) / 3)::integer AS srid
    ), cut AS MATERIALIZED (
        SELECT code, ST_Area(ST_Intersection(ST_Transform(geom, srid), ST_Transform(footprint, srid))) AS area_m2
        FROM cell, plane
        WHERE geom && footprint AND ST_Intersects(geom, footprint) AND valid @> as_of
    )
    SELECT code, cut.area_m2 / ST_Area(ST_Transform(footprint, srid)), cut.area_m2
    FROM cut, plane
    WHERE cut.area_m2 > 0
    ORDER BY code COLLATE "C"
$$;

COMMENT ON FUNCTION gridgov_shares IS 'The share of a polygon (EPSG:4326) per cell; what is missing to 1 lies outside every cell';
