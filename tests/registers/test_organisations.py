"""Organisations through the doors: added, changed, and closed only when they hold nothing more."""

import pytest

from gridgov.clock import shown
from gridgov.ids import new_id
from tests.registers.conftest import HOME, OTHER_STREET, STREET, get, proof_of
from tests.support import NOON

NEW = f"{STREET}-X"
BODY = {"name": "综合执法队", "kind": "station", "area_code": STREET, "parent_code": f"{STREET}-S"}


def put(client, code: str = NEW, login: str = "keeper", headers: dict | None = None, **changes: object):
    return client.put(
        f"/api/v1/organisations/{code}", json={**BODY, **changes}, headers={**proof_of(login), **(headers or {})}
    )


def close(client, code: str, login: str = "keeper"):
    return client.post(f"/api/v1/organisations/{code}/close", headers=proof_of(login))


def test_an_organisation_is_added_changed_and_closed(client):
    first, again = put(client, login="street"), put(client, login="street")
    assert first.json() == again.json()
    renamed = put(client, name="执法中队")
    assert renamed.json()["name"] == "执法中队"
    late = put(client, name="又改", headers={"If-Match": first.headers["etag"]})
    assert late.status_code == 412
    assert late.json()["details"][0]["stored"]["name"] == "执法中队"
    assert close(client, NEW).json()["closed_at"] == shown(NOON)
    assert close(client, NEW).status_code == 200
    changes = get(client, "register-changes", key=NEW)["items"]
    assert [c["what"] for c in changes] == ["ended", "changed", "added"]
    assert NEW not in [o["code"] for o in get(client, "organisations", area=STREET)["items"]]
    assert NEW in [o["code"] for o in get(client, "organisations", area=STREET, closed=True)["items"]]


def test_a_street_touches_no_organisation_of_another(client):
    assert put(client, f"{OTHER_STREET}-X", "street", area_code=OTHER_STREET).status_code == 403
    assert put(client, "370102-D-X", "street", area_code=HOME, parent_code=None).status_code == 403
    assert close(client, f"{OTHER_STREET}-S", "street").status_code == 403
    put(client)
    assert put(client, login="street", area_code=OTHER_STREET).status_code == 403


@pytest.mark.parametrize("login", ["planner", "centre", "worker"])
def test_who_looks_after_none_changes_none(client, login):
    assert put(client, login=login).status_code == 403
    assert close(client, f"{STREET}-S", login).status_code == 403


def test_what_still_holds_something_is_not_closed_and_says_what(client):
    incident = {
        "id": str(new_id()),
        "channel": "grid_worker",
        "matter": "10102",
        "text": "路灯不亮",
        "reported_at": shown(NOON),
        "position": {"datum": "wgs84", "lon": 117.0902, "lat": 36.6512},
    }
    made = client.post("/api/v1/incidents", json=incident, headers=proof_of("centre"))
    path = f"/api/v1/incidents/{made.json()['id']}/acts"
    for act, more in (("file", {}), ("dispatch", {"organisation_code": "370102-D-CG"})):
        done = client.post(f"{path}/{act}", json={"id": str(new_id()), **more}, headers=proof_of("centre"))
        assert done.status_code == 200, done.text
    answer = close(client, "370102-D-CG")
    assert answer.status_code == 409
    held = answer.json()["details"][0]
    assert held["cases"] == 1
    assert "10102" in held["leads"]
    assert "1 open cases" in answer.json()["detail"]
    office = close(client, f"{STREET}-S", "street").json()["details"][0]
    assert office["people"] > 0
    assert office["parts"] > 0


def test_a_closed_organisation_is_given_nothing_more(client, store):
    put(client)
    close(client, NEW)
    body = {"id": str(new_id()), "staff_code": "T", "name": "某", "organisation_code": NEW, "employment": "post"}
    assert client.post("/api/v1/people", json=body).status_code == 422
    with store.transaction() as unit:
        assert NEW not in unit.people.codes()
        assert unit.people.book().open(NEW) is None
        assert unit.people.book().by_code(NEW).name == BODY["name"]


def test_programs_that_run_learn_of_a_new_name(client, store):
    with store.transaction() as unit:
        before = unit.summary.signature(NOON)
    put(client, f"{STREET}-S", kind="street_office", parent_code=f"{HOME}-G")
    with store.transaction() as unit:
        assert unit.summary.signature(NOON) != before


@pytest.mark.parametrize(
    "changes",
    [
        {"area_code": "370102999"},
        {"area_code": "37"},
        {"parent_code": NEW},
        {"parent_code": "nobody"},
        {"kind": "army"},
        {"name": " "},
    ],
)
def test_what_is_no_organisation_is_refused(client, changes):
    answer = put(client, **changes)
    assert answer.status_code == 422
    assert answer.json()["faults"]


def test_an_organisation_is_no_part_of_its_own_part(client):
    put(client)
    put(client, f"{STREET}-Y", parent_code=NEW)
    assert put(client, parent_code=f"{STREET}-Y").status_code == 422
