"""Cells are numbered north to south, west to east inside their community."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgov.errors import CodeError, GeometryError
from gridgov.grid import number_cells

MakeGrid = Callable[..., gpd.GeoDataFrame]
SAMPLE = Path(__file__).parents[2] / "sample_geo" / "data" / "grid.gpkg"


def board(rows: list[str]) -> gpd.GeoDataFrame:
    """Lay square cells out as written: each letter is a cell's name."""
    places = {name: (column, -row) for row, line in enumerate(rows) for column, name in enumerate(line) if name != " "}
    squares = [
        shapely.box(117 + x * 0.004, 36 + y * 0.004, 117.004 + x * 0.004, 36.004 + y * 0.004)
        for x, y in places.values()
    ]
    return gpd.GeoDataFrame({"community_code": "370102001001"}, index=list(places), geometry=squares, crs=4326)


def test_rows_go_north_to_south_and_west_to_east():
    numbered = number_cells(board(["abc", "def"]))
    assert [numbered[name][-3:] for name in "abcdef"] == ["001", "002", "003", "004", "005", "006"]


def test_a_ragged_row_still_counts_from_the_west():
    numbered = number_cells(board(["  ab", "cdef", " g"]))
    assert sorted("abcdefg", key=lambda name: numbered[name]) == list("abcdefg")


def test_each_community_counts_for_itself_and_the_index_is_kept(grid: gpd.GeoDataFrame):
    numbered = number_cells(grid)
    assert list(numbered.index) == list(grid.index)
    assert numbered.name == "code"
    for community, part in numbered.groupby(grid.community_code.to_numpy()):
        assert sorted(part) == [f"{community}{number:03d}" for number in range(1, len(part) + 1)]


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10_000))
def test_every_order_of_cells_gives_the_same_codes(new_grid: MakeGrid, seed: int):
    grid = new_grid(columns=3, rows=3, seed=seed)
    order = np.random.default_rng(seed).permutation(len(grid))
    assert number_cells(grid.iloc[order]).sort_index().equals(number_cells(grid))


def test_the_community_is_read_from_the_old_code_where_no_column_says_it(grid: gpd.GeoDataFrame):
    assert number_cells(grid[["code", "geometry"]]).equals(number_cells(grid))


def test_cells_without_community_or_geometry_and_too_many_are_refused(grid: gpd.GeoDataFrame):
    with pytest.raises(CodeError, match="community_code"):
        number_cells(grid[["geometry"]])
    with pytest.raises(CodeError):
        number_cells(grid[["geometry"]].assign(code="3.7E14"))
    with pytest.raises(GeometryError, match="cannot be numbered"):
        number_cells(grid.set_geometry([None, *grid.geometry[1:]]))
    crowd = board(["a"]).iloc[[0] * 1000]
    with pytest.raises(CodeError, match="999"):
        number_cells(crowd)


@pytest.mark.skipif(not SAMPLE.exists(), reason="the sample district is made by make sample")
def test_the_sample_is_numbered_by_this_rule():
    cells = gpd.read_file(SAMPLE, layer="cells")
    assert (number_cells(cells) == cells.code).all()
