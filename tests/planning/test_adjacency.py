import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gridgov.errors import InputError
from gridgov.planning import Adjacency, adjacency_of, crossed, parts_of

WEST, SOUTH, STEP = 117.0, 36.6, 0.001
EAST_M, NORTH_M = 89.47, 110.98  # of a thousandth of a degree there


def squares(*places: tuple[int, int]):
    boxes = [
        shapely.box(
            *np.round([WEST + x * STEP, SOUTH + y * STEP, WEST + (x + 1) * STEP, SOUTH + (y + 1) * STEP], 8).tolist()
        )
        for x, y in places
    ]
    return gpd.GeoSeries(boxes, index=[f"{x}{y}" for x, y in places], crs=4326)


def line(*places: tuple[float, float]):
    return gpd.GeoSeries([shapely.LineString([(WEST + x * STEP, SOUTH + y * STEP) for x, y in places])], crs=4326)


def test_squares_touch_at_sides_not_at_corners():
    found = adjacency_of(squares((0, 0), (1, 0), (0, 1), (1, 1)))
    assert found.pairs.tolist() == [[0, 1], [0, 2], [1, 3], [2, 3]]
    assert found.length_m == pytest.approx([NORTH_M, EAST_M, EAST_M, NORTH_M], rel=1e-3)
    assert (found.along == 0).all()


def test_neighbours_that_do_not_share_vertices_touch_as_well():
    wide = shapely.box(WEST, SOUTH + STEP, WEST + 2 * STEP, SOUTH + 2 * STEP)
    atoms = gpd.GeoSeries([*squares((0, 0), (1, 0)), wide], crs=4326)
    found = adjacency_of(atoms)
    assert found.pairs.tolist() == [[0, 1], [0, 2], [1, 2]]
    assert found.length_m == pytest.approx([NORTH_M, EAST_M, EAST_M], rel=2e-3)


def test_a_border_runs_along_a_barrier_as_far_as_it_is_near():
    atoms = squares((0, 0), (1, 0), (0, 1))
    found = adjacency_of(atoms, line((1, -1), (1, 0.5)), reach_m=10)
    assert found.pairs.tolist() == [[0, 1], [0, 2]]
    assert found.along == pytest.approx([(NORTH_M / 2 + 10) / NORTH_M, 0.0], abs=1e-2)


def test_a_river_between_two_atoms_separates_them_and_one_across_does_not():
    atoms = squares((0, 0), (1, 0), (0, 1))
    found = adjacency_of(atoms)
    assert crossed(atoms, found, line((1, -1), (1, 3))).tolist() == [True, False]
    assert crossed(atoms, found, line((-1, 0.5), (3, 0.5))).tolist() == [False, False]
    left = found.only(~crossed(atoms, found, line((1, -1), (1, 3))))
    assert left.pairs.tolist() == [[0, 2]]


def test_islands_are_counted_by_street():
    atoms = squares((0, 0), (1, 0), (5, 5), (6, 5), (7, 5))
    found = adjacency_of(atoms)
    streets = pd.Series(["a", "a", "a", "b", "b"], index=atoms.index)
    assert parts_of(found, streets).to_dict() == {"a": 2, "b": 1}


def test_atoms_that_do_not_touch_have_no_pairs():
    for atoms in (squares((0, 0), (3, 3)), squares()):
        found = adjacency_of(atoms)
        assert isinstance(found, Adjacency)
        assert found.pairs.shape == (0, 2)
    assert parts_of(adjacency_of(squares((0, 0), (3, 3))), pd.Series(["a", "a"])).tolist() == [2]


def test_an_atom_without_an_outline_is_named():
    atoms = squares((0, 0), (1, 0))
    atoms.iloc[1] = None
    with pytest.raises(InputError, match="10"):
        adjacency_of(atoms)


def test_a_group_that_hangs_together_through_another_alone_is_of_two_pieces():
    atoms = squares((0, 0), (1, 0), (2, 0))
    assert parts_of(adjacency_of(atoms), pd.Series(["a", "b", "a"])).to_dict() == {"a": 2, "b": 1}


def test_less_than_half_a_metre_of_border_is_a_corner():
    low = shapely.box(WEST + STEP, SOUTH - STEP, WEST + 2 * STEP, SOUTH + 0.003 * STEP)  # a third of a metre
    assert adjacency_of(gpd.GeoSeries([*squares((0, 0)), low], crs=4326)).pairs.tolist() == []
