"""When and how people want to hear, and how long to wait before trying again: rules without any channel."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgov.clock import SHANGHAI
from gridgov.errors import InputError
from gridgov.messages import GIVE_UP_AFTER, LEASE, Preferences, Severity, wait_after
from tests.support import NOON

INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - st adds it
TIMES = st.times().map(lambda found: found.replace(microsecond=0))
NIGHT = datetime(2026, 6, 15, 15, 30, tzinfo=UTC)


@given(INSTANTS, TIMES, TIMES)
def test_quiet_hours_end_after_now_and_within_a_day_and_not_in_themselves(now, start, end):
    wishes = Preferences(quiet_from=start, quiet_until=end)
    until = wishes.quiet_end(now)
    if until is not None:
        assert now < until <= now + timedelta(days=1)
        assert until.astimezone(SHANGHAI).time() == end
        assert wishes.quiet_end(until) is None


@given(INSTANTS, TIMES)
def test_equal_times_are_never_quiet(now, clock):
    assert Preferences(quiet_from=clock, quiet_until=clock).quiet_end(now) is None


@pytest.mark.parametrize(
    ("local", "quiet"),
    [("21:59", False), ("22:00", True), ("23:59", True), ("00:00", True), ("06:59", True), ("07:00", False)],
)
def test_the_night_is_quiet_over_midnight_in_shanghai(local, quiet):
    now = datetime.combine(NOON.date(), time.fromisoformat(local), SHANGHAI).astimezone(UTC)
    assert (Preferences().quiet_end(now) is not None) == quiet


@given(INSTANTS, st.integers(0, 23))
def test_a_digest_comes_at_its_hour_within_a_day(now, hour):
    due = Preferences(digest_hour=hour).next_digest(now)
    assert now < due <= now + timedelta(days=1)
    assert due.astimezone(SHANGHAI).time() == time(hour)


def planned(wishes: Preferences, severity: Severity, now: datetime = NOON, kind: str = "case.dispatched"):
    reached = {"email", "wecom"}
    return wishes.plan(kind, severity, now=now, channels=reached, digesting={"email"})


def test_what_is_urgent_breaks_through_the_night_and_waits_for_no_digest():
    (plan,) = planned(Preferences(digest_hour=9), Severity.URGENT, NIGHT)
    assert (plan.channel, plan.at, plan.digest) == ("email", NIGHT, False)


def test_what_is_not_urgent_waits_for_the_morning():
    (plan,) = planned(Preferences(), Severity.NORMAL, NIGHT)
    assert plan.at.astimezone(SHANGHAI) == datetime(2026, 6, 16, 7, 0, tzinfo=SHANGHAI)


def test_with_a_digest_everything_that_is_not_urgent_comes_together():
    wishes = Preferences(digest_hour=18, channels=frozenset({"email", "wecom"}))
    plans = planned(wishes, Severity.NORMAL)
    assert {(p.channel, p.digest) for p in plans} == {("email", True), ("wecom", False)}
    assert [(p.channel, p.digest) for p in planned(wishes, Severity.LOW)] == [("email", True)]


def test_what_is_only_good_to_know_is_sent_nowhere_by_itself():
    assert planned(Preferences(), Severity.LOW) == []


@pytest.mark.parametrize("muted", ["case.dispatched", "case.*"])
def test_a_kind_that_is_unsubscribed_is_sent_nowhere(muted):
    assert planned(Preferences(muted=frozenset({muted})), Severity.URGENT) == []
    assert planned(Preferences(muted=frozenset({muted})), Severity.URGENT, kind="whistle.summoned")


def test_a_channel_that_is_not_there_is_not_planned_for():
    assert planned(Preferences(channels=frozenset({"sms"})), Severity.URGENT) == []


@pytest.mark.parametrize("wrong", [{"digest_hour": 24}, {"digest_hour": -1}, {"quiet_from": time(22, tzinfo=UTC)}])
def test_hours_that_are_none_are_refused(wrong):
    with pytest.raises(InputError):
        Preferences(**wrong)


@given(st.integers(1, 100), st.floats(0, 1, exclude_max=True))
def test_waits_grow_and_end(attempts, chance):
    wait = wait_after(attempts, chance)
    assert (wait is None) == (attempts >= GIVE_UP_AFTER)
    if wait is not None:
        assert timedelta(seconds=30) <= wait <= timedelta(hours=15)
        later = wait_after(attempts + 1, 0.0)
        assert later is None or later >= wait_after(attempts, 0.0)
    assert timedelta(minutes=1) < LEASE
