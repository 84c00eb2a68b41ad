"""Cells as a set of straight edges, each knowing the cell on its left and on its right."""

import hashlib
from collections.abc import Callable
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from gridgov.compiled import borrowing, compiled
from gridgov.errors import CodeError, CoordinateError, GeometryError, InputError

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int32]
Objects = npt.NDArray[Any]

OUTSIDE = -1
"""Stands for "in no cell" wherever a rank is expected."""

LOCATED_DATUMS = ("World Geodetic System 1984", "World Geodetic System 1984 ensemble", "China 2000")
"""Datums whose lon/lat are taken as one; CGCS2000 and WGS 84 differ by decimetres (DESIGN, coordinates)."""


class Coverage(NamedTuple):
    """Cells in the order of their codes, and their boundaries.

    Attributes
    ----------
    codes
        (n,) ascending texts; a cell's place here is its *rank*.
    load_cells
        Returns the (n,) Polygons or MultiPolygons, lon/lat degrees, in GEOS' normal form; they are seldom needed.
    edges
        (m, 8) ax, ay, bx, by, left rank, right rank (OUTSIDE for none), lower of them, unused; a < b as (x, y).
        Eight doubles are one cache line. A border shared by two cells stands here once.
    clean
        True if no two cells overlap and shared borders have the same vertices on both sides.
    """

    codes: npt.NDArray[np.str_]
    load_cells: Callable[[], Objects]
    edges: Floats
    clean: bool

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of all cells."""
        return bounds_of(self.edges)


def bounds_of(edges: Floats) -> tuple[float, float, float, float]:
    """Return west, south, east, north of `edges`."""
    low, high = edges.min(axis=0), edges.max(axis=0)
    return (
        float(min(low[0], low[2])),
        float(min(low[1], low[3])),
        float(max(high[0], high[2])),
        float(max(high[1], high[3])),
    )


def require_lon_lat(crs: Any, what: str) -> None:
    """Refuse a CRS that is missing, projected, or geographic on a datum that is metres away.

    Raises
    ------
    CoordinateError
        With what to do about it.
    """
    if crs is None:
        message = f"The {what} have no CRS: say which one they are in, e.g. frame.set_crs(4326) for WGS 84 lon/lat."
        raise CoordinateError(message, field="crs")
    crs = pyproj.CRS.from_user_input(crs)
    if not crs.is_geographic:
        message = f"The {what} are in the projected CRS {crs.name!r}: convert them first with frame.to_crs(4326)."
        raise CoordinateError(message, field="crs")
    if crs.datum is None or crs.datum.name not in LOCATED_DATUMS:
        message = f"The {what} are on the datum of {crs.name!r}, metres away from WGS 84: use frame.to_crs(4326) first."
        raise CoordinateError(message, field="crs")


def _text_codes(values: Any) -> npt.NDArray[np.str_]:
    wrong = [value for value in values if not isinstance(value, str) or not value]
    if wrong:
        message = f"Cell codes must be text: read them as text, not as numbers (first wrong one: {wrong[0]!r})."
        raise CodeError(message, field="code")
    codes = np.array(list(values), dtype=np.str_)
    unique, counts = np.unique(codes, return_counts=True)
    if (counts > 1).any():
        message = f"The code {unique[counts > 1][0]!r} stands for more than one cell: merge its parts or mend the code."
        raise CodeError(message, field="code")
    return codes


def _require_areas(codes: npt.NDArray[np.str_], cells: Objects) -> None:
    kinds = shapely.get_type_id(cells)
    faulty = ~np.isin(kinds, (3, 6)) | shapely.is_empty(cells)
    if faulty.any():
        message = f"The cell {codes[faulty][0]} is not a filled polygon: every cell needs an area."
        raise GeometryError(message, field="geometry")
    invalid = ~shapely.is_valid(cells)
    if invalid.any():
        reason = shapely.is_valid_reason(cells[invalid][0])
        message = f"The cell {codes[invalid][0]} is not valid ({reason}): mend it, e.g. with `gridgov repair`."
        raise GeometryError(message, field="geometry", details=[{"cell": str(code)} for code in codes[invalid]])
    west, south, east, north = shapely.total_bounds(cells)
    if west < -180 or east > 180 or south < -90 or north > 90:
        message = (
            "The cells leave the range of lon/lat degrees: check for metres, or for latitude given before longitude."
        )
        raise CoordinateError(message, field="geometry")


def read_coverage(frame: gpd.GeoDataFrame, code: str) -> Coverage:
    """Return the coverage of a frame of cells.

    Parameters
    ----------
    frame
        Polygons or MultiPolygons in lon/lat degrees, one row per cell, in any order.
    code
        The column of codes (text).

    Raises
    ------
    InputError
        No such column, or no row.
    CodeError
        A code that is missing, a number, or there twice.
    CoordinateError
        No CRS, a projected one, another datum, or values out of range.
    GeometryError
        A cell without area, or crossing itself.
    """
    if not isinstance(frame, gpd.GeoDataFrame):
        message = f"Cells come as a geopandas.GeoDataFrame, not {type(frame).__name__}: read them with geopandas."
        raise InputError(message, field="cells")
    if code not in frame.columns:
        message = f"The cells have no column {code!r}: name the column of codes with code=..."
        raise InputError(message, field="code")
    if len(frame) == 0:
        message = "There is no cell: a locator needs at least one."
        raise InputError(message, field="cells")
    require_lon_lat(frame.crs, "cells")
    codes = _text_codes(frame[code])
    order = np.argsort(codes, kind="stable")
    codes = codes[order]
    cells = np.asarray(frame.geometry.array)[order]
    _require_areas(codes, cells)
    return coverage_of(codes, shapely.normalize(shapely.force_2d(cells)))


def coverage_of(codes: npt.NDArray[np.str_], cells: Objects) -> Coverage:
    """Return the coverage of valid `cells` in normal form, ordered by their codes."""
    coordinates, ranks = _directed_edges(cells)
    edges, doubled = merge_edges(coordinates, ranks)
    return Coverage(codes, lambda: cells, edges, bool(not doubled and shapely.coverage_is_valid(cells)))


def _directed_edges(cells: Objects) -> tuple[Floats, Integers]:
    """Return (m, 4) edges with their cell on the *right* (normal form turns shells clockwise) and its (m,) rank."""
    parts, part_cell = shapely.get_parts(cells, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    coordinates += 0.0  # -0.0 becomes 0.0: one number, one pattern of bits
    same = (ring[:-1] == ring[1:]) & (coordinates[:-1] != coordinates[1:]).any(axis=1)
    edges = np.hstack((coordinates[:-1][same], coordinates[1:][same]))
    return np.ascontiguousarray(edges), part_cell[ring_part[ring[:-1][same]]].astype(np.int32)


def merge_edges(directed: Floats, ranks: Integers) -> tuple[Floats, int]:
    """Lay directed edges, each with its cell on the right, on one another.

    Returns
    -------
    edges
        (m, 8) as in `Coverage.edges`, in the order of first appearance.
    doubled
        How many edges have two cells on one side: more than none means overlap.
    """
    turned = (directed[:, 0] > directed[:, 2]) | (
        (directed[:, 0] == directed[:, 2]) & (directed[:, 1] > directed[:, 3])
    )
    directed = np.where(turned[:, None], directed[:, [2, 3, 0, 1]], directed)
    sides = np.where(turned, 4, 5)
    edges, doubled = _merge(directed, directed.view(np.int64), ranks, sides)
    left, right = edges[:, 4], edges[:, 5]
    edges[:, 6] = np.where((left >= 0) & (right >= 0), np.minimum(left, right), np.maximum(left, right))
    return edges, doubled


@borrowing
def _slot(bits: np.ndarray, row: int, mask: int) -> int:
    value = np.uint64(0)
    for k in range(4):
        value = (value ^ np.uint64(bits[row, k])) * np.uint64(0x9E3779B97F4A7C15)
        value ^= value >> np.uint64(29)
    return int(np.int64(value & np.uint64(mask)))


@borrowing
def _same_place(edges: np.ndarray, edge: int, directed: np.ndarray, row: int) -> bool:
    return bool(
        edges[edge, 0] == directed[row, 0]
        and edges[edge, 1] == directed[row, 1]
        and edges[edge, 2] == directed[row, 2]
        and edges[edge, 3] == directed[row, 3]
    )


@compiled
def _merge(directed: np.ndarray, bits: np.ndarray, ranks: np.ndarray, sides: np.ndarray) -> tuple[np.ndarray, int]:
    size = 16
    while size < 2 * len(ranks):
        size *= 2
    table = np.full(size, -1, np.int32)
    edges = np.zeros((len(ranks), 8))
    count = 0
    doubled = 0
    for row in range(len(ranks)):
        slot = _slot(bits, row, size - 1)
        while table[slot] >= 0:
            edge = table[slot]
            if _same_place(edges, edge, directed, row):
                if edges[edge, sides[row]] < 0.0:
                    break
                doubled += 1
            slot = (slot + 1) & (size - 1)
        if table[slot] < 0:
            table[slot] = count
            edges[count, :4] = directed[row]
            edges[count, 4:6] = -1.0
            count += 1
        edges[table[slot], sides[row]] = ranks[row]
    return edges[:count].copy(), doubled


def checksum_of(codes: npt.NDArray[np.str_], cells: Objects) -> str:
    """Return the SHA-256 (hex) of codes and coordinates; the same for any order of cells, parts and starting points."""
    digest = hashlib.sha256()
    for code, wkb in zip(codes, shapely.to_wkb(cells, byte_order=1), strict=True):
        digest.update(str(code).encode() + b"\0" + len(wkb).to_bytes(8, "little") + wkb)
    return digest.hexdigest()
