"""What makes a position unusable, found before it is converted."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyproj
from numpy.typing import ArrayLike, NDArray

from gridgov.coordinates.datum import Datum, to_degrees
from gridgov.errors import CoordinateError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PositionFault:
    """A way for a position to be wrong, and what to do about it."""

    kind: str
    message: str


FAULTS: Final = (
    PositionFault("not-finite", "The position is not a finite number. Leave it out and give an address instead."),
    PositionFault("null-island", "The position is 0, 0: the device had no fix. Leave it out, give an address."),
    PositionFault(
        "swapped",
        "The axes look swapped, latitude before longitude: give longitude (73 to 135 in China) or easting first, "
        "then latitude (3 to 54) or northing.",
    ),
    PositionFault("out-of-range", "The position is off the map: degrees reach from -180 to 180 and from -90 to 90."),
    PositionFault(
        "not-here",
        "The datum does not apply at this position: GCJ-02 and BD-09 shift nothing outside 72.004-137.8347 E, "
        "0.8293-55.8271 N. Say wgs84 if these are true positions.",
    ),
    PositionFault(
        "outside-crs",
        "The position lies far outside the area that the coordinate system is made for. "
        "Check the EPSG code and whether the unit is metres.",
    ),
)
"""Every fault, the first that applies is named."""

_KINDS: Final = {fault.kind: number for number, fault in enumerate(FAULTS)}
_NULL_ISLAND_DEGREES: Final = 1e-6
_CRS_MARGIN_DEGREES: Final = 3.0
SHIFT_BOX: Final = (72.004, 0.8293, 137.8347, 55.8271)
"""Where the formula of GCJ-02 is defined: west, south, east, north in degrees, as `geocoordinates_ffi.out_of_china`."""


def position_faults(x: ArrayLike, y: ArrayLike, datum: Datum) -> NDArray[np.int8]:
    """Return per position the index into `FAULTS` of what is wrong with it, -1 where nothing is.

    Parameters
    ----------
    x, y
        Longitude and latitude in degrees, or easting and northing in the unit of the CRS; equal shapes.
    datum
        What they mean.
    """
    xs, ys = as_floats(x, y)
    found = np.full(xs.shape, -1, dtype=np.int8)

    def mark(kind: str, where: NDArray[np.bool_]) -> None:
        found[(found == -1) & where] = _KINDS[kind]

    mark("not-finite", ~(np.isfinite(xs) & np.isfinite(ys)))
    mark("null-island", (np.abs(xs) < _NULL_ISLAND_DEGREES) & (np.abs(ys) < _NULL_ISLAND_DEGREES))
    if datum.is_geographic:
        mark("swapped", (ys >= 73) & (ys <= 135) & (xs >= 3) & (xs <= 54))
        mark("out-of-range", (np.abs(xs) > 180) | (np.abs(ys) > 90))
    else:
        swapped, outside = _outside_crs(xs, ys, datum, found == -1)
        mark("swapped", swapped)
        mark("outside-crs", outside)
    if datum.is_shifted:
        west, south, east, north = SHIFT_BOX
        mark("not-here", (xs < west) | (xs > east) | (ys < south) | (ys > north))
    return found


def check_positions(x: ArrayLike, y: ArrayLike, datum: Datum) -> None:
    """Refuse positions of which any is unusable.

    Raises
    ------
    CoordinateError
        Naming the first bad position and how many there are; ``details`` lists up to 100 with index and kind.
    """
    found = np.atleast_1d(position_faults(x, y, datum))
    bad = np.flatnonzero(found >= 0)
    if not bad.size:
        return
    fault = FAULTS[found.flat[bad[0]]]
    xs, ys = (np.atleast_1d(values).ravel() for values in as_floats(x, y))
    first = f" ({xs[bad[0]]:.9g}, {ys[bad[0]]:.9g}, datum {datum})"
    many = (
        f" {bad.size} of {found.size} positions are unusable, the first is number {bad[0]}." if found.size > 1 else ""
    )
    details = [{"index": int(index), "kind": FAULTS[found.flat[index]].kind} for index in bad[:100]]
    raise CoordinateError(fault.message + first + many, field="position", details=details)


def as_floats(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    """Return both as float64 arrays of one shape.

    Raises
    ------
    CoordinateError
        If they are not numbers or differ in shape.
    """
    try:
        xs, ys = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    except (TypeError, ValueError) as error:
        message = (
            "A coordinate is not a number: give decimal degrees or metres, such as 117.12, not degrees and minutes."
        )
        raise CoordinateError(message, field="position") from error
    if xs.shape != ys.shape:
        message = f"There are {xs.size} x and {ys.size} y values: give one of each per position."
        raise CoordinateError(message, field="position")
    return xs, ys


def _outside_crs(
    xs: Floats, ys: Floats, datum: Datum, usable: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    if datum.epsg is None or not usable.any():
        return np.zeros(xs.shape, bool), np.zeros(xs.shape, bool)
    outside = usable & ~_within_use(xs, ys, datum.epsg)
    swapped = np.zeros(xs.shape, bool)
    swapped[outside] = _within_use(ys[outside], xs[outside], datum.epsg)
    return swapped, outside


def _within_use(xs: Floats, ys: Floats, epsg: int) -> NDArray[np.bool_]:
    """Whether positions fall into the CRS's area of use and 3 degrees around it (a district may reach over a zone)."""
    lon, lat = to_degrees(epsg).transform(xs, ys)
    area = pyproj.CRS.from_epsg(epsg).area_of_use
    if area is None:
        return np.asarray(np.isfinite(lon) & np.isfinite(lat))
    near_lon = (lon >= area.west - _CRS_MARGIN_DEGREES) & (lon <= area.east + _CRS_MARGIN_DEGREES)
    near_lat = (lat >= area.south - _CRS_MARGIN_DEGREES) & (lat <= area.north + _CRS_MARGIN_DEGREES)
    return np.asarray(near_lon & near_lat)
