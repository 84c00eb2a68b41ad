"""Walks: which way finds the newest incidents of a page, for whoever asks, without gathering all there are.

Newest first, along the incidents of one party after another; or, where a filter leaves few, along the index of that
filter. Ids begin with the time they were made at, so an order by id is one by time, and a time bounds a walk.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, select, true
from sqlalchemy import text as sql
from sqlalchemy.sql.selectable import LateralFromClause

from gridgov import incidents
from gridgov.access import Subject
from gridgov.ids import first_id_of
from gridgov.store.tables import incident, incident_party, incident_state
from gridgov.store.visible import READ, array, party_codes, visible

MADE = timedelta(hours=1)
"""Not further from the report's time its id is made; others are odd, and have an index of their own."""

ENDED = tuple(stage.value for stage in incidents.ENDED)
_DISTRICT_DIGITS = 6
_s = incident_state.c
_p = incident_party.c
# As the partial indexes say it: the planner must see the same words.
_OPEN = sql("incident_state.stage NOT IN ('closed', 'rejected', 'merged')")
_UNPLACED = sql("incident_state.placement NOT IN ('located', 'crossing')")
_ODD = sql("gridgov_is_odd(incident_state.incident_id, incident_state.reported_at)")
OWN_OPEN = incident_party.c.open

# Have the planner walk an index and stop, or look rows up one by one, instead of gathering all there is and sorting it.
# It cannot know that a page is soon full: what somebody sees and what a filter leaves hang together.
PLANNER = sql(
    "SELECT set_config(name, :other, true) "
    "FROM unnest('{enable_sort,enable_bitmapscan,enable_hashjoin,enable_mergejoin,enable_seqscan}'::text[]) AS name"
)


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
    def is_unplaced(self) -> bool:
        """Whether what is asked for waits for a place."""
        return self.placement is not None and self.placement not in {"located", "crossing"}

    @property
    def is_selective(self) -> bool:
        """Whether an index of states finds what is asked for sooner than a party's incidents do, if these are many."""
        rare_stage = self.stage is not None and self.stage != "closed"
        return self.overdue or rare_stage or self.is_unplaced or bool(self.matter or self.handling_organisation)

    @property
    def is_open(self) -> bool:
        """Whether only cases that are not over are asked for."""
        return self.overdue or (self.stage is not None and self.stage not in ENDED)


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list a page is: how many, strictly before which id, as of when."""

    now: datetime
    limit: int
    before: UUID | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """A query for ids, newest first; `gathers` where there are few by nature, and the planner may sort them."""

    query: Select[Any]
    gathers: bool = False


def codes_of(which: Filter, subject: Subject | None) -> list[str]:
    """Return the parties whose incidents are walked along, the narrowest that hold all that is asked for.

    None at all where somebody sees whole cities: then all incidents are walked along.
    """
    areas = subject.areas(READ) if subject else ("",)
    place = which.place or which.district_code
    if place and any(place.startswith(area) for area in areas):
        return [place]
    if subject is None or any(len(area) < _DISTRICT_DIGITS for area in areas):
        return []
    return party_codes(subject)


def is_district(party: str) -> bool:
    """Return whether a party is a whole district."""
    return len(party) == _DISTRICT_DIGITS and party.isdigit()


def walks(which: Filter, subject: Subject | None, codes: list[str], window: Window) -> Iterator[Walk]:
    """Yield the walks whose ids together hold the page; without `codes`, along the filter's index or all there are."""
    asked = _asked(which, window.now)
    if which.number:
        yield Walk(_ended(_by_number(which.number, asked, subject, window), window), gathers=True)
        return
    timely = which.since or which.until
    if codes:
        yield Walk(_ended(_by_party(codes, asked, subject, (which, window)), window))
    elif which.is_selective or which.stage:
        yield Walk(_ended(_by_state(asked, subject).where(*_bounds(_s.incident_id, which, window)), window))
    else:
        yield Walk(_ended(_by_id(asked, subject).where(*_bounds(incident.c.id, which, window)), window))
    if timely:
        yield Walk(_ended(_by_odd(asked, subject, (which, window)), window), gathers=True)


def _ended(query: Select[Any], window: Window) -> Select[Any]:
    return query.order_by(sql("1 DESC")).limit(window.limit)


def _asked(which: Filter, now: datetime) -> list[Any]:
    """Return the conditions of a filter, all on the states, so that every walk asks them alike."""
    equal = {
        _s.district_code: which.district_code,
        _s.placement: which.placement,
        _s.stage: which.stage,
        _s.matter_code: which.matter,
        _s.handling_organisation_code: which.handling_organisation,
    }
    conditions: list[Any] = [column == value for column, value in equal.items() if value is not None]
    optional = {
        _UNPLACED: which.is_unplaced,
        _OPEN: which.overdue,
    }
    conditions += [words for words, wanted in optional.items() if wanted]
    conditions += [func.coalesce(_s.deadline_at, _s.due_at) < now] if which.overdue else []
    conditions += [_takes_part(which.place)] if which.place else []
    conditions += [_s.reported_at >= which.since] if which.since else []
    return [*conditions, _s.reported_at < which.until] if which.until else conditions


def _takes_part(code: str) -> ColumnElement[bool]:
    p = incident_party.alias().c
    return exists().where(p.district_code == _s.district_code, p.incident_id == _s.incident_id, p.party == code)


def _bounds(walked: ColumnElement[UUID], which: Filter, window: Window) -> list[ColumnElement[bool]]:
    """Return between which ids a walk goes: those of the time that is asked for, the odd ones apart."""
    bounds = _strictly_before(walked, window)
    if which.since:
        bounds.append(walked >= first_id_of(moved(which.since, -MADE)))
    if which.until:
        bounds.append(walked < first_id_of(moved(which.until, MADE)))
    return bounds


def _strictly_before(walked: ColumnElement[UUID], window: Window) -> list[ColumnElement[bool]]:
    return [walked < window.before] if window.before else []


def moved(moment: datetime, by: timedelta) -> datetime:
    """Return a moment so much later, or the same one at an end of the calendar: there is nothing beyond."""
    try:
        return moment + by
    except OverflowError:
        return moment


def _by_number(number: str, asked: list[Any], subject: Subject | None, window: Window) -> Select[Any]:
    """Find a number, or those that begin so. A range, not LIKE: under rules, only what leaks nothing uses an index."""
    i = incident.c
    like = (i.district_code == number[:_DISTRICT_DIGITS], i.number >= number, i.number < f"{number}~")
    return _by_id(asked, subject).where(*like, *_strictly_before(i.id, window))


def _by_state(asked: list[Any], subject: Subject | None) -> Select[Any]:
    return select(_s.incident_id).where(*asked, visible(_s.district_code, _s.incident_id, subject))


def _by_odd(asked: list[Any], subject: Subject | None, page: tuple[Filter, Window]) -> Select[Any]:
    """Find what was reported in the time that is asked for though its id tells another: these first, then the rest."""
    which, window = page
    times = [_s.reported_at >= which.since] if which.since else []
    times += [_s.reported_at < which.until] if which.until else []
    odd = select(_s.district_code, _s.incident_id).where(_ODD, *times).offset(0).subquery("odd")
    fits = _fits(odd.c.district_code, odd.c.incident_id, asked, subject)
    found = select(odd.c.incident_id).select_from(odd.join(fits, true()))
    return found.where(*_strictly_before(odd.c.incident_id, window))


def _by_id(asked: list[Any], subject: Subject | None) -> Select[Any]:
    i = incident.c
    fits = _fits(i.district_code, i.id, asked, subject)
    return select(i.id).select_from(incident.join(fits, true()))


def _by_party(codes: list[str], asked: list[Any], subject: Subject | None, page: tuple[Filter, Window]) -> Select[Any]:
    """Walk along each party's own incidents; what several parties share is found by each of them, and is one."""
    which, window = page
    own_open = [OWN_OPEN] if which.is_open else []
    own = func.unnest(array(codes)).table_valued("party", name="own").render_derived()
    fits = _fits(_p.district_code, _p.incident_id, asked, subject)
    walk = (
        select(_p.incident_id)
        .select_from(incident_party.join(fits, true()))
        .where(_p.party == own.c.party, *own_open, *_bounds(_p.incident_id, which, window))
        .order_by(_p.incident_id.desc())
        .limit(window.limit)
        .lateral("walk")
    )
    return select(walk.c.incident_id).distinct().select_from(own.join(walk, true()))


def _fits(district_code: Any, incident_id: Any, asked: list[Any], subject: Subject | None) -> LateralFromClause:
    """Return what tells of one incident that is walked to whether it fits; OFFSET 0 keeps the planner to that order."""
    same = and_(_s.district_code == district_code, _s.incident_id == incident_id)
    seen = visible(_s.district_code, _s.incident_id, subject)
    return select(_s.stage).where(same, *asked, seen).offset(0).lateral("fits")
