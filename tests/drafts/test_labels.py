"""Names and kinds of a draft hold from its moment on, and what cells were called until then stays so."""

from datetime import timedelta

import pytest

from gridgov.services.loading import load_grid
from tests.drafts.conftest import DISTRICT, code, plan, squares
from tests.support import NOON

WEEK = timedelta(days=7)
INSTANT = timedelta(microseconds=1)
TOUCHED, MOVED = code(2, 2, 4), code(1, 1, 1)
NEW = ("改名区", "dedicated")


def relabelled(cells):
    """Return a plan that calls one cell otherwise and makes it a dedicated one."""
    cells = cells.assign(name=None, kind=None)
    cells.loc[cells["cell"] == TOUCHED, ["name", "kind"]] = NEW
    return cells


def label(town, at, cell: str = TOUCHED) -> tuple[str, str]:
    return tuple(town.grid(at).loc[cell, ["name", "kind"]])


def test_a_name_and_a_kind_hold_from_the_moment_on_and_not_before(town, merged):
    was, then = label(town, NOON), NOON + WEEK
    town.give("王", TOUCHED)
    town.published(relabelled(merged), at=then)
    assert [label(town, at) for at in (NOON, then - INSTANT, then)] == [was, was, NEW]
    before, after = town.grid(NOON).loc[TOUCHED], town.grid(then).loc[TOUCHED]
    assert before["id"] != after["id"]
    with town.store.transaction() as unit:
        lines = unit.drafts.heirs(DISTRICT, since=NOON, until=then)
        homes = unit.cells.latest_measure(DISTRICT, "households")
    mine = [line for line in lines if line["from_cell_id"] == before["id"]]
    assert [(line["to_cell_id"], line["share"]) for line in mine] == [(after["id"], 1.0)]
    assert homes[after["id"]] == homes[before["id"]] == 100
    assert town.answers(TOUCHED, then - INSTANT) == town.answers(TOUCHED, then) == ["王"]


def test_the_preview_tells_them_apart_from_what_stays_and_from_what_moves(town, merged):
    made = town.drafting.create(town.planner, relabelled(merged), title="改名")
    found = town.drafting.preview(town.planner, made.id)
    assert found.counts == {"unchanged": 13, "relabelled": 1, "changed": 1, "new": 0, "closed": 1}
    told = found.cells.set_index("code").loc[TOUCHED]
    assert (told["change"], told["name"], told["kind"], told["households"]) == ("relabelled", *NEW, 100)
    assert town.drafting.cells(town.planner, made.id).set_index("code").loc[TOUCHED, "change"] == "relabelled"


def test_names_alone_are_a_change_which_is_undone_by_another(town):
    was = label(town, NOON)
    done = town.published(relabelled(plan(town.store)))
    assert (done.published_version, label(town, NOON), label(town, NOON - INSTANT)) == (2, NEW, was)
    town.clock.move(WEEK)
    undone = town.pushed(town.drafting.undo(town.planner, to=NOON - INSTANT).id)
    assert undone.published_version == 3
    assert [label(town, at) for at in (NOON, NOON + WEEK - INSTANT, NOON + WEEK)] == [NEW, NEW, was]


def test_names_that_are_called_off_are_never_seen(town):
    was, ids = label(town, NOON), town.grid()["id"]
    done = town.published(relabelled(plan(town.store)), at=NOON + WEEK)
    town.drafting.call_off(town.planner, done.id)
    assert label(town, NOON + WEEK) == was
    assert town.grid(NOON + WEEK)["id"].equals(ids)


@pytest.mark.parametrize("name", [None, "  ", " 网格001001001 "], ids=["none", "blank", "trimmed"])
def test_what_says_nothing_new_of_a_cell_is_no_other_name(town, name):
    cells = plan(town.store).assign(name=None)
    cells.loc[cells["cell"] == MOVED, "name"] = name
    made = town.drafting.create(town.planner, cells, title="不变")
    assert town.drafting.preview(town.planner, made.id).counts["unchanged"] == 16


def test_a_file_of_the_register_puts_a_slip_right_where_it_stands(town):
    ids = town.grid()["id"]
    cells = squares()
    cells.loc[cells["code"] == TOUCHED, "name"] = "正名"
    with town.store.owning() as unit:
        load_grid(unit, {"cells": cells}, now=NOON, source="test", mend=True)
    assert town.grid()["id"].equals(ids)
    assert town.grid(NOON - INSTANT).loc[TOUCHED, "name"] == "正名"
