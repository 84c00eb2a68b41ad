-- What a transaction has entered with, said in fewer words. Whoever holds forty permissions by one grant had its area
-- written forty times over, and each rule that asks one thing verifies and reads the whole of it.

-- `may` tells for each permission in which of the `over` stands where it is held: the districts (d) and the parties (p)
-- over which it is granted, all areas that it is granted over (a), and those of its grants by office alone (o).
-- An area above the district stands for the districts below it that are loaded. An organisation is a party under a name
-- that is no area's and no account's, whatever its code looks like.
CREATE OR REPLACE FUNCTION gridgov_private.granted(holder uuid, narrowed text[], at timestamptz) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found jsonb;
BEGIN
    WITH grants AS MATERIALIZED (
        SELECT g.id, g.role, g.area_code, g.organisation_code
        FROM public.account_grant AS g WHERE g.account_id = holder AND g.valid @> at
    ), permissions AS MATERIALIZED (
        SELECT p.permission, array_agg(g.id ORDER BY g.id) AS held
        FROM grants AS g JOIN public.role_permission AS p ON p.role = g.role
        WHERE narrowed IS NULL OR p.permission = ANY (narrowed)
        GROUP BY p.permission
    ), districts AS MATERIALIZED (
        SELECT DISTINCT wide.area_code, a.district_code
        FROM (SELECT DISTINCT area_code FROM grants WHERE length(area_code) < 6) AS wide
        JOIN public.area AS a ON starts_with(a.district_code, wide.area_code)
    ), alike AS MATERIALIZED (
        SELECT held, row_number() OVER (ORDER BY held) - 1 AS place FROM permissions GROUP BY held
    ), used AS MATERIALIZED (
        SELECT l.place, g.area_code, g.organisation_code FROM alike AS l JOIN grants AS g ON g.id = ANY (l.held)
    ), codes AS (
        SELECT place, area_code AS code, length(area_code) = 6 AS is_district
        FROM used WHERE organisation_code IS NULL AND length(area_code) >= 6
        UNION
        SELECT u.place, d.district_code, true
        FROM used AS u JOIN districts AS d ON d.area_code = u.area_code WHERE u.organisation_code IS NULL
        UNION
        SELECT place, 'org:' || organisation_code, false FROM used WHERE organisation_code IS NOT NULL
    ), over AS (
        SELECT jsonb_build_object(
            'd', (SELECT coalesce(jsonb_agg(c.code), '[]') FROM codes AS c WHERE c.place = u.place AND c.is_district),
            'p', (SELECT coalesce(jsonb_agg(c.code), '[]') FROM codes AS c WHERE c.place = u.place)
                || to_jsonb(holder::text),
            'a', jsonb_agg(DISTINCT u.area_code),
            'o', coalesce(jsonb_agg(DISTINCT u.area_code) FILTER (WHERE u.organisation_code IS NULL), '[]')
        ) AS what, u.place
        FROM used AS u GROUP BY u.place
    )
    SELECT jsonb_build_object(
        'may', coalesce((
            SELECT jsonb_object_agg(p.permission, l.place) FROM permissions AS p JOIN alike AS l ON l.held = p.held
        ), '{}'),
        'over', coalesce((SELECT jsonb_agg(what ORDER BY place) FROM over), '[]'),
        'reach', coalesce((
            SELECT jsonb_agg(code) FROM (
                SELECT left(area_code, 6) AS code FROM used WHERE length(area_code) >= 6
                UNION SELECT d.district_code FROM used AS u JOIN districts AS d ON d.area_code = u.area_code
            ) AS reached
        ), '[]')
    ) INTO found;
    RETURN found;
END
$$;

-- One part (d, p, a, o) of what a permission is granted over, on the path that its callers have pinned.
CREATE FUNCTION gridgov_private.part(permission text, name text) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED AS $$
DECLARE
    entered_as jsonb := gridgov_private.context();
BEGIN
    RETURN ARRAY(SELECT jsonb_array_elements_text(
        entered_as -> 'over' -> (entered_as -> 'may' ->> permission)::integer -> name
    ));
END
$$;
REVOKE ALL ON FUNCTION gridgov_private.part(text, text) FROM PUBLIC;
-- Its callers run as whoever made the first of these functions, which may be another than who migrates today.
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION gridgov_private.part(text, text) OWNER TO %I', (
        SELECT pg_get_userbyid(proowner) FROM pg_proc WHERE oid = 'gridgov_private.context()'::regprocedure
    ));
END
$$;

CREATE OR REPLACE FUNCTION gridgov_private.districts(permission text) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN gridgov_private.part(permission, 'd');
END
$$;

CREATE OR REPLACE FUNCTION gridgov_private.parties(permission text) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN gridgov_private.part(permission, 'p');
END
$$;

-- All areas of a permission's grants, by office or for an organisation, as they were granted.
CREATE OR REPLACE FUNCTION gridgov_private.areas(permission text) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN gridgov_private.part(permission, 'a');
END
$$;

-- The areas of a permission's grants by office alone.
CREATE OR REPLACE FUNCTION gridgov_private.offices(permission text) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN gridgov_private.part(permission, 'o');
END
$$;
