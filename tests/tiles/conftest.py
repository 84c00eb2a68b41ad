"""The application over the sample district with a day of reports, and tiles as a browser reads them."""

import math
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeAlias

import geopandas as gpd
import mapbox_vector_tile
import pytest
from fastapi.testclient import TestClient
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from gridgov.services.intake import Intake
from tests.api.conftest import client, stranger
from tests.conftest import SAMPLE
from tests.support import NOON, SavepointStore, SetClock, at, keeper, over, report, store

__all__ = ["client", "keeper", "store", "stranger"]

SINCE, UNTIL = NOON - timedelta(hours=12), NOON
PERIOD = {"since": SINCE.isoformat(), "until": UNTIL.isoformat()}
HERE = (117.0902, 36.6512)

Layers: TypeAlias = dict[str, list[dict[str, Any]]]


def tile_at(z: int, lon: float = HERE[0], lat: float = HERE[1]) -> tuple[int, int, int]:
    """Return the tile that a position lies in, reckoned here and not as the program does."""
    many = 2**z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return z, int((lon + 180) / 360 * many), int(y * many)


def read(data: bytes) -> Layers:
    """Return the features of each source-layer of a tile; y runs downwards as in the file."""
    decoded = mapbox_vector_tile.decode(data, default_options={"y_coord_down": True})
    return {name: layer["features"] for name, layer in decoded.items()}


@pytest.fixture
def tiles(client: TestClient) -> Callable[..., Layers]:
    """Return what reads a tile of a layer as the command centre sees it; no features where there is no tile."""

    def tile(name: str, z: int, x: int, y: int, **asked: str) -> Layers:
        answer = client.get(f"/tiles/{name}/{z}/{x}/{y}.mvt", params={**PERIOD, **asked})
        assert answer.status_code in {200, 204}, answer.text
        return read(answer.content) if answer.status_code == 200 else {}

    return tile


@pytest.fixture(scope="session")
def border_block() -> BaseGeometry:
    buildings = gpd.read_parquet(SAMPLE / "buildings.parquet")
    return buildings.loc[buildings["id"] == "B-BORDER-1", "geometry"].iloc[0]


@pytest.fixture
def day(store: SavepointStore, keeper, border_block: BaseGeometry) -> SavepointStore:
    """Return the store with reports of every placement, and one of the day before."""
    west, south, east, north = border_block.bounds
    intake = Intake(store, clock=SetClock(NOON), home_district="370102", keeper=keeper)
    for one in (
        report(text="井盖松动", matter="10101"),
        report(text="楼下施工", position=at(117.0905, 36.6515)),
        report(text="边界附近的噪声", position=at(west, south, accuracy_m=60.0)),
        report(text="城外", position=at(117.6, 36.9)),
        report(text="说不清在哪", position=None, address="不知道哪里的那个地方"),
        report(text="违建", matter="20301", position=over(border_block)),
        report(text="路面破损", matter="20301", position=over(LineString([(west, south), (east, north)]))),
        report(text="昨天的事", reported_at=NOON - timedelta(hours=30)),
    ):
        intake.take(one, author="test")
    return store
