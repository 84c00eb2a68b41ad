"""A repair proposes a partition, shows what it changes, and leaves what would be a guess."""

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgov.errors import CoordinateError
from gridgov.grid import check_cells, propose_repair

MakeGrid = Callable[..., gpd.GeoDataFrame]


def with_shapes(grid: gpd.GeoDataFrame, shapes: dict[int, Any]) -> gpd.GeoDataFrame:
    array = np.array(grid.geometry, dtype=object)
    for row, shape in shapes.items():
        array[row] = shape
    return grid.set_geometry(gpd.GeoSeries(array, index=grid.index, crs=grid.crs))


def jitter(shape: Any, rng: np.random.Generator) -> Any:
    coordinates = shapely.get_coordinates(shape)
    coordinates[rng.integers(1, len(coordinates) - 1)] += rng.normal(0, 4e-6, 2)
    return shapely.Polygon(coordinates)


DAMAGES: list[Callable[[Any, np.random.Generator], Any]] = [
    lambda shape, rng: shapely.affinity.translate(shape, *rng.normal(0, 4e-6, 2)),
    lambda shape, rng: shape.buffer(rng.uniform(1e-6, 8e-6)),
    lambda shape, rng: shape.buffer(-rng.uniform(1e-6, 8e-6)),
    lambda shape, rng: shapely.segmentize(shape, rng.uniform(2e-4, 6e-4)),
    lambda shape, _: shapely.simplify(shape, 3e-6),
    lambda shape, _: shapely.set_precision(shape, 1e-6),
    jitter,
]


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 7))
def test_after_every_repair_of_small_damage_nothing_is_found(new_grid: MakeGrid, seed: int, count: int):
    rng = np.random.default_rng(seed)
    grid = new_grid(columns=4, rows=3, seed=seed % 5)
    rows = rng.choice(len(grid), count, replace=False)
    damaged = with_shapes(grid, {row: rng.choice(DAMAGES)(grid.geometry.iloc[row], rng) for row in rows})
    repair = propose_repair(damaged)
    assert repair.complete, repair.summary()
    assert check_cells(repair.cells).ok
    assert list(repair.cells.code) == list(grid.code)
    # Ground is not made or lost inside: the union differs from the true one by the drawing noise of the rim at most.
    strayed = shapely.union_all(np.array(repair.cells.geometry)) ^ shapely.union_all(np.array(grid.geometry))
    assert strayed.area < 0.01 * grid.geometry.iloc[0].area * count


def test_a_grid_without_faults_is_left_alone(grid: gpd.GeoDataFrame):
    repair = propose_repair(grid)
    assert repair.changes.empty
    assert "nothing to repair" in repair.summary()
    assert repair.cells.geometry.geom_equals_exact(grid.geometry, 0).all()


def test_cells_far_from_the_damage_stay_bit_by_bit(new_grid: MakeGrid):
    grid = new_grid(columns=6, rows=6)
    damaged = with_shapes(grid, {0: shapely.affinity.translate(grid.geometry.iloc[0], 3e-6, 2e-6)})
    repair = propose_repair(damaged)
    assert repair.complete
    changed = set(repair.changes.code)
    assert len(changed) <= 4
    far = ~grid.code.isin(changed).to_numpy()
    assert repair.cells.geometry[far].geom_equals_exact(grid.geometry[far], 0).all()


def test_the_input_is_not_changed(grid: gpd.GeoDataFrame):
    damaged = with_shapes(grid, {4: grid.geometry.iloc[4].buffer(4e-6)})
    copy = damaged.copy()
    propose_repair(damaged)
    assert damaged.geometry.geom_equals_exact(copy.geometry, 0).all()


def test_changes_say_what_each_cell_gained_lost_and_moved(grid: gpd.GeoDataFrame):
    damaged = with_shapes(grid, {4: grid.geometry.iloc[4].buffer(-5e-6)})
    repair = propose_repair(damaged)
    assert repair.complete
    assert set(repair.changes.columns) == {
        "code",
        "before_m2",
        "after_m2",
        "gained_m2",
        "lost_m2",
        "moved_m",
        "geometry",
    }
    difference = repair.changes.after_m2 - repair.changes.before_m2
    assert difference.to_numpy() == pytest.approx(
        (repair.changes.gained_m2 - repair.changes.lost_m2).to_numpy(), abs=0.01
    )
    assert repair.changes.gained_m2.sum() == pytest.approx(check_cells(damaged).faults[0].area_m2, rel=0.01)
    assert repair.changes.moved_m.is_monotonic_decreasing
    assert "The result is a partition" in repair.summary()


def test_a_long_narrow_gap_is_shared_out_among_its_neighbours(new_grid: MakeGrid):
    grid = new_grid(columns=5, rows=5)
    west = {row: shapely.affinity.translate(grid.geometry.iloc[row], -5e-6, 0) for row in range(10)}
    repair = propose_repair(with_shapes(grid, west))
    assert repair.complete
    # One cell taking the whole gap would reach along five others, some 350 m each.
    assert repair.changes.moved_m.max() < 120


def test_a_self_crossing_cell_gets_a_clean_outline(grid: gpd.GeoDataFrame):
    coordinates = shapely.get_coordinates(grid.geometry.iloc[4])
    coordinates[[2, 3]] = coordinates[[3, 2]]
    repair = propose_repair(with_shapes(grid, {4: shapely.Polygon(coordinates)}), safe_area_m2=5000)
    assert not repair.before.ok
    assert repair.complete, repair.summary()


def test_loose_parts_go_to_the_neighbour_with_the_longest_common_border(grid: gpd.GeoDataFrame):
    neighbour, owner = grid.geometry.iloc[4], grid.geometry.iloc[0]
    middle = neighbour.centroid
    crumb = shapely.box(middle.x - 2e-4, middle.y - 2e-4, middle.x + 2e-4, middle.y + 2e-4)
    damaged = with_shapes(grid, {0: shapely.MultiPolygon([owner, crumb]), 4: neighbour.difference(crumb)})
    repair = propose_repair(damaged)
    assert repair.complete, repair.summary()
    assert repair.cells.geometry.iloc[4].equals(neighbour)
    assert repair.cells.geometry.iloc[0].equals(owner)


def test_a_cell_in_two_halves_is_named_and_left(grid: gpd.GeoDataFrame):
    halves = shapely.union_all(np.array([grid.geometry.iloc[0], grid.geometry.iloc[8]]))
    damaged = with_shapes(grid, {0: halves}).drop(index=8)
    repair = propose_repair(damaged)
    assert not repair.complete
    assert [fault.kind for fault in repair.left.faults] == ["multi-part"]


def test_a_big_overlap_is_named_and_left_while_the_rest_is_repaired(new_grid: MakeGrid):
    grid = new_grid(columns=5, rows=5)
    grown = (
        grid.geometry.iloc[0]
        .union(grid.geometry.iloc[1].buffer(-8e-4))
        .union(shapely.LineString([grid.geometry.iloc[0].centroid, grid.geometry.iloc[1].centroid]).buffer(5e-4))
    )
    damaged = with_shapes(grid, {0: grown, 18: shapely.affinity.translate(grid.geometry.iloc[18], 3e-6, 0)})
    repair = propose_repair(damaged)
    assert not repair.complete
    assert {fault.kind for fault in repair.left.faults} == {"overlap"}
    assert {code for fault in repair.left.faults for code in fault.cells} == {grid.code.iloc[0], grid.code.iloc[1]}
    assert "people to decide" in repair.summary()
    lost = repair.changes.set_index("code").lost_m2
    assert lost.get(grid.code.iloc[0], 0) < 1
    assert lost.get(grid.code.iloc[1], 0) < 1


def test_a_cell_drawn_twice_is_named_and_left(grid: gpd.GeoDataFrame):
    twice = gpd.GeoDataFrame(
        {"code": [*grid.code, "370102001001099"]}, geometry=[*grid.geometry, grid.geometry.iloc[4]], crs=4326
    )
    repair = propose_repair(twice)
    assert [fault.kind for fault in repair.left.faults] == ["overlap"]


def test_a_missing_cell_is_a_gap_that_nobody_grows_into(grid: gpd.GeoDataFrame):
    repair = propose_repair(grid.drop(index=4))
    assert [fault.kind for fault in repair.left.faults] == ["gap"]
    assert repair.changes.empty


def test_bad_codes_and_empty_cells_are_left_for_people(grid: gpd.GeoDataFrame):
    damaged = with_shapes(grid, {4: shapely.Polygon()})
    damaged["code"] = ["3.70102E+14", *damaged.code[1:]]
    repair = propose_repair(damaged)
    assert set(repair.left.counts()) == {"code-bad", "geometry-empty", "gap"}


def test_cells_without_coordinate_system_are_refused(grid: gpd.GeoDataFrame):
    with pytest.raises(CoordinateError, match="before their coordinates are understood"):
        propose_repair(grid.set_crs(None, allow_override=True))
