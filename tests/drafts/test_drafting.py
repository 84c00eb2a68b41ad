"""A draft's way from a plan to the grid in force."""

from datetime import timedelta

from gridgov.drafts import State
from tests.drafts.conftest import code
from tests.support import NOON


def test_a_plan_becomes_the_grid_in_force_by_the_hands_of_two(town, merged):
    before = town.grid()
    made = town.drafting.create(town.planner, merged, title="并网格")
    assert (made.state, made.revision, made.faults) == (State.DRAFT, 1, [])
    done = town.pushed(made.id)
    assert (done.state, done.published_version) == (State.PUBLISHED, 2)
    after = town.grid()
    assert set(before.index) - set(after.index) == {code(1, 1, 2)}
    kept = after.index[after["id"] == before["id"].reindex(after.index)]
    assert set(after.index) - set(kept) == {code(1, 1, 1)}
    assert len(town.grid(NOON - timedelta(microseconds=1))) == 16
