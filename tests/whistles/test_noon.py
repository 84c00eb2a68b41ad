"""The whole noon of the day: an illegal building across a district border, from the draft to the last rating."""

import pytest

from gridgov.errors import RuleError
from gridgov.incidents import first_break
from gridgov.whistles import Stage, SummonsStage
from tests.whistles.stage import away, border_block, passed

FIVE = ("370112-D-ZF", "370112-D-ZR", "370102-D-ZF", "370102-D-GA", "370112-D-GA")


def test_the_noon_of_the_day(cast):  # noqa: PLR0915 - a day is long
    play = cast.drafted()
    licheng, lixia = (side.street_code for side in play.now().sides)
    assert (licheng[:6], lixia[:6]) == ("370112", "370102")

    # The leading side says who is to come; then both confirm, and five departments are summoned.
    play.choose(cast.street(licheng), *FIVE)
    play.confirm(cast.street(licheng))
    assert play.now().stage is Stage.DRAFTED
    passed(cast, 7)
    answer = play.confirm(cast.street(lixia))
    assert (answer["stage"], sorted(answer["says"]["summoned"])) == ("blown", sorted(FIVE))
    blown_at = cast.clock()

    # Three come within their thirty minutes, one checks in from 4 km away.
    passed(cast, 12)
    for code in FIVE[:3]:
        play.acknowledge(code)
        play.check_in(code)
    passed(cast, 6)
    with pytest.raises(RuleError, match="refused and written down") as refused:
        play.check_in(FIVE[3], away(border_block(), 4_000))
    assert refused.value.details[0]["distance_m"] == pytest.approx(4_000, abs=60)
    assert play.log()["check_ins"][-1]["verdict"] == "refused"
    assert play.kinds()[-1] == "check_in_refused"

    # Nobody is late a moment before 30:00; at 30:00 the district hears of it, and again at 60:00, and never else.
    passed(cast, 11.99)
    assert cast.sweep() == 0
    cast.clock.moment = blown_at + play.now().kind.check_in_within
    assert (cast.sweep(), cast.sweep()) == (1, 0)
    assert escalations(play) == [("370102-D-GA", 1), ("370112-D-GA", 1)]
    play.check_in(FIVE[3])
    passed(cast, 30)
    assert (cast.sweep(), cast.sweep()) == (1, 0)
    assert escalations(play) == [("370102-D-GA", 1), ("370112-D-GA", 1), ("370112-D-GA", 2)]
    passed(cast, 60)
    assert cast.sweep() == 0

    # One tries to leave before its release: impossible, and written down.
    with pytest.raises(RuleError, match="may not leave before you are released"):
        play.leave(FIVE[0])
    assert [(a["act"], a["organisation_code"]) for a in play.log()["attempts"]] == [("leave", FIVE[0])]
    assert play.kinds()[-1] == "leave_refused"

    # Each files its measure. One side lets everybody go and closes; the whistle stays open until the other has.
    for code in FIVE[:4]:
        play.measure(code)
    for street in (licheng, lixia):
        officer = cast.street(street)
        with pytest.raises(RuleError, match="Still on site"):
            play.close(officer)
        for code in FIVE[:4]:
            play.release(code, officer)
        with pytest.raises(RuleError, match=f"never came: {FIVE[4]}"):
            play.close(officer)
        play.excuse(FIVE[4], officer)
        answer = play.close(officer)
        assert answer["says"]["open_sides"] == ([lixia] if street == licheng else [])
    assert play.now().stage is Stage.CLOSED
    play.leave(FIVE[0])

    # Each street rates each department.
    for street in (licheng, lixia):
        for code in FIVE:
            play.rate(code, 2 if code == FIVE[4] else 5, cast.street(street))
    assert {call.stage for call in play.now().called} == {SummonsStage.RATED}
    assert len(play.log()["ratings"]) == 10

    # Time to scene is measured, both districts see everything, and the chain of facts holds.
    seen = cast.whistling.whistle(cast.centre("370102"), play.whistle_id)
    took = {call["organisation_code"]: call["time_to_scene_s"] for call in seen["summons"]}
    assert {code: took[code] for code in FIVE} == dict(zip(FIVE, [720, 720, 720, 1800, None], strict=True))
    assert len(cast.whistling.whistle(cast.centre("370112"), play.whistle_id)["ratings"]) == 10
    assert first_break(play.facts()) is None


def escalations(play) -> list[tuple[str, int]]:
    facts = [f.payload for f in play.facts() if f.kind == "whistle_escalated"]
    return sorted((f["target"], f["step"]) for f in facts)
