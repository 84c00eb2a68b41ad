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
_KINDS = {"Point": _POINT, "LineString": _LINE, "LinearRing": _LINE, "Polygon": _POLYGON}


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
    is x, y of its first vertex and then the steps from vertex to vertex, all in millionths of a degree.
    """
    return [_encoded(geometry) for geometry in geometries]


def _encoded(geometry: Any) -> list[Any]:
    parts = [part for part in _flat(geometry) if not part.is_empty]
    highest = max((_KINDS[part.geom_type] for part in parts), default=_LINE)
    parts = [part for part in parts if _KINDS[part.geom_type] == highest]
    if highest == _POINT:
        return [_POINT, _steps(parts[0])]
    if highest == _LINE:
        return [_LINE, [_steps(part) for part in parts]]
    return [_POLYGON, [[_steps(ring) for ring in (part.exterior, *part.interiors)] for part in parts]]


def _flat(geometry: Any) -> list[Any]:
    if hasattr(geometry, "geoms"):
        return [leaf for part in geometry.geoms for leaf in _flat(part)]
    return [geometry]


def _steps(geometry: Any) -> list[int]:
    whole = np.rint(shapely.get_coordinates(geometry) * SCALE).astype(np.int64)
    steps = np.diff(whole, axis=0, prepend=0)
    if len(steps) > 1:
        moved = steps.any(axis=1)
        moved[0] = True
        steps = steps[moved]
    return [int(number) for number in steps.ravel()]


def script_json(value: Any) -> str:
    """Return `value` as JSON that may stand inside a ``<script>``: no text of a report can end or open a tag.

    NaN becomes null; times must be text already.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
