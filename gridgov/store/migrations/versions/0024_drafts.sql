-- Drafts of a grid: proposed cells with every fault, the steps of a proposal, and the share of households in lineage.
--
-- Order: the tables, the permission, the rules of the rows. SRID 4326.

CREATE TABLE draft (
    district_code varchar(6) NOT NULL,
    id uuid NOT NULL,
    title text NOT NULL,
    author varchar(80) NOT NULL,
    author_id uuid NOT NULL,
    state varchar(12) NOT NULL,
    revision integer NOT NULL,
    content integer NOT NULL,
    within varchar(10) NOT NULL,
    base_version integer NOT NULL,
    faults jsonb DEFAULT '[]' NOT NULL,
    source text NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    approved_by varchar(80),
    publish_at timestamptz,
    published_version integer,
    due_at timestamptz,
    CONSTRAINT draft_pkey PRIMARY KEY (district_code, id)
);
COMMENT ON COLUMN draft.author_id IS 'the account: nobody approves their own draft';
COMMENT ON COLUMN draft.state IS 'draft, proposed, approved, published, withdrawn';
COMMENT ON COLUMN draft.revision IS 'grows with every step: the ETag';
COMMENT ON COLUMN draft.content IS 'the revision that brought the cells as they are';
COMMENT ON COLUMN draft.within IS 'what a cell must not cross: community, street';
COMMENT ON COLUMN draft.base_version IS 'the version of the grid that it was drawn on';
COMMENT ON COLUMN draft.faults IS 'what keeps it from being a partition';
COMMENT ON COLUMN draft.publish_at IS 'the moment that was approved; null: at once';
COMMENT ON COLUMN draft.due_at IS 'when screens must be told that it is in force now';
CREATE INDEX draft_id_idx ON draft (id);
CREATE INDEX draft_due_at_idx ON draft (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE draft_cell (
    district_code varchar(6) NOT NULL,
    draft_id uuid NOT NULL,
    revision integer NOT NULL,
    number integer NOT NULL,
    continues varchar(15),
    name text,
    kind text NOT NULL,
    street_code varchar(9),
    community_code varchar(12),
    households double precision,
    geom geometry(GEOMETRY, 4326),
    CONSTRAINT draft_cell_pkey PRIMARY KEY (district_code, draft_id, revision, number),
    CONSTRAINT draft_cell_district_code_draft_id_fkey FOREIGN KEY (district_code, draft_id)
        REFERENCES draft (district_code, id)
);
COMMENT ON COLUMN draft_cell.number IS 'the row, from 0';
COMMENT ON COLUMN draft_cell.continues IS 'the code of the cell that it continues';

CREATE TABLE draft_event (
    district_code varchar(6) NOT NULL,
    draft_id uuid NOT NULL,
    revision integer NOT NULL,
    at timestamptz NOT NULL,
    author varchar(80) NOT NULL,
    act varchar(12) NOT NULL,
    data jsonb NOT NULL,
    CONSTRAINT draft_event_pkey PRIMARY KEY (district_code, draft_id, revision),
    CONSTRAINT draft_event_district_code_draft_id_fkey FOREIGN KEY (district_code, draft_id)
        REFERENCES draft (district_code, id)
);

ALTER TABLE cell_lineage ADD COLUMN household_share double precision;
COMMENT ON COLUMN cell_lineage.household_share IS 'of the old cell''s households; null: not known';

-- Whoever supervises cases for the whole district approves its grid; what a district has taken from a role stays taken.
INSERT INTO role_permission (role, permission)
SELECT role, 'grid.approve' FROM role_permission WHERE permission = 'case.supervise' AND role = 'command_centre'
ON CONFLICT DO NOTHING;

-- Drafts are seen by whoever plans the district or approves its plans. Cells and steps are added, never changed.
ALTER TABLE draft ENABLE ROW LEVEL SECURITY;
CREATE POLICY app_select ON draft FOR SELECT TO gridgov_app USING (
    district_code = ANY ((SELECT gridgov_private.districts('grid.plan'))::text[])
    OR district_code = ANY ((SELECT gridgov_private.districts('grid.approve'))::text[])
);
CREATE POLICY app_insert ON draft FOR INSERT TO gridgov_app WITH CHECK (
    district_code = ANY ((SELECT gridgov_private.districts('grid.plan'))::text[])
    AND author_id = (SELECT gridgov_private.account())
);
CREATE POLICY app_update ON draft FOR UPDATE TO gridgov_app USING (
    district_code = ANY ((SELECT gridgov_private.districts('grid.plan'))::text[])
    OR district_code = ANY ((SELECT gridgov_private.districts('grid.approve'))::text[])
) WITH CHECK (
    district_code = ANY ((SELECT gridgov_private.districts('grid.plan'))::text[])
    OR district_code = ANY ((SELECT gridgov_private.districts('grid.approve'))::text[])
);
CREATE POLICY jobs_all ON draft TO gridgov_jobs USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON draft TO gridgov_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON draft TO gridgov_jobs;

ALTER TABLE draft_cell ENABLE ROW LEVEL SECURITY;
CREATE POLICY app_select ON draft_cell FOR SELECT TO gridgov_app USING (
    district_code = ANY ((SELECT gridgov_private.districts('grid.plan'))::text[])
    OR district_code = ANY ((SELECT gridgov_private.districts('grid.approve'))::text[])
);
CREATE POLICY app_insert ON draft_cell FOR INSERT TO gridgov_app WITH CHECK (
    district_code = ANY ((SELECT gridgov_private.districts('grid.plan'))::text[])
);
CREATE POLICY jobs_all ON draft_cell TO gridgov_jobs USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON draft_cell TO gridgov_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON draft_cell TO gridgov_jobs;

ALTER TABLE draft_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY app_select ON draft_event FOR SELECT TO gridgov_app USING (
    district_code = ANY ((SELECT gridgov_private.districts('grid.plan'))::text[])
    OR district_code = ANY ((SELECT gridgov_private.districts('grid.approve'))::text[])
);
CREATE POLICY app_insert ON draft_event FOR INSERT TO gridgov_app WITH CHECK (
    district_code = ANY ((SELECT gridgov_private.districts('grid.plan'))::text[])
    OR district_code = ANY ((SELECT gridgov_private.districts('grid.approve'))::text[])
);
CREATE POLICY jobs_all ON draft_event TO gridgov_jobs USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON draft_event TO gridgov_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON draft_event TO gridgov_jobs;
