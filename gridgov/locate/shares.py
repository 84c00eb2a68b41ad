"""What share of a footprint lies in each cell: rows that add to exactly 1, with what lies outside among them."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gridgov.errors import CoordinateError, GeometryError
from gridgov.locate.coverage import Floats, Integers, Objects, require_lon_lat
from gridgov.locate.lines import Paths, divide_lines, scale_at
from gridgov.locate.overlay import Outlines, divide_polygons
from gridgov.locate.plane import Places, Plane, project
from gridgov.locate.raster import Raster
from gridgov.locate.simple import surely_valid

SLIVER_SHARE = 0.001
"""A part is a sliver if its share is smaller than this, and it is also smaller than SLIVER_M2 or SLIVER_M."""

SLIVER_M2 = 1.0
"""Square metres: about what a border drawn 3 cm off cuts from the side of a building of 30 m."""

SLIVER_M = 1.0
"""Metres, for lines."""

_DIMENSIONS = np.array([0, 1, 1, 2, 0, 1, 2], np.uint8)  # of GEOS type ids: Point, LineString, LinearRing, Polygon, ...


class Rows(NamedTuple):
    """Parts of footprints: (n,) place of the footprint, rank of the cell, measure (m2, m or a count)."""

    footprint: Places
    rank: Places
    measure: Floats


class Footprints(NamedTuple):
    """What was given: (n,) shapes, what they are called, their GEOS type ids, and (n, 4) bounds in degrees."""

    shapes: Objects
    names: pd.Index
    kinds: Integers
    bounds: Floats


class Cells(NamedTuple):
    """What shares need of a locator."""

    load_cells: Callable[[], Objects]
    locate: Callable[[Floats, Floats], Integers]
    raster: Raster
    plane_at: Callable[[int], Plane]


def read_footprints(geometries: Any) -> Footprints:
    """Return the geometries given, of whatever container.

    Raises
    ------
    CoordinateError
        A GeoSeries without a CRS or with another than lon/lat; values that are no degrees.
    GeometryError
        Something missing, empty, no geometry, or of mixed kinds in one; its index is named.
    """
    if isinstance(geometries, gpd.GeoDataFrame):
        geometries = geometries.geometry
    if isinstance(geometries, gpd.GeoSeries):
        require_lon_lat(geometries.crs, "geometries")
        index, shapes = geometries.index, np.asarray(geometries.array, dtype=object)
    else:
        single = [geometries] if isinstance(geometries, shapely.Geometry) else list(geometries)
        shapes = np.empty(len(single), dtype=object)
        shapes[:] = single
        index = geometries.index if isinstance(geometries, pd.Series) else pd.RangeIndex(len(shapes))
    _refuse(~shapely.is_geometry(shapes), index, "is no geometry")
    kinds, bounds = shapely.get_type_id(shapes), shapely.bounds(shapes)
    _refuse(np.asarray(np.isnan(bounds).any(axis=1)), index, "is empty, or its coordinates are not finite")
    _refuse(kinds == 7, index, "is a collection of several kinds: give its points, lines and polygons one by one")
    if not (np.abs(bounds) <= (180, 90, 180, 90)).all():
        message = "The geometries leave the range of lon/lat degrees: check for metres or swapped axes."
        raise CoordinateError(message, field="geometries")
    return Footprints(shapes, index, kinds, bounds)


def _refuse(faulty: npt.NDArray[np.bool_], index: pd.Index, why: str) -> None:
    if faulty.any():
        places = index[np.flatnonzero(faulty)[:20]].tolist()
        message = f"The geometry at index {places[0]!r} {why}."
        raise GeometryError(message, field="geometries", details=[{"index": str(place)} for place in places])


def share_out(cells: Cells, geometries: Any) -> tuple[Rows, npt.NDArray[np.uint8], pd.Index]:
    """Return the parts of all `geometries` by footprint then rank, the kind (0, 1, 2 dimensions) of each, the index."""
    footprints = read_footprints(geometries)
    dimension = _DIMENSIONS[footprints.kinds]
    found = [_points(cells, footprints.shapes, np.flatnonzero(dimension == 0))]
    for wanted, divide in ((1, _lines), (2, _areas)):
        places = np.flatnonzero(dimension == wanted)
        if not len(places):
            continue
        for meridian, chosen in _by_zone(footprints.bounds, places):
            found.append(divide(cells, cells.plane_at(meridian), footprints, chosen))
    rows = merged(found)
    if len(rows.footprint) - np.count_nonzero(rows.footprint[1:] == rows.footprint[:-1]) != len(dimension):
        lost = np.ones(len(dimension), dtype=bool)
        lost[rows.footprint] = False
        _refuse(lost, footprints.names, "has no length")
    return rows, dimension, footprints.names


def _refuse_invalid(footprints: Footprints, places: Places, sure: npt.NDArray[np.bool_]) -> None:
    shapes = footprints.shapes
    doubtful = places[~sure]
    invalid = doubtful[~shapely.is_valid(shapes[doubtful])]
    if len(invalid):
        faulty = np.zeros(len(shapes), dtype=bool)
        faulty[invalid] = True
        _refuse(
            faulty, footprints.names, f"is not valid ({shapely.is_valid_reason(shapes[invalid[0]])}): mend it first"
        )


def _by_zone(bounds: Floats, places: Places) -> list[tuple[int, Places]]:
    """Part footprints by the central meridian next to the middle of each: its plane is the one to measure in."""
    meridians = np.floor((bounds[places, 0] + bounds[places, 2]) / 6.0 + 0.5).astype(int) * 3
    if len(meridians) and meridians.min() == meridians.max():
        return [(int(meridians[0]), places)]
    return [(int(meridian), places[meridians == meridian]) for meridian in np.unique(meridians)]


def _points(cells: Cells, shapes: Objects, places: Places) -> Rows:
    xy, of = shapely.get_coordinates(shapes[places], return_index=True)
    ranks = cells.locate(np.ascontiguousarray(xy[:, 0]), np.ascontiguousarray(xy[:, 1]))
    return Rows(places[of], ranks.astype(np.int64), np.ones(len(of)))


def _lines(cells: Cells, plane: Plane, footprints: Footprints, places: Places) -> Rows:
    parts, of = shapely.get_parts(footprints.shapes[places], return_index=True)
    ends = np.append(0, np.cumsum(shapely.get_num_coordinates(parts))).astype(np.int64)
    lon_lat = shapely.get_coordinates(parts)
    scale = scale_at(float(lon_lat[:, 1].mean()))
    pieces = divide_lines(cells.raster, Paths(lon_lat, ends, places[of], scale))
    planar = project(plane.epsg, plane.polynomial, pieces.ends.reshape(-1, 2))
    return Rows(pieces.line, pieces.rank, np.hypot(*(planar[1::2] - planar[::2]).T))


def _areas(cells: Cells, plane: Plane, footprints: Footprints, places: Places) -> Rows:
    shapes = footprints.shapes[places]
    plain = (footprints.kinds[places] == 3) & (shapely.get_num_interior_rings(shapes) == 0)
    rows = []
    for chosen, outlines_of in ((plain, plain_outlines), (~plain, ringed_outlines)):
        if not chosen.any():
            continue
        some = places[chosen]
        outlines = outlines_of(shapes[chosen])
        sure = surely_valid(outlines.xy, outlines.rings) if chosen is plain else np.zeros(len(some), dtype=bool)
        _refuse_invalid(footprints, some, sure)
        planar = outlines._replace(xy=project(plane.epsg, plane.polynomial, outlines.xy))
        parts = divide_polygons(plane.raster, planar)
        used, left = parts.used
        rows.append(Rows(some[parts.footprint[:used]], parts.rank[:used], parts.measure[:used]))
        rows.extend(_by_geos(cells, plane, footprints.shapes[k], int(k)) for k in some[parts.left[:left]])
    return _joined(rows)


def plain_outlines(polygons: Objects) -> Outlines:
    """Return Polygons without holes as flat arrays of lon, lat: four times as fast as taking rings apart."""
    ends = np.append(0, np.cumsum(shapely.get_num_coordinates(polygons))).astype(np.int64)
    count = len(polygons)
    return Outlines(shapely.get_coordinates(polygons), ends, np.zeros(count, np.int64), np.arange(count + 1))


def ringed_outlines(polygons: Objects) -> Outlines:
    """Return Polygons and MultiPolygons of any number of rings as flat arrays of lon, lat."""
    parts, of = polygons, np.arange(len(polygons))
    if (shapely.get_type_id(polygons) != 3).any():
        parts, of = shapely.get_parts(polygons, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    ends = np.append(0, np.cumsum(shapely.get_num_coordinates(rings))).astype(np.int64)
    hole = np.append(0, part[1:] == part[:-1]).astype(np.int64)
    footprints = np.append(0, np.cumsum(np.bincount(of[part], minlength=len(polygons)))).astype(np.int64)
    return Outlines(shapely.get_coordinates(rings), ends, hole, footprints)


def _by_geos(cells: Cells, plane: Plane, polygon: Any, place: int) -> Rows:
    """Divide one polygon by general overlay: where cells overlap, the lowest code takes what it covers."""
    west, south, east, north = polygon.bounds
    shapes = cells.load_cells()
    bounds = shapely.bounds(shapes)
    near = (bounds[:, 0] <= east) & (bounds[:, 2] >= west) & (bounds[:, 1] <= north) & (bounds[:, 3] >= south)

    def planar(shape: Any) -> Any:
        return shapely.transform(shape, lambda xy: project(plane.epsg, plane.polynomial, xy))

    rest, ranks, areas = shapely.make_valid(planar(shapely.force_2d(polygon))), [], []
    total = rest.area
    for rank in np.flatnonzero(near):
        part = rest.intersection(shapely.make_valid(planar(shapes[rank])))
        if part.area > 1e-12 * total:
            ranks.append(int(rank))
            areas.append(part.area)
            rest = rest.difference(part)
    if rest.area > 1e-9 * total or not ranks:
        ranks.append(-1)
        areas.append(rest.area)
    return Rows(np.full(len(ranks), place), np.array(ranks, np.int64), np.array(areas))


def _joined(rows: list[Rows]) -> Rows:
    if len(rows) == 1:
        return rows[0]
    return Rows(*(np.concatenate(columns) for columns in zip(*rows, strict=True)))


def merged(found: list[Rows]) -> Rows:
    """Return one row per footprint and cell, in their order; what lies outside comes last."""
    rows = _joined([rows for rows in found if len(rows.footprint)] or found[:1])
    key = rows.footprint * (1 << 32) + np.where(rows.rank < 0, (1 << 32) - 1, rows.rank)
    if (key[1:] > key[:-1]).all():
        return rows
    order = np.argsort(key, kind="stable")
    key = key[order]
    first = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
    measure = np.add.reduceat(rows.measure[order], first)
    return Rows(rows.footprint[order][first], rows.rank[order][first], measure)


def exact_shares(footprint: Places, measure: Floats) -> Floats:
    """Return each measure's share of its footprint, such that ``math.fsum`` of a footprint's shares is exactly 1.0.

    The largest share takes up the rounding: it becomes 1 less the sum of the others, rounded only once.
    """
    shares = np.ones(len(footprint))
    if not len(footprint):
        return shares
    starts = np.flatnonzero(np.append(True, footprint[1:] != footprint[:-1]))
    counts = np.diff(np.append(starts, len(footprint)))
    pairs = starts[counts == 2]
    smaller = pairs + (measure[pairs] > measure[pairs + 1])
    shares[smaller] = measure[smaller] / (measure[pairs] + measure[pairs + 1])
    shares[2 * pairs + 1 - smaller] = 1.0 - shares[smaller]
    for start, count in zip(starts[counts > 2].tolist(), counts[counts > 2].tolist(), strict=True):
        group = measure[start : start + count]
        parts = (group / group.sum()).tolist()
        largest = parts.index(max(parts))
        parts[largest] = -1.0
        parts[largest] = -math.fsum(parts)
        shares[start : start + count] = parts
    return shares


def share_table(rows: Rows, dimension: npt.NDArray[np.uint8], index: pd.Index, codes: Objects) -> pd.DataFrame:
    """Return the public table; see `CellLocator.shares`."""
    shares = exact_shares(rows.footprint, rows.measure)
    kind = dimension[rows.footprint]
    tolerance = np.where(kind == 2, SLIVER_M2, np.where(kind == 1, SLIVER_M, 0.0))
    cell = pd.Series(codes[rows.rank], dtype=object)  # pandas would make NaN of None
    columns: dict[str, Any] = {"footprint": index.take(rows.footprint), "cell": cell, "share": shares}
    if not len(kind) or (kind != 1).any():
        columns["area_m2"] = np.where(kind == 2, rows.measure, np.where(kind == 1, np.nan, 0.0))
    if (kind == 1).any():
        columns["length_m"] = np.where(kind == 1, rows.measure, np.nan)
    columns["sliver"] = (shares < SLIVER_SHARE) & (rows.measure < tolerance)
    return pd.DataFrame(columns)
