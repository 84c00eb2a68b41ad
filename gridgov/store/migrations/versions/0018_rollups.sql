-- How many incidents were reported on which day in which place, and where their cases stand, so that a map of a city
-- need not read a year of them. Kept by background work from what changed; never in the transaction of an act, which
-- would make all acts of a place wait for each other. SRID 4326.

-- A hexagon of H3 (resolution 7 or 9), a day of Shanghai's or a calendar month. `deadlines` are those of its open cases,
-- ascending: how many are overdue is a search in it, at any moment.
CREATE TABLE rollup_hexagon (
    district_code varchar(6) NOT NULL,
    resolution smallint NOT NULL,
    span varchar(5) NOT NULL,
    starts_on date NOT NULL,
    hexagon bigint NOT NULL,
    stage varchar(20) NOT NULL,
    incidents integer NOT NULL,
    deadlines timestamptz[] NOT NULL,
    geom geometry(POINT, 4326) NOT NULL,
    CONSTRAINT rollup_hexagon_pkey PRIMARY KEY (district_code, resolution, span, starts_on, hexagon, stage)
);
COMMENT ON COLUMN rollup_hexagon.span IS 'day, month';
COMMENT ON COLUMN rollup_hexagon.hexagon IS 'an index of H3, which says its resolution itself';
COMMENT ON COLUMN rollup_hexagon.geom IS 'its middle';
CREATE INDEX rollup_hexagon_geom_idx ON rollup_hexagon USING gist (geom);

CREATE TABLE rollup_cell (
    district_code varchar(6) NOT NULL,
    span varchar(5) NOT NULL,
    starts_on date NOT NULL,
    cell_code varchar(15) NOT NULL,
    incidents integer NOT NULL,
    CONSTRAINT rollup_cell_pkey PRIMARY KEY (district_code, span, starts_on, cell_code)
);
COMMENT ON COLUMN rollup_cell.span IS 'day, month';

-- Days that must be counted anew.
CREATE TABLE rollup_due (
    district_code varchar(6) NOT NULL,
    day date NOT NULL,
    CONSTRAINT rollup_due_pkey PRIMARY KEY (district_code, day)
);

-- Up to where the facts of a district were looked through: the snapshot of the last look, and of which database.
CREATE TABLE rollup_progress (
    district_code varchar(6) NOT NULL,
    epoch varchar(40) NOT NULL,
    seen text NOT NULL,
    CONSTRAINT rollup_progress_pkey PRIMARY KEY (district_code)
);

-- A count is for whoever sees all that it counts: the district's own people.
ALTER TABLE rollup_hexagon ENABLE ROW LEVEL SECURITY;
ALTER TABLE rollup_cell ENABLE ROW LEVEL SECURITY;
ALTER TABLE rollup_due ENABLE ROW LEVEL SECURITY;
ALTER TABLE rollup_progress ENABLE ROW LEVEL SECURITY;
CREATE POLICY app_select ON rollup_hexagon FOR SELECT TO gridgov_app
    USING (district_code = ANY ((SELECT gridgov_private.districts('case.read'))::text[]));
CREATE POLICY app_select ON rollup_cell FOR SELECT TO gridgov_app
    USING (district_code = ANY ((SELECT gridgov_private.districts('case.read'))::text[]));
CREATE POLICY app_select ON rollup_due FOR SELECT TO gridgov_app
    USING (district_code = ANY ((SELECT gridgov_private.districts('case.read'))::text[]));
CREATE POLICY jobs_all ON rollup_hexagon TO gridgov_jobs USING (true) WITH CHECK (true);
CREATE POLICY jobs_all ON rollup_cell TO gridgov_jobs USING (true) WITH CHECK (true);
CREATE POLICY jobs_all ON rollup_due TO gridgov_jobs USING (true) WITH CHECK (true);
CREATE POLICY jobs_all ON rollup_progress TO gridgov_jobs USING (true) WITH CHECK (true);
GRANT SELECT ON rollup_hexagon, rollup_cell, rollup_due TO gridgov_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON rollup_hexagon, rollup_cell, rollup_due, rollup_progress TO gridgov_jobs;
