"""Which pixels every edge passes, and where it crosses the scan line of every row of pixels."""

from typing import NamedTuple

import numpy as np

from gridgov.compiled import borrowing, compiled

MARGIN = 1e-6
"""How far (in pixels) around an edge pixels name it: far more than rounding can be off, see `grid_over`."""

SCAN = 0.48763
"""Where in its row a scan line runs: off the round numbers that vertices are snapped to."""


class Grid(NamedTuple):
    """Pixels over a plane: column = floor((x - x0) * inv_x), row = floor((y - y0) * inv_y), monotone in doubles."""

    x0: float
    y0: float
    inv_x: float
    inv_y: float
    rows: int
    columns: int


class Marks(NamedTuple):
    """Edges by pixel: those of row r at start[r]:start[r + 1], each as column << 32 | edge, ascending."""

    start: np.ndarray
    keys: np.ndarray


class Crossings(NamedTuple):
    """Edges crossing scan lines: those of row r at start[r]:start[r + 1], ascending in x."""

    start: np.ndarray
    x: np.ndarray
    edge: np.ndarray


@compiled
def column_of(grid: Grid, x: float) -> int:
    """Return the column of `x`."""
    return int(np.floor((x - grid.x0) * grid.inv_x))


@compiled
def row_of(grid: Grid, y: float) -> int:
    """Return the row of `y`."""
    return int(np.floor((y - grid.y0) * grid.inv_y))


@compiled
def scan_of(grid: Grid, row: int) -> float:
    """Return the y of the scan line of `row`."""
    return grid.y0 + (row + SCAN) / grid.inv_y


@borrowing
def x_at(edge: np.ndarray, y: float) -> float:
    """Return where `edge` (not horizontal) reaches `y`, to a few units in the last place."""
    return float(edge[0] + (y - edge[1]) / (edge[3] - edge[1]) * (edge[2] - edge[0]))


@borrowing
def _rows(grid: Grid, edge: np.ndarray) -> tuple[int, int]:
    margin = MARGIN / grid.inv_y
    low = row_of(grid, min(edge[1], edge[3]) - margin)
    high = row_of(grid, max(edge[1], edge[3]) + margin)
    return max(low, 0), min(high, grid.rows - 1)


@borrowing
def _columns(grid: Grid, edge: np.ndarray, row: int) -> tuple[int, int]:
    margin = MARGIN / grid.inv_y
    low = grid.y0 + row / grid.inv_y - margin
    high = grid.y0 + (row + 1) / grid.inv_y + margin
    first, last = edge[0], edge[2]
    if edge[1] < edge[3]:
        first = x_at(edge, low) if edge[1] < low else first
        last = x_at(edge, high) if edge[3] > high else last
    elif edge[1] > edge[3]:
        first = x_at(edge, high) if edge[1] > high else first
        last = x_at(edge, low) if edge[3] < low else last
    margin = MARGIN / grid.inv_x
    west, east = column_of(grid, min(first, last) - margin), column_of(grid, max(first, last) + margin)
    return max(west, 0), min(east, grid.columns - 1)


@compiled
def mark_edges(grid: Grid, edges: np.ndarray) -> Marks:
    """Name every edge in every pixel it passes or comes within MARGIN of."""
    start = np.zeros(grid.rows + 1, np.int64)
    for e in range(len(edges)):
        low, high = _rows(grid, edges[e])
        for row in range(low, high + 1):
            west, east = _columns(grid, edges[e], row)
            start[row + 1] += east - west + 1
    start = np.cumsum(start)
    keys = np.empty(start[-1], np.int64)
    place = start.copy()
    for e in range(len(edges)):
        low, high = _rows(grid, edges[e])
        for row in range(low, high + 1):
            west, east = _columns(grid, edges[e], row)
            for column in range(west, east + 1):
                keys[place[row]] = (column << 32) | e
                place[row] += 1
    for row in range(grid.rows):
        keys[start[row] : start[row + 1]].sort()
    return Marks(start, keys)


@borrowing
def _crosses(grid: Grid, edge: np.ndarray, row: int) -> bool:
    # Half-open: a vertex on the scan line counts as below it, so that edges meeting there are crossed once.
    y = scan_of(grid, row)
    return bool((edge[1] <= y) != (edge[3] <= y))


@compiled
def cross_scans(grid: Grid, edges: np.ndarray) -> Crossings:
    """Find where edges cross scan lines."""
    start = np.zeros(grid.rows + 1, np.int64)
    for e in range(len(edges)):
        low, high = _rows(grid, edges[e])
        for row in range(low, high + 1):
            start[row + 1] += int(_crosses(grid, edges[e], row))
    start = np.cumsum(start)
    x = np.empty(start[-1])
    edge = np.empty(start[-1], np.int32)
    place = start.copy()
    for e in range(len(edges)):
        low, high = _rows(grid, edges[e])
        for row in range(low, high + 1):
            if _crosses(grid, edges[e], row):
                x[place[row]] = x_at(edges[e], scan_of(grid, row))
                edge[place[row]] = e
                place[row] += 1
    for row in range(grid.rows):
        order = np.argsort(x[start[row] : start[row + 1]])
        x[start[row] : start[row + 1]] = x[start[row] : start[row + 1]][order]
        edge[start[row] : start[row + 1]] = edge[start[row] : start[row + 1]][order]
    return Crossings(start, x, edge)


@compiled
def tiles_of(grid: Grid, marks: Marks, tile: int, alone: bool) -> tuple[np.ndarray, int]:  # noqa: FBT001 - numba takes no keyword-only arguments
    """Return for every tile -1 (no edge), -2 - e (edge e only, if `alone` allows it) or its block's number, from 1."""
    across = grid.columns // tile
    tiles = np.full((grid.rows // tile) * across, -1, np.int32)
    for row in range(grid.rows):
        for key in marks.keys[marks.start[row] : marks.start[row + 1]]:
            place = (row // tile) * across + (key >> 32) // tile
            word = np.int32(-2 - (key & 0xFFFFFFFF))
            if tiles[place] == -1 and alone:
                tiles[place] = word
            elif tiles[place] != word:
                tiles[place] = 0
    blocks = 0
    for place in range(len(tiles)):
        if tiles[place] == 0:
            blocks += 1
            tiles[place] = blocks
    return tiles, blocks
