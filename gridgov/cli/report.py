"""`gridgov report`: take one report in from the command line."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import shapely
import typer
from rich.console import Console

from gridgov.clock import instant, system_clock
from gridgov.errors import CoordinateError, GeometryError, InputError
from gridgov.ids import new_id
from gridgov.incidents import Channel, GivenPosition, Report
from gridgov.services.accounts import saved
from gridgov.services.intake import Intake, Receipt
from gridgov.settings import settings
from gridgov.store.cluster import database_url
from gridgov.store.schema import upgrade_engine
from gridgov.store.unit import Store

_console = Console(highlight=False)


def report_command(  # noqa: PLR0913 - one option for each part of a report
    *,
    matter: Annotated[str, typer.Option(help="Code of the matter, as in the matter list.")],
    text: Annotated[str, typer.Option(help="What is the matter, in words.")],
    channel: Annotated[Channel, typer.Option(help="Where the report comes from.")] = Channel.HOTLINE,
    datum: Annotated[str | None, typer.Option(help="wgs84, cgcs2000, gcj02, bd09 or EPSG:n; no default.")] = None,
    lon: Annotated[float | None, typer.Option(help="Longitude (or easting) in the datum.")] = None,
    lat: Annotated[float | None, typer.Option(help="Latitude (or northing) in the datum.")] = None,
    wkt: Annotated[str | None, typer.Option(help="A line or an outline in the datum, as WKT.")] = None,
    accuracy_m: Annotated[float | None, typer.Option(help="Radius of the position's accuracy, metres.")] = None,
    address: Annotated[str | None, typer.Option(help="The place in words.")] = None,
    at: Annotated[str | None, typer.Option(help="When, like 2026-03-05T14:30:00+08:00; now if left out.")] = None,
    external_number: Annotated[str | None, typer.Option(help="The channel's own number.")] = None,
    identity: Annotated[str | None, typer.Option("--id", help="A UUIDv7; sent again, nothing is stored twice.")] = None,
) -> None:
    """Take one report in: locate it, classify it, and say what became of it."""
    report = Report(
        id=_identity(identity) if identity else new_id(),
        reported_at=_moment(at) if at else system_clock(),
        channel=channel,
        matter=matter,
        text=text,
        position=_position(datum, lon, lat, wkt, accuracy_m),
        address=address,
        external_number=external_number,
    )
    with database_url() as url:
        store = Store(url)
        try:
            upgrade_engine(store.engine)
            _tell(_take(store, report))
        finally:
            store.close()


def _take(store: Store, report: Report) -> Receipt:
    """Take it in under the name of whoever is logged in; else of this machine, whose database it is."""
    intake = Intake.configured(store, settings(), clock=system_clock)
    caller = saved.found_caller(settings())
    if caller is None:
        return intake.take(report, author="command line")
    with store.acting(caller, now=system_clock()) as unit:
        subject = unit.subject
    return intake.take_from(subject, report)


def _position(
    datum: str | None, lon: float | None, lat: float | None, wkt: str | None, accuracy_m: float | None
) -> GivenPosition | None:
    if lon is None and lat is None and wkt is None:
        return None
    if datum is None:
        message = "A position needs its datum: say --datum wgs84, cgcs2000, gcj02, bd09 or EPSG:n."
        raise CoordinateError(message, field="datum")
    if wkt is not None and (lon is not None or lat is not None):
        message = "Say --wkt or --lon and --lat, not both: only one of them can be the place."
        raise CoordinateError(message, field="wkt")
    if wkt is not None:
        try:
            return GivenPosition(datum, shapely.from_wkt(wkt), accuracy_m)
        except shapely.errors.ShapelyError as error:
            message = "The outline is no WKT: write it like POLYGON ((117.0 36.6, 117.1 36.6, 117.1 36.7, 117.0 36.6))."
            raise GeometryError(message, field="wkt") from error
    if lon is None or lat is None:
        message = "A position needs both --lon and --lat."
        raise CoordinateError(message, field="lon" if lon is None else "lat")
    return GivenPosition(datum, shapely.Point(lon, lat), accuracy_m)


def _identity(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError as error:
        message = f"{value!r} is no UUID: leave --id out to have one made."
        raise InputError(message, field="id") from error


def _moment(value: str) -> datetime:
    try:
        return instant(datetime.fromisoformat(value), field="at")
    except ValueError as error:
        message = f"{value!r} is no time: write it like 2026-03-05T14:30:00+08:00."
        raise InputError(message, field="at") from error


def _tell(receipt: Receipt) -> None:
    again = " (taken in before; nothing changed)" if receipt.replayed else ""
    _console.print(f"{receipt.number}{again}")
    _console.print(f"  id         {receipt.id}")
    _console.print(f"  placement  {receipt.placement}")
    _console.print(f"  cell       {receipt.cell_code or 'none'}")
    _console.print(f"  lead       {receipt.lead_organisation_code or 'none'}")
    for finding in receipt.findings:
        _console.print(f"  look at    {finding}")
    if receipt.whistle_id:
        _console.print(f"  combined whistle drafted: {receipt.whistle_id}")
