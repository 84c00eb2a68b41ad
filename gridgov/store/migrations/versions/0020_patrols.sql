-- Checklists of a district in their versions, the patrols that were walked with them, and when phones were heard.
--
-- Order: the tables, the permission, the rules of the rows, what shifts remember of phones without signal.

CREATE TABLE checklist (
    district_code varchar(6) NOT NULL,
    code varchar(40) NOT NULL,
    version integer NOT NULL,
    valid tstzrange NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    every varchar(10) NOT NULL,
    roles varchar(40)[] NOT NULL,
    items jsonb NOT NULL,
    source text NOT NULL,
    author text NOT NULL,
    retired boolean DEFAULT false NOT NULL,
    CONSTRAINT checklist_pkey PRIMARY KEY (district_code, code, version)
);
COMMENT ON COLUMN checklist.every IS 'daily, weekly, monthly';
COMMENT ON COLUMN checklist.roles IS 'the roles of duties that walk it; none: all';
COMMENT ON COLUMN checklist.items IS 'what is looked at, in order: code, zh, en, matter';
CREATE UNIQUE INDEX checklist_in_force_idx ON checklist (district_code, code) WHERE upper_inf(valid);

CREATE TABLE patrol (
    district_code varchar(6) NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    person_id uuid NOT NULL,
    cell_id uuid NOT NULL,
    cell_code varchar(15) NOT NULL,
    checklist_code varchar(40) NOT NULL,
    checklist_version integer NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    device_started_at timestamptz NOT NULL,
    device_ended_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    answers jsonb NOT NULL,
    found integer NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT patrol_pkey PRIMARY KEY (district_code, id),
    CONSTRAINT patrol_district_code_person_id_fkey FOREIGN KEY (district_code, person_id)
        REFERENCES person (district_code, id),
    CONSTRAINT patrol_district_code_cell_id_fkey FOREIGN KEY (district_code, cell_id)
        REFERENCES cell (district_code, id),
    CONSTRAINT patrol_district_code_checklist_code_checklist_version_fkey
        FOREIGN KEY (district_code, checklist_code, checklist_version)
        REFERENCES checklist (district_code, code, version)
);
COMMENT ON COLUMN patrol.device_started_at IS 'as the phone said; started_at and ended_at are what that is worth';
COMMENT ON COLUMN patrol.answers IS 'an answer for each item: item, answer, note, incident_id';
COMMENT ON COLUMN patrol.found IS 'how many items had something to report';
COMMENT ON COLUMN patrol.digest IS 'SHA-256 of what was sent: one id, one patrol';
CREATE INDEX patrol_id_idx ON patrol (id);
CREATE INDEX patrol_cell_idx ON patrol (district_code, cell_code, checklist_code, ended_at);
CREATE INDEX patrol_district_code_person_id_idx ON patrol (district_code, person_id);

-- Whoever reports in the field walks patrols; what a district has taken from a role stays taken.
INSERT INTO role_permission (role, permission)
SELECT role, 'patrol.file' FROM role_permission
WHERE permission = 'case.report' AND role IN ('grid_worker', 'community_officer', 'lane_chief')
ON CONFLICT DO NOTHING;

ALTER TABLE checklist ENABLE ROW LEVEL SECURITY;
CREATE POLICY app_select ON checklist FOR SELECT TO gridgov_app USING ((SELECT gridgov_private.entered()));
CREATE POLICY app_insert ON checklist FOR INSERT TO gridgov_app WITH CHECK (
    district_code = ANY ((SELECT gridgov_private.districts('rules.manage'))::text[])
);
CREATE POLICY app_update ON checklist FOR UPDATE TO gridgov_app USING (
    district_code = ANY ((SELECT gridgov_private.districts('rules.manage'))::text[])
) WITH CHECK (
    district_code = ANY ((SELECT gridgov_private.districts('rules.manage'))::text[])
);
CREATE POLICY jobs_all ON checklist TO gridgov_jobs USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON checklist TO gridgov_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON checklist TO gridgov_jobs;

-- A patrol tells where somebody went: to themselves, and to offices over the cell.
ALTER TABLE patrol ENABLE ROW LEVEL SECURITY;
CREATE POLICY app_select ON patrol FOR SELECT TO gridgov_app USING (
    account_id = (SELECT gridgov_private.account())
    OR EXISTS (
        SELECT FROM unnest((SELECT gridgov_private.offices('case.read'))::text[]) AS a (code)
        WHERE starts_with(cell_code, a.code)
    )
);
CREATE POLICY app_insert ON patrol FOR INSERT TO gridgov_app WITH CHECK (
    account_id = (SELECT gridgov_private.account())
    AND person_id = (SELECT gridgov_private.person())
    AND (SELECT gridgov_private.may('patrol.file'))
);
CREATE POLICY jobs_all ON patrol TO gridgov_jobs USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON patrol TO gridgov_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON patrol TO gridgov_jobs;

-- When the server heard of a shift's beginning and end, where a phone told it later than it happened.
ALTER TABLE shift ADD COLUMN start_received_at timestamptz;
ALTER TABLE shift ADD COLUMN end_received_at timestamptz;
ALTER TABLE shift ADD COLUMN device_started_at timestamptz;
ALTER TABLE shift ADD COLUMN device_ended_at timestamptz;
COMMENT ON COLUMN shift.end_received_at IS 'null: it has not ended, or ended by itself';
COMMENT ON COLUMN shift.device_started_at IS 'as the phone said; null where it said nothing';
