"""Buildings lie where buildings lie, some across borders, and one exactly a third at home."""

import numpy as np
import pytest
import shapely
from shapely import STRtree

from sample_geo.common import DATA, HOME, read_rows
from sample_geo.footprints import BORDER_BLOCK


def _areas_of(buildings, frame) -> np.ndarray:
    building, _ = STRtree(frame.geometry.to_numpy()).query(buildings.geometry.to_numpy(), predicate="intersects")
    return np.bincount(building, minlength=len(buildings))


def test_there_are_about_20_000_valid_buildings_in_three_shapes(buildings):
    assert 19_000 <= len(buildings) <= 21_000
    assert buildings["id"].is_unique
    assert shapely.is_valid(buildings.geometry.to_numpy()).all()
    corners = shapely.get_num_coordinates(buildings.geometry.to_numpy())
    holes = shapely.get_num_interior_rings(buildings.geometry.to_numpy())
    assert {5, 7} <= set(corners.tolist())
    assert holes.sum() > 100


def test_400_or_more_lie_across_cells_some_across_streets_and_some_across_districts(buildings, grid):
    assert (_areas_of(buildings, grid["cells"]) > 1).sum() >= 400
    assert (_areas_of(buildings, grid["streets"]) > 1).sum() >= 20
    assert (_areas_of(buildings, grid["districts"]) > 1).sum() >= 5
    assert _areas_of(buildings, grid["cells"]).min() >= 1


def test_buildings_do_not_overlap(buildings):
    shapes = buildings.geometry.to_numpy()
    first, second = STRtree(shapes).query(shapes, predicate="intersects")
    assert (first == second).all()


def test_the_border_block_lies_one_third_at_home_and_two_thirds_in_the_next_district(buildings, grid):
    block = buildings[buildings["id"] == BORDER_BLOCK].to_crs(4548)
    districts = grid["districts"].to_crs(4548).set_index("code").geometry
    outline = block.geometry.iloc[0]
    assert outline.area * block["floors"].iloc[0] == pytest.approx(2000, abs=5)
    shares = districts.intersection(outline).area / outline.area
    assert shares[HOME] == pytest.approx(1 / 3, abs=1e-4)
    assert shares["370112"] == pytest.approx(2 / 3, abs=1e-4)
    assert _areas_of(buildings[buildings["id"] == BORDER_BLOCK], grid["cells"]).tolist() == [2]


def test_the_households_of_the_cells_are_those_of_their_buildings(buildings, cells):
    assert buildings["households"].sum() == cells["households"].sum()


def test_every_building_has_an_address_of_the_book_near_it(buildings):
    book = {row["id"]: row for row in read_rows(DATA / "addresses.csv")}
    rows = [book[identity] for identity in buildings["address_id"]]
    points = shapely.points([(float(row["lon"]), float(row["lat"])) for row in rows])
    assert shapely.distance(points, buildings.geometry.to_numpy()).max() < 1e-7
