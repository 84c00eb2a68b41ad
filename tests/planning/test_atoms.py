"""Atoms of a street of the sample, of a small grid, and of what cannot be used."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gridgov.errors import GeometryError, InputError, PartitionError
from gridgov.planning import Drawing, adjacency_of, atoms, parts_of
from gridgov.planning.tessellation.smoothing import smoothed
from tests.conftest import SAMPLE

STREET = "370102001"
STEP, WEST, SOUTH = 0.002, 117.05, 36.65
COLUMNS = ["cell", "street", "community", "kind", "households", "incidents", "area_m2", "road_m", "sites", "geometry"]


@pytest.fixture(scope="module")
def cells():
    found = gpd.read_file(SAMPLE / "grid.gpkg", layer="cells")
    return found[found["street_code"] == STREET].set_index("code", drop=False)


@pytest.fixture(scope="module")
def buildings():
    return gpd.read_parquet(SAMPLE / "buildings.parquet")


@pytest.fixture(scope="module")
def made(cells, buildings):
    return atoms(cells, buildings=buildings)


def box(x, y, wide=1.0, high=1.0):
    at = np.round([WEST + x * STEP, SOUTH + y * STEP, WEST + (x + wide) * STEP, SOUTH + (y + high) * STEP], 8)
    return shapely.box(*at.tolist())


def grid(**columns: list[float]):
    codes = ["370102001001001", "370102001001002"]
    # Ten edges to a side: a line inside may end at what vertices there are, and nowhere else.
    fine = shapely.segmentize(np.array([box(0, 0), box(1, 0)]), STEP / 9.5)
    shapes = shapely.transform(fine, lambda at: np.round(at, 8))
    return gpd.GeoDataFrame({"code": codes, **columns}, geometry=shapes, crs=4326)


def houses(*places: tuple[float, float], households):
    shapes = [box(x, y, 0.2, 0.05) for x, y in places]
    ids = [f"B{i}" for i in range(len(places))]
    return gpd.GeoDataFrame({"id": ids, "households": households}, geometry=shapes, crs=4326)


def test_atoms_of_a_street_fill_its_cells_to_the_last_bit(made, cells):
    assert list(made.columns) == COLUMNS
    assert made.index.is_unique
    assert set(made["cell"]) == set(cells["code"])
    assert shapely.coverage_is_valid(made.geometry.to_numpy())
    assert (made.geom_type == "Polygon").all()
    assert made.is_valid.all()
    for code, mine in made.groupby("cell"):
        whole = shapely.coverage_union_all(mine.geometry.to_numpy())
        assert shapely.equals_identical(shapely.normalize(whole), shapely.normalize(cells.geometry[code]))


def test_households_of_cells_are_those_that_the_register_counts(made, cells):
    found = made.groupby("cell")["households"].sum()
    assert found.to_numpy() == pytest.approx(cells["households"].reindex(found.index).to_numpy())


def test_cells_hang_together_by_their_atoms(made):
    assert (parts_of(adjacency_of(made.geometry), made["cell"]) == 1).all()


def test_the_same_input_gives_the_same_atoms(made, cells, buildings):
    again = atoms(cells, buildings=buildings)
    assert again.index.equals(made.index)
    assert shapely.equals_identical(again.geometry.to_numpy(), made.geometry.to_numpy()).all()


def test_a_heavy_building_is_split_into_units():
    found = atoms(grid(), buildings=houses((0.3, 0.5), (1.3, 0.5), households=[3, 17]), drawing=Drawing(heavy=0.5))
    units = found[found.index.str.startswith("B1-")]
    assert sorted(units.index) == ["B1-1", "B1-2", "B1-3", "B1-4"]  # a mean cell has 10, half of it is 5
    assert units["households"].tolist() == [4.25] * 4
    assert found.loc["B0", "households"] == 3


def test_a_building_across_a_border_counts_where_its_inner_point_lies():
    found = atoms(grid(), buildings=houses((0.85, 0.5), (1.5, 0.2), households=[8, 1]), drawing=Drawing(heavy=1))
    assert found.groupby("cell")["households"].sum().tolist() == [8, 1]


def test_ground_without_buildings_is_hexagons_and_households_go_by_area():
    found = atoms(grid(households=[100, 0]), drawing=Drawing(hexagon=11))
    assert len(found) > 10
    assert all(name.startswith(cell) for name, cell in found["cell"].items())
    first = found[found["cell"] == "370102001001001"]
    assert first["households"].sum() == pytest.approx(100)
    assert (first["households"] / first["area_m2"]).std() == pytest.approx(0, abs=1e-6)


def test_where_a_border_has_no_vertex_to_end_at_atoms_stay_together_and_lose_nobody():
    bare = grid().set_geometry([box(0, 0), box(1, 0)], crs=4326)
    found = atoms(bare, buildings=houses((0.3, 0.5), (1.3, 0.5), households=[3, 17]))
    assert found.groupby("cell")["households"].sum().tolist() == [3, 17]
    assert shapely.coverage_is_valid(found.geometry.to_numpy())


def test_atoms_follow_blocks_where_they_are_given():
    cuts = [box(0.0, 0, 0.5), box(0.5, 0, 1.0)]
    blocks = gpd.GeoDataFrame({"id": ["K1", "K2"], "households": [10, 30]}, geometry=cuts, crs=4326)
    found = atoms(grid(), blocks=blocks, buildings=houses((0.1, 0.4), (1.1, 0.4), households=[4, 6]))
    assert sorted(found.index) == ["370102001001002-0", "K1", "K2@370102001001001", "K2@370102001001002"]
    assert found["households"].sum() == 10
    assert found.loc["K1", "households"] == 4
    assert found.loc["K1", "geometry"].symmetric_difference(cuts[0]).area < 1e-3 * cuts[0].area


def test_what_an_atom_carries_keeps_its_sums():
    dots = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy([WEST + 0.0005, WEST + 0.0007, WEST + 1], [SOUTH + 0.001] * 3), crs=4326
    )
    road = gpd.GeoDataFrame(
        geometry=[shapely.LineString([(WEST + STEP, SOUTH), (WEST + STEP, SOUTH + STEP)])], crs=4326
    )
    given = houses((0.2, 0.5), (1.5, 0.5), households=[5, 5])
    found = atoms(grid(), buildings=given, incidents=dots, sites=dots, roads=road, drawing=Drawing(heavy=1, years=2))
    assert found["incidents"].sum() == pytest.approx(1.0)  # two in two years
    assert found["sites"].sum() == 2
    assert found.attrs["outside"] == {"incidents": 1, "sites": 1, "buildings": 0}
    length = found.groupby("cell")["road_m"].sum()
    assert length.tolist() == pytest.approx([110.98, 110.98], rel=1e-2)  # half of 221.96 m on each side


def test_small_numbers_are_drawn_towards_the_rate_of_all():
    # r = .4, 0, .1; m = 12 / 80 = .15; s2 = (20 * .0625 + 20 * .0225 + 40 * .0025) / 80 = .0225;
    # A = .0225 - .15 / (80 / 3) = .016875; shrink = .016875 / (.016875 + .15 / n) = .6923, .6923, .8182;
    # rates .32308, .04615, .10909; expected 6.4615, .9231, 4.3636: 11.7483 in all, brought back to 12.
    found = smoothed(np.array([8.0, 0.0, 4.0]), np.array([20.0, 20.0, 40.0]))
    assert found == pytest.approx(np.array([6.461538, 0.923077, 4.363636]) * 12 / 11.748252, rel=1e-6)


def test_nothing_seen_and_nothing_but_chance_are_told_plainly():
    assert smoothed(np.zeros(3), np.ones(3)).tolist() == [0, 0, 0]
    assert smoothed(np.array([1.0, 2.0]), np.array([10.0, 10.0])) == pytest.approx([1.5, 1.5])


@pytest.mark.parametrize("weight", [-1.0, np.nan, np.inf])
def test_a_weight_that_cannot_be_is_refused_by_row(weight):
    with pytest.raises(InputError, match=r"buildings\.households.* 1\."):
        atoms(grid(), buildings=houses((0.3, 0.5), (1.3, 0.5), households=[3, weight]))


def test_ids_and_codes_that_stand_twice_are_refused():
    twice = houses((0.3, 0.5), (1.3, 0.5), households=[3, 4]).assign(id="B7")
    with pytest.raises(InputError, match="B7"):
        atoms(grid(), buildings=twice)
    with pytest.raises(InputError, match="370102001001001"):
        atoms(grid().assign(code="370102001001001"), buildings=twice)
    with pytest.raises(InputError, match="'code'"):
        atoms(grid().drop(columns="code"), buildings=twice)


def test_an_atom_whose_name_is_taken_is_refused():
    given = houses((0.3, 0.5), (0.3, 0.2), households=[30, 1]).assign(id=["B1", "B1-1"])
    with pytest.raises(InputError, match="B1-1"):
        atoms(grid(), buildings=given)


def test_geometry_that_says_too_little_is_refused():
    given = houses((0.3, 0.5), (1.3, 0.5), households=[3, 4])
    with pytest.raises(InputError, match="set_crs"):
        atoms(grid(), buildings=gpd.GeoDataFrame(given.drop(columns="geometry"), geometry=list(given.geometry)))
    with pytest.raises(InputError, match="GeoDataFrame"):
        atoms(grid(), buildings=pd.DataFrame(given.drop(columns="geometry")))
    given.loc[1, "geometry"] = None
    with pytest.raises(GeometryError, match="without a place: 1"):
        atoms(grid(), buildings=given)


def test_cells_that_overlap_are_no_grid():
    crooked = grid().set_geometry([box(0, 0, 1.2), box(1, 0)], crs=4326)
    with pytest.raises(PartitionError, match="370102001001002"):
        atoms(crooked, buildings=houses((0.3, 0.5), households=[1]))


def test_where_nobody_knows_of_households_atoms_are_refused():
    with pytest.raises(InputError, match="buildings="):
        atoms(grid())


@pytest.mark.parametrize("wrong", [{"heavy": 0.0}, {"hexagon": 16}, {"years": 0.0}], ids=["heavy", "hexagon", "years"])
def test_a_drawing_that_cannot_be_is_refused(wrong):
    with pytest.raises(InputError, match="heavy"):
        Drawing(**wrong)
