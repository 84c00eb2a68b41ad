"""The working day of one person: their duties, what waits for them, what became of what they reported, whistles.

One transaction, a dozen statements, however much there is: a phone asks for it whenever it finds a signal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Self
from uuid import UUID

from shapely.geometry.base import BaseGeometry

from gridgov.access import Caller, Subject
from gridgov.clock import Clock
from gridgov.errors import NotAllowedError, RuleError
from gridgov.incidents import Fact, FactKind, Head, Stage, Standing
from gridgov.incidents.lifecycle import STAYS, TABLE, Act, Effect, Row, possibilities, refusal_of, require_to_the_point
from gridgov.incidents.outcomes import outcome
from gridgov.organisations import OrganisationBook
from gridgov.patrols import Checklist, DueWalk
from gridgov.services.casework_rules import BY_HANDLER, Beside, require_free
from gridgov.services.patrolling import due_today
from gridgov.settings import Settings
from gridgov.store.positions import Holder, Shift
from gridgov.store.unit import Store, Unit
from gridgov.whistles import Due, LiveSummons, Whistle
from gridgov.whistles.lifecycle import ON_SITE, SummonsStage

MOST = 100
"""So many tasks, reports and whistles a day shows, the first due, the newest and the first due."""
_LOOKED_THROUGH = 4 * MOST
SINCE = timedelta(days=30)
"""So far back go one's own reports."""

_DIGITS = 6
_BESIDE = BY_HANDLER | {FactKind.DISPATCHED, FactKind.SUSPENDED, FactKind.ABSORBED, FactKind.RELEASED}


@dataclass(frozen=True, slots=True)
class Task:
    """A case that waits for somebody, and what they may do with it now."""

    standing: Standing
    told: Mapping[str, Any]
    acts: tuple[Act, ...]


@dataclass(frozen=True, slots=True)
class Reported:
    """What somebody reported, and what became of it, in Chinese and in English; `said` by whoever did it."""

    row: Mapping[str, Any]
    outcome_zh: str
    outcome_en: str
    said: str | None


@dataclass(frozen=True, slots=True)
class Call:
    """A summons of a whistle, with what of it is due next."""

    summons: LiveSummons
    organisation: str
    mine: bool
    due: Due | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Called:
    """A whistle that concerns somebody; `point` is lon/lat in EPSG:4326, of an extent a point inside it."""

    whistle: Whistle
    number: str
    point: tuple[float, float] | None
    geometry: BaseGeometry | None
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """What somebody's phone shows of a day."""

    at: datetime
    person: tuple[str, UUID] | None
    name: str
    shift: Shift | None
    duties: list[dict[str, Any]]
    tasks: list[Task]
    reports: list[Reported]
    whistles: list[Called]
    checklists: list[Checklist]
    due_walks: list[DueWalk]


class Workday:
    """Tells people of their working day.

    Parameters
    ----------
    store
        Where all of it is kept.
    clock
        Tells what is now.
    """

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:  # noqa: ARG003 - all alike
        """Return the service as an installation's settings want it."""
        return cls(store, clock=clock)

    def today(self, caller: Caller) -> Day:
        """Return what the caller's phone shows now.

        Raises
        ------
        NotAuthenticatedError
            If the caller proves nothing.
        """
        now = self._clock()
        with self._store.acting(caller, now=now) as unit:
            subject, book = unit.subject, unit.people.book()
            may_read = subject.may("case.read")
            duties = unit.people.duties_of(subject.person, at=now) if subject.person else []
            checklists, due = due_today(unit, duties, now)
            return Day(
                at=now,
                person=subject.person,
                name=subject.name,
                shift=_shift(unit, now),
                duties=duties,
                tasks=_tasks(unit, now) if may_read else [],
                reports=_reports(unit, book, now) if may_read else [],
                whistles=_whistles(unit, book) if may_read else [],
                checklists=checklists,
                due_walks=due,
            )


def _shift(unit: Unit, now: datetime) -> Shift | None:
    person = unit.subject.person
    if person is None or not unit.subject.may("staff.self"):
        return None
    found = unit.positions.shifts(Holder(person, unit.subject.account_id), since=now)
    return next((shift for shift in found if shift.covers(now)), None)


def _tasks(unit: Unit, now: datetime) -> list[Task]:
    subject = unit.subject
    rows = [row for row in TABLE.values() if _moves_on(row) and subject.may(row.act.permission)]
    stages = {row.stage.value for row in rows}
    if not stages:
        return []
    parties = {code for row in rows for code in subject.parties(row.act.permission)} - {str(subject.account_id)}
    wide = any(len(code) < _DIGITS and code.isdigit() for code in parties)
    found = unit.workdays.waiting(None if wide else sorted(parties), stages, subject, limit=_LOOKED_THROUGH)
    asked = [standing for standing in found if any(_calls(row, standing, subject) for row in rows)]
    return _with_acts(unit, asked, rows, now)


def _moves_on(row: Row) -> bool:
    """Return whether an act is what a case waits for at its stage; what can be done beside that makes no task."""
    if row.act in {Act.GRANT_EXTENSION, Act.REFUSE_EXTENSION}:
        return True
    goes_on = row.to not in {STAYS, row.stage} and row.clock in {Effect.START, Effect.GO_ON, Effect.STOP}
    return goes_on and row.stage not in {Stage.CLOSED, Stage.SUSPENDED}


def _calls(row: Row, standing: Standing, subject: Subject) -> bool:
    if row.stage is not standing.stage or refusal_of(row, standing, subject):
        return False
    try:
        require_to_the_point(standing, row.act)
    except RuleError:
        return False
    return True


def _with_acts(unit: Unit, asked: Sequence[Standing], rows: Sequence[Row], now: datetime) -> list[Task]:
    """Return the first of the cases that something beside them does not keep from being acted upon, with all acts."""
    ids = [standing.incident_id for standing in asked]
    facts = unit.workdays.facts(ids, _BESIDE)
    living = {whistle.incident_id: whistle for whistle in unit.whistles.live.living(ids)}
    moving = {row.act for row in rows}
    free: list[tuple[Standing, tuple[Act, ...]]] = []
    for standing in asked:
        beside = _Read(unit, standing, facts.get(standing.incident_id, []), living.get(standing.incident_id))
        possible = [one.act for one in possibilities(standing, unit.subject) if one.possible]
        acts = tuple(act for act in possible if _is_free(beside, act, now))
        if moving.intersection(acts) and len(free) < MOST:
            free.append((standing, acts))
    told = unit.workdays.told([standing.incident_id for standing, _ in free])
    return [Task(standing, told.get(standing.incident_id, {}), acts) for standing, acts in free]


def _is_free(beside: Beside, act: Act, now: datetime) -> bool:
    try:
        require_free(beside, beside.unit.subject, act, now=now)
    except (NotAllowedError, RuleError):
        return False
    return True


@dataclass(frozen=True)
class _Read(Beside):
    """What lies beside a case, where it was read for many cases at once."""

    known: list[Fact]
    whistle: Whistle | None

    @cached_property
    def facts(self) -> list[Fact]:
        """What became known of it, as far as `require_free` asks."""
        return self.known

    @cached_property
    def living(self) -> Whistle | None:
        """Its whistle that is neither closed nor withdrawn, if it has one."""
        return self.whistle


def _reports(unit: Unit, book: OrganisationBook, now: datetime) -> list[Reported]:
    rows = unit.workdays.reported(unit.subject.account_id, since=now - SINCE, limit=MOST)
    words = unit.workdays.last_words([row["incident_id"] for row in rows])
    return [_reported(row, book, words.get(row["incident_id"])) for row in rows]


def _reported(row: dict[str, Any], book: OrganisationBook, said: str | None) -> Reported:
    handling = book.by_code(row["handling_organisation_code"] or "")
    became = outcome(Stage(row["stage"]), organisation=handling.name if handling else None, into=row["merged_into"])
    return Reported(row, *became, said)


def _whistles(unit: Unit, book: OrganisationBook) -> list[Called]:
    subject = unit.subject
    mine = subject.organisations("case.read")
    ids = unit.workdays.whistles(subject.areas("case.read"), mine, limit=MOST)
    found = {whistle.id: whistle for whistle in unit.whistles.live.several(ids)}
    living = [found[one] for one in ids if one in found]
    where = unit.whistles.whereabouts(Head(w.district_code, w.incident_id) for w in living)
    shapes = unit.workdays.shapes([w.incident_id for w in living])
    called = []
    for whistle in living:
        here = where[Head(whistle.district_code, whistle.incident_id)]
        calls = tuple(_call(one, whistle, book, mine) for one in whistle.called)
        called.append(Called(whistle, here.number, here.point, shapes.get(whistle.incident_id), calls))
    return called


def _call(call: LiveSummons, whistle: Whistle, book: OrganisationBook, mine: Sequence[str]) -> Call:
    organisation = book.by_code(call.organisation_code)
    due, due_at = _due(call, whistle)
    name = organisation.name if organisation else call.organisation_code
    return Call(call, name, call.organisation_code in mine, due, due_at)


def _due(call: LiveSummons, whistle: Whistle) -> tuple[Due | None, datetime | None]:
    if whistle.blown_at is None:
        confirm = [side.confirm_due_at for side in whistle.sides if side.confirm_due_at and not side.confirmed_at]
        return Due.CONFIRM, min(confirm, default=None)
    if call.stage in {SummonsStage.SUMMONED, SummonsStage.ACKNOWLEDGED}:
        return Due.CHECK_IN, call.due_at
    if call.stage in ON_SITE and call.measured_at is None:
        return Due.MEASURE, call.measure_due_at
    return None, None
