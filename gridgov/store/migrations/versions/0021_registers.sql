-- People, duties and organisations, changed through the program by whoever looks after an area, inside that area only.
--
-- Order: columns and the table of changes, the permission, the rules of the rows, what shows the hidden. SRID 4326.

ALTER TABLE person ADD COLUMN ended_at timestamptz;
CREATE INDEX person_id_idx ON person (id);
CREATE INDEX duty_id_idx ON duty (id);
CREATE INDEX duty_district_code_area_id_idx ON duty (district_code, area_id) WHERE area_id IS NOT NULL;

ALTER TABLE organisation ADD COLUMN closed_at timestamptz;

CREATE TABLE register_change (
    district_code varchar(6) NOT NULL,
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    author text NOT NULL,
    register varchar(20) NOT NULL,
    what varchar(20) NOT NULL,
    key varchar(80) NOT NULL,
    area_code varchar(15) NOT NULL,
    data jsonb NOT NULL,
    CONSTRAINT register_change_pkey PRIMARY KEY (district_code, id)
);
COMMENT ON COLUMN register_change.register IS 'people, duties, organisations; or a file''s table';
COMMENT ON COLUMN register_change.what IS 'added, changed, ended, imported';
COMMENT ON COLUMN register_change.key IS 'the id of a person or a duty, the code of an organisation';
COMMENT ON COLUMN register_change.area_code IS 'whose business it is';
CREATE INDEX register_change_id_idx ON register_change (id);
CREATE INDEX register_change_key_idx ON register_change (key, id);

-- Whoever looked after accounts looks after people from now on; what a district has taken from the role stays taken.
INSERT INTO role_permission (role, permission)
SELECT role, 'people.manage' FROM role_permission WHERE permission = 'accounts.manage' AND role = 'administrator'
ON CONFLICT DO NOTHING;

ALTER TABLE register_change ENABLE ROW LEVEL SECURITY;
CREATE POLICY app_select ON register_change FOR SELECT TO gridgov_app USING (
    district_code = ANY ((SELECT gridgov_private.districts('audit.read'))::text[])
    OR district_code = ANY ((SELECT gridgov_private.districts('rules.manage'))::text[])
    OR EXISTS (
        SELECT FROM unnest((SELECT gridgov_private.offices('people.manage'))::text[]) AS a (code)
        WHERE starts_with(area_code, a.code)
    )
);
CREATE POLICY app_insert ON register_change FOR INSERT TO gridgov_app WITH CHECK (
    district_code = ANY ((SELECT gridgov_private.districts('rules.manage'))::text[])
    OR EXISTS (
        SELECT FROM unnest((SELECT gridgov_private.offices('people.manage'))::text[]) AS a (code)
        WHERE starts_with(area_code, a.code)
    )
);
CREATE POLICY jobs_all ON register_change TO gridgov_jobs USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON register_change TO gridgov_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON register_change TO gridgov_jobs;

-- A person belongs to the area of their organisation. Nobody who acts takes a person or a duty out of the past.
GRANT SELECT (ended_at) ON person TO gridgov_app;
DROP POLICY app_delete ON person;
REVOKE DELETE ON person FROM gridgov_app;
ALTER POLICY app_insert ON person WITH CHECK (
    EXISTS (
        SELECT FROM organisation AS o, unnest((SELECT gridgov_private.offices('people.manage'))::text[]) AS a (code)
        WHERE o.code = person.organisation_code AND starts_with(o.area_code, a.code)
    )
);
ALTER POLICY app_update ON person USING (
    EXISTS (
        SELECT FROM organisation AS o, unnest((SELECT gridgov_private.offices('people.manage'))::text[]) AS a (code)
        WHERE o.code = person.organisation_code AND starts_with(o.area_code, a.code)
    )
) WITH CHECK (
    EXISTS (
        SELECT FROM organisation AS o, unnest((SELECT gridgov_private.offices('people.manage'))::text[]) AS a (code)
        WHERE o.code = person.organisation_code AND starts_with(o.area_code, a.code)
    )
);

-- A duty belongs to what it is for: to the cell, or to the area under whichever of its codes. Whoever plans the grid
-- hands duties over from cell to cell.
DROP POLICY app_delete ON duty;
REVOKE DELETE ON duty FROM gridgov_app;
ALTER POLICY app_insert ON duty WITH CHECK (
    district_code = ANY ((SELECT gridgov_private.districts('grid.plan'))::text[])
    OR EXISTS (
        SELECT FROM cell AS c, unnest((SELECT gridgov_private.offices('people.manage'))::text[]) AS a (code)
        WHERE c.district_code = duty.district_code AND c.id = duty.cell_id AND starts_with(c.code, a.code)
    )
    OR EXISTS (
        SELECT FROM area_period AS p, unnest((SELECT gridgov_private.offices('people.manage'))::text[]) AS a (code)
        WHERE p.district_code = duty.district_code AND p.area_id = duty.area_id AND starts_with(p.code, a.code)
    )
);
ALTER POLICY app_update ON duty USING (
    district_code = ANY ((SELECT gridgov_private.districts('grid.plan'))::text[])
    OR EXISTS (
        SELECT FROM cell AS c, unnest((SELECT gridgov_private.offices('people.manage'))::text[]) AS a (code)
        WHERE c.district_code = duty.district_code AND c.id = duty.cell_id AND starts_with(c.code, a.code)
    )
    OR EXISTS (
        SELECT FROM area_period AS p, unnest((SELECT gridgov_private.offices('people.manage'))::text[]) AS a (code)
        WHERE p.district_code = duty.district_code AND p.area_id = duty.area_id AND starts_with(p.code, a.code)
    )
) WITH CHECK (
    district_code = ANY ((SELECT gridgov_private.districts('grid.plan'))::text[])
    OR EXISTS (
        SELECT FROM cell AS c, unnest((SELECT gridgov_private.offices('people.manage'))::text[]) AS a (code)
        WHERE c.district_code = duty.district_code AND c.id = duty.cell_id AND starts_with(c.code, a.code)
    )
    OR EXISTS (
        SELECT FROM area_period AS p, unnest((SELECT gridgov_private.offices('people.manage'))::text[]) AS a (code)
        WHERE p.district_code = duty.district_code AND p.area_id = duty.area_id AND starts_with(p.code, a.code)
    )
);

DROP POLICY app_delete ON organisation;
REVOKE DELETE ON organisation FROM gridgov_app;
ALTER POLICY app_insert ON organisation WITH CHECK (
    (SELECT gridgov_private.districts('rules.manage'))::text[] <> '{}'
    OR EXISTS (
        SELECT FROM unnest((SELECT gridgov_private.offices('people.manage'))::text[]) AS a (code)
        WHERE starts_with(organisation.area_code, a.code)
    )
);
ALTER POLICY app_update ON organisation USING (
    (SELECT gridgov_private.districts('rules.manage'))::text[] <> '{}'
    OR EXISTS (
        SELECT FROM unnest((SELECT gridgov_private.offices('people.manage'))::text[]) AS a (code)
        WHERE starts_with(organisation.area_code, a.code)
    )
) WITH CHECK (
    (SELECT gridgov_private.districts('rules.manage'))::text[] <> '{}'
    OR EXISTS (
        SELECT FROM unnest((SELECT gridgov_private.offices('people.manage'))::text[]) AS a (code)
        WHERE starts_with(organisation.area_code, a.code)
    )
);
-- Running programs read anew what decides after a row here: who answers for a matter is decided by the organisations.
ALTER POLICY app_insert ON load_log WITH CHECK (
    (SELECT gridgov_private.districts('rules.manage'))::text[] <> '{}'
    OR district_code = ANY ((SELECT gridgov_private.districts('grid.plan'))::text[])
    OR EXISTS (
        SELECT FROM unnest((SELECT gridgov_private.offices('people.manage'))::text[]) AS a (code)
        WHERE starts_with(a.code, load_log.district_code) OR starts_with(load_log.district_code, a.code)
    )
);

-- The numbers of people as far as whoever asks may know them: whole for who looks after them, else with stars in them.
CREATE FUNCTION public.gridgov_phones(district text, people uuid[])
RETURNS TABLE (person_id uuid, phone text, whole boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    mine text[] := gridgov_private.offices('people.manage');
BEGIN
    IF NOT gridgov_private.entered() THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT f.id,
           CASE WHEN f.mine THEN f.phone
                WHEN length(f.phone) >= 11 THEN left(f.phone, 3) || '****' || right(f.phone, 4)
                WHEN f.phone <> '' THEN '****' || right(f.phone, CASE WHEN length(f.phone) >= 7 THEN 2 ELSE 0 END) END,
           f.mine
    FROM (
        SELECT p.id, p.phone,
               EXISTS (SELECT FROM unnest(mine) AS a (code) WHERE starts_with(o.area_code, a.code)) AS mine
        FROM public.person AS p JOIN public.organisation AS o ON o.code = p.organisation_code
        WHERE p.district_code = district AND p.id = ANY (people)
    ) AS f;
END
$$;

-- What an organisation still holds, as counts: who looks after organisations sees no case, and must not close one that
-- answers for some. Nothing for who looks after others.
CREATE FUNCTION public.gridgov_held_by(organisation text, at timestamptz)
RETURNS TABLE (cases bigint, summons bigint, people bigint, grants bigint, parts bigint, leads text[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    mine text[] := gridgov_private.offices('people.manage');
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.organisation AS o, unnest(mine) AS a (code)
        WHERE o.code = organisation AND starts_with(o.area_code, a.code)
    ) THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT
        (SELECT count(*) FROM public.incident_state AS s
         WHERE s.handling_organisation_code = organisation AND s.stage NOT IN ('closed', 'rejected', 'merged')),
        (SELECT count(*) FROM public.summons AS s
         JOIN public.whistle AS w ON w.district_code = s.district_code AND w.id = s.whistle_id
         WHERE s.organisation_code = organisation AND s.released_at IS NULL AND w.stage NOT IN ('closed', 'withdrawn')),
        (SELECT count(*) FROM public.person AS p
         WHERE p.organisation_code = organisation AND (p.ended_at IS NULL OR p.ended_at > at)),
        (SELECT count(*) FROM public.account_grant AS g WHERE g.organisation_code = organisation AND g.valid @> at),
        (SELECT count(*) FROM public.organisation AS o WHERE o.parent_code = organisation AND o.closed_at IS NULL),
        (SELECT coalesce(array_agg(r.matter_code::text ORDER BY r.matter_code), '{}') FROM public.responsibility AS r
         JOIN public.matter_list AS l ON l.version = r.list_version
         WHERE r.organisation_code = organisation AND upper_inf(l.valid));
END
$$;

REVOKE ALL ON FUNCTION gridgov_phones(text, uuid[]), gridgov_held_by(text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gridgov_phones(text, uuid[]), gridgov_held_by(text, timestamptz) TO gridgov_app;
