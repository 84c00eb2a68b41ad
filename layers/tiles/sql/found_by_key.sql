-- Incidents that were found one by one; a point inside it stands for an extent.
    SELECT s.district_code, s.incident_id, s.stage, s.placement, s.priority, s.cell_code, s.reported_at, s.geom,
           s.stage NOT IN ('closed', 'rejected', 'merged')
               AND coalesce(coalesce(s.deadline_at, s.due_at) < :now, false) AS overdue
    FROM unnest(CAST(:own_districts AS text[]), CAST(:own_ids AS uuid[])) AS o (district_code, id)
    JOIN incident_state AS s ON s.district_code = o.district_code AND s.incident_id = o.id
