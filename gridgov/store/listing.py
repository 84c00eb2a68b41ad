"""Lists of incidents, newest first, and one incident in full; each as somebody may see it.

A page is found in two steps. First its ids: by walking, newest first, the incidents of one party after another, or,
where a filter leaves few, the index of that filter; so it costs the same however many incidents there are. Then the
rows of these ids, which touch one or two months of the partitions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, select, true
from sqlalchemy import text as sql

from gridgov.access import Subject
from gridgov.ids import first_id_of
from gridgov.store.geometry import from_store
from gridgov.store.tables import (
    incident,
    incident_duplicate,
    incident_fact,
    incident_hop,
    incident_party,
    incident_position,
    incident_probability,
    incident_share,
    incident_state,
    whistle,
)
from gridgov.store.visible import READ, array, party_codes, visible

FEW = 2_000
"""So many incidents of one's own are looked through sooner than any index."""

MADE_BEFORE = timedelta(days=2)
MADE_AFTER = timedelta(days=31)
"""So long before and after the report's time its id is made; others are odd, few, and have an index of their own."""

ENDED = ("closed", "rejected", "merged")
_s = incident_state.c
_p = incident_party.c
# As the partial indexes say it: the planner must see the same words.
_OPEN = sql("incident_state.stage NOT IN ('closed', 'rejected', 'merged')")
_UNPLACED = sql("incident_state.placement NOT IN ('located', 'crossing')")
_ODD = sql("gridgov_is_odd(incident_state.incident_id, incident_state.reported_at)")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which incidents a list shows; None shows all. `since` and `until` are about when it was reported."""

    district_code: str | None = None
    placement: str | None = None
    cell_code: str | None = None
    street_code: str | None = None
    stage: str | None = None
    matter: str | None = None
    overdue: bool = False
    handling_organisation: str | None = None
    number: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def place(self) -> str | None:
        """The narrowest area that is asked for."""
        return self.cell_code or self.street_code

    @property
    def is_selective(self) -> bool:
        """Whether an index of states finds what is asked for sooner than the parties' incidents do."""
        open_stage = self.stage is not None and self.stage not in ENDED
        unplaced = self.placement is not None and self.placement not in {"located", "crossing"}
        return self.overdue or open_stage or unplaced or self.matter is not None


class ListStore:
    """Reads incidents of one transaction, for people to look at."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(
        self, which: Filter, subject: Subject | None, *, now: datetime, limit: int, before: UUID | None = None
    ) -> list[dict[str, Any]]:
        """Return incidents that `subject` (None: the system) may see, newest id first, strictly before `before`."""
        ids = self._ids(which, subject, now, limit, before)
        return self._rows(ids) if ids else []

    def detail(self, incident_id: UUID, subject: Subject | None) -> dict[str, Any] | None:
        """Return an incident as it stands now with all that hangs on it, or None where there is none to see."""
        seen = visible(incident.c.district_code, incident.c.id, subject)
        row = self._connection.execute(_listing().where(incident.c.id == incident_id, seen)).mappings().first()
        if row is None:
            return None
        found = _plain(dict(row))
        district_code = found["district_code"]
        for name, table in (("probabilities", incident_probability), ("shares", incident_share)):
            found[name] = self._parts(table, district_code, incident_id)
        found["possible_duplicates"] = self._duplicates(district_code, incident_id, subject)
        found["hops"] = self._hops(district_code, incident_id)
        w = whistle.c
        query = select(w.id).where(w.district_code == district_code, w.incident_id == incident_id).order_by(w.id)
        found["whistles"] = list(self._connection.execute(query).scalars())
        return found

    def head(self, incident_id: UUID, subject: Subject | None, *, permission: str = READ) -> str | None:
        """Return the district of an incident over which `subject` holds a permission, or None."""
        seen = visible(incident.c.district_code, incident.c.id, subject, permission)
        query = select(incident.c.district_code).where(incident.c.id == incident_id, seen)
        return self._connection.execute(query).scalar_one_or_none()

    def _ids(
        self, which: Filter, subject: Subject | None, now: datetime, limit: int, before: UUID | None
    ) -> list[UUID]:
        conditions = [*_asked(which, now), *([_s.incident_id < before] if before else [])]
        timely = [*conditions, *_made(which)]
        codes = _codes(which, subject)
        if which.number or (which.is_selective and not (codes and self._has_few(codes))):
            found = [_by_state(timely, subject)]
        elif codes:
            found = [_by_party(codes, timely, subject, before, limit)]
        else:
            found = [_by_id(timely, subject, before)]
        if which.since or which.until:
            found.append(_by_state([*conditions, _ODD], subject))
        streams = [query.order_by(sql("1 DESC")).limit(limit) for query in found]
        ids = {row.incident_id for query in streams for row in self._connection.execute(query)}
        return sorted(ids, reverse=True)[:limit]

    def _has_few(self, codes: list[str]) -> bool:
        first = select(_p.party).where(_p.party.in_(codes)).limit(FEW).subquery()
        return self._connection.execute(select(func.count()).select_from(first)).scalar_one() < FEW

    def _rows(self, ids: list[UUID]) -> list[dict[str, Any]]:
        same = and_(incident.c.id.in_(ids), _s.incident_id.in_(ids), incident_fact.c.incident_id.in_(ids))
        rows = self._connection.execute(_listing().where(same).order_by(incident.c.id.desc())).mappings()
        return [_plain(dict(row)) for row in rows]

    def _parts(self, table: Any, district_code: str, incident_id: UUID) -> list[dict[str, Any]]:
        skip = {"district_code", "incident_id", "seq", "rank", "cell_id"}
        query = select(*(c for c in table.c if c.name not in skip))
        query = query.where(table.c.district_code == district_code, table.c.incident_id == incident_id)
        return [dict(row) for row in self._connection.execute(query.order_by(table.c.seq, table.c.rank)).mappings()]

    def _duplicates(self, district_code: str, incident_id: UUID, subject: Subject | None) -> list[dict[str, Any]]:
        c = incident_duplicate.c
        query = select(c.other_district_code, c.other_id, c.score, c.distance_m, c.similarity)
        query = query.where(c.district_code == district_code, c.incident_id == incident_id)
        query = query.where(visible(c.other_district_code, c.other_id, subject)).order_by(c.score.desc())
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def _hops(self, district_code: str, incident_id: UUID) -> list[dict[str, Any]]:
        c = incident_hop.c
        query = select(c.organisation_code, c.dispatched_at, c.accepted_at, c.ended_at, c.ended_by)
        query = query.where(c.district_code == district_code, c.incident_id == incident_id).order_by(c.seq)
        return [dict(row) for row in self._connection.execute(query).mappings()]


def _codes(which: Filter, subject: Subject | None) -> list[str]:
    """Return the parties whose incidents are walked through, the narrowest that hold all that is asked for.

    None at all where somebody sees whole cities: then all incidents are walked through.
    """
    areas = subject.areas(READ) if subject else ("",)
    own = party_codes(subject) if subject else []
    place, handling = which.place or which.district_code, which.handling_organisation
    if which.place and any(which.place.startswith(area) for area in areas):
        return [which.place]
    if handling and (areas or handling in own):
        return [handling]
    if place and any(place.startswith(area) for area in areas):
        return [place]
    return [] if any(len(area) < 6 for area in areas) else own


def _asked(which: Filter, now: datetime) -> list[Any]:
    """Return the conditions of a filter on the states; each names its column, so none can be forgotten by a walk."""
    equal = {
        _s.district_code: which.district_code,
        _s.placement: which.placement,
        _s.stage: which.stage,
        _s.matter_code: which.matter,
        _s.handling_organisation_code: which.handling_organisation,
    }
    conditions: list[Any] = [column == value for column, value in equal.items() if value is not None]
    if which.place:
        conditions.append(_takes_part(which.place))
    if which.stage is not None and which.stage not in ENDED:
        conditions.append(_OPEN)
    if which.placement is not None and which.placement not in {"located", "crossing"}:
        conditions.append(_UNPLACED)
    if which.overdue:
        conditions += [_OPEN, func.coalesce(_s.deadline_at, _s.due_at) < now]
    if which.number:
        conditions.append(_numbered(which.number))
    if which.since:
        conditions.append(_s.reported_at >= which.since)
    if which.until:
        conditions.append(_s.reported_at < which.until)
    return conditions


def _made(which: Filter) -> list[Any]:
    """Return the bounds of the ids of reports of a time, apart from the odd ones."""
    bounds = [_s.incident_id >= first_id_of(_moved(which.since, -MADE_BEFORE))] if which.since else []
    return [*bounds, _s.incident_id < first_id_of(_moved(which.until, MADE_AFTER))] if which.until else bounds


def _moved(moment: datetime, by: timedelta) -> datetime:
    try:
        return moment + by
    except OverflowError:  # at an end of the calendar there is nothing beyond
        return moment


def _takes_part(code: str) -> ColumnElement[bool]:
    p = incident_party.alias().c
    return exists().where(p.district_code == _s.district_code, p.incident_id == _s.incident_id, p.party == code)


def _numbered(number: str) -> ColumnElement[bool]:
    i = incident.c
    # A range, not LIKE: under the rules of the rows only comparisons that leak nothing may use an index.
    found = select(i.id).where(i.district_code == number[:6], i.number >= number, i.number < f"{number}~")
    return and_(_s.district_code == number[:6], _s.incident_id.in_(found))


def _by_state(conditions: Sequence[Any], subject: Subject | None) -> Select[Any]:
    seen = visible(_s.district_code, _s.incident_id, subject)
    return select(_s.incident_id).where(*conditions, seen)


def _by_id(conditions: Sequence[Any], subject: Subject | None, before: UUID | None) -> Select[Any]:
    """Walk all incidents there are, by their ids."""
    same = and_(incident.c.district_code == _s.district_code, incident.c.id == _s.incident_id)
    walk = select(incident.c.id.label("incident_id")).join(incident_state, same)
    walk = walk.where(*conditions, visible(incident.c.district_code, incident.c.id, subject))
    return walk.where(incident.c.id < before) if before else walk


def _by_party(
    codes: list[str], conditions: Sequence[Any], subject: Subject | None, before: UUID | None, limit: int
) -> Select[Any]:
    """Walk each party's own index; whatever several parties share is found by each of them."""
    codes_of = func.unnest(array(codes)).table_valued("party", name="own").render_derived()
    same = and_(_p.district_code == _s.district_code, _p.incident_id == _s.incident_id)
    walk = (
        select(_p.incident_id)
        .join(incident_state, same)
        .where(_p.party == codes_of.c.party, *conditions, visible(_s.district_code, _s.incident_id, subject))
        .order_by(_p.incident_id.desc())
        .limit(limit)
    )
    walk = walk.where(_p.incident_id < before) if before else walk
    each = walk.lateral("walk")
    return select(each.c.incident_id).select_from(codes_of.join(each, true()))


def _listing() -> Select[Any]:
    same = and_(incident.c.district_code == _s.district_code, incident.c.id == _s.incident_id)
    at = and_(
        incident_position.c.district_code == _s.district_code,
        incident_position.c.incident_id == _s.incident_id,
        incident_position.c.seq == _s.position_seq,
    )
    # What has no position yet still has the words of its report, for whoever must place it.
    f = incident_fact.c
    first_fact = and_(f.district_code == incident.c.district_code, f.incident_id == incident.c.id, f.seq == 1)
    reported = {"digest", "matter_code", "reported_at"}
    standing = {"district_code", "incident_id", "position_seq", "geom"}
    address = func.coalesce(incident_position.c.address, f.payload["address"].astext)
    return (
        select(
            *(c for c in incident.c if c.name not in reported),
            *(c for c in incident_state.c if c.name not in standing),
            incident_position.c.source.label("position_source"),
            incident_position.c.datum,
            incident_position.c.raw_wkt,
            address.label("address"),
            incident_position.c.accuracy_m,
            incident_position.c.grid_checksum,
            incident_position.c.geom,
        )
        .join(incident_state, same)
        .join(incident_fact, first_fact)
        .outerjoin(incident_position, at)
    )


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    stored = row.pop("geom")
    row["geometry"] = None if stored is None else from_store(stored)
    return row
