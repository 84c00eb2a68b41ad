"""The page of a combined whistle: each side's part of the place, and what one may do now and why not the rest."""

from datetime import timedelta
from typing import Any

import shapely

from gridgov.errors import GridgovError
from tests.api.conftest import proof_of
from tests.cases.test_random_lives import undone
from tests.support import somebody
from tests.whistles.stage import passed

DOES = {
    "confirm": lambda play, who, one: play.confirm(who, one.street_code),
    "choose_lead": lambda play, who, one: play.do("choose_lead", who, one.street_code, one.street_code),
    "close": lambda play, who, one: play.do("close", who, one.street_code, "辖区代办"),
    "withdraw": lambda play, who, one: play.do("withdraw", who, "误报", one.street_code),
    "acknowledge": lambda play, who, one: play.do("acknowledge", who, one.organisation_code),
    "check_in": lambda play, who, one: play.check_in(one.organisation_code, by=who),
    "vouch": lambda play, who, one: play.vouch(one.organisation_code, who),
    "file_measure": lambda play, who, one: play.measure(one.organisation_code, by=who),
    "leave": lambda play, who, one: play.do("leave", who, one.organisation_code),
}


def people(play):
    now, cast = play.now(), play.cast
    yield cast.centre(now.parent or "37")
    for side in now.sides:
        yield cast.street(side.street_code)
    if now.blown_at:  # before that, whoever is to come does not see it
        yield cast.department(play.organisations()[0])
    yield somebody(cast.store, "auditor", "37")


def check_prospects(play) -> set[str]:
    """Do everything that is said to be possible and all that is not, and undo it; return what was possible."""
    can = set()
    for who in people(play):
        for one in play.cast.whistling.prospects(who, play.whistle_id)[1]:
            if one.act not in DOES:
                continue
            with undone(play.cast.store):
                try:
                    DOES[one.act](play, who, one)
                    done = True
                except GridgovError:
                    done = False
            assert done == one.possible, one
            assert (one.why_not is None) == one.possible
            can |= {one.act} if one.possible else set()
    return can


def test_what_is_said_to_be_possible_is_and_the_rest_is_refused(cast):
    play = cast.drafted()
    assert {"confirm", "choose_lead", "withdraw"} <= check_prospects(play)
    passed(cast, 60 * 24)
    cast.sweep()
    assert "confirm" in check_prospects(play)
    for side in play.now().sides:
        play.confirm(cast.street(side.street_code))
    assert {"acknowledge", "check_in"} <= check_prospects(play)
    came = play.organisations()[0]
    play.check_in(came)
    assert "file_measure" in check_prospects(play)
    play.measure(came)
    upon = play.cast.whistling.prospects(play.lead_street(), play.whistle_id)[1]
    assert {one.act for one in upon if one.possible and one.organisation_code == came} == {"release"}


def test_the_parts_of_the_sides_are_the_place_cut_by_the_border(client, cast):
    play = cast.drafted()
    whole = client.get(f"/api/v1/whistles/{play.whistle_id}").json()
    parts = [shapely.geometry.shape(side["part"]) for side in whole["sides"]]
    place = shapely.geometry.shape(whole["geometry"])
    assert shapely.union_all(parts).symmetric_difference(place).area < place.area / 1e6
    for side, part in zip(whole["sides"], parts, strict=True):
        assert abs(part.area / place.area - side["share"]) < 0.01
    then = client.get(f"/api/v1/whistles/{play.whistle_id}", params={"as_of": "2026-06-15T12:00:00+08:00"}).json()
    assert [side["part"] for side in then["sides"]] == [side["part"] for side in whole["sides"]]


def test_the_one_side_of_a_point_has_all_of_it(client, cast):
    play = cast.blown()
    (side,) = client.get(f"/api/v1/whistles/{play.whistle_id}").json()["sides"]
    assert side["part"]["type"] == "Point"


def test_nobody_else_learns_what_may_be_done_with_a_whistle(stranger, cast):
    play = cast.drafted()
    path = f"/api/v1/whistles/{play.whistle_id}/acts"
    assert stranger.get(path).status_code == 401
    somebody(cast.store, "street_officer", "370103002", login="elsewhere")
    assert stranger.get(path, headers=proof_of("elsewhere")).status_code == 404
    somebody(cast.store, "command_centre", "37", login="above")
    answer = stranger.get(path, headers=proof_of("above"))
    assert answer.headers["ETag"] == f'"{answer.json()["revision"]}"'
    assert {one["act"] for one in answer.json()["acts"]} >= {"confirm", "close", "check_in", "release", "rate"}


def test_whistles_are_listed_by_street_by_whom_they_summon_and_whether_they_live(client, cast):
    one, other = cast.blown(), cast.drafted()
    street = one.now().lead.street_code
    then = cast.clock()
    passed(cast, 5)
    one.withdraw()
    stranger = next(code for code in other.organisations() if code not in one.organisations())

    def ids(**asked: Any):
        answer = client.get("/api/v1/whistles", params=asked)
        assert answer.status_code == 200, answer.text
        return {row["id"] for row in answer.json()["items"]}

    mine, theirs = str(one.whistle_id), str(other.whistle_id)
    assert ids() == ids(as_of=then.isoformat()) == {mine, theirs}
    assert ids(open=True) == {theirs}
    assert ids(open=True, as_of=then.isoformat()) == {mine, theirs}
    assert mine in ids(street_code=street)
    assert ids(organisation=stranger) == ids(organisation=stranger, as_of=then.isoformat()) == {theirs}
    assert ids(organisation=one.organisations()[0] if one.organisations() else "none", open=True) <= {theirs}
    assert ids(as_of=(then - timedelta(hours=1)).isoformat()) == set()
    assert client.get("/api/v1/whistles?x=1").status_code == 422
    first = client.get("/api/v1/whistles", params={"as_of": then.isoformat(), "limit": 1}).json()
    second = client.get("/api/v1/whistles", params={"as_of": then.isoformat(), "limit": 1, "cursor": first["next"]})
    assert {first["items"][0]["id"], second.json()["items"][0]["id"]} == {mine, theirs}
    stages = {row["id"]: row["stage"] for row in (*first["items"], *second.json()["items"])}
    assert stages == {mine: "blown", theirs: "drafted"}
