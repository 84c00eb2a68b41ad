"""Coming: positions, clocks, photos on their way, a second person who vouches."""

from dataclasses import replace
from datetime import timedelta

import pytest
from shapely import Point

from gridgov.coordinates import Datum, from_wgs84
from gridgov.errors import (
    ConflictError,
    CoordinateError,
    GeometryError,
    InputError,
    NotAllowedError,
    RuleError,
)
from gridgov.ids import new_id
from gridgov.services.whistling import Asked, Measure
from gridgov.store.tables import change, check_in
from gridgov.whistles import SummonsStage, Vouching
from tests.support import over, somebody
from tests.whistles.stage import INSIDE, away, border_block, passed, rows


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
