"""Edits of wishes and endpoints that were decided on what is not so any more."""

import threading
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from gridgov.settings import Settings
from gridgov.store.unit import Store
from tests.messages.test_doors import WISHES, calling, client, endpoint
from tests.support import secret_of, somebody

__all__ = ["calling", "client"]

HEARS = {"name": "大屏", "url": "https://board.example.org/hook"}
PREFERENCES = "/api/v1/me/preferences"


def test_wishes_that_were_set_elsewhere_meanwhile_are_not_dropped(calling):
    caller = calling()
    seen = {"If-Match": caller.get(PREFERENCES).headers["ETag"]}
    first = caller.put(PREFERENCES, json=WISHES, headers=seen)
    again = caller.put(PREFERENCES, json=WISHES, headers=seen)
    late = {**WISHES, "digest_hour": 17}
    stale = caller.put(PREFERENCES, json=late, headers=seen)
    assert (first.status_code, again.json(), stale.status_code) == (200, first.json(), 412)
    (both,) = stale.json()["details"]
    assert both["stored"] == first.json() == caller.get(PREFERENCES).json()
    assert (both["yours"]["digest_hour"], both["yours"]["quiet_from"]) == (17, "21:00:00")
    now = {"If-Match": first.headers["ETag"]}
    assert caller.put(PREFERENCES, json=late, headers=now).json()["digest_hour"] == 17


def test_an_endpoint_is_changed_and_disabled_only_as_it_was_seen(calling):
    caller = calling("administrator")
    made = caller.post("/api/v1/endpoints", json=endpoint(**HEARS)).json()
    path, seen = f"/api/v1/endpoints/{made['id']}", {"If-Match": made["etag"]}
    assert [row["etag"] for row in caller.get("/api/v1/endpoints").json()["items"]] == [made["etag"]]
    first = caller.put(path, json={**HEARS, "name": "一号屏"}, headers=seen)
    late = {**HEARS, "name": "二号屏"}
    stale = caller.put(path, json=late, headers=seen)
    assert (first.status_code, stale.status_code) == (200, 412)
    assert stale.json()["details"] == [{"yours": late, "stored": first.json()}]
    gone = caller.delete(path, headers=seen)
    assert gone.status_code == 412
    assert gone.json()["details"] == [{"yours": {"id": made["id"], "disabled": True}, "stored": first.json()}]
    assert caller.delete(path, headers={"If-Match": first.json()["etag"]}).status_code == 204
    assert caller.put(path, json=late, headers={"If-Match": first.json()["etag"]}).status_code == 412


def test_a_program_that_could_not_be_told_overtakes_nobody(kept, calling, clock):
    caller = calling("administrator")
    made = caller.post("/api/v1/endpoints", json=endpoint(**HEARS)).json()
    with kept.transaction() as unit:
        (row,) = unit.endpoints.active(["370102"])
        unit.endpoints.not_told(row, now=clock())
    seen = {"If-Match": made["etag"]}
    assert caller.put(f"/api/v1/endpoints/{made['id']}", json={**HEARS, "name": "屏"}, headers=seen).status_code == 200


@pytest.fixture
def own(own_sample_url: str) -> Iterator[TestClient]:
    """Yield a client of an application over a database of its own, where transactions are real ones."""
    store = Store(own_sample_url)
    somebody(store, "administrator", "370102", login="keeper")
    with TestClient(create_app(store, Settings(), names=["testserver"]), raise_server_exceptions=False) as client:
        client.headers["Authorization"] = f"Bearer {secret_of('keeper')}"
        yield client
    store.close()


def at_once(client: TestClient, path: str, wishes: list[dict[str, Any]], tag: str) -> list[int]:
    together, statuses = threading.Barrier(len(wishes)), []

    def save(wish: dict[str, Any]) -> None:
        together.wait()
        statuses.append(client.put(path, json=wish, headers={"If-Match": tag}).status_code)

    editors = [threading.Thread(target=save, args=(wish,)) for wish in wishes]
    for editor in editors:
        editor.start()
    for editor in editors:
        editor.join()
    return sorted(statuses)


def test_of_those_who_saw_the_same_and_save_at_once_one_is_quicker(own):
    wishes = [{**WISHES, "digest_hour": hour} for hour in range(5)]
    tag = own.get(PREFERENCES).headers["ETag"]  # nothing was set yet: there is no row to lock
    assert at_once(own, PREFERENCES, wishes, tag) == [200, 412, 412, 412, 412]
    made = own.post("/api/v1/endpoints", json=endpoint(**HEARS)).json()
    path = f"/api/v1/endpoints/{made['id']}"
    assert at_once(own, path, [{**HEARS, "name": f"{n}"} for n in range(5)], made["etag"]) == [200, 412, 412, 412, 412]


def test_what_is_lost_is_tried_again_while_whoever_sends_holds_the_program(own):
    made = own.post("/api/v1/endpoints", json=endpoint(**HEARS)).json()
    with own.app.state.store.transaction() as unit:
        assert unit.endpoints.find(UUID(made["id"]), hold=True)
        wanted = {"since": "2026-06-01T00:00:00+08:00", "endpoint_id": made["id"]}
        assert own.post("/api/v1/deliveries/retry", json=wanted).json() == {"retried": 0}
