"""What planning says of itself: bounds that no plan beats, borders along roads, an edit by hand that is built on."""

import doctest
from importlib import import_module
from itertools import permutations
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from gridgov import planning
from gridgov.planning import Plan, rebalance
from gridgov.planning.adjacency import Adjacency, adjacency_of
from gridgov.planning.bounds import least_residents, least_within
from gridgov.planning.joining import links_of
from gridgov.planning.matching import matched
from gridgov.planning.wishes import Wished
from tests.planning.blocks import SIDE, blocks, skewed

QUICK: dict[str, Any] = {"within": "street", "effort": "preview", "front": ()}
ROOMS = Path(planning.__file__).parent


def with_examples() -> list[str]:
    """Return the modules of planning that have worked examples; those of metrics are run beside their tests."""
    places = [path.relative_to(ROOMS) for path in sorted(ROOMS.rglob("*.py")) if ">>> " in path.read_text("utf-8")]
    return [".".join([planning.__name__, *one.with_suffix("").parts]) for one in places if one.parts[0] != "metrics"]


def test_there_are_examples_to_run():
    assert "gridgov.planning.bounds" in with_examples()


@pytest.mark.parametrize("module", with_examples())
def test_the_worked_examples_are_true(module: str) -> None:
    found = doctest.testmod(import_module(module))
    assert found.attempted
    assert found.failed == 0


def test_new_borders_run_along_roads_where_they_are_given():
    roads = [shapely.LineString([(117.0 + x * SIDE, 36.5), (117.0 + x * SIDE, 36.7)]) for x in (4, 7, 10, 13, 17, 20)]
    barriers = gpd.GeoDataFrame(geometry=roads, crs="EPSG:4326")

    def along(seed: int, **wishes: Any) -> float:
        """Return which share of the borders that are not today's runs along a road."""
        atoms = blocks(skewed(seed))
        touching = adjacency_of(atoms.geometry, barriers.geometry)
        codes = rebalance(atoms, shape=3, **wishes, **QUICK).assignment.to_numpy()
        today, (one, other) = atoms["cell"].to_numpy(), touching.pairs.T
        new = (codes[one] != codes[other]) & (today[one] == today[other])
        return float((touching.length_m * touching.along)[new].sum() / touching.length_m[new].sum())

    bare, led = ([along(seed, barriers=given) for seed in (0, 1)] for given in (None, barriers))
    assert np.mean(led) > np.mean(bare) + 0.08


@pytest.mark.parametrize(("given", "to"), [(3, 0), (5, 8)], ids=["west", "east"])
def test_an_edit_by_hand_that_is_as_good_as_any_is_kept(given: int, to: int) -> None:
    """The middle cell has too much. To give its west or its east away costs the same, and the planner chose one."""
    weights = np.full((3, 9), 8.0)
    weights[:, 3:6] = 14.0
    drawn = blocks(weights, street_rows=3, community_columns=9)
    touching = adjacency_of(drawn.geometry)
    even = Adjacency(touching.pairs, np.full(len(touching.pairs), 100.0), touching.along)  # no side is the cheaper
    atoms = pd.DataFrame(drawn.drop(columns="geometry"))
    start = atoms["cell"].copy()
    start.iloc[[given, given + 9, given + 18]] = atoms["cell"].iloc[to]
    plan = rebalance(atoms, start=start, adjacency=even, band=0.3, **QUICK)
    assert plan.assignment.tolist() == start.tolist()


@pytest.mark.parametrize("seed", range(3))
def test_a_bridge_leads_to_what_is_nearest(seed: int) -> None:
    atoms = blocks(np.ones((6, 6)), cell_side=6)
    gap = [6 * row + 3 + (row + seed) % 3 // 2 for row in range(6)]  # crooked: not all are as far across
    gap = [*gap, *[6 * row + 4 for row in range(6) if row % 3 != seed]]
    torn = atoms.drop(index=[f"a{one}" for one in gap])
    links = links_of(torn, Wished(cell="cell", street="street", weight="households", islands="bridge"))
    direct = set(map(tuple, links.touching.pairs.tolist()))
    bridges = [tuple(pair) for pair in links.pairs.tolist() if tuple(pair) not in direct]
    piece = shapely.get_x(shapely.centroid(torn.geometry.to_numpy())) > 117.0 + 3.5 * SIDE
    middles = shapely.centroid(torn.to_crs(4548).geometry.to_numpy())
    apart = shapely.distance(middles[:, None], middles[None, :])
    assert bridges
    for one, other in bridges:
        assert piece[one] != piece[other]
        assert apart[one, other] == pytest.approx(apart[piece][:, ~piece].min(), abs=1.0)


def test_a_front_never_moves_more_for_a_wider_band():
    bands = (0.05, 0.06, 0.07, 0.08, 0.1)
    for seed in range(3):
        atoms = blocks(skewed(seed, rows=6, columns=12), street_rows=6, community_columns=12)
        plan = rebalance(atoms, band=0.05, **(QUICK | {"front": bands, "seed": seed}))
        assert plan.front.index.tolist() == list(bands)
        assert plan.front["moved"].is_monotonic_decreasing


def fewest(load: np.ndarray, residents: np.ndarray, cell: np.ndarray, streets: np.ndarray, band: float) -> float:
    """Return the fewest residents that move where atoms may be divided and anybody may live in any cell of the street.

    A linear program over which part of each atom goes to which cell; infinite where no plan is within the band.
    """
    atoms, cells = len(load), len(streets)
    into = np.tile(np.eye(cells), atoms) * np.repeat(load, cells)
    loads = np.bincount(cell, load, cells)
    mean = np.array([loads[streets == street].mean() for street in streets])
    solved = linprog(
        (residents[:, None] * (np.arange(cells) != cell[:, None])).ravel(),
        A_ub=np.vstack([into, -into]),
        b_ub=np.concatenate([mean * (1 + band), -mean * (1 - band)]),
        A_eq=np.kron(np.eye(atoms), np.ones(cells)),
        b_eq=np.ones(atoms),
        bounds=[(0.0, float(ok)) for row in streets[cell][:, None] == streets for ok in row],
    )
    return float(solved.fun) if solved.status == 0 else np.inf


@st.composite
def loaded(draw: st.DrawFn, streets: int = 2) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Draw loads and residents of atoms, their cells, and the streets of the cells."""
    of = np.sort(draw(st.lists(st.integers(0, streets - 1), min_size=2, max_size=4)))
    cell = np.concatenate([np.arange(len(of)), draw(st.lists(st.integers(0, len(of) - 1), max_size=6))]).astype(int)
    some = st.lists(st.integers(1, 50), min_size=len(cell), max_size=len(cell)).map(lambda made: np.array(made, float))
    return draw(some), draw(some), cell, np.unique(of, return_inverse=True)[1]


@settings(max_examples=40, deadline=None)
@given(loaded(), st.sampled_from([0.0, 0.1, 0.4]))
def test_no_plan_moves_fewer_residents_than_the_bound(scene: Any, band: float) -> None:
    load, residents, cell, streets = scene
    least = fewest(load, residents, cell, streets, band)
    assert least_residents(load, residents, cell, streets, band) <= least + 1e-6
    loads = np.bincount(cell, load, len(streets))
    assert least_within(loads, streets, band) <= fewest(load, load, cell, streets, band) + 1e-6


@settings(max_examples=30, deadline=None)
@given(loaded(streets=1), st.sampled_from([0.0, 0.1, 0.4]))
def test_one_street_whose_atoms_can_be_divided_reaches_the_bound(scene: Any, band: float) -> None:
    load, residents, cell, streets = scene
    loads, even = np.bincount(cell, load, len(streets)), np.full(len(load), 2.0)
    least = fewest(load, 2.0 * load, cell, streets, band)
    assert least_residents(load, load * even, cell, streets, band) == pytest.approx(least, abs=1e-6)
    assert 2.0 * least_within(loads, streets, band) == pytest.approx(least, abs=1e-6)
    if len(streets) == 2:  # what one lets go, the other gets, whoever carries it
        least = fewest(load, residents, cell, streets, 0.0)
        assert least_residents(load, residents, cell, streets, 0.0) == pytest.approx(least, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 6), st.integers(0, 2**32 - 1), st.booleans())
def test_no_other_numbering_of_new_cells_keeps_more_residents(cells: int, seed: int, pin: bool) -> None:  # noqa: FBT001
    chance = np.random.default_rng(seed)
    before = np.concatenate([np.arange(cells), chance.integers(0, cells, 12)])
    after = np.concatenate([np.arange(cells), chance.integers(0, cells, 12)])
    residents, pinned = chance.integers(0, 30, len(before)).astype(float), np.zeros(cells, bool)
    pinned[0] = pin

    def keeping(codes: np.ndarray) -> float:
        return float(residents[codes == before].sum())

    found = matched(before, after, residents, pinned=pinned)
    assert len(set(zip(after, found, strict=True))) == len(set(found)) == cells
    assert not pin or (found[after == 0] == 0).all()
    others = (np.array(order)[after] for order in permutations(range(cells)) if not pin or order[0] == 0)
    assert keeping(found) == pytest.approx(max(map(keeping, others)))


def bricks() -> gpd.GeoDataFrame:
    """Return atoms that are laid like bricks: the corners of a row lie in the middle of the next one's edges."""
    atoms = blocks(skewed(4, rows=6, columns=12), street_rows=6, community_columns=12)
    row = np.arange(len(atoms)) // 12
    by = np.repeat(row % 2 * SIDE / 2.1, 5)[:, None] * [1.0, 0.0]  # of the five corners of each
    return atoms.set_geometry(shapely.transform(atoms.geometry.to_numpy(), lambda at: at + by), crs=4326)


@pytest.fixture(scope="module")
def laid() -> Plan:
    return rebalance(bricks(), **QUICK)


def test_cells_of_bricks_are_sound_although_corners_do_not_meet(laid: Plan) -> None:
    cells = laid.cells()
    assert not shapely.coverage_is_valid(bricks().geometry.to_numpy())
    assert cells.is_valid.all()
    assert (cells.geom_type == "Polygon").all()
    assert shapely.area(cells.geometry.to_numpy()).sum() == pytest.approx(72 * SIDE**2)
    assert cells.columns.tolist() == ["cell", "street", "community", "changed", "households", "geometry"]
    assert cells["cell"].tolist() == sorted(set(laid.assignment))
    assert cells.crs == 4326
