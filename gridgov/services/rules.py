"""Rules as people look after them: the calendar, hours, limits, escalation, and the responsibility list.

Setting a rule to what it is already changes nothing, so every act here may be sent twice. Everybody who changes one
waits for whoever does already; `seen` is what a change was decided on, and where the rule is not that any more, the
change is refused (`StaleError`) with both.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from gridgov.access import Caller
from gridgov.editing import Seen, require_seen
from gridgov.errors import InputError, NotFoundError
from gridgov.matters import Matter, Responsibility, refuse_contradictions
from gridgov.services.rule_reading import MACHINE, HoursKept, RuleReading, hours_of
from gridgov.services.rule_wishes import require_keeper, require_order, require_roles, require_source
from gridgov.store.unit import Unit
from gridgov.worktime import ALWAYS, CalendarYear, Escalation, Hours, LimitKind, LimitRow, WorkCalendar
from gridgov.worktime.rules import known_kind

__all__ = ["MACHINE", "HoursKept", "RuleBook"]


class RuleBook(RuleReading):
    """Shows rules and changes them. `caller` None is whoever holds the machine: the command line."""

    def put_years(
        self, caller: Caller | None, years: Sequence[CalendarYear], *, seen: Seen | None = None
    ) -> WorkCalendar:
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
                    require_seen(seen, before.get(year.year))
                    unit.worktime.put_year(year)
                    self._log(unit, "calendar", {"year": year.year, "source": year.source}, author)
            return calendar

    def put_limit(self, caller: Caller | None, row: LimitRow, *, seen: Seen | None = None) -> None:
        """Set a limit.

        Raises
        ------
        RuleError
            If its matter is not on the list in force.
        """
        require_source(row.source)
        with self._changing(caller) as (unit, author):
            if row.matter_code is not None:
                unit.rules.matters().matter(row.matter_code)
            stored = _stored(unit, row.kind, row.matter_code, row.priority)
            if row == stored:
                return
            require_seen(seen, stored)
            unit.worktime.put_limit(row)
            self._log(unit, "limit", {**_key(row.kind, row.matter_code, row.priority), "is": str(row.limit)}, author)

    def drop_limit(
        self,
        caller: Caller | None,
        kind: str,
        matter_code: str | None,
        priority: int | None,
        *,
        seen: Seen | None = None,
    ) -> None:
        """Take a limit away, so that the next wider one decides.

        Raises
        ------
        NotFoundError
            If there is none exactly for these.
        """
        which = known_kind(kind)
        with self._changing(caller) as (unit, author):
            stored = _stored(unit, which, matter_code, priority)
            if stored is None:
                message = "There is no limit exactly for these: GET /api/v1/limits shows all."
                raise NotFoundError(message, field="kind")
            require_seen(seen, stored)
            unit.worktime.drop_limit(which, matter_code, priority)
            self._log(unit, "limit", {**_key(which, matter_code, priority), "is": None}, author)

    def put_escalations(
        self, caller: Caller | None, kind: str, steps: Sequence[Escalation], *, seen: Seen | None = None
    ) -> None:
        """Set what follows a missed deadline of one kind: all its steps, none for nothing.

        Raises
        ------
        InputError
            If the steps are not numbered 1, 2, ..., a later one comes earlier, or there is no such role.
        """
        which = known_kind(kind)
        for step in steps:
            require_source(step.source)
        require_order(steps)
        with self._changing(caller) as (unit, author):
            stored = unit.worktime.escalations().get(which, [])
            if stored == list(steps):
                return
            require_roles(steps, unit.worktime.role_codes())
            require_seen(seen, stored)
            unit.worktime.put_escalations(which, steps)
            said = [{"after": str(s.after), "level": s.level, "role": s.role, "tells_own": s.tells_own} for s in steps]
            self._log(unit, "escalation", {"kind": which, "steps": said}, author)

    def put_hours(self, caller: Caller | None, hours: Hours, *, seen: Seen | None = None) -> None:
        """Add hours that organisations may keep, or change them for all who do.

        Raises
        ------
        InputError
            If they are the hours without an end, which stay what they are.
        """
        if hours.code == ALWAYS.code:
            message = f"{ALWAYS.code} means day and night, and stays so: give other hours another code."
            raise InputError(message, field="code")
        require_source(hours.source)
        with self._changing(caller) as (unit, author):
            if unit.worktime.hours().get(hours.code) == hours:
                return
            require_seen(seen, hours_of(unit).only(hours.code))
            unit.worktime.put_hours(hours)
            week = {str(day): " ".join(map(str, segments)) for day, segments in (hours.week or {}).items()}
            self._log(unit, "hours", {"code": hours.code, "week": week}, author)

    def keep_hours(
        self,
        caller: Caller | None,
        code: str,
        *,
        organisation_code: str | None = None,
        kind: str | None = None,
        seen: Seen | None = None,
    ) -> None:
        """Let an organisation, or all of a kind that have no hours of their own, keep these hours.

        Raises
        ------
        NotFoundError
            If there are no such hours, or there is no such organisation.
        InputError
            If neither or both are named, or there is no such kind.
        """
        require_keeper(organisation_code, kind)
        with self._changing(caller) as (unit, author):
            if code not in unit.worktime.hours():
                message = f"There are no hours {code!r}: GET /api/v1/hours shows all."
                raise NotFoundError(message, field="code")
            if organisation_code is not None and unit.people.book().by_code(organisation_code) is None:
                message = f"There is no organisation {organisation_code!r}."
                raise NotFoundError(message, field="organisation_code")
            kept = hours_of(unit)
            if (kept.by_kind | kept.by_organisation).get(organisation_code or kind or "") == code:
                return
            require_seen(seen, kept.only(code))
            unit.worktime.keep_hours(code, organisation_code=organisation_code, kind=kind)
            self._log(unit, "hours_kept", {"code": code, "organisation": organisation_code, "kind": kind}, author)

    def publish(
        self,
        caller: Caller | None,
        matters: list[Matter],
        parts: list[Responsibility],
        *,
        source: str,
        seen: Seen | None = None,
    ) -> int:
        """Put a responsibility list in force from now on; return its version. Cases keep the version they have.

        A list that says what the one in force says makes no new version.

        Raises
        ------
        RuleError
            If it contradicts itself or what is registered; every contradiction stands in its details.
        """
        require_source(source)
        with self._changing(caller) as (unit, author):
            refuse_contradictions(
                matters, parts, organisations=unit.people.codes(), whistle_kinds=unit.rules.whistle_kinds()
            )
            now = self._clock()
            if seen is not None and not unit.rules.says(matters, parts):
                require_seen(seen, unit.rules.matters() if unit.rules.current_version() else None)
            if unit.rules.publish_matters(matters, parts, at=now, source=source):
                self._log(unit, "matter_list", {"version": unit.rules.current_version(), "source": source}, author)
                unit.summary.log_load(self._home, at=now, source=source, summary={"matters": len(matters)})
            version = unit.rules.current_version()
            return version or 0

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


def _stored(unit: Unit, kind: LimitKind, matter_code: str | None, priority: int | None) -> LimitRow | None:
    wanted = (kind, matter_code, priority)
    return next((row for row in unit.worktime.limits() if (row.kind, row.matter_code, row.priority) == wanted), None)


def _key(kind: LimitKind, matter_code: str | None, priority: int | None) -> dict[str, Any]:
    return {"kind": kind, "matter": matter_code, "priority": priority}
