"""Two who look after the same rule: who was overtaken is told both versions, and what was set stays."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from gridgov.settings import Settings
from gridgov.store.unit import Store
from tests.rules.conftest import HOME, proof_of
from tests.rules.test_door import HALL, LIMIT, STEP, YEAR, get
from tests.support import somebody

NONE = '"00000000000000000000000000000000"'
"""An ETag of ours that nothing has."""


def item(client: TestClient, path: str, **wanted: object) -> dict[str, Any]:
    """Return the item of a list that has these fields."""
    answer = get(client, path).json()
    rows = answer["years"] if path == "calendar" else answer["items"]
    return next(row for row in rows if all(row[name] == value for name, value in wanted.items()))


def hold(client: TestClient) -> None:
    client.put("/api/v1/limits", json=LIMIT)
    client.put("/api/v1/hours/hall", json=HALL)
    client.put("/api/v1/calendar/2027", json=YEAR)
    client.put("/api/v1/escalations/file", json={"steps": [STEP]})


EDITS = [
    ("limits", {"matter": "10102"}, "PUT", "limits", [{**LIMIT, "source": word} for word in "ab"]),
    ("hours", {"code": "hall"}, "PUT", "hours/hall", [{**HALL, "source": word} for word in "ab"]),
    ("hours", {"code": "hall"}, "PUT", "hours/hall/keepers", [{"kind": "station"}, {"kind": "enterprise"}]),
    ("calendar", {"year": 2027}, "PUT", "calendar/2027", [{**YEAR, "source": word} for word in "ab"]),
    (
        "escalations",
        {"kind": "file"},
        "PUT",
        "escalations/file",
        [{"steps": [{**STEP, "source": word}]} for word in "ab"],
    ),
]


@pytest.mark.parametrize(("listed", "which", "method", "path", "wishes"), EDITS)
def test_who_was_overtaken_is_told_both_versions_and_nothing_is_dropped(client, listed, which, method, path, wishes):
    hold(client)
    quick, late = wishes
    seen = {"If-Match": item(client, listed, **which)["etag"]}
    first = client.request(method, f"/api/v1/{path}", json=quick, headers=seen)
    again = client.request(method, f"/api/v1/{path}", json=quick, headers=seen)
    stale = client.request(method, f"/api/v1/{path}", json=late, headers=seen)
    assert first.status_code == again.status_code < 300
    assert (stale.status_code, stale.headers["content-type"]) == (412, "application/problem+json")
    (both,) = stale.json()["details"]
    stored = item(client, listed, **which)
    assert both == {"yours": late, "stored": stored}
    now = client.request(method, f"/api/v1/{path}", json=late, headers={"If-Match": stored["etag"]})
    assert now.status_code == first.status_code
    assert item(client, listed, **which) != stored


def test_a_limit_that_somebody_changed_is_not_taken_away(client):
    hold(client)
    where = {"kind": "handle", "matter": "10102"}
    seen = {"If-Match": item(client, "limits", matter="10102")["etag"]}
    client.put("/api/v1/limits", json={**LIMIT, "source": "a"})
    stale = client.delete("/api/v1/limits", params=where, headers=seen)
    assert stale.status_code == 412
    both = {"yours": {**where, "priority": None, "limit": None}, "stored": item(client, "limits", matter="10102")}
    assert stale.json()["details"] == [both]
    seen = {"If-Match": item(client, "limits", matter="10102")["etag"]}
    assert client.delete("/api/v1/limits", params=where, headers=seen).status_code == 204


def test_a_list_takes_the_place_only_of_the_one_that_was_looked_at(client):
    looked = get(client, "matters")
    seen = {"If-Match": looked.headers["ETag"]}
    items = looked.json()["items"]
    items[0]["handle_within_minutes"] += 30
    quick = {"source": "a", "items": items}
    first = client.post("/api/v1/matter-lists", json=quick, headers=seen)
    again = client.post("/api/v1/matter-lists", json=quick, headers=seen)
    assert first.json() == again.json() == {"version": looked.json()["version"] + 1}
    late = {"source": "b", "items": [{**items[0], "handle_within_minutes": 5}, *items[1:]]}
    stale = client.post("/api/v1/matter-lists", json=late, headers=seen)
    assert stale.status_code == 412
    (both,) = stale.json()["details"]
    now = get(client, "matters")
    assert both["stored"] == now.json()
    assert both["yours"]["items"][0]["handle_within_minutes"] == 5
    assert get(client, "matters", version=looked.json()["version"]).headers["ETag"] == seen["If-Match"]


def test_what_is_not_there_is_not_what_was_seen(client):
    stale = client.put("/api/v1/hours/hall", json=HALL, headers={"If-Match": NONE})
    assert (stale.status_code, stale.json()["details"][0]["stored"]) == (412, None)


@pytest.mark.parametrize("tag", ['"7"', "x", NONE.strip('"'), f"{NONE}, {NONE}", '"' + "G" * 32 + '"'])
def test_an_if_match_that_is_not_understood_is_refused(client, tag):
    answer = client.put("/api/v1/limits", json=LIMIT, headers={"If-Match": tag})
    assert answer.status_code == 422
    assert answer.json()["faults"][0]["field"] == "If-Match"
    assert client.put("/api/v1/limits", json=LIMIT, headers={"If-Match": "*"}).status_code == 204


def test_who_may_not_change_a_rule_is_not_told_what_is_stored(client, store):
    somebody(store, "command_centre", HOME, login="centre")
    answer = client.put("/api/v1/limits", json=LIMIT, headers={"If-Match": NONE, **proof_of("centre")})
    assert (answer.status_code, answer.json()["details"]) == (403, [])


@pytest.fixture
def own(own_sample_url: str) -> Iterator[TestClient]:
    """Yield a client of an application over a database of its own, where transactions are real ones."""
    store = Store(own_sample_url)
    somebody(store, "administrator", HOME, login="keeper")
    with TestClient(create_app(store, Settings(), names=["testserver"]), raise_server_exceptions=False) as client:
        client.headers |= proof_of("keeper")
        yield client
    store.close()


def test_of_editors_who_saw_the_same_and_save_at_once_one_is_quicker_and_the_others_are_told(own):
    own.put("/api/v1/limits", json=LIMIT)
    seen = {"If-Match": item(own, "limits", matter="10102")["etag"]}
    wishes = [{**LIMIT, "source": f"editor {n}"} for n in range(6)]
    together, answers = threading.Barrier(len(wishes)), {}

    def save(wish: dict[str, Any]) -> None:
        together.wait()
        answers[wish["source"]] = own.put("/api/v1/limits", json=wish, headers=seen)

    editors = [threading.Thread(target=save, args=(wish,)) for wish in wishes]
    for editor in editors:
        editor.start()
    for editor in editors:
        editor.join()
    (won,) = [source for source, answer in answers.items() if answer.status_code == 204]
    lost = {source: answer for source, answer in answers.items() if source != won}
    assert {answer.status_code for answer in lost.values()} == {412}
    assert item(own, "limits", matter="10102")["source"] == won
    for source, answer in lost.items():
        (both,) = answer.json()["details"]
        assert (both["yours"]["source"], both["stored"]["source"]) == (source, won)
