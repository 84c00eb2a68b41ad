-- Incidents of a period in the tile's box: of whole districts, or of all that somebody sees (`whole` null) where the box
-- is small; and those elsewhere that were found one by one. A point inside it stands for an extent.
-- Reported in the period means an id of about then, by which months are left out; ids that tell another time have an
-- index of their own.
    SELECT s.district_code, s.incident_id, s.stage, s.placement, s.priority, s.cell_code, s.reported_at, s.geom,
           s.stage NOT IN ('closed', 'rejected', 'merged')
               AND coalesce(coalesce(s.deadline_at, s.due_at) < :now, false) AS overdue
    FROM incident_state AS s
    WHERE (CAST(:whole AS text[]) IS NULL OR s.district_code = ANY (CAST(:whole AS text[])))
      AND s.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
      AND s.incident_id >= :first AND s.incident_id <= :last
      AND s.reported_at >= :since AND s.reported_at <= :until
      AND (CAST(:stage AS text) IS NULL OR s.stage = CAST(:stage AS text))
    UNION ALL
    SELECT s.district_code, s.incident_id, s.stage, s.placement, s.priority, s.cell_code, s.reported_at, s.geom,
           s.stage NOT IN ('closed', 'rejected', 'merged')
               AND coalesce(coalesce(s.deadline_at, s.due_at) < :now, false) AS overdue
    FROM incident_state AS s
    WHERE (CAST(:whole AS text[]) IS NULL OR s.district_code = ANY (CAST(:whole AS text[])))
      AND gridgov_is_odd(s.incident_id, s.reported_at) AND (s.incident_id < :first OR s.incident_id > :last)
      AND s.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
      AND s.reported_at >= :since AND s.reported_at <= :until
      AND (CAST(:stage AS text) IS NULL OR s.stage = CAST(:stage AS text))
    UNION ALL
    SELECT s.district_code, s.incident_id, s.stage, s.placement, s.priority, s.cell_code, s.reported_at, s.geom,
           s.stage NOT IN ('closed', 'rejected', 'merged')
               AND coalesce(coalesce(s.deadline_at, s.due_at) < :now, false) AS overdue
    FROM unnest(CAST(:own_districts AS text[]), CAST(:own_ids AS uuid[])) AS o (district_code, id)
    JOIN incident_state AS s ON s.district_code = o.district_code AND s.incident_id = o.id
    WHERE s.district_code <> ALL (CAST(:whole AS text[]))
