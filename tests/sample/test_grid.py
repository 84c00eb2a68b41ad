"""The sample's areas are what a district promises: an exact partition, real names, numbers in order."""

import numpy as np
import pytest
import shapely

from sample_geo.common import DECIMALS, HOME, NAMES, geometry_to_metres, read_rows
from sample_geo.partition import number_cells, short_name

LEVELS = ("districts", "streets", "communities", "cells")


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_is_an_exact_coverage_of_single_valid_polygons(grid, level):
    shapes = grid[level].geometry.to_numpy()
    assert shapely.coverage_is_valid(shapes)
    assert shapely.is_valid(shapes).all()
    assert set(grid[level].geom_type) == {"Polygon"}


def test_no_level_leaves_a_hole_that_another_does_not(grid):
    outlines = [shapely.coverage_union_all(grid[level].geometry.to_numpy()) for level in LEVELS]
    assert all(outline.geom_type == "Polygon" and not outline.interiors for outline in outlines)
    assert all(shapely.equals(outline, outlines[0]) for outline in outlines)


def test_the_home_district_has_13_streets_139_communities_and_773_cells_by_real_names(grid):
    for level, count in (("streets", 13), ("communities", 139), ("cells", 773)):
        assert grid[level]["code"].str.startswith(HOME).sum() == count
    real = {row["code"]: row["name"] for kind in LEVELS[:3] for row in read_rows(NAMES / f"{kind}.csv")}
    for level in LEVELS[:3]:
        assert all(real[code] == name for code, name in zip(grid[level]["code"], grid[level]["name"], strict=True))


def test_the_home_district_measures_about_100_square_kilometres_inside_its_box(grid):
    home = grid["districts"].set_index("code").geometry[HOME]
    west, south, east, north = home.bounds
    assert 117.01 < west < east < 117.18
    assert 36.59 < south < north < 36.71
    assert geometry_to_metres(home).area / 1e6 == pytest.approx(100, abs=2)


def test_both_neighbours_are_strips_with_a_few_dozen_cells_each(cells):
    counts = cells["district_code"].value_counts()
    assert all(36 <= counts[code] <= 72 for code in ("370103", "370112"))


def test_every_cell_has_50_to_300_vertices(cells):
    closing = np.array([1 + len(shape.interiors) for shape in cells.geometry])
    vertices = shapely.get_num_coordinates(cells.geometry.to_numpy()) - closing
    assert vertices.min() >= 50
    assert vertices.max() + closing.max() <= 300


def test_codes_nest_and_every_area_is_the_exact_union_of_its_cells(grid, cells):
    assert (cells["community_code"] == cells["code"].str[:12]).all()
    assert (cells["street_code"] == cells["code"].str[:9]).all()
    for level, column in (
        ("communities", "community_code"),
        ("streets", "street_code"),
        ("districts", "district_code"),
    ):
        for code, shape in grid[level].set_index("code").geometry.items():
            members = cells.geometry[cells[column] == code].to_numpy()
            union = shapely.coverage_union_all(members)
            assert shapely.equals(union, shape)
            assert {*map(tuple, shapely.get_coordinates(shape))} <= {*map(tuple, shapely.get_coordinates(members))}


def test_cells_are_numbered_from_one_without_gaps_by_the_rule(cells):
    for _, members in cells.groupby("community_code"):
        numbers = members["code"].str[12:].astype(int).tolist()
        assert numbers == list(range(1, len(members) + 1))
        assert number_cells(members.geometry.tolist()) == numbers


def test_numbers_run_west_to_east_and_then_south():
    boxes = [shapely.box(117 + x, 36 + y, 118 + x, 37 + y) for y in (0, 1) for x in (0, 1, 2)]
    assert number_cells(boxes) == [4, 5, 6, 1, 2, 3]


def test_numbers_do_not_depend_on_the_order_of_cells(cells):
    members = cells[cells["community_code"] == "370102007010"].geometry.tolist()
    assert number_cells(members[::-1]) == number_cells(members)[::-1]


def test_dedicated_cells_fill_the_holes_of_their_hosts(cells):
    dedicated = cells[cells["kind"] == "dedicated"]
    hosts = cells[[len(shape.interiors) > 0 for shape in cells.geometry]]
    assert len(dedicated) == len(hosts) >= 5
    for host in hosts.itertuples():
        (hole,) = host.geometry.interiors
        inside = dedicated[dedicated["community_code"] == host.community_code].geometry
        assert any(shapely.equals(shapely.Polygon(hole), shape) for shape in inside)


def test_some_shared_edges_run_exactly_along_a_parallel_or_a_meridian(cells):
    flat = 0
    for shape in cells.geometry:
        steps = np.diff(shapely.get_coordinates(shape.exterior), axis=0)
        flat += int((steps == 0).any(axis=1).sum())
    assert flat > 100


def test_coordinates_carry_no_more_than_the_stated_decimals(cells):
    coordinates = shapely.get_coordinates(cells.geometry.to_numpy())
    assert (coordinates == np.round(coordinates, DECIMALS)).all()


def test_households_total_300_000_and_some_cells_have_three_times_the_mean(cells):
    home = cells[cells["district_code"] == HOME]["households"]
    assert home.sum() == pytest.approx(300_000, rel=0.01)
    assert (home > 3 * home.mean()).sum() >= 5


@pytest.mark.parametrize(
    ("full", "short"),
    [
        ("解放桥社区居民委员会", "解放桥社区"),
        ("文化东路居民委员会", "文化东路社区"),
        ("和苑社区居民居民委员会", "和苑社区"),
        ("英西南路社区居委会", "英西南路社区"),
        ("下井村社区", "下井村社区"),
        ("兴隆一村村民委员会", "兴隆一村"),
        ("潘庄村民委员会", "潘庄"),
    ],
)
def test_a_community_has_the_short_name_that_addresses_use(full, short):
    assert short_name(full) == short
