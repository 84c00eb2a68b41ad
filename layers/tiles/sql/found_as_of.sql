-- Incidents that were found one by one, as they stood at a moment (`now`): in the place that they had then, and overdue
-- where their clock of then is told. A point inside it stands for an extent.
    SELECT t.district_code, t.incident_id, t.stage, t.placement, t.priority, t.cell_code,
           t.position_seq, n.reported_at,
           CASE WHEN n.position_seq IS NOT DISTINCT FROM t.position_seq THEN n.geom
                ELSE (SELECT ST_PointOnSurface(p.geom) FROM incident_position AS p
                      WHERE p.district_code = t.district_code AND p.incident_id = t.incident_id
                        AND p.seq = t.position_seq) END AS geom,
           t.stage NOT IN ('closed', 'rejected', 'merged')
               AND coalesce(t.ends_at < :now AND t.clock_told, false) AS overdue
    FROM unnest(CAST(:own_districts AS text[]), CAST(:own_ids AS uuid[])) AS o (district_code, id)
    JOIN incident_standing AS t ON t.district_code = o.district_code AND t.incident_id = o.id
         AND t.since <= :now AND (t.until > :now OR t.until IS NULL)
    JOIN incident_state AS n ON n.district_code = t.district_code AND n.incident_id = t.incident_id
