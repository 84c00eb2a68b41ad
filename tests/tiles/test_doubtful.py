"""A circle of doubt is in each tile that it meets, however many others lie around, and in no other."""

from datetime import timedelta
from typing import Any

import pytest
import shapely
from shapely.geometry import shape

from gridgov.ids import id_at
from gridgov.services.intake import Intake
from layers.tiles import Tile, drawing
from tests.support import NOON, SetClock, at, report
from tests.tiles.conftest import tile_at

ZOOM = 16


@pytest.fixture
def doubt(store, keeper, border_block):
    """Return what reports somebody at a border of two districts, so that nobody knows which it is."""
    west, south, *_ = border_block.bounds
    clock = SetClock(NOON)
    intake = Intake(store, clock=clock, home_district="370102", keeper=keeper)

    def reported(north: float = 0.0, accuracy_m: float = 60.0, **more: Any) -> str:
        position = at(west, south + north, accuracy_m=accuracy_m)
        return intake.take(report(text="边界附近的噪声", position=position, **more), author="test").number

    return reported


@pytest.fixture
def seen(tiles, border_block):
    """Return what tells which doubtful incidents the tile of the border shows."""
    west, south, *_ = border_block.bounds
    z, x, y = tile_at(ZOOM, west, south)

    def shown(**asked: str) -> set[str]:
        return {one["properties"]["number"] for one in tiles("doubtful", z, x, y, **asked).get("doubtful", [])}

    return shown


def test_newer_doubt_elsewhere_takes_no_circles_place(doubt, seen, tiles, border_block, monkeypatch):
    older = doubt()
    elsewhere = {doubt(north=-0.02, accuracy_m=500.0, reported_at=NOON) for _ in range(3)}
    west, south, *_ = border_block.bounds
    there = tiles("doubtful", *tile_at(ZOOM, west, south - 0.02))["doubtful"]
    assert {one["properties"]["number"] for one in there} == elsewhere
    monkeypatch.setattr(drawing, "MOST", 3)
    assert seen() == {older}
    there = tiles("doubtful", *tile_at(ZOOM, west, south - 0.02))["doubtful"]
    assert [one["properties"].get("at_least") for one in there] == [True] * 3


def test_a_circle_lies_in_each_tile_that_it_reaches_into_and_in_no_other(doubt, tiles, border_block):
    number = doubt(accuracy_m=900.0)
    west, south, *_ = border_block.bounds
    z, x, y = tile_at(ZOOM, west, south)
    met = {}
    for column in range(x - 4, x + 5):
        for row in range(y - 4, y + 5):
            features = tiles("doubtful", z, column, row).get("doubtful", [])
            assert [one["properties"]["number"] for one in features] in ([], [number])
            met[column, row] = [shape(one["geometry"]) for one in features]
    assert 4 < sum(bool(shapes) for shapes in met.values()) < len(met)
    assert not any(part.is_empty for shapes in met.values() for part in shapes)
    corner = shapely.Point(west, south).buffer(0.001)  # about 90 m: within the circle for sure
    for (column, row), shapes in met.items():
        assert shapes or not shapely.box(*Tile(z, column, row).box(0)).intersects(corner)


def test_doubt_is_drawn_whatever_time_its_id_tells(doubt, seen):
    numbers = {doubt(reported_at=NOON, id=id_at(NOON + late, 7)) for late in (timedelta(0), timedelta(days=300))}
    assert seen() == numbers
    assert seen(since="2026-06-14T00:00:00Z", until="2026-06-15T00:00:00Z") == set()
