"""Cut a polygon into parts of given weights, the way towns grow: across the longest side, again and again.

The cuts are kept as lines, because the borders of cells run along them and the roads along the borders.
"""

from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.random import Generator
from shapely import LineString, Polygon

from sample_geo.common import Floats


@dataclass(frozen=True)
class Cut:
    """One line of the net: where it runs and at which level it divides (0 streets, 1 communities, 2 cells)."""

    line: LineString
    level: int


@dataclass
class Cutter:
    """Divides polygons; remembers every cut and every crossing it made, so that crossings meet."""

    random: Generator
    cuts: list[Cut] = field(default_factory=list)
    crossings: list[Floats] = field(default_factory=list)

    def divide(self, polygon: Polygon, weights: list[float], *, level: int, turn: float) -> list[Polygon]:
        """Return one polygon per weight, in the order of the weights, of about that share of the area."""
        if len(weights) == 1:
            return [polygon]
        sums = np.cumsum(weights)
        middle = int(np.argmin(np.abs(sums[:-1] / sums[-1] - 0.5))) + 1
        low, high = self._cut(polygon, float(sums[middle - 1] / sums[-1]), level, turn)
        return [
            *self.divide(low, weights[:middle], level=level, turn=turn),
            *self.divide(high, weights[middle:], level=level, turn=turn),
        ]

    def _cut(self, polygon: Polygon, share: float, level: int, turn: float) -> tuple[Polygon, Polygon]:
        long_axis = _long_axis(polygon)
        best: tuple[float, Floats, list[Polygon]] | None = None
        for attempt in range(40):
            across = np.pi / 2 if attempt % 4 != 3 or attempt > 20 else 0.0
            spread = turn * (1 + attempt / 5)
            angle = long_axis + across + np.radians(self.random.normal(0, spread))
            tried = self._try(polygon, angle, share + self.random.normal(0, 0.03) * (attempt > 0))
            if tried is None:
                continue
            chord, pieces = tried
            score = _badness(pieces, share)
            if best is None or score < best[0]:
                best = (score, chord, pieces)
            if attempt >= 6 and best[0] < 6.0:
                break
        if best is None:
            message = "No straight cut divides this outline in two; draw the street plainer."
            raise ValueError(message)
        _, chord, pieces = best
        self.crossings.extend(chord)
        self.cuts.append(Cut(LineString(chord), level))
        return pieces[0], pieces[1]

    def _try(self, polygon: Polygon, angle: float, share: float) -> tuple[Floats, list[Polygon]] | None:
        """Return a chord (2, 2) and the two parts it makes, the part of `share` first, or None if it makes more."""
        along = np.array([np.cos(angle), np.sin(angle)])
        normal = np.array([-along[1], along[0]])
        ring = shapely.get_coordinates(polygon.exterior)
        heights = ring @ normal
        low, high = float(heights.min()), float(heights.max())
        offset = _offset(polygon, normal, (low, high), share)
        base = normal * offset
        span = float(np.abs(ring @ along).max()) + 10.0
        line = LineString([base - along * span, base + along * span])
        chords = [part for part in shapely.get_parts(shapely.intersection(polygon, line)) if part.length > 1]
        if not chords:
            return None
        chord = shapely.get_coordinates(max(chords, key=lambda part: part.length))[[0, -1]]
        reach = 0.09 * np.sqrt(polygon.area)
        for candidate in (
            np.array([self._meet(polygon, chord[0], reach), self._meet(polygon, chord[1], reach)]),
            chord,
        ):
            pieces = _sides(polygon, candidate, normal)
            if pieces is not None:
                return candidate, pieces
        return None

    def _meet(self, polygon: Polygon, point: Floats, reach: float) -> Floats:
        """Return the nearest crossing already on the outline within reach, or the point itself."""
        known = np.array(self.crossings) if self.crossings else np.empty((0, 2))
        near = known[np.hypot(*(known - point).T) < max(reach, 14.0)] if len(known) else known
        if len(near):
            on = near[shapely.distance(polygon.exterior, shapely.points(near)) < 1e-6]
            if len(on):
                return np.asarray(on[np.argmin(np.hypot(*(on - point).T))])
        return point


def _long_axis(polygon: Polygon) -> float:
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(polygon))
    sides = np.diff(corners[:3], axis=0)
    longest = sides[int(np.argmax(np.hypot(*sides.T)))]
    return float(np.arctan2(longest[1], longest[0]))


def _offset(polygon: Polygon, normal: Floats, span: tuple[float, float], share: float) -> float:
    """Return how far along the normal a line must stand to leave `share` of the area below it (bisection)."""
    ring = shapely.get_coordinates(polygon.exterior)
    heights = ring @ normal
    wanted = share * polygon.area
    low, high = span
    for _ in range(17):
        middle = (low + high) / 2
        if _area_below(ring, heights, middle) < wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _area_below(ring: Floats, heights: Floats, level: float) -> float:
    """Clip a closed ring by a half-plane (Sutherland and Hodgman 1974) and return the area left."""
    inside = heights <= level
    crosses = inside[:-1] != inside[1:]
    part = (level - heights[:-1][crosses]) / (heights[1:] - heights[:-1])[crosses]
    points = np.empty((2 * len(crosses), 2))
    points[0::2] = ring[:-1]
    points[1::2][crosses] = ring[:-1][crosses] + part[:, None] * (ring[1:] - ring[:-1])[crosses]
    kept = points[np.column_stack([inside[:-1], crosses]).ravel()]
    if len(kept) < 3:
        return 0.0
    x, y = kept.T
    twice = float(x[:-1] @ y[1:] - x[1:] @ y[:-1] + x[-1] * y[0] - x[0] * y[-1])
    return abs(twice) / 2


def _sides(polygon: Polygon, chord: Floats, normal: Floats) -> list[Polygon] | None:
    """Return the two parts on either side of a chord, the lower one first, or None if the chord is no clean cut."""
    if np.hypot(*(chord[1] - chord[0])) < 20:
        return None
    ring = shapely.get_coordinates(polygon.exterior)[:-1]
    places = sorted((_place(ring, point), index) for index, point in enumerate(chord))
    (first, _), (second, _) = places
    start, end = chord[places[0][1]], chord[places[1][1]]
    inner = ring[first[0] + 1 : second[0] + 1]
    outer = np.vstack([ring[second[0] + 1 :], ring[: first[0] + 1]])
    one = Polygon(_clean(np.vstack([start[None], inner, end[None]])))
    two = Polygon(_clean(np.vstack([end[None], outer, start[None]])))
    if not (one.is_valid and two.is_valid) or abs(one.area + two.area - polygon.area) > 1e-6 * polygon.area:
        return None
    if min(one.area, two.area) < 0.08 * polygon.area:
        return None
    low_first = float(np.asarray(one.centroid.coords[0]) @ normal) < float(np.asarray(two.centroid.coords[0]) @ normal)
    return [one, two] if low_first else [two, one]


def _place(ring: Floats, point: Floats) -> tuple[int, float]:
    """Return the edge of the ring a point lies on, and how far along it, 0 to 1."""
    steps = np.roll(ring, -1, axis=0) - ring
    along = np.clip(np.einsum("ij,ij->i", point - ring, steps) / np.einsum("ij,ij->i", steps, steps), 0, 1)
    gaps = np.hypot(*(ring + along[:, None] * steps - point).T)
    edge = int(np.argmin(gaps))
    return edge, float(along[edge])


def _clean(ring: Floats) -> Floats:
    """Drop points that repeat the one before."""
    gaps = np.hypot(*(ring - np.roll(ring, 1, axis=0)).T)
    return np.asarray(ring[gaps > 1e-6])


def _badness(pieces: list[Polygon], share: float) -> float:
    """Judge a cut: low for compact parts of the wanted sizes."""
    total = sum(piece.area for piece in pieces)
    compact = max(piece.length**2 / piece.area for piece in pieces) / 16
    hull = max(piece.convex_hull.area / piece.area for piece in pieces)
    return float(compact + 4 * (hull - 1) + 20 * abs(pieces[0].area / total - share))
