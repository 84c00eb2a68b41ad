"""What is due: each step once, in order, whatever restarts."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gridgov.whistles import Due, Party, Stage, SummonsStage, acts, due_steps, escalated, next_due
from tests.whistles.samples import NOON, ONE, TWO, A, B, blown, whistle

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


def test_a_closed_or_withdrawn_whistle_is_never_due():
    assert next_due(acts.withdraw(blown(ONE), ONE, at=NOON)) is None
    assert next_due(acts.withdraw(whistle(), None, at=NOON, party=Party.PARENT)) is None
