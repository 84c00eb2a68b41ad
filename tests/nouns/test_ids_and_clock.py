"""Identity carries time; time carries its offset."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgov.clock import SHANGHAI, instant
from gridgov.errors import InputError
from gridgov.ids import first_id_of, id_at, moment_of, new_id

moments = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
entropies = st.integers(0, 2**74 - 1)


@given(moments, entropies)
def test_an_id_made_at_a_moment_is_a_uuidv7_that_tells_it_to_the_millisecond(moment, entropy):
    made = id_at(moment, entropy)
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert timedelta(0) <= moment - moment_of(made) < timedelta(milliseconds=1)


@given(moments, moments, entropies, entropies)
def test_every_id_lies_on_the_right_side_of_a_bound(first, second, a, b):
    early, late = sorted([first, second])
    assert first_id_of(early).int <= id_at(early, a).int
    if late - early > timedelta(milliseconds=1):
        assert id_at(early, a).int < first_id_of(late).int <= id_at(late, b).int


@given(moments, entropies, entropies)
def test_other_entropy_makes_another_id(moment, a, b):
    assert (id_at(moment, a) == id_at(moment, b)) == (a == b)


def test_a_new_id_is_of_now():
    assert abs(moment_of(new_id()) - datetime.now(UTC)) < timedelta(minutes=1)


def test_an_id_of_another_version_is_refused():
    with pytest.raises(InputError, match="version 7"):
        moment_of(uuid4())


def test_a_time_without_an_offset_is_refused():
    with pytest.raises(InputError, match="offset"):
        instant(datetime(2026, 1, 1), field="at")  # noqa: DTZ001 - the very thing


def test_a_time_is_kept_as_utc():
    given_time = datetime(2026, 3, 5, 14, 30, tzinfo=timezone(timedelta(hours=8)))
    assert instant(given_time, field="at") == datetime(2026, 3, 5, 6, 30, tzinfo=UTC)


def test_shanghai_had_daylight_saving_in_1988():
    assert datetime(1988, 7, 1, tzinfo=SHANGHAI).utcoffset() == timedelta(hours=9)


def test_a_moment_before_all_ids_has_the_lowest_bound():
    assert first_id_of(datetime(1, 1, 2, tzinfo=UTC)).int == 0
