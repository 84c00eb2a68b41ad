"""Points: every one in exactly one cell or outside, ties to the lowest code, whatever the cells look like."""

from fractions import Fraction
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.affinity import rotate, scale, translate

from gridgov import CellLocator
from tests.bench.coverages import by_geos, edge_ends, frame_of, mixed_points, nasty_points, voronoi_coverage

Cells = npt.NDArray[Any]


def check_against_geos(frame: gpd.GeoDataFrame, n: int, seed: int) -> CellLocator:
    locator = CellLocator.from_frame(frame)
    rng = np.random.default_rng(seed)
    lon, lat = mixed_points(frame.geometry.array, n, rng)
    nasty = nasty_points(frame.geometry.array, n, rng)
    lon, lat = np.append(lon, nasty[:, 0]), np.append(lat, nasty[:, 1])
    expected = by_geos(frame["code"], frame.geometry.array, lon, lat)
    got = locator.locate_index(lon, lat)
    wrong = np.flatnonzero(got != expected)
    assert not len(wrong), (lon[wrong[0]], lat[wrong[0]], got[wrong[0]], expected[wrong[0]])
    return locator


def enclaves(seed: int) -> Cells:
    """Cells with holes filled by other cells, holes left empty, and cells of several parts."""
    rng = np.random.default_rng(seed)
    cells = list(voronoi_coverage(30, seed=seed).geometry)
    for k in rng.choice(30, 12, replace=False):
        spot = cells[k].representative_point().buffer(rng.uniform(2e-4, 8e-4), quad_segs=rng.integers(1, 6))
        if cells[k].contains(spot):
            cells[k] = shapely.Polygon(cells[k].exterior, [*cells[k].interiors, spot.exterior.coords])
            if rng.uniform() < 0.7:
                cells.append(shapely.Polygon(spot.exterior.coords))
    for k in range(0, len(cells) - 1, 7):
        union = shapely.coverage_union_all([cells[k], cells[k + 1]])
        cells[k], cells[k + 1] = union, None
    return np.array([cell for cell in cells if cell is not None], dtype=object)


def scattered(seed: int) -> Cells:
    """Overlapping, nested, touching and detached polygons: no coverage at all."""
    rng = np.random.default_rng(seed)
    cells = []
    for _ in range(25):
        shape = shapely.box(0, 0, 1, 1) if rng.uniform() < 0.4 else shapely.Point(0, 0).buffer(1, quad_segs=2)
        if rng.uniform() < 0.3:
            shape = shape.difference(scale(shape, 0.4, 0.5))
        shape = scale(shape, rng.uniform(0.3, 2), rng.uniform(0.3, 2))
        shape = shape if rng.uniform() < 0.5 else rotate(shape, rng.uniform(0, 360))
        places = rng.integers(0, 12, (rng.integers(1, 3), 2)) / 2
        shape = shapely.unary_union([translate(shape, *place) for place in places])
        cells.append(translate(scale(shape, 0.004, 0.004, origin=(0, 0)), 117.03, 36.6))
    return np.array(cells, dtype=object)


def corner_cases() -> dict[str, Cells]:
    box = shapely.box
    unit = [box(i, j, i + 1, j + 1) for i in range(-2, 2) for j in range(-2, 2)]
    return {
        "squares around 0, 0 where differences of doubles are not exact": np.array(unit, dtype=object),
        "a T-junction without a vertex on the long side": np.array([box(0, 0, 2, 1), box(0, 1, 1, 2), box(1, 1, 2, 2)]),
        "the same square twice": np.array([box(117, 36, 118, 37), box(117, 36, 118, 37)]),
        "a square in a square": np.array([box(117, 36, 118, 37), box(117.25, 36.25, 117.5, 36.5)]),
        "parts that touch in a point": np.array(
            [shapely.MultiPolygon([box(117, 36, 118, 37), box(118, 37, 119, 38)]), box(118, 36, 119, 37)]
        ),
        "a needle": np.array([shapely.Polygon([(117, 36), (118, 36.5), (118, np.nextafter(36.5, 37))])]),
        "long needles side by side": np.array([box(117 + k * 1e-7, 36, 117 + (k + 1) * 1e-7, 37) for k in range(40)]),
        "southern and western": np.array([box(-71, -34, -70.5, -33), box(-70.5, -34, -70, -33)]),
    }


@pytest.mark.parametrize("seed", range(3))
def test_a_partition_of_bent_cells_answers_as_geos_does(seed: int) -> None:
    locator = check_against_geos(voronoi_coverage(120, seed=seed), 20_000, seed)
    assert locator.is_clean


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10_000))
def test_cells_with_holes_enclaves_and_parts_answer_as_geos_does(seed: int) -> None:
    assert check_against_geos(frame_of(enclaves(seed), np.random.default_rng(seed)), 3_000, seed).is_clean


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10_000))
def test_cells_that_overlap_answer_as_geos_does(seed: int) -> None:
    assert not check_against_geos(frame_of(scattered(seed), np.random.default_rng(seed)), 2_000, seed).is_clean


@pytest.mark.parametrize("name", corner_cases())
def test_a_corner_case_answers_as_geos_does(name: str) -> None:
    check_against_geos(frame_of(corner_cases()[name]), 5_000, 7)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10_000), step=st.sampled_from([1e-3, 3e-5]))
def test_random_coverages_answer_as_geos_does_and_in_any_order_of_cells(seed: int, step: float) -> None:
    frame = voronoi_coverage(12, seed=seed, step=step)
    locator = check_against_geos(frame, 1_000, seed)
    other = CellLocator.from_frame(frame.sample(frac=1, random_state=seed % 1000))
    assert other.checksum == locator.checksum
    points = nasty_points(frame.geometry.array, 1_000, np.random.default_rng(seed))
    assert np.array_equal(other.locate_index(*points.T), locator.locate_index(*points.T))


def rationally_in(a: npt.NDArray[Any], b: npt.NDArray[Any], x: float, y: float) -> bool:
    """Whether a closed cell with these edges holds a point, in rational arithmetic."""
    px, py = Fraction(x), Fraction(y)
    inside = False
    low, high = np.minimum(a[:, 1], b[:, 1]), np.maximum(a[:, 1], b[:, 1])
    for k in np.flatnonzero((low <= y) & (high >= y)):
        (ax, ay), (bx, by) = map(Fraction, a[k]), map(Fraction, b[k])
        turn = (bx - ax) * (py - ay) - (by - ay) * (px - ax)
        if turn == 0 and min(ax, bx) <= px <= max(ax, bx):
            return True
        if (ay <= py) != (by <= py) and (turn > 0) == (by > ay):
            inside = not inside
    return inside


def test_a_thousand_nasty_points_answer_as_rational_arithmetic_does() -> None:
    frame = voronoi_coverage(40, seed=5).sort_values("code")
    locator = CellLocator.from_frame(frame)
    ends = [edge_ends([cell]) for cell in frame.geometry]
    boxes = [cell.bounds for cell in frame.geometry]
    for x, y in nasty_points(frame.geometry.array, 1_200, np.random.default_rng(5)):
        near = [k for k, (w, s, e, n) in enumerate(boxes) if w <= x <= e and s <= y <= n]
        expected = next((k for k in near if rationally_in(*ends[k], x, y)), -1)
        assert locator.locate_index(x, y)[0] == expected


def test_an_ulp_off_a_vertex_no_further_cell_is_found() -> None:
    # Of this kind PostGIS's ST_Intersects errs: 1 ulp off a vertex it finds a cell that does not hold the point.
    corner = (117.21768700000001, np.nextafter(31.838417799999995, 32))
    west, east, south, north = 117.2, 117.23, 31.83, 31.85
    cells = [
        shapely.Polygon([(west, south), (east, south), corner]),
        shapely.Polygon([(east, south), (east, north), corner]),
        shapely.Polygon([(east, north), (west, north), corner]),
        shapely.Polygon([(west, north), (west, south), corner]),
    ]
    locator = CellLocator.from_frame(frame_of(cells))
    steps = range(-3, 4)
    for i in steps:
        for j in steps:
            x, y = corner[0] + i * np.spacing(corner[0]), corner[1] + j * np.spacing(corner[1])
            expected = next(k for k, cell in enumerate(cells) if rationally_in(*edge_ends([cell]), x, y))
            assert locator.locate_index(x, y)[0] == expected


def test_one_point_answers_as_many_do() -> None:
    frame = frame_of(enclaves(3))
    locator = CellLocator.from_frame(frame)
    lon, lat = mixed_points(frame.geometry.array, 20_000, np.random.default_rng(3))
    one = locator.locate_one
    assert [one(x, y) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)] == locator.locate(lon, lat).tolist()
    assert one(float("nan"), 36.6) is None
    assert one(float("inf"), float("-inf")) is None


def test_what_is_not_finite_lies_outside() -> None:
    locator = CellLocator.from_frame(voronoi_coverage(12))
    lon = [np.nan, 117.02, np.inf, -np.inf, 1e308, 117.02]
    assert locator.locate(lon, [36.6, np.nan, 36.6, 36.6, 36.6, -1e308]).tolist() == [None] * 6


def test_no_points_give_no_answers() -> None:
    locator = CellLocator.from_frame(voronoi_coverage(12))
    assert locator.locate([], []).shape == (0,)
    assert locator.locate_index([], []).dtype == np.int32


def test_answers_can_be_written_where_asked() -> None:
    locator = CellLocator.from_frame(voronoi_coverage(12))
    out = np.empty(2, np.int32)
    assert locator.locate_index([117.02, 0.0], [36.6, 0.0], out=out) is out
    assert out[1] == -1
