"""A datum is said, never assumed."""

import pytest

from gridgov.coordinates import BD09, CGCS2000, GCJ02, WGS84, Datum
from gridgov.errors import CoordinateError


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("wgs84", WGS84),
        (" WGS-84 ", WGS84),
        ("EPSG:4326", WGS84),
        ("urn:ogc:def:crs:EPSG::4326", WGS84),
        ("CGCS2000", CGCS2000),
        ("国家2000", CGCS2000),
        ("EPSG:4490", CGCS2000),
        ("GCJ-02", GCJ02),
        ("高德", GCJ02),
        ("火星坐标系", GCJ02),
        ("bd_09", BD09),
        ("百度", BD09),
        ("EPSG：4548", Datum("EPSG:4548")),
        ("4548", Datum("EPSG:4548")),
        (4548, Datum("EPSG:4548")),
        (GCJ02, GCJ02),
    ],
)
def test_a_datum_is_recognised_in_the_spellings_people_use(said: object, meant: Datum):
    assert Datum.parse(said) == meant


@pytest.mark.parametrize("said", ["", None, "   ", "mars", "x" * 10_000_000, "EPSG:", "EPSG:99", "epsg:999999"])
def test_an_unsaid_or_unknown_datum_is_asked_for_with_the_choices(said: object):
    with pytest.raises(CoordinateError, match=r"(?i)which datum.*wgs84, cgcs2000, gcj02, bd09") as caught:
        Datum.parse(said)
    assert caught.value.field == "datum"
    assert len(caught.value.message) < 300


@pytest.mark.parametrize("code", ["EPSG:4214", "EPSG:4610", "EPSG:2383", "EPSG:4555"])
def test_old_datums_without_public_parameters_are_refused_rather_than_put_beside_the_place(code: str):
    with pytest.raises(CoordinateError, match="CGCS2000"):
        Datum.parse(code)


@pytest.mark.parametrize("code", ["EPSG:4979", "EPSG:5773"])
def test_systems_with_heights_or_no_ground_are_refused(code: str):
    with pytest.raises(CoordinateError, match="two axes"):
        Datum.parse(code)
