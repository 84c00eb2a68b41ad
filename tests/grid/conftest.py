"""Made-up grids: a district of cells with bent shared borders, bit-equal on both sides."""

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gridgov.grid import number_cells

MakeGrid = Callable[..., gpd.GeoDataFrame]
WEST, SOUTH, STEP = 117.05, 36.62, 0.004


def _bent(rng: np.random.Generator, start: np.ndarray, end: np.ndarray, bends: int) -> list[tuple[float, float]]:
    along = np.linspace(0, 1, bends + 2)[1:-1]
    middle = start + along[:, None] * (end - start) + rng.normal(0, STEP * 0.02, (bends, 2))
    return [(float(start[0]), float(start[1])), *map(tuple, middle.tolist()), (float(end[0]), float(end[1]))]


def make_grid(columns: int = 4, rows: int = 3, seed: int = 1, bends: int = 6) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(seed)
    x, y = np.meshgrid(WEST + STEP * np.arange(columns + 1), SOUTH + STEP * np.arange(rows + 1), indexing="ij")
    corners = np.stack([x, y], axis=-1) + rng.normal(0, STEP * 0.06, (columns + 1, rows + 1, 2))
    flat = {
        (i, j): _bent(rng, corners[i, j], corners[i + 1, j], bends) for i in range(columns) for j in range(rows + 1)
    }
    up = {(i, j): _bent(rng, corners[i, j], corners[i, j + 1], bends) for i in range(columns + 1) for j in range(rows)}
    polygons = [
        shapely.Polygon([*flat[i, j][:-1], *up[i + 1, j][:-1], *flat[i, j + 1][:0:-1], *up[i, j][:0:-1]])
        for i in range(columns)
        for j in range(rows)
    ]
    communities = [f"3701020010{1 + i // 2:02d}" for i in range(columns) for _ in range(rows)]
    cells = gpd.GeoDataFrame({"community_code": communities}, geometry=polygons, crs=4326)
    cells["code"] = number_cells(cells)
    return cells


@pytest.fixture(scope="session")
def new_grid() -> MakeGrid:
    return make_grid


@pytest.fixture
def grid() -> gpd.GeoDataFrame:
    return make_grid()
