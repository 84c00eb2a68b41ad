"""A small layer of cells as a district would export it."""

import geopandas as gpd
import pytest
import shapely

CODES = ["370102001002001", "370102001002002"]


@pytest.fixture
def cells() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "网格编码": CODES,
            "网格名称": ["解放路一格", "解放路二格"],
            "所属社区": ["解放桥社区", "解放桥社区"],
            "户数": [420, 388],
        },
        geometry=[shapely.box(117.05, 36.65, 117.054, 36.653), shapely.box(117.054, 36.65, 117.058, 36.653)],
        crs=4326,
    )
