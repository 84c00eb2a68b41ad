import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from layers.classes import intervals

counts = st.lists(st.integers(0, 60) | st.floats(0, 1e4) | st.just(float("nan")), max_size=200)


def test_nothing_at_all_makes_no_class():
    assert intervals([]) == []
    assert intervals([0, 0, float("nan")]) == []


def test_counts_of_a_quiet_day_make_as_many_classes_as_there_are_counts():
    assert [one.label(0) for one in intervals([0] * 50 + [1] * 30 + [2] * 9 + [4])] == ["1", "2", "4"]


def test_a_class_is_written_by_its_least_and_its_greatest_value():
    labels = [one.label(1) for one in intervals(np.arange(1, 11))]
    assert labels == ["1.0–2.0", "3.0–4.0", "5.0–6.0", "7.0–8.0", "9.0–10.0"]


@given(counts, st.integers(1, 5))
def test_every_positive_value_is_in_exactly_one_class(values, count):
    found = intervals(values, count)
    assert len(found) <= count
    for value in values:
        home = [one for one in found if one.above < value <= one.up_to]
        assert len(home) == (1 if value > 0 else 0)
        assert all(one.least <= value for one in home)


@given(counts, st.integers(1, 5))
def test_every_class_begins_and_ends_with_a_value_that_occurs(values, count):
    assert all({one.least, one.up_to} <= set(values) for one in intervals(values, count))
