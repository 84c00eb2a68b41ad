"""A staffing holds what it promises, and costs at least its bound."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog, milp

from gridgov.errors import InputError
from gridgov.planning import Limits, staff
from gridgov.planning.staffing.beside import hops_between, in_one_piece, joined, pairs_of, places_of, walks_between
from gridgov.planning.staffing.part import CELL, KILOMETRE, LEAST_SHARE, NEWCOMER, UNFAIR
from tests.planning.staffing_district import SIDE, STREET, duties, grid, people


def _hold(staffing, cells, limits: Limits) -> None:
    """Check every promise that does not depend on what was wished."""
    made, figures = staffing.duties, staffing.figures
    pairs = pairs_of(cells.set_index("cell"))
    for _, held in made.groupby("person"):
        mask = cells["cell"].isin(held["cell"]).to_numpy()
        metres = walks_between(places_of(cells))
        assert in_one_piece(hops_between(joined(pairs, metres)[0], len(cells)), mask)
        assert len(held) <= (limits.cells or len(cells))
    by_cell = made.groupby(["cell", "role"])
    assert (by_cell["lead"].sum() == 1).all()
    assert (by_cell.size() <= (limits.people or len(made))).all()
    leads = made[made["lead"]].set_index(["cell", "role"])["fte"]
    assert (by_cell["fte"].max() <= leads + 1e-6).all()
    done = by_cell["fte"].sum().sum() + staffing.uncovered["fte"].sum()
    assert done == pytest.approx(staffing.loads["capacity"].sum(), abs=1e-4)
    assert figures["split_patches"] == figures["without_lead"] == 0
    assert figures["bound"] - 1e-6 <= figures["bound_duties"] <= figures["cost"] + 1e-4


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    homes=st.lists(st.integers(0, 900), min_size=12, max_size=12),
    count=st.integers(1, 9),
    limits=st.builds(Limits, cells=st.sampled_from([None, 3, 12]), people=st.sampled_from([None, 1, 2])),
    held=st.lists(st.tuples(st.integers(0, 8), st.integers(0, 11)), max_size=12),
)
def test_every_staffing_keeps_patches_whole_and_limits_and_its_bound(homes, count, limits, held):
    cells = grid(3, 4, homes)
    roster = [(f"police-{person}", cells["cell"][cell]) for person, cell in held if person < count]
    _hold(staff(cells, people(count), duties(*roster), limits=limits), cells, limits)


def test_the_same_seed_gives_the_same_staffing_and_threads_do_not_matter(monkeypatch):
    cells = pd.concat([grid(3, 4, street="370102001"), grid(3, 4, street="370102002", west=117.1)], ignore_index=True)
    cells["households"] = np.random.default_rng(3).integers(100, 900, len(cells))
    everybody = pd.concat([people(4, role, None) for role in ("police", "doctor", "grid_worker")], ignore_index=True)
    first, second = staff(cells, everybody, seed=7), staff(cells, everybody, seed=7)
    monkeypatch.setattr("gridgov.planning.staffing.solving.WORKERS", 1)
    alone = staff(cells.iloc[::-1], everybody.iloc[::-1], seed=7)
    pd.testing.assert_frame_equal(first.duties, second.duties)
    pd.testing.assert_frame_equal(first.duties, alone.duties)


def test_the_clock_is_asked_only_where_a_limit_of_time_was_wished(monkeypatch):
    asked = []

    def listening(costs, **wished: object):
        asked.append("time_limit" in wished.get("options", {}))
        return milp(costs, **wished)

    monkeypatch.setattr("gridgov.planning.staffing.program.milp", listening)
    staff(grid(2, 3), people(2))
    assert asked
    assert not any(asked)
    staff(grid(2, 3), people(2), within_s=60)
    assert any(asked)


def test_roles_sum_up_what_streets_say():
    cells = pd.concat([grid(2, 3), grid(2, 3, street="370102002", west=117.1)], ignore_index=True)
    everybody = pd.concat([people(4, role, None) for role in ("police", "doctor")], ignore_index=True)
    found = staff(cells, everybody)
    assert found.roles.index.tolist() == ["doctor", "police"]
    assert found.roles["people"].tolist() == [4, 4]
    assert found.roles["cost"].sum() == pytest.approx(found.figures["cost"])
    for name in ("bound", "bound_duties", "bound_anchors"):
        by_role = found.parts.groupby("role")[name].sum()
        assert found.roles[name].tolist() == pytest.approx(by_role.tolist())
    assert found.roles["ratio"].ge(found.roles["ratio_duties"] - 1e-9).all()


@pytest.mark.parametrize("homes", [[100, 500, 300, 100], [250, 250, 250, 250], [600, 100, 100, 200]], ids=str)
def test_on_a_tiny_street_nothing_cheaper_exists(homes):
    cells = grid(1, 4, homes)
    roster = duties(*[("police-0", cells["cell"][0]), ("police-0", cells["cell"][1]), ("police-1", cells["cell"][3])])
    found = staff(cells, people(2), roster, limits=Limits(cells=4, people=2), gap=1e-6, nodes=10_000)
    least = _cheapest(cells, roster)
    assert found.figures["cost"] == pytest.approx(least, rel=1e-4, abs=1e-6)
    assert found.figures["bound"] < found.figures["bound_duties"] <= least + 1e-6


def _cheapest(cells, roster) -> float:
    """Try every way to hold four cells in a row by two people in whole patches, each shared in the best way."""
    demand = cells["households"].to_numpy(float) * 2 / cells["households"].sum()
    known = np.array(
        [[((roster["person"] == f"police-{p}") & (roster["cell"] == c)).any() for c in cells["cell"]] for p in (0, 1)]
    )
    metres = walks_between(places_of(cells))
    weight = known * (demand + 1e-9)
    home = [int(np.argmin(np.where(known[p], weight[p] @ metres, np.inf))) for p in (0, 1)]
    price = NEWCOMER * (1 - known) + KILOMETRE * metres[home] / 1000
    runs = [tuple(range(a, b)) for a in range(5) for b in range(a, 5)]
    best = np.inf
    for patches in itertools.product(set(runs), repeat=2):
        held = np.array([[cell in patch for cell in range(4)] for patch in patches])
        if not held.any(axis=0).all():
            continue
        bounds = [(LEAST_SHARE * d * h, d * h) for row in held for d, h in zip(demand, row, strict=True)]
        loads = np.kron(np.eye(2), np.ones((1, 4)))
        fair = linprog(
            np.concatenate([price.ravel(), np.full(4, UNFAIR)]),
            A_eq=np.hstack([np.kron(np.ones((1, 2)), np.eye(4)), np.zeros((4, 4))]),
            b_eq=demand,
            A_ub=np.vstack(
                [np.hstack([loads, -np.eye(2), np.zeros((2, 2))]), np.hstack([-loads, np.zeros((2, 2)), -np.eye(2)])]
            ),
            b_ub=[1.1, 1.1, -0.9, -0.9],
            bounds=[*bounds, *[(0, None)] * 4],
        )
        if fair.status == 0:
            best = min(best, fair.fun + CELL * (held * (1 - known)).sum())
    return best


def test_loads_come_within_the_band_and_people_stay_where_they_are_known():
    cells = grid(4, 5, np.random.default_rng(1).integers(200, 700, 20))
    roster = duties(*[(f"police-{n % 4}", code) for n, code in enumerate(sorted(cells["cell"], key=lambda c: c[-2:]))])
    found = staff(cells, people(4), roster)
    assert found.loads["relative"].between(0.9 - 1e-6, 1.1 + 1e-6).all()
    assert found.figures["load_cv"] <= 0.1
    assert not found.relax
    unheeded = staff(cells, people(4))
    assert found.figures["continuity"] > 0.3
    assert unheeded.figures["continuity"] == 0


def test_households_that_moved_to_another_cell_are_still_known_there():
    cells = grid(1, 2)
    left, right = cells["cell"]
    overlap = pd.DataFrame({"old": ["x", "x", "y"], "new": [left, right, right], "households": [400, 100, 300]})
    found = staff(cells, people(2), duties(("police-0", "x"), ("police-1", "y")), overlap=overlap, band=0.01)
    known = found.duties.set_index(["person", "cell"])["known"]
    assert known["police-0", left] == 1.0
    assert known["police-1", right] == 0.75
    assert found.figures["continuity"] == pytest.approx(0.875, abs=0.01)


def test_ways_are_metres_on_foot():
    cells = grid(1, 2)
    found = staff(cells, people(1).assign(base=cells["cell"][0]))
    side = SIDE * 111_320 * np.cos(np.radians(36.601))
    assert found.duties["travel_m"].tolist() == pytest.approx([0, 1.33 * side], rel=0.01)
    assert found.loads["walk_m"].tolist() == pytest.approx([1.33 * side], rel=0.01)


def test_a_skill_is_where_it_is_asked_for():
    cells = grid(1, 4)
    roster = duties(*[(f"police-{n}", code) for n, code in enumerate(cells["cell"])])
    everybody = people(4).assign(skills=["sign language", None, None, ["english"]])
    needs = pd.DataFrame({"cell": [cells["cell"][2]], "skill": ["english"]})
    found = staff(cells, everybody, roster, needs=needs)
    here = found.duties[found.duties["cell"] == cells["cell"][2]]
    assert "police-3" in set(here["person"])
    assert not [one for one in found.relax if one.kind == "skill"]
    assert "police-3" not in set(staff(cells, everybody, roster).duties.query("cell == @cells.cell[2]")["person"])


def test_who_is_absent_holds_nothing_and_changes_say_why():
    cells = grid(1, 3)
    roster = duties(*[(f"police-{n}", code) for n, code in enumerate(cells["cell"])], ("gone", cells["cell"][0]))
    found = staff(cells, people(3), roster, absent=["police-1"])
    assert "police-1" not in set(found.duties["person"])
    why = found.changes.set_index(["person", "cell", "change"])["why"]
    assert why["police-1", cells["cell"][1], "loses"] == "absent"
    assert why["gone", cells["cell"][0], "loses"] == "left"
    gained = found.changes[(found.changes["cell"] == cells["cell"][1]) & (found.changes["change"] == "gains")]
    assert len(gained)
    assert (gained["why"] == "covers").all()
    assert (gained["other"] == "police-1").all()
    told = found.steps("en").set_index("person")["sentence"]
    assert told["police-1"] == f"loses {cells['cell'][1]}: is absent"
    assert f"gains {cells['cell'][1]}: covers for police-1, who is absent" in told[gained["person"].iloc[0]]
    assert found.steps()["sentence"].str.contains("缺勤").any()
    with pytest.raises(InputError, match="zh or en"):
        found.steps("de")


def test_everybody_without_a_street_goes_where_work_waits():
    cells = pd.concat([grid(2, 2, 100), grid(2, 2, 300, street="370102002", west=117.1)], ignore_index=True)
    found = staff(cells, people(8, street=None))
    assert found.loads["street"].value_counts().to_dict() == {STREET: 2, "370102002": 6}
    assert found.figures["load_cv_streets"] <= 0.1


def test_full_time_carries_more_than_half_time():
    found = staff(grid(2, 5), people(2).assign(fte=[1.0, 0.5]), band=0.05)
    assert found.loads["fte"].tolist() == pytest.approx([1.0, 0.5], rel=0.05 + 1e-6)


def test_who_held_a_cell_that_is_no_more_is_told_so_and_is_not_called_new():
    cells = grid(1, 2)
    overlap = pd.DataFrame({"old": ["gone"], "new": cells["cell"][:1], "households": [0]})
    found = staff(cells.assign(households=[0, 400]), people(1), duties(("police-0", "gone")), overlap=overlap)
    why = found.changes.set_index(["cell", "change"])["why"]
    assert why["gone", "loses"] == "cell_gone"
    assert "new" not in set(why)
    assert found.changes["street"].tolist() == [STREET] * 3


def test_progress_is_told():
    told: list[tuple[int, int]] = []
    staff(grid(1, 2), pd.concat([people(1), people(1, "doctor")]), progress=lambda done, of: told.append((done, of)))
    assert told == [(1, 2), (2, 2)]
