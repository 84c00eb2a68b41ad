-- Whistles that are not over, in the stage that they are in, and which place their case has. What is not over has an
-- index of its own, which times would not let a query use.
    SELECT w.district_code, w.id, w.incident_id, w.kind, w.stage, w.combined, w.crosses_district, w.due_at,
           w.drafted_at, s.position_seq
    FROM whistle AS w
    JOIN incident_state AS s ON s.district_code = w.district_code AND s.incident_id = w.incident_id
    WHERE w.stage NOT IN ('closed', 'withdrawn')
