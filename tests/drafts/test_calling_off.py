"""A publication for later is called off until its moment, and leaves nothing behind but its trace."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from gridgov.drafts import State
from gridgov.errors import NotAllowedError, RuleError, StaleError
from gridgov.ids import new_id
from gridgov.services.registers import DutyBook, NewDuty
from gridgov.services.sweeping import SWEEPS, Sweeping
from gridgov.store.registers import DutiesAsked
from gridgov.store.tables import area_period, cell, cell_lineage, cell_measure, change, duty, grid_version
from tests.drafts.conftest import DISTRICT, code, plan
from tests.support import NOON, somebody

WEEK = timedelta(days=7)
INSTANT = timedelta(microseconds=1)
KEPT, GONE = code(1, 1, 1), code(1, 1, 2)


def everything(town) -> dict[str, list[tuple[object, ...]]]:
    """Return all that is ever in force, row by row."""
    with town.store.owning() as unit:
        queries = {
            table.name: select(*table.columns).where(table.c.district_code == DISTRICT)
            for table in (area_period, cell, cell_lineage, cell_measure, duty, grid_version)
        }
        for table in (cell, duty):
            queries[table.name] = queries[table.name].where(~func.isempty(table.c.valid))
        return {name: sorted(map(tuple, unit.connection.execute(q)), key=repr) for name, q in queries.items()}


@pytest.fixture
def staffed(town):
    """People before, across and after the moment, and one who has the same on both cells."""
    town.give("王", KEPT)
    town.give("李", GONE)
    town.give("赵", GONE, since=NOON + 2 * WEEK)
    town.give("孙", KEPT)
    town.give("孙", GONE, until=NOON + 3 * WEEK)
    town.give("孙", GONE, since=NOON + 3 * WEEK)
    town.give("周", code(2, 2, 1))
    return town


def test_what_is_called_off_leaves_the_grid_as_it_was_and_its_trace_in_the_record(staffed, merged):
    town = staffed
    merged.loc[merged["cell"] == code(2, 2, 4), "name"] = "改名"
    before = everything(town)
    done = town.published(merged, at=town.clock() + WEEK)
    assert everything(town) != before
    called_off = town.drafting.call_off(town.planner, done.id, note="街道反对")
    assert (called_off.state, called_off.published_version) == (State.APPROVED, None)
    assert (called_off.approved_by, called_off.publish_at) == ("centre", town.clock() + WEEK)
    assert everything(town) == before
    *_, published, last = town.drafting.steps(town.centre, done.id)
    assert (published["act"], last["act"], last["author"]) == ("publish", "call_off", "planner")
    assert (last["data"]["note"], last["data"]["version"]) == ("街道反对", 2)
    with town.store.owning() as unit:
        kinds = unit.connection.execute(select(change.c.kind).where(change.c.district_code == DISTRICT)).scalars()
        assert list(kinds)[-1] == "grid.called_off"


def test_what_was_called_off_is_published_again_or_for_another_moment(staffed, merged):
    town, then = staffed, NOON + WEEK
    done = town.published(merged, at=then)
    town.drafting.call_off(town.planner, done.id)
    # A number that was called off is not given again.
    assert town.drafting.publish(town.planner, done.id).published_version == 3
    town.drafting.call_off(town.planner, done.id)
    town.drafting.send_back(town.centre, done.id)
    town.pushed(done.id, at=then + WEEK)
    assert [len(town.grid(moment)) for moment in (then, then + WEEK - INSTANT, then + WEEK)] == [16, 16, 15]
    assert town.answers(KEPT, then + WEEK) == ["孙", "李", "王", "赵"]
    assert town.answers(GONE, then + WEEK - INSTANT) == ["孙", "李"]


def test_the_last_instant_before_its_moment_is_early_enough_and_the_moment_itself_is_not(town, merged):
    done = town.published(merged, at=town.clock() + WEEK)
    town.clock.move(WEEK)
    with pytest.raises(RuleError, match="in force since"):
        town.drafting.call_off(town.planner, done.id)
    town.clock.move(-INSTANT)
    assert town.drafting.call_off(town.planner, done.id).state == State.APPROVED


def test_what_is_in_force_at_once_is_undone_and_not_called_off(town, merged):
    done = town.published(merged)
    with pytest.raises(RuleError, match="undo"):
        town.drafting.call_off(town.planner, done.id)
    assert len(town.grid()) == 15


def test_of_two_that_follow_each_other_the_later_is_called_off_first(town, merged):
    one = town.published(merged, at=town.clock() + WEEK)
    follows = plan(town.store, (code(2, 1, 1), code(2, 1, 2)), at=town.clock() + WEEK)
    two = town.published(follows, at=town.clock() + 2 * WEEK)
    with pytest.raises(RuleError, match="call that one off first") as refused:
        town.drafting.call_off(town.planner, one.id)
    assert refused.value.details[0]["version"] == 3
    town.drafting.call_off(town.planner, two.id)
    town.drafting.call_off(town.planner, one.id)
    assert [len(town.grid(town.clock() + n * WEEK)) for n in (0, 1, 2)] == [16, 16, 16]


def test_what_was_drawn_on_a_version_that_was_called_off_is_drawn_anew(town, merged, tmp_path):
    then = town.clock() + WEEK
    done = town.published(merged, at=then)
    cells = plan(town.store, (code(2, 1, 1), code(2, 1, 2)), at=then)
    follows = town.drafting.create(town.other, cells, title="乙")
    town.drafting.call_off(town.planner, done.id)
    # Another grid takes its moment, and is not taken for the one that was drawn on.
    other = town.published(plan(town.store, (code(1, 2, 1), code(1, 2, 2))), at=then)
    for act in (town.drafting.propose, town.drafting.rebase, town.drafting.preview):
        with pytest.raises(StaleError, match="called off") as refused:
            act(town.other, follows.id)
        assert refused.value.details == [{"base_version": 2, "version": other.published_version}]
    assert town.drafting.export(town.other, follows.id, tmp_path / "draft.gpkg").exists()
    assert len(town.drafting.cells(town.other, follows.id)) == len(cells)
    drawn = plan(town.store, (code(2, 1, 1), code(2, 1, 2)), at=then)
    anew = town.drafting.load_back(town.other, follows.id, drawn, onto_newest=True)
    assert (anew.base_version, anew.faults) == (other.published_version, [])


def test_screens_are_not_told_of_a_grid_that_does_not_begin(town, merged):
    done = town.published(merged, at=town.clock() + WEEK)
    town.drafting.call_off(town.planner, done.id)
    town.clock.move(WEEK)
    assert Sweeping(town.store, clock=town.clock, sweeps={"grids": SWEEPS["grids"]}).run().rows["grids"] == 0


def test_what_people_did_with_duties_meanwhile_holds(staffed, merged):
    town, then = staffed, NOON + WEEK
    done = town.published(merged, at=then)
    book, keeper = DutyBook(town.store, clock=town.clock), somebody(town.store, "administrator", DISTRICT)

    def of(name: str) -> list[dict[str, object]]:
        return book.duties(keeper, DutiesAsked(person_id=town.people[name]))

    later, earlier = of("李")
    assert (earlier["until"], later["since"]) == (then, then)
    book.end(keeper, later["id"], then + 3 * WEEK)
    book.end(keeper, next(d["id"] for d in of("王") if d["until"] == then), then - timedelta(days=1))
    new = NewDuty(new_id(), person_id=town.people["周"], role="volunteer", target_code=KEPT, since=then)
    book.begin(keeper, new)
    town.drafting.call_off(town.planner, done.id)
    assert town.answers(GONE, then + 2 * WEEK) == ["孙", "李", "赵"]
    assert "李" not in town.answers(GONE, then + 3 * WEEK)
    assert town.answers(KEPT, then - INSTANT) == ["孙"]
    assert town.answers(KEPT, then) == ["周", "孙", "王"]
    assert all(found["since"] is not None for found in of("李"))
    assert len(of("李")) == 1


def test_whoever_may_not_publish_calls_nothing_off(town, merged):
    done = town.published(merged, at=town.clock() + WEEK)
    with pytest.raises(NotAllowedError):
        town.drafting.call_off(town.centre, done.id)
    assert town.drafting.one(town.planner, done.id) == done
