-- Proposals: suspected problems with their numbers, each decided once by a person. SRID 4326.
--
-- Order: the channel, the table, the permissions, the rules of the rows.

INSERT INTO channel (code, name_zh, name_en) VALUES ('proactive', '未诉先办', 'Proactive') ON CONFLICT DO NOTHING;

CREATE TABLE proposal (
    district_code varchar(6) NOT NULL,
    id uuid NOT NULL,
    kind varchar(20) NOT NULL,
    area_code varchar(15) NOT NULL,
    place varchar(20) NOT NULL,
    matter_code varchar(40) NOT NULL,
    period tstzrange NOT NULL,
    geom geometry(POINT, 4326) NOT NULL,
    reason text NOT NULL,
    reason_en text NOT NULL,
    numbers jsonb NOT NULL,
    proposed_at timestamptz NOT NULL,
    author varchar(80) NOT NULL,
    state varchar(12) DEFAULT 'proposed' NOT NULL,
    decided_at timestamptz,
    decided_by varchar(80),
    note text,
    incident_id uuid,
    incident_number varchar(24),
    CONSTRAINT proposal_pkey PRIMARY KEY (district_code, id),
    CONSTRAINT proposal_once_excl EXCLUDE USING gist (
        district_code WITH =, kind WITH =, place WITH =, matter_code WITH =, period WITH &&
    ),
    CONSTRAINT proposal_decided_check CHECK ((state = 'proposed') = (decided_at IS NULL)),
    CONSTRAINT proposal_opened_check CHECK ((state = 'confirmed') = (incident_id IS NOT NULL))
);
COMMENT ON TABLE proposal IS 'suspected before anybody complains; one for a kind, a place, a matter and a time';
COMMENT ON COLUMN proposal.kind IS 'hotspot, repeat, rising';
COMMENT ON COLUMN proposal.area_code IS 'the cell or the street: whose office it is';
COMMENT ON COLUMN proposal.place IS 'what tells it from others of its kind: a cell, a street, a hexagon';
COMMENT ON COLUMN proposal.period IS 'the time that its numbers are of';
COMMENT ON COLUMN proposal.state IS 'proposed, confirmed, dismissed';
COMMENT ON COLUMN proposal.note IS 'why it was dismissed';
COMMENT ON COLUMN proposal.incident_id IS 'the case that was opened';
CREATE INDEX proposal_id_idx ON proposal (id);
CREATE INDEX proposal_open_idx ON proposal (district_code, id) WHERE state = 'proposed';

-- Who dispatches cases confirms that there is one; who plans looks for them too. What a district has taken stays taken.
INSERT INTO role_permission (role, permission)
SELECT p.role, wanted.permission FROM role_permission AS p
CROSS JOIN unnest(ARRAY['proactive.scan', 'proactive.confirm']) AS wanted (permission)
WHERE p.permission = 'case.dispatch' AND p.role IN ('street_officer', 'command_centre')
ON CONFLICT DO NOTHING;
INSERT INTO role_permission (role, permission)
SELECT role, 'proactive.scan' FROM role_permission WHERE permission = 'grid.plan' AND role = 'planner'
ON CONFLICT DO NOTHING;

-- A proposal tells how many incidents there are: to whoever reads all those of its district, or of its area by office.
ALTER TABLE proposal ENABLE ROW LEVEL SECURITY;
CREATE POLICY app_select ON proposal FOR SELECT TO gridgov_app USING (
    district_code = ANY ((SELECT gridgov_private.districts('case.read'))::text[])
    OR EXISTS (
        SELECT FROM unnest((SELECT gridgov_private.offices('case.read'))::text[]) AS a (code)
        WHERE starts_with(area_code, a.code)
    )
);
CREATE POLICY app_insert ON proposal FOR INSERT TO gridgov_app WITH CHECK (
    starts_with(area_code, district_code) AND state = 'proposed'
    AND EXISTS (
        SELECT FROM unnest((SELECT gridgov_private.offices('proactive.scan'))::text[]) AS a (code)
        WHERE starts_with(area_code, a.code)
    )
);
CREATE POLICY jobs_all ON proposal TO gridgov_jobs USING (true) WITH CHECK (true);
-- It is decided by the system, for whoever may: once, together with the case that is opened.
GRANT SELECT, INSERT ON proposal TO gridgov_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON proposal TO gridgov_jobs;
