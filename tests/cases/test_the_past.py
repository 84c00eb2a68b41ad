"""A case as it stood at a moment of its past: told from its facts, and nothing that came later."""

from datetime import timedelta

import pytest

from gridgov.errors import NotFoundError
from gridgov.incidents import Stage
from gridgov.incidents.asked import Merge, Reclassify, Relocate, Unmerge
from gridgov.incidents.replay import BY_RULES
from gridgov.services.looking import Desk
from tests.cases.people import OTHER_MATTER, another, never_close
from tests.support import at

MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk(store, clock) -> Desk:
    return Desk(store, clock=clock)


def working(hop: dict) -> dict:
    return {name: value for name, value in hop.items() if "working" not in name}


def answered(desk: Desk, life) -> dict:
    """Return what is answered now, without what is not told of the past."""
    found = desk.incident(None, life.receipt.id)
    return {**found, "hops": [working(hop) for hop in found["hops"]]}


def test_before_it_was_taken_in_there_was_no_case(life, desk, clock):
    clock.move(MINUTE)
    with pytest.raises(NotFoundError) as caught:
        desk.incident(None, life.receipt.id, as_of=clock() - 2 * MINUTE)
    assert caught.value.field == "as_of"


def test_a_moment_to_come_is_answered_by_what_is_known_now(life, desk, clock):
    life.to(Stage.HANDLING)
    assert desk.incident(None, life.receipt.id, as_of=clock() + timedelta(days=900)) == answered(desk, life)


def test_a_case_stood_elsewhere_and_was_something_else_before_that_was_put_right(life, desk, clock):
    before, then = answered(desk, life), clock()
    clock.move(MINUTE)
    life.do("centre", Relocate(position=at(117.0925, 36.6515, accuracy_m=60), reason="位置有误"))
    life.do("centre", Reclassify(matter=OTHER_MATTER, reason="类别有误"))
    now = answered(desk, life)
    assert desk.incident(None, life.receipt.id, as_of=then) == before
    for name in ("geometry", "matter_code", "probabilities", "accuracy_m"):
        assert now[name] != before[name]


def test_only_the_place_where_a_case_is_has_its_share_in_it(life, desk):
    life.do("centre", Relocate(position=at(117.0925, 36.6515, accuracy_m=60), reason="位置有误"))
    found = answered(desk, life)
    assert sum(part["probability"] for part in found["probabilities"]) == pytest.approx(1)
    assert found["cell_code"] in {part["cell_code"] for part in found["probabilities"]}


def test_a_merger_that_was_undone_is_seen_while_it_lasted(life, desk, clock):
    other = another(life)
    answers = {clock(): answered(desk, life)}
    for asked in (Merge(into_id=other.id), Unmerge(reason="并非同一件")):
        clock.move(MINUTE)
        life.do("centre", asked)
        answers[clock()] = answered(desk, life)
    assert [one["merged_into_id"] for one in answers.values()] == [None, other.id, None]
    for moment, answer in answers.items():
        assert desk.incident(None, life.receipt.id, as_of=moment) == answer


def test_what_the_rules_of_time_said_is_left_out_once_they_were_changed(life, desk, clock):
    life.to(Stage.HANDLING)
    before, then = answered(desk, life), clock()
    clock.move(MINUTE)
    never_close(life, life.lead)
    told = desk.incident(None, life.receipt.id, as_of=then)
    assert set(before) - set(told) == set(BY_RULES)
    assert told == {name: value for name, value in before.items() if name in told}


def test_a_state_that_no_fact_witnesses_has_no_deadlines_to_tell(life, desk, clock):
    """As with what was reported before facts witnessed their rows."""
    with life.store.transaction() as unit:
        unit.connection.exec_driver_sql("UPDATE incident_fact SET payload = payload - 'rows'")
    told = desk.incident(None, life.receipt.id, as_of=clock())
    assert not set(BY_RULES) & set(told)
    assert told["stage"] == "reported"
