"""Where a report is: from a position or an address to cells, keeping every doubt."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely import Point
from shapely.geometry.base import BaseGeometry

from gridgov.coordinates import Datum, check_positions, geometry_to_wgs84, to_plane
from gridgov.errors import CoordinateError, GeometryError
from gridgov.gazetteer import Answer, Candidate, Gazetteer, Sure, Unsure
from gridgov.incidents import (
    CellChance,
    CellRef,
    CellShare,
    Finding,
    GivenPosition,
    Origin,
    Place,
    Placement,
    Report,
)
from gridgov.services.knowledge import Grid
from gridgov.whistles import StreetShare, issuing_streets

SURE_ENOUGH = 0.9
"""A position counts as located when its cell holds this much of the probability; below, a person is told."""

FAR_FROM_ADDRESS_M = 300.0
"""A position this much farther from its own address than both can err has a wrong datum or a wrong pin.

GCJ-02 taken for WGS 84 is off by about 550 m in Jinan, so it is caught wherever the address is known.
"""

LARGEST_EXTENT_M = 20_000.0
"""No incident is larger than a district; a larger outline is a mistake of datum or of units."""

MOST_VERTICES = 10_000

_METRES_A_DEGREE = 111_320.0

_KINDS = {"Point", "LineString", "MultiLineString", "Polygon", "MultiPolygon"}


@dataclass(frozen=True, slots=True)
class Placed:
    """What locating a report found out; `answer` is what the gazetteer said to its address, if it was asked."""

    place: Place | None
    placement: Placement
    findings: tuple[Finding, ...] = ()
    answer: Answer | None = None


def place_report(report: Report, grid: Grid, gazetteer: Gazetteer | None) -> Placed:
    """Locate a report by its position, else by its address; an unsure address is never taken for granted."""
    answer = gazetteer.find(report.address, at=report.reported_at) if gazetteer and report.address else None
    if report.position is not None:
        place = place_given(report.position, report.address, grid)
        far = isinstance(answer, Sure) and _is_far(place, answer.candidate)
        return Placed(place, place.placement, (Finding.POSITION_FAR_FROM_ADDRESS,) if far else (), answer)
    if isinstance(answer, Sure):
        place = place_candidate(answer.candidate, report.address or "", grid)
        return Placed(place, place.placement, (), answer)
    finding = Finding.ADDRESS_UNSURE if isinstance(answer, Unsure) else Finding.ADDRESS_UNKNOWN
    return Placed(None, Placement.UNPLACED, (finding,), answer)


def _is_far(place: Place, candidate: Candidate) -> bool:
    point = Point(candidate.lon, candidate.lat)
    here, there = to_plane(place.geometry, candidate.lon), to_plane(point, candidate.lon)
    allowed = FAR_FROM_ADDRESS_M + candidate.accuracy_m + (place.origin.accuracy_m or 0.0)
    return bool(shapely.distance(here, there) > allowed)


def place_given(position: GivenPosition, address: str | None, grid: Grid) -> Place:
    """Return where a given position lies.

    Raises
    ------
    CoordinateError
        Unknown datum, not finite, swapped axes, off the map.
    GeometryError
        An empty, self-crossing or absurdly large outline.
    """
    datum = _datum(position.datum)
    _require_shape(position.geometry)
    _require_accuracy(position.accuracy_m)
    x, y = shapely.get_coordinates(position.geometry).T
    check_positions(x, y, datum)
    geometry = geometry_to_wgs84(position.geometry, datum)
    _require_size(geometry)
    raw = shapely.to_wkt(position.geometry, rounding_precision=-1)
    origin = Origin("given", datum.name, raw, address, position.accuracy_m)
    if isinstance(geometry, Point):
        return _place_point(origin, geometry, grid)
    return _place_extent(origin, geometry, grid)


def place_candidate(candidate: Candidate, address: str, grid: Grid) -> Place:
    """Return where an address found by the gazetteer lies; what its level leaves open counts as accuracy."""
    origin = Origin("address", "wgs84", None, address, candidate.accuracy_m)
    return _place_point(origin, Point(candidate.lon, candidate.lat), grid)


def street_shares(shares: Iterable[CellShare]) -> list[StreetShare]:
    """Add the shares of cells up to shares of streets; what lies outside every cell belongs to none."""
    sums: dict[str, tuple[float, float]] = {}
    for part in shares:
        if part.cell is not None:
            share, measure = sums.get(part.cell.street_code, (0.0, 0.0))
            size = part.area_m2 if part.area_m2 is not None else part.length_m or 0.0
            sums[part.cell.street_code] = (share + part.share, measure + size)
    return [StreetShare(code, share, measure) for code, (share, measure) in sums.items()]


def _place_point(origin: Origin, point: Point, grid: Grid) -> Place:
    chances = _chances(point, origin.accuracy_m, grid) if origin.accuracy_m else ()
    cell = grid.by_code(grid.locator.locate_one(point.x, point.y))
    placement = Placement.LOCATED if cell else Placement.OUTSIDE
    if cell and chances and _chance_of(cell, chances) < SURE_ENOUGH:
        placement = Placement.DOUBTFUL
    return Place(origin, point, placement, cell, chances, (), grid.locator.checksum)


def _chances(point: Point, accuracy_m: float, grid: Grid) -> tuple[CellChance, ...]:
    table = grid.locator.probabilities([point.x], [point.y], [accuracy_m])
    table = table.sort_values("probability", ascending=False, kind="stable")
    return tuple(
        CellChance(grid.by_code(code), float(probability))
        for code, probability in zip(table["cell"], table["probability"], strict=True)
    )


def _chance_of(cell: CellRef, chances: tuple[CellChance, ...]) -> float:
    return next((c.probability for c in chances if c.cell == cell), 0.0)


def _place_extent(origin: Origin, geometry: BaseGeometry, grid: Grid) -> Place:
    table = grid.locator.shares([geometry]).sort_values("share", ascending=False, kind="stable")
    areal = geometry.geom_type.endswith("Polygon")
    shares = tuple(_share(row, grid, areal=areal) for row in table.to_dict("records"))
    inside = [part for part in shares if part.cell is not None]
    placement = _extent_placement(inside)
    return Place(origin, geometry, placement, _answering(inside), (), shares, grid.locator.checksum)


def _answering(inside: list[CellShare]) -> CellRef | None:
    """Return the largest part's cell within the street that has most: the street that would lead a whistle."""
    if not inside:
        return None
    leading = issuing_streets(street_shares(inside), 0.0)[0].street_code
    return next(part.cell for part in inside if part.cell and part.cell.street_code == leading)


def _share(row: dict[Hashable, Any], grid: Grid, *, areal: bool) -> CellShare:
    return CellShare(
        cell=grid.by_code(row["cell"]),
        share=float(row["share"]),
        area_m2=float(row["area_m2"]) if areal else None,
        length_m=None if areal else float(row["length_m"]),
        sliver=bool(row["sliver"]),
    )


def _extent_placement(inside: list[CellShare]) -> Placement:
    if not inside:
        return Placement.OUTSIDE
    return Placement.CROSSING if sum(not part.sliver for part in inside) > 1 else Placement.LOCATED


def _datum(text: str) -> Datum:
    try:
        return Datum.parse(text)
    except CoordinateError as error:
        raise CoordinateError(error.message, field="position.datum") from error


def _require_shape(geometry: BaseGeometry) -> None:
    field = "position.geometry"
    if geometry.geom_type not in _KINDS:
        message = f"A {geometry.geom_type} is no place of an incident: send a point, a line or a polygon."
        raise GeometryError(message, field=field)
    if geometry.is_empty:
        message = "The geometry is empty: send at least one position."
        raise GeometryError(message, field=field)
    if shapely.get_num_coordinates(geometry) > MOST_VERTICES:
        message = f"The geometry has more than {MOST_VERTICES} vertices: simplify it before sending."
        raise GeometryError(message, field=field)
    if geometry.has_z:
        message = "The geometry has heights: send two coordinates a position."
        raise GeometryError(message, field=field)
    if not shapely.is_valid(geometry) and _finite(geometry):
        message = f"The outline is not a valid shape ({shapely.is_valid_reason(geometry)}): draw it again."
        raise GeometryError(message, field=field)


def _require_size(geometry: BaseGeometry) -> None:
    west, south, east, north = geometry.bounds
    if max(east - west, north - south) * _METRES_A_DEGREE > LARGEST_EXTENT_M:
        message = f"The outline is more than {LARGEST_EXTENT_M / 1000:.0f} km wide: check its datum and its units."
        raise GeometryError(message, field="position.geometry")


def _finite(geometry: BaseGeometry) -> bool:
    # A shape with NaN is invalid as well; that is said of its coordinates, more plainly, a step later.
    return bool(np.isfinite(shapely.get_coordinates(geometry)).all())


def _require_accuracy(accuracy_m: float | None) -> None:
    if accuracy_m is not None and not 0 <= accuracy_m <= LARGEST_EXTENT_M:
        message = f"An accuracy of {accuracy_m} m makes no sense: give metres from 0 to {LARGEST_EXTENT_M:.0f}."
        raise CoordinateError(message, field="position.accuracy_m")
