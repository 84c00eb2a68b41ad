"""Geometry and tables made small enough to travel inside a page. For display only: nothing is decided by this.

Shapes travel as whole millionths of a degree (about a decimetre), each vertex as its step from the one before: four to
five times shorter than GeoJSON. Neighbours are simplified together, so that they still meet without gaps.
"""

import json
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

TOLERANCE_DEGREES = 2e-5
"""Passed to `shapely.coverage_simplify`; measured on the sample, no border moves by more than `TOLERANCE_M`."""

TOLERANCE_M = 1.0

SCALE = 1_000_000

_POINT, _LINE, _POLYGON = 0, 1, 2


def simplified(frame: gpd.GeoDataFrame, tolerance: float = TOLERANCE_DEGREES) -> gpd.GeoDataFrame:
    """Return polygons that cover their ground together with fewer vertices, still meeting where they met.

    Visvalingam and Whyatt's rule on shared edges (GEOS CoverageSimplify); geometry in degrees.
    """
    shapes = shapely.coverage_simplify(frame.geometry.to_numpy(), tolerance)
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))


def outlines(areas: gpd.GeoDataFrame, cells: gpd.GeoDataFrame, digits: int) -> gpd.GeoDataFrame:
    """Return areas with the outlines of their simplified cells, so that the borders of both fall together.

    Parameters
    ----------
    areas
        With a column `code`; an area without any cell keeps its own outline.
    cells
        Simplified, with a column `code` that begins with the area's code.
    digits
        The length of the areas' codes.
    """
    parents = cells["code"].str[:digits].to_numpy()
    shapes = cells.geometry.to_numpy()
    joined = {code: shapely.coverage_union_all(shapes[parents == code]) for code in np.unique(parents)}
    drawn = [joined.get(code, own) for code, own in zip(areas["code"], areas.geometry, strict=True)]
    return areas.set_geometry(gpd.GeoSeries(drawn, index=areas.index, crs=areas.crs))


def label_points(frame: gpd.GeoDataFrame) -> npt.NDArray[np.float64]:
    """Return where a label stands best inside each shape: lon, lat, shape (n, 2)."""
    shapes = frame.geometry.to_numpy()
    if frame.empty or not set(frame.geom_type) <= {"Polygon", "MultiPolygon"}:
        return shapely.get_coordinates(shapely.point_on_surface(shapes))
    roomy = shapely.maximum_inscribed_circle(shapes, tolerance=5e-4)
    return shapely.get_coordinates(roomy)[::2]


def encoded(geometries: npt.NDArray[Any]) -> list[list[Any]]:
    """Return each geometry as ``[kind, parts]``: kind 0 point, 1 line, 2 polygon.

    A point has two numbers; a line a list of paths; a polygon a list of polygons, each a list of rings. A path or ring
    is x, y of its first vertex and then the steps from vertex to vertex, all in millionths of a degree. Of a collection
    only the parts of the highest dimension travel; what is empty is a line without paths.
    """
    kinds = np.where(shapely.is_empty(geometries), -1, shapely.get_dimensions(geometries))
    result: list[list[Any]] = [[_LINE, []] for _ in geometries]
    for kind, nested in ((_POINT, _points), (_LINE, _paths), (_POLYGON, _polygons)):
        chosen = np.flatnonzero(kinds == kind)
        parts, owners = _parts(geometries[chosen], kind)
        for place, value in zip(chosen, nested(parts, owners, len(chosen)), strict=True):
            result[place] = [kind, value]
    return result


def _parts(geometries: npt.NDArray[Any], kind: int) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    parts, owners = shapely.get_parts(geometries, return_index=True)
    while (shapely.get_type_id(parts) > 3).any():  # a collection may hold collections
        parts, inner = shapely.get_parts(parts, return_index=True)
        owners = owners[inner]
    same = shapely.get_dimensions(parts) == kind
    return parts[same], owners[same]


def _points(parts: npt.NDArray[Any], owners: npt.NDArray[np.int64], count: int) -> list[list[int]]:
    firsts = dict(zip(owners[::-1].tolist(), _steps(parts[::-1]), strict=True))
    return [firsts[place] for place in range(count)]


def _paths(parts: npt.NDArray[Any], owners: npt.NDArray[np.int64], count: int) -> list[list[Any]]:
    return _grouped(_steps(parts), owners, count)


def _polygons(parts: npt.NDArray[Any], owners: npt.NDArray[np.int64], count: int) -> list[list[Any]]:
    rings, polygons = shapely.get_rings(parts, return_index=True)
    return _grouped(_grouped(_steps(rings), polygons, len(parts)), owners, count)


def _grouped(items: list[Any], owners: npt.NDArray[np.int64], count: int) -> list[list[Any]]:
    return _sliced(items, np.searchsorted(owners, np.arange(count), side="right"))


def _steps(paths: npt.NDArray[Any]) -> list[list[int]]:
    coordinates, owners = shapely.get_coordinates(paths, return_index=True)
    whole = np.rint(coordinates * SCALE).astype(np.int64)
    steps = np.diff(whole, axis=0, prepend=0)
    first = np.diff(owners, prepend=-1) > 0
    steps[first] = whole[first]
    kept = steps.any(axis=1) | first
    ends = np.searchsorted(owners[kept], np.arange(len(paths)), side="right")
    return _sliced(steps[kept].ravel().tolist(), 2 * ends)


def _sliced(items: list[Any], ends: npt.NDArray[np.int64]) -> list[list[Any]]:
    stops = ends.tolist()
    return [items[start:stop] for start, stop in zip([0, *stops], stops, strict=False)]


def script_json(value: Any) -> str:
    """Return `value` as JSON that may stand inside a ``<script>``: no text of a report can end or open a tag.

    NaN becomes null; times must be text already.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
