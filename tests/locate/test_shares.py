"""Shares: how much of a footprint lies in each cell, adding to exactly 1."""

import math
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridgov import CellLocator
from gridgov.coordinates import to_plane
from gridgov.errors import CoordinateError, GeometryError
from gridgov.locate.plane import edges_meeting
from tests.bench.coverages import edge_ends, footprints, frame_of, voronoi_coverage

METRE = 1 / 111_000
LOOSE = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


def squares() -> gpd.GeoDataFrame:
    """Four squares of 0.01 degrees around 117.02, 36.62: ...0 south-west, ...1 north-west, ...2 south-east, ...3."""
    boxes = [shapely.box(x, y, x + 0.01, y + 0.01) for x in (117.01, 117.02) for y in (36.61, 36.62)]
    return frame_of(boxes)


def check_sums(table: pd.DataFrame) -> None:
    for _, share in table.groupby("footprint")["share"]:
        assert math.fsum(share) == 1.0
    assert (table["share"] > 0).all()
    assert not table.duplicated(["footprint", "cell"]).any()


def by_shapely(frame: gpd.GeoDataFrame, shapes: gpd.GeoSeries) -> dict[tuple[int, str], float]:
    """Areas by footprint and cell, overlaid in the plane, or lengths of lines cut in degrees."""
    cells, given = frame.geometry, shapes
    areal = bool((shapely.area(shapes.to_numpy()) > 0).all())
    if areal:
        cells, given = to_plane(cells, 117), to_plane(given, 117)
    footprint, cell = shapely.STRtree(cells.array).query(given.array, predicate="intersects")
    parts = shapely.intersection(given.to_numpy()[footprint], cells.to_numpy()[cell])
    size = shapely.area(parts)
    if not areal:
        size = to_plane(gpd.GeoSeries(parts, crs=4326), 117).length
    return {(f, c): s for f, c, s in zip(footprint.tolist(), frame["code"].to_numpy()[cell], size, strict=True)}


def check_against_shapely(frame: gpd.GeoDataFrame, shapes: Any) -> pd.DataFrame:
    series = gpd.GeoSeries(shapes, crs=4326)
    table = CellLocator.from_frame(frame).shares(series)
    check_sums(table)
    plane = to_plane(series, 117)
    whole = np.where(plane.area > 0, plane.area, plane.length)
    got = {(r.footprint, r.cell): r.share * whole[r.footprint] for r in table.itertuples() if r.cell is not None}
    expected = by_shapely(frame, series)
    for key in got.keys() | expected.keys():
        assert abs(got.get(key, 0.0) - expected.get(key, 0.0)) < 1e-8 * max(whole[key[0]], 1.0), key
    return table


def nasty_footprints(frame: gpd.GeoDataFrame, seed: int) -> list[Any]:
    """Polygons with sides on borders, corners on vertices, whole cells, giants, courts, several parts."""
    rng = np.random.default_rng(seed)
    cells = list(frame.geometry)
    a, b = edge_ends(cells)
    chosen = rng.integers(len(a), size=20)
    side = rng.uniform(-5, 5, (20, 2)) * 10 * METRE
    shapes = [shapely.Polygon([p, q, q + s, p + s]) for p, q, s in zip(a[chosen], b[chosen], side, strict=True)]
    shapes += [shapely.box(*p, *(p + s)) for p, s in zip(a[chosen], side, strict=True)]
    shapes += [*cells[:5], cells[3].buffer(1e-5), shapely.unary_union(cells[:4]), shapely.box(116.9, 36.5, 117.1, 36.7)]
    shapes += [shapely.Point(*p).buffer(3e-4) - shapely.Point(*p).buffer(1e-4) for p in a[chosen[:8]]]
    shapes.append(shapely.MultiPolygon([shapely.Point(*p).buffer(2e-5) for p in a[::97]]))
    return [shape for shape in shapes if shape.is_valid and shape.area > 0]


@LOOSE
@given(seed=st.integers(0, 10_000))
def test_areas_are_those_of_overlay(seed: int) -> None:
    frame = voronoi_coverage(12, seed=seed, step=3e-4)
    plain = footprints(frame.geometry.array, 200, np.random.default_rng(seed))
    check_against_shapely(frame, [*plain, *nasty_footprints(frame, seed)])


@LOOSE
@given(seed=st.integers(0, 10_000))
def test_lengths_are_those_of_overlay(seed: int) -> None:
    frame = voronoi_coverage(12, seed=seed, step=3e-4)
    rng = np.random.default_rng(seed)
    west, south, east, north = frame.total_bounds
    paths = [shapely.LineString(rng.uniform((west, south), (east, north), (k % 4 + 2, 2))) for k in range(12)]
    check_against_shapely(frame, [*paths, shapely.MultiLineString(paths[:3])])


@LOOSE
@given(seed=st.integers(0, 10_000), size=st.sampled_from([1e-6, 1e-4, 1e-3, 1e-2]))
def test_every_edge_meeting_a_box_is_found_once(seed: int, size: float) -> None:
    frame = voronoi_coverage(12, seed=seed, step=1e-3)
    raster = CellLocator.from_frame(frame)._raster
    lines = shapely.linestrings(raster.edges[:, :4].reshape(-1, 2, 2))
    west, south, east, north = frame.total_bounds
    found = np.empty(4096, np.int64)
    for x, y in np.random.default_rng(seed).uniform((west, south), (east, north), (50, 2)):
        count, _ = edges_meeting(raster, (x, y, x + size, y + size), found)
        chosen = found[:count].tolist()
        assert len(set(chosen)) == count
        assert set(np.flatnonzero(shapely.intersects(lines, shapely.box(x, y, x + size, y + size)))) <= set(chosen)


def test_a_block_across_a_border_lies_one_third_here_and_two_thirds_there() -> None:
    block = shapely.box(117.02 - 20 * METRE, 36.612, 117.02 + 40 * METRE, 36.6123)
    table = CellLocator.from_frame(squares()).shares([block])
    assert table["share"].to_numpy() == pytest.approx([1 / 3, 2 / 3], abs=1e-6)
    assert table["cell"].tolist() == ["370102001000000", "370102001000002"]
    assert not table["sliver"].any()


def test_a_side_on_a_border_is_no_share() -> None:
    inside = shapely.Polygon([(117.02, 36.61), (117.02, 36.62), (117.015, 36.615)])
    table = CellLocator.from_frame(squares()).shares([inside])
    assert table[["cell", "share"]].to_numpy().tolist() == [["370102001000000", 1.0]]


def test_a_side_on_a_long_border_without_its_vertices_is_a_sliver_at_most() -> None:
    table = CellLocator.from_frame(squares()).shares([shapely.box(117.015, 36.615, 117.0175, 36.62)])
    assert table["cell"].iloc[0] == "370102001000000"
    assert table["share"].iloc[0] > 0.9999
    assert table["sliver"].iloc[1:].all()


def test_what_lies_outside_is_named() -> None:
    locator = CellLocator.from_frame(squares())
    table = locator.shares([shapely.box(117.0, 36.615, 117.019, 36.618), shapely.box(117.5, 36.5, 117.51, 36.51)])
    assert table["cell"].tolist() == ["370102001000000", None, None]
    assert table["share"].tolist()[2] == 1.0
    assert all(cell is None or isinstance(cell, str) for cell in table["cell"])


def test_slivers_are_named_not_hidden() -> None:
    table = CellLocator.from_frame(squares()).shares([shapely.box(117.012, 36.612, 117.02 + 1e-8, 36.6122)])
    assert table["sliver"].tolist() == [False, True]
    assert 0 < table["area_m2"].iloc[1] < 0.1


def test_the_inputs_index_names_footprints() -> None:
    shapes = gpd.GeoSeries([shapely.box(117.012, 36.612, 117.013, 36.613)] * 2, index=["b", "a"], crs=4490)
    assert CellLocator.from_frame(squares()).shares(shapes)["footprint"].tolist() == ["b", "a"]


def test_kinds_may_be_mixed() -> None:
    shapes = [
        shapely.Point(117.02, 36.615),
        shapely.LineString([(117.015, 36.615), (117.025, 36.615)]),
        shapely.box(117.012, 36.612, 117.013, 36.613),
        shapely.MultiPoint([(117.011, 36.611), (117.012, 36.611), (117.0, 36.0)]),
        shapely.LinearRing([(117.011, 36.611), (117.012, 36.611), (117.012, 36.612)]),
    ]
    table = CellLocator.from_frame(squares()).shares(shapes)
    check_sums(table)
    assert table.columns.tolist() == ["footprint", "cell", "share", "area_m2", "length_m", "sliver"]
    assert table[table["footprint"] == 0][["cell", "share", "area_m2"]].to_numpy().tolist() == [
        ["370102001000000", 1.0, 0.0]
    ]
    assert table[table["footprint"] == 1]["share"].tolist() == pytest.approx([0.5, 0.5])
    assert table[table["footprint"] == 3]["share"].tolist() == pytest.approx([2 / 3, 1 / 3])


def test_a_line_along_a_border_belongs_to_the_lowest_code_once() -> None:
    frame = voronoi_coverage(20, seed=2)
    locator = CellLocator.from_frame(frame)
    cells = frame.sort_values("code").geometry.array
    cells = np.asarray(cells)
    border = shapely.intersection(cells[:, None], cells[None, :])
    for low, high in np.argwhere(np.triu(shapely.length(border) > 1e-3, 1))[:10]:
        line = shapely.line_merge(border[low, high])
        table = locator.shares([line, shapely.reverse(line)])
        assert table["cell"].tolist() == [locator.codes[low]] * 2
        assert table["length_m"].iloc[0] == pytest.approx(to_plane(line, 117).length)


def test_a_line_along_part_of_a_straight_border_belongs_to_the_lowest_code() -> None:
    line = shapely.LineString([(117.02, 36.6123), (117.02, 36.6177)])
    assert CellLocator.from_frame(squares()).shares([line])["cell"].tolist() == ["370102001000000"]


def test_where_cells_overlap_the_lowest_code_takes_what_it_covers() -> None:
    frame = frame_of([shapely.box(117.01, 36.61, 117.03, 36.62), shapely.box(117.02, 36.61, 117.04, 36.62)])
    table = CellLocator.from_frame(frame).shares([shapely.box(117.015, 36.612, 117.035, 36.614)])
    check_sums(table)
    assert table["share"].tolist() == pytest.approx([0.75, 0.25], abs=1e-6)


def test_shares_do_not_depend_on_the_order_of_cells() -> None:
    frame = voronoi_coverage(15, seed=4)
    shapes = footprints(frame.geometry.array, 100, np.random.default_rng(4))
    one = CellLocator.from_frame(frame).shares(shapes)
    pd.testing.assert_frame_equal(one, CellLocator.from_frame(frame.iloc[::-1]).shares(shapes))


def test_nothing_gives_an_empty_table() -> None:
    table = CellLocator.from_frame(squares()).shares(gpd.GeoSeries([], crs=4326))
    assert table.columns.tolist() == ["footprint", "cell", "share", "area_m2", "sliver"]
    assert len(table) == 0


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        (shapely.Polygon([(117.01, 36.61), (117.02, 36.62), (117.02, 36.61), (117.01, 36.62)]), "not valid"),
        (shapely.Polygon(), "empty"),
        (None, "no geometry"),
        (shapely.GeometryCollection([shapely.Point(117, 36), shapely.box(117, 36, 118, 37)]), "collection"),
        (shapely.LineString([(117.01, 36.61), (117.01, 36.61)]), "no length"),
    ],
)
def test_a_geometry_that_cannot_be_shared_out_is_named_by_its_index(shape: Any, reason: str) -> None:
    shapes = gpd.GeoSeries([shapely.Point(117.015, 36.615), shape], index=["good", "bad"], crs=4326)
    with pytest.raises(GeometryError, match=rf"'bad'.*{reason}"):
        CellLocator.from_frame(squares()).shares(shapes)


@pytest.mark.parametrize("crs", [None, 4548, 4214])
def test_geometries_in_no_or_another_crs_are_refused(crs: int | None) -> None:
    with pytest.raises(CoordinateError, match="4326"):
        CellLocator.from_frame(squares()).shares(gpd.GeoSeries([shapely.Point(117, 36)], crs=crs))


def test_metres_given_as_degrees_are_refused() -> None:
    with pytest.raises(CoordinateError, match="degrees"):
        CellLocator.from_frame(squares()).shares([shapely.box(500_000, 4_000_000, 500_010, 4_000_010)])
