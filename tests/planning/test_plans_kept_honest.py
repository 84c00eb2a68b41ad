"""Plans of plans, of shuffled rows and of one street alone; what bounds, figures and notes say when a wish is unmet."""

import re
import warnings
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gridgov.errors import InputError
from gridgov.planning import Plan, rebalance
from gridgov.planning.adjacency import Adjacency, adjacency_of
from gridgov.planning.bounds import least_for_spread, least_within
from tests.planning.blocks import SIDE, blocks, skewed
from tests.planning.test_rebalancing import pieces

QUICK: dict[str, Any] = {"effort": "preview", "front": (), "within": "street"}


@pytest.fixture(scope="module")
def atoms() -> gpd.GeoDataFrame:
    return blocks(skewed(1, columns=18))


def uneven(atoms: gpd.GeoDataFrame, seed: int) -> gpd.GeoDataFrame:
    """Return atoms whose rows and columns are of different widths, so that borders are of different lengths."""
    widths = np.random.default_rng(seed).uniform(0.5, 1.5, (2, 200))
    widths[1, 6:] *= 4  # the second street is of a coarser grain
    edges = np.column_stack([[0.0, 0.0], np.cumsum(widths, axis=1)])
    corner = atoms.total_bounds[:2]

    def moved(at: np.ndarray) -> np.ndarray:
        place = (at - corner) / SIDE
        steps = np.arange(edges.shape[1])
        return corner + SIDE * np.column_stack([np.interp(place[:, k], steps, edges[k]) for k in (0, 1)])

    return atoms.set_geometry(shapely.transform(atoms.geometry.to_numpy(), moved), crs=4326)


@pytest.mark.parametrize("seed", range(4))
def test_a_plan_of_a_plan_loses_no_cell(atoms: gpd.GeoDataFrame, seed: int) -> None:
    first = rebalance(atoms, more=(2, 2), seed=seed, **QUICK)
    assert first.assignment.str.contains("+", regex=False).any()
    again = rebalance(atoms.assign(cell=first.assignment), more=(1, 1), seed=seed, **QUICK)
    streets = atoms["street"].nunique()
    assert again.assignment.nunique() == atoms["cell"].nunique() + 3 * streets
    assert (pieces(atoms, again.assignment) == 1).all()


def test_the_order_of_rows_changes_nothing(atoms: gpd.GeoDataFrame) -> None:
    atoms = uneven(atoms, 3)
    plan = rebalance(atoms, **QUICK)
    shuffled = rebalance(atoms.sample(frac=1.0, random_state=5), **QUICK)
    assert shuffled.assignment.reindex(atoms.index).equals(plan.assignment)


def test_a_street_alone_is_planned_as_beside_others(atoms: gpd.GeoDataFrame) -> None:
    atoms = uneven(atoms, 4)
    whole = rebalance(atoms, **QUICK).assignment
    for code, mine in atoms.groupby("street"):
        alone = rebalance(mine, **QUICK).assignment
        assert alone.equals(whole[mine.index]), code


def test_a_plan_stays_what_it_was_whatever_becomes_of_the_frame(atoms: gpd.GeoDataFrame) -> None:
    mine = atoms.copy()
    plan = rebalance(mine, **QUICK)
    mine["cell"] = plan.assignment
    assert len(plan.moves) == int((plan.assignment != atoms["cell"]).sum()) > 0


def test_nothing_is_put_into_a_locked_cell_by_hand(atoms: gpd.GeoDataFrame) -> None:
    start = atoms["cell"].copy()
    into = start.iloc[3]
    start["a2"] = into
    with pytest.raises(InputError, match="or into what is: atoms a2"):
        rebalance(atoms, start=start, locked=[into], **QUICK)


def test_a_hand_edit_by_other_labels_is_refused(atoms: gpd.GeoDataFrame) -> None:
    with pytest.raises(InputError, match="what is no label of an atom: atoms 0, 1"):
        rebalance(atoms, start=atoms["cell"].reset_index(drop=True), **QUICK)
    with pytest.raises(InputError, match="names atoms twice: atoms a0"):
        rebalance(atoms, start=pd.concat([atoms["cell"], atoms["cell"].iloc[:1]]), **QUICK)


def test_a_hand_edit_of_a_street_that_weighs_nothing_is_kept(atoms: gpd.GeoDataFrame) -> None:
    start = atoms["cell"].copy()
    start["a2"] = start.iloc[3]
    assert start["a2"] != atoms.loc["a2", "cell"]
    plan = rebalance(atoms.assign(households=0.0), start=start, **QUICK)
    assert plan.assignment["a2"] == start["a2"]


def test_two_streets_of_one_code_are_told_of(atoms: gpd.GeoDataFrame) -> None:
    far = atoms.set_geometry(atoms.geometry.translate(0.5), crs=4326)
    far.index = [f"far{k}" for k in range(len(far))]
    far["cell"] = far["cell"].str[:9] + "9" + far["cell"].str[10:]
    both = pd.concat([atoms, far])
    with pytest.raises(InputError, match="is in 2 pieces that do not touch"):
        rebalance(both, **QUICK)
    assert rebalance(both, islands="bridge", **QUICK).assignment.nunique() == both["cell"].nunique()


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"more": (-3, -3), "most_dissolved": 0}, "were wished for and"),
        ({"band": 0.01}, "cells stay out of 1%"),
    ],
)
def test_a_wish_that_is_not_met_is_said(atoms: gpd.GeoDataFrame, wish: dict[str, Any], said: str) -> None:
    assert any(said in note.text for note in rebalance(atoms, **QUICK, **wish).notes)


def test_a_heavy_cell_whose_atoms_are_locked_is_named(atoms: gpd.GeoDataFrame) -> None:
    heavy = atoms.groupby("cell")["households"].sum().idxmax()
    plan = rebalance(atoms, locked=list(atoms.index[atoms["cell"] == heavy]), **QUICK)
    assert any(str(heavy) in note.text for note in plan.notes)


@pytest.mark.parametrize("more", [(1, 1), (-1, -1), (-2, 3)])
@pytest.mark.parametrize("seed", range(3))
def test_the_bound_holds_for_another_number_of_cells(seed: int, more: tuple[int, int]) -> None:
    plan = rebalance(blocks(skewed(seed, columns=18)), more=more, **QUICK)
    assert 0 < plan.bound <= plan.front["moved_share"].iloc[0]


def test_bounds_of_fewer_and_more_cells_by_hand() -> None:
    loads, streets = np.array([100.0, 300.0, 200.0]), np.zeros(3, np.int64)
    # Two cells of 300: the cell of 100 goes, and the one of 200 has room for it.
    assert least_within(loads, streets, 0.0, cells=np.array([2])) == pytest.approx(100.0)
    # Four of 150: 150 and 50 go; the cell of 100 gets 50, the new one 150.
    assert least_within(loads, streets, 0.0, cells=np.array([4])) == pytest.approx(200.0)
    assert least_for_spread(loads, streets, 0.0, cells=np.array([4])) == pytest.approx(200.0)
    assert least_for_spread(loads, streets, 0.0, cells=np.array([2])) == 0.0


def test_the_bound_of_two_bands_is_that_of_what_was_reached(atoms: gpd.GeoDataFrame) -> None:
    everything = [str(code) for code in atoms["cell"].unique()]
    plan = rebalance(atoms, band={"households": 0.05, "incidents": 0.05}, locked=everything, **QUICK)
    assert plan.front["moved_share"].iloc[0] == 0.0
    assert plan.bound == pytest.approx(0.0, abs=1e-6)


def test_a_criterion_that_a_street_lacks_hides_no_other(atoms: gpd.GeoDataFrame) -> None:
    plan: Plan = rebalance(
        atoms.assign(incidents=0.0), band={"households": 0.1, "incidents": 0.1}, locked=list(atoms["cell"]), **QUICK
    )
    today = plan.figures["today"]
    assert today["cv_households"] == today["cv"] > 0.3
    assert today["within"] < 0.8


def test_loads_of_a_plan_with_more_cells_are_parts_of_their_streets_mean(atoms: gpd.GeoDataFrame) -> None:
    loads = rebalance(atoms, more={str(atoms["street"].iloc[0]): (3, 3)}, **QUICK).loads
    assert loads.groupby("street")["load"].mean().to_numpy() == pytest.approx(1.0)


def test_barriers_count_beside_an_adjacency(atoms: gpd.GeoDataFrame) -> None:
    known = adjacency_of(atoms.geometry)
    west, south, east, north = atoms.total_bounds
    middle = float(np.round((south + north) / 2, 3))
    river = gpd.GeoDataFrame(
        {"hard": [True]}, geometry=[shapely.LineString([(west, middle), (east, middle)])], crs=4326
    )
    with_it = rebalance(atoms, adjacency=known, barriers=river, **QUICK).assignment
    assert with_it.equals(rebalance(atoms, barriers=river, **QUICK).assignment)
    with pytest.raises(InputError, match="Which borders run along `barriers`"):
        rebalance(pd.DataFrame(atoms.drop(columns="geometry")), adjacency=known, barriers=river, **QUICK)


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"band": {}}, "`band` is a share"),
        ({"band": None}, "`band` is a share"),
        ({"front": 0.1}, "`front` is a list"),
        ({"more": 2}, "`more` is two whole numbers"),
        ({"more": (0.5, 1.5)}, "`more` is two whole numbers"),
        ({"more": {"370102999": (0, 1)}}, "names the street 370102999"),
        ({"weight": ["households"]}, "`weight` is a column"),
        ({"start": {"a0": "x"}}, "`start` is a Series"),
        ({"barriers": [1]}, "`barriers` is a GeoDataFrame"),
        ({"adjacency": Adjacency(np.array([[0, 9_999]]), np.ones(1), np.zeros(1))}, "has places up to 9999"),
    ],
    ids=lambda value: next(iter(value)) + str(len(str(value))) if isinstance(value, dict) else "",
)
def test_what_cannot_be_wished_is_refused(atoms: gpd.GeoDataFrame, wish: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        rebalance(atoms, **{**QUICK, **wish})


def test_other_coordinates_are_refused_with_what_to_do(atoms: gpd.GeoDataFrame) -> None:
    with pytest.raises(InputError, match=r"give `atoms\.to_crs\(4326\)`"):
        rebalance(atoms.to_crs(3857), **QUICK)
    with pytest.raises(InputError, match=r"set_crs\(4326\)"):
        rebalance(atoms.set_crs(None, allow_override=True), **QUICK)
    line = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (1, 1)])], crs=3857)
    with pytest.raises(InputError, match="barriers"):
        rebalance(atoms, barriers=line, **QUICK)


def test_each_plan_of_the_front_says_itself_what_it_leaves_undone(atoms: gpd.GeoDataFrame) -> None:
    plan = rebalance(atoms, band=0.01, **(QUICK | {"front": (0.5,)}))
    assert any("stay out of 1%" in note.text for note in plan.notes)
    assert not any("stay out" in note.text for note in plan.at(0.5).notes)


def test_figures_of_streets_are_those_of_each_street_alone(atoms: gpd.GeoDataFrame) -> None:
    plan = rebalance(atoms, **QUICK)
    for found, codes in ((plan.streets, plan.assignment), (plan.streets_today, atoms["cell"])):
        assert list(found.index) == sorted(atoms["street"].unique())
        loads = atoms["households"].groupby([atoms["street"], codes]).sum()
        off = loads / loads.groupby("street").mean() - 1
        assert found["cv"].tolist() == pytest.approx(np.sqrt((off**2).groupby("street").mean()).tolist())
        gone = atoms["households"].where(codes != atoms["cell"], 0.0).groupby(atoms["street"]).sum()
        assert found["moved"].tolist() == pytest.approx(gone.tolist())
        assert (found["cells"] == loads.groupby("street").size()).all()
    whole = plan.front.loc[plan.band]
    for summed in ("moved", "cells", "dissolved"):
        assert plan.streets[summed].sum() == pytest.approx(whole[summed])
    even = (plan.streets["compactness"] * plan.streets["cells"]).sum() / plan.streets["cells"].sum()
    assert even == pytest.approx(whole["compactness"])
    assert (plan.streets["bound"] <= plan.streets["moved_share"] + 1e-9).all()


def test_a_limit_on_cells_that_go_may_differ_by_street(atoms: gpd.GeoDataFrame) -> None:
    first, second = sorted(atoms["street"].unique())
    free = rebalance(atoms, **QUICK).streets["dissolved"]
    assert free.min() >= 1
    held = rebalance(atoms, most_dissolved={first: 0}, **QUICK).streets["dissolved"]
    assert held[first] == 0
    assert held[second] == free[second]
    with pytest.raises(InputError, match="names the street 000"):
        rebalance(atoms, most_dissolved={"000": 1}, **QUICK)
    with pytest.raises(InputError, match="or such a number by street"):
        rebalance(atoms, most_dissolved={first: 0.5}, **QUICK)  # type: ignore[dict-item]


def test_sentences_count_in_what_the_residents_are(atoms: gpd.GeoDataFrame) -> None:
    plan = rebalance(atoms.rename(columns={"households": "people"}), weight="people", residents="people", **QUICK)
    assert not plan.steps()["sentence"].str.contains("户").any()
    assert plan.steps("en")["sentence"].str.contains("people").any()


def test_notes_are_told_in_chinese_as_well_with_the_same_numbers(atoms: gpd.GeoDataFrame) -> None:
    wishes: dict[str, Any] = {"band": 0.01, "locked": sorted(atoms["cell"].unique())[:3], "more": (-3, -3)}
    notes = rebalance(atoms, most_dissolved=0, **(QUICK | wishes)).notes
    assert {"number", "outside"} <= {note.kind for note in notes}
    for note in notes:
        assert note.text_zh.startswith(f"街道 {note.street}")
        said = {int(number) for number in re.findall(r"\d+(?= cells| of)", note.text)}
        assert said <= {int(number) for number in re.findall(r"\d+", note.text_zh)}
        assert all(code in set(atoms["cell"]) for code in note.cells)


@pytest.mark.parametrize("seed", range(12))
def test_atoms_nearly_as_coarse_as_cells_lose_no_cell(seed: int) -> None:
    chance = np.random.default_rng(seed)
    weights = np.round(chance.pareto(1.1, (6, 18)) * 20)  # a few atoms weigh more than several cells should
    made = blocks(weights, cell_side=1 + seed % 2, street_rows=6)
    # Some cells are one atom, others a row of several.
    made["cell"] = made["cell"].where(chance.random(len(made)) < 0.5, made["cell"].str[:-1] + "0")
    touching = adjacency_of(made.geometry)
    piece = pd.Series(np.arange(len(made)), index=made.index)
    for a, b in touching.pairs:
        if made["cell"].iloc[a] == made["cell"].iloc[b]:
            piece[piece == piece.iloc[b]] = piece.iloc[a]
    made["cell"] = made["street"] + piece.astype(str).str.zfill(4)
    made["incidents"] = np.round(chance.pareto(1.5, len(made)) * 5)
    for wishes in ({}, {"band": {"households": 0.2, "incidents": 0.3}}, {"more": (1, 1)}):
        plan = rebalance(made, seed=seed, **(QUICK | wishes))
        assert plan.assignment.nunique() == made["cell"].nunique() + wishes.get("more", (0, 0))[0]
        assert (pieces(made, plan.assignment) == 1).all()


def test_nobody_has_to_move_for_the_spread_of_today_whatever_its_last_bit() -> None:
    for seed in range(300):
        chance = np.random.default_rng(seed)
        loads = np.round(chance.pareto(1.1, chance.integers(2, 30)) * 20) + 1
        spread = float(np.sqrt(((loads / loads.mean() - 1) ** 2).mean()))
        for asked in (spread, float(np.nextafter(spread, 0)), spread * (1 - 1e-12)):
            least = least_for_spread(loads, np.zeros(len(loads), np.int64), asked)
            assert least == pytest.approx(0.0, abs=1e-6 * loads.sum())


def test_a_street_of_a_campus_alone_has_no_figures_and_nothing_is_divided_by_nothing() -> None:
    made = blocks(skewed(2, columns=12))
    made["kind"] = np.where(made["street"] == made["street"].iloc[0], "campus", "ordinary")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plan = rebalance(made, locked=sorted(made.loc[made["kind"] == "ordinary", "cell"].unique()), **QUICK)
        found = plan.streets.iloc[0]
    assert (found["cells"], found["moved"]) == (0.0, 0.0)
    assert np.isnan(found["compactness"])
