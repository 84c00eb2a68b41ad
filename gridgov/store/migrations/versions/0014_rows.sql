-- Who may see and write which rows, as the database itself holds it.
--
-- Order: the schema nobody else looks into, the keys, entering, what policies ask. No geometry here, no SRID.
--
-- A request enters with the hash of its secret. What it may see is worked out once and kept for the length of the
-- transaction in a setting, sealed: a keyed hash over it, the process and the transaction's start. Whoever slips SQL
-- into a request can write the setting, but cannot seal it, and a seal of another transaction does not fit.
-- Policies name these functions while the login roles may not even look into the schema that holds them.

CREATE SCHEMA gridgov_private;
REVOKE ALL ON SCHEMA gridgov_private FROM PUBLIC;

-- Two keys of 32 bytes, as in HMAC (RFC 2104) with keys drawn apart. Dumps leave the row out.
CREATE TABLE gridgov_private.context_key (
    only_one boolean CONSTRAINT context_key_pkey PRIMARY KEY DEFAULT true CONSTRAINT context_key_only_one_check CHECK (only_one),
    inner_key bytea NOT NULL,
    outer_key bytea NOT NULL
);

CREATE FUNCTION gridgov_private.sealed(content text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    keys gridgov_private.context_key;
    bound text := content || '|' || pg_backend_pid() || '|' || extract(epoch FROM transaction_timestamp());
BEGIN
    SELECT * INTO STRICT keys FROM gridgov_private.context_key;
    RETURN encode(sha256(keys.outer_key || sha256(keys.inner_key || convert_to(bound, 'UTF8'))), 'hex');
END
$$;

-- Per permission: the districts and the parties over which it is granted, and all areas that it is granted over.
-- An area above the district stands for the districts below it that are loaded.
CREATE FUNCTION gridgov_private.granted(holder uuid, narrowed text[], at timestamptz) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found jsonb;
BEGIN
    WITH held AS MATERIALIZED (
        SELECT p.permission, g.role, g.area_code, g.organisation_code
        FROM public.account_grant AS g JOIN public.role_permission AS p ON p.role = g.role
        WHERE g.account_id = holder AND g.valid @> at AND (narrowed IS NULL OR p.permission = ANY (narrowed))
    ), districts AS MATERIALIZED (
        SELECT DISTINCT wide.area_code, a.district_code
        FROM (SELECT DISTINCT area_code FROM held WHERE length(area_code) < 6) AS wide
        JOIN public.area AS a ON starts_with(a.district_code, wide.area_code)
    ), codes AS (
        SELECT permission, area_code AS code, length(area_code) = 6 AS is_district
        FROM held WHERE organisation_code IS NULL AND length(area_code) >= 6
        UNION
        SELECT h.permission, d.district_code, true
        FROM held AS h JOIN districts AS d ON d.area_code = h.area_code WHERE h.organisation_code IS NULL
        UNION
        SELECT permission, organisation_code, false FROM held WHERE organisation_code IS NOT NULL
    ), per_permission AS (
        SELECT h.permission,
               (SELECT coalesce(jsonb_agg(c.code), '[]') FROM codes AS c
                WHERE c.permission = h.permission AND c.is_district) AS districts,
               (SELECT coalesce(jsonb_agg(c.code), '[]') FROM codes AS c
                WHERE c.permission = h.permission) || to_jsonb(holder::text) AS parties,
               jsonb_agg(DISTINCT h.area_code) AS areas
        FROM held AS h GROUP BY h.permission
    )
    SELECT jsonb_object_agg(permission, jsonb_build_object('d', districts, 'p', parties, 'a', areas)) INTO found
    FROM per_permission;
    RETURN coalesce(found, '{}');
END
$$;

-- Whoever holds the secret behind the hash enters; nobody else does. Returns who that is, or no row.
CREATE FUNCTION public.gridgov_enter(asked_hash bytea, at timestamptz)
RETURNS TABLE (
    account_id uuid, login text, name text, person_district_code text, person_id uuid,
    credential_id uuid, scopes text[], grants jsonb
)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    content text;
BEGIN
    PERFORM set_config('gridgov.context', '', true);
    SELECT a.id, a.login, a.name, a.person_district_code, a.person_id, c.id, c.scopes
    INTO account_id, login, name, person_district_code, person_id, credential_id, scopes
    FROM public.credential AS c JOIN public.account AS a ON a.id = c.account_id
    WHERE c.secret_hash = asked_hash AND c.expires_at > at AND c.revoked_at IS NULL AND a.disabled_at IS NULL;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    content := jsonb_build_object(
        'account', account_id, 'login', login, 'may', gridgov_private.granted(account_id, scopes, at)
    )::text;
    PERFORM set_config('gridgov.context', gridgov_private.sealed(content) || content, true);
    SELECT coalesce(jsonb_agg(jsonb_build_object(
               'role', g.role, 'area', g.area_code, 'organisation', g.organisation_code, 'permissions', g.permissions
           ) ORDER BY g.id), '[]')
    INTO grants
    FROM (
        SELECT h.id, h.role, h.area_code, h.organisation_code, jsonb_agg(p.permission) AS permissions
        FROM public.account_grant AS h JOIN public.role_permission AS p ON p.role = h.role
        WHERE h.account_id = gridgov_enter.account_id AND h.valid @> at
        GROUP BY h.id, h.role, h.area_code, h.organisation_code
    ) AS g;
    RETURN NEXT;
END
$$;

-- What the transaction has entered with, or null. A seal is 64 hexadecimal digits before the content.
CREATE FUNCTION gridgov_private.context() RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    set_to text := current_setting('gridgov.context', true);
BEGIN
    IF set_to IS NULL OR length(set_to) < 65 THEN
        RETURN NULL;
    END IF;
    IF gridgov_private.sealed(substr(set_to, 65)) IS DISTINCT FROM left(set_to, 64) THEN
        RETURN NULL;
    END IF;
    RETURN substr(set_to, 65)::jsonb;
END
$$;

CREATE FUNCTION gridgov_private.entered() RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN gridgov_private.context() IS NOT NULL;
END
$$;

CREATE FUNCTION gridgov_private.account() RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (gridgov_private.context() ->> 'account')::uuid;
END
$$;

CREATE FUNCTION gridgov_private.login() RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN gridgov_private.context() ->> 'login';
END
$$;

CREATE FUNCTION gridgov_private.may(permission text) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN coalesce(gridgov_private.context() -> 'may' ? permission, false);
END
$$;

-- Whether any permission is held that changes cases, whistles or their evidence.
CREATE FUNCTION gridgov_private.acts() RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM jsonb_object_keys(gridgov_private.context() -> 'may') AS held
        WHERE starts_with(held, 'case.') AND held NOT IN ('case.read', 'case.export')
           OR starts_with(held, 'whistle.') OR starts_with(held, 'evidence.')
    );
END
$$;

CREATE FUNCTION gridgov_private.districts(permission text) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ARRAY(SELECT jsonb_array_elements_text(gridgov_private.context() #> ARRAY['may', permission, 'd']));
END
$$;

CREATE FUNCTION gridgov_private.parties(permission text) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ARRAY(SELECT jsonb_array_elements_text(gridgov_private.context() #> ARRAY['may', permission, 'p']));
END
$$;

-- All areas of a permission's grants, by office or for an organisation, as they were granted.
CREATE FUNCTION gridgov_private.areas(permission text) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ARRAY(SELECT jsonb_array_elements_text(gridgov_private.context() #> ARRAY['may', permission, 'a']));
END
$$;

-- For rows that name their own district's parties: asked as the owner, since a policy cannot ask its own table.
CREATE FUNCTION gridgov_private.sees(district text, incident uuid) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM public.incident_party AS p
        WHERE p.district_code = district AND p.incident_id = incident
          AND p.party = ANY (gridgov_private.parties('case.read'))
    );
END
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA gridgov_private FROM PUBLIC;
REVOKE ALL ON FUNCTION public.gridgov_enter(bytea, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.gridgov_enter(bytea, timestamptz) TO gridgov_app;
GRANT EXECUTE ON FUNCTION
    gridgov_private.entered(), gridgov_private.account(), gridgov_private.login(), gridgov_private.may(text),
    gridgov_private.acts(), gridgov_private.districts(text), gridgov_private.parties(text),
    gridgov_private.areas(text), gridgov_private.sees(text, uuid)
TO gridgov_app;
