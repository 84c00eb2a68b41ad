"""Water and green: a lake, two streams, reservoirs, hills and parks, all invented."""

import geopandas as gpd
import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from sample_geo import layout
from sample_geo.common import Floats, geometry_to_degrees, geometry_to_metres, rng
from sample_geo.net import bend
from sample_geo.words import stems

_HILLS = (
    (2500, 4350, 620), (4500, 4100, 560), (7300, 3300, 820), (7600, 1700, 640), (9300, 2700, 900), (10900, 1500, 820),
    (11900, 3300, 1000), (13100, 2100, 700), (12700, 4500, 480), (9000, 4600, 260), (7900, 5200, 240),
    (12300, 7300, 420),
)  # fmt: skip
"""Centres and reach of hills in plane metres."""

_STREAMS = (
    ((4150, 6000), (4230, 7300), (4300, 8500), (4420, 10200)),
    ((9900, 4700), (9500, 6100), (9150, 7500), (8700, 9700)),
)
_PONDS = ((8300, 2500, 130), (10300, 3500, 170), (12200, 2300, 110), (11700, 9800, 90), (6700, 6200, 60))


def make(cells: gpd.GeoDataFrame, communities: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return water and green (id, name, geometry)."""
    random = rng("landscape")
    names = iter(stems(random, 120))
    water = [("明渚湖", _lake(communities))]
    water += [(next(names) + "河", _stream(np.array(line, dtype=float))) for line in _STREAMS]
    water += [(next(names) + "水库", _blob(np.array(pond[:2], dtype=float), pond[2], random)) for pond in _PONDS]
    wet = shapely.union_all([shape for _, shape in water])
    green = [(next(names) + "山", _blob(np.array(hill[:2], dtype=float), hill[2], random)) for hill in _HILLS]
    high = shapely.union_all([shape for _, shape in green])
    green += [(next(names) + "公园", shape) for shape in _parks(cells, shapely.union(wet, high), random)]
    green = [(name, _largest(shapely.difference(shape, wet.buffer(3)))) for name, shape in green]
    return _frame("W", water), _frame("G", green)


def _frame(letter: str, features: list[tuple[str, Polygon]]) -> gpd.GeoDataFrame:
    ids = [f"{letter}{number + 1:03d}" for number in range(len(features))]
    shapes = geometry_to_degrees(np.array([shape for _, shape in features]))
    return gpd.GeoDataFrame({"id": ids, "name": [name for name, _ in features]}, geometry=shapes, crs="EPSG:4326")


def _largest(shape: BaseGeometry) -> Polygon:
    return Polygon(max(shapely.get_parts(shape).tolist(), key=lambda part: part.area))


def _blob(centre: Floats, reach: float, random: np.random.Generator) -> Polygon:
    """Return a rounded, crooked outline about a centre: its radius is a short Fourier series of the bearing."""
    bearing = np.linspace(0, 2 * np.pi, 73)[:-1]
    radius = np.ones_like(bearing)
    for order in range(2, 9):
        radius += random.normal(0, 0.32 / order) * np.cos(order * bearing + random.uniform(0, 2 * np.pi))
    radius = np.clip(radius, 0.35, 1.6) * reach
    return Polygon(bend(centre + radius[:, None] * np.column_stack([np.cos(bearing), np.sin(bearing)])))


def _stream(nodes: Floats) -> Polygon:
    marks = np.linspace(0, 1, 60)
    line = shapely.get_coordinates(LineString(nodes).interpolate(marks, normalized=True))
    line[:, 0] += 45 * np.sin(marks * 9) + 22 * np.sin(marks * 31)
    return shapely.buffer(LineString(bend(line)), 9.0, quad_segs=2)


def _lake(communities: gpd.GeoDataFrame) -> Polygon:
    outline = geometry_to_metres(communities.set_index("code").geometry[layout.LAKE])
    circle = shapely.maximum_inscribed_circle(outline, tolerance=2.0)
    shape = _blob(np.asarray(circle.coords[0]), circle.length * 0.95, rng("lake"))
    return _largest(shapely.intersection(shape, shapely.buffer(outline, -45)))


def _parks(cells: gpd.GeoDataFrame, taken: BaseGeometry, random: np.random.Generator) -> list[Polygon]:
    """Return about sixty parks: a part of a built-up cell each."""
    shapes = geometry_to_metres(cells.geometry.to_numpy())
    sizes = shapely.area(shapes)
    fit = [
        number
        for number in range(len(cells))
        if 5e4 < sizes[number] < 5e5 and cells["kind"].iloc[number] != "dedicated"
    ]
    parks = []
    for number in sorted(random.choice(fit, 75, replace=False).tolist()):
        circle = shapely.maximum_inscribed_circle(shapes[number], tolerance=2.0)
        park = _blob(np.asarray(circle.coords[0]), circle.length * random.uniform(0.3, 0.6), random)
        park = shapely.intersection(park, shapely.buffer(shapes[number], -12))
        if park.geom_type == "Polygon" and park.area > 2500 and not shapely.intersects(park, taken):
            parks.append(park)
    return parks
