"""Atoms from micro-cells and other blocks: what lies outside is named, nobody is lost, and plans are made of them."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gridgov.errors import InputError
from gridgov.planning import atoms, rebalance
from tests.planning.test_atoms import STEP, box, grid, houses


def given_blocks(*shapes: shapely.Polygon, households: list[float]) -> gpd.GeoDataFrame:
    ids = [f"K{number + 1}" for number in range(len(shapes))]
    return gpd.GeoDataFrame({"id": ids, "households": households}, geometry=list(shapes), crs=4326)


def test_households_of_blocks_outside_are_named_and_none_is_lost():
    sliver = box(0, 1 - 4e-4)  # 4e-4 of a step is 9 cm: 16 m2 of it lie in a cell
    blocks = given_blocks(box(0, 0, 0.5), box(1.5, 0, 1.0), box(5, 5), sliver, households=[39, 60, 30, 10])
    found = atoms(grid(), blocks=blocks)
    outside = found.attrs["outside"]["blocks"]
    assert list(outside) == ["K2", "K3", "K4"]
    assert outside["K2"] == pytest.approx(30, rel=1e-3)
    assert outside["K3"] == 30
    assert outside["K4"] == 10
    assert found["households"].sum() + sum(outside.values()) == pytest.approx(139)


def test_misfits_of_outlines_cost_nobody():
    within_a_metre = box(-1e-4, 0, 1.0002)  # 0.2 mm too far on either side
    tiny = box(1.5, 0.5, 0.02, 0.02)  # 16 m2
    blocks = given_blocks(within_a_metre, tiny, households=[20, 7])
    found = atoms(grid(), blocks=blocks)
    assert found.attrs["outside"] == {"blocks": {}}
    assert found["households"].sum() == pytest.approx(27)
    assert found.groupby("cell")["households"].sum().tolist() == pytest.approx([20, 7], rel=1e-3)


def test_blocks_are_named_as_outside_where_buildings_say_who_lives_there():
    blocks = given_blocks(box(0, 0), box(1.5, 0, 1.0), households=[1, 1])
    found = atoms(grid(), blocks=blocks, buildings=houses((0.2, 0.5), (9, 9), households=[4, 6]))
    assert found.attrs["outside"] == {"buildings": 1, "blocks": {"K2": 0.0}}
    assert found["households"].sum() == 4


def test_cells_that_say_too_little_are_refused_with_what_to_do():
    given = houses((0.3, 0.5), (1.3, 0.5), households=[3, 4])
    with pytest.raises(InputError, match=r"need a column 'street_code': north, south"):
        atoms(grid().assign(code=["north", "south"]), buildings=given)
    with pytest.raises(InputError, match=r"need a column 'community_code': north, south"):
        atoms(grid().assign(code=["north", "south"], street_code="370102001"), buildings=given)
    with pytest.raises(InputError, match=r"whose street_code is missing: 370102001001002"):
        atoms(grid().assign(street_code=["370102001", None]), buildings=given)
    with pytest.raises(InputError, match="There are no cells"):
        atoms(grid().iloc[:0], buildings=given)


def micro_cells() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return four cells in a row, and their micro-cells, four by four: the first cells have most households."""
    fine = np.array([box(x, 0) for x in range(4)])
    cells = shapely.transform(shapely.segmentize(fine, STEP / 3.5), lambda at: np.round(at, 8))
    codes = [f"370102001001{number:03d}" for number in range(1, 5)]
    micro = [box(x / 4, y / 4, 0.25, 0.25) for x in range(16) for y in range(4)]
    held = np.repeat([40.0, 20.0, 10.0, 10.0], 16)
    return (
        gpd.GeoDataFrame({"code": codes}, geometry=cells, crs=4326),
        gpd.GeoDataFrame({"id": [f"W{n}" for n in range(64)], "households": held}, geometry=micro, crs=4326),
    )


def test_a_plan_is_made_of_micro_cells():
    cells, micro = micro_cells()
    made = atoms(cells, blocks=micro)
    assert len(made) == 64
    assert made["households"].sum() == pytest.approx(1280)
    plan = rebalance(made, band=0.15, front=(), effort="preview")
    assert plan.loads["load"].between(0.84, 1.16).all()
    assert plan.loads_today["load"].max() > 1.9
    drawn = plan.cells()
    assert shapely.coverage_is_valid(drawn.geometry.to_numpy())
    assert (drawn.geom_type == "Polygon").all()
