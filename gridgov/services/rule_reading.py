"""Rules as everybody who is logged in reads them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from gridgov.access import Caller
from gridgov.clock import Clock
from gridgov.errors import InputError, SetupError
from gridgov.matters import Answerers, MatterList, who_answers
from gridgov.settings import Settings
from gridgov.store.rules import Place
from gridgov.store.unit import Store, Unit
from gridgov.worktime import Escalation, Hours, LimitKind, LimitRow, WorkCalendar
from gridgov.worktime.hours import local_day

MACHINE = "command line"
"""The author of what is changed by whoever holds the machine, where no name of theirs is known."""


@dataclass(frozen=True, slots=True)
class HoursKept:
    """All hours there are, and who keeps which: kinds of organisation, and those that differ from their kind."""

    hours: dict[str, Hours]
    by_kind: dict[str, str]
    by_organisation: dict[str, str]

    def only(self, code: str) -> "HoursKept | None":
        """Return these hours alone with who keeps them, or None where there are none."""
        found = self.hours.get(code)
        return None if found is None else HoursKept({code: found}, self.by_kind, self.by_organisation)


class RuleReading:
    """Shows rules. `caller` None is whoever holds the machine: the command line.

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
            return hours_of(unit)

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

    def changes(self, caller: Caller | None, *, limit: int, before: UUID | None = None) -> list[dict[str, Any]]:
        """Return changes of rules with their authors, newest first, strictly before the id `before`."""
        with self._reading(caller) as unit:
            return unit.worktime.changes(limit=limit, before=before)

    @contextmanager
    def _reading(self, caller: Caller | None) -> Iterator[Unit]:
        opened = self._store.transaction() if caller is None else self._store.acting(caller, now=self._clock())
        with opened as unit:
            yield unit


def hours_of(unit: Unit) -> HoursKept:
    """Return all hours and who keeps them, as a transaction sees them."""
    time = unit.worktime
    return HoursKept(time.hours(), time.hours_by_kind(), time.hours_by_organisation())
