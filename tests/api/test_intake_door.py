"""The HTTP door of intake: what goes in, what comes back, and how each refusal reads."""

import json
from typing import Any

import pytest

from gridgov import logs
from gridgov.ids import new_id

URL = "/api/v1/incidents"


def body(**changes: Any) -> dict[str, Any]:
    plain = {
        "id": str(new_id()),
        "reported_at": "2026-06-15T11:57:00+08:00",
        "channel": "grid_worker",
        "matter": "20908",
        "text": "楼下施工到半夜，没法休息",
        "position": {"datum": "wgs84", "lon": 117.0902, "lat": 36.6512, "accuracy_m": 8},
    }
    return {k: v for k, v in {**plain, **changes}.items() if v is not ...}


def test_a_report_is_taken_in_and_answered_with_its_cell(client):
    answer = client.post(URL, json=body())
    assert answer.status_code == 201
    receipt = answer.json()
    assert receipt["cell_code"].startswith("370102")
    assert receipt["received_at"].endswith("+08:00")
    assert client.get(f"{URL}/{receipt['id']}").json()["number"] == receipt["number"]


def test_the_same_report_again_is_answered_the_same_with_200(client):
    sent = body()
    first, second = client.post(URL, json=sent), client.post(URL, json=sent)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()


def test_a_changed_report_under_the_same_id_is_answered_with_409(client):
    sent = body()
    client.post(URL, json=sent)
    answer = client.post(URL, json={**sent, "text": "另一件事"})
    assert answer.status_code == 409
    assert answer.json()["faults"][0]["field"] == "id"


BAD = {
    "no id": ({"id": ...}, "id"),
    "an id of version 4": ({"id": "9b8f4f6e-8f55-4c34-9f5f-1f9b7a1f0c11"}, "id"),
    "a time without offset": ({"reported_at": "2026-06-15T11:57:00"}, "reported_at"),
    "a time in the future": ({"reported_at": "2031-06-15T11:57:00+08:00"}, "reported_at"),
    "no datum": ({"position": {"lon": 117.09, "lat": 36.65}}, "position.datum"),
    "an unknown datum": ({"position": {"datum": "mars", "lon": 117.09, "lat": 36.65}}, "position.datum"),
    "the beginning of the calendar": ({"reported_at": "0001-01-01T00:00:00+08:00"}, "reported_at"),
    "the end of the calendar": ({"reported_at": "9999-12-31T23:59:59-08:00"}, "reported_at"),
    "a feature around the geometry": (
        {"position": {"datum": "wgs84", "geometry": {"type": "Feature", "geometry": None}}},
        "position.geometry",
    ),
    "a crs within the geometry": (
        {"position": {"datum": "wgs84", "geometry": {"type": "Point", "coordinates": [117.0, 36.6], "crs": {}}}},
        "position.geometry",
    ),
    "swapped axes": ({"position": {"datum": "wgs84", "lon": 36.65, "lat": 117.09}}, None),
    "half a position": ({"position": {"datum": "wgs84", "lon": 117.09}}, "position"),
    "both forms of position": (
        {"position": {"datum": "wgs84", "lon": 117.0, "lat": 36.6, "geometry": {"type": "Point"}}},
        "position",
    ),
    "a geometry that is none": ({"position": {"datum": "wgs84", "geometry": {"type": "Cube"}}}, "position.geometry"),
    "an empty polygon": (
        {"position": {"datum": "wgs84", "geometry": {"type": "Polygon", "coordinates": []}}},
        "position.geometry",
    ),
    "an unknown channel": ({"channel": "pigeon"}, "channel"),
    "an unknown matter": ({"matter": "99999"}, "matter"),
    "no text": ({"text": "  "}, "text"),
    "a text too long": ({"text": "长" * 10_001}, "text"),
    "a NUL in the text": ({"text": "a\u0000b"}, "text"),
    "half a surrogate": ({"text": "a\ud83d"}, "text"),
    "a code lost to a spreadsheet": ({"district_code": "3.70102E+05"}, "district_code"),
    "a code in full-width digits": ({"district_code": "３７０１０２"}, "district_code"),
    "an unknown field": ({"priority": 1}, "priority"),
    "no place at all": ({"position": None}, "position"),
    "a huge number": ({"position": {"datum": "wgs84", "lon": 1e400, "lat": 36.6}}, "position.lon"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_answered_with_a_problem_that_names_the_field(client, name):
    changes, field = BAD[name]
    before = client.get(URL).json()["items"]
    answer = client.post(URL, content=json.dumps(body(**changes)), headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["detail"]
    if field:
        assert field in {fault["field"] for fault in problem["faults"]}, problem
    assert client.get(URL).json()["items"] == before


def test_not_a_number_is_refused_by_name(client):
    text = json.dumps(body()).replace("117.0902", "NaN")
    answer = client.post(URL, content=text, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert "position.lon" in answer.text


def test_what_is_not_json_is_refused(client):
    answer = client.post(URL, content="{", headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    (fault,) = answer.json()["faults"]
    assert fault["field"] == "body"
    assert "JSON" in fault["message"]


def test_ten_megabytes_are_refused_before_they_are_parsed(client):
    answer = client.post(URL, json=body(text="长" * 5_000_000))
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


def test_ten_megabytes_in_chunks_without_a_length_are_refused(client):
    answer = client.post(URL, content=(b" " * 100_000 for _ in range(100)))
    assert answer.status_code == 413


def test_a_deeply_nested_body_is_refused(client):
    nested = "[" * 100_000 + "]" * 100_000
    text = json.dumps(body()).replace('"wgs84"', nested)
    answer = client.post(URL, content=text, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}


@pytest.mark.usefixtures("as_before")
def test_an_unexpected_error_tells_neither_caller_nor_log_who_reported(client, monkeypatch, capfd):
    logs.configure("INFO")

    def fail(*_args: object, **_options: object) -> None:
        message = "secret table name"
        raise RuntimeError(message)

    monkeypatch.setattr("gridgov.services.intake.Intake.take_from", fail)
    phone = "000-7777-1234"
    answer = client.post(URL, json=body(reporter={"name": "王某", "phone": phone}))
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "default-src" in answer.headers["content-security-policy"]
    assert answer.headers["x-request-id"]
    assert phone not in "".join(capfd.readouterr())
    assert answer.headers["content-type"] == "application/problem+json"
