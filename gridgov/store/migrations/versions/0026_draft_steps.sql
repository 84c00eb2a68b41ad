-- What became of each duty when a draft was published, so that a publication can be called off until its moment; and
-- drafts whose state follows from steps that were allowed, whoever writes it.
--
-- Order: the table, the rules of its rows, what a draft may look like, the rules of steps, of drafts, of their cells.

CREATE TABLE draft_duty (
    district_code varchar(6) NOT NULL,
    draft_id uuid NOT NULL,
    revision integer NOT NULL,
    duty_id uuid NOT NULL,
    cell_id uuid NOT NULL,
    valid tstzrange NOT NULL,
    heir_id uuid,
    CONSTRAINT draft_duty_pkey PRIMARY KEY (district_code, draft_id, revision, duty_id),
    CONSTRAINT draft_duty_district_code_draft_id_fkey FOREIGN KEY (district_code, draft_id)
        REFERENCES draft (district_code, id)
);
COMMENT ON COLUMN draft_duty.revision IS 'the publication';
COMMENT ON COLUMN draft_duty.cell_id IS 'of which cell it was';
COMMENT ON COLUMN draft_duty.valid IS 'when it was to be in force';
COMMENT ON COLUMN draft_duty.heir_id IS 'the duty that it goes on as: itself where it had not begun; null: it ends';

ALTER TABLE draft_duty ENABLE ROW LEVEL SECURITY;
CREATE POLICY app_select ON draft_duty FOR SELECT TO gridgov_app USING (
    district_code = ANY ((SELECT gridgov_private.districts('grid.plan'))::text[])
    OR district_code = ANY ((SELECT gridgov_private.districts('grid.approve'))::text[])
);
CREATE POLICY app_insert ON draft_duty FOR INSERT TO gridgov_app WITH CHECK (
    district_code = ANY ((SELECT gridgov_private.districts('grid.plan'))::text[])
);
CREATE POLICY jobs_all ON draft_duty TO gridgov_jobs USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON draft_duty TO gridgov_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON draft_duty TO gridgov_jobs;

ALTER TABLE draft
    ADD CONSTRAINT draft_approved_check CHECK (state NOT IN ('approved', 'published') OR approved_by IS NOT NULL),
    ADD CONSTRAINT draft_published_check CHECK ((state = 'published') = (published_version IS NOT NULL));

-- A step is written by whoever takes it, from the state that the draft is in, with the permission that it needs. The
-- same table as in `gridgov.drafts.lifecycle`: a test walks both.
DROP POLICY app_insert ON draft_event;
CREATE POLICY app_insert ON draft_event FOR INSERT TO gridgov_app WITH CHECK (
    author = (SELECT gridgov_private.login())
    AND EXISTS (
        SELECT FROM draft AS d JOIN (VALUES
            ('draft', 'create', 0, true), ('draft', 'edit', 1, true), ('draft', 'rebase', 1, true),
            ('draft', 'propose', 1, true), ('draft', 'withdraw', 1, true),
            ('proposed', 'approve', 1, false), ('proposed', 'send_back', 1, false), ('proposed', 'withdraw', 1, true),
            ('approved', 'publish', 1, true), ('approved', 'send_back', 1, false), ('approved', 'withdraw', 1, true),
            ('published', 'call_off', 1, true)
        ) AS m (state, act, step, plans) ON m.state = d.state
        WHERE d.district_code = draft_event.district_code AND d.id = draft_event.draft_id
          AND m.act = draft_event.act AND draft_event.revision = d.revision + m.step
          AND (m.act <> 'approve' OR d.author_id <> (SELECT gridgov_private.account()))
          AND CASE WHEN m.plans
              THEN d.district_code = ANY ((SELECT gridgov_private.districts('grid.plan'))::text[])
              ELSE d.district_code = ANY ((SELECT gridgov_private.districts('grid.approve'))::text[]) END
    )
);

-- A draft begins as one, and then is what its newest step made of it: state, cells, approver and moment stand there.
DROP POLICY app_insert ON draft;
CREATE POLICY app_insert ON draft FOR INSERT TO gridgov_app WITH CHECK (
    district_code = ANY ((SELECT gridgov_private.districts('grid.plan'))::text[])
    AND author_id = (SELECT gridgov_private.account()) AND author = (SELECT gridgov_private.login())
    AND state = 'draft' AND revision = 1 AND content = 1
    AND num_nonnulls(approved_by, publish_at, published_version, due_at) = 0
);
ALTER POLICY app_update ON draft WITH CHECK (
    (
        district_code = ANY ((SELECT gridgov_private.districts('grid.plan'))::text[])
        OR district_code = ANY ((SELECT gridgov_private.districts('grid.approve'))::text[])
    )
    AND EXISTS (
        SELECT FROM draft_event AS newest JOIN (VALUES
            ('create', 'draft'), ('edit', 'draft'), ('rebase', 'draft'), ('propose', 'proposed'),
            ('approve', 'approved'), ('send_back', 'draft'), ('publish', 'published'), ('call_off', 'approved'),
            ('withdraw', 'withdrawn')
        ) AS m (act, state) ON m.act = newest.act
        JOIN LATERAL (
            SELECT e.revision, (e.data ->> 'version')::integer AS version FROM draft_event AS e
            WHERE e.district_code = draft.district_code AND e.draft_id = draft.id
              AND e.act IN ('create', 'edit', 'rebase')
            ORDER BY e.revision DESC LIMIT 1
        ) AS drawn ON true
        LEFT JOIN LATERAL (
            SELECT e.author, (e.data ->> 'at')::timestamptz AS at FROM draft_event AS e
            WHERE e.district_code = draft.district_code AND e.draft_id = draft.id AND e.act = 'approve'
            ORDER BY e.revision DESC LIMIT 1
        ) AS approval ON draft.state IN ('approved', 'published', 'withdrawn')
        WHERE newest.district_code = draft.district_code AND newest.draft_id = draft.id
          AND newest.revision = draft.revision AND m.state = draft.state
          AND draft.content = drawn.revision AND draft.base_version = drawn.version
          AND CASE draft.state
              WHEN 'approved' THEN
                  draft.approved_by = approval.author AND draft.publish_at IS NOT DISTINCT FROM approval.at
              WHEN 'published' THEN
                  draft.approved_by = approval.author
                  AND draft.publish_at = coalesce(approval.at, (newest.data ->> 'at')::timestamptz)
              WHEN 'withdrawn' THEN draft.approved_by IS NULL OR draft.approved_by = approval.author
              ELSE num_nonnulls(draft.approved_by, draft.publish_at) = 0 END
    )
);
REVOKE UPDATE ON draft FROM gridgov_app;
GRANT UPDATE (
    state, revision, content, base_version, faults, source, changed_at, approved_by, publish_at, published_version, due_at
) ON draft TO gridgov_app;

-- Cells come with the step that brings them, before it is written, and only into what is being drawn.
DROP POLICY app_insert ON draft_cell;
CREATE POLICY app_insert ON draft_cell FOR INSERT TO gridgov_app WITH CHECK (
    district_code = ANY ((SELECT gridgov_private.districts('grid.plan'))::text[])
    AND EXISTS (
        SELECT FROM draft AS d
        WHERE d.district_code = draft_cell.district_code AND d.id = draft_cell.draft_id AND d.state = 'draft'
    )
    AND NOT EXISTS (
        SELECT FROM draft_event AS e
        WHERE e.district_code = draft_cell.district_code AND e.draft_id = draft_cell.draft_id
          AND e.revision >= draft_cell.revision
    )
);
