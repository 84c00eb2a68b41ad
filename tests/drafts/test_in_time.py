"""Versions in time: now, later, undone; every moment answers by its own grid."""

from collections import Counter
from datetime import datetime, timedelta

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from shapely import Point
from sqlalchemy import select

from gridgov.drafts import State
from gridgov.errors import InputError, RuleError, StaleError
from gridgov.ids import new_id
from gridgov.locate import CellLocator
from gridgov.services.loading import load_grid
from gridgov.services.registers import DutyBook, NewDuty
from gridgov.services.sweeping import SWEEPS, Sweeping
from gridgov.store.tables import change, grid_version
from tests.drafts.conftest import DISTRICT, LOADED, SOUTH, STEP, WEST, code, plan, squares
from tests.support import NOON, somebody

WEEK = timedelta(days=7)
INSTANT = timedelta(microseconds=1)
PAIRS = [(code(s, c, a), code(s, c, b)) for s in (1, 2) for c in (1, 2) for a, b in ((1, 2), (3, 4), (1, 3), (2, 4))]


def told(town) -> int:
    with town.store.transaction() as unit:
        query = select(change.c.id).where(change.c.district_code == DISTRICT, change.c.kind == "grid.published")
        return len(unit.connection.execute(query).all())


def test_a_grid_published_for_later_is_asked_for_by_its_moment_and_holds_from_then_on(town, merged):
    then = town.clock() + WEEK
    done = town.published(merged, at=then)
    assert (done.state, done.publish_at) == (State.PUBLISHED, then)
    for moment, cells in ((town.clock(), 16), (then - INSTANT, 16), (then, 15), (then + WEEK, 15)):
        assert len(town.grid(moment)) == cells


def test_screens_are_told_again_when_the_moment_comes(town, merged):
    town.published(merged, at=town.clock() + WEEK)
    sweeping = Sweeping(town.store, clock=town.clock, sweeps={"grids": SWEEPS["grids"]})
    before = told(town)
    town.clock.move(WEEK - INSTANT)
    sweeping.run()
    assert told(town) == before
    town.clock.move(INSTANT)
    assert sweeping.run().rows["grids"] == 1
    assert told(town) == before + 1
    sweeping.run()
    assert told(town) == before + 1


def test_what_is_published_at_once_is_told_once(town, merged):
    before = told(town)
    town.published(merged)
    Sweeping(town.store, clock=town.clock, sweeps={"grids": SWEEPS["grids"]}).run()
    assert told(town) == before + 1


@pytest.mark.parametrize("away", [-INSTANT, timedelta(days=367)], ids=["past", "too far"])
def test_a_moment_in_the_past_or_too_far_away_is_refused(town, merged, away):
    made = town.drafting.create(town.planner, merged, title="并网格")
    town.drafting.propose(town.planner, made.id)
    with pytest.raises(InputError) as refused:
        town.drafting.approve(town.centre, made.id, at=town.clock() + away)
    assert refused.value.field == "at"


def test_a_moment_without_its_offset_is_refused(town, merged):
    made = town.drafting.create(town.planner, merged, title="并网格")
    town.drafting.propose(town.planner, made.id)
    with pytest.raises(InputError, match="offset"):
        town.drafting.approve(town.centre, made.id, at=datetime(2026, 7, 1))  # noqa: DTZ001 - what is refused


def test_an_approved_moment_that_has_passed_wants_another_approval(town, merged):
    made = town.drafting.create(town.planner, merged, title="并网格")
    town.drafting.propose(town.planner, made.id)
    town.drafting.approve(town.centre, made.id, at=town.clock() + WEEK)
    town.clock.move(WEEK + INSTANT)
    with pytest.raises(InputError, match="past"):
        town.drafting.publish(town.planner, made.id)
    town.drafting.send_back(town.centre, made.id)
    assert town.pushed(made.id, at=town.clock() + WEEK).state == State.PUBLISHED


def test_versions_follow_each_other_also_where_the_clock_was_set_back(town, merged):
    town.published(merged)
    town.clock.move(-timedelta(hours=1))
    with pytest.raises(RuleError, match="begins at"):
        town.published(plan(town.store, (code(1, 2, 1), code(1, 2, 2)), at=NOON))


@pytest.mark.parametrize("later", [None, WEEK], ids=["at once", "later"])
def test_a_clock_that_was_set_back_after_the_approval_moves_no_moment_and_loses_no_step(town, merged, later):
    made = town.drafting.create(town.planner, merged, title="并网格")
    town.drafting.propose(town.planner, made.id)
    then = town.clock() + later if later else None
    town.drafting.approve(town.centre, made.id, at=then)
    town.clock.move(-timedelta(hours=1))
    done = town.drafting.publish(town.planner, made.id)
    assert done.publish_at == (then or town.clock())
    assert [len(town.grid(done.publish_at + off)) for off in (-INSTANT, timedelta(0))] == [16, 15]
    assert [one["revision"] for one in town.drafting.steps(town.planner, made.id)] == [1, 2, 3, 4]


def test_nothing_is_published_or_loaded_before_what_is_to_come(town, merged):
    town.published(merged, at=town.clock() + WEEK)
    # What was drawn on today's grid names a cell that the grid to come has no more.
    with pytest.raises(InputError, match="is no cell of this grid"):
        town.published(plan(town.store, (code(2, 1, 1), code(2, 1, 2))))
    follows = plan(town.store, (code(2, 1, 1), code(2, 1, 2)), at=town.clock() + WEEK)
    with pytest.raises(RuleError, match="begins at"):
        town.published(follows)
    with pytest.raises(RuleError, match="is published for"), town.store.owning() as unit:
        load_grid(unit, {"cells": squares()}, now=town.clock(), source="test")
    # Drawn on the grid that is to come, and published after it, it holds.
    town.published(follows, at=town.clock() + 2 * WEEK)
    assert [len(town.grid(town.clock() + n * WEEK)) for n in (0, 1, 2)] == [16, 15, 14]


def test_two_drafts_of_other_cells_are_published_one_after_the_other(town, merged):
    one = town.drafting.create(town.planner, merged, title="甲")
    two = town.drafting.create(town.planner, plan(town.store, (code(2, 1, 1), code(2, 1, 2))), title="乙")
    town.pushed(one.id)
    town.clock.move(WEEK)
    town.pushed(two.id)
    gone = {code(1, 1, 2), code(2, 1, 2)}
    assert gone.isdisjoint(town.grid().index)
    assert len(town.grid()) == 14


def test_of_two_drafts_of_the_same_cells_the_second_is_refused_with_the_cells_named(town, merged):
    one = town.drafting.create(town.planner, merged, title="甲")
    two = town.drafting.create(town.other, plan(town.store, (code(1, 1, 1), code(1, 1, 3))), title="乙")
    town.pushed(one.id)
    town.clock.move(WEEK)
    for act in (town.drafting.propose, town.drafting.rebase, town.drafting.preview):
        with pytest.raises(StaleError) as refused:
            act(town.other, two.id)
        assert refused.value.details == [{"cell": code(1, 1, 1)}]
    # Drawn anew on the grid as it is, the same draft goes on.
    anew = plan(town.store, (code(1, 1, 3), code(1, 1, 4)), at=town.clock())
    town.drafting.load_back(town.other, two.id, anew, onto_newest=True)
    assert town.drafting.propose(town.other, two.id).base_version == 2


def test_rebasing_carries_a_draft_onto_the_newest_grid(town, merged):
    two = town.drafting.create(town.other, plan(town.store, (code(2, 1, 1), code(2, 1, 2))), title="乙")
    town.published(merged)
    town.clock.move(WEEK)
    moved = town.drafting.rebase(town.other, two.id)
    assert (moved.base_version, moved.faults) == (2, [])
    assert len(town.drafting.cells(town.other, two.id)) == 14


def test_undoing_is_a_new_version_with_the_old_cells(town, merged):
    before = town.grid()
    town.published(merged)
    town.clock.move(WEEK)
    back = town.drafting.undo(town.planner, to=NOON - INSTANT)
    assert back.faults == []
    done = town.pushed(back.id)
    assert done.published_version == 3
    after = town.grid()
    assert list(after.index) == list(before.index)
    assert all(after.geometry[c].normalize().equals(before.geometry[c].normalize()) for c in after.index)
    changed = set(after.index[after["id"] != before["id"]])
    assert changed == {code(1, 1, 1), code(1, 1, 2)}
    assert len(town.grid(town.clock() - INSTANT)) == 15


def test_there_is_nothing_to_undo_while_the_grid_of_then_is_the_newest(town):
    with pytest.raises(InputError, match="nothing to undo"):
        town.drafting.undo(town.planner, to=town.clock())


def test_a_draft_that_changes_nothing_is_not_proposed(town):
    same = town.drafting.create(town.planner, plan(town.store), title="不变")
    with pytest.raises(InputError, match="changes nothing"):
        town.drafting.propose(town.planner, same.id)


def test_a_duty_on_a_cell_that_is_to_close_must_end_with_it(town, merged):
    then = town.clock() + WEEK
    town.give("王", code(2, 1, 1))
    town.published(merged, at=then)
    book, keeper = DutyBook(town.store, clock=town.clock), somebody(town.store, "administrator", DISTRICT)
    wanted = {"person_id": town.people["王"], "role": "volunteer", "target_code": code(1, 1, 1)}
    with pytest.raises(InputError, match="closes the cell"):
        book.begin(keeper, NewDuty(new_id(), **wanted, since=town.clock()))
    book.begin(keeper, NewDuty(new_id(), **wanted, since=town.clock(), until=then))
    book.begin(keeper, NewDuty(new_id(), **wanted, since=then))
    assert town.answers(code(1, 1, 1)) == town.answers(code(1, 1, 1), then) == ["王"]


def test_after_any_sequence_every_point_at_every_moment_has_exactly_one_cell(town):
    came = Counter()

    # Not shrunk: an example takes seconds, and the first that fails says enough.
    @settings(
        max_examples=8,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(data=st.data())
    def run(data):
        town.clock.moment = NOON
        with town.store._connection.begin_nested() as tried:
            done, begun = _acted(town, data)
            came.update(done.keys(), examples=1)
            for moment in _moments(data, begun):
                _require_one_cell(town.grid(moment), data.draw(_POINTS))
            tried.rollback()

    run()
    # A property that nothing was published for says nothing.
    assert came["_publishes"] >= came["examples"] / 2, came
    assert came["_calls_off"], came
    assert came["_undoes"], came


def _acted(town, data) -> tuple[Counter[str], set[datetime]]:
    """Do some acts, and return how often each was done and every moment that a version began or was to begin."""
    done, begun = Counter(), set()
    for act in data.draw(st.lists(st.sampled_from(_ACTS), min_size=3, max_size=6), label="acts"):
        try:
            act(town, data)
        except (InputError, RuleError, StaleError) as error:
            note(f"{act.__name__}: {error}")
        else:
            done[act.__name__] += 1
        begun |= _begun(town)
        town.clock.move(data.draw(st.sampled_from([timedelta(0), timedelta(hours=1), WEEK])))
    return done, begun


_POINTS = st.lists(st.tuples(st.floats(0.01, 3.99), st.floats(0.01, 3.99)), min_size=1, max_size=3)
_CORNERS = [(0.5, 0.5), (1.0, 1.0), (1.5, 2.0), (2.0, 0.3), (3.7, 3.2)]


def _begun(town) -> set[datetime]:
    with town.store.owning() as unit:
        return set(unit.connection.execute(select(grid_version.c.valid_from)).scalars())


def _moments(data, begun) -> set[datetime]:
    """Return moments to ask for: some of all times, and of each version the last before it, its first and the next."""
    edges = {moment + off for moment in begun if moment > LOADED for off in (-INSTANT, timedelta(0), INSTANT)}
    days = data.draw(st.lists(st.integers(-30, 60), min_size=2, max_size=3))
    return {LOADED, *edges, *(NOON + timedelta(days=day) for day in days)}


def _require_one_cell(grid, points) -> None:
    places = np.array([*_CORNERS, *points]) * STEP + (WEST, SOUTH)
    located = CellLocator.from_frame(grid.reset_index()[["code", "geometry"]]).locate(places[:, 0], places[:, 1])
    for place, found in zip(places, located, strict=True):
        point = Point(place)
        holders, inside = grid[grid.intersects(point)], grid[grid.contains(point)]
        # Of cells that share the point on their border the lowest code has it: one, whatever their number.
        assert found == min(holders.index)
        assert len(inside) == (1 if len(holders) == 1 else 0)
    assert len(grid.index) == len(set(grid.index))
    assert shapely.area(grid.geometry.to_numpy()).sum() == pytest.approx(16 * STEP**2, rel=1e-9)


def _draws(town, data) -> None:
    """Draft what there will be with two cells merged: beside others that wait, drawn on the same grid."""
    newest = town.clock() + timedelta(days=90)
    there = set(town.grid(newest).index)
    pairs = [pair for pair in PAIRS if there.issuperset(pair)]
    cells = plan(town.store, *([data.draw(st.sampled_from(pairs))] if pairs else []), at=newest)
    town.drafting.create(data.draw(st.sampled_from([town.planner, town.other])), cells, title="一步")


def _undoes(town, data) -> None:
    moment = data.draw(st.sampled_from([LOADED, NOON, town.clock()]))
    town.drafting.undo(town.planner, to=moment)


def _publishes(town, data) -> None:
    """Publish one of those that wait, now or later; where none does, draw one first."""
    if not town.drafting.list(town.planner, state=State.DRAFT):
        _draws(town, data)
    later = data.draw(st.sampled_from([None, timedelta(days=3), timedelta(days=20)]))
    draft_id = data.draw(st.sampled_from([row.id for row in town.drafting.list(town.planner, state=State.DRAFT)]))
    town.pushed(draft_id, at=town.clock() + later if later else None)


def _calls_off(town, data) -> None:
    """Call the newest publication off, and where none is to come, one that is in force: that is refused."""
    published = town.drafting.list(town.planner, state=State.PUBLISHED)
    if not published:
        _publishes(town, data)
        published = town.drafting.list(town.planner, state=State.PUBLISHED)
    town.drafting.call_off(town.planner, max(published, key=lambda row: row.published_version).id)


_ACTS = [_draws, _undoes, _publishes, _publishes, _calls_off]
