"""`gridgov whistle`: blow, confirm, come, measure, let go, rate, close; by whoever is logged in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table
from shapely import Point

from gridgov.access import Caller
from gridgov.cli.login import opened, saved_caller
from gridgov.clock import SHANGHAI, instant, system_clock
from gridgov.errors import CoordinateError, InputError
from gridgov.ids import new_id
from gridgov.incidents import GivenPosition
from gridgov.services.whistling import (
    Answer,
    Asked,
    BlowOrder,
    Callers,
    Measure,
    Rating,
    Sighting,
    Which,
    Whistling,
)

app = typer.Typer(no_args_is_help=True, help="Whistle for departments, come when whistled for, and let them go.")
_console = Console(highlight=False, soft_wrap=True)
_UNFOLDED = 200

WhistleArgument = Annotated[UUID, typer.Argument(metavar="WHISTLE", help="The whistle's id; `show` lists them.")]
OrganisationArgument = Annotated[str, typer.Argument(metavar="ORGANISATION", help="Code of the organisation.")]
StreetOption = Annotated[str | None, typer.Option("--street", help="Which side; your own if left out.")]
TeamsOption = Annotated[list[UUID] | None, typer.Option("--team", help="Id of a team to summon; may be repeated.")]
ComingOption = Annotated[list[str] | None, typer.Option("--organisation", help="Who comes as well; may be repeated.")]
ListOption = Annotated[bool, typer.Option("--by-list/--not-by-list", help="Summon whom the list names.")]
WhyOption = Annotated[str | None, typer.Option("--reason", help="Why others come, or not all of the list.")]
EvidenceOption = Annotated[list[UUID] | None, typer.Option("--evidence", help="Id of an attachment; may be repeated.")]
IdOption = Annotated[UUID | None, typer.Option("--id", help="A UUIDv7 of the act; sent again, nothing is done twice.")]
RevisionOption = Annotated[int | None, typer.Option("--revision", help="The revision you decided on.")]
DatumOption = Annotated[str | None, typer.Option("--datum", help="wgs84, cgcs2000, gcj02, bd09 or EPSG:n; no default.")]
LonOption = Annotated[float | None, typer.Option("--lon", help="Longitude (or easting) in the datum.")]
LatOption = Annotated[float | None, typer.Option("--lat", help="Latitude (or northing) in the datum.")]
AccuracyOption = Annotated[
    float | None, typer.Option("--accuracy-m", help="Radius of the position's accuracy, metres.")
]
AtOption = Annotated[str | None, typer.Option("--at", help="When, like 2026-03-05T12:18:00+08:00; now if left out.")]


@app.command()
def blow(  # noqa: PLR0913 - one option for each part of an order
    incident: Annotated[UUID, typer.Argument(help="The incident's id.")],
    *,
    kind: Annotated[str | None, typer.Option(help="Kind of whistle; by the list if left out.")] = None,
    by_list: ListOption = True,
    team: TeamsOption = None,
    organisation: ComingOption = None,
    reason: WhyOption = None,
    identity: IdOption = None,
) -> None:
    """Blow a whistle for an incident."""
    order = BlowOrder(incident, kind, _callers(by_list, team, organisation, reason))
    with _ready() as (whistling, caller):
        _tell(whistling.blow(caller, Asked(identity or new_id()), order))


@app.command()
def confirm(
    whistle: WhistleArgument,
    *,
    street: StreetOption = None,
    identity: IdOption = None,
    revision: RevisionOption = None,
) -> None:
    """Confirm a side of a combined whistle."""
    _do(whistle, identity, revision, lambda w, *asked: w.confirm(*asked, street))


@app.command()
def lead(
    whistle: WhistleArgument,
    street: Annotated[str, typer.Argument(help="The street that should lead.")],
    *,
    identity: IdOption = None,
    revision: RevisionOption = None,
) -> None:
    """Say which side should lead; it does once all sides say the same."""
    _do(whistle, identity, revision, lambda w, *asked: w.choose_lead(*asked, street))


@app.command()
def summons(  # noqa: PLR0913 - one option for each part
    whistle: WhistleArgument,
    *,
    by_list: ListOption = False,
    team: TeamsOption = None,
    organisation: ComingOption = None,
    reason: WhyOption = None,
    identity: IdOption = None,
    revision: RevisionOption = None,
) -> None:
    """Say who is to come to a drafted whistle, instead of whom the draft names."""
    wanted = _callers(by_list, team, organisation, reason)
    _do(whistle, identity, revision, lambda w, *asked: w.choose_summons(*asked, wanted))


@app.command()
def withdraw(
    whistle: WhistleArgument,
    *,
    reason: Annotated[str, typer.Option(help="Why.")],
    identity: IdOption = None,
    revision: RevisionOption = None,
) -> None:
    """Take a whistle back while nobody has come."""
    _do(whistle, identity, revision, lambda w, *asked: w.withdraw(*asked, reason))


@app.command()
def acknowledge(
    whistle: WhistleArgument,
    organisation: OrganisationArgument,
    *,
    identity: IdOption = None,
    revision: RevisionOption = None,
) -> None:
    """Say that the summons was read."""
    _do(whistle, identity, revision, lambda w, *asked: w.acknowledge(*asked, organisation))


@app.command("check-in")
def check_in(  # noqa: PLR0913 - one option for each part of what a device says
    whistle: WhistleArgument,
    organisation: OrganisationArgument,
    *,
    datum: DatumOption = None,
    lon: LonOption = None,
    lat: LatOption = None,
    accuracy_m: AccuracyOption = None,
    at: AtOption = None,
    evidence: EvidenceOption = None,
    identity: IdOption = None,
) -> None:
    """Arrive on site."""
    seen = _sighting(organisation, _position(datum, lon, lat, accuracy_m), at, evidence)
    _do(whistle, identity, None, lambda w, *asked: w.check_in(*asked, seen))


@app.command()
def vouch(  # noqa: PLR0913 - one option for each part of what a device says
    whistle: WhistleArgument,
    organisation: OrganisationArgument,
    *,
    datum: DatumOption = None,
    lon: LonOption = None,
    lat: LatOption = None,
    accuracy_m: AccuracyOption = None,
    identity: IdOption = None,
) -> None:
    """Vouch for the check-in of an organisation that waits, being on site yourself."""
    seen = _sighting(organisation, _position(datum, lon, lat, accuracy_m), None, None)
    _do(whistle, identity, None, lambda w, *asked: w.vouch(*asked, seen))


@app.command()
def measure(
    whistle: WhistleArgument,
    organisation: OrganisationArgument,
    *,
    text: Annotated[str, typer.Option(help="What was done.")],
    evidence: EvidenceOption = None,
    identity: IdOption = None,
    revision: RevisionOption = None,
) -> None:
    """File what was done on site."""
    filed = Measure(organisation, text, tuple(evidence or ()))
    _do(whistle, identity, revision, lambda w, *asked: w.file_measure(*asked, filed))


@app.command()
def leave(
    whistle: WhistleArgument,
    organisation: OrganisationArgument,
    *,
    identity: IdOption = None,
    revision: RevisionOption = None,
) -> None:
    """Leave the site, which is impossible before the release."""
    _do(whistle, identity, revision, lambda w, *asked: w.leave(*asked, organisation))


@app.command()
def release(
    whistle: WhistleArgument,
    organisation: OrganisationArgument,
    *,
    street: StreetOption = None,
    never_came: Annotated[str | None, typer.Option(help="Excuse it instead: why it did not come.")] = None,
    identity: IdOption = None,
    revision: RevisionOption = None,
) -> None:
    """Release an organisation, or excuse one that never came."""
    which = Which(organisation, street)
    if never_came is None:
        _do(whistle, identity, revision, lambda w, *asked: w.release(*asked, which))
    else:
        _do(whistle, identity, revision, lambda w, *asked: w.excuse(*asked, which, never_came))


@app.command()
def rate(
    whistle: WhistleArgument,
    organisation: OrganisationArgument,
    score: Annotated[int, typer.Argument(min=1, max=5, help="1 did not help, 5 solved it.")],
    *,
    words: Annotated[str, typer.Option(help="Why.")],
    identity: IdOption = None,
    revision: RevisionOption = None,
) -> None:
    """Rate an organisation for your side."""
    _do(whistle, identity, revision, lambda w, *asked: w.rate(*asked, Rating(organisation, score, words)))


@app.command()
def close(
    whistle: WhistleArgument,
    *,
    street: StreetOption = None,
    identity: IdOption = None,
    revision: RevisionOption = None,
) -> None:
    """Close your side; the whistle closes with the last of them."""
    _do(whistle, identity, revision, lambda w, *asked: w.close(*asked, street))


@app.command()
def show(
    whistle: Annotated[UUID | None, typer.Argument(metavar="WHISTLE", help="Its id; the newest if left out.")] = None,
) -> None:
    """Show one whistle, or list the newest that you may see."""
    with _ready() as (whistling, caller):
        if whistle is None:
            _list(whistling.whistles(caller, limit=20))
        else:
            _show(whistling.whistle(caller, whistle))


@contextmanager
def _ready() -> Iterator[tuple[Whistling, Caller]]:
    caller = saved_caller()
    with opened(Whistling) as whistling:
        yield whistling, caller


def _do(whistle: UUID, identity: UUID | None, revision: int | None, act: Callable[..., Answer]) -> None:
    with _ready() as (whistling, caller):
        _tell(act(whistling, caller, whistle, Asked(identity or new_id(), revision)))


def _callers(
    by_list: bool,  # noqa: FBT001 - the option's own value
    teams: list[UUID] | None,
    organisations: list[str] | None,
    reason: str | None,
) -> Callers:
    return Callers(by_list, tuple(teams or ()), tuple(organisations or ()), reason)


def _sighting(
    organisation: str, position: GivenPosition | None, at: str | None, evidence: list[UUID] | None
) -> Sighting:
    return Sighting(organisation, _moment(at) if at else system_clock(), position, None, tuple(evidence or ()))


def _position(
    datum: str | None, lon: float | None, lat: float | None, accuracy_m: float | None
) -> GivenPosition | None:
    if lon is None and lat is None:
        return None
    if datum is None or lon is None or lat is None:
        message = "A position needs --lon, --lat and its --datum: wgs84, cgcs2000, gcj02, bd09 or EPSG:n."
        raise CoordinateError(message, field="position")
    return GivenPosition(datum, Point(lon, lat), accuracy_m)


def _moment(value: str) -> datetime:
    try:
        return instant(datetime.fromisoformat(value), field="at")
    except ValueError as error:
        message = f"{value!r} is no time: write it like 2026-03-05T12:18:00+08:00."
        raise InputError(message, field="at") from error


def _tell(answer: Answer) -> None:
    _console.print(f"whistle {answer['whistle_id']}: {answer['stage']}, revision {answer['revision']}")
    for name, value in answer["says"].items():
        shown = ", ".join(map(str, value)) if isinstance(value, list) else value
        _console.print(f"  {name.replace('_', ' '):<22} {escape(str(shown))}")


def _wide() -> Console:
    """Return where a table goes: what goes into a file or another program is not folded."""
    return _console if _console.is_terminal else Console(highlight=False, width=_UNFOLDED)


def _list(found: list[dict[str, Any]]) -> None:
    table = Table(
        Column("whistle", no_wrap=True),
        Column("incident", no_wrap=True),
        "kind",
        "stage",
        "sides",
        "summoned",
        "on site",
    )
    for row in found:
        came = sum(call["arrived_at"] is not None for call in row["summons"])
        sides = ", ".join(side["street_name"] or side["street_code"] for side in row["sides"])
        called = sum(call["stage"] != "withdrawn" for call in row["summons"])
        table.add_row(
            str(row["id"]), row["incident_number"], row["kind"], row["stage"], escape(sides), str(called), str(came)
        )
    _wide().print(table)


def _show(row: dict[str, Any]) -> None:
    _console.print(f"whistle {row['id']} ({row['kind']}) for {row['incident_number']}: {row['stage']}", markup=False)
    for side in row["sides"]:
        leads = ", leads" if side["leads"] else ""
        state = "closed" if side["closed_at"] else "confirmed" if side["confirmed_at"] else "to confirm"
        name = side["street_name"] or side["street_code"]
        _console.print(f"  {name} {side['share']:.1%}{leads}: {state}", markup=False)
    table = Table("organisation", "name", "stage", "due", "arrived", "minutes to scene")
    for call in row["summons"]:
        took = "" if call["time_to_scene_s"] is None else f"{call['time_to_scene_s'] / 60:.1f}"
        times = (_local(call["due_at"]), _local(call["arrived_at"]))
        table.add_row(call["organisation_code"], escape(call["name"]), call["stage"], *times, took)
    _wide().print(table)


def _local(moment: datetime | None) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}" if moment else ""
