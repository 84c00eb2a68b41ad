"""What a phone carries: the map and the rules of the place its holder works in, and around it."""

import json
from typing import Any

import pytest
import shapely
from fastapi.testclient import TestClient
from shapely.geometry import shape

from api.field import PackOut
from gridgov.ids import new_id
from gridgov.matters.spelling import initials, spelled
from tests.field.conftest import As, Walker
from tests.support import NOON


@pytest.fixture
def carried(phone: TestClient, as_: As) -> dict[str, Any]:
    """Return what whoever works in one street carries."""
    answer = phone.get("/api/v1/field/pack", headers=as_("grid_worker", "370102001"))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_a_stranger_carries_nothing(phone):
    assert phone.get("/api/v1/field/pack").status_code == 401


def test_who_has_no_role_where_there_is_a_grid_carries_nothing_and_is_told_why(phone, as_):
    answer = phone.get("/api/v1/field/pack", headers=as_("grid_worker", "650102001"))
    assert answer.status_code == 403
    assert "grid" in answer.json()["detail"]


def test_what_a_phone_carries_is_sent_once_until_the_rules_change(phone, as_, store):
    worker = as_("grid_worker", "370102001")
    first = phone.get("/api/v1/field/pack", headers=worker)
    seen = {"If-None-Match": f'"0", {first.headers["etag"]}'}
    again = phone.get("/api/v1/field/pack", headers=worker | seen)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    other = phone.get("/api/v1/field/pack", headers=as_("street_officer", "370102001"))
    assert other.headers["etag"] == first.headers["etag"]
    with store.transaction() as unit:
        unit.summary.log_load("370102", at=unit.summary.signature(NOON).last_load, source=str(new_id()), summary={})
    same = phone.get("/api/v1/field/pack", headers=worker | seen)
    assert same.status_code == 304, "what did not change is not sent again"


def test_a_phone_that_cannot_unzip_gets_the_same(phone, as_):
    worker = as_("grid_worker", "370102001")
    plain = phone.get("/api/v1/field/pack", headers=worker | {"Accept-Encoding": "identity"})
    zipped = phone.get("/api/v1/field/pack", headers=worker)
    assert "content-encoding" not in plain.headers
    assert zipped.headers["content-encoding"] == "gzip"
    assert plain.content == zipped.content


def test_a_point_within_the_bounds_lies_in_the_cell_that_the_server_says(phone, as_, carried):
    west, south, east, north = carried["bounds"]
    cells = [(one["properties"]["code"], shape(one["geometry"])) for one in carried["cells"]["features"]]
    worker = as_("grid_worker", "370102001")
    for number in range(12):
        lon, lat = west + (east - west) * (number * 0.37 % 1), south + (north - south) * (number * 0.61 % 1)
        asked = {"datum": "wgs84", "lon": lon, "lat": lat}
        said = phone.get("/api/v1/locate", params=asked, headers=worker).json()["cell_code"]
        inside = [code for code, outline in cells if outline.covers(shapely.Point(lon, lat))]
        assert (min(inside) if inside else None) == said


def test_it_is_what_the_document_says(carried):
    said = PackOut.model_validate(carried)
    assert set(carried) == set(PackOut.model_fields)
    assert said.version == carried["version"]


def test_all_that_is_drawn_meets_the_bounds_and_is_at_most_a_centimetre_off(carried):
    box = shapely.box(*carried["bounds"])
    for name in ("cells", "communities", "streets", "districts", "roads", "buildings"):
        assert carried[name]["features"], name
        for one in carried[name]["features"]:
            outline = shape(one["geometry"])
            assert outline.intersects(box)
            assert max(len(repr(float(x)).partition(".")[2]) for x in shapely.get_coordinates(outline).ravel()) <= 7
    assert {one["properties"]["code"] for one in carried["streets"]["features"]} >= {"370102001"}


def test_a_person_carries_the_streets_of_their_duties(phone, as_, walker: Walker):
    wide = as_("grid_worker", "370102", person=walker.person)
    own = phone.get("/api/v1/field/pack", headers=wide).json()
    held = {cell[:9] for cell in walker.cells}
    assert held <= {one["properties"]["code"] for one in own["streets"]["features"]}
    codes = {one["properties"]["code"] for one in own["cells"]["features"]}
    assert set(walker.cells) <= codes
    assert len(codes) < 500


def test_the_rules_are_those_in_force(phone, as_, carried):
    worker = as_("grid_worker", "370102001")
    listed = phone.get("/api/v1/matters", headers=worker).json()
    assert {one["code"] for one in carried["matters"]["items"]} == {one["code"] for one in listed["items"]}
    kinds = phone.get("/api/v1/whistle-kinds", headers=worker).json()["items"]
    shares = [kind["min_share"] for kind in kinds if not kind["retired"]]
    assert carried["combined_threshold"] == min(shares)
    assert set(carried["look"]) >= {"streets", "roads", "buildings"}
    assert "370102-D-ZF" in {one["code"] for one in carried["organisations"]}
    assert "phone" not in json.dumps(list(carried["organisations"]))


@pytest.mark.parametrize(
    ("name", "first", "whole"),
    [
        ("井盖破损或缺失", "jgpshqs", "jinggaiposunhuoqueshi"),
        ("电动车违规充电", "ddcwgcd", "diandongcheweiguichongdian"),
        ("12345 热线", "12345rx", "12345rexian"),
        ("LED灯箱", "leddx", "leddengxiang"),
    ],
)
def test_a_matter_is_found_by_how_it_is_typed(name, first, whole):
    assert (initials(name), spelled(name)) == (first, whole)
