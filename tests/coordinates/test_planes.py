"""Metres are measured in the zone of the place."""

import geopandas as gpd
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gridgov.coordinates import from_plane, projected_crs, to_plane
from gridgov.errors import CoordinateError, GeometryError


@pytest.mark.parametrize(
    ("lon", "epsg"),
    [
        (117.1, 4548),
        (113.1, 4547),
        (115.5, 4548),
        (115.4999, 4547),
        (75, 4534),
        (73.5, 4534),
        (135, 4554),
        (136.4, 4554),
    ],
)
def test_the_zone_follows_the_longitude(lon: float, epsg: int):
    assert projected_crs(lon) == epsg


@given(st.floats(73.5, 136.49))
def test_every_longitude_gets_the_zone_whose_meridian_is_nearest(lon: float):
    operation = pyproj.CRS.from_epsg(projected_crs(lon)).coordinate_operation
    assert operation is not None
    meridian = next(item.value for item in operation.params if item.name == "Longitude of natural origin")
    assert abs(meridian - lon) <= 1.5


@pytest.mark.parametrize("lon", [73.4, 136.5, 0.0, -117.1, float("nan"), float("inf")])
def test_beyond_the_zones_is_refused(lon: float):
    with pytest.raises(CoordinateError, match="3-degree zone"):
        projected_crs(lon)


def test_areas_are_true_to_the_ellipsoid():
    patch = shapely.box(117.10, 36.60, 117.11, 36.61)
    true = pyproj.Geod(ellps="GRS80").geometry_area_perimeter(patch)[0]
    assert to_plane(patch, 117.1).area == pytest.approx(true, rel=1e-4)


def test_axes_are_easting_then_northing_and_come_back():
    point = shapely.Point(117.1, 36.65)
    plane = to_plane(point, 117.1)
    assert (plane.x, plane.y) == pytest.approx((508941.800, 4057674.604), abs=1e-3)
    assert from_plane(plane, 117.1).equals_exact(point, 1e-11)


def test_a_series_carries_its_crs_and_must_have_the_right_one():
    series = gpd.GeoSeries([shapely.Point(117.1, 36.65)], index=[7], crs=4326)
    plane = to_plane(series, 117.1)
    assert plane.crs.to_epsg() == 4548
    assert from_plane(plane, 117.1).crs.to_epsg() == 4326
    for wrong in (gpd.GeoSeries([shapely.Point(1, 2)]), plane):
        with pytest.raises(CoordinateError, match="EPSG:4326"):
            to_plane(wrong, 117.1)


def test_a_vertex_that_cannot_be_projected_is_refused():
    with pytest.raises(GeometryError, match="cannot be projected"):
        to_plane(shapely.LineString([(117.1, 36.6), (-60.0, 95.0)]), 117.1)
