"""One point at a time, from Python, in about a microsecond: no array is made, no geometry object touched."""

from collections.abc import Callable

import numpy as np

from gridgov.locate.fill import BLOCK, TILE
from gridgov.locate.points import rank_at
from gridgov.locate.raster import Raster

LocateOne = Callable[[float, float], str | None]


def one_at_a_time(raster: Raster, codes: list[str | None]) -> LocateOne:
    """Return a function from lon, lat to the code of a cell or None.

    Parameters
    ----------
    raster
        Over the cells.
    codes
        By rank, with None appended, so that rank -1 finds it.
    """
    # A closure over memoryviews: reading an element of a numpy array would cost as much as all the rest.
    x0, y0, inv_x, inv_y, rows, columns = raster.grid
    across, edge_count, area = columns // TILE, len(raster.edges), TILE * TILE
    tiles, pixels, edges = raster.tiles.data, raster.pixels.data, raster.edges.reshape(-1).data
    near, width = raster.near, raster.edges.shape[1]

    def beside(word: int, lon: float, lat: float) -> str | None:
        at = width * (-2 - word)
        if near and word > -2 - edge_count:
            ax, ay = edges[at], edges[at + 1]
            forward = (edges[at + 2] - ax) * (lat - ay)
            backward = (edges[at + 3] - ay) * (lon - ax)
            if forward != backward:
                return codes[int(edges[at + 4 if forward > backward else at + 5])]
        return codes[rank_at(raster, lon, lat)]

    def locate_one(lon: float, lat: float) -> str | None:
        x, y = (lon - x0) * inv_x, (lat - y0) * inv_y
        if not (0.0 <= x < columns and 0.0 <= y < rows):
            return None
        i, j = int(x), int(y)
        word = tiles[(j // TILE) * across + i // TILE]
        if word >= BLOCK:
            word = pixels[(word - BLOCK) * area + j % TILE * TILE + i % TILE]
        return codes[word] if word >= -1 else beside(word, lon, lat)

    rank_at(raster, float(np.float64(x0)), float(np.float64(y0)))  # compile now, not in the first caller's time
    return locate_one
