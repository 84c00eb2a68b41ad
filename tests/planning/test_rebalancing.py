"""A fairer grid: what every plan keeps, what a wish changes, and what is refused."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridgov.errors import InputError
from gridgov.planning import Plan, rebalance
from gridgov.planning.adjacency import Adjacency, adjacency_of
from tests.planning.blocks import SIDE, blocks, skewed

QUICK: dict[str, Any] = {"effort": "preview", "front": ()}


def pieces(atoms: gpd.GeoDataFrame, codes: pd.Series) -> pd.Series:
    """Return of how many pieces the ground of each cell is."""
    return atoms.geometry.groupby(codes).agg(
        lambda part: shapely.get_num_geometries(shapely.union_all(part.to_numpy()))
    )


def spread(atoms: pd.DataFrame, codes: pd.Series, weight: str = "households") -> float:
    load = atoms[weight].groupby([atoms["street"], codes]).sum()
    return float(np.sqrt(((load / load.groupby(level=0).transform("mean") - 1) ** 2).mean()))


@pytest.fixture(scope="module")
def atoms() -> gpd.GeoDataFrame:
    return blocks(skewed(1))


@pytest.fixture(scope="module")
def plan(atoms: gpd.GeoDataFrame) -> Plan:
    return rebalance(atoms, within="street", effort="preview", band=0.1, front=(0.05, 0.25))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 10_000),
    within=st.sampled_from(["street", "community"]),
    band=st.sampled_from([0.02, 0.1, 0.4]),
    locked=st.lists(st.integers(0, 215), max_size=4),
    most=st.sampled_from([None, 0, 1]),
)
def test_whatever_is_asked_cells_stay_whole_and_nothing_is_lost(
    seed: int, within: str, band: float, locked: list[int], most: int | None
) -> None:
    atoms = blocks(skewed(seed, columns=18))
    names = [atoms.index[one] for one in locked[:2]] + [atoms["cell"].iloc[one] for one in locked[2:]]
    plan = rebalance(atoms, within=within, band=band, locked=names, most_dissolved=most, seed=seed, **QUICK)
    after = plan.assignment
    assert after.index.equals(atoms.index)
    assert (pieces(atoms, after) == 1).all()
    for area in ("street", *(["community"] if within == "community" else [])):
        assert len(pd.MultiIndex.from_arrays([after, atoms[area]]).unique()) == after.nunique()  # one each
    assert (
        after.groupby(atoms["street"]).nunique().to_dict() == atoms["cell"].groupby(atoms["street"]).nunique().to_dict()
    )
    stays = atoms.index.isin(names) | atoms["cell"].isin(names)
    assert (after[stays] == atoms["cell"][stays]).all()
    held = atoms["cell"].isin(names)
    assert set(after[~held]).isdisjoint(set(atoms["cell"][held]))
    if most is not None:
        gone = set(atoms["cell"]) - set(after[after == atoms["cell"]])
        assert all(sum(code.startswith(street) for code in gone) <= most for street in atoms["street"].unique())


def test_it_is_fairer_and_nearly_as_good_as_any_plan_can_be(atoms: gpd.GeoDataFrame, plan: Plan) -> None:
    assert spread(atoms, atoms["cell"]) > 0.5
    assert spread(atoms, plan.assignment) < 0.15
    assert plan.front["cv"].is_monotonic_increasing
    assert plan.front["moved_share"].is_monotonic_decreasing
    assert (plan.front["moved_share"] >= plan.front["bound"]).all()
    moved = float(atoms["households"][plan.assignment != atoms["cell"]].sum())
    assert plan.front.loc[0.1, "moved"] == pytest.approx(moved)
    assert plan.front.loc[0.1, "cv"] == pytest.approx(spread(atoms, plan.assignment))


def test_the_same_seed_gives_the_same_plan_and_another_need_not(atoms: gpd.GeoDataFrame) -> None:
    one, same, other = (rebalance(atoms, within="street", seed=seed, **QUICK).assignment for seed in (5, 5, 6))
    assert one.equals(same)
    assert not one.equals(other)


def test_a_street_is_planned_the_same_beside_others_and_alone(atoms: gpd.GeoDataFrame) -> None:
    street = atoms["street"].iloc[0]
    alone = rebalance(atoms[atoms["street"] == street], **QUICK).assignment
    assert rebalance(atoms, **QUICK).assignment[alone.index].equals(alone)


def test_order_and_labels_of_atoms_only_change_their_order(atoms: gpd.GeoDataFrame) -> None:
    numbered = atoms.set_axis(range(len(atoms)))
    assert rebalance(numbered, **QUICK).assignment.tolist() == rebalance(atoms, **QUICK).assignment.tolist()


def test_cells_that_keep_residents_keep_their_code(atoms: gpd.GeoDataFrame, plan: Plan) -> None:
    overlap = atoms["households"].groupby([plan.assignment, atoms["cell"]]).sum()
    for code, part in overlap.groupby(level=0):
        if code in part.index.get_level_values(1):
            assert part[(code, code)] > 0
    stays = (plan.assignment == atoms["cell"]).groupby(atoms["cell"]).any()
    assert stays.mean() > 0.7


def test_moves_say_from_where_to_where_and_why(atoms: gpd.GeoDataFrame, plan: Plan) -> None:
    moves = plan.moves
    gone = plan.assignment != atoms["cell"]
    assert set(moves.index) == set(atoms.index[gone])
    assert (moves["to"] == plan.assignment[moves.index]).all()
    assert {"dissolved", "split"} <= set(moves["why"])
    steps = plan.steps("en")
    assert steps["residents"].sum() == pytest.approx(plan.front.loc[0.1, "moved"])
    split = steps[steps["why"] == "split"].iloc[0]
    assert split["sentence"].startswith(f"{split['source']} has ")
    assert "拆分" in plan.steps("zh").loc[split.name, "sentence"]


def test_a_dissolved_number_goes_to_a_part_of_an_overloaded_cell() -> None:
    weights = np.full((3, 12), 10.0)
    weights[:, 0:3], weights[:, 9:12] = 1.0, 19.0
    atoms = blocks(weights, street_rows=3, community_columns=12)
    plan = rebalance(atoms, within="street", band=0.2, **QUICK)
    light, heavy = atoms["cell"].iloc[0], atoms["cell"].iloc[11]
    assert set(plan.assignment[atoms["cell"] == heavy]) == {light, heavy}
    assert plan.loads["load"].between(0.8, 1.2).all()


def test_cells_of_a_plan_partition_the_same_ground(atoms: gpd.GeoDataFrame, plan: Plan) -> None:
    cells = plan.cells()
    assert cells.crs == atoms.crs
    assert shapely.coverage_is_valid(cells.geometry.to_numpy())
    assert shapely.area(shapely.union_all(cells.geometry.to_numpy())) == pytest.approx(288 * SIDE**2)
    assert cells["households"].sum() == atoms["households"].sum()
    kept = cells[~cells["changed"]]
    today = atoms.dissolve("cell").geometry
    assert all(row.geometry.equals(today[row.cell]) for row in kept.itertuples())


def test_another_point_of_the_front_is_a_plan_as_well(plan: Plan) -> None:
    assert plan.at(0.25).figures.loc["moved_share", "plan"] < plan.at(0.05).figures.loc["moved_share", "plan"]
    with pytest.raises(InputError, match=r"it has 0\.05, 0\.1, 0\.25"):
        plan.at(0.3)


def test_two_bands_are_held_at_once(atoms: gpd.GeoDataFrame) -> None:
    one = rebalance(atoms, within="street", band=0.2, **QUICK)
    both = rebalance(atoms, within="street", band={"households": 0.2, "incidents": 0.2}, front=())
    assert spread(atoms, both.assignment, "incidents") < spread(atoms, one.assignment, "incidents")
    today, planned = both.figures["today"], both.figures["plan"]
    assert planned["within"] > 0.6 > today["within"]
    assert max(planned["cv_households"], planned["cv_incidents"]) == planned["cv"] < today["cv"] / 2
    assert both.front.loc[0.2, "moved_share"] >= both.bound > 0


def test_a_composite_weight_is_balanced_by_its_parts(atoms: gpd.GeoDataFrame) -> None:
    plan = rebalance(atoms, within="street", weight={"households": 0.5, "incidents": 0.5}, **QUICK)
    composite = 0.5 * atoms["households"] / atoms["households"].groupby(atoms["street"]).transform("sum")
    composite += 0.5 * atoms["incidents"] / atoms["incidents"].groupby(atoms["street"]).transform("sum")
    assert plan.front.loc[0.1, "cv"] == pytest.approx(spread(atoms.assign(both=composite), plan.assignment, "both"))


def test_the_number_of_cells_is_free_within_its_range() -> None:
    weights = np.vstack([np.full((6, 12), 5.0), np.full((6, 12), 20.0)])
    atoms = blocks(weights, community_columns=12)
    plan = rebalance(atoms, within="street", more=(-3, 4), band=0.25, **QUICK)
    light, heavy = plan.assignment.groupby(atoms["street"]).nunique()
    assert light == 5
    assert 8 < heavy <= 12
    district = atoms["households"].sum() / atoms["cell"].nunique()
    assert plan.loads["residents"].between(0.6 * district, 1.3 * district).all()
    assert (pieces(atoms, plan.assignment) == 1).all()
    assert all("+" in code for code in set(plan.assignment) - set(atoms["cell"]))


def test_dedicated_cells_stay_and_do_not_count() -> None:
    weights = skewed(3)
    atoms = blocks(weights).assign(kind="ordinary")
    campus = atoms["cell"].iloc[30]
    atoms.loc[atoms["cell"] == campus, ["kind", "households"]] = ["dedicated", 0.0]
    plan = rebalance(atoms, within="street", **QUICK)
    assert set(atoms.index[plan.assignment == campus]) == set(atoms.index[atoms["cell"] == campus])
    assert plan.front.loc[0.1, "cells"] == atoms["cell"].nunique() - 1
    assert plan.front.loc[0.1, "within_25"] == 1.0


def test_borders_run_along_barriers_and_hard_ones_are_not_crossed(atoms: gpd.GeoDataFrame) -> None:
    river = shapely.LineString([(117.0 + 12 * SIDE, 36.5), (117.0 + 12 * SIDE, 36.7)])
    barriers = gpd.GeoDataFrame({"hard": [True]}, geometry=[river], crs="EPSG:4326")
    plan = rebalance(atoms, within="street", barriers=barriers, **QUICK)
    west = shapely.get_x(shapely.centroid(atoms.geometry.to_numpy())) < 117.0 + 12 * SIDE
    assert set(plan.assignment[west]).isdisjoint(plan.assignment[~west])


def test_a_plan_starts_from_a_hand_edit_and_keeps_what_is_locked(atoms: gpd.GeoDataFrame) -> None:
    start = atoms["cell"].copy()
    second = atoms["cell"].iloc[3]
    start["a2"] = second
    plan = rebalance(atoms, within="street", start=start, **QUICK)
    assert (pieces(atoms, plan.assignment) == 1).all()
    with pytest.raises(InputError, match="moves what is locked, or into what is: atoms a2"):
        rebalance(atoms, within="street", start=start, locked=["a2"], **QUICK)
    start["a25"] = second
    with pytest.raises(InputError, match="not one piece"):
        rebalance(atoms, within="street", start=start, **QUICK)
    with pytest.raises(InputError, match="no cell of their street"):
        rebalance(atoms, within="street", start=pd.Series({"a1": "nowhere"}), **QUICK)


def test_the_shape_is_kept_when_that_is_asked(atoms: gpd.GeoDataFrame) -> None:
    loose, tight = (
        rebalance(atoms, within="street", shape=shape, **QUICK).figures.loc["compactness"] for shape in (0, 6)
    )
    assert tight["plan"] > loose["plan"]
    assert tight["today"] == pytest.approx(np.pi / 4, abs=0.03)  # of a square


def test_atoms_without_geometry_are_planned_by_their_adjacency(atoms: gpd.GeoDataFrame) -> None:
    plain = pd.DataFrame(atoms.drop(columns="geometry"))
    touching = adjacency_of(atoms.geometry)
    graph = Adjacency(touching.pairs, np.ones(len(touching.pairs)), np.zeros(len(touching.pairs)))
    plan = rebalance(plain, within="street", adjacency=graph, **QUICK)
    assert (pieces(atoms, plan.assignment) == 1).all()
    with pytest.raises(InputError, match="no geometry"):
        plan.cells()
    with pytest.raises(InputError, match="`adjacency="):
        rebalance(plain, **QUICK)


def test_progress_is_told(atoms: gpd.GeoDataFrame) -> None:
    told: list[tuple[int, int]] = []
    rebalance(atoms, progress=lambda done, of: told.append((done, of)), effort="preview", front=(0.2,))
    assert told == [(number + 1, 4) for number in range(4)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda a: a.assign(households=-1.0), "households must not be negative: atoms a0, a1, a2, a3, a4 and 283 more"),
        (lambda a: a.assign(households=np.nan), "households must be a number"),
        (lambda a: a.assign(households="many"), "households must be a number"),
        (lambda a: a.drop(columns="street"), "no column 'street'; they have cell, community"),
        (lambda a: a.assign(cell=None), "Every atom needs a cell"),
        (lambda a: a.set_axis(["same"] * len(a)), "Labels of atoms must be unique"),
        (lambda a: a.assign(street=["A", "B"] * 144), "lies in several of street: A, B"),
        (lambda a: a.iloc[:0], "There are no atoms"),
        (lambda a: a.drop(index=["a1", "a25", "a49"]), "is not one piece: its atoms a2, a26, a50"),
    ],
    ids=["negative", "missing", "text", "no-street", "no-cell", "labels", "two-streets", "none", "island"],
)
def test_atoms_that_cannot_be_used_are_named(atoms: gpd.GeoDataFrame, change: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        rebalance(change(atoms), **QUICK)


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"band": 0}, "A band of 0.0 cannot be held"),
        ({"within": "city"}, "`within` is one of community, street"),
        ({"locked": ["370102999"]}, "Neither a cell nor an atom is called 370102999"),
        ({"locked": "a1"}, "a list of codes"),
        ({"more": (3, 1)}, "give the smaller number first"),
        ({"more": (1000, 1000)}, "every cell needs an atom"),
        ({"more": (-100, 0)}, "every street a cell"),
        ({"weight": {"households": -1}}, "positive"),
        ({"most_dissolved": -1}, "0 or more"),
        ({"effort": "heroic"}, "`effort` is one of"),
        ({"shape": -1}, "`shape` lies between"),
    ],
    ids=["band", "within", "unknown", "text", "range", "atoms", "none", "weight", "dissolved", "effort", "shape"],
)
def test_wishes_that_cannot_be_met_are_answered(atoms: gpd.GeoDataFrame, wish: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        rebalance(atoms, **(QUICK | wish))


def test_islands_may_be_bridged(atoms: gpd.GeoDataFrame) -> None:
    torn = atoms.drop(index=["a1", "a25", "a49"])
    plan = rebalance(torn, islands="bridge", **QUICK)
    assert len(plan.assignment) == len(torn)


def test_what_cannot_be_fairer_is_said() -> None:
    weights = np.full((6, 6), 10.0)
    one_cell = blocks(weights, cell_side=6)
    plan = rebalance(one_cell, **QUICK)
    assert plan.assignment.equals(one_cell["cell"])
    assert "has one cell" in plan.notes[0].text
    nobody = blocks(np.zeros((6, 6)))
    assert "nothing weighs anything" in rebalance(nobody, **QUICK).notes[0].text
    weights[:3, :3] = 100.0
    lopsided = blocks(weights)
    locked = rebalance(lopsided, locked=[lopsided["cell"].iloc[0]], within="street", **QUICK)
    assert "with 1 cells locked the others have 31% of the mean at best" in locked.notes[0].text
    weights[0, 0] = 9_000.0
    assert "weigh more than a cell should" in rebalance(blocks(weights), **QUICK).notes[0].text
