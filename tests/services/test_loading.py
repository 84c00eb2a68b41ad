"""Loading a grid: one version or none, nothing deleted, nothing changed by a second load."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import geopandas as gpd
import pytest
import shapely
from shapely import affinity
from sqlalchemy import delete, func, select

from gridgov.areas import Level
from gridgov.errors import CodeError, InputError, PartitionError, RuleError
from gridgov.services.loading import SINCE_EVER, load_grid
from gridgov.services.sample import load_sample
from gridgov.store.cells import GridVersion
from gridgov.store.tables import cell, cell_lineage, cell_measure, change, grid_version, load_log
from gridgov.store.unit import Store
from tests.conftest import SAMPLE
from tests.support import NOON, SavepointStore

LATER = NOON + timedelta(days=30)


@pytest.fixture
def empty(engine):
    with engine.connect() as connection:
        transaction = connection.begin()
        yield SavepointStore(connection)
        transaction.rollback()


def grid(*columns: float, rows: int = 2, **more: object) -> gpd.GeoDataFrame:
    """Return a district of rectangles: one column of cells between each pair of longitudes."""
    shapes, codes = [], []
    for i, (west, east) in enumerate(pairwise(columns)):
        for j in range(rows):
            shapes.append(shapely.box(west, 36.6 + j * 0.01, east, 36.6 + (j + 1) * 0.01))
            codes.append(f"3701020010{i + 1:02d}{j + 1:03d}")
    return gpd.GeoDataFrame({"code": codes, "name": codes, **more}, geometry=shapes, crs="EPSG:4326")


def load(store, cells, *, now=NOON, mend=False, **layers: gpd.GeoDataFrame):
    with store.transaction() as unit:
        return load_grid(unit, {"cells": cells, **layers}, now=now, source="test", mend=mend)


def rows(store, table) -> int:
    with store.transaction() as unit:
        return unit.connection.execute(select(func.count()).select_from(table)).scalar_one()


def codes_at(store, moment) -> list[str]:
    with store.transaction() as unit:
        return list(unit.cells.frame(at=moment)["code"])


def test_the_first_grid_holds_since_ever(empty):
    (done,) = load(empty, grid(117.0, 117.01, 117.02))
    assert (done.opened, done.closed) == (4, 0)
    assert codes_at(empty, SINCE_EVER) == codes_at(empty, LATER) == sorted(grid(117.0, 117.01, 117.02)["code"])


def test_areas_that_are_not_given_are_made_of_their_cells(empty):
    cells = grid(117.0, 117.01, 117.02)
    load(empty, cells)
    with empty.transaction() as unit:
        streets = unit.areas.frame(Level.STREET, at=NOON)
        communities = unit.areas.frame(Level.COMMUNITY, at=NOON)
    assert (len(streets), len(communities)) == (1, 2)
    assert streets.geometry.iloc[0].equals(cells.union_all())


def test_a_second_load_of_the_same_changes_nothing(empty):
    load(empty, grid(117.0, 117.01, 117.02, households=[1, 2, 3, 4]))
    before = {t.name: rows(empty, t) for t in (cell, cell_lineage, grid_version)}
    (again,) = load(empty, grid(117.0, 117.01, 117.02, households=[1, 2, 3, 4]), now=LATER)
    assert not again.changed_anything
    assert {t.name: rows(empty, t) for t in (cell, cell_lineage, grid_version)} == before


def test_whoever_looks_is_told_of_each_load_that_changed_something(empty):
    def told() -> list[str]:
        with empty.transaction() as unit:
            changes = unit.connection.execute(select(change.c.district_code).where(change.c.kind == "grid.published"))
            return list(changes.scalars())

    cells = grid(117.0, 117.01, 117.02)
    load(empty, cells)
    assert told() == ["370102"]
    load(empty, cells, now=LATER)
    assert told() == ["370102"]
    load(empty, cells.assign(name="新名字"), now=LATER, mend=True)
    assert told() == ["370102"] * 2


def test_versions_are_numbered_and_told_as_of_a_moment(empty):
    load(empty, grid(117.0, 117.01, 117.02))
    load(empty, grid(117.0, 117.005, 117.02), now=LATER)
    with empty.transaction() as unit:
        for moment, version, since in ((NOON, 1, SINCE_EVER), (LATER, 2, LATER)):
            assert unit.cells.versions(moment) == [GridVersion("370102", version, since)]


def test_the_order_of_rows_and_of_vertices_is_no_change(empty):
    cells = grid(117.0, 117.01, 117.02)
    load(empty, cells)
    turned = cells.iloc[::-1].copy()
    turned["geometry"] = shapely.reverse(turned.geometry.to_numpy())
    (again,) = load(empty, turned, now=LATER)
    assert not again.changed_anything


def test_a_load_deletes_nothing_that_it_does_not_mention(empty):
    load(empty, grid(117.0, 117.01, 117.02))
    part = grid(117.0, 117.01, 117.02).iloc[:1].copy()
    part["name"] = "新名字"
    (done,) = load(empty, part, now=LATER, mend=True)
    assert (done.relabelled, done.untouched, done.closed) == (1, 3, 0)
    assert len(codes_at(empty, LATER)) == 4


@pytest.mark.parametrize(("column", "other"), [("name", "新名字"), ("kind", "dedicated")])
def test_what_a_cell_was_called_is_not_written_over_unless_it_was_a_slip(empty, column, other):
    cells = grid(117.0, 117.01, 117.02).assign(kind="ordinary")
    load(empty, cells)
    slip = cells.copy()
    slip.loc[slip.index[0], column] = other
    with pytest.raises(RuleError, match="draft") as refused:
        load(empty, slip, now=LATER)
    assert [one["code"] for one in refused.value.details] == [cells["code"].iloc[0]]
    with empty.transaction() as unit:
        assert other not in set(unit.cells.frame(at=NOON)[column])
    load(empty, slip, now=LATER, mend=True)
    with empty.transaction() as unit:
        assert other in set(unit.cells.frame(at=NOON)[column])


def test_a_file_without_names_or_kinds_leaves_those_there_are(empty):
    cells = grid(117.0, 117.01, 117.02).assign(kind="dedicated", name="网格")
    load(empty, cells)
    (again,) = load(empty, cells[["code", "geometry"]], now=LATER)
    assert not again.changed_anything


def test_a_moved_border_closes_both_cells_and_writes_who_inherits_what(empty):
    load(empty, grid(117.0, 117.01, 117.02))
    (done,) = load(empty, grid(117.0, 117.005, 117.02), now=LATER)
    assert (done.opened, done.closed) == (4, 4)
    with empty.transaction() as unit:
        heirs = unit.connection.execute(
            select(cell_lineage.c.from_cell_id, func.sum(cell_lineage.c.share)).group_by("from_cell_id")
        ).all()
        before = unit.cells.frame(at=NOON)
        after = unit.cells.frame(at=LATER)
    assert [share for _, share in heirs] == pytest.approx([1.0] * 4, abs=1e-6)
    assert set(before["id"]).isdisjoint(after["id"])
    assert before.geometry.iloc[0].bounds[2] == 117.01
    assert after.geometry.iloc[0].bounds[2] == 117.005


def test_an_unchanged_cell_keeps_its_identity_through_a_change_of_its_neighbours(empty):
    load(empty, grid(117.0, 117.01, 117.02, 117.03))
    with empty.transaction() as unit:
        before = unit.cells.frame(at=NOON).set_index("code")["id"]
    load(empty, grid(117.0, 117.01, 117.02, 117.03).pipe(_move_last_border), now=LATER)
    with empty.transaction() as unit:
        after = unit.cells.frame(at=LATER).set_index("code")["id"]
    same = before[before == after].index
    assert list(same) == ["370102001001001", "370102001001002"]


def _move_last_border(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    cells = cells.copy()
    for i, (west, east) in enumerate([(117.01, 117.022), (117.022, 117.03)], start=1):
        for j in range(2):
            cells.loc[i * 2 + j, "geometry"] = shapely.box(west, 36.6 + j * 0.01, east, 36.6 + (j + 1) * 0.01)
    return cells


def test_overlapping_cells_are_refused_with_their_places_and_nothing_is_stored(empty):
    cells = grid(117.0, 117.01, 117.02)
    cells.loc[0, "geometry"] = affinity.translate(cells.geometry.iloc[0], 0.002)
    with pytest.raises(PartitionError) as caught:
        load(empty, cells)
    kinds = {fault["kind"] for fault in caught.value.details}
    assert "overlap" in kinds
    assert all({"lon", "lat"} <= set(fault) for fault in caught.value.details)
    assert rows(empty, cell) == 0


def test_a_hole_in_the_middle_is_refused(empty):
    cells = grid(117.0, 117.01, 117.02, 117.03, rows=3)
    with pytest.raises(PartitionError) as caught:
        load(empty, cells.drop(index=4))
    assert "gap" in {fault["kind"] for fault in caught.value.details}


def test_a_part_that_would_overlap_what_is_stored_is_refused(empty):
    load(empty, grid(117.0, 117.01, 117.02))
    part = grid(117.0, 117.01, 117.02).iloc[:1].copy()
    part["geometry"] = affinity.scale(part.geometry.iloc[0], 1.5, 1)
    with pytest.raises(PartitionError):
        load(empty, part, now=LATER)
    assert len(codes_at(empty, LATER)) == 4


def test_a_cell_that_lies_outside_the_community_of_its_code_is_refused(empty):
    cells = grid(117.0, 117.01, 117.02)
    communities = cells.assign(code=cells["code"].str[:12]).dissolve("code").reset_index()
    communities["name"] = communities["code"]
    swapped = cells.copy()
    swapped.loc[[0, 2], "geometry"] = swapped.loc[[2, 0], "geometry"].to_numpy()
    load(empty, cells, communities=communities)
    with pytest.raises(PartitionError) as caught:
        load(empty, swapped, now=LATER, communities=communities)
    assert any("community" in fault["message"] for fault in caught.value.details)
    assert codes_at(empty, LATER) == sorted(cells["code"])


def test_a_load_that_would_tear_the_edge_of_the_district_is_refused(empty):
    load(empty, grid(117.0, 117.01, 117.02))
    part = grid(117.0, 117.01, 117.02).iloc[:1].copy()
    part["geometry"] = shapely.box(117.002, 36.6, 117.01, 36.61)
    with pytest.raises(PartitionError) as caught:
        load(empty, part, now=LATER)
    assert "gap" in {fault["kind"] for fault in caught.value.details}


def test_a_district_may_grow_by_new_cells_and_its_areas_grow_with_it(empty):
    load(empty, grid(117.0, 117.01, 117.02))
    (done,) = load(empty, grid(117.0, 117.01, 117.02, 117.03).iloc[4:], now=LATER)
    assert (done.opened, done.closed, done.untouched) == (2, 0, 4)
    with empty.transaction() as unit:
        for level in (Level.DISTRICT, Level.STREET):
            (outline,) = unit.areas.frame(level, at=LATER).geometry
            assert outline.symmetric_difference(shapely.box(117.0, 36.6, 117.03, 36.62)).area < 1e-12
            (before,) = unit.areas.frame(level, at=NOON).geometry
            assert before.symmetric_difference(shapely.box(117.0, 36.6, 117.02, 36.62)).area < 1e-12


@pytest.mark.parametrize("damaged", ["3.70102E+14", "37010200100100", "370102001001001A", ""])
def test_a_damaged_code_is_refused_by_name(empty, damaged):
    cells = grid(117.0, 117.01, 117.02)
    cells.loc[0, "code"] = damaged
    with pytest.raises(CodeError):
        load(empty, cells)
    assert rows(empty, cell) == 0


def test_a_code_that_stands_twice_is_refused(empty):
    cells = grid(117.0, 117.01, 117.02)
    cells.loc[0, "code"] = cells.loc[1, "code"]
    with pytest.raises(CodeError, match="twice"):
        load(empty, cells)


def test_cells_without_a_crs_are_refused(empty):
    with pytest.raises(InputError, match="lon/lat"):
        load(empty, grid(117.0, 117.01).set_crs(None, allow_override=True))


def test_households_are_kept_by_day_and_the_newest_counts(empty):
    load(empty, grid(117.0, 117.01, 117.02, households=[10, 20, 30, 40]))
    load(empty, grid(117.0, 117.01, 117.02, households=[10, 25, 30, 40]), now=LATER)
    with empty.transaction() as unit:
        assert sorted(unit.cells.latest_measure("370102", "households").values()) == [10, 25, 30, 40]


def test_households_are_of_shanghais_day(empty):
    load(empty, grid(117.0, 117.01, households=[1, 2]), now=datetime(2026, 6, 14, 17, 0, tzinfo=UTC))
    with empty.transaction() as unit:
        days = unit.connection.execute(select(cell_measure.c.observed_on)).scalars()
        assert set(days) == {date(2026, 6, 15)}


def test_an_area_changed_ahead_of_the_servers_clock_is_known_to_the_next_load(empty):
    ahead = datetime(2100, 1, 1, tzinfo=UTC)
    cells = grid(117.0, 117.01)
    streets = gpd.GeoDataFrame({"code": ["370102001"], "name": ["新名"]}, geometry=[cells.union_all()], crs=cells.crs)
    load(empty, cells)
    (renamed,) = load(empty, cells, now=ahead, streets=streets)
    (again,) = load(empty, cells, now=ahead + timedelta(days=1), streets=streets)
    assert (renamed.areas, again.areas) == (1, 0)


def test_two_who_load_the_same_at_once_load_it_once(own_sample_url):
    cells = grid(118.0, 118.01)
    cells["code"] = "370199" + cells["code"].str[6:]
    store = Store(own_sample_url)
    with ThreadPoolExecutor(1) as pool:
        with store.transaction() as unit:
            (first,) = load_grid(unit, {"cells": cells}, now=NOON, source="test")
            waiting = pool.submit(load, store, cells)
            assert wait([waiting], timeout=1).not_done
        (second,) = waiting.result(timeout=60)
    store.close()
    assert (first.opened, second.opened, second.unchanged) == (2, 0, 2)


def test_loading_the_sample_again_is_known_and_skipped(store):
    steps = []
    assert load_sample(store, SAMPLE, now=LATER, progress=steps.append) is False
    assert steps == []


def test_loading_the_sample_again_changes_nothing_even_if_nobody_remembers(store):
    with store.transaction() as unit:
        unit.connection.execute(delete(load_log))
    assert load_sample(store, SAMPLE, now=LATER, progress=lambda _: None) is False
