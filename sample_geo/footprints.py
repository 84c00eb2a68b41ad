"""Outlines of buildings in plane metres: rectangles, L shapes and courts, turned to the road beside them."""

from dataclasses import dataclass

import numpy as np
import shapely
from pyproj import Transformer
from shapely import LineString, Polygon, STRtree
from shapely.geometry.base import BaseGeometry

from sample_geo.common import DECIMALS, Floats, geometry_to_degrees, to_degrees

_EXACT = Transformer.from_crs(4490, 4548, always_xy=True)
BORDER_BLOCK = "B-BORDER-1"
BLOCK_LENGTH, BLOCK_DEPTH = 40.0, 25.0


@dataclass(frozen=True)
class Pattern:
    """How a kind of neighbourhood is built: sizes and spacing in metres, floors, and the shape of its houses."""

    name: str
    length: tuple[float, float]
    depth: tuple[float, float]
    gap: tuple[float, float]
    """Between houses of a row, and between rows."""
    floors: tuple[int, int]
    shapes: tuple[str, ...]
    kind: str


PATTERNS = {
    pattern.name: pattern
    for pattern in (
        Pattern("court", (18, 32), (15, 26), (7, 8), (1, 3), ("court", "ell", "box"), "residential"),
        Pattern("slab", (42, 84), (12, 15), (12, 20), (5, 7), ("box", "box", "box", "ell"), "residential"),
        Pattern("midrise", (36, 64), (14, 18), (16, 28), (9, 18), ("box", "notched"), "residential"),
        Pattern("tower", (28, 46), (20, 28), (30, 38), (24, 33), ("notched", "box"), "residential"),
        Pattern("village", (12, 20), (9, 14), (6, 9), (1, 3), ("box", "ell", "court"), "residential"),
        Pattern("office", (34, 60), (22, 34), (26, 30), (6, 24), ("box", "ell", "court"), "office"),
        Pattern("industrial", (50, 95), (28, 48), (24, 26), (1, 2), ("box", "box", "ell"), "industrial"),
        Pattern("school", (44, 70), (14, 18), (26, 34), (3, 5), ("box", "ell", "court"), "school"),
        Pattern("hospital", (44, 70), (18, 26), (24, 30), (5, 14), ("ell", "court", "box"), "hospital"),
        Pattern("market", (50, 80), (26, 40), (16, 20), (1, 2), ("box", "ell"), "market"),
    )
}


def box(length: float, depth: float) -> Floats:
    """Return the corners (4, 2) of a rectangle about the zero."""
    return np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * [length / 2, depth / 2]


def outline(shape: str, length: float, depth: float, wing: float) -> tuple[Floats, Floats | None]:
    """Return the outer ring and the court's ring, if any, of a house about the zero; `wing` is 0.3 to 0.7."""
    x, y = length / 2, depth / 2
    if shape == "ell":
        cut_x, cut_y = -x + length * wing, -y + depth * wing
        return np.array([(-x, -y), (x, -y), (x, cut_y), (cut_x, cut_y), (cut_x, y), (-x, y)]), None
    if shape == "court":
        thick = min(length, depth) * 0.27
        return box(length, depth), box(length - 2 * thick, depth - 2 * thick)
    if shape == "notched":
        nick = min(3.5, depth * 0.2)
        return np.array([
            (-x, -y), (-nick, -y), (-nick, -y + nick), (nick, -y + nick), (nick, -y), (x, -y), (x, y), (-x, y),
        ]), None  # fmt: skip
    return box(length, depth), None


def placed(ring: Floats, centre: Floats, angle: float) -> Floats:
    """Return a ring (n, 2) turned by `angle` (radians) and moved to `centre`."""
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.asarray(ring @ turn + centre)


def house(shape: str, size: tuple[float, float], spot: tuple[Floats, float], wing: float) -> Polygon:
    """Return a house of a shape and size at a spot (centre, angle)."""
    outer, court = outline(shape, *size, wing)
    holes = [placed(court, *spot)[::-1]] if court is not None else []
    return Polygon(placed(outer, *spot), holes)


def rows(pattern: Pattern, inside: BaseGeometry, angle: float, random: np.random.Generator) -> list[Polygon]:
    """Return houses in rows that fill a polygon, row by row."""
    centre = np.asarray(inside.centroid.coords[0])
    reach = float(np.hypot(*(shapely.get_coordinates(inside) - centre).T).max())
    length, depth = random.uniform(*pattern.length), random.uniform(*pattern.depth)
    along, across = length + pattern.gap[0], depth + pattern.gap[1]
    columns = np.arange(-reach + random.uniform(0, along), reach, along)
    lines = np.arange(-reach + random.uniform(0, across), reach, across)
    shifts = np.repeat(random.uniform(-0.15, 0.15, len(lines)) * along, len(columns))
    grid = np.column_stack([np.tile(columns, len(lines)) + shifts, np.repeat(lines, len(columns))])
    spots = placed(grid, centre, angle)
    spots = spots[shapely.contains_xy(inside, spots)]
    houses = [
        house(pattern.shapes[int(kind)], (length * wide, depth * deep), (spot, angle), float(wing))
        for spot, kind, wide, deep, wing in zip(
            spots,
            random.integers(len(pattern.shapes), size=len(spots)),
            random.uniform(0.82, 1.06, len(spots)),
            random.uniform(0.82, 1.06, len(spots)),
            random.uniform(0.35, 0.6, len(spots)),
            strict=True,
        )
    ]
    shapely.prepare(inside)
    return [made for made, fits in zip(houses, shapely.contains(inside, houses), strict=True) if fits]


def along(line: LineString, side: int, random: np.random.Generator) -> list[Polygon]:
    """Return shop fronts along one side of a road (+1 left, -1 right of its direction)."""
    shops = []
    at = random.uniform(15, 40)
    while at < line.length - 25:
        length, depth = random.uniform(12, 34), random.uniform(9, 14)
        start, end = (np.asarray(line.interpolate(at + d).coords[0]) for d in (-4.0, 4.0))
        tangent = (end - start) / max(np.hypot(*(end - start)), 1e-9)
        normal = np.array([-tangent[1], tangent[0]]) * side
        centre = (start + end) / 2 + normal * (9.0 + depth / 2 + random.uniform(0, 3))
        angle = float(np.arctan2(tangent[1], tangent[0]))
        shops.append(Polygon(placed(box(length, depth), centre, angle)))
        at += length + random.uniform(4, 12) + (random.uniform(30, 120) if random.random() < 0.3 else 0)
    return shops


def astride(line: LineString, share: float, random: np.random.Generator) -> Polygon:
    """Return a house on a border: about `share` of it (0 to 0.5) on one side."""
    at = random.uniform(0.2, 0.8) * line.length
    start, end = (np.asarray(line.interpolate(at + d).coords[0]) for d in (-5.0, 5.0))
    tangent = (end - start) / max(np.hypot(*(end - start)), 1e-9)
    normal = np.array([-tangent[1], tangent[0]]) * random.choice([-1.0, 1.0])
    length, depth = random.uniform(18, 46), random.uniform(11, 18)
    angle = float(np.arctan2(tangent[1], tangent[0])) + (np.pi / 2 if random.random() < 0.25 else 0.0)
    thick = depth if abs(np.sin(angle - np.arctan2(tangent[1], tangent[0]))) < 0.5 else length
    centre = (start + end) / 2 + normal * (0.5 - share) * thick
    shape = str(random.choice(["box", "box", "ell"]))
    return house(shape, (length, depth), (centre, angle), float(random.uniform(0.4, 0.6)))


def exact_area(polygon: BaseGeometry) -> float:
    """Return the area, square metres in EPSG:4548, of a polygon in degrees."""
    return float(shapely.area(shapely.transform(polygon, lambda c: np.column_stack(_EXACT.transform(*c.T)))))


def border_block(line: LineString, home: Polygon, near: STRtree) -> Polygon:
    """Return the block across a district border, in rounded degrees: exactly one third of it in the home district.

    Parameters
    ----------
    line
        The border there, plane metres.
    home
        The cell of the home district beside it, degrees.
    near
        All cells, degrees: the block may touch two of them only.
    """
    best: tuple[float, Polygon] | None = None
    for at in np.linspace(0.3, 0.7, 60) * line.length:
        block = _third(line, float(at), home)
        share = exact_area(shapely.intersection(block, home)) / exact_area(block)
        error = abs(share - 1 / 3)
        if len(near.query(block, predicate="intersects")) == 2 and (best is None or error < best[0]):
            best = (error, block)
    if best is None or best[0] > 2e-5:
        message = "The border block finds no place where it is one third in the home district."
        raise ValueError(message)
    return best[1]


def _third(line: LineString, at: float, home: Polygon) -> Polygon:
    """Slide a block across the border until a third of it lies at home (bisection)."""
    start, end = (np.asarray(line.interpolate(at + d).coords[0]) for d in (-20.0, 20.0))
    tangent = (end - start) / np.hypot(*(end - start))
    normal = np.array([-tangent[1], tangent[0]])
    angle = float(np.arctan2(tangent[1], tangent[0]))
    middle = (start + end) / 2
    probe = shapely.Point(to_degrees((middle + normal * 20)[None])[0])
    inward = normal if home.contains(probe) else -normal
    low, high = -30.0, 30.0
    for _ in range(40):
        shift = (low + high) / 2
        block = Polygon(placed(box(BLOCK_LENGTH, BLOCK_DEPTH), middle + inward * shift, angle))
        block = geometry_to_degrees(block)
        if shapely.area(shapely.intersection(block, home)) < shapely.area(block) / 3:
            low = shift
        else:
            high = shift
    return block


def rounded(polygons: list[Polygon]) -> list[Polygon]:
    """Return polygons in degrees, rounded like everything else."""
    return [shapely.transform(polygon, lambda c: np.round(c, DECIMALS)) for polygon in polygons]
