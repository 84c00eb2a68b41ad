-- Which of a party's cases are open is repeated beside the party, where an index can hold it.

ALTER TABLE incident_party ADD COLUMN open boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN incident_party.open IS 'the case is neither closed, rejected nor merged';

UPDATE incident_party AS p SET open = false
FROM incident_state AS s
WHERE s.district_code = p.district_code AND s.incident_id = p.incident_id
  AND s.stage IN ('closed', 'rejected', 'merged');

CREATE INDEX incident_party_open_idx ON incident_party (party, incident_id) WHERE open;
DROP INDEX incident_state_stage_idx;
CREATE INDEX incident_state_stage_idx ON incident_state (stage, incident_id);

-- Said after whatever opens or ends a case, by whoever does that. It takes no word for it: the state decides, so that
-- nobody needs the right to change a party.
CREATE FUNCTION public.gridgov_tell_parties(district text, incident uuid) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE public.incident_party AS p SET open = NOT p.open
    FROM public.incident_state AS s
    WHERE p.district_code = district AND p.incident_id = incident
      AND s.district_code = p.district_code AND s.incident_id = p.incident_id
      AND p.open = (s.stage IN ('closed', 'rejected', 'merged'));
END
$$;
REVOKE ALL ON FUNCTION gridgov_tell_parties(text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gridgov_tell_parties(text, uuid) TO gridgov_app, gridgov_jobs;
