"""Out to QGIS and back: nothing lost, every fault named with its place, two editors at once."""

from datetime import timedelta

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gridgov.errors import CodeError, FileFormatError, InputError, PartitionError, StaleError
from gridgov.formats import list_layers, write_layers
from tests.drafts.conftest import DISTRICT, SOUTH, STEP, WEST, code, plan, square
from tests.support import NOON, somebody


@pytest.fixture
def exported(town, merged, tmp_path):
    """A draft with its file, and its cells as they were read from it."""
    made = town.drafting.create(town.planner, merged, title="并网格")
    path = town.drafting.export(town.planner, made.id, tmp_path / "draft.gpkg")
    return made, path, gpd.read_file(path, layer="cells")


def edited(path, cells):
    return write_layers({"cells": cells}, path.with_name("edited.gpkg"))


def test_a_file_comes_back_as_it_went(town, exported):
    made, path, cells = exported
    assert {"cells", "streets", "communities", "district"} == set(list_layers(path))
    back = town.drafting.load_back(town.planner, made.id, path, revision=1)
    assert (back.revision, back.faults) == (2, [])
    counts = town.drafting.preview(town.planner, made.id).counts
    assert counts == {"unchanged": 14, "relabelled": 0, "changed": 1, "new": 0, "closed": 1}
    assert len(cells) == 15


def test_multipolygons_of_one_part_are_the_same_cells(town, exported):
    made, path, cells = exported
    cells["geometry"] = [shapely.MultiPolygon([shape]) for shape in cells.geometry]
    assert town.drafting.load_back(town.planner, made.id, edited(path, cells)).faults == []


def test_a_cell_that_was_split_in_qgis_goes_on_as_its_larger_part(town, exported):
    made, path, cells = exported
    cells = cells.set_index("continues", drop=False)
    whole = cells.loc[code(1, 1, 1)].copy()
    west, east = square(0, 3), square(1, 3)
    cells.loc[code(1, 1, 1), "geometry"] = east
    whole["geometry"] = west
    cells = gpd.GeoDataFrame([*cells.to_dict("records"), whole.to_dict()], geometry="geometry", crs=4326)
    back = town.drafting.load_back(town.planner, made.id, edited(path, cells))
    assert back.faults == []
    codes = set(town.drafting.cells(town.planner, made.id)["code"])
    assert len(codes) == 16


def _overlap(cells):
    cells.loc[code(1, 2, 1), "geometry"] = square(0, 1, wide=2)
    return {"overlap"}


def _gap(cells):
    cells.loc[code(1, 2, 1), "geometry"] = shapely.box(WEST, SOUTH + STEP, WEST + STEP, SOUTH + 1.5 * STEP)
    return {"gap"}


def _outside(cells):
    one, other = code(1, 1, 3), code(1, 2, 1)
    cells.loc[[one, other], "geometry"] = cells.loc[[other, one], "geometry"].to_numpy()
    return {"outside-community"}


def _multipart(cells):
    cells.loc[code(1, 2, 1), "geometry"] = shapely.union(square(0, 1), square(2, 0))
    return {"multi-part", "overlap", "outside-community", "outside-street"}


def _unmatched(cells):
    ring = list(square(0, 1).exterior.coords)
    middle = ((ring[0][0] + ring[1][0]) / 2, ring[0][1])
    cells.loc[code(1, 2, 1), "geometry"] = shapely.Polygon([ring[0], middle, *ring[1:]])
    return {"edge-unmatched"}


def _crossed(cells):
    x, y = WEST, SOUTH + STEP
    bow = [(x, y), (x + STEP, y + STEP), (x + STEP, y), (x, y + STEP), (x, y)]
    cells.loc[code(1, 2, 1), "geometry"] = shapely.Polygon(bow)
    return {"geometry-invalid"}


def _empty(cells):
    cells.loc[code(1, 2, 1), "geometry"] = None
    return {"geometry-empty"}


@pytest.mark.parametrize("spoil", [_overlap, _gap, _outside, _multipart, _unmatched, _crossed, _empty])
def test_a_faulty_edit_is_kept_with_every_fault_and_goes_no_further(town, exported, spoil):
    made, path, cells = exported
    cells = cells.set_index("continues", drop=False)
    kinds = spoil(cells)
    back = town.drafting.load_back(town.planner, made.id, edited(path, cells.reset_index(drop=True)))
    assert kinds <= {fault["kind"] for fault in back.faults}
    placed = [fault for fault in back.faults if fault["kind"] != "geometry-empty"]
    assert all(fault["lon"] is not None and fault["cells"] for fault in placed if fault["kind"] != "gap")
    assert town.drafting.one(town.planner, made.id).faults == back.faults
    with pytest.raises(PartitionError) as refused:
        town.drafting.propose(town.planner, made.id)
    assert refused.value.details == back.faults
    again = town.drafting.export(town.planner, made.id, path)
    assert "faults" in list_layers(again)


def test_of_two_who_edit_one_draft_the_second_is_told_and_nothing_is_lost(town, exported):
    made, path, _ = exported
    first = town.drafting.load_back(town.planner, made.id, path, revision=made.revision)
    with pytest.raises(StaleError) as refused:
        town.drafting.load_back(town.other, made.id, path, revision=made.revision)
    (both,) = refused.value.details
    assert (both["stored"]["revision"], both["yours"]["revision"]) == (first.revision, made.revision)
    with town.store.owning() as unit:
        kept = [len(unit.drafts.cells(first, revision=number)) for number in (1, 2)]
    assert kept == [15, 15]


def test_a_street_can_be_planned_alone(town):
    cells = plan(town.store, (code(1, 1, 1), code(1, 1, 2)))
    made = town.drafting.create(town.planner, cells[cells["street"] == code(1, 1, 1)[:9]], title="一街")
    assert made.faults == []
    assert len(town.drafting.cells(town.planner, made.id)) == 15


def test_a_community_that_would_lose_its_last_cell_is_a_fault_and_named(town):
    cells = plan(town.store)
    cells["community"] = cells["community"].replace(code(1, 2, 1)[:12], code(1, 1, 1)[:12])
    made = town.drafting.create(town.planner, cells, title="并社区", within="street")
    (fault,) = made.faults
    assert (fault["kind"], fault["cells"]) == ("area-empty", [])
    assert f"community {code(1, 2, 1)[:12]}" in fault["reason"]
    assert (WEST < fault["lon"] < WEST + 2 * STEP, SOUTH < fault["lat"] < SOUTH + 2 * STEP) == (True, True)
    with pytest.raises(PartitionError):
        town.drafting.propose(town.planner, made.id)
    # With one cell left to it the rest may be the neighbour's, where a district lets cells cross communities.
    cells.loc[cells["cell"] == code(1, 2, 3), "community"] = code(1, 2, 1)[:12]
    assert town.drafting.create(town.planner, cells, title="并社区", within="street").faults == []


def test_a_community_that_is_not_there_is_a_fault_also_where_cells_may_cross_communities(town):
    cells = plan(town.store)
    cells.loc[cells["cell"] == code(1, 1, 1), "community"] = f"{code(1, 1, 1)[:9]}009"
    for within in ("street", "community"):
        made = town.drafting.create(town.planner, cells, title="新社区", within=within)
        (fault,) = made.faults
        assert fault["kind"] == "parent-unknown"


def test_new_cells_are_numbered_in_the_standards_order_with_numbers_nobody_has(town):
    cells = plan(town.store).set_index("cell", drop=False)
    cells.loc[[code(1, 1, 1), code(1, 1, 4)], "cell"] = None
    made = town.drafting.create(town.planner, cells.reset_index(drop=True), title="新网格")
    found = town.drafting.cells(town.planner, made.id)
    new = found[found["change"] == "new"].sort_values("code")
    assert list(new["code"]) == [code(1, 1, 5), code(1, 1, 6)]
    assert new.geometry.iloc[0].centroid.y > new.geometry.iloc[1].centroid.y


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (lambda cells: cells.to_crs(3857), InputError),
        (lambda cells: cells.iloc[:0], InputError),
        (lambda cells: cells.assign(cell=3.70199001001001e14), CodeError),
        (lambda cells: cells.assign(cell=[f"37010{n % 3}001001001" for n in range(len(cells))]), InputError),
    ],
    ids=["another crs", "empty", "codes as numbers", "several districts"],
)
def test_what_is_no_frame_of_a_district_is_refused(town, merged, spoil, error):
    with pytest.raises(error):
        town.drafting.create(town.planner, spoil(merged), title="并网格")
    assert town.drafting.list(town.planner) == []


@pytest.mark.parametrize("title", ["", "  ", "甲" * 201, "a\nb"], ids=["none", "blank", "long", "two lines"])
def test_a_title_is_a_line(town, merged, title):
    with pytest.raises(InputError, match="title"):
        town.drafting.create(town.planner, merged, title=title)


def test_a_draft_is_written_as_a_geopackage_only_and_a_broken_file_is_refused(town, exported, tmp_path):
    made, _, _ = exported
    with pytest.raises(InputError, match="gpkg"):
        town.drafting.export(town.planner, made.id, tmp_path / "draft.geojson")
    broken = tmp_path / "broken.gpkg"
    broken.write_bytes(b"SQLite format 3\x00 and no more")
    with pytest.raises(FileFormatError):
        town.drafting.load_back(town.planner, made.id, broken)
    assert town.drafting.one(town.planner, made.id).revision == 1


def test_drafts_are_listed_by_those_who_plan_or_approve_and_by_nobody_else(town, merged):
    one, two = (town.drafting.create(town.planner, merged, title=title) for title in ("甲", "乙"))
    town.drafting.withdraw(town.planner, one.id)
    assert [row.title for row in town.drafting.list(town.centre)] == ["乙", "甲"]
    assert [row.id for row in town.drafting.list(town.other, state="draft")] == [two.id]
    assert town.drafting.list(somebody(town.store, "planner", "370102")) == []
    assert NOON - timedelta(days=1) < two.created_at
    assert two.district_code == DISTRICT
    assert np.isnan(town.drafting.cells(town.planner, two.id)["households"]).all()
