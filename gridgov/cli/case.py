"""`gridgov case`: look at a case and act upon it, as whoever is logged in; the same acts as through the API."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table
from shapely import Point

from gridgov.access import Caller
from gridgov.cli.login import opened, saved_caller
from gridgov.clock import SHANGHAI, instant
from gridgov.errors import CoordinateError, InputError
from gridgov.ids import new_id
from gridgov.incidents import GivenPosition, asked
from gridgov.services.casework import Casework, shown

app = typer.Typer(no_args_is_help=True, help="Look at a case and act upon it, as whoever is logged in.")
_console = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)

CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="The case's number or its id.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, in words.")]
MaybeReason = Annotated[str | None, typer.Option("--reason", help="Why, in words.")]
Words = Annotated[str, typer.Argument(metavar="TEXT", help="What to say.")]
MaybeText = Annotated[str | None, typer.Option("--text", help="What to say with it.")]
Evidence = Annotated[list[UUID] | None, typer.Option("--evidence", help="Id of an attachment; may be repeated.")]
Revision = Annotated[int | None, typer.Option("--revision", help="The revision you decided on, as `show` says it.")]
Identity = Annotated[UUID | None, typer.Option("--id", help="A UUIDv7 of the act; sent again, nothing is done twice.")]


@dataclass(frozen=True, slots=True)
class _How:
    """How an act is sent: with the id that a script may have given it, and the revision it was decided on."""

    identity: UUID | None
    revision: int | None


@app.callback()
def _options(context: typer.Context, revision: Revision = None, identity: Identity = None) -> None:
    context.obj = _How(identity, revision)


@app.command()
def show(case: CaseArgument) -> None:
    """Say where a case stands, what you may do with it, and whose hands it went through."""
    with _ready(case) as (casework, caller, incident_id):
        prospect = casework.prospect(caller, incident_id)
        hops = casework.hops(caller, incident_id)
    for name, value in shown(prospect.standing).items():
        _console.print(f"{name:28}{'-' if value is None else value}")
    table = Table("hop", "organisation", "waited, s", "held, s", "ended by")
    for hop in hops:
        held = "-" if hop.held_s is None else str(hop.held_s)
        stay = hop.stay
        table.add_row(str(stay.seq), stay.organisation_code, str(hop.waited_s), held, stay.ended_by or "-")
    _console.print(table)
    open_now = [f"{act.act} -> {act.to}" for act in prospect.acts if act.possible]
    _console.print(f"{'you may':28}{', '.join(open_now) or 'nothing'}")


@app.command()
def file(context: typer.Context, case: CaseArgument, text: MaybeText = None) -> None:
    """Take a report as a case."""
    _do(context, case, asked.File(text=text))


@app.command()
def reject(context: typer.Context, case: CaseArgument, reason: Reason) -> None:
    """Turn a report away."""
    _do(context, case, asked.Reject(reason=reason))


@app.command()
def dispatch(
    context: typer.Context,
    case: CaseArgument,
    organisation: Annotated[str, typer.Argument(help="Code of the organisation.")],
    reason: MaybeReason = None,
    text: MaybeText = None,
) -> None:
    """Give a case to an organisation; against the responsibility list only with a reason."""
    _do(context, case, asked.Dispatch(organisation_code=organisation, reason=reason, text=text))


@app.command()
def accept(context: typer.Context, case: CaseArgument) -> None:
    """Take a dispatched case on."""
    _do(context, case, asked.Accept())


@app.command("return")
def give_back(context: typer.Context, case: CaseArgument, reason: Reason) -> None:
    """Give a case back to be dispatched again."""
    _do(context, case, asked.Return(reason=reason))


@app.command()
def feed_back(
    context: typer.Context,
    case: CaseArgument,
    report: Annotated[str, typer.Option(help="What was done.")],
    measures: Annotated[str | None, typer.Option(help="What keeps it from happening again.")] = None,
    evidence: Evidence = None,
) -> None:
    """Report what was done."""
    _do(context, case, asked.FeedBack(report=report, measures=measures, evidence=tuple(evidence or ())))


@app.command()
def verify(
    context: typer.Context,
    case: CaseArgument,
    report: Annotated[str | None, typer.Option(help="What was seen.")] = None,
    evidence: Evidence = None,
) -> None:
    """Say that it is done, having looked; never by whoever handled it."""
    _do(context, case, asked.Verify(report=report, evidence=tuple(evidence or ())))


@app.command()
def send_back(context: typer.Context, case: CaseArgument, reason: Reason, evidence: Evidence = None) -> None:
    """Say that it is not done: the same organisation goes on."""
    _do(context, case, asked.SendBack(reason=reason, evidence=tuple(evidence or ())))


@app.command()
def close(context: typer.Context, case: CaseArgument, text: MaybeText = None) -> None:
    """End a verified case."""
    _do(context, case, asked.Close(text=text))


@app.command()
def reopen(context: typer.Context, case: CaseArgument, reason: Reason) -> None:
    """Take a closed or rejected case up again; its clock goes on."""
    _do(context, case, asked.Reopen(reason=reason))


@app.command()
def suspend(
    context: typer.Context,
    case: CaseArgument,
    reason: Reason,
    until: Annotated[str, typer.Option(help="Until when, like 2026-03-05T14:30:00+08:00.")],
) -> None:
    """Let a case wait until a moment, at which it goes on by itself."""
    _do(context, case, asked.Suspend(reason=reason, until=_moment(until)))


@app.command()
def resume(context: typer.Context, case: CaseArgument, reason: MaybeReason = None) -> None:
    """Go on before the suspension ends."""
    _do(context, case, asked.Resume(reason=reason))


@app.command()
def ask_extension(
    context: typer.Context,
    case: CaseArgument,
    reason: Reason,
    minutes: Annotated[int, typer.Option(help="Of the organisation's working time.")],
) -> None:
    """Ask for more time to handle."""
    _do(context, case, asked.AskExtension(reason=reason, minutes=minutes))


@app.command()
def grant_extension(
    context: typer.Context,
    case: CaseArgument,
    minutes: Annotated[int | None, typer.Option(help="Fewer than were asked for; all of them if left out.")] = None,
    reason: MaybeReason = None,
) -> None:
    """Grant what was asked for, or less."""
    _do(context, case, asked.GrantExtension(minutes=minutes, reason=reason))


@app.command()
def refuse_extension(context: typer.Context, case: CaseArgument, reason: Reason) -> None:
    """Leave the deadline as it is."""
    _do(context, case, asked.RefuseExtension(reason=reason))


@app.command()
def urge(context: typer.Context, case: CaseArgument, text: Words) -> None:
    """Remind whoever must act."""
    _do(context, case, asked.Urge(text=text))


@app.command()
def supervise(context: typer.Context, case: CaseArgument, text: Words) -> None:
    """Put a case under the district's eye."""
    _do(context, case, asked.Supervise(text=text))


@app.command()
def merge(
    context: typer.Context,
    case: CaseArgument,
    into: Annotated[str, typer.Argument(metavar="INTO", help="The number or id of the case that goes on.")],
    reason: MaybeReason = None,
) -> None:
    """Say that a case is the same as another, which goes on for both."""
    with _ready(into) as (_, _caller, into_id):
        wanted = asked.Merge(into_id=into_id, reason=reason)
    _do(context, case, wanted)


@app.command()
def unmerge(context: typer.Context, case: CaseArgument, reason: Reason) -> None:
    """Say that it was another one after all."""
    _do(context, case, asked.Unmerge(reason=reason))


@app.command()
def reclassify(
    context: typer.Context,
    case: CaseArgument,
    matter: Annotated[str, typer.Argument(help="Code of the matter.")],
    reason: Reason,
) -> None:
    """Say that it is another matter."""
    _do(context, case, asked.Reclassify(matter=matter, reason=reason))


@app.command()
def relocate(  # noqa: PLR0913 - one option for each part of a place
    context: typer.Context,
    case: CaseArgument,
    reason: Reason,
    *,
    datum: Annotated[str | None, typer.Option(help="wgs84, cgcs2000, gcj02, bd09 or EPSG:n; no default.")] = None,
    lon: Annotated[float | None, typer.Option(help="Longitude (or easting) in the datum.")] = None,
    lat: Annotated[float | None, typer.Option(help="Latitude (or northing) in the datum.")] = None,
    address: Annotated[str | None, typer.Option(help="The place in words.")] = None,
) -> None:
    """Say that it is at another place."""
    _do(context, case, asked.Relocate(reason=reason, position=_position(datum, lon, lat), address=address))


@app.command()
def note(context: typer.Context, case: CaseArgument, text: Words, evidence: Evidence = None) -> None:
    """Write something down."""
    _do(context, case, asked.Note(text=text, evidence=tuple(evidence or ())))


def _do(context: typer.Context, case: str, wanted: asked.Asked) -> None:
    how: _How = context.obj
    with _ready(case) as (casework, caller, incident_id):
        act_id = how.identity or new_id()
        done = casework.act(caller, incident_id, wanted, act_id=act_id, expected_revision=how.revision)
    found = done.answer
    again = " (done before; nothing changed)" if done.replayed else ""
    due = found["deadline_at"] or found["suspended_until"]
    _console.print(f"{found['number']} is {found['stage']}, revision {found['revision']}{again}")
    if due:
        until = datetime.fromisoformat(due).astimezone(SHANGHAI)
        _console.print(f"  {found['due_kind']} until {until:%Y-%m-%d %H:%M}")


@contextmanager
def _ready(case: str) -> Iterator[tuple[Casework, Caller, UUID]]:
    caller = saved_caller()
    with opened(Casework) as casework:
        yield casework, caller, _identity(case) or casework.find(caller, case)


def _identity(case: str) -> UUID | None:
    try:
        return UUID(case)
    except ValueError:
        return None


def _position(datum: str | None, lon: float | None, lat: float | None) -> GivenPosition | None:
    if lon is None and lat is None:
        return None
    if datum is None or lon is None or lat is None:
        message = "A position needs --datum, --lon and --lat."
        raise CoordinateError(message, field="datum" if datum is None else "lon" if lon is None else "lat")
    return GivenPosition(datum, Point(lon, lat), None)


def _moment(value: str) -> datetime:
    try:
        return instant(datetime.fromisoformat(value), field="until")
    except ValueError as error:
        message = f"{value!r} is no time: write it like 2026-03-05T14:30:00+08:00."
        raise InputError(message, field="until") from error
