"""What is due: each step once, in order, whatever restarts."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gridgov.errors import RuleError
from gridgov.whistles import (
    LADDERS,
    Due,
    Party,
    Rung,
    Stage,
    SummonsStage,
    acts,
    due_steps,
    escalated,
    next_due,
    require_silent,
)
from tests.whistles.samples import KIND, NOON, ONE, TWO, A, B, blown, whistle

MINUTES = st.integers(0, 30_000).map(lambda m: timedelta(minutes=m))


def fired(live, now):
    for step in due_steps(live, now):
        live = escalated(live, step)
    return live


@st.composite
def living(draw):
    """Draw a whistle somewhere in its life."""
    live = draw(st.sampled_from([whistle(), whistle(Stage.DRAFTED, ONE), blown(), blown(ONE)]))
    if live.blown_at:
        for code in draw(st.sets(st.sampled_from([A, B]))):
            live = acts.arrive(live, code, at=NOON + draw(MINUTES))
            if draw(st.booleans()):
                live = acts.file_measure(live, code, at=NOON)
    return live


@given(living(), MINUTES)
def test_asked_twice_at_the_same_moment_nothing_is_due_again(live, passed):
    now = NOON + passed
    assert due_steps(fired(live, now), now) == ()


@given(living(), st.lists(MINUTES, max_size=8))
def test_every_step_fires_exactly_once_however_often_and_however_late_it_is_looked(live, moments):
    at_once = due_steps(live, NOON + timedelta(days=60))
    seen, now = [], live
    for moment in sorted([*moments, timedelta(days=60)]):
        due = due_steps(now, NOON + moment)
        seen += due
        for step in due:
            now = escalated(now, step)
    assert sorted(seen, key=str) == sorted(at_once, key=str)
    assert len({(s.due, s.target, s.rung.step) for s in seen}) == len(seen)


@given(living())
def test_steps_come_in_order_of_time_and_each_ladder_in_order_of_steps(live):
    steps = due_steps(live, NOON + timedelta(days=60))
    assert all(a.at <= b.at for a, b in pairwise(steps))
    for due, target in {(s.due, s.target) for s in steps}:
        numbers = [s.rung.step for s in steps if (s.due, s.target) == (due, target)]
        assert numbers == sorted(numbers)


@given(living(), MINUTES)
def test_nothing_is_due_before_the_next_due_moment_and_something_is_at_it(live, passed):
    live = fired(live, NOON + passed)
    moment = next_due(live)
    if moment is None:
        assert due_steps(live, NOON + timedelta(days=3_000)) == ()
    else:
        assert due_steps(live, moment - timedelta(microseconds=1)) == ()
        assert due_steps(live, moment)


def test_whoever_does_not_come_is_escalated_at_thirty_and_again_at_sixty_minutes():
    live = acts.arrive(blown(), B, at=NOON + timedelta(minutes=29))
    found = [(s.at - NOON, s.target, s.rung.step) for s in due_steps(live, NOON + timedelta(hours=2))]
    assert found == [(timedelta(minutes=30), A, 1), (timedelta(minutes=60), A, 2)]


def test_whoever_was_excused_by_all_sides_is_late_no_more():
    live = blown(ONE)
    live = acts.excuse(live, A, ONE, at=NOON)
    assert live.call(A).stage is SummonsStage.EXCUSED
    assert [s.target for s in due_steps(live, NOON + timedelta(minutes=30))] == [B]


def test_a_side_that_does_not_confirm_escalates_to_the_common_parent():
    half = acts.confirm(whistle(), ONE, by="one", at=NOON)
    (step,) = due_steps(half, NOON + timedelta(minutes=60))
    assert (step.due, step.target, step.rung.level) == (Due.CONFIRM, TWO, "parent")


def refusal(live, due, now, ladders=LADDERS):
    """Return why the area above may not act in the second side's stead, or None where it may."""
    try:
        require_silent(live, TWO, due, now=now, ladders=ladders)
    except RuleError as error:
        return error.message
    return None


def test_the_area_above_acts_in_a_sides_stead_once_it_was_told_itself_and_hears_when_until_then():
    live, due_at = blown(), NOON + KIND.close_within
    assert "until 2026-06-22T12:00:00+08:00" in refusal(live, Due.CLOSE, NOON)
    told_the_side = fired(live, due_at)
    assert "from 2026-06-23T12:00:00+08:00 on" in refusal(told_the_side, Due.CLOSE, due_at)
    a_day_later = due_at + timedelta(days=1)
    assert "try again in a minute" in refusal(told_the_side, Due.CLOSE, a_day_later)
    assert refusal(fired(told_the_side, a_day_later), Due.CLOSE, a_day_later) is None


def test_when_the_area_above_may_act_is_a_matter_of_the_ladder():
    live, due_at = fired(blown(), NOON + KIND.close_within), NOON + KIND.close_within
    at_once = {Due.CLOSE: (Rung(1, timedelta(0), "parent", "command_centre"),)}
    never_told = {Due.CLOSE: (Rung(1, timedelta(0), "district", "command_centre"),)}
    later = {Due.CLOSE: (*never_told[Due.CLOSE], Rung(2, timedelta(days=9), "parent", "command_centre"))}
    allowed = [refusal(live, Due.CLOSE, due_at, ladders) is None for ladders in (at_once, never_told, {}, later)]
    assert allowed == [True, True, True, False]


def test_a_side_is_confirmed_for_by_the_area_above_from_its_deadline_on():
    drafted, due_at = whistle(), NOON + KIND.confirm_within
    assert "to confirm for itself" in refusal(drafted, Due.CONFIRM, NOON)
    assert "try again in a minute" in refusal(drafted, Due.CONFIRM, due_at)
    assert refusal(fired(drafted, due_at), Due.CONFIRM, due_at) is None


def test_a_closed_or_withdrawn_whistle_is_never_due():
    assert next_due(acts.withdraw(blown(ONE), ONE, at=NOON)) is None
    assert next_due(acts.withdraw(whistle(), None, at=NOON, party=Party.PARENT)) is None
