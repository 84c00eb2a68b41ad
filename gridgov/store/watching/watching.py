"""What a wall asks: which deadlines are late or soon, and how many there are of what."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from importlib.resources import files
from typing import Any

from sqlalchemy import Connection, TextClause, text

from gridgov.access import Subject
from gridgov.areas import Level
from gridgov.ids import first_id_of
from gridgov.store.visible import READ
from gridgov.store.walking import MADE, moved
from gridgov.store.watching.ground import codes, ground, is_wide

_HERE = files("gridgov.store.watching")
_DUE = (_HERE / "due.sql").read_text(encoding="utf-8")
_ROWS = (_HERE / "rows.sql").read_text(encoding="utf-8")
_PER_STREET = """
    SELECT o.stage, left(o.cell_code, 9) AS street_code, count(*) AS open,
           count(*) FILTER (WHERE d.ends_at < :at) AS late,
           count(*) FILTER (WHERE d.ends_at >= :at AND d.ends_at < :until) AS soon
    FROM open_case AS o CROSS JOIN LATERAL (SELECT coalesce(o.deadline_at, o.due_at) AS ends_at) AS d GROUP BY 1, 2
"""
_WHISTLES = """
    SELECT (SELECT count(*) FROM living) AS open, (SELECT count(*) FROM living WHERE combined) AS combined,
           (SELECT count(*) FROM living WHERE stage = 'drafted') AS drafted,
           count(*) FILTER (WHERE due_kind = 'confirm' AND deadline_at < :at) AS late_confirm,
           count(*) FILTER (WHERE due_kind = 'check_in' AND deadline_at < :at) AS late_check_in,
           count(*) FILTER (WHERE due_kind = 'measure' AND deadline_at < :at) AS late_measure,
           count(DISTINCT whistle_id) FILTER (WHERE due_kind = 'close' AND deadline_at < :at) AS late_close
    FROM due WHERE subject <> 'case'
"""
# An id tells the time of its report to the hour; those that do not have an index of their own. What was opened before
# anybody complained is counted apart; it is made here, and its id is never odd.
_REPORTED = """
    SELECT i.district_code, i.id FROM incident AS i
    WHERE i.id >= :first AND i.id < :last AND i.reported_at > :since AND i.reported_at <= :at
      AND (i.channel = 'proactive') = :proactive
    UNION
    SELECT s.district_code, s.incident_id FROM incident_state AS s
    WHERE gridgov_is_odd(s.incident_id, s.reported_at) AND s.reported_at > :since AND s.reported_at <= :at
      AND NOT :proactive
"""
_REPORTED_OWN = """
    SELECT p.district_code, p.incident_id AS id FROM incident_party AS p
    JOIN incident AS i ON i.district_code = p.district_code AND i.id = p.incident_id
    WHERE p.party = ANY (:codes) AND p.incident_id >= :first AND p.incident_id < :last
      AND i.reported_at > :since AND i.reported_at <= :at AND (i.channel = 'proactive') = :proactive
    UNION
    SELECT s.district_code, s.incident_id FROM incident_state AS s
    WHERE gridgov_is_odd(s.incident_id, s.reported_at) AND s.reported_at > :since AND s.reported_at <= :at
      AND NOT :proactive
"""
_REPORTED_PER_STREET = """
    SELECT left(s.cell_code, 9) AS street_code, count(*) AS reports
    FROM reported AS r JOIN standing AS s ON s.district_code = r.district_code AND s.incident_id = r.id GROUP BY 1
"""
_STREETS = text("""
    SELECT p.code, p.name FROM area_period AS p
    JOIN area AS a ON a.district_code = p.district_code AND a.id = p.area_id
    WHERE a.level = :level AND p.valid @> CAST(:at AS timestamptz) ORDER BY p.code
""")
_ON_DUTY = text("SELECT gridgov_on_duty(CAST(:at AS timestamptz))")
_ALL_ON_DUTY = text("""
    SELECT count(DISTINCT (district_code, person_id)) FROM shift
    WHERE started_at <= :at AND coalesce(ended_at, due_at) > :at
""")
# Of what somebody reported themselves, they see what lies in no area of theirs.
_BESIDE = text("""
    SELECT EXISTS (
        SELECT FROM incident_party AS p WHERE p.party = :account AND NOT EXISTS (
            SELECT FROM unnest(CAST(:areas AS text[])) AS a (code) WHERE starts_with(p.district_code, a.code)
        )
    )
""")
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Watched:
    """What is late and what is soon, the most pressing first; and how many there are, shown or not."""

    late: list[dict[str, Any]]
    soon: list[dict[str, Any]]
    late_total: int
    soon_total: int


class WatchStore:
    """Looks over all that is open, in one transaction, as far as `subject` (None: the system) sees it."""

    def __init__(self, connection: Connection, subject: Subject | None, *, past: bool = False) -> None:
        self._connection = connection
        self._subject = subject
        self._past = past

    def then(self) -> "WatchStore":
        """Return what looks at moments of the past in the same way."""
        return WatchStore(self._connection, self._subject, past=True)

    def due(self, at: datetime, *, within: timedelta, limit: int) -> Watched:
        """Return what was due before a moment, and what falls due within so long after it; at most `limit` of each."""
        asked = {"at": at, "until": at + within, "limit": limit}
        rows = [dict(row) for row in self._rows(f"due AS ({_DUE}), {_ROWS}", asked)]
        late, soon = ([row for row in rows if row["late"] is told] for told in (True, False))
        return Watched(late, soon, _total(late), _total(soon))

    def open_cases(self, at: datetime, *, within: timedelta) -> list[dict[str, Any]]:
        """Return how many cases are open, late and soon late, by stage and street (null: in none)."""
        return self._rows(f"nothing AS (SELECT) {_PER_STREET}", {"at": at, "until": at + within})

    def whistles(self, at: datetime) -> dict[str, int]:
        """Return how many whistles live, and how much of them is late."""
        return self._rows(f"due AS ({_DUE}) {_WHISTLES}", {"at": at, "until": at})[0]

    def reported(self, at: datetime, *, proactive: bool = False) -> dict[str | None, int]:
        """Return how many incidents were reported in the day before a moment, by street; or were opened unreported."""
        since = moved(at, -DAY)
        asked = {"at": at, "since": since, "first": first_id_of(moved(since, -MADE)), "last": first_id_of(at + MADE)}
        asked["proactive"] = proactive
        reported = _REPORTED if is_wide(self._subject) else _REPORTED_OWN
        found = self._rows(f"reported AS ({reported}) {_REPORTED_PER_STREET}", asked)
        return {row["street_code"]: row["reports"] for row in found}

    def on_duty(self, at: datetime) -> int | None:
        """Return how many people were on duty in the districts whose staff one may locate; None where there is none."""
        asked = _ALL_ON_DUTY if self._subject is None else _ON_DUTY
        found: int | None = self._connection.execute(asked, {"at": at}).scalar_one()
        return found

    def takes_part_beside(self) -> bool:
        """Return whether somebody sees incidents for having reported them, beyond what their areas let them see."""
        if self._subject is None:
            return False
        asked = {"account": str(self._subject.account_id), "areas": list(self._subject.areas(READ))}
        return bool(self._connection.execute(_BESIDE, asked).scalar_one())

    def streets(self, at: datetime) -> dict[str, str]:
        """Return the names of the streets that were in force at a moment and are one's own to look at, by code."""
        found = self._connection.execute(_STREETS, {"at": at, "level": Level.STREET})
        return {code: name for code, name in found if self._own(code)}

    def _own(self, street_code: str) -> bool:
        return self._subject is None or any(street_code.startswith(area) for area in self._subject.areas(READ))

    def _rows(self, asks: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
        found = self._connection.execute(self._told(asks), {**asked, **self._codes})
        return [dict(row) for row in found.mappings()]

    def _told(self, asks: str) -> TextClause:
        return text(f"WITH {ground(self._subject, past=self._past)}, {asks}")

    @cached_property
    def _codes(self) -> dict[str, list[str]]:
        return {} if is_wide(self._subject) else {"codes": codes(self._subject)}


def _total(rows: list[dict[str, Any]]) -> int:
    return int(rows[0]["total"]) if rows else 0
