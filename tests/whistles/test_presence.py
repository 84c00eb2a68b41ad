"""Whether somebody has arrived: geofence, accuracy, datum, clocks, vouching."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point
from shapely.affinity import translate

from gridgov.coordinates import from_plane, to_plane
from gridgov.whistles import Arrival, Flag, Reason, Spot, Verdict, Vouching, distance_m, judge_arrival, judge_spot
from tests.whistles.samples import KIND, NOON

PLACE = Point(117.0902, 36.6512)
BLOCK = shapely.box(117.09, 36.651, 117.0912, 36.6514)
MINUTE = timedelta(minutes=1)
RECEIVED = NOON + 20 * MINUTE


def moved(place, east_m: float, north_m: float) -> Point:
    middle = place.representative_point()
    return from_plane(translate(to_plane(middle, middle.x), east_m, north_m), middle.x)


def arrival(spot: Spot | None = Spot(PLACE, 10.0), **changes: Any) -> Arrival:  # noqa: B008 - frozen
    return Arrival(**{"spot": spot, "device_at": RECEIVED, "sent_at": None, "received_at": RECEIVED, **changes})


def judged(made: Arrival | None = None, kind=KIND, place=PLACE):
    return judge_arrival(made or arrival(), place, kind, NOON)


@pytest.mark.parametrize(("east", "north"), [(1, 0), (-1, 0), (0, 1), (0, -1), (0.6, 0.8), (-0.8, 0.6)])
def test_the_geofence_is_as_wide_in_metres_whichever_way_one_goes(east, north):
    # A degree of longitude is a fifth shorter than one of latitude here: a fence in degrees would be an ellipse.
    inside, outside = KIND.geofence_m - 0.5, KIND.geofence_m + 0.5
    assert judged(arrival(Spot(moved(PLACE, east * inside, north * inside), 10.0))).verdict is Verdict.ACCEPTED
    refused = judged(arrival(Spot(moved(PLACE, east * outside, north * outside), 10.0)))
    assert (refused.verdict, refused.reasons) == (Verdict.REFUSED, (Reason.TOO_FAR,))
    assert refused.distance_m == pytest.approx(outside, abs=0.01)


def test_the_distance_counts_from_the_nearest_of_an_extent_and_is_nothing_inside_it():
    assert distance_m(Point(117.0911, 36.6513), BLOCK) == 0
    corner = Point(117.0912, 36.6514)
    beyond = from_plane(translate(to_plane(corner, 117.09), 30, 40), 117.09)
    assert distance_m(beyond, BLOCK) == pytest.approx(50, abs=0.05)


@pytest.mark.parametrize("point", [Point(-74.0, 40.7), Point(117.09, -36.65), Point(121.47, 31.23), Point(0.5, 0.5)])
def test_whoever_is_on_the_other_side_of_the_earth_is_far_and_no_error(point):
    assert judged(arrival(Spot(point, 10.0))).reasons == (Reason.TOO_FAR,)
    assert distance_m(point, PLACE) > 500_000


@given(st.floats(-3_000, 3_000), st.floats(-3_000, 3_000), st.floats(0, 5_000))
def test_nobody_arrives_from_elsewhere_however_coarse_the_position_is(east, north, accuracy):
    found = judged(arrival(Spot(moved(PLACE, east, north), accuracy)))
    if found.verdict is Verdict.ACCEPTED:
        assert found.distance_m is not None
        assert found.distance_m <= KIND.geofence_m + 0.01
        assert accuracy <= KIND.accuracy_limit_m


@pytest.mark.parametrize(
    ("accuracy", "verdict"),
    [(0.0, "accepted"), (100.0, "accepted"), (100.1, "waiting"), (3_000.0, "waiting"), (None, "waiting")],
)
def test_a_position_counts_up_to_the_limit_of_accuracy_and_waits_for_a_voucher_beyond(accuracy, verdict):
    found = judged(arrival(Spot(PLACE, accuracy)))
    assert found.verdict == verdict
    assert found.reasons == (() if verdict == "accepted" else (Reason.TOO_COARSE,))


def test_a_coarse_position_that_may_be_here_waits_and_one_that_cannot_is_refused():
    near, far = moved(PLACE, 600, 0), moved(PLACE, 900, 0)
    assert judged(arrival(Spot(near, 500.0))).reasons == (Reason.TOO_COARSE,)
    assert judged(arrival(Spot(far, 500.0))).verdict is Verdict.REFUSED


def test_without_a_position_one_waits_for_a_voucher_or_is_refused_as_the_kind_says():
    assert judged(arrival(None)).verdict is Verdict.WAITING
    strict = replace(KIND, vouching=Vouching.NONE)
    assert judged(arrival(None), strict).verdict is Verdict.REFUSED
    assert judged(arrival(Spot(PLACE, 500.0)), strict).verdict is Verdict.REFUSED


def test_a_kind_may_demand_a_voucher_for_everybody():
    demanding = replace(KIND, vouching=Vouching.REQUIRED)
    assert judged(kind=demanding).reasons == (Reason.NEEDS_VOUCH,)
    assert judged(kind=demanding).verdict is Verdict.WAITING
    assert judged(arrival(Spot(moved(PLACE, 4_000, 0), 10.0)), demanding).verdict is Verdict.REFUSED


def test_a_voucher_is_on_site_by_the_same_rules():
    assert judge_spot(Spot(PLACE, 10.0), PLACE, KIND).verdict is Verdict.ACCEPTED
    assert judge_spot(Spot(PLACE, 500.0), PLACE, KIND).verdict is Verdict.REFUSED
    assert judge_spot(Spot(moved(PLACE, 300, 0), 10.0), PLACE, KIND).verdict is Verdict.REFUSED


def at_device(minutes: float, **changes: Any) -> Arrival:
    return arrival(device_at=RECEIVED + minutes * MINUTE, **changes)


@pytest.mark.parametrize(
    ("minutes", "arrived", "flags"),
    [
        (0, 20, ()),
        (-1, 19, ()),
        (-5, 15, ()),
        (4.9, 20, ()),
        (-6, 14, (Flag.OFFLINE,)),
        (-20, 0, (Flag.OFFLINE,)),
    ],
)
def test_the_devices_time_counts_within_its_limits_and_never_lies_ahead_of_ours(minutes, arrived, flags):
    found = judged(at_device(minutes))
    assert (found.verdict, found.arrived_at, found.flags) == (Verdict.ACCEPTED, NOON + arrived * MINUTE, flags)


@pytest.mark.parametrize(
    ("device_at", "reason"),
    [
        (RECEIVED + 6 * MINUTE, Reason.CLOCK_AHEAD),
        (RECEIVED + timedelta(hours=9), Reason.CLOCK_AHEAD),
        (datetime(2099, 1, 1, tzinfo=UTC), Reason.CLOCK_AHEAD),
        (datetime(9999, 12, 31, tzinfo=UTC), Reason.CLOCK_AHEAD),
        (RECEIVED - timedelta(hours=12, minutes=1), Reason.TOO_LATE),
        (datetime(1970, 1, 1, tzinfo=UTC), Reason.TOO_LATE),
        (datetime(1, 1, 1, tzinfo=UTC), Reason.TOO_LATE),
        (NOON - 1 * MINUTE, Reason.BEFORE_WHISTLE),
    ],
)
def test_a_clock_that_cannot_be_right_is_refused(device_at, reason):
    found = judged(arrival(device_at=device_at))
    assert (found.verdict, found.arrived_at, found.reasons) == (Verdict.REFUSED, None, (reason,))


@pytest.mark.parametrize(
    "off", [timedelta(hours=-3), timedelta(hours=8), timedelta(days=-20_000), timedelta(days=9_000)]
)
def test_a_clock_that_is_wrong_but_ran_still_tells_how_long_ago_it_was(off):
    sent_at = RECEIVED + off
    found = judged(arrival(device_at=sent_at - 12 * MINUTE, sent_at=sent_at))
    assert (found.verdict, found.arrived_at) == (Verdict.ACCEPTED, NOON + 8 * MINUTE)
    assert found.flags == (Flag.CLOCK_CORRECTED, Flag.OFFLINE)
    later = judged(arrival(device_at=sent_at + 30 * MINUTE, sent_at=sent_at))
    assert later.reasons == (Reason.CLOCK_AHEAD,)
    before = judged(arrival(device_at=sent_at - 40 * MINUTE, sent_at=sent_at))
    assert before.reasons == (Reason.BEFORE_WHISTLE,)
    too_late = judged(arrival(device_at=datetime(1, 1, 2, tzinfo=UTC), sent_at=sent_at))
    assert too_late.reasons == (Reason.TOO_LATE,)


def test_whoever_checks_in_right_after_the_whistle_by_a_clock_that_lags_a_little_is_not_before_it():
    received = NOON + MINUTE
    found = judge_arrival(arrival(device_at=NOON - 2 * MINUTE, received_at=received), PLACE, KIND, NOON)
    assert (found.verdict, found.arrived_at) == (Verdict.ACCEPTED, received)


def test_a_refusal_names_every_reason():
    found = judged(arrival(Spot(moved(PLACE, 4_000, 0), 10.0), device_at=datetime(1970, 1, 1, tzinfo=UTC)))
    assert found.reasons == (Reason.TOO_FAR, Reason.TOO_LATE)


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - given a zone
    st.none() | st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - too
)
def test_an_arrival_that_counts_lies_between_the_whistle_and_now(device_at, sent_at):
    found = judged(arrival(device_at=device_at, sent_at=sent_at))
    if found.arrived_at is None:
        assert found.verdict is Verdict.REFUSED
    else:
        assert NOON <= found.arrived_at <= RECEIVED
