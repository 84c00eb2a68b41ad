"""How much of a line lies in each cell.

A line is cut where it meets coverage edges, in degrees, as points are located; each piece belongs to the cell of its
middle. What runs along a border, within a micrometre all the way, belongs to the lowest code of the cells that meet
there, as a point on the border does, and is counted once.
"""

from typing import NamedTuple

import numpy as np

from gridgov.compiled import borrowing, compiled
from gridgov.locate.coverage import Floats
from gridgov.locate.nearest import degree_lengths
from gridgov.locate.plane import Box, Places, edges_meeting
from gridgov.locate.points import rank_at
from gridgov.locate.raster import Raster

ALONG_M = 1e-6
"""A line this near to a border runs along it: far more than rounding, far less than anybody can survey."""

_SHORTEST_M = 1e-9
_STRETCH_M = 50.0  # long lines are taken in stretches, whose boxes meet few edges


class Paths(NamedTuple):
    """Lines as flat arrays.

    Attributes
    ----------
    lon_lat
        (n, 2) degrees.
    parts
        Part p is lon_lat[parts[p]:parts[p + 1]].
    line
        The number of the line that a part belongs to.
    scale
        About the metres of a degree of longitude and of latitude there.
    """

    lon_lat: Floats
    parts: Places
    line: Places
    scale: tuple[float, float]


class Pieces(NamedTuple):
    """Pieces of lines: which line, in which rank, from where to where (n, 4 degrees)."""

    line: Places
    rank: Places
    ends: Floats


class _Segment(NamedTuple):
    """A straight piece: its start (degrees), its way (degrees), the metres of a degree, its length (m)."""

    ax: float
    ay: float
    dx: float
    dy: float
    sx: float
    sy: float
    length: float


@borrowing
def _segment(paths: Paths, k: int) -> _Segment:
    dx, dy = paths.lon_lat[k + 1, 0] - paths.lon_lat[k, 0], paths.lon_lat[k + 1, 1] - paths.lon_lat[k, 1]
    sx, sy = paths.scale
    return _Segment(paths.lon_lat[k, 0], paths.lon_lat[k, 1], dx, dy, sx, sy, np.hypot(dx * sx, dy * sy))


@borrowing
def _off(segment: _Segment, x: float, y: float) -> float:
    """Return the signed distance of a place from a segment's line, in metres."""
    across = (x - segment.ax) * segment.dy - (y - segment.ay) * segment.dx
    return across * segment.sx * segment.sy / segment.length


@borrowing
def _at(segment: _Segment, x: float, y: float) -> float:
    """Return how far along a segment (0 to 1) the place next to another lies."""
    along = (x - segment.ax) * segment.dx * segment.sx**2 + (y - segment.ay) * segment.dy * segment.sy**2
    return min(max(along / segment.length**2, 0.0), 1.0)


@borrowing
def _cut(segment: _Segment, edge: Floats, cuts: Floats, along: Floats, used: tuple[int, int]) -> tuple[int, int]:
    """Add where an edge cuts a segment, and where it runs along it."""
    count, runs = used
    first, last = _off(segment, edge[0], edge[1]), _off(segment, edge[2], edge[3])
    if abs(first) <= ALONG_M and abs(last) <= ALONG_M:
        start, end = _at(segment, edge[0], edge[1]), _at(segment, edge[2], edge[3])
        along[runs, 0], along[runs, 1], along[runs, 2] = min(start, end), max(start, end), edge[6]
        cuts[count], cuts[count + 1] = start, end
        return count + 2, runs + 1
    if min(first, last) <= ALONG_M and max(first, last) >= -ALONG_M:
        share = min(max(first / (first - last), 0.0), 1.0)
        cuts[count] = _at(segment, edge[0] + share * (edge[2] - edge[0]), edge[1] + share * (edge[3] - edge[1]))
        return count + 1, runs
    return count, runs


@borrowing
def _rank_of_piece(raster: Raster, segment: _Segment, middle: float, along: Floats) -> int:
    lowest = -1
    for k in range(len(along)):
        if along[k, 0] < middle < along[k, 1] and (lowest < 0 or along[k, 2] < lowest):
            lowest = int(along[k, 2])
    if lowest >= 0:
        return lowest
    return int(rank_at(raster, segment.ax + middle * segment.dx, segment.ay + middle * segment.dy))


@borrowing
def _write(segment: _Segment, start: float, end: float, ends: Floats) -> None:
    ends[0], ends[1] = segment.ax + start * segment.dx, segment.ay + start * segment.dy
    ends[2], ends[3] = segment.ax + end * segment.dx, segment.ay + end * segment.dy


@compiled
def _pieces_of(raster: Raster, segment: _Segment, found: Places, pieces: Pieces, used: int) -> int:
    """Write the pieces of one segment that meets edges; return how many."""
    cuts, along = np.empty(2 * len(found) + 2), np.empty((len(found), 3))
    cuts[0], cuts[1], count, runs = 0.0, 1.0, 2, 0
    for k in found:
        count, runs = _cut(segment, raster.edges[k], cuts, along, (count, runs))
    cuts[:count].sort()
    more = 0
    for k in range(count - 1):
        if (cuts[k + 1] - cuts[k]) * segment.length > _SHORTEST_M:
            middle = 0.5 * (cuts[k] + cuts[k + 1])
            pieces.rank[used + more] = _rank_of_piece(raster, segment, middle, along[:runs])
            _write(segment, cuts[k], cuts[k + 1], pieces.ends[used + more])
            more += 1
    return more


@borrowing
def _around(segment: _Segment) -> Box:
    x, y = segment.ax + segment.dx, segment.ay + segment.dy
    pad_x, pad_y = ALONG_M / segment.sx, ALONG_M / segment.sy
    return (
        min(segment.ax, x) - pad_x,
        min(segment.ay, y) - pad_y,
        max(segment.ax, x) + pad_x,
        max(segment.ay, y) + pad_y,
    )


@borrowing
def _stretch(whole: _Segment, k: int, count: int) -> _Segment:
    """Return the k-th of `count` equal stretches of a segment."""
    x, y = whole.ax + k / count * whole.dx, whole.ay + k / count * whole.dy
    return _Segment(x, y, whole.dx / count, whole.dy / count, whole.sx, whole.sy, whole.length / count)


@compiled
def _with_room(pieces: Pieces, more: int) -> Pieces:
    return Pieces(
        np.append(pieces.line, np.empty(len(pieces.line) + more, np.int64)),
        np.append(pieces.rank, np.empty(len(pieces.rank) + more, np.int64)),
        np.concatenate((pieces.ends, np.empty((len(pieces.ends) + more, 4)))),
    )


@compiled
def divide_lines(raster: Raster, paths: Paths) -> Pieces:
    """Return the pieces of lines by cell; the same line and cell may come several times."""
    pieces, used = Pieces(np.empty(64, np.int64), np.empty(64, np.int64), np.empty((64, 4))), 0
    found = np.empty(4096, np.int64)
    for part in range(len(paths.line)):
        for k in range(paths.parts[part], paths.parts[part + 1] - 1):
            whole = _segment(paths, k)
            stretches = int(whole.length / _STRETCH_M) + 1 if whole.length > 0.0 else 0
            for i in range(stretches):
                segment = _stretch(whole, i, stretches)
                count, only = edges_meeting(raster, _around(segment), found)
                while count > len(found):
                    found = np.empty(count, np.int64)
                    count, only = edges_meeting(raster, _around(segment), found)
                if used + 2 * count + 2 > len(pieces.line):
                    pieces = _with_room(pieces, 2 * count + 2)
                more = 1
                if count == 0:
                    pieces.rank[used] = only
                    _write(segment, 0.0, 1.0, pieces.ends[used])
                else:
                    more = _pieces_of(raster, segment, found[:count], pieces, used)
                pieces.line[used : used + more] = paths.line[part]
                used += more
    return Pieces(pieces.line[:used], pieces.rank[:used], pieces.ends[:used])


def scale_at(lat: float) -> tuple[float, float]:
    """Return about the metres of a degree of longitude and latitude; only to tell what is near."""
    across, along = degree_lengths(lat)
    return max(across, 1.0), along
