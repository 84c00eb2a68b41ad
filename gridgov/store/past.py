"""Lists of incidents as they stood at a moment, newest first, each as somebody may see it now.

As for the present (see `store.walking`), ids first and their rows after that. What was open at a moment is gathered,
which is a few thousand whenever it was; all else is walked along from that moment back, where most incidents that
there were still stand as they did. Who sees what the rules of the rows say, which stand before every row here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import shapely
from sqlalchemy import Connection, text

from gridgov.access import Subject
from gridgov.ids import first_id_of
from gridgov.store.walking import MADE, PLANNER, Filter, Window, codes_of, is_district, moved

_LATE = 2 * MADE  # a clock that is a little ahead reports from the future, and its ids are made within `MADE` of that
_FIRST = UUID(int=0)
_OPEN = "stage NOT IN ('closed', 'rejected', 'merged')"  # as the partial index says it
_AT = "CAST(:at AS timestamptz)"
_STOOD = f"t.since <= {_AT} AND (t.until > {_AT} OR t.until IS NULL)"
_TOUCHED = """(starts_with(t.cell_code, :place) OR EXISTS (
    SELECT FROM incident_share AS h
    WHERE h.district_code = t.district_code AND h.incident_id = t.incident_id AND h.seq = t.position_seq
      AND NOT h.sliver AND starts_with(h.cell_code, :place)
))"""
_REPORTED = """EXISTS (
    SELECT FROM incident AS r WHERE r.district_code = t.district_code AND r.id = t.incident_id AND {}
)"""
_ASKED = {
    "district_code": "t.district_code = :district_code",
    "placement": "t.placement = :placement",
    "stage": "t.stage = :stage",
    "matter": "t.matter_code = :matter",
    "handling_organisation": "t.handling_organisation_code = :handling_organisation",
    "overdue": f"t.{_OPEN} AND t.ends_at < {_AT}",
    "place": _TOUCHED,
    "since": _REPORTED.format("r.reported_at >= :since"),
    "until": _REPORTED.format("r.reported_at < :until"),
}
_OPEN_THEN = f"SELECT district_code, incident_id, clock_told FROM gridgov_stood_open({_AT})"  # noqa: S608 - ours
_ALL_OPEN_THEN = f"""
    SELECT district_code, incident_id, clock_told FROM incident_standing
    WHERE tstzrange(since, until) @> {_AT} AND {_OPEN}
"""  # noqa: S608 - ours
_NUMBERED = """
    SELECT district_code, id AS incident_id FROM incident
    WHERE district_code = left(CAST(:number AS text), 6) AND number >= :number
      AND number < CAST(:number AS text) || '~'
"""
_ALL = "SELECT district_code, id AS incident_id FROM incident WHERE id >= :first AND id < :below"
_ODD = "SELECT district_code, incident_id FROM incident_state WHERE gridgov_is_odd(incident_id, reported_at)"
_OWN = """
    SELECT district_code, incident_id FROM incident_party
    WHERE party = own.party AND incident_id >= :first AND incident_id < :below
"""
_ROWS = text(f"""
    SELECT i.district_code, i.id, i.number, i.received_at, i.reported_at, i.channel, i.external_number, i.list_version,
           i.text, t.stage, t.placement, t.cell_code, t.matter_code, t.priority, t.handling_organisation_code,
           t.due_kind, CASE WHEN t.due_kind IS DISTINCT FROM 'resume' THEN t.ends_at END AS deadline_at, t.clock_told,
           p.geom
    FROM unnest(CAST(:ids AS uuid[])) AS wanted (id)
    JOIN incident AS i ON i.id = wanted.id
    JOIN incident_standing AS t ON t.district_code = i.district_code AND t.incident_id = i.id AND {_STOOD}
    LEFT JOIN incident_position AS p
        ON p.district_code = i.district_code AND p.incident_id = i.id AND p.seq = t.position_seq
    ORDER BY i.id DESC
""")  # noqa: S608 - ours


class PastStore:
    """Reads how incidents stood, in one transaction; `window.now` is the moment that is asked about."""

    def __init__(self, connection: Connection, subject: Subject | None) -> None:
        self._connection = connection
        self._subject = subject

    def page(self, which: Filter, window: Window) -> list[dict[str, Any]]:
        """Return incidents that fitted, newest id first."""
        found: set[UUID] = set()
        asked = self._parameters(which, window)
        for query, gathers in self._walks(which, window):
            self._connection.execute(PLANNER, {"other": "on" if gathers else "off"})
            found.update(self._connection.execute(text(query), asked).scalars())
        ids = sorted(found, reverse=True)[: window.limit]
        rows = self._rows(ids, window.now)
        self._connection.execute(PLANNER, {"other": "on"})
        return rows

    def knows_deadlines(self, moment: datetime) -> bool:
        """Return whether the deadlines of all that was open at a moment are known."""
        unknown = text(f"SELECT EXISTS (SELECT FROM ({self._open}) AS stood WHERE NOT clock_told)")  # noqa: S608 - ours
        return not self._connection.execute(unknown, {"at": moment}).scalar_one()

    @property
    def _open(self) -> str:
        return _ALL_OPEN_THEN if self._subject is None else _OPEN_THEN

    def _walks(self, which: Filter, window: Window) -> Iterator[tuple[str, bool]]:
        """Yield queries for ids that together hold the page, and whether they gather few instead of walking."""
        asked = " AND ".join([_STOOD, *(_ASKED[name] for name in _given(which))])
        if which.number or which.is_open:
            yield _joined(_NUMBERED if which.number else self._open, asked, window), True
            return
        codes = self._codes(which)
        if which.matter or which.handling_organisation:
            walked = "t.incident_id >= :first AND t.incident_id < :below ORDER BY 1 DESC LIMIT :limit"
            yield f"SELECT t.incident_id FROM incident_standing AS t WHERE {asked} AND {walked}", False  # noqa: S608 - ours
        elif codes:
            walk = _joined(_OWN, asked, window)
            own = "unnest(CAST(:codes AS text[])) AS own (party)"
            yield f"SELECT DISTINCT walk.* FROM {own}, LATERAL ({walk}) AS walk", False  # noqa: S608 - ours
        else:
            yield _joined(_ALL, asked, window), False
        yield _joined(_ODD, asked, window), True

    def _codes(self, which: Filter) -> list[str]:
        codes = codes_of(which, self._subject)
        return [] if all(is_district(code) for code in codes) else codes

    def _parameters(self, which: Filter, window: Window) -> dict[str, Any]:
        asked = {**asdict(which), "at": window.now, "limit": window.limit, "before": window.before}
        return {**asked, **_bounds(which, window), "codes": self._codes(which), "place": which.place}

    def _rows(self, ids: Sequence[UUID], moment: datetime) -> list[dict[str, Any]]:
        rows = self._connection.execute(_ROWS, {"ids": list(ids), "at": moment}).mappings()
        return [_plain(dict(row)) for row in rows]


def _bounds(which: Filter, window: Window) -> dict[str, UUID]:
    """Return between which ids to walk: what there was at the moment, reported in the time that is asked for."""
    ends = [first_id_of(window.now + _LATE)]
    ends += [window.before] if window.before else []
    ends += [first_id_of(moved(which.until, MADE))] if which.until else []
    return {"first": first_id_of(moved(which.since, -MADE)) if which.since else _FIRST, "below": min(ends)}


def _given(which: Filter) -> list[str]:
    given = {**asdict(which), "place": which.place}
    return [name for name in _ASKED if given[name]]


def _joined(source: str, asked: str, window: Window) -> str:
    """Return the query for those of a source that fitted; OFFSET 0 keeps the planner to asking one after another."""
    before = "WHERE w.incident_id < :before" if window.before else ""
    return f"""
        SELECT w.incident_id FROM ({source}) AS w
        JOIN LATERAL (
            SELECT t.stage FROM incident_standing AS t
            WHERE t.district_code = w.district_code AND t.incident_id = w.incident_id AND {asked} OFFSET 0
        ) AS fits ON true {before} ORDER BY 1 DESC LIMIT :limit
    """  # noqa: S608 - ours


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    stored, told = row.pop("geom"), row.pop("clock_told")
    row["geometry"] = None if stored is None else shapely.from_wkb(stored)
    return row if told else {name: value for name, value in row.items() if name != "deadline_at"}
