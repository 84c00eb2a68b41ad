"""Points to ranks, in bulk: words first, in blocks that stay in the cache, then the few points near edges.

Staged on purpose: the same decisions in one loop per point cost three times as much, because every mispredicted branch
and every missed cache line then stops all that follows.
"""

from typing import Any

import numpy as np

from gridgov.compiled import borrowing, compiled
from gridgov.locate.coverage import Floats, Integers
from gridgov.locate.fill import BLOCK, TILE, weight
from gridgov.locate.predicates import crosses, side, within_box
from gridgov.locate.raster import Raster

_CHUNK = 4096
_ONE = 1 << 32


@borrowing
def word_at(raster: Raster, x: float, y: float) -> int:
    """Return the word of the pixel of a point; -1 (outside) for what is off the raster, infinite or not a number."""
    grid = raster.grid
    column, row = (x - grid.x0) * grid.inv_x, (y - grid.y0) * grid.inv_y
    if not (column >= 0.0 and row >= 0.0 and column < grid.columns and row < grid.rows):
        return -1
    i, j = int(column), int(row)
    word = raster.tiles[(j // TILE) * (grid.columns // TILE) + i // TILE]
    if word >= BLOCK:
        word = raster.pixels[np.int64(word - BLOCK) * TILE * TILE + j % TILE * TILE + i % TILE]
    return int(word)


@borrowing
def beside(raster: Raster, e: int, x: float, y: float) -> int:
    """Return the rank on that side of edge `e` where a point lies, the lower of both for a point on it."""
    edges = raster.edges
    turn = side((edges[e, 0], edges[e, 1]), (edges[e, 2], edges[e, 3]), (x, y), raster.near)
    return int(edges[e, 4 if turn > 0 else 5 if turn < 0 else 6])


@borrowing
def _on_edge(raster: Raster, e: int, p: tuple[float, float]) -> bool:
    edge = raster.edges[e]
    a, b = (edge[0], edge[1]), (edge[2], edge[3])
    return bool(within_box(a, b, p) and side(a, b, p, raster.near) == 0)


@borrowing
def _between(raster: Raster, item: int, reference: tuple[float, float], p: tuple[float, float]) -> bool:
    """Return whether an edge of a list is crossed on the way from the reference point to `p` (not on the edge)."""
    edge = raster.edges[item >> 1]
    a, b = (edge[0], edge[1]), (edge[2], edge[3])
    turn = side(a, b, p, raster.near)
    if turn == 0 or (turn > 0) == ((item & 1) == 1):
        return False
    return bool(crosses(reference, p, a, b, raster.near))


@borrowing
def _holds(raster: Raster, record: int, cell: int, p: tuple[float, float]) -> bool:
    """Return whether one closed cell holds `p`, overlapping others or not."""
    reference = (raster.records[record, 0], raster.records[record, 1])
    inside = int(raster.records[record, 2]) == weight(cell)
    for k in range(int(raster.records[record, 3]), int(raster.records[record + 1, 3])):
        item = raster.lists[k]
        if item < 0:
            inside = inside or ~item == cell
            continue
        edge = raster.edges[item >> 1]
        if edge[4] == cell or edge[5] == cell:
            if _on_edge(raster, item >> 1, p):
                return True
            if _between(raster, item, reference, p):
                inside = not inside
    return inside


@borrowing
def _lower(raster: Raster, record: int, cell: int, best: int, p: tuple[float, float]) -> int:
    if cell >= 0 and (best < 0 or cell < best) and _holds(raster, record, cell, p):
        return cell
    return best


@borrowing
def _lowest_of_several(raster: Raster, record: int, p: tuple[float, float]) -> int:
    """Return the lowest rank whose closed cell holds `p`, where cells overlap."""
    total = int(raster.records[record, 2])
    best = (total & (_ONE - 1)) - 1 if total >> 32 == 1 else -1
    if best >= 0 and not _holds(raster, record, best, p):
        best = -1
    for k in range(int(raster.records[record, 3]), int(raster.records[record + 1, 3])):
        item = raster.lists[k]
        if item < 0:
            best = _lower(raster, record, ~item, best, p)
        else:
            best = _lower(raster, record, int(raster.edges[item >> 1, 4]), best, p)
            best = _lower(raster, record, int(raster.edges[item >> 1, 5]), best, p)
    return best


@borrowing
def among(raster: Raster, record: int, x: float, y: float) -> int:
    """Return the lowest rank whose closed cell holds a point of a pixel that several edges pass."""
    p, edges = (x, y), raster.edges
    reference = (raster.records[record, 0], raster.records[record, 1])
    total = int(raster.records[record, 2])
    lowest = -1
    for k in range(int(raster.records[record, 3]), int(raster.records[record + 1, 3])):
        item = raster.lists[k]
        if item < 0:
            continue
        e = item >> 1
        a, b = (edges[e, 0], edges[e, 1]), (edges[e, 2], edges[e, 3])
        turn = side(a, b, p, raster.near)
        if turn == 0:
            if within_box(a, b, p) and (lowest < 0 or edges[e, 6] < lowest):
                lowest = int(edges[e, 6])
        elif (turn > 0) != ((item & 1) == 1) and crosses(reference, p, a, b, raster.near):
            step = weight(edges[e, 4]) - weight(edges[e, 5])
            total += step if turn > 0 else -step
    if lowest >= 0:
        return lowest if raster.clean else _lowest_of_several(raster, record, p)
    if total != 0 and total >> 32 != 1:
        return _lowest_of_several(raster, record, p)
    return (total & (_ONE - 1)) - 1


@borrowing
def rank_at(raster: Raster, x: float, y: float) -> int:
    """Return the lowest rank whose closed cell holds one point, or -1."""
    word = word_at(raster, x, y)
    if word >= -1:
        return word
    edge = -2 - word
    if edge < len(raster.edges):
        return int(beside(raster, edge, x, y))
    return int(among(raster, edge - len(raster.edges), x, y))


@borrowing
def _words(raster: Raster, x: Floats, y: Floats, out: Integers, scratch: tuple[Any, Any]) -> None:
    """Write to `out` the words of up to _CHUNK points: loops without branches, and each load apart from the others."""
    grid, (tile, pixel) = raster.grid, scratch
    across, columns, rows = np.int32(grid.columns // TILE), float(grid.columns), float(grid.rows)
    for i in range(len(x)):
        column, row = (x[i] - grid.x0) * grid.inv_x, (y[i] - grid.y0) * grid.inv_y
        inside = (column >= 0.0) & (row >= 0.0) & (column < columns) & (row < rows)
        # What is off the raster is looked up in its first tile, which is empty.
        a, b = np.int32(column if inside else 0.0), np.int32(row if inside else 0.0)
        tile[i] = np.int32(b // TILE) * across + np.int32(a // TILE)
        pixel[i] = np.int32(b % TILE) * TILE + np.int32(a % TILE)
    for i in range(len(x)):
        out[i] = raster.tiles[tile[i]]
    for i in range(len(x)):
        # Block 0 is not used: a point that needs no block looks there, and does not take what it finds.
        pixel[i] = np.int64(out[i] >= BLOCK) * (np.int64(out[i] - BLOCK) * (TILE * TILE) + pixel[i])
    for i in range(len(x)):
        word = raster.pixels[pixel[i]]
        out[i] = word if pixel[i] > 0 else out[i]


@compiled
def ranks_at(raster: Raster, x: Floats, y: Floats, out: Integers) -> None:
    """Write to `out` (n,) int32 the lowest rank whose closed cell holds each point, or -1."""
    tile, pixel = np.empty(_CHUNK, np.int32), np.empty(_CHUNK, np.int64)
    single, several = np.empty(_CHUNK, np.int32), np.empty(_CHUNK, np.int32)
    edges = len(raster.edges)
    for start in range(0, len(x), _CHUNK):
        stop = min(start + _CHUNK, len(x))
        _words(raster, x[start:stop], y[start:stop], out[start:stop], (tile, pixel))
        singles, severals = 0, 0
        for i in range(start, stop):
            word = out[i]
            single[singles] = i - start
            several[severals] = i - start
            singles += int((word < -1) & (word > -2 - edges))
            severals += int(word <= -2 - edges)
        for k in range(singles):
            i = start + single[k]
            out[i] = beside(raster, -2 - out[i], x[i], y[i])
        for k in range(severals):
            i = start + several[k]
            out[i] = among(raster, -2 - out[i] - edges, x[i], y[i])
