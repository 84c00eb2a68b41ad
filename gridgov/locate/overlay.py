"""How much of a polygon lies in each cell, from the boundaries alone.

Cut a polygon F into upright slices. At one x let F(y) be the length of F below height y: a sum over F's edges of
+-min(edge, y). A coverage edge at height y with cell c below and cell d above adds F(y) to c and takes it from d; the
cell at the top of F's box gets all of F. Integrated over x, every pair of an edge of F and a coverage edge gives one
signed area under the lower of two straight lines. No intersection point is classified, nothing is labelled inside, so
edges that run together or meet in vertices need no case of their own: the sum depends continuously on all coordinates.
(Green's theorem in the form of trapezoids, as in the shoelace formula.) Only the cells along the top of the box
are found by locating, and checked against each other.
"""

from typing import NamedTuple

import numpy as np

from gridgov.compiled import borrowing, compiled
from gridgov.locate.coverage import Floats
from gridgov.locate.plane import Box, Places, edges_meeting
from gridgov.locate.points import rank_at
from gridgov.locate.raster import Raster

MOST_CELLS = 63
"""A footprint over more cells is left to the general overlay."""

_MOST_PAIRS = 4_000_000
_NOISE = 1e-12
_SUM_ERROR = 1e-9


Segment = tuple[float, float, float, float]
"""x1, y1, x2, y2 with x1 < x2, relative to the corner of a footprint's box."""

_NOWHERE = (0.0, 0.0, 0.0, 0.0)


class Outlines(NamedTuple):
    """Polygons as flat arrays.

    Attributes
    ----------
    xy
        (n, 2) metres.
    rings
        Ring r is xy[rings[r]:rings[r + 1]], closed.
    hole
        1 for a ring that is a hole, 0 for a shell.
    footprints
        Polygon f has the rings footprints[f]:footprints[f + 1].
    """

    xy: Floats
    rings: Places
    hole: Places
    footprints: Places


class Parts(NamedTuple):
    """``footprint``, ``rank`` and ``measure`` of the ``used[0]`` parts found, and footprints ``left`` undecided."""

    footprint: Places
    rank: Places
    measure: Floats
    left: Places
    used: Places


class Scratch(NamedTuple):
    """Room for one footprint: its edges (x, y from west to east, sign), cells and areas, crossings of its box's top."""

    sides: Floats
    found: Places
    cells: Places
    areas: Floats
    tops: Floats


@borrowing
def _box(xy: Floats) -> Box:
    west, south, east, north = xy[0, 0], xy[0, 1], xy[0, 0], xy[0, 1]
    for k in range(1, len(xy)):
        west, east = min(west, xy[k, 0]), max(east, xy[k, 0])
        south, north = min(south, xy[k, 1]), max(north, xy[k, 1])
    return west, south, east, north


@borrowing
def _ring_area(xy: Floats) -> float:
    """Return the signed area of a closed ring, from its first vertex so that no digits are lost."""
    total = 0.0
    for k in range(1, len(xy) - 1):
        total += (xy[k, 0] - xy[0, 0]) * (xy[k + 1, 1] - xy[0, 1]) - (xy[k, 1] - xy[0, 1]) * (xy[k + 1, 0] - xy[0, 0])
    return 0.5 * total


@borrowing
def area_of(outlines: Outlines, footprint: int) -> float:
    """Return the area of one polygon."""
    total = 0.0
    for ring in range(outlines.footprints[footprint], outlines.footprints[footprint + 1]):
        area = abs(_ring_area(outlines.xy[outlines.rings[ring] : outlines.rings[ring + 1]]))
        total += -area if outlines.hole[ring] else area
    return total


@borrowing
def _write_sides(outlines: Outlines, footprint: int, origin: tuple[float, float], sides: Floats) -> int:
    """Write x1, y1, x2, slope, sign of the edges that are not upright, relative to `origin`, west end first."""
    count = 0
    for ring in range(outlines.footprints[footprint], outlines.footprints[footprint + 1]):
        xy = outlines.xy[outlines.rings[ring] : outlines.rings[ring + 1]]
        turn = 1.0 if (_ring_area(xy) > 0.0) != (outlines.hole[ring] != 0) else -1.0
        for k in range(len(xy) - 1):
            a, b = (k, k + 1) if xy[k, 0] < xy[k + 1, 0] else (k + 1, k)
            if xy[a, 0] == xy[b, 0]:
                continue
            sides[count, 0], sides[count, 1] = xy[a, 0] - origin[0], xy[a, 1] - origin[1]
            sides[count, 2], sides[count, 3] = xy[b, 0] - origin[0], (xy[b, 1] - xy[a, 1]) / (xy[b, 0] - xy[a, 0])
            # Counter-clockwise the lower edges run east, the upper ones west.
            sides[count, 4] = turn if a == k + 1 else -turn
            count += 1
    return count


@borrowing
def _under(sides: Floats, count: int, segment: Segment) -> float:
    """Return the area of the footprint below a segment."""
    x1, y1, x2, y2 = segment
    slope = (y2 - y1) / (x2 - x1) if x2 > x1 else 0.0
    total = 0.0
    for k in range(count):
        west, east = max(sides[k, 0], x1), min(sides[k, 2], x2)
        if west >= east:
            continue
        left = sides[k, 1] + (west - sides[k, 0]) * sides[k, 3]
        right = sides[k, 1] + (east - sides[k, 0]) * sides[k, 3]
        over_left, over_right = left - (y1 + (west - x1) * slope), right - (y1 + (east - x1) * slope)
        area = 0.5 * (left + right)
        if over_left >= 0.0 and over_right >= 0.0:
            area -= 0.5 * (over_left + over_right)
        elif over_left > 0.0:
            area -= 0.5 * over_left * (over_left / (over_left - over_right))
        elif over_right > 0.0:
            area -= 0.5 * over_right * (over_right / (over_right - over_left))
        total += sides[k, 4] * area * (east - west)
    return total


@borrowing
def _add(scratch: Scratch, cells: int, rank: float, area: float) -> int:
    for k in range(cells):
        if scratch.cells[k] == rank:
            scratch.areas[k] += area
            return cells
    if cells < len(scratch.cells):
        scratch.cells[cells], scratch.areas[cells] = int(rank), area
    return cells + 1


@borrowing
def _relative(edges: Floats, e: int, box: Box) -> Segment:
    """Return an edge from its west to its east end, relative to the box's corner."""
    x1, y1, x2, y2 = edges[e, 0] - box[0], edges[e, 1] - box[1], edges[e, 2] - box[0], edges[e, 3] - box[1]
    return (x1, y1, x2, y2) if x1 <= x2 else (x2, y2, x1, y1)


@borrowing
def _clip(segment: Segment, width: float, height: float) -> Segment:
    """Return the part of a segment within a box; _NOWHERE if there is none of any width."""
    x1, y1, x2, y2 = segment
    if x1 == x2 or x2 <= 0.0 or x1 >= width:
        return _NOWHERE
    low, high = max(0.0, -x1 / (x2 - x1)), min(1.0, (width - x1) / (x2 - x1))
    if y1 != y2:
        at_bottom, at_top = -y1 / (y2 - y1), (height - y1) / (y2 - y1)
        low, high = max(low, min(at_bottom, at_top)), min(high, max(at_bottom, at_top))
    elif y1 < 0.0 or y1 > height:
        return _NOWHERE
    if low >= high:
        return _NOWHERE
    return x1 + low * (x2 - x1), y1 + low * (y2 - y1), x1 + high * (x2 - x1), y1 + high * (y2 - y1)


@borrowing
def _cross_top(raster: Raster, scratch: Scratch, box: Box, found: int) -> int:
    """Write x and edge of all crossings of the top of the box, from west to east."""
    width, height, tops = box[2] - box[0], box[3] - box[1], 0
    for k in range(found):
        x1, y1, x2, y2 = _relative(raster.edges, scratch.found[k], box)
        if (y1 <= height) == (y2 <= height):
            continue
        x = x1 + (height - y1) / (y2 - y1) * (x2 - x1)
        if not 0.0 < x < width:
            continue
        place = tops
        while place > 0 and scratch.tops[place - 1, 0] > x:
            scratch.tops[place, 0], scratch.tops[place, 1] = scratch.tops[place - 1, 0], scratch.tops[place - 1, 1]
            place -= 1
        scratch.tops[place, 0], scratch.tops[place, 1] = x, scratch.found[k]
        tops += 1
    return tops


@borrowing
def _along_top(raster: Raster, scratch: Scratch, box: Box, counts: tuple[int, int]) -> int:
    """Give every cell along the top of the box the footprint below it; -1 if what is found there does not agree."""
    found, sides = counts
    label, west, cells, top = rank_at(raster, box[0], box[3]), 0.0, 0, box[3] - box[1]
    for k in range(_cross_top(raster, scratch, box, found)):
        e = int(scratch.tops[k, 1])
        rises = raster.edges[e, 3] > raster.edges[e, 1]
        if raster.edges[e, 4 if rises else 5] != label:
            return -1
        cells = _add(scratch, cells, label, _under(scratch.sides, sides, (west, top, scratch.tops[k, 0], top)))
        label, west = int(raster.edges[e, 5 if rises else 4]), scratch.tops[k, 0]
    cells = _add(scratch, cells, label, _under(scratch.sides, sides, (west, top, box[2] - box[0], top)))
    return cells if label == rank_at(raster, box[2], box[3]) else -1


@borrowing
def _areas(raster: Raster, scratch: Scratch, box: Box, counts: tuple[int, int]) -> int:
    """Write cells and their areas; return how many, or -1 if in doubt."""
    found, sides = counts
    cells = _along_top(raster, scratch, box, counts)
    for k in range(found):
        e = scratch.found[k]
        if cells < 0 or cells > len(scratch.cells):
            return -1
        segment = _clip(_relative(raster.edges, e, box), box[2] - box[0], box[3] - box[1])
        if segment[0] < segment[2]:
            area = _under(scratch.sides, sides, segment)
            below = 5 if raster.edges[e, 2] > raster.edges[e, 0] else 4
            cells = _add(scratch, cells, raster.edges[e, below], area)
            cells = _add(scratch, cells, raster.edges[e, 9 - below], -area)
    return cells if cells <= len(scratch.cells) else -1


@borrowing
def _insert(parts: Parts, place: int, rank: int, area: float) -> None:
    """Insert a part of the present footprint by rank, outside last."""
    while place > parts.used[0] and rank >= 0 and (parts.rank[place - 1] < 0 or parts.rank[place - 1] > rank):
        parts.rank[place], parts.measure[place] = parts.rank[place - 1], parts.measure[place - 1]
        place -= 1
    parts.rank[place], parts.measure[place] = rank, area


@borrowing
def _keep(parts: Parts, scratch: Scratch, cells: int, footprint: int, area: float, noise: float) -> bool:
    """Append the parts of one footprint if they pass the check: none below zero, and together the whole."""
    total = 0.0
    for k in range(cells):
        total += scratch.areas[k]
        if scratch.areas[k] < -noise:
            return False
    if abs(total - area) > _SUM_ERROR * area:
        return False
    place = parts.used[0]
    for k in range(cells):
        if scratch.areas[k] > noise:
            _insert(parts, place, scratch.cells[k], scratch.areas[k])
            parts.footprint[place] = footprint
            place += 1
    kept = place > parts.used[0]
    parts.used[0] = place
    return bool(kept)


@borrowing
def _divide(raster: Raster, outlines: Outlines, footprint: int, scratch: Scratch, parts: Parts) -> bool:
    rings = outlines.rings[outlines.footprints[footprint] : outlines.footprints[footprint + 1] + 1]
    west, south, east, north = _box(outlines.xy[rings[0] : rings[-1]])
    # Off the round numbers: a corner of the box should meet no edge, and is checked.
    pad_x, pad_y = 0.01371 * (east - west), 0.01733 * (north - south)
    box = (west - pad_x, south - pad_y, east + pad_x, north + pad_y)
    found, rank = edges_meeting(raster, box, scratch.found)
    area = area_of(outlines, footprint)
    if found == 0:
        place = parts.used[0]
        parts.footprint[place], parts.rank[place], parts.measure[place] = footprint, rank, area
        parts.used[0] = place + 1
        return True
    size = rings[-1] - rings[0]
    if not raster.clean or found > len(scratch.found) or size > len(scratch.sides) or found * size > _MOST_PAIRS:
        return False
    sides = _write_sides(outlines, footprint, (box[0], box[1]), scratch.sides)
    cells = _areas(raster, scratch, box, (found, sides))
    noise = _NOISE * (box[2] - box[0]) * (box[3] - box[1])
    return cells > 0 and bool(_keep(parts, scratch, cells, footprint, area, noise))


@compiled
def divide_polygons(raster: Raster, outlines: Outlines) -> Parts:
    """Return the areas (m2) of every polygon by cell; what is in doubt is left to the general overlay."""
    count = len(outlines.footprints) - 1
    room = 2 * count + MOST_CELLS + 1
    parts = Parts(
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(room),
        np.empty(count, np.int64),
        np.zeros(2, np.int64),
    )
    scratch = Scratch(
        np.empty((4096, 5)),
        np.empty(65536, np.int64),
        np.empty(MOST_CELLS, np.int64),
        np.empty(MOST_CELLS),
        np.empty((65536, 2)),
    )
    for footprint in range(count):
        if parts.used[0] + MOST_CELLS > len(parts.rank):
            parts = _larger(parts)
        if not _divide(raster, outlines, footprint, scratch, parts):
            parts.left[parts.used[1]] = footprint
            parts.used[1] += 1
    return parts


@compiled
def _larger(parts: Parts) -> Parts:
    more = len(parts.rank) + 64
    return Parts(
        np.append(parts.footprint, np.empty(more, np.int64)),
        np.append(parts.rank, np.empty(more, np.int64)),
        np.append(parts.measure, np.empty(more)),
        parts.left,
        parts.used,
    )
