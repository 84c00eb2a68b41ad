"""Roads along the borders of cells: arcs joined into the longest natural strokes, classed and given invented names."""

from collections import defaultdict
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from shapely import LineString

from sample_geo.common import rng
from sample_geo.net import OUTSIDE, Arc
from sample_geo.words import ROAD_ENDINGS, stems

WALL_SHARE = (0.10, 0.14, 0.42)
"""Share of the borders of each level (street, community, cell) that follow walls instead of roads."""

MAX_TURN = 50.0
"""Degrees by which a road may turn at a junction and still keep its name."""


@dataclass(frozen=True)
class Stroke:
    """One road: its arcs in order, its course in degrees, and the level most of it divides at."""

    arcs: list[int]
    line: LineString
    level: int
    length_m: float


def walls(arcs: list[Arc], kept_free: set[int]) -> set[int]:
    """Return the arcs that carry no road: a seeded share of each level, the given ones, the outer edge, and rings."""
    random = rng("walls")
    found = set(kept_free)
    for number, arc in enumerate(arcs):
        ring = arc.lonlat is not None and bool((arc.lonlat[0] == arc.lonlat[-1]).all())
        if random.random() < WALL_SHARE[arc.level] or OUTSIDE in arc.sides or ring:
            found.add(number)
    return found


def make(arcs: list[Arc], without: set[int]) -> gpd.GeoDataFrame:
    """Return the roads (id, name, class, geometry), the longest first."""
    strokes = sorted(_strokes(arcs, without), key=lambda stroke: (-stroke.length_m, stroke.line.coords[0]))
    random = rng("road names")
    names = stems(random, len(strokes))
    rows = []
    for number, (stroke, stem) in enumerate(zip(strokes, names, strict=True)):
        kind = _class(stroke, number)
        endings = ROAD_ENDINGS[kind]
        rows.append((f"R{number + 1:04d}", stem + endings[int(random.integers(len(endings)))], kind, stroke.line))
    frame = gpd.GeoDataFrame(rows, columns=["id", "name", "class", "geometry"], crs="EPSG:4326")
    return frame.set_geometry("geometry")


def _class(stroke: Stroke, rank: int) -> str:
    if rank < 3:
        return "express"
    if stroke.level == 0 or (stroke.level == 1 and stroke.length_m > 1800):
        return "main"
    return "secondary" if stroke.level == 1 or stroke.length_m > 1500 else "lane"


def _length(arc: Arc) -> float:
    return float(np.hypot(*np.diff(arc.plan, axis=0).T).sum())


def _strokes(arcs: list[Arc], without: set[int]) -> list[Stroke]:
    carrying = [number for number in range(len(arcs)) if number not in without]
    follows = _pairs(arcs, carrying)
    seen: set[int] = set()
    # From their ends first; what is then left over are loops, which may begin anywhere.
    starts = sorted(carrying, key=lambda number: ((number, 0) in follows and (number, 1) in follows, number))
    return [_walk(arcs, follows, start, seen) for start in starts if start not in seen]


def _pairs(arcs: list[Arc], carrying: list[int]) -> dict[tuple[int, int], tuple[int, int]]:
    """Match, at every junction, the arc ends that run on most straight: {(arc, end): (next arc, its end)}."""
    ends = defaultdict(list)
    for number in carrying:
        line = arcs[number].plan
        for end, (at, inner) in enumerate(((0, 1), (-1, -2))):
            away = line[inner] - line[at]
            ends[tuple(np.round(line[at], 2))].append((number, end, float(np.arctan2(away[1], away[0]))))
    follows: dict[tuple[int, int], tuple[int, int]] = {}
    for meeting in ends.values():
        options = []
        for index, (one, one_end, bearing) in enumerate(meeting):
            for other, other_end, bearing_other in meeting[index + 1 :]:
                turn = abs(180 - abs(np.degrees(bearing - bearing_other)) % 360)
                if one != other and turn < MAX_TURN:
                    penalty = turn + 14 * abs(arcs[one].level - arcs[other].level)
                    options.append((penalty, (one, one_end), (other, other_end)))
        for _, left, right in sorted(options):
            if left not in follows and right not in follows:
                follows[left], follows[right] = right, left
    return follows


def _walk(arcs: list[Arc], follows: dict[tuple[int, int], tuple[int, int]], start: int, seen: set[int]) -> Stroke:
    """Follow a road from an arc at its end (or anywhere on a loop) as long as it runs on."""
    number, enter = start, 0 if (start, 0) not in follows else 1
    numbers, parts = [], []
    while number not in seen:
        seen.add(number)
        numbers.append(number)
        course = arcs[number].lonlat
        assert course is not None  # noqa: S101 - every arc has its course once the net is made
        parts.append(course if enter == 0 else course[::-1])
        following = follows.get((number, 1 - enter))
        if following is None:
            break
        number, enter = following
    points = np.vstack([parts[0], *[part[1:] for part in parts[1:]]])
    weights = np.zeros(3)
    for member in numbers:
        weights[arcs[member].level] += _length(arcs[member])
    return Stroke(numbers, LineString(points), int(np.argmax(weights)), float(weights.sum()))
