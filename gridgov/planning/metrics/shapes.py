"""How compact cells are, how long the borders between them, and what runs through them that is hard to cross.

Outlines come in EPSG:4326, lon/lat, and are measured in the CGCS2000 3-degree zone of their middle.
"""

from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgov.coordinates import to_plane
from gridgov.errors import GeometryError, InputError

ALONG_M: Final = 15.0
"""A barrier that is nearer than this to the border runs along it: half the width of a main road with its pavements."""


def polsby_popper(cells: gpd.GeoSeries) -> pd.Series:
    """Return how compact each cell is: ``4 pi area / perimeter²``, 1 of a circle, 0.785 of a square.

    Parameters
    ----------
    cells
        Polygons in EPSG:4326, lon/lat. The border of a hole belongs to the perimeter.

    Returns
    -------
    pandas.Series
        `polsby_popper`, from 0 to 1, on the index of `cells`.

    Raises
    ------
    CoordinateError
        If `cells` has no CRS or another one.
    GeometryError
        If something is no polygon, or an empty one.

    Notes
    -----
    D. D. Polsby, R. D. Popper, "The Third Criterion: Compactness as a Procedural Safeguard Against Partisan
    Gerrymandering", Yale Law & Policy Review 9 (1991), 301-353.

    Examples
    --------
    A square has pi / 4, whatever its size.

    >>> corner = shapely.transform(shapely.box(0, 0, 1, 1), lambda xy: xy / [89400, 111000] + [117.0, 36.65])
    >>> polsby_popper(gpd.GeoSeries({"a": corner}, crs=4326)).round(3).to_dict()
    {'a': 0.785}
    """
    plane = _polygons_in_metres(cells)
    around = shapely.length(plane)
    # A circle of many vertices is rounded above 1.
    values = np.minimum(4 * np.pi * shapely.area(plane) / around**2, 1.0)
    return pd.Series(values, index=cells.index, name="polsby_popper")


def borders_m(cells: gpd.GeoSeries) -> pd.Series:
    """Return of each cell how much of its border it shares with others: ``perimeter - what lies at the rim``.

    Parameters
    ----------
    cells
        Polygons in EPSG:4326, lon/lat, that fit together vertex by vertex, as a loaded grid and a plan do.

    Returns
    -------
    pandas.Series
        `borders_m`, metres, on the index of `cells`.

    Raises
    ------
    GeometryError
        If cells overlap, or the vertices of neighbours differ.

    Examples
    --------
    >>> row = list(shapely.box([117.0, 117.001, 117.002], 36.65, [117.001, 117.002, 117.003], 36.651))
    >>> borders_m(gpd.GeoSeries(row, index=["a", "b", "c"], crs=4326)).round().to_dict()
    {'a': 111.0, 'b': 222.0, 'c': 111.0}
    """
    _polygons(cells)
    if not shapely.coverage_is_valid(cells.to_numpy()):
        message = (
            "Cells overlap, or vertices of neighbours differ, so that borders cannot be told: `gridgov check FILE`."
        )
        raise GeometryError(message, field="cells")
    sides, owners = _sides(cells.to_numpy())
    _, which, times = np.unique(sides, axis=0, return_inverse=True, return_counts=True)
    shared = times[which.ravel()] == 2
    lines = shapely.linestrings(sides[shared].reshape(-1, 2, 2))
    lengths = np.bincount(owners[shared], shapely.length(to_plane(lines, _middle(cells))), len(cells))
    return pd.Series(lengths, index=cells.index, name="borders_m")


def cut_m(cells: gpd.GeoSeries) -> float:
    """Return how long all borders between cells are, each counted once, metres: ``sum of borders_m / 2``.

    Notes
    -----
    The length of the cut of a partition: B. W. Kernighan, S. Lin, "An Efficient Heuristic Procedure for Partitioning
    Graphs", Bell System Technical Journal 49 (1970), 291-307, with the metres of a border as the weight of an edge.

    Examples
    --------
    >>> row = list(shapely.box([117.0, 117.001, 117.002], 36.65, [117.001, 117.002, 117.003], 36.651))
    >>> round(cut_m(gpd.GeoSeries(row, crs=4326)))
    222
    """
    return float(borders_m(cells).sum() / 2)


def barriers_m(cells: gpd.GeoSeries, barriers: gpd.GeoSeries, *, along_m: float = ALONG_M) -> pd.Series:
    """Return of each cell the length of barriers that run through it: ``length(barrier within the shrunk cell)``.

    What runs along the border divides nobody, so each cell is shrunk by `along_m` first.

    Parameters
    ----------
    cells
        Polygons in EPSG:4326, lon/lat.
    barriers
        In EPSG:4326: main roads, railways, walls as lines; rivers as lines or polygons, of which half the banks count.
    along_m
        Metres.

    Returns
    -------
    pandas.Series
        `barriers_m`, metres, on the index of `cells`.

    Raises
    ------
    InputError
        If a barrier is a point.

    Examples
    --------
    A road of 90 m through the middle of a cell; the last 15 m at either end are too near to the border to count.

    >>> cell = gpd.GeoSeries({"a": shapely.box(117.0, 36.65, 117.001, 36.651)}, crs=4326)
    >>> road = gpd.GeoSeries([shapely.LineString([(117.0, 36.6505), (117.001, 36.6505)])], crs=4326)
    >>> barriers_m(cell, road).round().to_dict()
    {'a': 59.0}
    """
    inner = shapely.buffer(_polygons_in_metres(cells), -along_m, join_style="mitre")
    lines, weights = _as_lines(np.asarray(to_plane(barriers, _middle(cells))))
    row, line = shapely.STRtree(lines).query(inner, predicate="intersects")
    lengths = weights[line] * shapely.length(shapely.intersection(inner[row], lines[line]))
    return pd.Series(np.bincount(row, lengths, len(cells)), index=cells.index, name="barriers_m")


def _as_lines(barriers: Any) -> tuple[Any, Any]:
    dimensions = shapely.get_dimensions(barriers)
    if (dimensions < 1).any():
        message = "A barrier is a point or nothing: give lines (roads, walls) or polygons (rivers)."
        raise InputError(message, field="barriers")
    polygon = dimensions == 2
    return np.where(polygon, shapely.boundary(barriers), barriers), np.where(polygon, 0.5, 1.0)


def _sides(shapes: Any) -> tuple[Any, Any]:
    """Return every side as (x, y, x, y), its lesser end first, and whose it is."""
    parts, whose = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[:-1] == ring[1:]
    first, second = points[:-1][same], points[1:][same]
    later = (first[:, 0] > second[:, 0]) | ((first[:, 0] == second[:, 0]) & (first[:, 1] > second[:, 1]))
    sides = np.where(later[:, None], np.hstack([second, first]), np.hstack([first, second]))
    return sides, whose[part[ring[:-1][same]]]


def _polygons_in_metres(cells: gpd.GeoSeries) -> Any:
    _polygons(cells)
    return np.asarray(to_plane(cells, _middle(cells)))


def _polygons(cells: gpd.GeoSeries) -> None:
    shapes = cells.to_numpy()
    if not len(shapes) or (shapely.get_dimensions(shapes) != 2).any() or shapely.is_empty(shapes).any():
        message = "Cells must be polygons, at least one and none empty."
        raise GeometryError(message, field="cells")


def _middle(cells: gpd.GeoSeries) -> float:
    return float(cells.total_bounds[[0, 2]].mean())
