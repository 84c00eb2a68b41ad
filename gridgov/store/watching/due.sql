-- What is due until a moment (until): of open cases, of the sides of whistles, of the organisations that they summon.
--
-- Order: cases, sides to confirm, sides to close, summons to come and to file a measure.
-- `open_case`, `living` and `called` say what stood at the moment asked about (at); `gridgov.store.watching` puts them before this.
SELECT 'case' AS subject, s.district_code, s.incident_id, CAST(NULL AS uuid) AS whistle_id, s.due_kind,
       coalesce(s.deadline_at, s.due_at) AS deadline_at, CAST(s.stage AS text) AS stage,
       s.handling_organisation_code AS organisation_code, CAST(NULL AS text) AS street_code
FROM open_case AS s
WHERE coalesce(s.deadline_at, s.due_at) < :until
UNION ALL
SELECT 'side', w.district_code, w.incident_id, w.id, 'confirm', s.confirm_due_at, w.stage, s.organisation_code,
       s.street_code
FROM living AS w JOIN whistle_side AS s ON s.district_code = w.district_code AND s.whistle_id = w.id
WHERE w.stage = 'drafted' AND s.confirm_due_at < :until AND coalesce(s.confirmed_at > :at, true)
UNION ALL
SELECT 'side', w.district_code, w.incident_id, w.id, 'close', w.close_due_at, w.stage, s.organisation_code,
       s.street_code
FROM living AS w JOIN whistle_side AS s ON s.district_code = w.district_code AND s.whistle_id = w.id
WHERE w.stage IN ('blown', 'closing') AND w.close_due_at < :until AND coalesce(s.closed_at > :at, true)
UNION ALL
SELECT 'summons', c.district_code, c.incident_id, c.whistle_id, c.due_kind, c.deadline_at, c.stage,
       c.organisation_code, NULL
FROM called AS c
WHERE c.deadline_at < :until
