"""`gridgov rules`: the calendar, hours, limits, escalation and the responsibility list; shown and changed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from gridgov.clock import SHANGHAI, instant, system_clock
from gridgov.errors import InputError, RuleError
from gridgov.services.rule_files import list_from, years_from
from gridgov.services.rules import HoursKept, RuleBook
from gridgov.settings import settings
from gridgov.store.cluster import database_url
from gridgov.store.schema import upgrade_engine
from gridgov.store.unit import Store
from gridgov.worktime import (
    CalendarYear,
    DayKind,
    Escalation,
    Hours,
    Level,
    Limit,
    LimitKind,
    LimitRow,
    LimitUnit,
    WorkCalendar,
)
from gridgov.worktime.hours import segments_of

app = typer.Typer(no_args_is_help=True, help="Look after the calendar, hours, limits, escalation, responsibility list.")

_console = Console(highlight=False)
_UNFOLDED = 200
_SHOWN = 20

SourceOption = Annotated[str, typer.Option("--source", help="Where the rule comes from: a notice, a decision.")]
MatterOption = Annotated[str | None, typer.Option("--matter", help="Only for the matter with this code.")]
PriorityOption = Annotated[int | None, typer.Option("--priority", min=1, max=9, help="Only for this priority.")]
ClockOption = Annotated[bool, typer.Option("--around-the-clock", help="Minutes and hours count day and night.")]
WeekdayOption = Annotated[str | None, typer.Option("--weekdays", help="Monday to Friday and make-up days.")]


@app.command()
def calendar(
    file: Annotated[Path | None, typer.Argument(help="A CSV with day, kind (holiday, work), name, source.")] = None,
) -> None:
    """Load years of the calendar from FILE, whole years or none; without a file, show what there is."""
    years = years_from(file) if file else []
    with _book() as book:
        found = book.put_years(None, years) if years else book.calendar(None)
    _tell_calendar(found)


@app.command()
def lists() -> None:
    """Show the versions of the responsibility list."""
    with _book() as book:
        versions = book.versions(None)
    rows = [
        (
            str(v["version"]),
            _local(v["since"]),
            _local(v["until"]) if v["until"] else "in force",
            str(v["matters"]),
            v["source"],
        )
        for v in versions
    ]
    _show(("version", "since", "until", "matters", "source"), rows)


@app.command()
def publish(matters: Path, responsibilities: Path, *, source: SourceOption) -> None:
    """Put a responsibility list in force from two CSVs; one that contradicts itself is refused."""
    listed = list_from(matters, responsibilities)
    with _book() as book:
        try:
            version = book.publish(None, *listed, source=source)
        except RuleError as error:
            for fault in error.details[:_SHOWN]:
                _console.print(f"  {fault['matter']}: {fault['message']}", markup=False)
            raise
    _console.print(f"Version {version} of the list is in force. Cases keep the version that judged them.")


@app.command()
def limits() -> None:
    """Show the table of limits. A matter's row decides, then its list's own limit, the priority's, the kind's."""
    with _book() as book:
        found = book.limits(None)
    rows = [(r.kind, r.matter_code or "any", str(r.priority or "any"), str(r.limit), r.source) for r in found]
    _show(("kind", "matter", "priority", "limit", "source"), rows)


@app.command()
def limit(  # noqa: PLR0913 - one option for each part of a row
    kind: LimitKind,
    amount: Annotated[int, typer.Argument(min=0)],
    unit: LimitUnit,
    *,
    source: SourceOption,
    matter: MatterOption = None,
    priority: PriorityOption = None,
    around_the_clock: ClockOption = False,
) -> None:
    """Set a limit, like `gridgov rules limit handle 2 working_days --priority 3 --source ...`."""
    row = LimitRow(kind, Limit(amount, unit, around_the_clock), matter, priority, source)
    with _book() as book:
        book.put_limit(None, row)
    _console.print(f"{kind}: {row.limit}.")


@app.command("drop-limit")
def drop_limit(kind: LimitKind, *, matter: MatterOption = None, priority: PriorityOption = None) -> None:
    """Take a limit away: the next wider one decides."""
    with _book() as book:
        book.drop_limit(None, kind, matter, priority)
    _console.print("The limit is gone.")


@app.command()
def escalations() -> None:
    """Show what follows a missed deadline, step by step; each step counts from the deadline itself."""
    with _book() as book:
        found = book.escalations(None)
    rows = [
        (kind, str(s.step), str(s.after), f"{s.role}, {s.level}", "yes" if s.tells_own else "no", s.source)
        for kind, steps in sorted(found.items())
        for s in steps
    ]
    _show(("kind", "step", "after", "tells", "and its own", "source"), rows)


@app.command()
def escalation(
    kind: LimitKind,
    steps: Annotated[
        list[str] | None, typer.Argument(help="Like '0 minutes district command_centre', in order; none for nothing.")
    ] = None,
    *,
    source: SourceOption,
    around_the_clock: ClockOption = False,
) -> None:
    """Set what follows a missed deadline of one kind, all its steps at once."""
    wanted = [
        _step(number, said, source, around_the_clock=around_the_clock)
        for number, said in enumerate(steps or [], start=1)
    ]
    with _book() as book:
        book.put_escalations(None, kind, wanted)
    _console.print(f"{kind}: {len(wanted)} steps.")


@app.command()
def hours(
    code: Annotated[str | None, typer.Argument(help="The hours to set; left out, all are shown.")] = None,
    *,
    weekdays: WeekdayOption = None,
    saturday: Annotated[str, typer.Option(help="Counts where the calendar has Saturday worked.")] = "",
    name: Annotated[str | None, typer.Option(help="What people call them.")] = None,
    english: Annotated[str | None, typer.Option(help="The same in English.")] = None,
    source: Annotated[str, typer.Option(help="Where they come from.")] = "",
) -> None:
    """Show all hours that organisations keep, or set some: --weekdays '09:00-12:00 13:00-18:00'."""
    with _book() as book:
        if code is not None:
            if weekdays is None:
                message = "Say when they work: --weekdays '09:00-12:00 13:00-18:00'."
                raise InputError(message, field="weekdays")
            week = dict.fromkeys(range(6), tuple(segments_of(weekdays)))
            week |= {6: tuple(segments_of(saturday))} if saturday else {}
            book.put_hours(None, Hours(code, week, name or code, source, english or name or code))
        kept = book.hours(None)
    rows = [
        (
            h.code,
            _week(h),
            ", ".join(k for k, c in kept.by_kind.items() if c == h.code),
            str(sum(c == h.code for c in kept.by_organisation.values())),
            h.source,
        )
        for h in kept.hours.values()
    ]
    _show(("code", "Mondays", "kept by", "organisations of their own", "source"), rows)


@app.command()
def keep(
    code: Annotated[str, typer.Argument(help="The hours.")],
    *,
    organisation: Annotated[str | None, typer.Option(help="The code of one organisation.")] = None,
    kind: Annotated[str | None, typer.Option(help="A kind of organisation: department, station, ...")] = None,
) -> None:
    """Let an organisation, or a kind of organisation, keep these hours."""
    with _book() as book:
        book.keep_hours(None, code, organisation_code=organisation, kind=kind)
    _console.print(f"{organisation or kind} keeps the hours {code}.")


@app.command()
def due(
    kind: LimitKind,
    *,
    matter: MatterOption = None,
    priority: PriorityOption = None,
    organisation: Annotated[str | None, typer.Option(help="Who is to do it; left out, the command centre.")] = None,
    start: Annotated[
        str | None, typer.Option(help="From when, like 2026-03-05T14:30:00+08:00; now if left out.")
    ] = None,
) -> None:
    """Say when something would be due, by the rules as they stand."""
    begun = _moment(start, "start") if start else None
    with _book() as book:
        found = book.due_at(None, kind, matter, start=begun, priority=priority, organisation_code=organisation)
    _console.print(_local(found) if found else "never: nothing limits it")


@app.command()
def against(
    since: Annotated[str | None, typer.Option(help="From when; 30 days back if left out.")] = None,
    until: Annotated[str | None, typer.Option(help="Until when; now if left out.")] = None,
) -> None:
    """Show the newest dispatches that went against the responsibility list, each with its reason."""
    end = _moment(until, "until") if until else system_clock()
    begin = _moment(since, "since") if since else end - timedelta(days=30)
    with _book() as book:
        found = book.against_list(None, begin, end, limit=200)
    rows = [
        (
            _local(r["at"]),
            r["number"],
            r["matter_name"],
            r["organisation_name"],
            r["lead"] or "-",
            r["reason"],
            r["author"],
        )
        for r in found
    ]
    _show(("at", "case", "matter", "dispatched to", "list says", "reason", "by"), rows)


@contextmanager
def _book() -> Iterator[RuleBook]:
    with database_url() as url:
        store = Store(url)
        try:
            upgrade_engine(store.engine)
            yield RuleBook.configured(store, settings(), clock=system_clock)
        finally:
            store.close()


def _step(number: int, said: str, source: str, *, around_the_clock: bool) -> Escalation:
    try:
        amount, unit, level, role = said.split()
        after = Limit(int(amount), LimitUnit(unit), around_the_clock)
        return Escalation(number, after, Level(level), role, source=source)
    except ValueError as error:
        message = f"{said!r} is no step: write it like '30 minutes district command_centre'."
        raise InputError(message, field="steps") from error


def _tell_calendar(found: WorkCalendar) -> None:
    rows = [
        (
            str(y.year),
            str(sum(d.kind is DayKind.HOLIDAY for d in y.days)),
            str(sum(d.kind is DayKind.WORK for d in y.days)),
            y.source,
        )
        for y in found.years
    ]
    _show(("year", "holidays", "make-up days", "source"), rows)
    if found.last_day is not None:
        left = (found.last_day - system_clock().date()).days
        _console.print(f"Deadlines in working time can be reckoned up to {found.last_day}: {left} days from now.")


def _days(year: CalendarYear, kind: DayKind) -> str:
    return str(sum(day.kind is kind for day in year.days))


def _hours_row(found: Hours, kept: HoursKept) -> tuple[str, ...]:
    kinds = ", ".join(kind for kind, code in kept.by_kind.items() if code == found.code)
    others = sum(code == found.code for code in kept.by_organisation.values())
    return (found.code, _week(found), kinds, str(others), found.source)


def _week(found: Hours) -> str:
    return "day and night" if found.week is None else " ".join(map(str, found.on(1)))


def _moment(value: str, field: str) -> datetime:
    try:
        return instant(datetime.fromisoformat(value), field=field)
    except ValueError as error:
        message = f"{value!r} is no time: write it like 2026-03-05T14:30:00+08:00."
        raise InputError(message, field=field) from error


def _until(at: datetime | None) -> str:
    return _local(at) if at else "in force"


def _local(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _show(headers: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    table = Table(box=None, pad_edge=False)
    for header in headers:
        table.add_column(header, overflow="fold")  # Chinese has no spaces to break a source at
    for row in rows:
        table.add_row(*map(escape, row))
    _wide().print(table if rows else "nothing")


def _wide() -> Console:
    """Return where a table goes: what goes into a file or another program is not folded."""
    return _console if _console.is_terminal else Console(highlight=False, width=_UNFOLDED)
