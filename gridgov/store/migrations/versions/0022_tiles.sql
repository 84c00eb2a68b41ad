-- Maps of long periods: the hexagons of a tile are known by name before anything is read, and an index of names finds
-- those alone; by their middles, each of their days had to be looked at. And how incidents were placed, which a legend
-- counts, so that no legend reads a raw year.

CREATE INDEX rollup_hexagon_hexagon_idx ON rollup_hexagon (hexagon, span, starts_on);

CREATE TABLE rollup_placement (
    district_code varchar(6) NOT NULL,
    span varchar(5) NOT NULL,
    starts_on date NOT NULL,
    placement varchar(12) NOT NULL,
    incidents integer NOT NULL,
    CONSTRAINT rollup_placement_pkey PRIMARY KEY (district_code, span, starts_on, placement)
);
COMMENT ON COLUMN rollup_placement.span IS 'day, month';

ALTER TABLE rollup_placement ENABLE ROW LEVEL SECURITY;
CREATE POLICY app_select ON rollup_placement FOR SELECT TO gridgov_app
    USING (district_code = ANY ((SELECT gridgov_private.districts('case.read'))::text[]));
CREATE POLICY jobs_all ON rollup_placement TO gridgov_jobs USING (true) WITH CHECK (true);
GRANT SELECT ON rollup_placement TO gridgov_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON rollup_placement TO gridgov_jobs;

-- A district that nobody has looked through is counted from its first day on: so the worker fills the new table.
DELETE FROM rollup_progress;
