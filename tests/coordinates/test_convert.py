"""Coordinates go to WGS 84 and back, or are refused with a reason."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgov.coordinates import (
    BD09,
    CGCS2000,
    GCJ02,
    WGS84,
    Datum,
    check_positions,
    from_wgs84,
    geometry_from_wgs84,
    geometry_to_wgs84,
    point_to_wgs84,
    position_faults,
    to_wgs84,
)
from gridgov.coordinates.checks import FAULTS
from gridgov.errors import CoordinateError, GeometryError

JINAN = (117.1, 36.65)
ZONE_117 = Datum("EPSG:4548")
METRES_PER_DEGREE = 111_320.0


def metres(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    east = (other_lon - lon) * METRES_PER_DEGREE * np.cos(np.radians(lat))
    return float(np.hypot(east, (other_lat - lat) * METRES_PER_DEGREE))


def test_gcj02_is_about_550_metres_off_in_jinan_and_bd09_about_1300():
    assert metres(*JINAN, *point_to_wgs84(*JINAN, GCJ02)) == pytest.approx(547, abs=25)
    assert metres(*JINAN, *point_to_wgs84(*JINAN, BD09)) == pytest.approx(1300, abs=60)


@pytest.mark.parametrize("datum", [WGS84, CGCS2000, GCJ02, BD09, ZONE_117, Datum("EPSG:3857"), Datum("EPSG:32650")])
@settings(deadline=None, max_examples=60)
@given(lon=st.floats(114.5, 119.5), lat=st.floats(20, 50))
def test_every_position_returns_within_a_micrometre(datum: Datum, lon: float, lat: float):
    x, y = from_wgs84(lon, lat, datum)
    assert metres(lon, lat, *point_to_wgs84(float(x), float(y), datum)) <= 1e-6


@settings(deadline=None, max_examples=100)
@given(lon=st.floats(73, 135), lat=st.floats(18, 53.5))
def test_every_position_of_the_country_returns_from_both_shifted_systems(lon: float, lat: float):
    for datum in (GCJ02, BD09):
        x, y = from_wgs84(lon, lat, datum)
        assert metres(lon, lat, *point_to_wgs84(float(x), float(y), datum)) <= 1e-6


@pytest.mark.parametrize(
    "place",
    [(114.17, 22.3), (113.54, 22.19), (121.56, 25.03), (126.98, 37.56), (105.85, 21.03)],
    ids=["Hong Kong", "Macau", "Taipei", "Seoul", "Hanoi"],
)
def test_who_says_gcj02_inside_the_box_gets_the_formula_whoever_governs_there(place: tuple[float, float]):
    assert 50 < metres(*place, *point_to_wgs84(*place, GCJ02)) < 1500
    assert point_to_wgs84(*place, WGS84) == place


@pytest.mark.parametrize("place", [(139.7, 35.6), (0.1, 51.5), (-74.0, 40.7), (151.2, -33.9)])
@pytest.mark.parametrize("datum", [GCJ02, BD09])
def test_a_shifted_datum_is_refused_where_nothing_is_shifted(place: tuple[float, float], datum: Datum):
    with pytest.raises(CoordinateError, match="does not apply"):
        to_wgs84(*place, datum)
    with pytest.raises(CoordinateError, match="does not apply"):
        from_wgs84(*place, datum)
    assert point_to_wgs84(*place, WGS84) == place


def test_cgcs2000_and_wgs84_are_equal():
    assert point_to_wgs84(*JINAN, CGCS2000) == JINAN
    x, y = from_wgs84(*JINAN, ZONE_117)
    assert (float(x), float(y)) == pytest.approx((508941.800, 4057674.604), abs=1e-3)


@pytest.mark.parametrize(
    ("x", "y", "datum", "kind"),
    [
        (36.65, 117.1, WGS84, "swapped"),
        (36.65, 117.1, GCJ02, "swapped"),
        (39.5, 75.9, BD09, "swapped"),
        (4057674.6, 508941.8, ZONE_117, "swapped"),
        (0.0, 0.0, WGS84, "null-island"),
        (0.0, -0.0, ZONE_117, "null-island"),
        (1e-9, 1e-9, GCJ02, "null-island"),
        (float("nan"), 36.0, WGS84, "not-finite"),
        (117.0, float("inf"), ZONE_117, "not-finite"),
        (181.0, 36.0, WGS84, "out-of-range"),
        (508941.8, 4057674.6, WGS84, "out-of-range"),
        (117.0, -90.5, CGCS2000, "out-of-range"),
        (20.0, 60.0, GCJ02, "not-here"),
        (39508941.8, 4057674.6, ZONE_117, "outside-crs"),
        (117.1, 36.65, ZONE_117, "outside-crs"),
        (1e300, 1e300, ZONE_117, "outside-crs"),
    ],
)
def test_every_unusable_position_is_refused_by_name(x: float, y: float, datum: Datum, kind: str):
    assert FAULTS[int(position_faults(x, y, datum))].kind == kind
    with pytest.raises(CoordinateError) as caught:
        to_wgs84(x, y, datum)
    assert caught.value.field == "position"
    assert caught.value.details == [{"index": 0, "kind": kind}]


def test_swapped_axes_are_called_swapped_in_words():
    with pytest.raises(CoordinateError, match="look swapped"):
        check_positions(36.65, 117.1, WGS84)


def test_one_bad_position_in_many_is_named_by_its_number():
    with pytest.raises(CoordinateError, match="1 of 3 positions are unusable, the first is number 1"):
        to_wgs84([117.1, 36.6, 117.2], [36.6, 117.1, 36.7], WGS84)


def test_what_is_not_a_number_or_not_in_pairs_is_refused():
    with pytest.raises(CoordinateError, match="not a number"):
        to_wgs84(["117°"], ["36°"], WGS84)
    with pytest.raises(CoordinateError, match="2 x and 1 y"):
        to_wgs84([117.1, 117.2], [36.6], WGS84)


@pytest.mark.parametrize("datum", [WGS84, GCJ02, BD09, ZONE_117])
def test_raw_values_are_kept_and_the_shape_stays(datum: Datum):
    x, y = from_wgs84(np.full((2, 3), 117.1), np.full((2, 3), 36.65), datum)
    raw_x, raw_y = x.copy(), y.copy()
    lon, lat = to_wgs84(x, y, datum)
    lon += 1
    assert lon.shape == lat.shape == (2, 3)
    assert (x == raw_x).all()
    assert (y == raw_y).all()


@pytest.mark.parametrize("datum", [GCJ02, BD09, ZONE_117])
def test_shared_borders_stay_shared_through_every_datum(datum: Datum):
    left = shapely.Polygon([(117.1, 36.6), (117.11, 36.6), (117.113, 36.605), (117.11, 36.61), (117.1, 36.61)])
    right = shapely.Polygon([(117.11, 36.6), (117.12, 36.6), (117.12, 36.61), (117.11, 36.61), (117.113, 36.605)])
    cells = gpd.GeoSeries([left, right], index=["a", "b"], crs=4326)
    read = geometry_from_wgs84(cells, datum)
    back = geometry_to_wgs84(read, datum)
    assert back.crs.to_epsg() == 4326
    assert list(back.index) == ["a", "b"]
    assert shapely.coverage_is_valid(back.to_numpy())
    assert shapely.coverage_is_valid(read.to_numpy())
    assert back.geom_equals_exact(cells, 1e-10).all()
    assert cells.iloc[0].equals_exact(left)


def test_a_single_geometry_an_array_and_an_empty_one_come_back_alike():
    point = shapely.Point(*JINAN)
    assert isinstance(geometry_to_wgs84(point, GCJ02), shapely.Point)
    array = geometry_to_wgs84(np.array([point, None, shapely.Polygon()]), GCJ02)
    assert array[1] is None
    assert array[2].is_empty


def test_what_is_no_geometry_is_refused():
    with pytest.raises(GeometryError, match="not a geometry"):
        geometry_to_wgs84("POINT (117 36)", WGS84)
