"""What is refused before a service is reached: in words that say what to do, and to strangers that they are that."""

import json
import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from tests.api.test_anonymous import OPEN
from tests.openapi import document

JSON = {"Content-Type": "application/json"}
URL = "/api/v1/incidents"
UNREADABLE = {
    "half of it": (b'{"id": "019a5f3e', "all of it was sent"),
    "no JSON": (b"id=1", "check quotes and commas"),
    "nested": (b"[" * 200_000 + b"]" * 200_000, "nested too deeply"),
    "a number without an end": (b'{"id": ' + b"7" * 5_000 + b"}", "thousands of digits"),
    "GB18030": (json.dumps({"text": "楼下施工"}, ensure_ascii=False).encode("gb18030"), "UTF-8"),
}


def _with_bodies() -> list[str]:
    paths = document()["paths"]
    labels = {
        f"{method.upper()} {path}"
        for path, item in paths.items()
        for method, operation in item.items()
        if "application/json" in operation.get("requestBody", {}).get("content", ())
    }
    return sorted(labels)


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_body_that_cannot_be_read_is_answered_with_what_to_do(client: TestClient, kind: str):
    body, words = UNREADABLE[kind]
    answer = client.post(URL, content=body, headers=JSON)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert answer.json()["type"] == "/problems/unreadable-body"
    assert words in answer.json()["detail"]
    assert [fault["field"] for fault in answer.json()["faults"]] == ["body"]


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonp", "; x"])
def test_a_body_of_another_type_is_answered_with_the_type_to_send(client: TestClient, kind: str | None):
    client.headers.pop("content-type", None)
    answer = client.post(URL, content=b'{"id": 1}', headers={"Content-Type": kind} if kind else {})
    assert (answer.status_code, answer.headers["content-type"]) == (415, "application/problem+json")
    assert "Content-Type: application/json" in answer.json()["detail"]
    assert answer.headers["accept"] == "application/json"


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON", "application/geo+json"])
def test_json_is_json_however_it_is_called(client: TestClient, kind: str):
    assert client.post(URL, content=b'{"id": 1}', headers={"Content-Type": kind}).status_code == 422


@pytest.mark.parametrize("label", _with_bodies())
def test_strangers_are_told_that_they_are_strangers_whatever_they_send(stranger: TestClient, label: str):
    method, path = label.split()
    for proof in ({}, {"Authorization": "Bearer gg_forged"}):
        for headers in (JSON, {"Content-Type": "text/plain"}):
            answer = stranger.request(method, path, content=b'{"half', headers={**headers, **proof})
            mine = 400 if headers is JSON else 415
            assert answer.status_code == (mine if label in OPEN else 401), (headers, proof)


def test_every_operation_with_a_body_says_so():
    paths = document()["paths"]
    for label in _with_bodies():
        method, path = label.split()
        assert {"400", "415"} <= set(paths[path][method.lower()]["responses"]), label


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/incidents/", "/nowhere", "/static/none.js"])
def test_an_address_where_nothing_is_says_where_to_look(client: TestClient, path: str):
    answer = client.get(path, follow_redirects=False)
    if answer.status_code == 307:  # the same address without the stroke at its end
        return
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert "/docs" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/v1/incidents", "GET, POST, OPTIONS"),
        ("PUT", "/api/v1/teams", "GET, POST, OPTIONS"),
        ("POST", "/api/v1/limits", "GET, PUT, DELETE, OPTIONS"),
        ("PUT", "/api/v1/accounts/019a5f3e-7c00-7abc-8def-0123456789ab", "GET, PATCH, OPTIONS"),
        ("POST", "/health/live", "GET, OPTIONS"),
        ("POST", "/static/start.css", "GET, HEAD, OPTIONS"),
    ],
)
def test_a_method_that_an_address_does_not_take_is_answered_with_all_that_it_does(client, method, path, allowed):
    answer = client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert answer.json()["detail"].startswith(f"{method} is not done at this address, but {allowed}")


@pytest.mark.parametrize("path", ["/api/v1/incidents", "/api/v1/limits", "/health/live", "/static/start.css"])
def test_what_an_address_takes_can_be_asked(stranger: TestClient, path: str):
    answer = stranger.options(path)
    refused = stranger.request("TRACE", path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["allow"] == refused.headers["allow"]
    assert refused.status_code == 405


def test_nothing_can_be_asked_where_nothing_is(stranger: TestClient):
    assert stranger.options("/api/v1/nothing").status_code == 404


def texts_of(schema: dict, schemas: dict, where: tuple = (), seen: tuple = ()) -> Iterator[tuple]:
    """Yield where the texts of a body are, as its schema says."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name not in seen:
            yield from texts_of(schemas[name], schemas, where, (*seen, name))
        return
    for one in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from texts_of(one, schemas, where, seen)
    if schema.get("type") == "string":
        yield where
    for name, one in schema.get("properties", {}).items():
        yield from texts_of(one, schemas, (*where, name), seen)
    if isinstance(schema.get("items"), dict):
        yield from texts_of(schema["items"], schemas, (*where, 0), seen)


def nested(where: tuple, what: object) -> object:
    """Return `what` where it belongs."""
    for step in reversed(where):
        what = [what] if step == 0 else {step: what}
    return what


def test_no_text_of_any_body_may_hold_what_cannot_be_kept(client):
    document = client.get("/api/v1/openapi.json").json()
    tried = 0
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            for where in dict.fromkeys(texts_of(body["schema"], document["components"]["schemas"])) if body else ():
                address = re.sub(r"\{[^}]*\}", "00000000-0000-7000-8000-000000000000", path)
                answer = client.request(method, address, json=nested(where, "a\x00b"))
                assert answer.status_code in {401, 422}, (method, path, where, answer.text)
                if answer.status_code == 422:
                    fields = {fault["field"] for fault in answer.json()["faults"]}
                    assert ".".join(map(str, where)) in fields, (method, path, fields)
                    tried += 1
    assert tried > 100
