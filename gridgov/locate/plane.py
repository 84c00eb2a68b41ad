"""The cells in the plane of a CGCS2000 3-degree zone, where metres and square metres are true."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyproj

from gridgov.compiled import borrowing, compiled, compiled_for
from gridgov.coordinates import projected_crs
from gridgov.locate.coverage import Coverage, Floats
from gridgov.locate.fill import BLOCK, TILE
from gridgov.locate.points import rank_at
from gridgov.locate.raster import Raster, build_raster, fitting_pixel, grid_over

Box = tuple[float, float, float, float]
"""West, south, east, north."""

Places = npt.NDArray[np.int64]

_DEGREES = (4, 5, 6, 8)  # tried in turn: 5 suffices for a district, 6 for a city of 1.4 degrees
_TRUE_M = 1e-8  # how far a polynomial may be from PROJ; doubles of metres are 1e-9 apart
_FINENESS = 0.7  # pixels to an edge: footprints are few pixels wide
_LON_LAT = 4490
_FEW = 32  # so many are looked through for one that is there already; more are sorted


class Polynomial(NamedTuple):
    """A projection near a place, as polynomials of degrees scaled to -1..1: a twentieth of the time of the series.

    Attributes
    ----------
    box
        West, south, east, north where it is valid.
    origin
        Easting and northing of the middle.
    terms
        (2, n, n) coefficients of u**i v**j for easting and northing, less `origin`.
    """

    box: Box
    origin: tuple[float, float]
    terms: Floats


class Plane(NamedTuple):
    """The cells in metres.

    Attributes
    ----------
    epsg
        The CRS of the plane; easting before northing here.
    raster
        Over the projected edges.
    polynomial
        The projection near the cells; None where it would not be true.
    """

    epsg: int
    raster: Raster
    polynomial: Polynomial | None


def _transformer(epsg: int) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(_LON_LAT, epsg, always_xy=True)


def _by_proj(epsg: int, lon_lat: Floats) -> Floats:
    return np.column_stack(_transformer(epsg).transform(lon_lat[:, 0], lon_lat[:, 1]))


def fit_projection(epsg: int, box: Box) -> Polynomial | None:
    """Fit polynomials to the projection over a `box` of degrees; None if they err by more than 1e-8 m somewhere."""
    for degree in _DEGREES:
        polynomial = _fit(epsg, box, degree)
        probe = _spread_over(box, np.linspace(-0.999, 0.999, 31))
        planar = np.empty(probe.shape)
        by_polynomial(polynomial, probe, planar)
        if np.abs(planar - _by_proj(epsg, probe)).max() < _TRUE_M:
            return polynomial
    return None


def _spread_over(box: Box, nodes: Floats) -> Floats:
    """Return (n * n, 2) places in a box, `nodes` (n,) being places along each axis from -1 to 1."""
    u, v = (axis.ravel() for axis in np.meshgrid(nodes, nodes))
    return np.column_stack((_between(box[0], box[2], u), _between(box[1], box[3], v)))


def _between(low: float, high: float, share: Floats) -> Floats:
    return (low + high) / 2 + share * (high - low) / 2


def _fit(epsg: int, box: Box, degree: int) -> Polynomial:
    nodes = np.polynomial.chebyshev.chebpts1(2 * degree)
    u, v = (axis.ravel() for axis in np.meshgrid(nodes, nodes))
    origin = _by_proj(epsg, np.array([[(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]]))[0]
    i, j = np.nonzero(np.add.outer(range(degree + 1), range(degree + 1)) <= degree)
    offsets = _by_proj(epsg, _spread_over(box, nodes)) - origin
    fitted, *_ = np.linalg.lstsq(u[:, None] ** i * v[:, None] ** j, offsets, rcond=None)
    terms = np.zeros((2, degree + 1, degree + 1))
    terms[:, i, j] = fitted.T
    return Polynomial(box, (float(origin[0]), float(origin[1])), terms)


@compiled
def by_polynomial(polynomial: Polynomial, lon_lat: Floats, planar: Floats) -> bool:
    """Write (n, 2) metres to `planar`; return whether all points are within the box, the others being NaN."""
    west, south, east, north = polynomial.box
    terms, size, complete = polynomial.terms, polynomial.terms.shape[1], True
    for k in range(len(lon_lat)):
        lon, lat = lon_lat[k, 0], lon_lat[k, 1]
        u, v = (2.0 * lon - west - east) / (east - west), (2.0 * lat - south - north) / (north - south)
        if not (abs(u) <= 1.0 and abs(v) <= 1.0):
            planar[k, 0], planar[k, 1] = np.nan, np.nan
            complete = False
            continue
        x, y = 0.0, 0.0
        for i in range(size - 1, -1, -1):
            a, b = 0.0, 0.0
            for j in range(size - 1 - i, -1, -1):
                a, b = a * v + terms[0, i, j], b * v + terms[1, i, j]
            x, y = x * u + a, y * u + b
        planar[k, 0], planar[k, 1] = x + polynomial.origin[0], y + polynomial.origin[1]
    return complete


def project(plane_epsg: int, polynomial: Polynomial | None, lon_lat: npt.ArrayLike) -> Floats:
    """Return (n, 2) easting, northing of (n, 2) lon, lat; the same place always gives the same doubles."""
    lon_lat = np.ascontiguousarray(lon_lat, dtype=np.float64)
    if polynomial is None:
        return _by_proj(plane_epsg, lon_lat)
    planar = np.empty(lon_lat.shape)
    if not by_polynomial(polynomial, lon_lat, planar):
        beyond = np.isnan(planar[:, 0])
        planar[beyond] = _by_proj(plane_epsg, lon_lat[beyond])
    return planar


def plane_of(coverage: Coverage, zone_lon: float) -> Plane:
    """Return the cells in the plane of the zone of `zone_lon`.

    Raises
    ------
    CoordinateError
        If no zone reaches there.
    """
    epsg = projected_crs(zone_lon)
    west, south, east, north = coverage.bounds
    pad_x, pad_y = 0.1 * (east - west) + 0.01, 0.1 * (north - south) + 0.01
    polynomial = fit_projection(epsg, (west - pad_x, south - pad_y, east + pad_x, north + pad_y))
    edges = np.array(coverage.edges)
    edges[:, :2] = project(epsg, polynomial, edges[:, :2])
    edges[:, 2:4] = project(epsg, polynomial, edges[:, 2:4])
    pixel = fitting_pixel(edges, len(coverage.codes), (1.0, 1.0), fineness=_FINENESS)
    raster = build_raster(edges, len(coverage.codes), grid_over(edges, (pixel, pixel)), clean=coverage.clean)
    return Plane(epsg, raster, polynomial)


@borrowing
def _span(start: float, inverse: float, count: int, low: float, high: float) -> tuple[int, int]:
    first, last = np.floor((low - start) * inverse), np.floor((high - start) * inverse)
    return int(max(first, 0.0)), int(min(last, count - 1.0))


@borrowing
def _add_if_meeting(edges: Floats, e: int, box: Box, found: Places, count: int) -> int:
    # Numbers, not rows: a view of a row would count references, which costs more than the comparison.
    x1, y1, x2, y2 = edges[e, 0], edges[e, 1], edges[e, 2], edges[e, 3]
    if min(x1, x2) > box[2] or max(x1, x2) < box[0] or min(y1, y2) > box[3] or max(y1, y2) < box[1]:
        return count
    for k in range(min(count, _FEW)):
        if found[k] == e:
            return count
    if count < len(found):
        found[count] = e
    return count + 1


@borrowing
def _collect(raster: Raster, word: int, box: Box, found: Places, count: int) -> int:
    record = -2 - len(raster.edges) - word
    if record < 0:
        return int(_add_if_meeting(raster.edges, -2 - word, box, found, count))
    for k in range(int(raster.records[record, 3]), int(raster.records[record + 1, 3])):
        if raster.lists[k] >= 0:
            count = _add_if_meeting(raster.edges, raster.lists[k] >> 1, box, found, count)
    return count


@borrowing
def edges_meeting(raster: Raster, box: Box, found: Places) -> tuple[int, int]:
    """Write the edges that meet a closed box to `found`, each once, and perhaps some that pass it by.

    Returns
    -------
    count
        How many; more than ``len(found)`` (and nothing useful in it) if there was not room.
    rank
        If none, the cell that holds the whole box, or -1.
    """
    grid, across = raster.grid, raster.grid.columns // TILE
    west, east = _span(grid.x0, grid.inv_x, grid.columns, box[0], box[2])
    south, north = _span(grid.y0, grid.inv_y, grid.rows, box[1], box[3])
    if west > east or south > north:
        return 0, -1
    count, first, pure, last = 0, -2, True, -1  # neither -2 in the place of a rank nor -1 in that of an edge occurs
    for j in range(south // TILE, north // TILE + 1):
        for i in range(west // TILE, east // TILE + 1):
            word = raster.tiles[j * across + i]
            base = np.int64(word - BLOCK) * TILE * TILE
            # A tile of one word is looked at once, a block pixel by pixel.
            rows = (max(south - j * TILE, 0), min(north - j * TILE, TILE - 1) + 1) if word >= BLOCK else (0, 1)
            columns = (max(west - i * TILE, 0), min(east - i * TILE, TILE - 1) + 1) if word >= BLOCK else (0, 1)
            for row in range(rows[0], rows[1]):
                for column in range(columns[0], columns[1]):
                    one = raster.pixels[base + row * TILE + column] if word >= BLOCK else word
                    if one >= -1:
                        pure = pure and (one if first == -2 else first) == one
                        first = one
                    else:
                        pure = False
                        count = _collect(raster, one, box, found, count) if one != last else count
                        last = one
    if count == 0:
        return 0, first if pure else int(rank_at(raster, box[0], box[1]))
    if count > len(found):
        return count, -1
    return (_distinct(found, count) if count > _FEW else count), -1


@compiled_for("int64(int64[::1], int64)")  # sorting makes arrays
def _distinct(found: Places, count: int) -> int:
    found[:count].sort()
    kept = 1
    for k in range(1, count):
        if found[k] != found[k - 1]:
            found[kept] = found[k]
            kept += 1
    return kept
