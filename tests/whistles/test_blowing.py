"""Blowing: three levels, the list, streets on both sides of a border."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from gridgov.access import party_of
from gridgov.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    RuleError,
)
from gridgov.ids import new_id
from gridgov.services.whistling import Asked, Callers, Rating, Which
from gridgov.store.tables import incident_party, notice
from gridgov.whistles import IssuerLevel, Stage
from tests.whistles.stage import INSIDE, Play, away, blow, ended_by_one, passed, rows


@pytest.mark.parametrize(
    ("role", "digits", "level"),
    [
        ("street_officer", 9, IssuerLevel.STREET),
        ("community_officer", 12, IssuerLevel.COMMUNITY),
        ("lane_chief", 12, IssuerLevel.LANE_CHIEF),
        ("lane_chief", 15, IssuerLevel.LANE_CHIEF),
    ],
)
def test_three_levels_blow_for_their_own_area_and_may_then_act_for_the_side(cast, role, digits, level):
    receipt = cast.reported_inside()
    by = cast.one(role, receipt.cell_code[:digits])
    whistle_id = UUID(blow(cast, by, receipt.id)["whistle_id"])
    with cast.store.transaction() as unit:
        blown = unit.whistles.live.read(whistle_id)
    assert (blown.stage, blown.level, blown.streets) == (Stage.BLOWN, level, {receipt.cell_code[:9]})
    code = blown.called[0].organisation_code
    answer = cast.whistling.excuse(by, whistle_id, Asked(new_id()), Which(code), "另有任务")
    assert answer["says"]["summons_stage"] == "excused"


@pytest.mark.parametrize("role", ["grid_worker", "department_officer", "planner", "administrator", "auditor"])
def test_nobody_else_blows(cast, role):
    receipt = cast.reported_inside()
    organisation = "370102-D-CG" if role == "department_officer" else None
    with pytest.raises((NotAllowedError, NotFoundError)):
        blow(cast, cast.one(role, receipt.cell_code[:6], organisation), receipt.id)


def test_a_street_does_not_blow_for_its_neighbour_nor_a_community_for_another(cast):
    receipt = cast.reported_inside()
    for role, area in (("street_officer", "370102003"), ("community_officer", receipt.cell_code[:9] + "099")):
        with pytest.raises((NotAllowedError, NotFoundError)):
            blow(cast, cast.one(role, area), receipt.id)


def test_the_responsibility_list_says_who_comes_and_the_list_version_is_kept(cast):
    play = cast.blown()
    assert play.organisations() == ["370102-D-ZF", "370102-D-GA", "370102-D-ZJ", "370102-D-ZR"]
    assert play.now().call("370102-D-ZF").leads
    assert play.now().list_version == 1
    parties = {party_of("370102-D-ZF"), play.now().lead.street_code}
    assert all(rows(cast, incident_party, party=p, incident_id=play.now().incident_id) for p in parties)


def test_somebody_beside_the_list_comes_with_a_reason_only(cast):
    receipt = cast.reported_inside()
    street = cast.street(receipt.cell_code[:9])
    with pytest.raises(RuleError, match="say why"):
        blow(cast, street, receipt.id, organisations=("370102-E-GD",))
    with pytest.raises(InputError, match="no organisation"):
        blow(cast, street, receipt.id, organisations=("370102-D-XX",), reason="断电")
    blow(cast, street, receipt.id, organisations=("370102-E-GD",), reason="拆除前须断电")
    with cast.store.transaction() as unit:
        live = unit.whistles.live.of_incident("370102", receipt.id)
    assert live is not None
    assert (live.call("370102-E-GD").origin, live.reason) == ("named", "拆除前须断电")


def test_a_matter_that_may_not_be_whistled_is_refused(cast):
    receipt = cast.reported_inside(matter="20908")
    with cast.store.transaction() as unit:
        matter = unit.rules.matters().matter("20908")
    if matter.whistle_allowed:
        pytest.skip("the sample's list lets it be whistled")
    with pytest.raises(RuleError, match="may not be whistled"):
        blow(cast, cast.street(receipt.cell_code[:9]), receipt.id)


def test_an_incident_has_one_living_whistle_and_a_new_one_after_it(cast):
    play = cast.blown()
    incident_id, street = play.now().incident_id, play.lead_street()
    with pytest.raises(ConflictError) as caught:
        blow(cast, street, incident_id)
    assert caught.value.details[0]["whistle_id"] == str(play.whistle_id)
    play.withdraw()
    assert blow(cast, street, incident_id)["whistle_id"] != str(play.whistle_id)


def test_an_incident_without_a_place_is_placed_first(cast):
    receipt = cast.reported_inside(position=None, address="火星基地三号舱")
    with pytest.raises((RuleError, NotFoundError, NotAllowedError)):
        blow(cast, cast.one("community_officer", "370102001001"), receipt.id)
    with pytest.raises(RuleError, match="place the incident"):
        blow(cast, cast.centre("370102"), receipt.id)


def test_a_street_call_is_blown_by_the_street_and_answered_by_the_district(cast):
    receipt = cast.reported_inside()
    lane = cast.one("lane_chief", receipt.cell_code[:12])
    with pytest.raises(RuleError, match="is blown by street"):
        blow(cast, lane, receipt.id, kind="street_call")
    answer = blow(cast, cast.street(receipt.cell_code[:9]), receipt.id, kind="street_call")
    assert answer["says"]["summoned"][0] == "370102-G"
    with cast.store.transaction() as unit:
        live = unit.whistles.live.read(UUID(answer["whistle_id"]))
    assert live.call("370102-G").due_at == cast.clock() + timedelta(hours=4)


def test_an_unknown_or_retired_kind_is_refused(cast):
    receipt = cast.reported_inside()
    street = cast.street(receipt.cell_code[:9])
    with pytest.raises(InputError, match="choose one of"):
        blow(cast, street, receipt.id, kind="no-such")
    with cast.store.transaction() as unit:
        key_work = unit.whistles.kinds.all()["key_work"]
        unit.whistles.kinds.put(replace(key_work, retired=True))
    with pytest.raises(InputError, match="choose one of"):
        blow(cast, street, receipt.id, kind="key_work")


def test_a_blown_whistle_keeps_the_numbers_it_was_blown_by(cast):
    play = cast.blown()
    with cast.store.transaction() as unit:
        kind = unit.whistles.kinds.all()["comprehensive_enforcement"]
        unit.whistles.kinds.put(replace(kind, geofence_m=10.0))
    assert play.check_in(play.organisations()[0], away(INSIDE, 150))["says"]["verdict"] == "accepted"


# Combined whistles


def test_a_side_is_confirmed_by_its_own_street_only(cast):
    play = cast.drafted()
    one, two = (s.street_code for s in play.now().sides)
    for by, street in ((cast.street(one), two), (cast.centre(one[:6]), one), (cast.centre(two[:6]), two)):
        with pytest.raises(NotAllowedError):
            play.confirm(by, street)
    with pytest.raises((NotAllowedError, NotFoundError)):
        play.confirm(cast.street("370102003"), "370102003")
    play.confirm(cast.street(one))
    with pytest.raises(ConflictError, match="confirmed already"):
        play.confirm(cast.street(one))


def test_a_side_that_does_not_confirm_escalates_to_the_city_which_confirms_in_its_stead(cast):
    play = cast.drafted()
    one, two = (s.street_code for s in play.now().sides)
    play.confirm(cast.street(one))
    city = cast.centre("3701")
    with pytest.raises(RuleError, match="has until"):
        play.confirm(city, two)
    passed(cast, 60)
    assert (cast.sweep(), cast.sweep()) == (1, 0)
    assert rows(cast, notice, whistle_id=play.now().id, area_code="3701", kind="whistle.escalated") == 1
    with pytest.raises(NotAllowedError):
        play.confirm(cast.centre("370102"), two)
    assert play.confirm(city, two)["stage"] == "blown"
    assert play.now().side(two).confirmed_above == "3701"
    assert len(play.organisations()) == 8


def test_a_side_that_stays_silent_holds_nobody_for_ever_the_city_ends_it_in_its_stead(cast):
    play = ended_by_one(cast)
    one, silent = (s.street_code for s in play.now().sides)
    came, *absent = play.organisations()
    city = cast.centre("3701")
    with pytest.raises(RuleError, match="has until"):
        play.do("release", city, Which(came, silent), "长期未答复")
    passed(cast, 7 * 24 * 60)
    cast.sweep()
    assert rows(cast, notice, kind="whistle.late", area_code=silent) == 1
    assert rows(cast, notice, kind="whistle.late", area_code=one) == 0
    with pytest.raises(RuleError, match="from 2026-06-23"):
        play.do("release", city, Which(came, silent), "长期未答复")
    passed(cast, 24 * 60)
    with pytest.raises(RuleError, match="try again in a minute"):
        play.do("release", city, Which(came, silent), "长期未答复")
    cast.sweep()
    with pytest.raises(NotAllowedError):
        play.do("release", cast.centre(silent[:6]), Which(came, silent))
    with pytest.raises(RuleError, match="in which side's stead"):
        play.do("close", city, None)
    with pytest.raises(RuleError, match="say why"):
        play.do("release", city, Which(came, silent))
    play.do("release", city, Which(came, silent), "长期未答复")
    assert play.leave(came)["act"] == "leave"
    for code in absent:
        play.do("excuse", city, Which(code, silent), "长期未答复")
    with pytest.raises(RuleError, match="say why"):
        play.do("close", city, silent)
    assert play.do("close", city, silent, "长期未答复")["stage"] == "closed"
    facts = [fact.payload for fact in play.facts() if fact.kind.value == "whistle_side_closed"]
    assert [(fact.get("above"), fact.get("reason")) for fact in facts] == [(None, None), ("3701", "长期未答复")]
    passed(cast, 24 * 60)
    assert cast.sweep() == 0


def test_whoever_never_says_what_it_did_holds_up_no_whistle_for_ever(cast):
    play = cast.confirmed()
    one, two = (cast.street(side.street_code) for side in play.now().sides)
    came, *absent = play.organisations()
    play.check_in(came)
    with pytest.raises(RuleError, match="to file its measure"):
        play.do("release", one, Which(came), "无人填报")
    passed(cast, 24 * 60)
    with pytest.raises(RuleError, match="has filed no measure: say why"):
        play.do("release", one, Which(came))
    for street in (one, two):
        play.do("release", street, Which(came), "无人填报")
        for code in absent:
            play.excuse(code, street)
    fact = next(fact.payload for fact in play.facts() if fact.kind.value == "summons_released")
    assert (fact["reason"], fact["measured"]) == ("无人填报", False)
    assert {r["reason"] for r in play.log()["releases"] if r["organisation_code"] == came} == {"无人填报"}
    assert (play.now().call(came).measured_at, play.leave(came)["act"]) == (None, "leave")
    assert [play.close(street)["stage"] for street in (one, two)] == ["closing", "closed"]


def test_whoever_stands_above_all_sides_and_is_people_of_one_acts_for_each_as_what_they_are(cast):
    play = cast.confirmed()
    one, silent = (side.street_code for side in play.now().sides)
    both = cast.with_grant(cast.centre("3701"), "street_officer", one)
    for days in (7, 1):
        passed(cast, days * 24 * 60)
        cast.sweep()
    assert play.do("withdraw", both, "误报")["says"]["street_code"] == one
    assert play.do("withdraw", both, "长期未答复", silent)["stage"] == "withdrawn"
    named = {fact.payload["street"]: fact.payload.get("above") for fact in play.facts() if "withdrawn" in fact.kind}
    assert named == {one: None, silent: "3701"}


def test_what_is_not_closed_a_day_after_it_should_have_been_is_told_to_the_city_as_well(cast):
    play = cast.confirmed()
    one, _ = (cast.street(side.street_code) for side in play.now().sides)
    for code in play.organisations():
        play.excuse(code, one)
    play.close(one)
    for days in (7, 1):
        passed(cast, days * 24 * 60)
        cast.sweep()
    told = {"kind": "whistle.escalated", "whistle_id": play.now().id, "area_code": "3701"}
    assert rows(cast, notice, **told) == 1


def test_a_whistle_blown_across_a_border_waits_for_the_other_side(cast):
    play = cast.drafted()
    play.withdraw()
    lixia = next(s.street_code for s in play.now().sides if s.street_code.startswith("370102"))
    answer = blow(cast, cast.street(lixia), play.now().incident_id)
    with cast.store.transaction() as unit:
        again = unit.whistles.live.read(UUID(answer["whistle_id"]))
    assert (again.stage, again.lead.street_code[:6]) == (Stage.DRAFTED, "370112")
    assert again.side(lixia).confirmed_at == cast.clock()
    assert sum(s.share for s in again.sides) == pytest.approx(1, abs=0.001)


def test_both_streets_agree_on_another_lead(cast):
    play = cast.drafted()
    one, two = (s.street_code for s in play.now().sides)
    assert not play.do("choose_lead", cast.street(one), two)["says"]["agreed"]
    assert play.do("choose_lead", cast.street(two), two)["says"]["agreed"]
    assert play.now().lead.street_code == two
    with pytest.raises(NotAllowedError):
        play.do("choose_lead", cast.centre("3701"), one)


def test_each_side_withdraws_for_itself_what_was_blown(cast):
    play = cast.confirmed()
    one, two = (s.street_code for s in play.now().sides)
    assert play.withdraw(cast.street(one))["says"]["waiting_for"] == [two]
    assert (play.now().stage, len(play.organisations())) == (Stage.BLOWN, 8)
    assert rows(cast, notice, kind="whistle.side_withdrawn", area_code=two) == 1
    with pytest.raises(ConflictError, match=two):
        play.withdraw(cast.street(one))
    with pytest.raises(RuleError):
        play.withdraw(cast.centre("3701"))
    assert play.withdraw(cast.street(two))["stage"] == "withdrawn"
    assert rows(cast, notice, kind="whistle.withdrawn", organisation_code="370102-D-ZF") == 1


def test_somebody_with_two_streets_acts_for_each_of_them(cast):
    play = cast.drafted()
    one, two = (s.street_code for s in play.now().sides)
    both = cast.with_grant(cast.street(one), "street_officer", two)
    assert not play.do("choose_lead", both, two, one)["says"]["agreed"]
    assert play.do("choose_lead", both, two, two)["says"]["agreed"]
    assert play.choose(both, "370112-D-ZF")["says"]["street_code"] == two
    for street in (one, two):
        play.confirm(both, street)
    play.come("370112-D-ZF")
    for street in (one, two):
        play.do("release", both, Which("370112-D-ZF", street))
    for street in (one, two):
        assert play.do("rate", both, Rating("370112-D-ZF", 4, "好", street))["says"]["street_code"] == street
    assert play.now().call("370112-D-ZF").rated == {one, two}
    with pytest.raises(NotAllowedError):
        play.do("rate", both, Rating("370112-D-ZF", 4, "好", "370102003"))


def test_a_district_ends_what_it_blew_by_a_local_kind_and_nothing_else(cast):
    with cast.store.transaction() as unit:
        kind = unit.whistles.kinds.all()["emergency"]
        unit.whistles.kinds.put(replace(kind, code="district", issuers=frozenset({IssuerLevel.DISTRICT})))
    centre, other = cast.centre("370102"), cast.centre("3701")
    plays = [Play(cast, blow(cast, centre, cast.reported_inside().id, kind="district")["whistle_id"]) for _ in range(2)]
    with pytest.raises((NotAllowedError, RuleError)):
        plays[0].withdraw(other)
    assert plays[0].withdraw(centre)["stage"] == "withdrawn"
    for code in plays[1].organisations():
        plays[1].excuse(code, centre)
        plays[1].rate(code, 3, centre)
    assert plays[1].close(centre)["stage"] == "closed"


def test_a_district_that_blows_across_a_border_stands_for_its_own_side(cast):
    with cast.store.transaction() as unit:
        kind = unit.whistles.kinds.all()["emergency"]
        unit.whistles.kinds.put(replace(kind, code="district", issuers=frozenset({IssuerLevel.DISTRICT})))
    draft = cast.drafted()
    draft.withdraw()
    play = Play(cast, blow(cast, cast.centre("370102"), draft.now().incident_id, kind="district")["whistle_id"])
    assert {s.street_code[:6] for s in play.now().sides if s.confirmed_at} == {"370102"}
    assert play.now().lead.street_code[:6] == "370112"


def test_leaving_somebody_of_the_list_at_home_needs_a_reason(cast):
    play = cast.drafted()
    with pytest.raises(RuleError, match="why they need not come"):
        play.do("choose_summons", play.lead_street(), Callers(by_list=False, organisations=("370112-D-ZF",)))
    assert play.choose(play.lead_street(), "370112-D-ZF")["says"]["to_come"] == ["370112-D-ZF"]
