"""Tiles as of a moment show how cases stood then: their stage, their place, whether they were overdue."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from gridgov.errors import UnavailableError
from gridgov.incidents import Stage
from gridgov.incidents.asked import Relocate
from layers.tiles import Tile, Tiles, Wanted
from tests.cases.conftest import clock, intake, life
from tests.support import NOON, at
from tests.tiles.conftest import HERE, read, tile_at

__all__ = ["clock", "intake", "life"]

MINUTE = timedelta(minutes=1)
THERE = (117.1405, 36.6512)
NAME = "incidents_by_stage"


def seen(life, as_of: datetime | None, zoom: int, place: tuple[float, float] = HERE, **asked: Any) -> list[dict]:
    """Return what is told of incidents in a tile."""
    tiles = Tiles(life.store, clock=life.clock)
    wanted = Wanted(as_of=as_of, **{"since": NOON - timedelta(days=1), **asked})
    drawn = tiles.tile(life.people["centre"], [NAME], Tile(*tile_at(zoom, *place)), wanted)
    return [one["properties"] for one in read(drawn.data).get(NAME, [])] if drawn.data else []


@pytest.fixture
def lived(life, clock) -> list[tuple[datetime, str]]:
    """Return the moments of a life and the stage at each of them."""
    moments = [(clock(), "reported")]
    for stage in (Stage.FILED, Stage.DISPATCHED, Stage.HANDLING):
        clock.move(MINUTE)
        life.next_to(stage)
        moments.append((clock(), str(stage)))
    clock.move(MINUTE)
    return moments


@pytest.mark.parametrize("zoom", [13, 16, 18])
def test_a_case_is_shown_in_the_stage_that_it_was_in(life, lived, zoom):
    for moment, stage in lived:
        assert [one["stage"] for one in seen(life, moment, zoom)] == [stage]
    assert [one["stage"] for one in seen(life, None, zoom)] == [lived[-1][1]]


def test_from_afar_a_case_is_counted_in_the_stage_that_it_was_in(life, lived):
    for moment, stage in lived:
        (hexagon,) = seen(life, moment, 9)
        assert {"count": 1, stage: 1}.items() <= hexagon.items()
        assert Counter(hexagon)["overdue"] == 0


def test_only_the_stage_of_then_is_asked_for(life, lived):
    then, stage = lived[1]
    for zoom in (9, 13, 16):
        assert len(seen(life, then, zoom, stage=stage)) == 1
        assert seen(life, then, zoom, stage="handling") == []


def test_a_case_is_shown_where_it_was_before_it_was_put_elsewhere(life, clock):
    then = clock()
    clock.move(MINUTE)
    life.do("centre", Relocate(position=at(*THERE), reason="位置有误"))
    clock.move(MINUTE)
    for zoom in (13, 16):
        assert [len(seen(life, moment, zoom)) for moment in (then, clock(), None)] == [1, 0, 0]
        assert [len(seen(life, moment, zoom, THERE)) for moment in (then, clock(), None)] == [0, 1, 1]


def test_overdue_is_what_was_overdue_then(life, clock):
    life.to(Stage.HANDLING)
    then = clock() + MINUTE
    clock.move(timedelta(days=300))
    asked = {"until": then}
    for zoom in (13, 16):
        assert [one["overdue"] for one in seen(life, then, zoom, **asked)] == [False]
        assert [one["overdue"] for one in seen(life, None, zoom, **asked)] == [True]
    assert [one["overdue"] for one in seen(life, then, 9, **asked)] == [0]
    assert [one["overdue"] for one in seen(life, None, 9, **asked)] == [1]


def test_before_it_was_taken_in_a_case_was_on_no_map(life, clock):
    clock.move(MINUTE)
    for zoom in (9, 13, 16):
        assert seen(life, NOON - MINUTE, zoom) == []


def test_the_legend_counts_stages_as_of_the_moment(life, lived):
    tiles = Tiles(life.store, clock=life.clock)
    for moment, stage in lived:
        _, said = tiles.catalogue(life.people["centre"], Wanted(as_of=moment, since=NOON - timedelta(days=1)))
        look = next(one for one in said.layers if one["name"] == NAME)["look"]
        assert {value: entry["count"] for value, entry in look["values"].items() if entry["count"]} == {stage: 1}


def test_while_the_past_is_still_being_told_no_tile_of_it_is_made_up(life, lived):
    with life.store.owning() as unit:
        unit.connection.exec_driver_sql("UPDATE incident_standing SET untold = true WHERE until IS NULL")
    with pytest.raises(UnavailableError):
        seen(life, lived[0][0], 16)
    assert len(seen(life, None, 16)) == 1
