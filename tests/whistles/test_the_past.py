"""A whistle as it stood at a moment of its past: told from the facts of its incident, and nothing that came later."""

from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridgov.errors import GridgovError, NotFoundError
from gridgov.ids import new_id
from gridgov.incidents.asked import File, Reject, Relocate
from gridgov.services.casework import Casework
from gridgov.services.whistling import Which
from gridgov.whistles import SummonsStage
from tests.support import at
from tests.whistles.stage import INSIDE, Cast, Play, away, blow, passed

FIVE = ("370112-D-ZF", "370112-D-ZR", "370102-D-ZF", "370102-D-GA", "370112-D-GA")
OVERWRITTEN = {"leads", "origin", "due_at"}
steps = st.lists(st.tuples(st.integers(0, 59), st.sampled_from([1, 3, 20, 45, 700])), min_size=15, max_size=30)


@contextmanager
def undone(store):
    with store._connection.begin_nested() as savepoint:
        yield
        savepoint.rollback()


def seen(play: Play, *, as_of: datetime | None = None) -> dict:
    """Return the whistle as it is answered to a side."""
    return play.cast.whistling.whistle(play.cast.street(play.now().sides[0].street_code), play.whistle_id, as_of=as_of)


def open_to(play: Play) -> list:
    """Return what might be done with a whistle now, each as something to call."""
    cast, now = play.cast, play.now()
    sides = [cast.street(side.street_code) for side in now.sides]
    does = [lambda s=s: play.confirm(s) for s in sides]
    does += [lambda n=n: play.choose(sides[0], *FIVE[:n]) for n in (2, 3)]
    does += [lambda s=s: play.do("choose_lead", s, now.sides[-1].street_code) for s in sides]
    if now.blown_at:
        does = [lambda: play.do("choose_lead", sides[0], now.sides[-1].street_code)]
    does += [lambda: play.withdraw(sides[0])] if not any(call.arrived_at for call in now.summons) else []
    for call in now.called:
        does += of_summons(play, call.organisation_code, call.stage, sides)
    return [*does, *(lambda s=s: play.close(s) for s in sides), cast.sweep, cast.sweep]


def of_summons(play: Play, code: str, stage: SummonsStage, sides: list) -> list:
    match stage:
        case SummonsStage.SUMMONED | SummonsStage.ACKNOWLEDGED:
            far, coarse = away(play.place(), 4_000), {"accuracy_m": 900.0}
            comes = [lambda: play.check_in(code), lambda: play.check_in(code, far), lambda: play.acknowledge(code)]
            comes += [lambda: play.check_in(code, evidence=(new_id(),), **coarse), lambda: play.vouch(code, sides[0])]
            return [*comes, lambda: play.excuse(code, sides[-1])]
        case SummonsStage.ON_SITE:
            return [lambda: play.measure(code), lambda: play.leave(code)]
        case SummonsStage.MEASURED:
            return [lambda s=s: play.release(code, s) for s in sides]
        case _:
            return [lambda: play.leave(code), lambda: play.rate(code, by=sides[0])]


def check_past(play: Play, answers: dict) -> None:
    for moment, answered in answers.items():
        told = seen(play, as_of=moment)
        assert {**told, "summons": None} == {**answered, "summons": None}
        was = {call["organisation_code"]: call for call in answered["summons"]}
        assert {call["organisation_code"] for call in told["summons"]} == set(was)
        for call in told["summons"]:
            there = was[call["organisation_code"]]
            assert set(there) - set(call) <= OVERWRITTEN
            assert call == {name: there[name] for name in call}


def check_to_its_end(play: Play, answers: dict, way: list) -> None:
    """Go a way to the end of a whistle, a minute a step, and hold its past against what was answered on it."""
    for does in way:
        passed(play.cast, 1)
        does()
        answers[play.cast.clock()] = seen(play)
    assert answers[play.cast.clock()]["stage"] == "closed"
    check_past(play, answers)


@given(steps=steps)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_replaying_a_whistle_at_any_moment_of_its_life_tells_what_was_answered_then(
    store, clock, intake, whistling, steps
):
    with undone(store):
        start, play = clock(), Cast(store, clock, intake, whistling).drafted()
        answers = {clock(): seen(play)}
        for drawn, minutes in steps:
            passed(play.cast, minutes)
            does = open_to(play)
            with suppress(GridgovError):
                does[drawn % len(does)]()
            answers[clock()] = seen(play)
        check_past(play, answers)
        clock.moment = start


def test_the_noon_of_the_day_is_told_again_moment_by_moment(cast):
    play = cast.drafted()
    leading, other = (cast.street(side.street_code) for side in play.now().sides)
    answers = {cast.clock(): seen(play)}
    way = [
        lambda: play.choose(leading, *FIVE),
        lambda: play.confirm(leading),
        lambda: play.confirm(other),
        lambda: play.acknowledge(FIVE[0]),
        *(lambda code=code: play.check_in(code) for code in FIVE[:3]),
        lambda: passed(cast, 40) and cast.sweep(),
        lambda: play.check_in(FIVE[3], accuracy_m=900.0),
        lambda: play.vouch(FIVE[3], leading),
        *(lambda code=code: play.measure(code) for code in FIVE[:4]),
        *(lambda code=code, side=side: play.release(code, side) for code in FIVE[:4] for side in (leading, other)),
        *(lambda side=side: play.excuse(FIVE[4], side) for side in (leading, other)),
        *(lambda side=side: play.close(side) for side in (leading, other)),
        lambda: play.leave(FIVE[0]),
        lambda: play.rate(FIVE[0], 3, leading),
        lambda: play.rate(FIVE[0], 4, other),
    ]
    check_to_its_end(play, answers, way)


def test_a_whistle_blown_in_one_street_is_told_from_its_first_moment(cast):
    play = cast.blown()
    answers = {cast.clock(): seen(play)}
    passed(cast, 5)
    play.withdraw()
    answers[cast.clock()] = seen(play)
    assert [one["stage"] for one in answers.values()] == ["blown", "withdrawn"]
    check_past(play, answers)


def test_whoever_blows_across_a_border_has_confirmed_their_side_from_the_first_moment(cast):
    first = cast.drafted()
    leading = first.lead_street()
    first.withdraw()
    passed(cast, 1)
    play = Play(cast, blow(cast, leading, first.now().incident_id)["whistle_id"])
    answers = {cast.clock(): seen(play)}
    assert [bool(side["confirmed_at"]) for side in answers[cast.clock()]["sides"]] == [True, False]
    passed(cast, 1)
    play.confirm(cast.street(play.now().sides[1].street_code))
    answers[cast.clock()] = seen(play)
    check_past(play, answers)


def test_a_draft_that_ends_with_its_case_was_there_before_and_the_place_was_where_it_was(cast, keeper):
    play = cast.drafted()
    centre = cast.centre(play.now().district_code)
    casework, incident_id = Casework(cast.store, clock=cast.clock, keeper=keeper), play.now().incident_id
    answers = {cast.clock(): seen(play)}
    for asked in (
        File(),
        Relocate(position=at(INSIDE.x, INSIDE.y), reason="位置有误"),
        Reject(reason="不属于受理范围"),
    ):
        passed(cast, 1)
        casework.act(centre, incident_id, asked, act_id=new_id())
        answers[cast.clock()] = seen(play)
    assert [one["stage"] for one in answers.values()] == ["drafted", "drafted", "withdrawn", "withdrawn"]
    check_past(play, answers)


def test_what_the_city_ended_in_a_silent_sides_stead_is_told_as_it_was(cast):
    play, city = cast.confirmed(), cast.centre("3701")
    one, silent = (side.street_code for side in play.now().sides)
    came, mute, *absent = play.organisations()
    answers = {cast.clock(): seen(play)}
    way = [
        lambda: play.come(came),
        lambda: play.check_in(mute),
        lambda: play.release(came, cast.street(one)),
        *(lambda code=code: play.excuse(code, cast.street(one)) for code in absent),
        lambda: passed(cast, 8 * 24 * 60) and cast.sweep(),
        lambda: play.do("release", city, Which(came, silent), "长期未答复"),
        lambda: play.do("release", city, Which(mute, silent), "长期未答复"),
        lambda: play.do("release", city, Which(mute, one), "长期未填报"),
        *(lambda code=code: play.do("excuse", city, Which(code, silent), "长期未答复") for code in absent),
        lambda: play.do("close", city, one, "长期未答复"),
        lambda: play.do("close", city, silent, "长期未答复"),
    ]
    check_to_its_end(play, answers, way)


def test_what_the_city_withdrew_in_each_sides_stead_is_told_as_it_was(cast):
    play, city = cast.confirmed(), cast.centre("3701")
    answers = {cast.clock(): seen(play)}
    passed(cast, 8 * 24 * 60)
    cast.sweep()
    for side in play.now().sides:
        passed(cast, 1)
        play.do("withdraw", city, "长期未答复", side.street_code)
        answers[cast.clock()] = seen(play)
    assert [one["stage"] for one in answers.values()] == ["blown", "blown", "withdrawn"]
    check_past(play, answers)


def test_before_it_was_drafted_there_was_no_whistle(cast):
    receipt = cast.reported_inside()
    passed(cast, 10)
    play = Play(cast, blow(cast, cast.street(receipt.cell_code[:9]), receipt.id)["whistle_id"])
    with pytest.raises(NotFoundError) as caught:
        seen(play, as_of=cast.clock() - timedelta(minutes=5))
    assert caught.value.field == "as_of"
    check_past(play, {cast.clock(): seen(play)})


def test_when_a_draft_was_to_be_answered_is_left_out_once_it_was_blown(cast):
    play = cast.drafted()
    then = cast.clock()
    assert all(call["due_at"] for call in seen(play, as_of=then)["summons"])
    passed(cast, 1)
    for side in play.now().sides:
        play.confirm(cast.street(side.street_code))
    assert not any("due_at" in call for call in seen(play, as_of=then)["summons"])
    assert all(call["leads"] is not None for call in seen(play, as_of=then)["summons"])
