"""What the queries of a wall stand on: where cases and whistles stood at a moment, as far as somebody sees them.

Each is a list of common table expressions under the same names and columns, so that what is asked of them is one text:
`standing` (every case), `open_case` (those that were not over), `living` (whistles that were not over), `called` (whom
they waited for, with what is due of them).
"""

from gridgov.access import Subject
from gridgov.store.visible import READ, party_codes

_DISTRICT_DIGITS = 6
_OPEN = "stage NOT IN ('closed', 'rejected', 'merged')"  # as the partial index says it
_COLUMNS = "district_code, incident_id, stage, due_kind, deadline_at, due_at, handling_organisation_code, cell_code"
_OF_STATE = ", ".join(f"s.{name}" for name in _COLUMNS.split(", "))

_STANDING = """
standing AS NOT MATERIALIZED (
    SELECT district_code, incident_id, matter_code, priority, cell_code, position_seq FROM incident_state
)"""
_OPEN_ALL = f"open_case AS (SELECT {_COLUMNS} FROM incident_state WHERE {_OPEN})"  # noqa: S608 - ours
# Whoever has a part of a district alone: along their own open cases, instead of looking at everybody's.
_OPEN_OWN = f"""
own AS (SELECT DISTINCT district_code, incident_id FROM incident_party WHERE party = ANY (:codes) AND open),
open_case AS (
    SELECT {_OF_STATE} FROM own
    JOIN incident_state AS s ON s.district_code = own.district_code AND s.incident_id = own.incident_id
    WHERE s.{_OPEN}
)"""  # noqa: S608 - ours
_LIVING = """
living AS (
    SELECT district_code, id, incident_id, kind, combined, stage, close_due_at FROM whistle
    WHERE stage NOT IN ('closed', 'withdrawn')
),
called AS (
    SELECT c.district_code, c.whistle_id, w.incident_id, c.organisation_code, c.stage,
           CASE c.stage WHEN 'on_site' THEN 'measure' ELSE 'check_in' END AS due_kind,
           CASE c.stage WHEN 'on_site' THEN c.measure_due_at ELSE c.due_at END AS deadline_at
    FROM living AS w JOIN summons AS c ON c.district_code = w.district_code AND c.whistle_id = w.id
    WHERE w.stage IN ('blown', 'closing') AND c.stage IN ('summoned', 'acknowledged', 'on_site')
)"""

_STANDING_THEN = """
standing AS NOT MATERIALIZED (
    SELECT district_code, incident_id, matter_code, priority, cell_code, position_seq FROM incident_standing
    WHERE since <= :at AND (until > :at OR until IS NULL)
)"""
_THEN = "district_code, incident_id, stage, due_kind, ends_at AS deadline_at, CAST(NULL AS timestamptz) AS due_at"
_OPEN_THEN = f"""
open_case AS (
    SELECT {_THEN}, handling_organisation_code, cell_code FROM gridgov_stood_open(CAST(:at AS timestamptz))
)"""  # noqa: S608 - ours
_ALL_OPEN_THEN = f"""
open_case AS (
    SELECT {_THEN}, handling_organisation_code, cell_code FROM incident_standing
    WHERE tstzrange(since, until) @> CAST(:at AS timestamptz) AND {_OPEN}
)"""  # noqa: S608 - ours
# A whistle never outlives its case: whatever was open leads to all that lived, along the index of whistles by incident.
# What an act set is a time of its own; only an arrival counts from another time than that at which it was known.
_LIVING_THEN = """
living AS (
    SELECT w.district_code, w.id, w.incident_id, w.kind, w.combined, w.close_due_at,
           CASE WHEN coalesce(w.blown_at > :at, true) THEN 'drafted' WHEN EXISTS (
               SELECT FROM whistle_side AS s
               WHERE s.district_code = w.district_code AND s.whistle_id = w.id AND s.closed_at <= :at
           ) THEN 'closing' ELSE 'blown' END AS stage
    FROM open_case AS o JOIN whistle AS w ON w.district_code = o.district_code AND w.incident_id = o.incident_id
    WHERE w.drafted_at <= :at AND coalesce(w.closed_at > :at, true) AND coalesce(w.withdrawn_at > :at, true)
),
called AS (
    SELECT c.district_code, c.whistle_id, w.incident_id, c.organisation_code,
           CASE WHEN k.came THEN 'on_site' WHEN c.acknowledged_at <= :at THEN 'acknowledged'
                ELSE 'summoned' END AS stage,
           CASE WHEN k.came THEN 'measure' ELSE 'check_in' END AS due_kind,
           CASE WHEN k.came THEN c.measure_due_at ELSE c.due_at END AS deadline_at
    FROM living AS w JOIN summons AS c ON c.district_code = w.district_code AND c.whistle_id = w.id
    CROSS JOIN LATERAL (SELECT EXISTS (
        SELECT FROM check_in AS k
        WHERE k.district_code = c.district_code AND k.whistle_id = c.whistle_id
          AND k.organisation_code = c.organisation_code AND coalesce(k.vouched_at, k.received_at) <= :at
          AND (k.verdict = 'accepted' OR k.vouched_at IS NOT NULL)
    ) AS came) AS k
    WHERE w.stage IN ('blown', 'closing') AND c.summoned_at <= :at AND coalesce(c.released_at > :at, true)
      AND NOT (k.came AND coalesce(c.measured_at <= :at, false))
)"""


def ground(subject: Subject | None, *, past: bool = False) -> str:
    """Return the expressions for whoever looks (None: the system), of the present or of a moment of the past."""
    if past:
        return ", ".join((_STANDING_THEN, _OPEN_THEN if subject else _ALL_OPEN_THEN, _LIVING_THEN))
    return ", ".join((_STANDING, _OPEN_ALL if is_wide(subject) else _OPEN_OWN, _LIVING))


def is_wide(subject: Subject | None) -> bool:
    """Return whether somebody sees whole districts."""
    return subject is None or any(len(area) <= _DISTRICT_DIGITS for area in subject.areas(READ))


def codes(subject: Subject | None) -> list[str]:
    """Return the parties that somebody is; none of the system, which sees all."""
    return party_codes(subject) if subject else []
