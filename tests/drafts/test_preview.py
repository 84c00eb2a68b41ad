"""What publishing would change is told before, and is what happens."""

from datetime import timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from shapely import Polygon, box
from sqlalchemy import delete, insert, select, update

from gridgov.drafts import expressed
from gridgov.errors import ConflictError, InputError, NotAllowedError
from gridgov.ids import new_id
from gridgov.services.loading import load_grid
from gridgov.store.tables import (
    cell,
    cell_measure,
    incident,
    incident_position,
    incident_share,
    incident_state,
    matter,
    matter_list,
    role_permission,
    whistle,
    whistle_kind,
    whistle_side,
)
from tests.drafts.conftest import DISTRICT, SOUTH, STEP, WEST, code, plan, squares
from tests.rows.town import row_of
from tests.support import NOON

WEEK = timedelta(days=7)


def test_a_preview_tells_of_cells_and_codes_and_households(town, merged):
    made = town.drafting.create(town.planner, merged, title="并网格")
    found = town.drafting.preview(town.centre, made.id)
    assert found.counts == {"unchanged": 14, "relabelled": 0, "changed": 1, "new": 0, "closed": 1}
    assert list(found.cells["code"]) == [code(1, 1, 1)]
    assert found.cells["households"].tolist() == [200.0]
    assert found.figures.loc["before", "cv"] == 0
    assert found.figures.loc["after", "cv"] > 0
    assert found.as_dict()["counts"] == found.counts


def test_households_follow_the_homes_and_not_the_ground(town):
    cells = plan(town.store).set_index("cell")
    # The western half of a cell, with nine of its ten homes, goes to its western neighbour.
    west, east = code(1, 1, 1), code(1, 1, 2)
    middle = WEST + 1.5 * STEP
    cut = cells.loc[east].geometry
    half = cut.intersection(box(WEST, SOUTH, middle, SOUTH + 1))
    cells.loc[west, "geometry"] = cells.loc[west].geometry.union(half)
    cells.loc[east, "geometry"] = cut.difference(half)
    lower, below = SOUTH + 3 * STEP, code(1, 1, 4)
    cells.loc[below, "geometry"] = _with_corner(cells.loc[below].geometry, middle, lower)
    made = town.drafting.create(town.planner, cells.reset_index(), title="挪边界")
    assert made.faults == []
    heirs = town.drafting.preview(town.planner, made.id).heirs.set_index(["from", "to"])
    assert heirs.loc[(east, west), "share"] == pytest.approx(0.5, abs=1e-3)
    assert heirs.loc[(east, west), "household_share"] == pytest.approx(0.9)
    town.pushed(made.id)
    with town.store.transaction() as unit:
        known = unit.cells.latest_measure(DISTRICT, "households")
    grid = town.grid()
    assert known[grid.loc[west, "id"]] == pytest.approx(190)
    assert known[grid.loc[east, "id"]] == pytest.approx(10)
    then = pd.Series(100.0, index=sorted(c for c in grid.index if c[:6] == DISTRICT), name="households")
    now = town.drafting.figures(town.planner, then, since=NOON - WEEK, until=NOON)
    assert (now[west], now[east], now.sum()) == (pytest.approx(190), pytest.approx(10), pytest.approx(1600))
    by_area = town.drafting.figures(town.planner, then, since=NOON - WEEK, until=NOON, by="area")
    assert by_area[west] == pytest.approx(150, abs=0.1)
    back = town.drafting.figures(town.planner, by_area, since=NOON, until=NOON - WEEK)
    assert back.sum() == pytest.approx(1600)


def test_figures_go_back_to_the_cells_that_brought_them(town, merged):
    kept, gone, moved = code(1, 1, 1), code(1, 1, 2), NOON - WEEK
    homes = squares().set_index("code")["households"]
    homes[kept], homes[gone] = 900.0, 100.0
    with town.store.owning() as unit:
        load_grid(unit, {"cells": squares().assign(households=homes.to_numpy())}, now=moved, source="test")
    town.published(merged)
    there = town.drafting.figures(town.planner, homes, since=moved, until=NOON)
    assert (there[kept], gone in there) == (1000, False)
    back = town.drafting.figures(town.planner, there, since=NOON, until=moved)
    pd.testing.assert_series_equal(back, homes.sort_index(), check_names=False)
    by_area = town.drafting.figures(town.planner, there, since=NOON, until=moved, by="area")
    assert (by_area[kept], by_area[gone]) == (pytest.approx(500), pytest.approx(500))


@pytest.mark.parametrize("known", [None, 0.0], ids=["unknown", "nought"])
def test_figures_go_back_by_area_where_no_households_are_known(town, merged, known):
    with town.store.owning() as unit:
        both = select(cell.c.id).where(cell.c.code.in_([code(1, 1, 1), code(1, 1, 2)]))
        mine = cell_measure.c.cell_id.in_(both)
        done = delete(cell_measure) if known is None else update(cell_measure).values(value=known)
        unit.connection.execute(done.where(mine))
    town.published(merged)
    there = pd.Series({code(1, 1, 1): 30.0}, name="incidents")
    back = town.drafting.figures(town.planner, there, since=NOON, until=NOON - WEEK)
    assert back.to_dict() == {code(1, 1, 1): pytest.approx(15), code(1, 1, 2): pytest.approx(15)}


def _with_corner(shape, x: float, y: float):
    ring = list(shape.exterior.coords)
    for number, (one, other) in enumerate(pairwise(ring)):
        level = abs(one[1] - y) < 1e-9 and abs(other[1] - y) < 1e-9
        if level and min(one[0], other[0]) < x < max(one[0], other[0]):
            return Polygon([*ring[: number + 1], (x, one[1]), *ring[number + 1 :]])
    raise AssertionError(shape)


def test_a_figure_of_an_unknown_cell_is_refused_by_name(town):
    with pytest.raises(InputError) as refused:
        town.drafting.figures(town.planner, pd.Series({code(9, 9, 9): 1.0}), since=NOON - WEEK, until=NOON)
    assert refused.value.details == [{"cell": code(9, 9, 9)}]


def test_figures_without_a_known_part_are_missing_and_not_nought():
    values = pd.Series({"A": 1.0, "B": np.nan, "C": 5.0})
    heirs = pd.DataFrame({"from": ["A", "B"], "to": ["D", "D"], "share": [1.0, 1.0]})
    found = expressed(values, heirs)
    assert np.isnan(found["D"])
    assert found["C"] == 5


def test_people_follow_their_cell_to_its_largest_heir(town, merged):
    kept, gone = code(1, 1, 1), code(1, 1, 2)
    town.give("王", kept)
    town.give("李", gone)
    town.give("赵", gone, since=NOON + 2 * WEEK)
    town.give("钱", gone, until=NOON - timedelta(days=1))
    town.give("孙", kept)
    town.give("孙", gone)
    town.give("周", code(2, 2, 1))
    made = town.drafting.create(town.planner, merged, title="并网格")
    staff = town.drafting.preview(town.planner, made.id, at=NOON + WEEK).staff
    assert set(staff["person_id"]) == {town.people[name] for name in ("王", "李", "赵", "孙")}
    assert set(staff["to"].dropna()) == {kept}
    assert staff["outcome"].value_counts().to_dict() == {"continues": 4, "ends": 1}
    town.pushed(made.id, at=NOON + WEEK)
    assert town.answers(gone) == ["孙", "李"]
    assert town.answers(kept, NOON + WEEK) == ["孙", "李", "王"]
    assert town.answers(kept, NOON + 3 * WEEK) == ["孙", "李", "王", "赵"]
    assert town.answers(code(2, 2, 1), NOON + WEEK) == ["周"]


def test_a_cell_that_nobody_would_answer_for_is_named(town):
    town.give("王", code(2, 1, 1))
    back = town.drafting.create(town.planner, plan(town.store, (code(1, 1, 1), code(1, 1, 2))), title="并网格")
    assert town.drafting.preview(town.planner, back.id).uncovered == [code(1, 1, 1)]


def test_who_begins_later_covers_nobody_at_the_moment(town, merged):
    town.give("王", code(2, 1, 1))
    town.give("李", code(1, 1, 2), since=NOON + 2 * WEEK)
    made = town.drafting.create(town.planner, merged, title="并网格")
    preview = town.drafting.preview
    assert preview(town.planner, made.id, at=NOON + WEEK).uncovered == [code(1, 1, 1)]
    assert preview(town.planner, made.id, at=NOON + 2 * WEEK).uncovered == []


@pytest.fixture
def case(town):
    """An open case in the cell that is dissolved, with a combined whistle over it."""
    with town.store.owning() as unit:
        return _blown(unit.connection.execute, DISTRICT, code(1, 1, 2))[1]


def _blown(run, district: str, cell_code: str):
    """Blow a combined whistle over an open case of a district, and return the ids of both."""
    run(insert(matter_list).values(row_of(matter_list, version=1)))
    run(insert(matter).values(row_of(matter, list_version=1, code="m")))
    key = {"district_code": district, "list_version": 1, "matter_code": "m"}
    run(insert(incident).values(row_of(incident, **key, id=(incident_id := new_id()), channel="camera")))
    place = f"SRID=4326;POINT({WEST + 1.5 * STEP} {SOUTH + 3.5 * STEP})"
    at = {"cell_district_code": district, "cell_code": cell_code, "geom": place, "stage": "handling"}
    run(insert(incident_state).values(row_of(incident_state, **key, incident_id=incident_id, **at)))
    kinds = {"kind": run(select(whistle_kind.c.code).limit(1)).scalar_one(), "combined": True, "stage": "blown"}
    row = row_of(whistle, **key, id=(whistle_id := new_id()), incident_id=incident_id, **kinds)
    run(insert(whistle).values(row))
    side = {"whistle_id": whistle_id, "street_code": cell_code[:9]}
    run(insert(whistle_side).values(row_of(whistle_side, **key, **side)))
    return incident_id, whistle_id


@pytest.mark.usefixtures("case")
def test_an_open_case_is_told_with_the_cell_it_would_be_in_and_keeps_the_one_it_has(town, merged):
    made = town.drafting.create(town.planner, merged, title="并网格")
    cases = town.drafting.preview(town.planner, made.id).cases
    assert cases[["cell", "would_be"]].to_numpy().tolist() == [[code(1, 1, 2), code(1, 1, 1)]]
    town.pushed(made.id, over_whistles=True)
    with town.store.owning() as unit:
        assert unit.connection.execute(incident_state.select()).one().cell_code == code(1, 1, 2)


def test_over_an_open_combined_whistle_nothing_is_published_unless_that_is_said(town, merged, case):
    made = town.drafting.create(town.planner, merged, title="并网格")
    assert town.drafting.preview(town.planner, made.id).whistles["id"].tolist() == [case]
    with pytest.raises(ConflictError) as refused:
        town.pushed(made.id)
    assert [one["whistle"] for one in refused.value.details] == [str(case)]
    assert len(town.grid()) == 16
    assert town.drafting.publish(town.planner, made.id, over_whistles=True).published_version == 2


def test_a_whistle_over_another_districts_case_stands_in_the_way_and_says_no_more_than_where(town, merged):
    with town.store.owning() as unit:
        incident_id, whistle_id = _blown(unit.connection.execute, "370102", "370102001001001")
        key = {"district_code": "370102", "incident_id": incident_id}
        unit.connection.execute(insert(incident_position).values(row_of(incident_position, **key)))
        share = row_of(incident_share, **key, cell_district_code=DISTRICT, cell_code=code(1, 1, 2), share=0.2)
        unit.connection.execute(insert(incident_share).values(share))
    made = town.drafting.create(town.planner, merged, title="并网格")
    with pytest.raises(ConflictError) as refused:
        town.pushed(made.id)
    assert refused.value.details == [{"whistle": str(whistle_id), "cell": code(1, 1, 2), "stage": "blown"}]


def _hide_cases(town) -> None:
    """Take from planners what a district may take from them: reading cases."""
    with town.store.owning() as unit:
        where = (role_permission.c.role == "planner", role_permission.c.permission == "case.read")
        unit.connection.execute(delete(role_permission).where(*where))


def test_where_planners_read_no_cases_a_combined_whistle_stands_in_the_way_all_the_same(town, merged, case):
    _hide_cases(town)
    made = town.drafting.create(town.planner, merged, title="并网格")
    (told,) = town.drafting.preview(town.planner, made.id).as_dict()["whistles"]
    assert (told["id"], told["cell_code"], told["combined"]) == (str(case), code(1, 1, 2), True)
    assert (told["kind"], told["incident_id"]) == (None, None)
    with pytest.raises(ConflictError) as refused:
        town.pushed(made.id)
    assert [one["whistle"] for one in refused.value.details] == [str(case)]
    assert town.drafting.publish(town.planner, made.id, over_whistles=True).published_version == 2


@pytest.mark.usefixtures("case")
def test_whoever_may_not_publish_learns_of_no_whistle(town, merged):
    made = town.drafting.create(town.planner, merged, title="并网格")
    town.drafting.propose(town.planner, made.id)
    town.drafting.approve(town.centre, made.id)
    with pytest.raises(NotAllowedError):
        town.drafting.publish(town.centre, made.id)


def test_a_closed_combined_whistle_keeps_nobody_waiting(town, merged, case):
    with town.store.owning() as unit:
        unit.connection.execute(update(whistle).where(whistle.c.id == case).values(stage="closed"))
    assert town.published(merged).published_version == 2
