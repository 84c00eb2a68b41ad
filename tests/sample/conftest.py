from collections.abc import Mapping

import geopandas as gpd
import pytest

from sample_geo.common import DATA
from sample_geo.files import read_layer
from sample_geo.scene import Scene


@pytest.fixture(scope="session")
def grid() -> Mapping[str, gpd.GeoDataFrame]:
    return {layer: read_layer(DATA / "grid.gpkg", layer) for layer in ("districts", "streets", "communities", "cells")}


@pytest.fixture(scope="session")
def cells(grid) -> gpd.GeoDataFrame:
    return grid["cells"]


@pytest.fixture(scope="session")
def buildings() -> gpd.GeoDataFrame:
    return gpd.read_parquet(DATA / "buildings.parquet")


@pytest.fixture(scope="session")
def scene() -> Scene:
    return Scene()
