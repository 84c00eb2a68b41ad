"""The reading doors: lists, GeoJSON, pages, health, and what every answer says to the browser."""

import json
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest

from api.problems import status_of
from gridgov import errors
from gridgov.errors import DatabaseUnavailableError
from gridgov.ids import new_id
from tests.api.test_intake_door import body
from tests.conftest import SAMPLE


def _errors(base: type = errors.GridgovError):
    for kind in base.__subclasses__():
        yield kind
        yield from _errors(kind)


@pytest.mark.parametrize("kind", list(_errors()))
def test_every_error_has_a_status_of_its_own_meaning(kind):
    assert 400 <= status_of(kind) < 600
    assert status_of(kind) != 500


def test_a_list_is_walked_by_its_cursor_without_gap_or_repeat(client):
    sent = [client.post("/api/v1/incidents", json=body()).json()["id"] for _ in range(7)]
    seen, cursor = [], None
    while True:
        query = {"limit": 3, **({"cursor": cursor} if cursor else {})}
        page = client.get("/api/v1/incidents", params=query).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == sorted(sent, reverse=True)


def test_a_list_is_filtered_by_cell_and_placement(client):
    inside = client.post("/api/v1/incidents", json=body()).json()
    far = client.post("/api/v1/incidents", json=body(position={"datum": "wgs84", "lon": 116.2, "lat": 36.1})).json()
    by_cell = client.get("/api/v1/incidents", params={"cell_code": inside["cell_code"]}).json()["items"]
    outside = client.get("/api/v1/incidents", params={"placement": "outside"}).json()["items"]
    assert [i["id"] for i in by_cell] == [inside["id"]]
    assert [i["id"] for i in outside] == [far["id"]]


def test_facts_are_shown_in_order_with_their_chain(client):
    sent = client.post("/api/v1/incidents", json=body()).json()
    facts = client.get(f"/api/v1/incidents/{sent['id']}/facts").json()["items"]
    assert [f["seq"] for f in facts] == list(range(1, len(facts) + 1))
    assert all(a["hash"] == b["previous_hash"] for a, b in pairwise(facts))


@pytest.mark.parametrize("path", ["/api/v1/incidents/{id}", "/api/v1/incidents/{id}/facts"])
def test_what_does_not_exist_is_answered_with_404(client, path):
    answer = client.get(path.format(id=new_id()))
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_cells_come_as_geojson_that_gdal_reads(client, tmp_path: Path):
    answer = client.get("/api/v1/cells")
    assert answer.headers["content-type"] == "application/geo+json"
    file = tmp_path / "cells.geojson"
    file.write_bytes(answer.content)
    frame = pyogrio.read_dataframe(file)
    assert isinstance(frame, gpd.GeoDataFrame)
    assert (frame["code"].str[:6] == "370102").sum() == 773
    assert frame.crs.to_epsg() == 4326


@pytest.mark.parametrize(("level", "number"), [("streets", 13), ("communities", 139), ("districts", 1)])
def test_areas_come_by_level(client, level, number):
    features = json.loads(client.get(f"/api/v1/areas/{level}").content)["features"]
    assert sum(f["properties"]["code"].startswith("370102") for f in features) == number


def test_before_the_first_grid_there_are_no_cells(client):
    answer = client.get("/api/v1/cells", params={"as_of": "1980-01-01T00:00:00+08:00"})
    assert json.loads(answer.content)["features"] == []


def test_somebody_answers_for_every_cell(client):
    code = client.post("/api/v1/incidents", json=body()).json()["cell_code"]
    people = client.get(f"/api/v1/cells/{code}/duties").json()["items"]
    assert people
    assert client.get("/api/v1/cells/000000000000000/duties").status_code == 404


def test_a_position_is_located_without_storing_anything(client):
    query = {"datum": "gcj02", "lon": 117.0962, "lat": 36.6516, "accuracy_m": 40}
    found = client.get("/api/v1/locate", params=query).json()
    assert found["cell_code"]
    assert sum(p["probability"] for p in found["probabilities"]) == pytest.approx(1)
    assert client.get("/api/v1/incidents").json()["items"] == []


def test_an_address_is_sure_or_unknown(client):
    book = pd.read_csv(SAMPLE / "addresses.csv", dtype=str, keep_default_na=False)
    row = book[(book["kind"] == "building") & (book["road"] != "") & (book["number"] != "")].iloc[0]
    text = "".join(row[["district", "street", "road", "number"]])
    known = client.get("/api/v1/addresses", params={"text": text})
    assert known.json()["answer"] == "sure"
    unknown = client.get("/api/v1/addresses", params={"text": "火星基地三号舱"})
    assert unknown.status_code == 404
    assert unknown.json()["type"] == "/problems/address-not-found"


def test_the_matter_list_names_a_lead_for_each_matter(client):
    listed = client.get("/api/v1/matters").json()
    assert len(listed["items"]) == 81
    assert all(item["lead"] for item in listed["items"])


def test_the_summary_counts_what_was_reported(client):
    client.post("/api/v1/incidents", json=body())
    client.post("/api/v1/incidents", json=body(position={"datum": "wgs84", "lon": 116.2, "lat": 36.1}))
    counted = client.get("/api/v1/summary").json()
    assert counted["reports"] == 2
    assert counted["placements"]["outside"] == 1


def test_alive_and_ready_are_two_questions(client, monkeypatch):
    assert client.get("/health/ready").json()["status"] == "ready"

    def gone(*_args: object) -> None:
        message = "The database does not answer."
        raise DatabaseUnavailableError(message)

    monkeypatch.setattr("gridgov.store.unit.Store.require_alive", gone)
    assert client.get("/health/live").status_code == 200
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]


@pytest.mark.parametrize("path", ["/", "/docs", "/map", "/api/v1/matters", "/no-such-page"])
def test_every_answer_tells_the_browser_to_trust_nothing_else(client, path):
    headers = client.get(path).headers
    assert "default-src" in headers["content-security-policy"]
    assert "http" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_the_documentation_loads_from_this_server_only(client):
    page = client.get("/docs").text
    assert "http://" not in page
    assert "https://" not in page
    for path in ("/static/docs/swagger-ui-bundle.js", "/static/docs/swagger-ui.css", "/static/docs.js"):
        assert client.get(path).status_code == 200


def test_a_report_that_comes_in_late_is_on_the_map_as_well(client):
    client.post("/api/v1/incidents", json=body())
    before = client.get("/map").text
    assert client.get("/map").text == before
    client.post("/api/v1/incidents", json=body(reported_at="2026-06-15T09:00:00+08:00"))
    assert client.get("/map").text != before


def test_hostile_text_is_shown_as_text(client):
    street = {"type": "LineString", "coordinates": [[117.03, 36.65], [117.12, 36.65]]}
    position = {"datum": "wgs84", "geometry": street}
    matters = client.get("/api/v1/matters").json()["items"]
    code = next(matter["code"] for matter in matters if matter["whistle_kind"])
    sent = body(text="<script>alert(1)</script>", matter=code, position=position)
    assert client.post("/api/v1/incidents", json=sent).json()["whistle_id"]
    for page in ("/", "/map"):
        text = client.get(page).text
        assert "alert(1)" in text
        assert "<script>alert(1)" not in text


def test_another_name_for_this_server_is_refused(client):
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400
