"""The sample's streets, drawn and redrawn: what the whole way from buildings to a new grid promises."""

from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gridgov.grid import require_partition
from gridgov.planning import Plan, atoms, rebalance

DATA = Path(str(files("sample_geo"))) / "data"
STREET = "370102003"


@pytest.fixture(scope="module")
def cells() -> gpd.GeoDataFrame:
    cells = gpd.read_file(DATA / "grid.gpkg", layer="cells")
    return cells[cells["street_code"] == STREET]


@pytest.fixture(scope="module")
def plan(cells: gpd.GeoDataFrame) -> Plan:
    buildings = gpd.read_parquet(DATA / "buildings.parquet")
    near = buildings[buildings.intersects(shapely.box(*cells.total_bounds))]
    return rebalance(atoms(cells, buildings=near), within="street", band=0.05, front=(0.1, 0.25))


def test_a_street_is_level_with_little_upheaval_and_compact_cells(plan: Plan) -> None:
    """The bars of a whole district (1.65 times the bound, 0.85 of compactness) are the bench's; a street lies near."""
    even, loose = plan.front.loc[0.05], plan.front.loc[0.25]
    assert even["cv"] <= 0.05
    assert even["times_bound"] <= 2.0
    assert even["compactness"] >= 0.8 * plan.figures.loc["compactness", "today"]
    assert loose["within_25"] >= 0.95
    assert plan.front.loc[0.1, "times_bound"] <= 2.0
    assert loose["moved_share"] < even["moved_share"]


def test_figures_of_shape_are_those_of_the_cells_as_drawn(plan: Plan) -> None:
    drawn = plan.cells()
    plane = drawn.to_crs(4548).geometry
    compactness = (4 * np.pi * plane.area / plane.length**2).mean()
    assert plan.front.loc[0.05, "compactness"] == pytest.approx(compactness, rel=0.01)


def test_the_new_cells_are_a_grid_and_those_that_stay_are_the_same_to_the_last_bit(
    cells: gpd.GeoDataFrame, plan: Plan
) -> None:
    drawn = plan.at(0.25).cells()
    require_partition(drawn.rename(columns={"cell": "code"})[["code", "geometry"]])
    before = cells.set_index("code").geometry.normalize()
    kept = drawn[~drawn["changed"]].set_index("cell").geometry.normalize()
    assert len(kept)
    assert all(shapely.equals_identical(shape, before[code]) for code, shape in kept.items())
    outline = shapely.coverage_union_all(drawn.geometry.to_numpy())
    assert shapely.coverage_union_all(cells.geometry.to_numpy()).symmetric_difference(outline).area == 0.0


def test_hexagons_do_where_there_are_no_buildings(cells: gpd.GeoDataFrame) -> None:
    """Households are spread over a cell's ground then: the lumps are coarser, and the rules the same."""
    hexagons = atoms(cells)
    assert len(hexagons) > 3 * len(cells)
    assert hexagons["households"].sum() == pytest.approx(cells["households"].sum())
    plan = rebalance(hexagons, within="street", band=0.25, front=(), effort="preview")
    assert plan.front.loc[0.25, "cv"] < plan.figures.loc["cv", "today"] / 2
    parts = shapely.get_num_geometries(plan.cells().geometry.to_numpy())
    assert (parts == 1).all()
