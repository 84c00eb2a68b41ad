"""Whistling on a real database: who may do what, what is refused, what stays."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from shapely import Point
from sqlalchemy import func, select

from gridgov.access import party_of
from gridgov.coordinates import Datum, from_wgs84
from gridgov.errors import (
    ConflictError,
    CoordinateError,
    GeometryError,
    InputError,
    NotAllowedError,
    NotFoundError,
    RuleError,
    StaleError,
)
from gridgov.ids import new_id
from gridgov.services.whistling import Arranging, Asked, BlowOrder, Callers, Measure, Rating, TeamOrder, Which
from gridgov.store.tables import change, check_in, incident_party, notice, summons_attempt
from gridgov.whistles import IssuerLevel, Stage, SummonsStage, Vouching
from gridgov.whistles.teams import TeamKind
from tests.support import over, somebody
from tests.whistles.stage import INSIDE, Play, away, border_block, passed


def rows(cast, table, **wanted: Any) -> int:
    query = select(func.count()).select_from(table).where(*(table.c[k] == v for k, v in wanted.items()))
    with cast.store.transaction() as unit:
        return unit.connection.execute(query).scalar_one()


def blow(cast, by, incident_id, **changes: Any):
    callers = Callers(**{k: changes.pop(k) for k in list(changes) if k in Callers.__dataclass_fields__})
    return cast.whistling.blow(by, Asked(new_id()), BlowOrder(incident_id, callers=callers, **changes))


# Who may do what


ROLES = ("side", "community", "grid_worker", "other_street", "answerer", "other_answerer", "centre", "administrator")
ALLOWED = {
    "acknowledge": {"answerer"},
    "check_in": {"answerer"},
    "measure": {"answerer"},
    "leave": {"answerer"},
    "release": {"side"},
    "excuse": {"side"},
    "rate": {"side"},
    "close": {"side"},
    "withdraw": {"side"},
}


@pytest.mark.parametrize(("act", "role"), list(product(ALLOWED, ROLES)), ids=str)
def test_each_act_is_done_by_whom_it_belongs_to_and_by_nobody_else(cast, act, role):
    play = cast.blown()
    street = play.now().lead.street_code
    code, other = play.organisations()[:2]
    who = {
        "side": lambda: cast.street(street),
        "community": lambda: cast.one("community_officer", f"{street}001"),
        "grid_worker": lambda: cast.one("grid_worker", f"{street}001001"),
        "other_street": lambda: cast.street("370102002" if street != "370102002" else "370102003"),
        "answerer": lambda: cast.department(code),
        "other_answerer": lambda: cast.department(other),
        "centre": lambda: cast.centre("370102"),
        "administrator": lambda: cast.one("administrator", "370102"),
    }[role]()
    prepared(play, act, code)
    deed = {
        "acknowledge": lambda: play.do("acknowledge", who, code),
        "check_in": lambda: play.check_in(code, by=who),
        "measure": lambda: play.measure(code, by=who),
        "leave": lambda: play.do("leave", who, code),
        "release": lambda: play.release(code, who),
        "excuse": lambda: play.excuse(code, who),
        "rate": lambda: play.rate(code, 4, who),
        "close": lambda: play.close(who),
        "withdraw": lambda: play.withdraw(who),
    }[act]
    if role in ALLOWED[act]:
        assert deed()["act"]
    else:
        before = play.now()
        # The district stands above a draft, and not above what was blown.
        refusals = (RuleError,) if (act, role) == ("withdraw", "centre") else (NotAllowedError, NotFoundError)
        with pytest.raises(refusals):
            deed()
        assert play.now() == before


def prepared(play, act: str, code: str) -> None:
    """Bring a blown whistle to where `act` can be done."""
    if act in {"measure", "release", "leave", "rate", "close"}:
        play.check_in(code)
    if act in {"release", "leave", "rate", "close"}:
        play.measure(code)
    if act in {"leave", "rate", "close"}:
        play.release(code)
    if act == "close":
        for other in play.organisations()[1:]:
            play.excuse(other)


# Blowing


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


# Coming


def test_a_device_that_speaks_gcj02_is_where_it_is(cast):
    play = cast.blown()
    first, second = play.organisations()[:2]
    lon, lat = (float(v[0]) for v in from_wgs84([INSIDE.x], [INSIDE.y], Datum.parse("gcj02")))
    assert play.check_in(first, Point(lon, lat), datum="gcj02")["says"]["distance_m"] < 0.1
    with pytest.raises(RuleError) as taken_for_true:
        play.check_in(second, Point(lon, lat), datum="wgs84")
    assert taken_for_true.value.details[0]["distance_m"] > 400


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"datum": "mars"}, CoordinateError),
        ({"point": Point(36.65, 117.09)}, CoordinateError),
        ({"accuracy_m": -1.0}, CoordinateError),
        ({"accuracy_m": float("nan")}, CoordinateError),
        ({"position": over(border_block())}, GeometryError),
    ],
)
def test_a_position_that_means_nothing_is_refused_and_not_logged(cast, changes, error):
    play = cast.blown()
    with pytest.raises(error):
        play.check_in(play.organisations()[0], changes.pop("point", None), **changes)
    assert play.log()["check_ins"] == []


def test_a_refused_check_in_stays_and_sent_again_it_is_refused_again_without_a_second_row(cast):
    play = cast.blown()
    code = play.organisations()[0]
    asked, seen = Asked(new_id()), play.sighting(code, away(INSIDE, 4_000))
    changes = rows(cast, change)
    messages = []
    for _ in range(3):
        with pytest.raises(RuleError, match="4,000 m away") as refused:
            cast.whistling.check_in(cast.department(code), play.whistle_id, asked, seen)
        messages.append((refused.value.message, refused.value.details))
    assert messages == messages[:1] * 3
    assert rows(cast, check_in) == 1
    assert rows(cast, change) == changes + 1
    assert play.kinds().count("check_in_refused") == 1
    assert play.now().call(code).stage is SummonsStage.SUMMONED
    with pytest.raises(ConflictError):
        cast.whistling.check_in(cast.department(code), play.whistle_id, asked, play.sighting(code))


def test_a_check_in_sent_twice_counts_once_and_a_second_one_is_refused(cast):
    play = cast.blown()
    code = play.organisations()[0]
    passed(cast, 10)
    asked, seen = Asked(new_id()), play.sighting(code)
    first = cast.whistling.check_in(cast.department(code), play.whistle_id, asked, seen)
    passed(cast, 10)
    again = cast.whistling.check_in(cast.department(code), play.whistle_id, asked, seen)
    assert again == first | {"replayed": True}
    assert first["says"]["time_to_scene_s"] == 600
    with pytest.raises(RuleError, match="on_site"):
        play.check_in(code)
    assert play.now().call(code).time_to_scene_s == 600


def test_an_arrival_sent_in_late_by_a_phone_without_signal_counts_from_its_own_time(cast):
    play = cast.blown()
    code = play.organisations()[0]
    arrived = passed(cast, 25)
    passed(cast, 10)
    assert cast.sweep() == 1  # nobody knew, so it was escalated, and that stays
    passed(cast, 85)
    says = play.check_in(code, device_at=arrived)["says"]
    assert (says["flags"], says["time_to_scene_s"]) == (["offline"], 1500)


def test_an_arrival_before_the_whistle_or_years_off_is_refused_and_written_down(cast):
    play = cast.blown()
    passed(cast, 20)
    for number, off in enumerate((timedelta(hours=-1), timedelta(days=-20 * 365), timedelta(days=9 * 365)), start=1):
        with pytest.raises(RuleError, match="check in again"):
            play.check_in(play.organisations()[0], device_at=cast.clock() + off)
        assert len(play.log()["check_ins"]) == number


def test_photos_that_a_check_in_promises_are_awaited_and_what_never_came_is_written_down(cast):
    play = cast.blown()
    first, *others = play.organisations()
    incident_id = play.now().incident_id
    there, coming, never = cast.attached(incident_id), new_id(), new_id()
    says = play.check_in(first, evidence=(there, coming, never))["says"]
    assert says["awaited"] == [str(coming), str(never)]
    (row,) = cast.whistling.whistle(play.lead_street(), play.whistle_id)["check_ins"]
    assert (row["evidence"], row["awaited"]) == ([there, coming, never], [str(coming), str(never)])
    cast.attached(incident_id, coming)
    assert play.measure(first)["says"]["missing"] == [str(never)]
    play.release(first)
    for code in others:
        play.excuse(code)
    assert play.close()["says"]["missing"] == {first: [str(never)]}
    said = {f.kind.value: f.payload for f in play.facts()}
    assert said["checked_in"]["awaited"] == [str(coming), str(never)]
    assert (said["measure_filed"]["missing"], said["whistle_side_closed"]["missing"]) == (
        [str(never)],
        {first: [str(never)]},
    )


def test_a_measure_shows_only_photos_that_are_there_and_nobody_shows_those_of_another_case(cast):
    play = cast.blown()
    code = play.organisations()[0]
    theirs = cast.attached(cast.reported_inside().id)
    department = cast.department(code)
    cast.with_grant(department, "department_officer", code[:6])
    play.check_in(code)
    for wrong in (new_id(), theirs):
        with pytest.raises(InputError, match="upload it to this case"):
            play.do("file_measure", department, Measure(code, "责令停工", (wrong,)))
    mine = cast.attached(play.now().incident_id)
    assert play.do("file_measure", department, Measure(code, "责令停工", (mine,)))["says"]["missing"] == []
    second = play.organisations()[1]
    cast.with_grant(cast.department(second), "department_officer", code[:6])
    with pytest.raises(InputError, match="belongs to another case"):
        play.check_in(second, evidence=(theirs,))
    assert len(play.log()["check_ins"]) == 1


def test_a_second_person_on_site_vouches_for_a_coarse_position(cast):
    play = cast.blown()
    first, second = play.organisations()[:2]
    passed(cast, 20)
    assert play.check_in(first, accuracy_m=800.0)["says"]["verdict"] == "waiting"
    assert play.now().call(first).stage is SummonsStage.SUMMONED
    worker = cast.one("grid_worker", play.cell())
    with pytest.raises(RuleError, match="cannot vouch from where you are"):
        play.vouch(first, worker, away(INSIDE, 500))
    with pytest.raises(NotAllowedError, match="somebody else on site"):
        play.vouch(first, cast.department(first))
    with pytest.raises(NotAllowedError):
        play.vouch(first, cast.department(second))  # not there itself yet
    passed(cast, 15)
    assert play.vouch(first, worker)["says"]["time_to_scene_s"] == 1200
    (row,) = play.log()["check_ins"]
    assert row["vouch_distance_m"] == pytest.approx(0, abs=0.1)
    assert row["vouched_by"].startswith("grid_worker")
    with pytest.raises(RuleError):
        play.vouch(first, worker)


def test_a_department_on_site_vouches_for_another_and_nobody_for_themselves(cast):
    play = cast.blown()
    first, second, third = play.organisations()[:3]
    play.check_in(first)
    play.check_in(second, position=None)
    assert play.vouch(second, cast.department(first))["says"]["organisation_code"] == second
    with pytest.raises(RuleError, match="must check in first"):
        play.vouch(third, cast.department(first))


def test_whoever_checked_in_for_an_organisation_does_not_vouch_with_another_hat_on(cast):
    play = cast.blown()
    code, street = play.organisations()[0], play.now().lead.street_code
    hatted = cast.department(code)
    with cast.store.transaction() as unit:
        subject = unit.access.subject(hatted, now=cast.clock())
        unit.access.grant(subject.account_id, "street_officer", street, None, now=cast.clock(), by="test")
    play.check_in(code, position=None)
    with pytest.raises(NotAllowedError, match="somebody else"):
        play.vouch(code, hatted)


def test_one_person_with_two_accounts_does_not_vouch_for_themselves(cast):
    play = cast.blown()
    code = play.organisations()[0]
    worker = cast.one("grid_worker", play.cell())
    cast.are_one_person(cast.department(code), worker)
    play.check_in(code, position=None)
    with pytest.raises(RuleError, match="under whichever account"):
        play.vouch(code, worker)
    assert play.vouch(code, play.lead_street())["says"]["time_to_scene_s"] == 0


def test_whoever_was_elsewhere_afterwards_waits_no_longer(cast):
    play = cast.blown()
    code = play.organisations()[0]
    play.check_in(code, position=None)
    passed(cast, 5)
    with pytest.raises(RuleError, match="4,000 m away"):
        play.check_in(code, away(INSIDE, 4_000))
    passed(cast, 55)
    with pytest.raises(RuleError, match="must check in"):
        play.vouch(code, play.lead_street())
    assert play.now().call(code).stage is SummonsStage.SUMMONED
    play.check_in(code, position=None)
    assert play.vouch(code, play.lead_street())["says"]["time_to_scene_s"] == 3_600


def test_a_colleague_elsewhere_and_an_attempt_on_the_way_contradict_nobody_on_site(cast):
    play = cast.blown()
    code = play.organisations()[0]
    colleague = somebody(cast.store, "department_officer", code[:6], code)
    play.check_in(code, by=cast.department(code), position=None)
    passed(cast, 5)
    for by, at in ((colleague, cast.clock()), (cast.department(code), cast.clock() - timedelta(minutes=5))):
        with pytest.raises(RuleError, match="4,000 m away"):
            play.check_in(code, away(INSIDE, 4_000), by=by, device_at=at)
    assert play.vouch(code, play.lead_street())["says"]["time_to_scene_s"] == 0


def test_a_kind_without_vouching_has_none(cast):
    with cast.store.transaction() as unit:
        kind = unit.whistles.kinds.all()["comprehensive_enforcement"]
        unit.whistles.kinds.put(replace(kind, vouching=Vouching.NONE))
    play = cast.blown()
    with pytest.raises(RuleError, match="too coarse"):
        play.check_in(play.organisations()[0], accuracy_m=800.0)


# Leaving, releasing, rating, closing


def test_leaving_before_the_release_is_impossible_and_every_attempt_stays(cast):
    play = cast.blown()
    code = play.organisations()[0]
    with pytest.raises(RuleError, match="leave is not possible"):
        play.leave(code)
    play.come(code)
    for _ in range(2):
        with pytest.raises(RuleError, match="before you are released"):
            play.leave(code)
    assert rows(cast, summons_attempt, organisation_code=code) == 2
    assert play.kinds().count("leave_refused") == 2
    play.release(code)
    assert play.leave(code)["says"]["organisation_code"] == code
    assert play.now().call(code).left_at == cast.clock()


def test_nobody_is_released_before_its_measure_is_filed_nor_twice(cast):
    play = cast.blown()
    code = play.organisations()[0]
    play.check_in(code)
    with pytest.raises(RuleError, match="release is not possible"):
        play.release(code)
    play.measure(code)
    play.measure(code, "又加固了围挡")
    play.release(code)
    with pytest.raises(ConflictError, match=r"let .* go already"):
        play.release(code)
    assert len(play.log()["measures"]) == 2


def test_nobody_lets_themselves_go_nor_rates_themselves_under_whichever_account(cast):
    receipt = cast.reported_inside()
    street = receipt.cell_code[:9]
    section = f"{street}-S"
    officer = cast.with_grant(cast.street(street), "street_officer", street, section)
    made = blow(cast, officer, receipt.id, by_list=False, organisations=(section,), reason="本街道先到")
    play = Play(cast, made["whistle_id"])
    with pytest.raises(NotAllowedError, match="somebody else"):
        play.excuse(section, officer)
    hand = somebody(cast.store, "street_officer", street, section)
    second, boss = somebody(cast.store, "street_officer", street), somebody(cast.store, "street_officer", street)
    cast.are_one_person(hand, second)
    play.check_in(section, by=hand)
    play.measure(section, by=hand)
    for self_serving in (officer, second):
        with pytest.raises(NotAllowedError, match="somebody else"):
            play.release(section, self_serving)
    play.release(section, boss)
    for self_serving in (officer, second):
        with pytest.raises(NotAllowedError, match="somebody else"):
            play.rate(section, 5, self_serving)
    assert play.rate(section, 5, boss)["says"]["score"] == 5


def test_a_second_rating_is_a_fact_of_its_own_beside_the_first(cast):
    play = cast.blown()
    code = play.organisations()[0]
    play.come(code)
    play.release(code)
    play.rate(code, 5)
    play.rate(code, 2, words="后续发现问题未解决")
    assert [(r["seq"], r["score"]) for r in play.log()["ratings"]] == [(1, 5), (2, 2)]
    assert play.kinds().count("summons_rated") == 2
    with pytest.raises(NotAllowedError):
        play.rate(code, 1, cast.department(code))


def test_a_side_does_not_close_while_somebody_is_on_site(cast):
    play = cast.blown()
    first, *others = play.organisations()
    play.come(first)
    for code in others:
        play.excuse(code)
    with pytest.raises(RuleError, match=f"Still on site: {first}; never came: nobody"):
        play.close()
    play.release(first)
    assert play.close()["stage"] == "closed"
    with pytest.raises(RuleError, match="closed"):
        play.close()


# Seeing, repeating, deciding on an old state


def test_whoever_has_no_part_in_it_does_not_see_it(cast):
    play = cast.blown()
    for stranger in (
        cast.department("370112-D-ZF"),
        cast.centre("370112"),
        cast.street("370103001"),
        cast.one("grid_worker", "370103001001001"),
    ):
        with pytest.raises(NotFoundError):
            cast.whistling.whistle(stranger, play.whistle_id)
        with pytest.raises(NotFoundError):
            play.do("leave", stranger, "370102-D-ZF")
        assert cast.whistling.whistles(stranger, limit=10) == []
    seen = cast.whistling.whistles(cast.department("370102-D-ZF"), limit=10)
    assert [w["id"] for w in seen] == [UUID(str(play.whistle_id))]


def test_an_act_decided_on_an_older_state_is_answered_with_both(cast):
    play = cast.blown()
    first, second = play.organisations()[:2]
    old = play.now().revision
    play.acknowledge(first)
    with pytest.raises(StaleError) as caught:
        cast.whistling.acknowledge(cast.department(second), play.whistle_id, Asked(new_id(), old), second)
    assert caught.value.details == [{"yours": {"revision": old}, "stored": {"revision": old + 1, "stage": "blown"}}]
    new = Asked(new_id(), old + 1)
    assert cast.whistling.acknowledge(cast.department(second), play.whistle_id, new, second)["revision"] == old + 2


def test_the_same_id_for_another_act_or_by_somebody_else_is_a_conflict(cast):
    play = cast.blown()
    first, second = play.organisations()[:2]
    asked = Asked(new_id())
    cast.whistling.acknowledge(cast.department(first), play.whistle_id, asked, first)
    with pytest.raises(ConflictError):
        cast.whistling.leave(cast.department(first), play.whistle_id, asked, first)
    with pytest.raises(ConflictError):
        cast.whistling.acknowledge(cast.department(second), play.whistle_id, asked, second)


def test_a_whistle_blown_twice_by_one_id_is_one_whistle(cast):
    receipt = cast.reported_inside()
    street, asked, order = cast.street(receipt.cell_code[:9]), Asked(new_id()), BlowOrder(receipt.id)
    first = cast.whistling.blow(street, asked, order)
    assert cast.whistling.blow(street, asked, order) == first | {"replayed": True}


@pytest.mark.parametrize("words", ["", " \u3000 ", "长" * 2_001, "a\x00b"])
def test_words_that_say_nothing_too_much_or_a_nul_are_refused(cast, words):
    play = cast.blown()
    with pytest.raises(InputError):
        play.measure(play.organisations()[0], words)
    with pytest.raises(InputError):
        play.do("rate", play.lead_street(), Rating(play.organisations()[0], 3, words))


# Deadlines


def test_a_measure_that_is_not_filed_escalates(cast):
    play = cast.blown()
    code = play.organisations()[0]
    for other in play.organisations()[1:]:
        play.excuse(other)
    play.check_in(code)
    passed(cast, 24 * 60)
    assert (cast.sweep(), cast.sweep()) == (1, 0)
    (fact,) = [f.payload for f in play.facts() if f.kind == "whistle_escalated"]
    assert (fact["due"], fact["target"]) == ("measure", code)


def test_a_check_in_takes_the_deadline_away_and_a_closed_whistle_is_never_swept(cast):
    play = cast.blown()
    for code in play.organisations():
        play.come(code)
        play.release(code)
    play.close()
    passed(cast, 60 * 24 * 400)
    assert cast.sweep() == 0


def test_late_by_days_every_step_fires_once_and_everybody_is_told_once(cast):
    play = cast.blown()
    passed(cast, 60 * 24 * 3)
    assert (cast.sweep(), cast.sweep()) == (1, 0)
    late = [f.payload for f in play.facts() if f.kind == "whistle_escalated"]
    assert [(f["target"], f["step"]) for f in late] == [
        (code, step) for step in (1, 2) for code in sorted(play.organisations())
    ]
    assert rows(cast, notice, kind="whistle.escalated") == 8
    assert rows(cast, notice, kind="whistle.late") == 8


# Kinds and teams


@pytest.fixture
def arranging(cast) -> Arranging:
    return Arranging(cast.store, clock=cast.clock, home_district="370102")


def test_a_local_kind_is_a_row_and_can_be_blown(cast, arranging):
    admin = cast.one("administrator", "370102")
    with cast.store.transaction() as unit:
        kind = unit.whistles.kinds.all()["emergency"]
    local = replace(kind, code="flood", name="防汛哨", check_in_within=timedelta(minutes=15), source="区防汛指挥部")
    with pytest.raises(NotAllowedError):
        arranging.put_kind(cast.street("370102001"), local)
    arranging.put_kind(admin, local)
    assert "flood" in {k.code for k in arranging.kinds(cast.street("370102001"))}
    play = cast.blown(kind="flood")
    assert play.now().call("370102-D-ZF").due_at == cast.clock() + timedelta(minutes=15)


def test_kinds_are_changed_by_whoever_looks_after_the_home_districts_rules_and_the_change_is_logged(cast, arranging):
    with cast.store.transaction() as unit:
        kind = unit.whistles.kinds.all()["emergency"]
    slow = replace(kind, check_in_within=timedelta(minutes=600))
    for elsewhere in ("370112", "370112001", "370102001"):
        with pytest.raises(NotAllowedError):
            arranging.put_kind(cast.one("administrator", elsewhere), slow)
    for _ in range(2):
        arranging.put_kind(cast.one("administrator", "3701"), slow)
    with cast.store.transaction() as unit:
        logged = [row["data"] for row in unit.worktime.changes(limit=10) if row["what"] == "whistle_kind"]
    assert logged == [{"code": "emergency", "was": {"check_in_minutes": 30}, "is": {"check_in_minutes": 600}}]


@pytest.mark.parametrize(
    "changes",
    [
        {"check_in_within": timedelta(0)},
        {"geofence_m": 1.0},
        {"min_share": 0.0},
        {"issuers": frozenset()},
        {"skew_within": timedelta(days=3)},
    ],
)
def test_a_kind_that_cannot_be_lived_by_is_refused(cast, arranging, changes):
    with cast.store.transaction() as unit:
        kind = unit.whistles.kinds.all()["emergency"]
    with pytest.raises(InputError) as caught:
        arranging.put_kind(cast.one("administrator", "370102"), replace(kind, **changes))
    assert caught.value.field


def test_a_command_group_is_summoned_at_once_without_the_list(cast, arranging):
    receipt = cast.reported_inside()
    street_code = receipt.cell_code[:9]
    street = cast.street(street_code)
    group = TeamOrder(TeamKind.GROUP, "拆违指挥组", street_code, ("370102-D-ZF", "370102-E-GD"), "370102-E-GD")
    team = arranging.add_team(street, group)
    with pytest.raises(ConflictError, match="choose another name"):
        arranging.add_team(street, group)
    with pytest.raises(NotAllowedError):
        arranging.add_team(street, replace(group, area_code="370102"))
    blow(cast, street, receipt.id, by_list=False, teams=(team.id,))
    with cast.store.transaction() as unit:
        live = unit.whistles.live.of_incident("370102", receipt.id)
    assert live is not None
    assert {(s.organisation_code, s.origin) for s in live.called} == {("370102-D-ZF", "team"), ("370102-E-GD", "team")}


def test_the_lead_of_a_team_leads_where_the_list_does_not_decide(cast, arranging):
    receipts = [cast.reported_inside() for _ in range(2)]
    street_code = receipts[0].cell_code[:9]
    street = cast.street(street_code)
    members = ("370102-D-ZF", "370102-D-HW", "370102-D-GA")
    group = TeamOrder(TeamKind.GROUP, "组", street_code, members, "370102-D-HW")
    template = replace(group, kind=TeamKind.TEMPLATE, name="模板", lead="370102-D-GA")
    for receipt, order, by_list, lead in (
        (receipts[0], group, False, "370102-D-HW"),
        (receipts[1], template, True, "370102-D-ZF"),
    ):
        team = arranging.add_team(street, order)
        play = Play(cast, blow(cast, street, receipt.id, by_list=by_list, teams=(team.id,))["whistle_id"])
        assert [call.organisation_code for call in play.now().called if call.leads] == [lead]


def test_a_team_is_summoned_in_its_own_area_and_a_communitys_beside_the_list_with_a_reason_only(cast, arranging):
    receipt = cast.reported_inside()
    community, street_code = receipt.cell_code[:12], receipt.cell_code[:9]
    lane = cast.one("lane_chief", community)
    far = arranging.add_team(
        cast.one("community_officer", "370112002001"),
        TeamOrder(TeamKind.GROUP, "远方", "370112002001", ("370112-D-GA",)),
    )
    with pytest.raises(RuleError, match="lies elsewhere"):
        blow(cast, lane, receipt.id, by_list=False, teams=(far.id,), reason="急")
    order = TeamOrder(TeamKind.GROUP, "近邻", community, ("370102-D-ZF", "370102-D-HW"))
    near = arranging.add_team(lane, order)
    with pytest.raises(RuleError, match="370102-D-HW is not on the responsibility list"):
        blow(cast, lane, receipt.id, by_list=False, teams=(near.id,))
    for area in (street_code, "370102"):
        chief = cast.one("lane_chief", area)
        with pytest.raises(NotAllowedError, match="made by its street"):
            arranging.add_team(chief, replace(order, area_code=area))
    assert blow(cast, lane, receipt.id, by_list=False, teams=(near.id,), reason="急")["stage"] == "blown"


def test_a_template_calls_those_of_each_sides_district(cast, arranging):
    template = TeamOrder(TeamKind.TEMPLATE, "跨区联合", "370102", ("370102-D-XF", "370102-D-ZF"))
    team = arranging.add_team(cast.centre("370102"), template)
    play = cast.drafted()
    wanted = Callers(by_list=False, teams=(team.id,), reason="消防隐患")
    play.do("choose_summons", play.lead_street(), wanted)
    assert set(play.organisations()) == {f"{d}-D-{x}" for d in ("370102", "370112") for x in ("XF", "ZF")}
    arranging.retire_team(cast.centre("370102"), team.id)
    assert team.id not in {t.id for t in arranging.teams(cast.centre("370102"))}
    with pytest.raises(NotFoundError):
        play.do("choose_summons", play.lead_street(), wanted)


@pytest.mark.parametrize(
    "changes",
    [
        {"members": ()},
        {"members": ("370102-D-XX",)},
        {"lead": "370102-D-GA"},
        {"name": " "},
        {"name": "长" * 81},
        {"area_code": "37010"},
    ],
)
def test_a_team_of_nobody_or_of_unknowns_is_refused(cast, arranging, changes):
    order = TeamOrder(TeamKind.GROUP, "组", "370102", ("370102-D-ZF",))
    with pytest.raises(InputError):
        arranging.add_team(cast.centre("370102"), replace(order, **changes))


def test_the_sides_of_a_draft_are_told_and_see_it(cast):
    play = cast.drafted()
    for side in play.now().sides:
        assert rows(cast, notice, kind="whistle.drafted", area_code=side.street_code) == 1
        assert cast.whistling.whistle(cast.street(side.street_code), play.whistle_id)["stage"] == "drafted"
        assert cast.whistling.whistle(cast.centre(side.street_code[:6]), play.whistle_id)["stage"] == "drafted"
