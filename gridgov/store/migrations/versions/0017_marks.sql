-- Whether a party's case is open is the state's to say: whoever acts adds parties without that word. A program of before
-- that still ran while parties were marked may have ended a case, or opened one again, which no list of what is open shows.

LOCK TABLE incident_state IN SHARE MODE;
REVOKE INSERT ON incident_party FROM gridgov_app;
GRANT INSERT (district_code, party, incident_id, part) ON incident_party TO gridgov_app;

UPDATE incident_party AS p SET open = NOT p.open
FROM incident_state AS s
WHERE s.district_code = p.district_code AND s.incident_id = p.incident_id
  AND p.open = (s.stage IN ('closed', 'rejected', 'merged'));

-- Appends to a case's chain that somebody looked at its reporter; the case must be locked. A link as
-- `gridgov.incidents.facts` makes them, which a test holds. It names nobody: many read the chain, and few who looked.
-- Who waited for the lock entered before others appended: the look lies after theirs all the same.
CREATE OR REPLACE FUNCTION gridgov_private.tell_look(district text, incident uuid, look_id uuid, before text, after text)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last public.incident_fact;
    looked_at timestamptz := gridgov_private.context() ->> 'at';
    utc timestamp;
    said text := format(
        '{"look":"%s","rows":{"look":[%s,"%s"]}}', look_id, coalesce('"' || before || '"', 'null'), after
    );
    body text;
BEGIN
    SELECT f.* INTO last FROM public.incident_fact AS f
    WHERE f.district_code = district AND f.incident_id = incident ORDER BY f.seq DESC LIMIT 1;
    looked_at := greatest(looked_at, last.at);
    utc := looked_at AT TIME ZONE 'UTC';
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
