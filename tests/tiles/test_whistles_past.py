"""Tiles as of a moment show whistles, their parts and doubtful incidents in the stage and at the place of then."""

from datetime import datetime, timedelta
from typing import Any

from gridgov.ids import new_id
from gridgov.incidents.asked import File, Relocate
from gridgov.services.casework import Casework
from layers.tiles import Tile, Tiles, Wanted
from tests.support import at, report
from tests.tiles.conftest import read, tile_at
from tests.whistles.conftest import cast, clock, intake, whistling
from tests.whistles.stage import INSIDE, Cast, Play, border_block, passed

__all__ = ["cast", "clock", "intake", "whistling"]

ACROSS = border_block().representative_point()
ZOOM = 16


def seen(cast: Cast, layer: str, as_of: datetime | None, place: Any = ACROSS) -> list[dict[str, Any]]:
    """Return what is told of a layer's features at a place, as the command centre of the whole city sees it."""
    tiles = Tiles(cast.store, clock=cast.clock)
    wanted = Wanted(as_of=as_of, since=cast.clock() - timedelta(days=2))
    data = tiles.tile(cast.centre("3701"), [layer], Tile(*tile_at(ZOOM, place.x, place.y)), wanted).data
    return [one["properties"] for one in read(data).get(layer, [])] if data else []


def relocate(cast: Cast, keeper, district_code: str, incident_id: Any) -> None:
    """Let a case be filed and put elsewhere."""
    casework = Casework(cast.store, clock=cast.clock, keeper=keeper)
    for asked in (File(), Relocate(position=at(INSIDE.x, INSIDE.y), reason="位置有误")):
        passed(cast, 1)
        casework.act(cast.centre(district_code), incident_id, asked, act_id=new_id())


def lived(play: Play) -> list[datetime]:
    """Let a whistle go its whole way, and return the moment of each step."""
    cast, moments = play.cast, [play.cast.clock()]
    one, other = (cast.street(side.street_code) for side in play.now().sides)
    for by in (one, other):
        moments.append(passed(cast, 1))
        play.confirm(by)
    for code in play.organisations():
        play.excuse(code, one)
        play.excuse(code, other)
    for by in (one, other):
        moments.append(passed(cast, 1))
        play.close(by)
    return moments


def test_a_whistle_is_shown_in_the_stage_that_it_was_in(cast):
    play = cast.drafted()
    centre, stages = cast.centre("3701"), []
    for moment in lived(play):
        answered = cast.whistling.whistle(centre, play.whistle_id, as_of=moment)
        stages.append(answered["stage"])
        told = [] if answered["stage"] == "closed" else [answered["stage"]]
        assert [one["stage"] for one in seen(cast, "whistles", moment)] == told
    assert stages == ["drafted", "drafted", "blown", "closing", "closed"]
    assert seen(cast, "whistles", None) == []


def test_what_was_due_next_in_the_past_is_not_made_up(cast):
    play = cast.drafted()
    then = cast.clock()
    for side in play.now().sides:
        passed(cast, 1)
        play.confirm(cast.street(side.street_code))
    assert [(one["stage"], "due_at" in one) for one in seen(cast, "whistles", None)] == [("blown", True)]
    passed(cast, 1)
    assert [(one["stage"], "due_at" in one) for one in seen(cast, "whistles", then)] == [("drafted", False)]


def test_a_whistle_lay_where_its_case_was_before_it_was_put_elsewhere(cast, keeper):
    play = cast.drafted()
    then, now = cast.clock(), play.now()
    relocate(cast, keeper, now.district_code, now.incident_id)
    passed(cast, 1)
    assert len(seen(cast, "whistles", then)) == 1
    assert seen(cast, "whistles", then, INSIDE) == []
    assert sorted(one["share"] for one in seen(cast, "whistle_parts", then)) == sorted(s.share for s in now.sides)


def test_a_case_was_doubtful_until_it_was_put_elsewhere(cast, keeper):
    west, south, *_ = border_block().bounds
    receipt = cast.intake.take(report(text="边界附近的噪声", position=at(west, south, accuracy_m=60.0)), author="test")
    then = cast.clock()
    relocate(cast, keeper, "370102", receipt.id)
    passed(cast, 1)
    assert [one["number"] for one in seen(cast, "doubtful", then)] == [receipt.number]
    assert seen(cast, "doubtful", None) == []
    assert seen(cast, "doubtful", then - timedelta(minutes=1)) == []
