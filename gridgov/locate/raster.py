"""A raster that settles most points without geometry, and names the few edges that settle the rest.

The plane is cut into pixels, 8 x 8 of them to a tile. A *word* (int32) tells what a tile or a pixel holds:

====================  =====================================================================
word                  meaning
====================  =====================================================================
-1 .. BLOCK - 1       one answer everywhere: a rank, or OUTSIDE
BLOCK + k             (tiles only) look into block k of 64 pixels; k > 0
-2 - e, e < m         only edge e passes (of m): the side of it decides
-2 - m - k            several edges pass: record k lists them
====================  =====================================================================

Why it is exact. A pixel is the set of doubles that one monotone function sends to one integer, hence an interval
whatever the rounding. Every pixel within a millionth of a pixel of an edge names that edge, a margin of at least a
hundred times the spacing of doubles, so a pixel naming none lies wholly in one cell or in none. Where several edges
pass, the record holds a reference point off all of them, whose cells are known; those of any other point of the pixel
follow by counting, exactly, which edges the straight way from the one to the other crosses.
"""

from typing import NamedTuple

import numpy as np

from gridgov.compiled import compiled
from gridgov.errors import GeometryError
from gridgov.locate.coverage import Floats, bounds_of
from gridgov.locate.fill import TILE, Plan, Words, fill
from gridgov.locate.marks import Grid, Marks, cross_scans, mark_edges, tiles_of
from gridgov.locate.predicates import differences_are_exact

_BYTES_PER_PASSED_PIXEL = 82  # measured: blocks, records and lists
_BYTES_AT_LEAST = 32 << 20
_BYTES_PER_CELL = 16 << 10
_SPACINGS_PER_PIXEL = 1e8  # so that the margin of marks.MARGIN pixels is a hundred spacings of doubles


class Raster(NamedTuple):
    """All that locating reads.

    ``near`` promises exact differences (see `predicates`), ``clean`` that no cells overlap.
    """

    grid: Grid
    tiles: np.ndarray
    pixels: np.ndarray
    edges: np.ndarray
    records: np.ndarray
    lists: np.ndarray
    near: bool
    clean: bool


def grid_over(edges: Floats, pixel: tuple[float, float]) -> Grid:
    """Return a grid of pixels of about `pixel` (width, height) whose first tile, west and south of them, is empty."""
    west, south, east, north = bounds_of(edges)
    spacing = np.spacing(np.abs([west, south, east, north]).max())
    width, height = (max(side, spacing * _SPACINGS_PER_PIXEL) for side in pixel)
    # Off the round numbers that vertices are snapped to, so that few lie on the lines of the grid.
    x0, y0 = west - (TILE + 0.1415926) * width, south - (TILE + 0.7182818) * height
    columns, rows = ((end - start) / size + 1 for start, end, size in ((x0, east, width), (y0, north, height)))
    whole = tuple((int(n) // TILE + 1) * TILE for n in (rows, columns))
    return Grid(float(x0), float(y0), float(1.0 / width), float(1.0 / height), *whole)


def fitting_pixel(edges: Floats, cells: int, unit: tuple[float, float], *, fineness: float = 4.0) -> float:
    """Return the side of a pixel in `unit` lengths: `fineness` to an edge, or what the memory allowed suffices for."""
    length = np.hypot((edges[:, 2] - edges[:, 0]) / unit[0], (edges[:, 3] - edges[:, 1]) / unit[1])
    budget = _BYTES_AT_LEAST + _BYTES_PER_CELL * cells
    return float(max(_BYTES_PER_PASSED_PIXEL * length.sum() / budget, length.mean() / fineness))


@compiled
def _sizes(marks: Marks, clean: bool) -> tuple[int, int]:  # noqa: FBT001 - numba takes no keyword-only arguments
    """Return how many records and entries of lists there can be."""
    records, entries = 1, 0
    for row in range(len(marks.start) - 1):
        first, end = marks.start[row], marks.start[row + 1]
        while first < end:
            last = first
            while last < end and marks.keys[last] >> 32 == marks.keys[first] >> 32:
                last += 1
            if last - first > 1 or not clean:
                records += 1
                entries += (last - first) * (1 if clean else 3) + (0 if clean else 1)
            first = last
    return records, entries


def build_raster(edges: Floats, cells: int, grid: Grid, *, clean: bool) -> Raster:
    """Return the raster of `edges` (see `Coverage.edges`) of so many `cells`.

    Raises
    ------
    GeometryError
        If the edges do not close, which valid cells do.
    """
    x1, y1 = grid.x0 + grid.columns / grid.inv_x, grid.y0 + grid.rows / grid.inv_y
    near = differences_are_exact(grid.x0, x1) and differences_are_exact(grid.y0, y1)
    marks = mark_edges(grid, edges)
    tiles, blocks = tiles_of(grid, marks, TILE, clean)
    records, entries = _sizes(marks, clean)
    words = Words(
        np.empty(len(tiles), np.int32),
        np.zeros((blocks + 1) * TILE * TILE, np.int32),
        np.zeros((records, 4)),
        np.empty(entries, np.int32),
        np.zeros(3, np.int64),
    )
    fill(Plan(grid, edges, marks, cross_scans(grid, edges), tiles, clean, near, cells), words)
    used, listed, wrong = words.used
    if wrong:
        message = "The cells' boundaries do not close: check them with `gridgov check`."
        raise GeometryError(message, field="geometry")
    lists = words.lists if clean else words.lists[:listed].copy()
    return Raster(grid, words.tiles, words.pixels, edges, words.records[: used + 1], lists, near, clean)
