-- Incidents of a period that are doubtful now.
-- The box is widened by the largest accuracy that is taken in, 20 km: a circle may reach in from outside.
    SELECT s.district_code, s.incident_id, s.cell_code, s.position_seq, s.reported_at, s.geom
    FROM incident_state AS s
    WHERE s.geom && ST_Expand(ST_MakeEnvelope(:west, :south, :east, :north, 4326), 0.3)
      AND s.placement = 'doubtful'
      AND s.reported_at >= :since AND s.reported_at <= :until
      AND (CAST(:stage AS text) IS NULL OR s.stage = CAST(:stage AS text))
