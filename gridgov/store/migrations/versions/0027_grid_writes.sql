-- The grid is written by the system: on loading, and when somebody who may publishes a draft or calls that off. Whoever
-- makes a request reads it. SQL that slipped into one can neither redraw the grid, nor hand duties over, nor say of a
-- draft that it was published.

DO $$
DECLARE
    name text;
    command text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'address', 'area', 'area_period', 'base_feature', 'cell', 'cell_lineage', 'cell_measure', 'grid_version'
    ] LOOP
        FOREACH command IN ARRAY ARRAY['insert', 'update', 'delete'] LOOP
            EXECUTE format('DROP POLICY %I ON public.%I', 'app_' || command, name);
        END LOOP;
        EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON public.%I FROM gridgov_app', name);
    END LOOP;
END
$$;

-- Duties are changed by whoever looks after people; publishing hands them over from cell to cell.
ALTER POLICY app_insert ON duty WITH CHECK (
    EXISTS (
        SELECT FROM cell AS c, unnest((SELECT gridgov_private.offices('people.manage'))::text[]) AS a (code)
        WHERE c.district_code = duty.district_code AND c.id = duty.cell_id AND starts_with(c.code, a.code)
    )
    OR EXISTS (
        SELECT FROM area_period AS p, unnest((SELECT gridgov_private.offices('people.manage'))::text[]) AS a (code)
        WHERE p.district_code = duty.district_code AND p.area_id = duty.area_id AND starts_with(p.code, a.code)
    )
);
ALTER POLICY app_update ON duty USING (
    EXISTS (
        SELECT FROM cell AS c, unnest((SELECT gridgov_private.offices('people.manage'))::text[]) AS a (code)
        WHERE c.district_code = duty.district_code AND c.id = duty.cell_id AND starts_with(c.code, a.code)
    )
    OR EXISTS (
        SELECT FROM area_period AS p, unnest((SELECT gridgov_private.offices('people.manage'))::text[]) AS a (code)
        WHERE p.district_code = duty.district_code AND p.area_id = duty.area_id AND starts_with(p.code, a.code)
    )
) WITH CHECK (
    EXISTS (
        SELECT FROM cell AS c, unnest((SELECT gridgov_private.offices('people.manage'))::text[]) AS a (code)
        WHERE c.district_code = duty.district_code AND c.id = duty.cell_id AND starts_with(c.code, a.code)
    )
    OR EXISTS (
        SELECT FROM area_period AS p, unnest((SELECT gridgov_private.offices('people.manage'))::text[]) AS a (code)
        WHERE p.district_code = duty.district_code AND p.area_id = duty.area_id AND starts_with(p.code, a.code)
    )
);
DROP POLICY app_insert ON draft_duty;
REVOKE INSERT ON draft_duty FROM gridgov_app;

-- Running programs read anew what decides after a row here; those of grids are written with them.
ALTER POLICY app_insert ON load_log WITH CHECK (
    (SELECT gridgov_private.districts('rules.manage'))::text[] <> '{}'
    OR EXISTS (
        SELECT FROM unnest((SELECT gridgov_private.offices('people.manage'))::text[]) AS a (code)
        WHERE starts_with(a.code, load_log.district_code) OR starts_with(load_log.district_code, a.code)
    )
);

-- The steps that change the grid are written with it; the others by whoever takes them, as before.
DROP POLICY app_insert ON draft_event;
CREATE POLICY app_insert ON draft_event FOR INSERT TO gridgov_app WITH CHECK (
    author = (SELECT gridgov_private.login())
    AND EXISTS (
        SELECT FROM draft AS d JOIN (VALUES
            ('draft', 'create', 0, true), ('draft', 'edit', 1, true), ('draft', 'rebase', 1, true),
            ('draft', 'propose', 1, true), ('draft', 'withdraw', 1, true),
            ('proposed', 'approve', 1, false), ('proposed', 'send_back', 1, false), ('proposed', 'withdraw', 1, true),
            ('approved', 'send_back', 1, false), ('approved', 'withdraw', 1, true)
        ) AS m (state, act, step, plans) ON m.state = d.state
        WHERE d.district_code = draft_event.district_code AND d.id = draft_event.draft_id
          AND m.act = draft_event.act AND draft_event.revision = d.revision + m.step
          AND (m.act <> 'approve' OR d.author_id <> (SELECT gridgov_private.account()))
          AND CASE WHEN m.plans
              THEN d.district_code = ANY ((SELECT gridgov_private.districts('grid.plan'))::text[])
              ELSE d.district_code = ANY ((SELECT gridgov_private.districts('grid.approve'))::text[]) END
    )
);
REVOKE UPDATE (published_version, due_at) ON draft FROM gridgov_app;
