"""What the bench of planning counts: it must see whatever a method breaks, and figures are those a hand can get."""

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import box

from tests.bench.planning.figures import figures_of
from tests.bench.planning.instance import Instance, instance_of
from tests.bench.planning.peers import swaps

SIDE = 0.001  # degrees; at the equator nearly a square
COLUMNS, ROWS = 8, 2


def _atoms(households: Any = 10.0) -> gpd.GeoDataFrame:
    """Return two rows of eight squares: each two columns are a cell, each four columns a street."""
    places = [(x, y) for y in range(ROWS) for x in range(COLUMNS)]
    return gpd.GeoDataFrame(
        {
            "cell": [f"c{x // 2}" for x, _ in places],
            "street": [f"s{x // 4}" for x, _ in places],
            "households": households,
        },
        geometry=[box(117 + x * SIDE, y * SIDE, 117 + (x + 1) * SIDE, (y + 1) * SIDE) for x, y in places],
        crs=4326,
    )


@pytest.fixture(scope="module")
def even() -> Instance:
    return instance_of("even", "by hand", _atoms())


def _broken(row: dict[str, Any]) -> tuple[int, int, int]:
    return row["extra_pieces"], row["crossed"], row["lost"]


def test_todays_grid_is_whole_and_moves_nobody(even: Instance) -> None:
    row = figures_of(even, even.home)
    assert _broken(row) == (0, 0, 0)
    assert (row["moved"], row["cv"], row["within_10"]) == (0.0, 0.0, 1.0)
    assert row["compactness"] == pytest.approx(np.pi / 4, rel=0.01)
    # Three borders between four cells, each two atoms of 111 m high.
    assert row["cut_km"] == pytest.approx(6 * 0.111, rel=0.01)


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ({0: 1}, (1, 0, 0)),
        ({3: 2}, (0, 1, 0)),
        ({4: 3, 5: 3, 12: 3, 13: 3}, (0, 0, 1)),
        ({0: -1}, (0, 1, 0)),
        ({0: 4}, (0, 1, 0)),
    ],
    ids=["in_pieces", "over_the_street", "lost", "no_cell", "a_cell_too_many"],
)
def test_what_is_broken_is_counted(even: Instance, moves: dict[int, int], expected: tuple[int, int, int]) -> None:
    label = even.home.copy()
    label[list(moves)] = list(moves.values())
    assert _broken(figures_of(even, label)) == expected


def test_corners_do_not_join(even: Instance) -> None:
    label = even.home.copy()
    label[[0, 9]], label[[1, 8]] = 0, 1  # cells 0 and 1 as on a chessboard
    assert figures_of(even, label)["extra_pieces"] == 2


def test_a_piece_over_the_water_belongs_by_a_bridge() -> None:
    atoms = _atoms()
    atoms.loc[15, "cell"] = "c2"  # which lies two atoms further west
    instance = instance_of("islands", "by hand", atoms)
    assert (instance.length_m == 0).sum() == 1
    assert _broken(figures_of(instance, instance.home)) == (0, 0, 0)


def test_upheaval_is_counted_beside_its_bound() -> None:
    households = np.full(16, 10.0)
    households[[0, 1, 8, 9]] = 30.0  # cell 0 has 120, cell 1 has 40; the mean of their street is 80
    instance = instance_of("skewed", "by hand", _atoms(households))
    label = instance.home.copy()
    label[9] = 1
    row = figures_of(instance, label)
    assert row["moved"] == pytest.approx(30 / 240)
    assert row["cv"] == pytest.approx(np.sqrt(2 * (10 / 80) ** 2 / 4))
    assert row["max_off"] == pytest.approx(10 / 80)
    # Loads of 90 and 70 are as even as this: 30 must leave cell 0.
    assert row["times_bound_cv"] == pytest.approx(1.0)
    assert row["bound_25%"] == pytest.approx(20 / 240)


def test_the_planners_swaps_even_out_and_break_nothing() -> None:
    households = np.full(16, 10.0)
    households[[0, 1, 8, 9]] = 30.0
    instance = instance_of("skewed", "by hand", _atoms(households))
    label = instance.home
    for places, cells, street in instance.streets():
        label[places] = cells[swaps(street, 0)]
    row = figures_of(instance, label)
    assert _broken(row) == (0, 0, 0)
    assert row["cv"] < figures_of(instance, instance.home)["cv"]
