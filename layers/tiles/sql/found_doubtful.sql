-- Incidents of a period that are doubtful now, wherever they lie: `doubtful.sql` keeps those whose circle meets a tile.
-- Reported in the period means an id of about then, by which months are left out; ids that tell another time have an
-- index of their own. The placement is said a second time as the index of what is in no cell for sure says it.
    SELECT s.district_code, s.incident_id, s.cell_code, s.position_seq, s.reported_at, s.geom
    FROM incident_state AS s
    WHERE s.incident_id >= :first AND s.incident_id <= :last
      AND s.placement = 'doubtful' AND s.placement NOT IN ('located', 'crossing')
      AND s.reported_at >= :since AND s.reported_at <= :until
      AND (CAST(:stage AS text) IS NULL OR s.stage = CAST(:stage AS text))
    UNION ALL
    SELECT s.district_code, s.incident_id, s.cell_code, s.position_seq, s.reported_at, s.geom
    FROM incident_state AS s
    WHERE gridgov_is_odd(s.incident_id, s.reported_at) AND (s.incident_id < :first OR s.incident_id > :last)
      AND s.placement = 'doubtful'
      AND s.reported_at >= :since AND s.reported_at <= :until
      AND (CAST(:stage AS text) IS NULL OR s.stage = CAST(:stage AS text))
