-- Who may see and write which rows, as the database itself holds it.
--
-- Order: tables, the schema nobody else looks into, the keys, entering, what policies ask, what shows the hidden.
-- SRID 4326.
--
-- A request enters with the hash of its secret. What it may see is worked out once and kept for the length of the
-- transaction in a setting, sealed: a keyed hash over it, the process and the transaction's start. Whoever slips SQL
-- into a request can write the setting, but cannot seal it, and a seal of another transaction does not fit.
-- Policies name these functions while the login roles may not even look into the schema that holds them.

CREATE TABLE look (
    district_code varchar(6) NOT NULL,
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    kind varchar(20) NOT NULL,
    account_id uuid NOT NULL,
    login varchar(80) NOT NULL,
    incident_id uuid,
    person_id uuid,
    purpose text NOT NULL,
    nonce uuid NOT NULL DEFAULT gen_random_uuid(),
    CONSTRAINT look_pkey PRIMARY KEY (district_code, id)
);
COMMENT ON COLUMN look.kind IS 'reporter, position, table';
COMMENT ON COLUMN look.nonce IS 'read by nobody: the digest of a look on a chain tells nothing to whoever tries';
CREATE INDEX look_id_idx ON look (id);
CREATE INDEX look_incident_id_idx ON look (district_code, incident_id) WHERE incident_id IS NOT NULL;
CREATE INDEX look_district_code_person_id_idx ON look (district_code, person_id, account_id, at);

CREATE TABLE shift (
    district_code varchar(6) NOT NULL,
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    account_id uuid NOT NULL,
    started_at timestamptz NOT NULL,
    due_at timestamptz,
    ended_at timestamptz,
    CONSTRAINT shift_pkey PRIMARY KEY (district_code, id),
    CONSTRAINT shift_district_code_person_id_fkey FOREIGN KEY (district_code, person_id)
        REFERENCES person (district_code, id)
);
COMMENT ON COLUMN shift.account_id IS 'by which it was declared: a track belongs to the account that kept it';
COMMENT ON COLUMN shift.due_at IS 'when it ends by itself; null once it has ended';
CREATE UNIQUE INDEX shift_open_idx ON shift (district_code, person_id) WHERE ended_at IS NULL;
CREATE INDEX shift_due_at_idx ON shift (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX shift_ended_at_idx ON shift (ended_at);
CREATE INDEX shift_district_code_person_id_idx ON shift (district_code, person_id, started_at);

CREATE TABLE staff_position (
    district_code varchar(6) NOT NULL,
    person_id uuid NOT NULL,
    at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    accuracy_m double precision,
    cell_code varchar(15),
    coarse boolean NOT NULL,
    geom geometry(POINT, 4326) NOT NULL,
    CONSTRAINT staff_position_pkey PRIMARY KEY (district_code, person_id, at),
    CONSTRAINT staff_position_district_code_person_id_fkey FOREIGN KEY (district_code, person_id)
        REFERENCES person (district_code, id)
) PARTITION BY RANGE (at);
COMMENT ON COLUMN staff_position.coarse IS 'moved to the middle of a square of about 500 m';
CREATE INDEX staff_position_at_idx ON staff_position (at) WHERE NOT coarse;
CREATE INDEX staff_position_cell_code_idx ON staff_position (cell_code, at);
CREATE TABLE staff_position_default PARTITION OF staff_position DEFAULT;

CREATE SCHEMA gridgov_private;
REVOKE ALL ON SCHEMA gridgov_private FROM PUBLIC;

-- Two keys of 32 bytes, as in HMAC (RFC 2104) with keys drawn apart; and how far a program's clock is believed where it
-- differs from the server's. Dumps leave the row out.
CREATE TABLE gridgov_private.context_key (
    only_one boolean CONSTRAINT context_key_pkey PRIMARY KEY DEFAULT true CONSTRAINT context_key_only_one_check CHECK (only_one),
    inner_key bytea NOT NULL,
    outer_key bytea NOT NULL,
    believed interval NOT NULL DEFAULT '10 minutes'
);

-- This one and `context` run on the path that their callers have pinned: setting it anew would take half their time.
CREATE FUNCTION gridgov_private.sealed(content text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED AS $$
DECLARE
    keys gridgov_private.context_key;
    bound text := content || '|' || pg_backend_pid() || '|' || extract(epoch FROM transaction_timestamp());
BEGIN
    SELECT * INTO STRICT keys FROM gridgov_private.context_key;
    RETURN encode(sha256(keys.outer_key || sha256(keys.inner_key || convert_to(bound, 'UTF8'))), 'hex');
END
$$;

-- Per permission: the districts and the parties over which it is granted, and all areas that it is granted over.
-- An area above the district stands for the districts below it that are loaded. An organisation is a party under a name
-- that is no area's and no account's, whatever its code looks like.
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
        SELECT permission, 'org:' || organisation_code, false FROM held WHERE organisation_code IS NOT NULL
    ), per_permission AS (
        SELECT h.permission,
               (SELECT coalesce(jsonb_agg(c.code), '[]') FROM codes AS c
                WHERE c.permission = h.permission AND c.is_district) AS districts,
               (SELECT coalesce(jsonb_agg(c.code), '[]') FROM codes AS c
                WHERE c.permission = h.permission) || to_jsonb(holder::text) AS parties,
               jsonb_agg(DISTINCT h.area_code) AS areas,
               coalesce(jsonb_agg(DISTINCT h.area_code) FILTER (WHERE h.organisation_code IS NULL), '[]') AS offices
        FROM held AS h GROUP BY h.permission
    )
    SELECT jsonb_build_object(
        'may', coalesce((
            SELECT jsonb_object_agg(permission, jsonb_build_object('d', districts, 'p', parties, 'a', areas, 'o', offices))
            FROM per_permission
        ), '{}'),
        'reach', coalesce((
            SELECT jsonb_agg(code) FROM (
                SELECT left(area_code, 6) AS code FROM held WHERE length(area_code) >= 6
                UNION SELECT district_code FROM districts
            ) AS reached
        ), '[]')
    ) INTO found;
    RETURN found;
END
$$;

-- Whoever holds the secret behind the hash enters; nobody else does. Returns who that is, or no row.
-- The time is the program's, held near the server's: SQL that slips in could name a day on which an expired secret or a
-- withdrawn role was still in force.
CREATE FUNCTION public.gridgov_enter(asked_hash bytea, at timestamptz)
RETURNS TABLE (
    account_id uuid, login text, name text, person_district_code text, person_id uuid,
    credential_id uuid, scopes text[], grants jsonb
)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    content text;
    moment timestamptz;
BEGIN
    PERFORM set_config('gridgov.context', '', true);
    SELECT greatest(transaction_timestamp() - k.believed, least(at, transaction_timestamp() + k.believed)) INTO moment
    FROM gridgov_private.context_key AS k;
    SELECT a.id, a.login, a.name, a.person_district_code, a.person_id, c.id, c.scopes
    INTO account_id, login, name, person_district_code, person_id, credential_id, scopes
    FROM public.credential AS c JOIN public.account AS a ON a.id = c.account_id
    WHERE c.secret_hash = asked_hash AND c.expires_at > moment AND c.revoked_at IS NULL AND a.disabled_at IS NULL;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    content := (gridgov_private.granted(account_id, scopes, moment) || jsonb_build_object(
        'at', moment, 'account', account_id, 'login', login, 'home', person_district_code, 'person', person_id
    ))::text;
    PERFORM set_config('gridgov.context', gridgov_private.sealed(content) || content, true);
    SELECT coalesce(jsonb_agg(jsonb_build_object(
               'role', g.role, 'area', g.area_code, 'organisation', g.organisation_code, 'permissions', g.permissions
           ) ORDER BY g.id), '[]')
    INTO grants
    FROM (
        SELECT h.id, h.role, h.area_code, h.organisation_code, jsonb_agg(p.permission) AS permissions
        FROM public.account_grant AS h JOIN public.role_permission AS p ON p.role = h.role
        WHERE h.account_id = gridgov_enter.account_id AND h.valid @> moment
        GROUP BY h.id, h.role, h.area_code, h.organisation_code
    ) AS g;
    RETURN NEXT;
END
$$;

-- What the transaction has entered with, or null. A seal is 64 hexadecimal digits before the content.
CREATE FUNCTION gridgov_private.context() RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED AS $$
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

-- Whether somebody has entered who may do anything at all: not by a first password, nor without any role.
CREATE FUNCTION gridgov_private.entered() RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN coalesce(gridgov_private.context() -> 'may' <> '{}', false);
END
$$;

CREATE FUNCTION gridgov_private.account() RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (gridgov_private.context() ->> 'account')::uuid;
END
$$;

-- The member of staff who has entered, where what is kept about them may be read and added to.
CREATE FUNCTION gridgov_private.person() RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    entered_as jsonb := gridgov_private.context();
BEGIN
    RETURN CASE WHEN entered_as -> 'may' ? 'staff.self' THEN (entered_as ->> 'person')::uuid END;
END
$$;

-- The districts in which any grant lies at all, of an area or of an organisation there.
CREATE FUNCTION gridgov_private.reach() RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ARRAY(SELECT jsonb_array_elements_text(gridgov_private.context() -> 'reach'));
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

-- The areas of a permission's grants by office alone.
CREATE FUNCTION gridgov_private.offices(permission text) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ARRAY(SELECT jsonb_array_elements_text(gridgov_private.context() #> ARRAY['may', permission, 'o']));
END
$$;

-- Who takes part in which incident, as the owner sees it: rules of other tables ask here, or the rule of the parties
-- would be asked again within each of them. Nobody else can: the schema is closed, and the rules name it by its number.
CREATE VIEW gridgov_private.party AS SELECT district_code, incident_id, party FROM public.incident_party;

-- For the parties' own rule, since a rule cannot ask its own table. `mine` is what `parties` told once for the query.
CREATE FUNCTION gridgov_private.sees(district text, incident uuid, mine text[]) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM public.incident_party AS p
        WHERE p.district_code = district AND p.incident_id = incident AND p.party = ANY (mine)
    );
END
$$;

-- Whether an account is any business of whoever looks after accounts in `mine`: it belongs there, or holds a role there.
CREATE FUNCTION gridgov_private.manages(holder uuid, mine text[]) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN cardinality(mine) > 0 AND EXISTS (
        SELECT FROM unnest(mine) AS m (code)
        WHERE EXISTS (SELECT FROM public.account AS a WHERE a.id = holder AND starts_with(a.area_code, m.code))
           OR EXISTS (
               SELECT FROM public.account_grant AS g
               WHERE g.account_id = holder AND starts_with(g.area_code, m.code)
                 AND g.valid @> (gridgov_private.context() ->> 'at')::timestamptz
           )
    );
END
$$;

-- A UUIDv7 (RFC 9562, section 5.7) of a moment: 48 bits of milliseconds, then randomness.
CREATE FUNCTION gridgov_private.new_id(at timestamptz) RETURNS uuid
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    SELECT encode(set_bit(set_bit(overlay(
        uuid_send(gen_random_uuid())
        PLACING substring(int8send(floor(extract(epoch FROM at) * 1000)::bigint) FROM 3) FROM 1 FOR 6
    ), 52, 1), 53, 1), 'hex')::uuid
$$;

-- Whether a UUIDv7 was made at another time than its report says, by more than an hour.
CREATE FUNCTION public.gridgov_is_odd(id uuid, reported_at timestamptz) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT reported_at NOT BETWEEN made.at - interval '1 hour' AND made.at + interval '1 hour'
    FROM (SELECT to_timestamp((
        (get_byte(uuid_send(id), 0)::bigint << 40) + (get_byte(uuid_send(id), 1)::bigint << 32)
        + (get_byte(uuid_send(id), 2)::bigint << 24) + (get_byte(uuid_send(id), 3)::bigint << 16)
        + (get_byte(uuid_send(id), 4)::bigint << 8) + get_byte(uuid_send(id), 5)::bigint
    ) / 1000.0::double precision)) AS made (at)
$$;

-- For lists, newest id first: open cases, cases of a stage, of a matter, at an organisation, without a place, and those
-- whose id tells another time.
CREATE INDEX incident_state_open_idx ON incident_state (incident_id)
    WHERE stage NOT IN ('closed', 'rejected', 'merged');
CREATE INDEX incident_state_stage_idx ON incident_state (stage, incident_id) WHERE stage <> 'closed';
CREATE INDEX incident_state_matter_code_incident_id_idx ON incident_state (matter_code, incident_id);
CREATE INDEX incident_state_handling_idx ON incident_state (handling_organisation_code, incident_id);
CREATE INDEX incident_state_unplaced_idx ON incident_state (incident_id)
    WHERE placement NOT IN ('located', 'crossing');
CREATE INDEX incident_state_odd_idx ON incident_state (reported_at) WHERE gridgov_is_odd(incident_id, reported_at);

-- Who reported, with stars in it, for whoever sees the incident. A number shorter than a mobile's would be all but told
-- by seven digits, and a name of one character by that one.
CREATE FUNCTION public.gridgov_masked_reporter(district text, incident uuid) RETURNS TABLE (name text, phone text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT left(r.name, (length(r.name) > 1)::int) || '**',
           CASE WHEN length(r.phone) >= 11 THEN left(r.phone, 3) || '****' || right(r.phone, 4)
                WHEN r.phone <> '' THEN '****' || right(r.phone, CASE WHEN length(r.phone) >= 7 THEN 2 ELSE 0 END) END
    FROM public.reporter AS r
    WHERE r.district_code = district AND r.incident_id = incident AND gridgov_private.sees(district, incident, gridgov_private.parties('case.read'));
END
$$;

-- Whether anybody is known to have reported, which is all that background work learns of a reporter.
CREATE FUNCTION public.gridgov_has_reporter(district text, incident uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM public.reporter AS r WHERE r.district_code = district AND r.incident_id = incident)
$$;

-- Appends to a case's chain that somebody looked at its reporter; the case must be locked. A link as
-- `gridgov.incidents.facts` makes them, which a test holds. It names nobody: many read the chain, and few who looked.
CREATE FUNCTION gridgov_private.tell_look(district text, incident uuid, look_id uuid, before text, after text)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last public.incident_fact;
    looked_at timestamptz := gridgov_private.context() ->> 'at';
    utc timestamp := looked_at AT TIME ZONE 'UTC';
    said text := format(
        '{"look":"%s","rows":{"look":[%s,"%s"]}}', look_id, coalesce('"' || before || '"', 'null'), after
    );
    body text;
BEGIN
    SELECT f.* INTO last FROM public.incident_fact AS f
    WHERE f.district_code = district AND f.incident_id = incident ORDER BY f.seq DESC LIMIT 1;
    last.seq := coalesce(last.seq, 0) + 1;
    last.hash := coalesce(last.hash, decode(repeat('00', 32), 'hex'));
    body := format(
        '["%s",%s,"reporter_revealed","%s+00:00","system",%s]', incident, last.seq,
        to_char(utc, 'YYYY-MM-DD"T"HH24:MI:SS') || CASE WHEN utc = date_trunc('second', utc) THEN '' ELSE to_char(utc, '.US') END,
        said
    );
    INSERT INTO public.incident_fact (district_code, incident_id, seq, kind, at, author, payload, previous_hash, hash)
    VALUES (district, incident, last.seq, 'reporter_revealed', looked_at, 'system', said::jsonb, last.hash,
            sha256(last.hash || convert_to(body, 'UTF8')));
END
$$;

-- Who reported. The look is written down, and told on the case's chain, by the statement that returns the identity,
-- whatever else whoever looks may do with the case.
CREATE FUNCTION public.gridgov_reveal(district text, incident uuid, look_id uuid, why text)
RETURNS TABLE (name text, phone text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    before text;
    after text;
BEGIN
    IF coalesce(length(btrim(why)), 0) < 4 THEN
        RAISE EXCEPTION 'a look needs a purpose' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT gridgov_private.sees(district, incident, gridgov_private.parties('case.read')) OR NOT EXISTS (
        SELECT FROM public.incident_party AS p
        WHERE p.district_code = district AND p.incident_id = incident
          AND gridgov_private.may('reporter.reveal') AND p.party = ANY (gridgov_private.parties('reporter.reveal'))
    ) THEN
        RAISE EXCEPTION 'not yours to reveal' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- As every act does before it appends.
    PERFORM FROM public.incident_state AS s WHERE s.district_code = district AND s.incident_id = incident FOR UPDATE;
    -- The same look asked for again, because the answer got lost, stays one.
    IF NOT EXISTS (
        SELECT FROM public.look AS l
        WHERE l.district_code = district AND l.id = look_id AND l.incident_id = incident AND l.purpose = why
          AND l.account_id = gridgov_private.account()
    ) THEN
        SELECT r.digest INTO before FROM public.gridgov_rows(district, incident) AS r WHERE r.rows_of = 'look';
        INSERT INTO public.look (district_code, id, at, kind, account_id, login, incident_id, purpose)
        VALUES (district, look_id, (gridgov_private.context() ->> 'at')::timestamptz, 'reporter',
                gridgov_private.account(), gridgov_private.login(), incident, why);
        SELECT r.digest INTO after FROM public.gridgov_rows(district, incident) AS r WHERE r.rows_of = 'look';
        PERFORM gridgov_private.tell_look(district, incident, look_id, before, after);
    END IF;
    RETURN QUERY
    SELECT r.name, r.phone FROM public.reporter AS r WHERE r.district_code = district AND r.incident_id = incident;
END
$$;

-- Where the people on duty inside one's own area are, newest position each, of those that are newer than `since`.
-- One look is kept for each person, purpose and hour: a screen that is drawn anew every minute is one, not sixty.
CREATE FUNCTION public.gridgov_locate(why text, since timestamptz)
RETURNS TABLE (
    district_code text, person_id uuid, at timestamptz, lon double precision, lat double precision,
    accuracy_m double precision, cell_code text
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    mine text[] := gridgov_private.parties('staff.locate');
    looked_at timestamptz := (gridgov_private.context() ->> 'at')::timestamptz;
BEGIN
    IF coalesce(length(btrim(why)), 0) < 4 THEN
        RAISE EXCEPTION 'a look needs a purpose' USING ERRCODE = 'check_violation';
    END IF;
    RETURN QUERY
    WITH newest AS (
        SELECT DISTINCT ON (p.district_code, p.person_id) p.*
        FROM public.staff_position AS p
        JOIN public.shift AS s ON s.district_code = p.district_code AND s.person_id = p.person_id
        WHERE s.ended_at IS NULL AND s.due_at > looked_at AND p.at >= s.started_at AND p.at > since
        ORDER BY p.district_code, p.person_id, p.at DESC
    ), found AS (
        SELECT n.* FROM newest AS n
        WHERE EXISTS (SELECT FROM unnest(mine) AS m (code) WHERE starts_with(n.cell_code, m.code))
    ), seen AS (
        INSERT INTO public.look (district_code, id, at, kind, account_id, login, person_id, purpose)
        SELECT f.district_code, gridgov_private.new_id(looked_at), looked_at, 'position', gridgov_private.account(),
               gridgov_private.login(), f.person_id, why
        FROM found AS f
        WHERE NOT EXISTS (
            SELECT FROM public.look AS l
            WHERE l.district_code = f.district_code AND l.person_id = f.person_id
              AND l.account_id = gridgov_private.account() AND l.kind = 'position' AND l.purpose = why
              AND l.at > looked_at - interval '1 hour' AND l.at <= looked_at
        )
    )
    SELECT f.district_code::text, f.person_id, f.at, public.st_x(f.geom), public.st_y(f.geom), f.accuracy_m,
           f.cell_code::text
    FROM found AS f;
END
$$;

-- Opens the days of positions up to `until`, and drops those that ended before `since`, unless somebody else does.
-- Two at once would wait for each other: each holds the table for rows that it changed, and wants it for itself.
CREATE FUNCTION public.gridgov_keep_days(since timestamptz, until timestamptz) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wanted date;
    old name;
    done integer := 0;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('gridgov_keep_days', 0)) THEN
        RETURN 0;
    END IF;
    FOR wanted IN SELECT d::date FROM generate_series(
        date_trunc('day', greatest(since, until - interval '40 days'), 'UTC'), until, interval '1 day') AS d
    LOOP
        IF to_regclass(format('public.staff_position_%s', to_char(wanted, 'YYYY_MM_DD'))) IS NULL AND NOT EXISTS (
            SELECT FROM public.staff_position_default AS p
            WHERE p.at >= wanted::timestamp AT TIME ZONE 'UTC' AND p.at < (wanted + 1)::timestamp AT TIME ZONE 'UTC'
        ) THEN
            EXECUTE format(
                'CREATE TABLE public.staff_position_%s PARTITION OF public.staff_position FOR VALUES FROM (%L) TO (%L)',
                to_char(wanted, 'YYYY_MM_DD'), wanted || ' 00:00Z', wanted + 1 || ' 00:00Z'
            );
            done := done + 1;
        END IF;
    END LOOP;
    FOR old IN
        SELECT c.relname FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'public.staff_position'::regclass AND c.relname ~ '^staff_position_\d{4}_\d\d_\d\d$'
          AND to_date(right(c.relname, 10), 'YYYY_MM_DD') < (since AT TIME ZONE 'UTC')::date
    LOOP
        EXECUTE format('DROP TABLE public.%I', old);
        done := done + 1;
    END LOOP;
    RETURN done;
END
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA gridgov_private FROM PUBLIC;
REVOKE ALL ON FUNCTION
    gridgov_enter(bytea, timestamptz), gridgov_masked_reporter(text, uuid), gridgov_has_reporter(text, uuid),
    gridgov_reveal(text, uuid, uuid, text), gridgov_locate(text, timestamptz),
    gridgov_keep_days(timestamptz, timestamptz)
FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    gridgov_enter(bytea, timestamptz), gridgov_masked_reporter(text, uuid),
    gridgov_reveal(text, uuid, uuid, text), gridgov_locate(text, timestamptz)
TO gridgov_app;
GRANT EXECUTE ON FUNCTION gridgov_keep_days(timestamptz, timestamptz), gridgov_has_reporter(text, uuid) TO gridgov_jobs;
GRANT EXECUTE ON FUNCTION
    gridgov_private.entered(), gridgov_private.account(), gridgov_private.person(), gridgov_private.login(),
    gridgov_private.may(text), gridgov_private.acts(), gridgov_private.reach(), gridgov_private.districts(text),
    gridgov_private.parties(text), gridgov_private.areas(text), gridgov_private.offices(text),
    gridgov_private.sees(text, uuid, text[]), gridgov_private.manages(uuid, text[])
TO gridgov_app;
GRANT SELECT ON gridgov_private.party TO gridgov_app;
REVOKE ALL ON FUNCTION gridgov_rows(text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gridgov_rows(text, uuid) TO gridgov_app, gridgov_jobs;
