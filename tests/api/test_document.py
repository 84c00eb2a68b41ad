"""What the document says of every operation: what it does in a line, which proofs it wants, what it may refuse."""

import json
from typing import Any

import pytest

from api.document import REFUSALS, first_sentence
from api.problems import STATUS
from gridgov.access.secrets import SESSION, caller_of, new_secret
from tests.api.scene import everybody, names_in, set_scene
from tests.openapi import document
from tests.support import EVER, FAR, secret_of, somebody

DOCUMENT = document()
OPERATIONS: dict[str, dict[str, Any]] = {
    f"{method.upper()} {path}": said for path, item in DOCUMENT["paths"].items() for method, said in item.items()
}
CLOSED = [label for label, said in OPERATIONS.items() if said.get("security")]
ASKED = {
    "GET /api/v1/positions": {"purpose": "谁在附近"},
    "GET /api/v1/locate": {"datum": "wgs84", "lon": 117.0902, "lat": 36.6512},
    "GET /api/v1/addresses": {"text": "解放路"},
    "GET /api/v1/limits/due": {"kind": "handle"},
    "GET /api/v1/dispatches-against-the-list": {
        "since": "2026-06-15T00:00:00+08:00",
        "until": "2026-06-16T00:00:00+08:00",
    },
}
"""What must be asked besides the path."""
ENDLESS = {"GET /api/v1/events"}
ALWAYS = {"401", "429", "503"}
ACT = ALWAYS | {"400", "403", "404", "409", "412", "413", "415", "422"}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Go off duty.", "Go off duty"),
        ("Take a report as a case. The limit to dispatch it begins.", "Take a report as a case"),
        ("Return 2.5 of\nthem. More.", "Return 2.5 of them"),
        ("Go on duty.\n\nA shift ends by itself.", "Go on duty"),
    ],
)
def test_an_operation_is_summed_up_by_the_first_sentence_that_tells_of_it(text, line):
    assert first_sentence(text) == line


def test_each_operation_has_a_line_of_its_own_that_fits_a_screen():
    lines = [said["summary"] for said in OPERATIONS.values()]
    assert len(set(lines)) == len(lines)
    assert [line for line in lines if len(line) > 120 or line.endswith(".") or line.istitle()] == []
    assert all(said["description"].replace("\n", " ").startswith(said["summary"]) for said in OPERATIONS.values())


@pytest.mark.parametrize("label", CLOSED)
def test_what_changes_anything_wants_a_token_or_a_session_with_the_word_of_its_page(label):
    token, session = OPERATIONS[label]["security"]
    assert list(token) == ["token"]
    assert set(session) == ({"session"} if label.startswith("GET ") else {"session", "csrf"})


def test_each_proof_that_is_wanted_is_described():
    schemes = DOCUMENT["components"]["securitySchemes"]
    assert {name for label in CLOSED for proofs in OPERATIONS[label]["security"] for name in proofs} == set(schemes)
    assert all(scheme["description"] for scheme in schemes.values())


@pytest.mark.parametrize("label", OPERATIONS)
def test_whatever_is_refused_is_a_problem(label):
    for status, said in OPERATIONS[label]["responses"].items():
        name = said.get("$ref", "").rpartition("/")[2]
        answer = DOCUMENT["components"]["responses"][name] if name else said
        if status >= "400" and status != "416":  # an empty answer
            assert list(answer["content"]) == ["application/problem+json"], status
        assert status < "400" or answer["description"]


def test_every_reference_leads_somewhere():
    text = json.dumps(DOCUMENT)
    assert "ValidationError" not in text
    for part in text.split('"$ref": "#/')[1:]:
        found: Any = DOCUMENT
        for step in part.partition('"')[0].split("/"):
            found = found[step]
        assert found


def test_every_status_that_an_error_has_is_said_of_some_operation():
    assert set(STATUS.values()) <= set(REFUSALS)
    assert set(REFUSALS) == set(REFUSALS) & {
        status for status in REFUSALS for said in OPERATIONS.values() if str(int(status)) in said["responses"]
    }


@pytest.mark.parametrize(
    ("label", "statuses"),
    [
        ("GET /api/v1/incidents", ALWAYS | {"422"}),
        ("GET /api/v1/incidents/{incident_id}", ALWAYS | {"404", "422"}),
        ("GET /api/v1/cells", ALWAYS | {"403", "422"}),
        ("GET /api/v1/tokens", ALWAYS | {"403"}),
        ("POST /api/v1/incidents", ACT - {"404", "412"}),
        ("POST /api/v1/incidents/{incident_id}/acts/close", ACT),
        ("POST /api/v1/whistles/{whistle_id}/check-in", ACT),
        ("POST /api/v1/incidents/{incident_id}/reporter/looks", ACT - {"412"}),
        ("DELETE /api/v1/sessions/{session_id}", ALWAYS | {"403", "404", "422"}),
        ("POST /api/v1/login", ALWAYS | {"400", "403", "413", "415", "422"}),
        ("GET /health/live", set()),
    ],
)
def test_what_may_be_refused_follows_from_the_form_of_an_operation(label, statuses):
    assert statuses <= {status for status in OPERATIONS[label]["responses"] if status >= "400"}


def _path(label: str, there: dict[str, str]) -> tuple[str, str]:
    method, path = label.split()
    values = dict.fromkeys(_names(label), "019a5f3e-7c00-7abc-8def-0123456789ab") | names_in(path, there)
    return method, path.format(**values)


def _names(label: str) -> list[str]:
    return [part.partition("}")[0] for part in label.split("{")[1:]]


def test_whoever_may_nothing_here_is_refused_as_the_document_says(client, store):
    there = {**set_scene(client, everybody(store)), "cell_code": "370102001002001", "level": "cells"}
    somebody(store, "grid_worker", "650102", login="elsewhere")
    for label in CLOSED:
        if label in ENDLESS or not label.startswith("GET "):
            continue
        _, path = _path(label, there)
        answer = client.get(
            path, params=ASKED.get(label), headers={"Authorization": f"Bearer {secret_of('elsewhere')}"}
        )
        assert str(answer.status_code) in OPERATIONS[label]["responses"], (label, answer.status_code, answer.text)


def test_a_session_without_the_word_of_its_page_changes_nothing_and_the_document_says_so(stranger, store):
    somebody(store, "command_centre", "37", login="centre-2")
    secret = new_secret(SESSION)
    with store.transaction() as unit:
        account_id = unit.accounts.id_of("centre-2")
        assert account_id
        unit.accounts.open(account_id, "session", caller_of(secret).secret_hash, now=EVER, expires_at=FAR)
    stranger.cookies.set("gridgov-80", secret)
    assert stranger.get("/api/v1/me").status_code == 200
    for label in CLOSED:
        if label.startswith("GET "):
            continue
        method, path = _path(label, {})
        assert stranger.request(method, path).status_code == 403, label
        assert "403" in OPERATIONS[label]["responses"]
