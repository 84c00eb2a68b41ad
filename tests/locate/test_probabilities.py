"""Probabilities: what a position with an accuracy says about cells."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from gridgov import CellLocator
from gridgov.coordinates import from_plane, to_plane
from gridgov.errors import CoordinateError
from tests.bench.coverages import frame_of, mixed_points, nasty_points, voronoi_coverage

SIGMA = math.sqrt(-2 * math.log(0.32))


def test_a_position_exactly_on_a_straight_border_is_half_and_half() -> None:
    frame = frame_of([shapely.box(117.01, 36.6, 117.02, 36.63), shapely.box(117.02, 36.6, 117.03, 36.63)])
    table = CellLocator.from_frame(frame).probabilities([117.02], [36.615], 30.0)
    assert table["probability"].to_numpy() == pytest.approx([0.5, 0.5], abs=1e-5)


def test_a_straight_border_gives_the_normal_distribution() -> None:
    frame = frame_of([shapely.box(117.01, 36.6, 117.02, 36.63), shapely.box(117.02, 36.6, 117.03, 36.63)])
    here, border = to_plane(shapely.Point(117.0197, 36.615), 117), to_plane(shapely.Point(117.02, 36.615), 117)
    expected = norm.cdf((border.x - here.x) / (40.0 / SIGMA))
    table = CellLocator.from_frame(frame).probabilities([117.0197], [36.615], 40.0)
    assert table["probability"].iloc[0] == pytest.approx(expected, abs=1e-5)  # the border leans by the convergence


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10_000), accuracy=st.sampled_from([1e-3, 3.0, 25.0, 120.0, 900.0]))
def test_probabilities_add_to_exactly_one(seed: int, accuracy: float) -> None:
    frame = voronoi_coverage(20, seed=seed, step=5e-4)
    rng = np.random.default_rng(seed)
    lon, lat = mixed_points(frame.geometry.array, 100, rng)
    nasty = nasty_points(frame.geometry.array, 50, rng)
    table = CellLocator.from_frame(frame).probabilities(
        np.append(lon, nasty[:, 0]), np.append(lat, nasty[:, 1]), accuracy
    )
    sums = table.groupby("point")["probability"].apply(math.fsum)
    assert len(sums) == 150
    assert (sums == 1.0).all()
    assert (table["probability"] > 0).all()


@pytest.mark.parametrize("accuracy", [10.0, 60.0, 400.0])
def test_probabilities_are_those_of_a_million_throws(accuracy: float) -> None:
    frame = voronoi_coverage(30, seed=3)
    locator = CellLocator.from_frame(frame)
    rng = np.random.default_rng(3)
    for lon, lat in nasty_points(frame.geometry.array, 4, rng):
        table = locator.probabilities([lon], [lat], accuracy)
        centre = np.array(to_plane(shapely.Point(lon, lat), 117).coords[0])
        thrown = from_plane(shapely.multipoints(centre + rng.normal(0, accuracy / SIGMA, (250_000, 2))), 117)
        ranks, counts = np.unique(locator.locate_index(*shapely.get_coordinates(thrown).T), return_counts=True)
        for rank, count in zip(ranks, counts, strict=True):
            code = None if rank < 0 else locator.codes[rank]
            found = table["probability"][[cell == code for cell in table["cell"]]].sum()
            assert found == pytest.approx(count / 250_000, abs=0.005)


def test_an_exact_position_has_its_cell_alone() -> None:
    frame = voronoi_coverage(12)
    locator = CellLocator.from_frame(frame)
    points = nasty_points(frame.geometry.array, 200, np.random.default_rng(0))
    table = locator.probabilities(points[:, 0], points[:, 1], 0.0)
    assert table["cell"].tolist() == locator.locate(points[:, 0], points[:, 1]).tolist()
    assert (table["probability"] == 1.0).all()


def test_each_point_may_have_its_own_accuracy_and_none_a_place() -> None:
    locator = CellLocator.from_frame(voronoi_coverage(12))
    table = locator.probabilities([117.015, np.nan, 117.015], [36.595, 36.6, 36.595], [0.0, 10.0, 500.0])
    assert table["point"].tolist()[:2] == [0, 1]
    assert table["cell"].iloc[1] is None
    assert (table["point"] == 2).sum() > 1


def test_where_cells_overlap_probabilities_still_add_to_one() -> None:
    frame = frame_of([shapely.box(117.01, 36.61, 117.03, 36.62), shapely.box(117.02, 36.61, 117.04, 36.62)])
    table = CellLocator.from_frame(frame).probabilities([117.03], [36.615], 50.0)
    assert math.fsum(table["probability"]) == 1.0
    assert table["probability"].tolist() == pytest.approx([0.5, 0.5], abs=0.01)


@pytest.mark.parametrize("accuracy", [-1.0, np.nan, np.inf, [1.0, 2.0], "far"])
def test_an_accuracy_that_is_none_is_refused(accuracy: object) -> None:
    with pytest.raises(CoordinateError, match="accuracy_m"):
        CellLocator.from_frame(voronoi_coverage(12)).probabilities([117.0], [36.6], accuracy)
