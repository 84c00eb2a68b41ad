"""Tiles as of a moment show how cases stood then: their stage, their place, whether they were overdue."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from gridgov.errors import UnavailableError
from gridgov.ids import moment_of
from gridgov.incidents import Stage
from gridgov.incidents.asked import Relocate
from gridgov.store import singles
from layers.tiles import Described, Tile, Tiles, Wanted
from tests.cases.conftest import clock, intake, life
from tests.support import NOON, at, report
from tests.tiles.conftest import HERE, read, tile_at

__all__ = ["clock", "intake", "life"]

MINUTE = timedelta(minutes=1)
THERE = (117.1405, 36.6512)
NAME = "incidents_by_stage"


def seen(life, as_of: datetime | None, zoom: int, place: tuple[float, float] = HERE, **asked: Any) -> list[dict]:
    """Return what is told of incidents in a tile."""
    return shown(life, NAME, as_of, zoom, place, **asked)


def shown(
    life, name: str, as_of: datetime | None, zoom: int, place: tuple[float, float] = HERE, **asked: Any
) -> list[dict]:
    """Return what is told of a layer's features in a tile."""
    tiles = Tiles(life.store, clock=life.clock)
    wanted = Wanted(as_of=as_of, **{"since": NOON - timedelta(days=1), **asked})
    drawn = tiles.tile(life.people["centre"], [name], Tile(*tile_at(zoom, *place)), wanted)
    return [one["properties"] for one in read(drawn.data).get(name, [])] if drawn.data else []


def described(life, as_of: datetime) -> Described:
    wanted = Wanted(as_of=as_of, since=NOON - timedelta(days=1))
    return Tiles(life.store, clock=life.clock).catalogue(life.people["centre"], wanted)[1]


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


def test_while_the_past_is_still_being_told_nothing_of_it_is_made_up(life, lived):
    with life.store.owning() as unit:
        unit.connection.exec_driver_sql("UPDATE incident_standing SET untold = true WHERE until IS NULL")
    then = lived[0][0]
    for name in (NAME, "incidents", "doubtful", "whistles", "whistle_parts"):
        with pytest.raises(UnavailableError):
            shown(life, name, then, 16)
    with pytest.raises(UnavailableError):
        shown(life, "heat", then, 16, stage="reported")
    assert len(seen(life, None, 16)) == 1
    assert len(shown(life, "heat", then, 16)) > 0
    looks = {one["name"]: one["look"] for one in described(life, then).layers}
    for name in (NAME, "incidents"):
        assert not any("count" in entry for entry in looks[name]["values"].values())
    assert all("count" in entry for entry in looks["roads"]["values"].values())


def test_heat_of_a_stage_is_of_those_that_were_in_it(life, lived):
    for moment, stage in lived:
        for asked in (one for _, one in lived):
            counted = {one["h3"]: one["count"] for one in shown(life, "heat", moment, 13, stage=asked)}
            assert sum(counted.values()) == (asked == stage)


@pytest.mark.parametrize("zoom", [9, 13, 18])
def test_whatever_is_left_out_of_the_past_the_map_says_so(life, lived, zoom, monkeypatch):
    then = lived[-1][0]
    assert described(life, then).counted_from is None
    monkeypatch.setattr(singles, "MOST", 1)  # of one it cannot be known that there are no more
    told = seen(life, then, zoom)
    assert [(one["count"], one["at_least"]) for one in told] == [(1, True)]
    assert described(life, then).counted_from == moment_of(life.receipt.id)


def test_whatever_doubt_of_the_past_is_left_out_the_map_says_so(life, clock, border_block, monkeypatch):
    west, south, *_ = border_block.bounds
    life.intake.take(report(text="边界附近的噪声", position=at(west, south, accuracy_m=60.0)), author="test")
    then = clock()
    clock.move(MINUTE)

    def said() -> list[bool]:
        return [one.get("at_least", False) for one in shown(life, "doubtful", then, 16, (west, south))]

    assert said() == [False]
    monkeypatch.setattr(singles, "MOST", 2)
    assert said() == [True]
