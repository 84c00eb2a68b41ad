"""How much of a line lies in each cell.

A line is cut where it meets coverage edges; each piece belongs to the cell of its middle. What runs along a border,
within a micrometre all the way, belongs to the lower code of the two cells, as a point on the border does, and is
counted once.
"""

from typing import NamedTuple

import numpy as np

from gridgov.locate.compiled import compiled
from gridgov.locate.coverage import Floats
from gridgov.locate.plane import Places, edges_meeting
from gridgov.locate.points import rank_at
from gridgov.locate.raster import Raster

ALONG_M = 1e-6
"""A line this near to a border runs along it: far more than rounding, far less than anybody can survey."""

_SHORTEST_M = 1e-9


class Paths(NamedTuple):
    """Lines as flat arrays: ``xy`` (n, 2) metres; part p is xy[parts[p]:parts[p + 1]], line number ``line[p]``."""

    xy: Floats
    parts: Places
    line: Places


class Pieces(NamedTuple):
    """Pieces of lines: which line, in which rank, how long."""

    line: Places
    rank: Places
    length: Floats


class _Segment(NamedTuple):
    ax: float
    ay: float
    dx: float
    dy: float
    length: float


@compiled
def _segment(xy: Floats, k: int) -> _Segment:
    dx, dy = xy[k + 1, 0] - xy[k, 0], xy[k + 1, 1] - xy[k, 1]
    return _Segment(xy[k, 0], xy[k, 1], dx, dy, np.hypot(dx, dy))


@compiled
def _off(segment: _Segment, x: float, y: float) -> float:
    """Return the signed distance of a point from a segment's line, in metres."""
    return ((x - segment.ax) * segment.dy - (y - segment.ay) * segment.dx) / segment.length


@compiled
def _at(segment: _Segment, x: float, y: float) -> float:
    """Return how far along a segment (0 to 1) a point lies."""
    share = ((x - segment.ax) * segment.dx + (y - segment.ay) * segment.dy) / segment.length**2
    return min(max(share, 0.0), 1.0)


@compiled
def _cut(segment: _Segment, edge: Floats, cuts: Floats, count: int, along: Floats, runs: int) -> tuple[int, int]:
    """Add where an edge cuts a segment, and where it runs along it."""
    first, last = _off(segment, edge[0], edge[1]), _off(segment, edge[2], edge[3])
    start, end = _at(segment, edge[0], edge[1]), _at(segment, edge[2], edge[3])
    if abs(first) <= ALONG_M and abs(last) <= ALONG_M:
        along[runs, 0], along[runs, 1], along[runs, 2] = min(start, end), max(start, end), edge[6]
        cuts[count], cuts[count + 1] = start, end
        return count + 2, runs + 1
    if (first <= 0.0) != (last <= 0.0):
        share = first / (first - last)
        cuts[count] = _at(segment, edge[0] + share * (edge[2] - edge[0]), edge[1] + share * (edge[3] - edge[1]))
        return count + 1, runs
    return count, runs


@compiled
def _rank_of_piece(raster: Raster, segment: _Segment, middle: float, along: Floats, runs: int) -> int:
    lowest = -1
    for k in range(runs):
        if along[k, 0] < middle < along[k, 1] and (lowest < 0 or along[k, 2] < lowest):
            lowest = int(along[k, 2])
    if lowest >= 0:
        return lowest
    return int(rank_at(raster, segment.ax + middle * segment.dx, segment.ay + middle * segment.dy))


@compiled
def _pieces_of(raster: Raster, segment: _Segment, found: Places, ranks: Places, lengths: Floats) -> int:
    """Write the pieces of one segment that meets edges."""
    cuts, along = np.empty(2 * len(found) + 2), np.empty((len(found), 3))
    cuts[0], cuts[1], count, runs = 0.0, 1.0, 2, 0
    for k in found:
        count, runs = _cut(segment, raster.edges[k], cuts, count, along, runs)
    cuts[:count].sort()
    pieces = 0
    for k in range(count - 1):
        length = (cuts[k + 1] - cuts[k]) * segment.length
        if length > _SHORTEST_M:
            ranks[pieces] = _rank_of_piece(raster, segment, 0.5 * (cuts[k] + cuts[k + 1]), along, runs)
            lengths[pieces] = length
            pieces += 1
    return pieces


@compiled
def _around(segment: _Segment) -> tuple[float, float, float, float]:
    x, y = segment.ax + segment.dx, segment.ay + segment.dy
    return (
        min(segment.ax, x) - ALONG_M,
        min(segment.ay, y) - ALONG_M,
        max(segment.ax, x) + ALONG_M,
        max(segment.ay, y) + ALONG_M,
    )


@compiled
def divide_lines(raster: Raster, paths: Paths) -> Pieces:
    """Return the pieces of lines by cell; the same line and cell may come several times."""
    line, rank, length = np.empty(64, np.int64), np.empty(64, np.int64), np.empty(64)
    found, used = np.empty(4096, np.int64), 0
    for part in range(len(paths.line)):
        for k in range(paths.parts[part], paths.parts[part + 1] - 1):
            segment = _segment(paths.xy, k)
            if segment.length == 0.0:
                continue
            count, only = edges_meeting(raster, _around(segment), found)
            while count > len(found):
                found = np.empty(count, np.int64)
                count, only = edges_meeting(raster, _around(segment), found)
            more = 2 * count + 2
            if used + more > len(line):
                line = np.append(line, np.empty(len(line) + more, np.int64))
                rank = np.append(rank, np.empty(len(rank) + more, np.int64))
                length = np.append(length, np.empty(len(length) + more))
            pieces = 1
            if count == 0:
                rank[used], length[used] = only, segment.length
            else:
                pieces = _pieces_of(raster, segment, found[:count], rank[used:], length[used:])
            line[used : used + pieces] = paths.line[part]
            used += pieces
    return Pieces(line[:used], rank[:used], length[:used])
