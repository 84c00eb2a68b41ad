"""What a phone's clock is worth, whatever it tells."""

from datetime import UTC, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from gridgov.errors import InputError
from gridgov.lateness import SKEW, Device, believed, said_of
from tests.support import NOON

LONGEST = timedelta(days=31)
anytime = st.datetimes(timezones=st.just(UTC))
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@given(at=anytime, sent_at=st.none() | anytime)
@example(at=FIRST, sent_at=LAST)
@example(at=LAST, sent_at=FIRST)
@example(at=LAST, sent_at=None)
@example(at=FIRST, sent_at=NOON + timedelta(seconds=1))
def test_whatever_two_clocks_tell_there_is_an_answer_that_lies_in_time(at, sent_at):
    device = Device(at, sent_at)
    said = said_of(device, received_at=NOON)
    try:
        found = believed(device, received_at=NOON, longest=LONGEST, field="at")
    except InputError:
        return
    assert NOON - LONGEST <= found <= NOON
    assert said["sent_late"] is (NOON - found > SKEW)


@given(wrong_by=st.timedeltas(timedelta(days=-3000), timedelta(days=3000)), ago=st.timedeltas(timedelta(0), LONGEST))
def test_a_wrong_clock_still_tells_how_long_ago(wrong_by, ago):
    device = Device(NOON - ago + wrong_by, NOON + wrong_by)
    found = believed(device, received_at=NOON, longest=LONGEST, field="at")
    assert abs(found - (NOON - ago)) <= SKEW


def test_a_right_clock_is_believed_to_the_moment():
    at = NOON - timedelta(hours=3)
    assert believed(Device(at, NOON), received_at=NOON, longest=LONGEST, field="at") == at
