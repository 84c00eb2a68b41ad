"""What is given on the command line: the options that many commands share, and how their words are read."""

import re
from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import shapely
import typer
from shapely.geometry.base import BaseGeometry

from gridgov.clock import instant
from gridgov.errors import CoordinateError, GeometryError, InputError
from gridgov.incidents import GivenPosition

CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="The case's number or its id.")]
WhistleArgument = Annotated[
    str, typer.Argument(metavar="WHISTLE", help="Its id, or the number of the case; `list` shows them.")
]
Files = Annotated[list[Path], typer.Argument(metavar="FILE", help="Photos or short videos.")]
Evidence = Annotated[list[UUID] | None, typer.Option("--evidence", help="Id of an attachment; may be repeated.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, in words.")]
MaybeReason = Annotated[str | None, typer.Option("--reason", help="Why, in words.")]
Identity = Annotated[
    UUID | None, typer.Option("--id", help="A UUIDv7 of your own for this; sent again, nothing is done twice.")
]
Revision = Annotated[
    int | None, typer.Option("--revision", help="The revision you decided on; refused if somebody was quicker.")
]
Limit = Annotated[int, typer.Option("--limit", min=1, max=500, help="How many at most.")]
Before = Annotated[UUID | None, typer.Option("--before", help="Only what is older than this id.")]

Datum = Annotated[str | None, typer.Option("--datum", help="wgs84, cgcs2000, gcj02, bd09 or EPSG:n; no default.")]
Lon = Annotated[float | None, typer.Option("--lon", help="Longitude (or easting) in the datum.")]
Lat = Annotated[float | None, typer.Option("--lat", help="Latitude (or northing) in the datum.")]
Accuracy = Annotated[float | None, typer.Option("--accuracy-m", help="Radius of the position's accuracy, metres.")]
Wkt = Annotated[str | None, typer.Option("--wkt", help="A line or an outline in the datum, as WKT.")]
AsOf = Annotated[
    str | None, typer.Option("--as-of", help="As it stood then, like 2026-03-05T14:30:00+08:00; now if left out.")
]
At = Annotated[str | None, typer.Option("--at", help="When, like 2026-03-05T14:30:00+08:00; now if left out.")]


def moment(value: str, field: str) -> datetime:
    """Return the instant that somebody writes.

    Raises
    ------
    InputError
        If it is no time, or says no offset.
    """
    try:
        return instant(datetime.fromisoformat(value), field=field)
    except ValueError as error:
        message = f"{value!r} is no time: write it like 2026-03-05T14:30:00+08:00."
        raise InputError(message, field=field) from error


def maybe_moment(value: str | None, field: str) -> datetime | None:
    """Return the instant that somebody writes, or None where they write none."""
    return None if value is None else moment(value, field)


def fitting(value: str | None, pattern: str, field: str, like: str) -> str | None:
    """Return a code if it has the form of one.

    Raises
    ------
    InputError
        If it has not.
    """
    if value is not None and not re.fullmatch(pattern, value):
        message = f"{value!r} is none: write it like {like}."
        raise InputError(message, field=field)
    return value


def position(
    datum: str | None, lon: float | None, lat: float | None, accuracy_m: float | None = None, wkt: str | None = None
) -> GivenPosition | None:
    """Return the position that somebody gives, or None where they give none.

    Raises
    ------
    CoordinateError
        If only a part of it is given.
    GeometryError
        If the outline is none.
    """
    if lon is None and lat is None and wkt is None:
        return None
    if datum is None:
        message = "A position needs its datum: say --datum wgs84, cgcs2000, gcj02, bd09 or EPSG:n."
        raise CoordinateError(message, field="datum")
    if wkt is not None:
        return GivenPosition(datum, _outline(wkt, lon, lat), accuracy_m)
    if lon is None or lat is None:
        message = "A position needs both --lon and --lat."
        raise CoordinateError(message, field="lon" if lon is None else "lat")
    return GivenPosition(datum, shapely.Point(lon, lat), accuracy_m)


def _outline(wkt: str, lon: float | None, lat: float | None) -> BaseGeometry:
    if lon is not None or lat is not None:
        message = "Say --wkt or --lon and --lat, not both: only one of them can be the place."
        raise CoordinateError(message, field="wkt")
    try:
        return shapely.from_wkt(wkt)
    except shapely.errors.ShapelyError as error:
        message = "The outline is no WKT: write it like POLYGON ((117.0 36.6, 117.1 36.6, 117.1 36.7, 117.0 36.6))."
        raise GeometryError(message, field="wkt") from error
