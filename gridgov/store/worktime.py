"""Rules of time, kept: read into one `WorkRules`, changed by row, every change written down with its author."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from threading import Lock
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as put

from gridgov.ids import new_id
from gridgov.store.tables import (
    calendar_day,
    calendar_year,
    escalation_step,
    hours_of_kind,
    hours_of_organisation,
    load_log,
    matter,
    matter_list,
    organisation,
    role,
    rule_change,
    time_limit,
    work_hours,
    work_segment,
)
from gridgov.store.tables.worktime import ANY_MATTER, ANY_PRIORITY
from gridgov.worktime import (
    ALWAYS,
    CalendarDay,
    CalendarYear,
    DayKind,
    Escalation,
    Hours,
    Kept,
    Level,
    Limit,
    LimitKind,
    LimitRow,
    LimitUnit,
    OwnLimits,
    Segment,
    WorkCalendar,
    WorkRules,
)

_Signature = tuple[Any, ...]
_KEPT = 8


def _signature() -> Select[Any]:
    """Return the question whose answer differs whenever a rule does.

    Counts alone would not do: another change may bring a table to the count that an undone one had brought it to. The
    newest ids alone would not either: of two machines, one may make a lower id later.
    """
    newest = [
        select(table.c.id).order_by(table.c.id.desc()).limit(1).scalar_subquery()
        for table in (rule_change, load_log, organisation)
    ]
    counts = [select(func.count()).select_from(table).scalar_subquery() for table in (rule_change, load_log)]
    listed = select(matter_list.c.checksum).where(func.upper_inf(matter_list.c.valid)).scalar_subquery()
    version = select(func.max(matter_list.c.version)).scalar_subquery()
    years = select(func.count(), func.min(calendar_year.c.year)).select_from(calendar_year).subquery()
    return select(*newest, *counts, listed, version, years)


_SIGNATURE = _signature()  # built once: it is asked with every act
_rules: dict[_Signature, WorkRules] = {}
_lock = Lock()


class WorktimeStore:
    """Reads and writes the rules of time of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rules(self) -> WorkRules:
        """Return the rules of time as this transaction sees them; read anew only after a change."""
        signature = tuple(self._connection.execute(_SIGNATURE).one())
        found = _rules.get(signature)
        if found is None:
            found = self._read()
            with _lock:
                while len(_rules) >= _KEPT:
                    _rules.pop(next(iter(_rules)))
                _rules[signature] = found
        return found

    def _read(self) -> WorkRules:
        return WorkRules(
            self.calendar(),
            Kept(self._kept(), self.hours()),
            self.limits(),
            self.escalations(),
            own=self._own(),
            list_version=self._connection.execute(
                select(matter_list.c.version).where(func.upper_inf(matter_list.c.valid))
            ).scalar(),
        )

    def calendar(self) -> WorkCalendar:
        """Return the calendar with its sources."""
        days: dict[int, list[CalendarDay]] = defaultdict(list)
        c = calendar_day.c
        for row in self._connection.execute(select(c.year, c.day, c.kind, c.name).order_by(c.day)):
            days[row.year].append(CalendarDay(row.day, DayKind(row.kind), row.name))
        years = self._connection.execute(select(calendar_year.c.year, calendar_year.c.source))
        return WorkCalendar([CalendarYear(r.year, tuple(days[r.year]), r.source) for r in years])

    def hours(self) -> dict[str, Hours]:
        """Return all hours that an organisation may keep, by code."""
        week: dict[str, dict[int, list[Segment]]] = defaultdict(lambda: defaultdict(list))
        for row in self._connection.execute(select(work_segment).order_by(work_segment.c.start_minute)):
            week[row.hours][row.day].append(Segment(row.start_minute, row.end_minute))
        return {row.code: _hours(row, week[row.code]) for row in self._connection.execute(select(work_hours))}

    def hours_by_kind(self) -> dict[str, str]:
        """Return the code of the hours that each kind of organisation keeps unless it says otherwise."""
        rows = self._connection.execute(select(hours_of_kind.c.organisation_kind, hours_of_kind.c.hours))
        return {row[0]: row[1] for row in rows}

    def hours_by_organisation(self) -> dict[str, str]:
        """Return the code of the hours of each organisation that keeps others than its kind."""
        c = hours_of_organisation.c
        return {row[0]: row[1] for row in self._connection.execute(select(c.organisation_code, c.hours))}

    def _kept(self) -> dict[str, Hours]:
        hours, of_kind, own = self.hours(), self.hours_by_kind(), self.hours_by_organisation()
        rows = self._connection.execute(select(organisation.c.code, organisation.c.kind))
        return {code: hours.get(own.get(code) or of_kind.get(kind) or "", ALWAYS) for code, kind in rows}

    def limits(self) -> list[LimitRow]:
        """Return the table of limits, the widest rows of each kind first."""
        c = time_limit.c
        rows = self._connection.execute(select(time_limit).order_by(c.kind, c.matter_code, c.priority))
        return [
            LimitRow(
                LimitKind(r.kind),
                _limit(r),
                matter_code=None if r.matter_code == ANY_MATTER else r.matter_code,
                priority=None if r.priority == ANY_PRIORITY else r.priority,
                source=r.source,
            )
            for r in rows
        ]

    def escalations(self) -> dict[LimitKind, list[Escalation]]:
        """Return what follows a missed deadline, by kind, in order."""
        found: dict[LimitKind, list[Escalation]] = defaultdict(list)
        for r in self._connection.execute(select(escalation_step).order_by(escalation_step.c.step)):
            step = Escalation(r.step, _limit(r), Level(r.level), r.role, r.tells_own, r.source)
            found[LimitKind(r.kind)].append(step)
        return dict(found)

    def _own(self) -> OwnLimits:
        c = matter.c
        rows = self._connection.execute(select(c.list_version, c.code, c.file_minutes, c.handle_minutes, c.counted))
        own: dict[tuple[int, str, LimitKind], Limit] = {}
        for r in rows:
            own[r.list_version, r.code, LimitKind.FILE] = Limit(r.file_minutes, LimitUnit.MINUTES)
            own[r.list_version, r.code, LimitKind.HANDLE] = _counted(r.handle_minutes, r.counted)
        return own

    def put_year(self, year: CalendarYear) -> None:
        """Add a year of the calendar, or replace it as a whole."""
        run = self._connection.execute
        run(delete(calendar_day).where(calendar_day.c.year == year.year))
        kept = put(calendar_year).values(year=year.year, source=year.source)
        run(kept.on_conflict_do_update(index_elements=["year"], set_={"source": year.source}))
        run(
            insert(calendar_day), [{"year": year.year, "day": d.day, "kind": d.kind, "name": d.name} for d in year.days]
        )

    def put_limit(self, row: LimitRow) -> None:
        """Add or replace a row of the table of limits."""
        key = {
            "kind": row.kind.value,
            "matter_code": row.matter_code or ANY_MATTER,
            "priority": row.priority or ANY_PRIORITY,
        }
        values = {**_amount(row.limit), "source": row.source}
        statement = put(time_limit).values(**key, **values)
        self._connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))

    def drop_limit(self, kind: LimitKind, matter_code: str | None, priority: int | None) -> bool:
        """Remove a row of the table of limits, so that the next wider one decides; return whether it was there."""
        c = time_limit.c
        gone = delete(time_limit).where(
            c.kind == kind.value,
            c.matter_code == (matter_code or ANY_MATTER),
            c.priority == (priority or ANY_PRIORITY),
        )
        return self._connection.execute(gone).rowcount > 0

    def put_escalations(self, kind: LimitKind, steps: Sequence[Escalation]) -> None:
        """Replace what follows a missed deadline of one kind."""
        self._connection.execute(delete(escalation_step).where(escalation_step.c.kind == kind.value))
        rows = [
            {
                "kind": kind.value,
                "step": e.step,
                **_amount(e.after),
                "level": e.level.value,
                "role": e.role,
                "tells_own": e.tells_own,
                "source": e.source,
            }
            for e in steps
        ]
        if rows:
            self._connection.execute(insert(escalation_step), rows)

    def put_hours(self, hours: Hours) -> None:
        """Add hours that organisations may keep, or replace them."""
        values = {
            "name_zh": hours.name,
            "name_en": hours.name_en,
            "around_the_clock": hours.around_the_clock,
            "source": hours.source,
        }
        run = self._connection.execute
        statement = put(work_hours).values(code=hours.code, **values)
        run(statement.on_conflict_do_update(index_elements=["code"], set_=values))
        run(delete(work_segment).where(work_segment.c.hours == hours.code))
        rows = [
            {"hours": hours.code, "day": day, "start_minute": s.start_minute, "end_minute": s.end_minute}
            for day, segments in (hours.week or {}).items()
            for s in segments
        ]
        if rows:
            run(insert(work_segment), rows)

    def keep_hours(self, hours: str, *, organisation_code: str | None = None, kind: str | None = None) -> None:
        """Let an organisation, or a kind of organisation, keep these hours."""
        if organisation_code is not None:
            own = put(hours_of_organisation).values(organisation_code=organisation_code, hours=hours)
            self._connection.execute(
                own.on_conflict_do_update(index_elements=["organisation_code"], set_={"hours": hours})
            )
        if kind is not None:
            general = put(hours_of_kind).values(organisation_kind=kind, hours=hours)
            self._connection.execute(
                general.on_conflict_do_update(index_elements=["organisation_kind"], set_={"hours": hours})
            )

    def log_change(self, what: str, data: Mapping[str, Any], *, at: datetime, author: str) -> None:
        """Write down that a rule was changed; running programs read the rules anew after it."""
        values = {"id": new_id(), "at": at, "author": author, "what": what, "data": dict(data)}
        self._connection.execute(insert(rule_change).values(values))

    def role_codes(self) -> set[str]:
        """Return the roles there are, whose holders a step of escalation may tell."""
        return set(self._connection.execute(select(role.c.code)).scalars())

    def changes(self, *, limit: int, before: UUID | None = None) -> list[dict[str, Any]]:
        """Return changes of rules, newest first, strictly before the id `before`."""
        query = select(rule_change).order_by(rule_change.c.id.desc()).limit(limit)
        query = query.where(rule_change.c.id < before) if before else query
        return [dict(row) for row in self._connection.execute(query).mappings()]


def _hours(row: Row[Any], week: Mapping[int, Sequence[Segment]]) -> Hours:
    days = None if row.around_the_clock else {day: tuple(segments) for day, segments in week.items()}
    return Hours(row.code, days, row.name_zh, row.source, row.name_en)


def _limit(row: Row[Any]) -> Limit:
    return Limit(row.amount, LimitUnit(row.unit), row.around_the_clock)


def _amount(limit: Limit) -> dict[str, Any]:
    return {"amount": limit.amount, "unit": limit.unit.value, "around_the_clock": limit.around_the_clock}


def _counted(minutes: int, counted: str) -> Limit:
    if counted == "days":
        return Limit(minutes // (24 * 60), LimitUnit.WORKING_DAYS)
    return Limit(minutes, LimitUnit.MINUTES, around_the_clock=counted == "urgent")
