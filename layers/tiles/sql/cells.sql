-- Cells as of a moment, with counts that were found before: arrays by code. EPSG:4326.
-- Households as of that day in Shanghai (`on`); before they were counted for the first time, as counted first.
WITH homes AS (
    SELECT DISTINCT ON (m.district_code, m.cell_id) m.district_code, m.cell_id, m.value
    FROM cell_measure AS m WHERE m.measure = 'households'
    ORDER BY m.district_code, m.cell_id, m.observed_on > CAST(:on AS date), abs(m.observed_on - CAST(:on AS date))
), counted AS (
    SELECT code, reports, rank FROM unnest(
        CAST(:codes AS text[]), CAST(:reports AS integer[]), CAST(:ranks AS integer[])
    ) AS given (code, reports, rank)
)
SELECT c.id, c.district_code, c.code, c.name, c.kind, s.code AS street_code, s.name AS street,
       m.code AS community_code, m.name AS community, c.area_m2, CAST(h.value AS integer) AS households,
       coalesce(n.reports, 0) AS reports, n.rank,
       CASE WHEN h.value >= :fewest THEN 1000 * coalesce(n.reports, 0) / h.value END AS per_1000_households, c.geom
FROM cell AS c
LEFT JOIN area_period AS s ON s.district_code = c.district_code AND s.area_id = c.street_id AND s.valid @> :at
LEFT JOIN area_period AS m ON m.district_code = c.district_code AND m.area_id = c.community_id AND m.valid @> :at
LEFT JOIN homes AS h ON h.district_code = c.district_code AND h.cell_id = c.id
LEFT JOIN counted AS n ON n.code = c.code
WHERE c.valid @> :at AND c.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
