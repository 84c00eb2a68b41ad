-- Whistles that lived at a moment of the past, in the stage that they were in, and which place their case had.
-- A whistle never outlives its case: what was open leads to them. What was due next is left out: facts alone tell it.
    SELECT w.district_code, w.id, w.incident_id, w.kind,
           CASE WHEN coalesce(w.blown_at > :at, true) THEN 'drafted'
                WHEN EXISTS (
                    SELECT FROM whistle_side AS e
                    WHERE e.district_code = w.district_code AND e.whistle_id = w.id AND e.closed_at <= :at
                ) THEN 'closing'
                ELSE 'blown' END AS stage,
           w.combined, w.crosses_district, CAST(NULL AS timestamptz) AS due_at, w.drafted_at, t.position_seq
    FROM gridgov_stood_open(CAST(:at AS timestamptz)) AS o
    JOIN whistle AS w ON w.district_code = o.district_code AND w.incident_id = o.incident_id
    JOIN incident_standing AS t
      ON t.district_code = o.district_code AND t.incident_id = o.incident_id
      AND t.since <= :at AND (t.until > :at OR t.until IS NULL)
    WHERE w.drafted_at <= :at AND coalesce(w.closed_at > :at, true) AND coalesce(w.withdrawn_at > :at, true)
