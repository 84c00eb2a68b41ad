"""`gridgov rules`: the calendar, hours, limits, escalation and the responsibility list; shown and changed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Self

import typer

from gridgov.access import Caller
from gridgov.cli._acting import OrLocal
from gridgov.cli._giving import Before, maybe_moment
from gridgov.cli._giving import Limit as Most
from gridgov.cli._hand import Hand
from gridgov.cli._saying import say, say_more, say_table, shown
from gridgov.errors import InputError
from gridgov.services.rule_files import list_from, years_from
from gridgov.services.rules import MACHINE, RuleBook
from gridgov.settings import settings
from gridgov.worktime import (
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

SourceOption = Annotated[str, typer.Option("--source", help="Where the rule comes from: a notice, a decision.")]
MatterOption = Annotated[str | None, typer.Option("--matter", help="Only for the matter with this code.")]
PriorityOption = Annotated[int | None, typer.Option("--priority", min=1, max=9, help="Only for this priority.")]
ClockOption = Annotated[bool, typer.Option("--around-the-clock", help="Minutes and hours count day and night.")]
WeekdayOption = Annotated[str | None, typer.Option("--weekdays", help="Monday to Friday and make-up days.")]


@dataclass(frozen=True, slots=True)
class At:
    """The rules, who asks (None: whoever holds the machine, under their own name), and when."""

    book: RuleBook
    who: Caller | None
    now: datetime

    @classmethod
    def of(cls, hand: Hand) -> Self:
        """Return the rules for whoever is at the command line."""
        book = RuleBook.configured(hand.store, settings(), clock=hand.clock, machine=hand.machine or MACHINE)
        return cls(book, None if hand.machine else hand.caller, hand.clock())


ours = OrLocal(app, At.of)


@ours.command()
def calendar(
    at: At,
    file: Annotated[Path | None, typer.Argument(help="A CSV with day, kind (holiday, work), name, source.")] = None,
) -> None:
    """Load years of the calendar from FILE, whole years or none; without a file, show what there is."""
    years = years_from(file) if file else []
    found = at.book.put_years(at.who, years) if years else at.book.calendar(at.who)
    _tell_calendar(found, at.now)


@ours.command()
def lists(at: At) -> None:
    """Show the versions of the responsibility list."""
    versions = at.book.versions(at.who)
    rows = [
        (
            str(v["version"]),
            v["since"],
            v["until"] or "in force",
            str(v["matters"]),
            v["source"],
        )
        for v in versions
    ]
    say_table(("version", "since", "until", "matters", "source"), rows)


@ours.command()
def publish(at: At, matters: Path, responsibilities: Path, *, source: SourceOption) -> None:
    """Put a responsibility list in force from two CSVs; one that contradicts itself is refused."""
    listed = list_from(matters, responsibilities)
    version = at.book.publish(at.who, *listed, source=source)
    say(f"Version {version} of the list is in force. Cases keep the version that judged them.")


@ours.command()
def limits(at: At) -> None:
    """Show the table of limits. A matter's row decides, then its list's own limit, the priority's, the kind's."""
    found = at.book.limits(at.who)
    rows = [(r.kind, r.matter_code or "any", str(r.priority or "any"), str(r.limit), r.source) for r in found]
    say_table(("kind", "matter", "priority", "limit", "source"), rows)


@ours.command()
def limit(  # noqa: PLR0913 - one option for each part of a row
    at: At,
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
    at.book.put_limit(at.who, row)
    say(f"{kind}: {row.limit}.")


@ours.command("drop-limit")
def drop_limit(at: At, kind: LimitKind, *, matter: MatterOption = None, priority: PriorityOption = None) -> None:
    """Take a limit away: the next wider one decides."""
    at.book.drop_limit(at.who, kind, matter, priority)
    say("The limit is gone.")


@ours.command()
def escalations(at: At) -> None:
    """Show what follows a missed deadline, step by step; each step counts from the deadline itself."""
    found = at.book.escalations(at.who)
    rows = [
        (kind, str(s.step), str(s.after), f"{s.role}, {s.level}", "yes" if s.tells_own else "no", s.source)
        for kind, steps in sorted(found.items())
        for s in steps
    ]
    say_table(("kind", "step", "after", "tells", "and its own", "source"), rows)


@ours.command()
def escalation(
    at: At,
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
    at.book.put_escalations(at.who, kind, wanted)
    say(f"{kind}: {len(wanted)} steps.")


@ours.command()
def hours(  # noqa: PLR0913 - one option for each part of hours
    at: At,
    code: Annotated[str | None, typer.Argument(help="The hours to set; left out, all are shown.")] = None,
    *,
    weekdays: WeekdayOption = None,
    saturday: Annotated[str, typer.Option(help="Counts where the calendar has Saturday worked.")] = "",
    name: Annotated[str | None, typer.Option(help="What people call them.")] = None,
    english: Annotated[str | None, typer.Option(help="The same in English.")] = None,
    source: Annotated[str, typer.Option(help="Where they come from.")] = "",
) -> None:
    """Show all hours that organisations keep, or set some: --weekdays '09:00-12:00 13:00-18:00'."""
    if code is not None:
        if weekdays is None:
            message = "Say when they work: --weekdays '09:00-12:00 13:00-18:00'."
            raise InputError(message, field="weekdays")
        week = dict.fromkeys(range(6), tuple(segments_of(weekdays)))
        week |= {6: tuple(segments_of(saturday))} if saturday else {}
        at.book.put_hours(at.who, Hours(code, week, name or code, source, english or name or code))
    kept = at.book.hours(at.who)
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
    say_table(("code", "Mondays", "kept by", "organisations of their own", "source"), rows)


@ours.command()
def keep(
    at: At,
    code: Annotated[str, typer.Argument(help="The hours.")],
    *,
    organisation: Annotated[str | None, typer.Option(help="The code of one organisation.")] = None,
    kind: Annotated[str | None, typer.Option(help="A kind of organisation: department, station, ...")] = None,
) -> None:
    """Let an organisation, or a kind of organisation, keep these hours."""
    at.book.keep_hours(at.who, code, organisation_code=organisation, kind=kind)
    say(f"{organisation or kind} keeps the hours {code}.")


@ours.command()
def due(
    at: At,
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
    begun = maybe_moment(start, "start")
    found = at.book.due_at(at.who, kind, matter, start=begun, priority=priority, organisation_code=organisation)
    say(shown(found) if found else "never: nothing limits it")


@ours.command()
def against(
    at: At,
    since: Annotated[str | None, typer.Option(help="From when; 30 days back if left out.")] = None,
    until: Annotated[str | None, typer.Option(help="Until when; now if left out.")] = None,
) -> None:
    """Show the newest dispatches that went against the responsibility list, each with its reason."""
    end = maybe_moment(until, "until") or at.now
    begin = maybe_moment(since, "since") or end - timedelta(days=30)
    found = at.book.against_list(at.who, begin, end, limit=200)
    rows = [
        (
            r["at"],
            r["number"],
            r["matter_name"],
            r["organisation_name"],
            r["lead"] or "-",
            r["reason"],
            r["author"],
        )
        for r in found
    ]
    say_table(("at", "case", "matter", "dispatched to", "list says", "reason", "by"), rows)


@ours.command()
def changes(at: At, *, limit: Most = 50, before: Before = None) -> None:
    """Show the changes of rules, newest first, and who made them."""
    rows = at.book.changes(at.who, limit=limit, before=before)
    say_table(("at", "by", "what", "is now"), [(r["at"], r["author"], r["what"], r["data"]) for r in rows])
    say_more(rows, limit)


def _step(number: int, said: str, source: str, *, around_the_clock: bool) -> Escalation:
    try:
        amount, unit, level, role = said.split()
        after = Limit(int(amount), LimitUnit(unit), around_the_clock)
        return Escalation(number, after, Level(level), role, source=source)
    except ValueError as error:
        message = f"{said!r} is no step: write it like '30 minutes district command_centre'."
        raise InputError(message, field="steps") from error


def _tell_calendar(found: WorkCalendar, now: datetime) -> None:
    rows = [
        (
            str(y.year),
            str(sum(d.kind is DayKind.HOLIDAY for d in y.days)),
            str(sum(d.kind is DayKind.WORK for d in y.days)),
            y.source,
        )
        for y in found.years
    ]
    say_table(("year", "holidays", "make-up days", "source"), rows)
    if found.last_day is not None:
        left = (found.last_day - now.date()).days
        say(f"Deadlines in working time can be reckoned up to {found.last_day}: {left} days from now.")


def _week(found: Hours) -> str:
    return "day and night" if found.week is None else " ".join(map(str, found.on(1)))
