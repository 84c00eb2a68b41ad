"""Facts are chained, duplicates suggested by nearness, numbers readable."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgov.ids import id_at, new_id
from gridgov.incidents import DuplicateRule, FactKind, Neighbour, chain, first_break, public_number, suggest

NOON = datetime(2026, 6, 15, 4, tzinfo=UTC)
payloads = st.dictionaries(st.text(max_size=8), st.one_of(st.integers(), st.text(max_size=8)), max_size=3)
stories = st.lists(st.tuples(st.sampled_from(list(FactKind)), payloads), min_size=1, max_size=6)


@given(stories)
def test_every_chain_as_made_holds(story):
    assert first_break(chain(new_id(), story, at=NOON, author="a")) is None


@given(stories, st.data())
def test_every_altered_fact_breaks_its_chain_there(story, data):
    facts = chain(new_id(), story, at=NOON, author="a")
    place = data.draw(st.integers(0, len(facts) - 1))
    altered = data.draw(
        st.sampled_from(
            [
                replace(facts[place], author="somebody else"),
                replace(facts[place], at=NOON + timedelta(seconds=1)),
                replace(facts[place], payload={"altered": True, "place": place}),
                replace(facts[place], incident_id=new_id()),
            ]
        )
    )
    assert first_break([*facts[:place], altered, *facts[place + 1 :]]) == place + 1


@given(stories.filter(lambda s: len(s) > 1), st.data())
def test_every_removed_fact_but_the_last_breaks_its_chain_there(story, data):
    facts = chain(new_id(), story, at=NOON, author="a")
    place = data.draw(st.integers(0, len(facts) - 2))
    assert first_break(facts[:place] + facts[place + 1 :]) == place + 1


def test_a_chain_goes_on_after_its_last_fact():
    incident = new_id()
    first = chain(incident, [(FactKind.REPORTED, {})], at=NOON, author="a")
    more = chain(incident, [(FactKind.LOCATED, {})], at=NOON, author="b", after=first[-1])
    assert first_break(first + more) is None


def test_a_fact_with_a_number_that_json_does_not_know_is_refused():
    with pytest.raises(ValueError, match="not JSON compliant"):
        chain(new_id(), [(FactKind.REPORTED, {"x": float("nan")})], at=NOON, author="a")


def neighbour(**changes: object) -> Neighbour:
    plain = Neighbour("370102", new_id(), "n", NOON, "楼下施工到半夜，没法休息", 10.0)
    return replace(plain, **changes)


def test_the_same_words_nearby_a_moment_ago_are_suggested():
    (found,) = suggest("楼下施工到半夜，没法休息", NOON, [neighbour()])
    assert found.score > 0.9


@pytest.mark.parametrize(
    "far",
    [
        neighbour(distance_m=500.0),
        neighbour(reported_at=NOON - timedelta(days=30)),
        neighbour(distance_m=100.0, text="路灯不亮", reported_at=NOON - timedelta(days=6)),
    ],
)
def test_what_is_far_in_place_time_or_words_is_not_suggested(far):
    assert suggest("楼下施工到半夜，没法休息", NOON, [far]) == []


@given(st.lists(st.floats(0, 119), min_size=1, max_size=20))
def test_suggestions_come_best_first_and_few(distances):
    found = suggest("楼下施工", NOON, [neighbour(distance_m=d, text="楼下施工") for d in distances])
    assert [s.score for s in found] == sorted((s.score for s in found), reverse=True)
    assert len(found) <= DuplicateRule().at_most


def test_the_weights_of_nearness_add_to_one():
    rule = DuplicateRule()
    assert rule.weight_place + rule.weight_time + rule.weight_words == pytest.approx(1)


def test_a_number_tells_district_and_day_in_shanghai():
    late = datetime(2026, 6, 14, 20, tzinfo=UTC)  # the 15th in Shanghai
    number = public_number("370102", id_at(late, 5))
    assert number.startswith("370102-260615-")
    assert not set(number.rsplit("-", maxsplit=1)[1]) & set("ILOU")


@given(st.integers(0, 2**40 - 1), st.integers(0, 2**40 - 1))
def test_other_random_bits_make_another_number(a, b):
    numbers = {public_number("370102", id_at(NOON, bits)) for bits in (a, b)}
    assert (len(numbers) == 1) == (a == b)
