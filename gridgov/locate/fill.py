"""Walk the rows of pixels from west to east, knowing at every step which cells one is in, and write down the words."""

from typing import NamedTuple

import numpy as np

from gridgov.compiled import borrowing, compiled
from gridgov.locate.marks import Crossings, Grid, Marks, column_of, row_of, scan_of
from gridgov.locate.predicates import side

TILE = 8
"""Pixels along the side of a tile."""

BLOCK = 1 << 30
"""Words of tiles from here on name a block of pixels."""

_GAP = 1e-3  # of a pixel: the least way on the scan line between a reference point and an edge
_TRIES = 1000


class Plan(NamedTuple):
    """What the walk reads."""

    grid: Grid
    edges: np.ndarray
    marks: Marks
    crossings: Crossings
    tiles: np.ndarray
    clean: bool
    near: bool
    cells: int


class Words(NamedTuple):
    """What the walk writes; see `gridgov.locate.raster` for the meaning of a word.

    ``records`` is (k, 4): x, y of the reference point, the weight of the cells holding it, start in ``lists``.
    ``lists`` holds per record ~cell for the cells holding the reference point if they are several, then
    edge << 1 | (1 if the reference point lies left of the edge).
    ``used`` counts records and entries of lists.
    """

    tiles: np.ndarray
    pixels: np.ndarray
    records: np.ndarray
    lists: np.ndarray
    used: np.ndarray


class Walk(NamedTuple):
    """Cells one is in: the first tally[0] of ``active``; the first tally[1] of ``inside`` hold a reference point."""

    active: np.ndarray
    inside: np.ndarray
    tally: np.ndarray


@compiled
def weight(cell: float) -> int:
    """Return the weight of a cell: sums tell how many cells were added and, if one, which."""
    return (1 << 32) + int(cell) + 1 if cell >= 0.0 else 0


@borrowing
def _toggle(cells: np.ndarray, count: int, cell: int) -> int:
    if cell < 0:
        return count
    for i in range(count):
        if cells[i] == cell:
            cells[i] = cells[count - 1]
            return count - 1
    cells[count] = cell
    return count + 1


@borrowing
def _pass(walk: Walk, plan: Plan, first: int, last: int) -> None:
    for k in range(first, last):
        edge = plan.crossings.edge[k]
        walk.tally[0] = _toggle(walk.active, walk.tally[0], int(plan.edges[edge, 4]))
        walk.tally[0] = _toggle(walk.active, walk.tally[0], int(plan.edges[edge, 5]))


@borrowing
def _lowest(cells: np.ndarray, count: int) -> int:
    lowest = -1
    for i in range(count):
        if lowest < 0 or cells[i] < lowest:
            lowest = cells[i]
    return lowest


@borrowing
def _widest_gap(plan: Plan, column: int, first: int, last: int) -> tuple[int, float, float]:
    """Return how many crossings lie west of the widest gap in a pixel, its middle and its width in pixels."""
    grid = plan.grid
    east = grid.x0 + (column + 1) / grid.inv_x
    west = grid.x0 + column / grid.inv_x
    best, middle, widest = first, west, -1.0
    for k in range(first, last + 1):
        until = min(max(plan.crossings.x[k], west), east) if k < last else east
        if until - west > widest:
            best, middle, widest = k, west + 0.5 * (until - west), until - west
        west = max(west, until)
    return best, middle, widest * grid.inv_x


@borrowing
def _is_generic(plan: Plan, x: float, y: float, keys: np.ndarray) -> bool:
    for key in keys:
        e = key & 0xFFFFFFFF
        edge = plan.edges[e]
        if side((edge[0], edge[1]), (edge[2], edge[3]), (x, y), plan.near) == 0:
            return False
    return True


@borrowing
def _cells_at(plan: Plan, x: float, y: float, found: np.ndarray) -> int:
    """Find the cells holding a point that lies on no edge, by every edge that passes west of it."""
    count = 0
    for e in range(len(plan.edges)):
        edge = plan.edges[e]
        if (edge[1] <= y) != (edge[3] <= y):
            turn = side((edge[0], edge[1]), (edge[2], edge[3]), (x, y), plan.near)
            if (turn < 0) == (edge[1] < edge[3]):
                count = _toggle(found, count, int(edge[4]))
                count = _toggle(found, count, int(edge[5]))
    return count


@borrowing
def _reference(plan: Plan, walk: Walk, row: int, keys: np.ndarray) -> tuple[float, float]:
    """Search a pixel for a point off the lines of all its edges; rare, so it may look at every edge of the coverage."""
    grid = plan.grid
    column = keys[0] >> 32
    for k in range(_TRIES):
        x = grid.x0 + (column + 0.01 + 0.98 * ((0.5 + k * 0.7548776662466927) % 1.0)) / grid.inv_x
        y = grid.y0 + (row + 0.01 + 0.98 * ((0.5 + k * 0.5698402909980532) % 1.0)) / grid.inv_y
        if column_of(grid, x) == column and row_of(grid, y) == row and _is_generic(plan, x, y, keys):
            walk.tally[1] = _cells_at(plan, x, y, walk.inside)
            return x, y
    walk.tally[1] = -1
    return 0.0, 0.0


@borrowing
def _touches(plan: Plan, cell: int, keys: np.ndarray) -> bool:
    for key in keys:
        e = key & 0xFFFFFFFF
        if plan.edges[e, 4] == cell or plan.edges[e, 5] == cell:
            return True
    return False


@borrowing
def _forget_hidden(plan: Plan, walk: Walk, keys: np.ndarray) -> None:
    """Of the cells holding a reference point keep those with an edge in the pixel and the lowest of the others."""
    kept, lowest = 0, -1
    for i in range(walk.tally[1]):
        cell = walk.inside[i]
        if _touches(plan, cell, keys):
            walk.inside[kept] = cell
            kept += 1
        elif lowest < 0 or cell < lowest:
            lowest = cell
    walk.tally[1] = _toggle(walk.inside, kept, lowest)


@borrowing
def _record(plan: Plan, walk: Walk, words: Words, keys: np.ndarray, at: tuple[float, float]) -> int:
    record, place = words.used[0], words.used[1]
    _forget_hidden(plan, walk, keys)
    total = 0
    for i in range(walk.tally[1]):
        total += weight(walk.inside[i])
        if walk.tally[1] > 1:
            words.lists[place] = ~walk.inside[i]
            place += 1
    words.records[record, 0], words.records[record, 1] = at
    words.records[record, 2], words.records[record, 3] = total, words.used[1]
    for key in keys:
        e = key & 0xFFFFFFFF
        edge = plan.edges[e]
        left = side((edge[0], edge[1]), (edge[2], edge[3]), at, plan.near) > 0
        words.lists[place] = (e << 1) | int(left)
        place += 1
    words.used[0], words.used[1] = record + 1, place
    words.records[record + 1, 3] = place
    return int(-2 - len(plan.edges) - record)


@borrowing
def _pixel(plan: Plan, walk: Walk, words: Words, row: int, keys: np.ndarray, crossed: tuple[int, int]) -> int:
    """Return the word of a pixel that edges pass, and walk to its far end."""
    if len(keys) == 1 and plan.clean:
        _pass(walk, plan, crossed[0], crossed[1])
        return int(-2 - (keys[0] & 0xFFFFFFFF))
    split, x, gap = _widest_gap(plan, keys[0] >> 32, crossed[0], crossed[1])
    y = scan_of(plan.grid, row)
    _pass(walk, plan, crossed[0], split)
    walk.tally[1] = walk.tally[0]
    for i in range(walk.tally[0]):
        walk.inside[i] = walk.active[i]
    _pass(walk, plan, split, crossed[1])
    if gap < _GAP or row_of(plan.grid, y) != row or not _is_generic(plan, x, y, keys):
        x, y = _reference(plan, walk, row, keys)
        if walk.tally[1] < 0:
            words.used[2] += 1
            walk.tally[1] = 0
    return _record(plan, walk, words, keys, (x, y))


@borrowing
def _fill_tile(plan: Plan, walk: Walk, words: Words, at: tuple[int, int], places: tuple[int, int]) -> tuple[int, int]:
    """Write one row of pixels of a tile; return how far marks and crossings are used up."""
    row, across = at
    mark, crossing = places
    base = np.int64(plan.tiles[(row // TILE) * (plan.grid.columns // TILE) + across]) * TILE * TILE + row % TILE * TILE
    mark_end, crossing_end = plan.marks.start[row + 1], plan.crossings.start[row + 1]
    label = _lowest(walk.active, walk.tally[0])
    for i in range(TILE):
        column = across * TILE + i
        first, from_crossing = mark, crossing
        while mark < mark_end and plan.marks.keys[mark] >> 32 == column:
            mark += 1
        if first == mark:
            words.pixels[base + i] = label
            continue
        while crossing < crossing_end and column_of(plan.grid, plan.crossings.x[crossing]) <= column:
            crossing += 1
        keys = plan.marks.keys[first:mark]
        words.pixels[base + i] = _pixel(plan, walk, words, row, keys, (from_crossing, crossing))
        label = _lowest(walk.active, walk.tally[0])
    return mark, crossing


@borrowing
def _skip_tile(plan: Plan, walk: Walk, at: tuple[int, int], places: tuple[int, int]) -> tuple[int, int]:
    row, across = at
    mark, crossing = places
    end = (across + 1) * TILE
    first = crossing
    while mark < plan.marks.start[row + 1] and plan.marks.keys[mark] >> 32 < end:
        mark += 1
    while crossing < plan.crossings.start[row + 1] and column_of(plan.grid, plan.crossings.x[crossing]) < end:
        crossing += 1
    _pass(walk, plan, first, crossing)
    return mark, crossing


@compiled
def fill(plan: Plan, words: Words) -> None:
    """Write all words; ``words.used[2]`` counts what went wrong, and is 0."""
    walk = Walk(np.empty(plan.cells + 2, np.int32), np.empty(plan.cells + 2, np.int32), np.zeros(2, np.int64))
    across = plan.grid.columns // TILE
    for row in range(plan.grid.rows):
        walk.tally[0] = 0
        places = (plan.marks.start[row], plan.crossings.start[row])
        for column in range(across):
            tile = (row // TILE) * across + column
            word = plan.tiles[tile]
            if word >= 0:
                words.tiles[tile] = BLOCK + word
                places = _fill_tile(plan, walk, words, (row, column), places)
                continue
            if word == -1:
                words.tiles[tile] = _lowest(walk.active, walk.tally[0])
            else:
                words.tiles[tile] = word
                places = _skip_tile(plan, walk, (row, column), places)
        words.used[2] += walk.tally[0]
