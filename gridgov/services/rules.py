"""Rules as people look after them: the calendar, hours, limits, escalation, and the responsibility list.

Setting a rule to what it is already changes nothing, so every act here may be sent twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from gridgov.access import Caller
from gridgov.clock import Clock
from gridgov.errors import InputError, NotFoundError, SetupError
from gridgov.matters import Answerers, Matter, MatterList, Responsibility, refuse_contradictions, who_answers
from gridgov.organisations import OrganisationKind
from gridgov.settings import Settings
from gridgov.store.rules import Place
from gridgov.store.unit import Store, Unit
from gridgov.worktime import ALWAYS, CalendarYear, Escalation, Hours, LimitKind, LimitRow, WorkCalendar
from gridgov.worktime.hours import local_day
from gridgov.worktime.rules import known_kind

MACHINE = "command line"
"""The author of what is changed by whoever holds the machine, where no name of theirs is known."""

_LONGEST_SOURCE = 500


@dataclass(frozen=True, slots=True)
class HoursKept:
    """All hours there are, and who keeps which: kinds of organisation, and those that differ from their kind."""

    hours: dict[str, Hours]
    by_kind: dict[str, str]
    by_organisation: dict[str, str]


class RuleBook:
    """Shows rules and changes them. `caller` None is whoever holds the machine: the command line.

    Parameters
    ----------
    home_district
        Over whose area a grant to manage rules must reach: rules are the installation's, not a street's.
    machine
        The author of what whoever holds the machine changes.
    """

    def __init__(self, store: Store, *, clock: Clock, home_district: str, machine: str = MACHINE) -> None:
        self._store = store
        self._clock = clock
        self._home = home_district
        self._machine = machine

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock, machine: str = MACHINE) -> Self:
        """Return the service as an installation's settings want it."""
        return cls(store, clock=clock, home_district=settings.home_district, machine=machine)

    # --- what there is

    def matters(self, caller: Caller | None, version: int | None = None) -> MatterList:
        """Return a version of the responsibility list; None: the one in force.

        Raises
        ------
        NotFoundError
            If there never was such a version.
        """
        with self._reading(caller) as unit:
            return unit.rules.matters(version)

    def versions(self, caller: Caller | None) -> list[dict[str, Any]]:
        """Return all versions of the list, newest first."""
        with self._reading(caller) as unit:
            return unit.rules.versions()

    def answerers(
        self, caller: Caller | None, matter_code: str, *, street_code: str | None, district_code: str | None
    ) -> Answerers:
        """Return who leads, cooperates and is summoned for a matter at a place; see `gridgov.matters.who_answers`."""
        district = district_code or (street_code or self._home)[:6]
        if street_code and street_code[:6] != district:
            message = f"Street {street_code} does not lie in district {district}: give one of them."
            raise InputError(message, field="street_code")
        with self._reading(caller) as unit:
            book = unit.people.book()
            return who_answers(unit.rules.matters(), book, matter_code, street_code=street_code, district_code=district)

    def calendar(self, caller: Caller | None) -> WorkCalendar:
        """Return the calendar with its sources."""
        with self._reading(caller) as unit:
            return unit.worktime.calendar()

    def limits(self, caller: Caller | None) -> list[LimitRow]:
        """Return the table of limits."""
        with self._reading(caller) as unit:
            return unit.worktime.limits()

    def escalations(self, caller: Caller | None) -> dict[LimitKind, list[Escalation]]:
        """Return what follows missed deadlines, by kind."""
        with self._reading(caller) as unit:
            return unit.worktime.escalations()

    def hours(self, caller: Caller | None) -> HoursKept:
        """Return all hours and who keeps them."""
        with self._reading(caller) as unit:
            time = unit.worktime
            return HoursKept(time.hours(), time.hours_by_kind(), time.hours_by_organisation())

    def due_at(
        self,
        caller: Caller | None,
        kind: str,
        matter_code: str | None,
        *,
        start: datetime | None = None,
        priority: int | None = None,
        organisation_code: str | None = None,
    ) -> datetime | None:
        """Return when something that began at `start` (now) would be due, by the rules as they stand.

        Raises
        ------
        InputError
            If `start` lies beyond the calendar.
        """
        begun = start or self._clock()
        with self._reading(caller) as unit:
            if matter_code is not None:
                matter = unit.rules.matters().matter(matter_code)
                priority = priority or matter.priority
            rules = unit.worktime.rules()
            try:
                return rules.due_at(kind, matter_code, priority, begun, organisation_code)
            except SetupError as error:
                if start is None or rules.calendar.knows(local_day(start)):
                    raise  # a year is missing that a case of these days needs
                raise InputError(error.message, field="start") from error

    def against_list(
        self, caller: Caller | None, since: datetime, until: datetime, *, limit: int, before: Place | None = None
    ) -> list[dict[str, Any]]:
        """Return dispatches against the list in a period that the caller may see, newest first."""
        with self._reading(caller) as unit:
            if unit.acting is not None:
                unit.subject.require("case.read")
            return unit.rules.against_list(since, until, subject=unit.acting, limit=limit, before=before)

    def changes(self, caller: Caller | None, *, limit: int) -> list[dict[str, Any]]:
        """Return the newest changes of rules, with their authors."""
        with self._reading(caller) as unit:
            return unit.worktime.changes(limit=limit)

    # --- changing it

    def put_years(self, caller: Caller | None, years: Sequence[CalendarYear]) -> WorkCalendar:
        """Add years to the calendar, or replace them, all or none; return the calendar.

        Raises
        ------
        InputError
            If a year between them and the calendar is missing.
        """
        with self._changing(caller) as (unit, author):
            before = {year.year: year for year in unit.worktime.calendar().years}
            calendar = WorkCalendar({**before, **{year.year: year for year in years}}.values())
            for year in years:
                if before.get(year.year) != year:
                    unit.worktime.put_year(year)
                    self._log(unit, "calendar", {"year": year.year, "source": year.source}, author)
            return calendar

    def put_limit(self, caller: Caller | None, row: LimitRow) -> None:
        """Set a limit.

        Raises
        ------
        RuleError
            If its matter is not on the list in force.
        """
        _require_source(row.source)
        with self._changing(caller) as (unit, author):
            if row.matter_code is not None:
                unit.rules.matters().matter(row.matter_code)
            if row in unit.worktime.limits():
                return
            unit.worktime.put_limit(row)
            self._log(unit, "limit", {**_key(row.kind, row.matter_code, row.priority), "is": str(row.limit)}, author)

    def drop_limit(self, caller: Caller | None, kind: str, matter_code: str | None, priority: int | None) -> None:
        """Take a limit away, so that the next wider one decides.

        Raises
        ------
        NotFoundError
            If there is none exactly for these.
        """
        which = known_kind(kind)
        with self._changing(caller) as (unit, author):
            if not unit.worktime.drop_limit(which, matter_code, priority):
                message = "There is no limit exactly for these: GET /api/v1/limits shows all."
                raise NotFoundError(message, field="kind")
            self._log(unit, "limit", {**_key(which, matter_code, priority), "is": None}, author)

    def put_escalations(self, caller: Caller | None, kind: str, steps: Sequence[Escalation]) -> None:
        """Set what follows a missed deadline of one kind: all its steps, none for nothing.

        Raises
        ------
        InputError
            If the steps are not numbered 1, 2, ..., a later one comes earlier, or there is no such role.
        """
        which = known_kind(kind)
        for step in steps:
            _require_source(step.source)
        _require_order(steps)
        with self._changing(caller) as (unit, author):
            if unit.worktime.escalations().get(which, []) == list(steps):
                return
            _require_roles(steps, unit.worktime.role_codes())
            unit.worktime.put_escalations(which, steps)
            said = [{"after": str(s.after), "level": s.level, "role": s.role, "tells_own": s.tells_own} for s in steps]
            self._log(unit, "escalation", {"kind": which, "steps": said}, author)

    def put_hours(self, caller: Caller | None, hours: Hours) -> None:
        """Add hours that organisations may keep, or change them for all who do.

        Raises
        ------
        InputError
            If they are the hours without an end, which stay what they are.
        """
        if hours.code == ALWAYS.code:
            message = f"{ALWAYS.code} means day and night, and stays so: give other hours another code."
            raise InputError(message, field="code")
        _require_source(hours.source)
        with self._changing(caller) as (unit, author):
            if unit.worktime.hours().get(hours.code) == hours:
                return
            unit.worktime.put_hours(hours)
            week = {str(day): " ".join(map(str, segments)) for day, segments in (hours.week or {}).items()}
            self._log(unit, "hours", {"code": hours.code, "week": week}, author)

    def keep_hours(
        self, caller: Caller | None, code: str, *, organisation_code: str | None = None, kind: str | None = None
    ) -> None:
        """Let an organisation, or all of a kind that have no hours of their own, keep these hours.

        Raises
        ------
        NotFoundError
            If there are no such hours, or there is no such organisation.
        InputError
            If neither or both are named, or there is no such kind.
        """
        if (organisation_code is None) == (kind is None):
            message = "Say whose hours these are: one organisation's, or one kind's."
            raise InputError(message, field="organisation_code")
        if kind is not None and kind not in set(OrganisationKind):
            message = f"There is no kind {kind!r} of organisation: there are {', '.join(OrganisationKind)}."
            raise InputError(message, field="kind")
        with self._changing(caller) as (unit, author):
            if code not in unit.worktime.hours():
                message = f"There are no hours {code!r}: GET /api/v1/hours shows all."
                raise NotFoundError(message, field="code")
            if organisation_code is not None and unit.people.book().by_code(organisation_code) is None:
                message = f"There is no organisation {organisation_code!r}."
                raise NotFoundError(message, field="organisation_code")
            kept = unit.worktime.hours_by_kind() | unit.worktime.hours_by_organisation()
            if kept.get(organisation_code or kind or "") == code:
                return
            unit.worktime.keep_hours(code, organisation_code=organisation_code, kind=kind)
            self._log(unit, "hours_kept", {"code": code, "organisation": organisation_code, "kind": kind}, author)

    def publish(self, caller: Caller | None, matters: list[Matter], parts: list[Responsibility], *, source: str) -> int:
        """Put a responsibility list in force from now on; return its version. Cases keep the version they have.

        A list that says what the one in force says makes no new version.

        Raises
        ------
        RuleError
            If it contradicts itself or what is registered; every contradiction stands in its details.
        """
        _require_source(source)
        with self._changing(caller) as (unit, author):
            refuse_contradictions(
                matters, parts, organisations=unit.people.codes(), whistle_kinds=unit.rules.whistle_kinds()
            )
            now = self._clock()
            if unit.rules.publish_matters(matters, parts, at=now, source=source):
                self._log(unit, "matter_list", {"version": unit.rules.current_version(), "source": source}, author)
                unit.summary.log_load(self._home, at=now, source=source, summary={"matters": len(matters)})
            version = unit.rules.current_version()
            return version or 0

    @contextmanager
    def _reading(self, caller: Caller | None) -> Iterator[Unit]:
        opened = self._store.transaction() if caller is None else self._store.acting(caller, now=self._clock())
        with opened as unit:
            yield unit

    @contextmanager
    def _changing(self, caller: Caller | None) -> Iterator[tuple[Unit, str]]:
        with self._reading(caller) as unit:
            author = self._machine
            if unit.acting is not None:
                unit.subject.require("rules.manage", self._home)
                author = unit.subject.login
            unit.hold_loading()
            yield unit, author

    def _log(self, unit: Unit, what: str, data: Mapping[str, Any], author: str) -> None:
        unit.worktime.log_change(what, data, at=self._clock(), author=author)


def _key(kind: LimitKind, matter_code: str | None, priority: int | None) -> dict[str, Any]:
    return {"kind": kind, "matter": matter_code, "priority": priority}


def _require_source(source: str) -> None:
    if not source.strip() or len(source) > _LONGEST_SOURCE:
        message = f"Say where this rule comes from, in at most {_LONGEST_SOURCE} characters."
        raise InputError(message, field="source")


def _require_order(steps: Sequence[Escalation]) -> None:
    if [step.step for step in steps] != list(range(1, len(steps) + 1)):
        message = "The steps are numbered 1, 2, 3 ... in the order in which they are taken."
        raise InputError(message, field="step")
    # Steps in different units cannot be told apart without a calendar; those that can must not go back in time.
    known = [step.after.seconds for step in steps if step.after.seconds is not None]
    if known != sorted(known):
        message = "A later step comes before an earlier one: each counts from the deadline, not from the step before."
        raise InputError(message, field="after")


def _require_roles(steps: Sequence[Escalation], roles: set[str]) -> None:
    unknown = next((step.role for step in steps if step.role not in roles), None)
    if unknown is not None:
        message = f"There is no role {unknown!r}: there are {', '.join(sorted(roles))}."
        raise InputError(message, field="role")
