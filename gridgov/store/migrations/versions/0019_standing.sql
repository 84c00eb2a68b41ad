-- How incidents stood, from when until when.
--
-- Order: the table and its rule; who keeps it; what a wall asks of the past, who is on duty, whose number ends so; and
-- for every incident that is there how it stands since its newest fact. What came before that, the worker tells from the
-- facts, some at a time: done here, a million incidents would keep everybody waiting.

CREATE TABLE incident_standing (
    district_code varchar(6) NOT NULL,
    incident_id uuid NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz,
    stage varchar(20) NOT NULL,
    placement varchar(12) NOT NULL,
    position_seq integer,
    cell_code varchar(15),
    matter_code varchar(40),
    priority smallint,
    handling_organisation_code varchar(40),
    due_kind varchar(20),
    ends_at timestamptz,
    clock_told boolean NOT NULL DEFAULT true,
    untold boolean NOT NULL DEFAULT false,
    CONSTRAINT incident_standing_pkey PRIMARY KEY (district_code, incident_id, since),
    CONSTRAINT incident_standing_district_code_incident_id_fkey FOREIGN KEY (district_code, incident_id)
        REFERENCES incident (district_code, id)
);
COMMENT ON COLUMN incident_standing.until IS 'null: it still stands so';
COMMENT ON COLUMN incident_standing.ends_at IS 'the deadline, or when a suspension ends';
COMMENT ON COLUMN incident_standing.clock_told IS
    'false: told later from the facts, by rules of time that may have been others then';
COMMENT ON COLUMN incident_standing.untold IS 'how it stood before that is still to be told from the facts';

-- A program of before that acts meanwhile would tell nobody how a case stands then.
LOCK TABLE incident_state IN SHARE MODE;

INSERT INTO incident_standing (
    district_code, incident_id, since, stage, placement, position_seq, cell_code, matter_code, priority,
    handling_organisation_code, due_kind, ends_at, untold
)
SELECT s.district_code, s.incident_id, newest.at, s.stage, s.placement, s.position_seq, s.cell_code, s.matter_code,
       s.priority, s.handling_organisation_code, s.due_kind, coalesce(s.deadline_at, s.due_at), oldest.at < newest.at
FROM incident_state AS s
CROSS JOIN LATERAL (
    SELECT max(f.at) AS at FROM incident_fact AS f
    WHERE f.district_code = s.district_code AND f.incident_id = s.incident_id
) AS newest
CROSS JOIN LATERAL (
    SELECT f.at FROM incident_fact AS f
    WHERE f.district_code = s.district_code AND f.incident_id = s.incident_id ORDER BY f.seq LIMIT 1
) AS oldest;

CREATE INDEX incident_standing_open_idx ON incident_standing USING gist (tstzrange(since, until))
    WHERE stage NOT IN ('closed', 'rejected', 'merged');
CREATE INDEX incident_standing_incident_id_idx ON incident_standing (incident_id, since);
CREATE INDEX incident_standing_matter_idx ON incident_standing (matter_code, incident_id);
CREATE INDEX incident_standing_handling_idx ON incident_standing (handling_organisation_code, incident_id)
    WHERE handling_organisation_code IS NOT NULL;
CREATE INDEX incident_standing_untold_idx ON incident_standing (incident_id) WHERE untold;

ALTER TABLE incident_standing ENABLE ROW LEVEL SECURITY;
CREATE POLICY app_select ON incident_standing FOR SELECT TO gridgov_app USING ((
    district_code = ANY ((SELECT gridgov_private.districts('case.read'))::text[])
    OR EXISTS (
        SELECT FROM gridgov_private.party AS p
        WHERE p.district_code = incident_standing.district_code AND p.incident_id = incident_standing.incident_id
          AND p.party = ANY ((SELECT gridgov_private.parties('case.read'))::text[]) OFFSET 0
    )
));
GRANT SELECT ON incident_standing TO gridgov_app;
CREATE POLICY jobs_all ON incident_standing TO gridgov_jobs USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON incident_standing TO gridgov_jobs;

-- Said after whatever changes the state of a case, in its transaction. It takes no word for it: the state and the newest
-- fact decide, so that nobody who acts needs the right to write how anything stood. Times do not go back: a fact of a
-- clock that did is known when the one before it is.
CREATE FUNCTION public.gridgov_tell_standing(district text, incident uuid) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s public.incident_state;
    o public.incident_standing;
    ends timestamptz;
    told_at timestamptz;
BEGIN
    SELECT * INTO s FROM public.incident_state AS i WHERE i.district_code = district AND i.incident_id = incident;
    SELECT f.at INTO told_at FROM public.incident_fact AS f
    WHERE f.district_code = district AND f.incident_id = incident ORDER BY f.seq DESC LIMIT 1;
    IF s.incident_id IS NULL OR told_at IS NULL THEN
        RETURN;
    END IF;
    SELECT * INTO o FROM public.incident_standing AS i
    WHERE i.district_code = district AND i.incident_id = incident AND i.until IS NULL ORDER BY i.since DESC LIMIT 1;
    ends := coalesce(s.deadline_at, s.due_at);
    IF (o.stage, o.placement, o.position_seq, o.cell_code, o.matter_code, o.priority, o.handling_organisation_code,
        o.due_kind, o.ends_at) IS NOT DISTINCT FROM
       (s.stage, s.placement, s.position_seq, s.cell_code, s.matter_code, s.priority, s.handling_organisation_code,
        s.due_kind, ends)
    THEN
        RETURN;
    END IF;
    IF told_at > o.since THEN
        UPDATE public.incident_standing AS i SET until = told_at
        WHERE i.district_code = district AND i.incident_id = incident AND i.since = o.since;
    END IF;
    INSERT INTO public.incident_standing AS i (
        district_code, incident_id, since, stage, placement, position_seq, cell_code, matter_code, priority,
        handling_organisation_code, due_kind, ends_at
    ) VALUES (
        district, incident, greatest(told_at, o.since), s.stage, s.placement, s.position_seq, s.cell_code, s.matter_code,
        s.priority, s.handling_organisation_code, s.due_kind, ends
    )
    ON CONFLICT ON CONSTRAINT incident_standing_pkey DO UPDATE SET
        stage = excluded.stage, placement = excluded.placement, position_seq = excluded.position_seq,
        cell_code = excluded.cell_code, matter_code = excluded.matter_code, priority = excluded.priority,
        handling_organisation_code = excluded.handling_organisation_code, due_kind = excluded.due_kind,
        ends_at = excluded.ends_at;
END
$$;

-- What was open at a moment, of what whoever has entered sees. The index of times is none that the rules of the rows let
-- a query use (its operator might tell of rows), so the same rule is asked in here.
CREATE FUNCTION public.gridgov_stood_open(moment timestamptz)
RETURNS TABLE (
    district_code text, incident_id uuid, stage text, due_kind text, ends_at timestamptz,
    handling_organisation_code text, cell_code text, clock_told boolean
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    whole text[] := gridgov_private.districts('case.read');
    mine text[] := gridgov_private.parties('case.read');
BEGIN
    RETURN QUERY
    SELECT s.district_code::text, s.incident_id, s.stage::text, s.due_kind::text, s.ends_at,
           s.handling_organisation_code::text, s.cell_code::text, s.clock_told
    FROM public.incident_standing AS s
    WHERE tstzrange(s.since, s.until) @> moment AND s.stage NOT IN ('closed', 'rejected', 'merged')
      AND (s.district_code = ANY (whole) OR EXISTS (
          SELECT FROM public.incident_party AS p
          WHERE p.district_code = s.district_code AND p.incident_id = s.incident_id AND p.party = ANY (mine)
      ));
END
$$;

-- How many people were on duty at a moment in the districts over which one may locate staff; null where there is none.
CREATE FUNCTION public.gridgov_on_duty(moment timestamptz) RETURNS integer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    mine text[] := gridgov_private.districts('staff.locate');
BEGIN
    IF coalesce(cardinality(mine), 0) = 0 THEN
        RETURN NULL;
    END IF;
    RETURN (
        SELECT count(DISTINCT (s.district_code, s.person_id)) FROM public.shift AS s
        WHERE s.district_code = ANY (mine) AND s.started_at <= moment AND coalesce(s.ended_at, s.due_at) > moment
    );
END
$$;

-- Incidents whose eight signs begin so, newest first, of what whoever has entered sees: as with times, the index is one
-- that the rules of the rows keep from a query.
CREATE INDEX incident_signs_idx ON incident (substr(number, 15) text_pattern_ops);
CREATE FUNCTION public.gridgov_signed(signs text, many integer) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    whole text[] := gridgov_private.districts('case.read');
    mine text[] := gridgov_private.parties('case.read');
BEGIN
    RETURN QUERY
    SELECT i.id FROM public.incident AS i
    WHERE substr(i.number, 15) ~>=~ signs AND substr(i.number, 15) ~<~ (signs || '~')
      AND (i.district_code = ANY (whole) OR EXISTS (
          SELECT FROM public.incident_party AS p
          WHERE p.district_code = i.district_code AND p.incident_id = i.id AND p.party = ANY (mine)
      ))
    ORDER BY i.id DESC LIMIT least(many, 100);
END
$$;

REVOKE ALL ON FUNCTION
    gridgov_tell_standing(text, uuid), gridgov_stood_open(timestamptz), gridgov_on_duty(timestamptz),
    gridgov_signed(text, integer)
FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gridgov_tell_standing(text, uuid) TO gridgov_app, gridgov_jobs;
GRANT EXECUTE ON FUNCTION
    gridgov_stood_open(timestamptz), gridgov_on_duty(timestamptz), gridgov_signed(text, integer)
TO gridgov_app;

-- Those that ask who has entered run as whoever made what they ask, which may be another than who migrates today.
DO $$
DECLARE
    maker name := (SELECT pg_get_userbyid(proowner) FROM pg_proc WHERE oid = 'gridgov_private.context()'::regprocedure);
BEGIN
    EXECUTE format('ALTER FUNCTION gridgov_stood_open(timestamptz) OWNER TO %I', maker);
    EXECUTE format('ALTER FUNCTION gridgov_on_duty(timestamptz) OWNER TO %I', maker);
    EXECUTE format('ALTER FUNCTION gridgov_signed(text, integer) OWNER TO %I', maker);
    IF NOT has_table_privilege(maker, 'incident_standing', 'SELECT') THEN
        EXECUTE format('GRANT SELECT ON incident_standing TO %I', maker);
    END IF;
END
$$;
