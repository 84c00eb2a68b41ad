"""People through the doors: who sees what of whom, who changes whom, and that nobody is ever taken out."""

from datetime import timedelta

import pytest

from gridgov.clock import shown
from gridgov.ids import new_id
from tests.registers.conftest import HOME, OTHER_STREET, STREET, get, proof_of
from tests.support import NOON

OFFICE, OTHER_OFFICE = f"{STREET}-S", f"{OTHER_STREET}-S"


def person(**changes: object):
    plain = {"staff_code": "T-1", "name": "林晓燕", "organisation_code": OFFICE, "employment": "full_time"}
    return {"id": str(new_id()), **plain, "phone": "000-0000-0001", **changes}


def add(client, login="keeper", **changes: object):
    return client.post("/api/v1/people", json=person(**changes), headers=proof_of(login))


@pytest.mark.parametrize("path", ["people", "duties", "duty-roles", "organisations", "register-changes"])
def test_whoever_is_not_logged_in_reads_no_register(client, path):
    assert client.get(f"/api/v1/{path}", headers={"Authorization": ""}).status_code == 401


def test_a_person_is_added_once_however_often_it_is_sent(client):
    body = person()
    first, again = (client.post("/api/v1/people", json=body) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["district_code"] == HOME
    other = client.post("/api/v1/people", json={**body, "name": "别人"})
    assert other.status_code == 409
    changes = get(client, "register-changes", key=body["id"])["items"]
    assert [(c["author"], c["what"]) for c in changes] == [("keeper", "added")]
    assert "000-0000-0001" not in str(changes)


def test_a_street_looks_after_its_own_people_only(client):
    mine = add(client, "street").json()
    assert add(client, "street", staff_code="T-2", organisation_code=OTHER_OFFICE).status_code == 403
    theirs = add(client, staff_code="T-3", organisation_code=OTHER_OFFICE).json()
    for path, body in ((f"people/{theirs['id']}", {"name": "改名"}),):
        assert client.patch(f"/api/v1/{path}", json=body, headers=proof_of("street")).status_code == 403
    end = {"at": shown(NOON)}
    assert client.post(f"/api/v1/people/{theirs['id']}/end", json=end, headers=proof_of("street")).status_code == 403
    moved = client.patch(
        f"/api/v1/people/{mine['id']}", json={"organisation_code": OTHER_OFFICE}, headers=proof_of("street")
    )
    assert moved.status_code == 403
    assert get(client, f"people/{theirs['id']}", "street")["phone"] == "000****0001"
    assert get(client, f"people/{mine['id']}", "street")["phone"] == "000-0000-0001"


@pytest.mark.parametrize("login", ["planner", "centre", "worker"])
def test_who_looks_after_nobody_reads_numbers_with_stars_and_changes_nothing(client, login):
    made = add(client).json()
    assert add(client, login, staff_code="T-9").status_code == 403
    assert client.patch(f"/api/v1/people/{made['id']}", json={"name": "x"}, headers=proof_of(login)).status_code == 403
    assert client.get("/api/v1/register-changes", headers=proof_of(login)).status_code == (
        200 if login == "centre" else 403
    )
    shown_to = get(client, f"people/{made['id']}", login)
    assert (shown_to["phone"], shown_to["phone_is_whole"]) == ("000****0001", False)


def test_an_edit_that_was_overtaken_is_told_both_versions(client):
    made = add(client)
    tag = made.headers["etag"]
    path = f"/api/v1/people/{made.json()['id']}"
    assert client.patch(path, json={"name": "先改"}, headers={"If-Match": tag}).status_code == 200
    late = client.patch(path, json={"name": "后改"}, headers={"If-Match": tag})
    assert late.status_code == 412
    both = late.json()["details"][0]
    assert (both["yours"]["name"], both["stored"]["name"]) == ("后改", "先改")
    assert client.patch(path, json={"name": "先改"}, headers={"If-Match": tag}).status_code == 200  # the same again
    fields = get(client, "register-changes", key=made.json()["id"])["items"][0]["data"]["fields"]
    assert fields == {"name": {"from": "林晓燕", "to": "先改"}}


def test_who_leaves_keeps_their_past_and_loses_what_would_outlast_them(client):
    made = add(client).json()
    duty = {"id": str(new_id()), "person_id": made["id"], "target_code": STREET, "role": "grid_worker"}
    assert client.post("/api/v1/duties", json={**duty, "since": shown(NOON - timedelta(days=9))}).status_code == 201
    end = {"at": shown(NOON)}
    first, again = (client.post(f"/api/v1/people/{made['id']}/end", json=end) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["duties"][0]["until"] == shown(NOON)
    later = {"at": shown(NOON + timedelta(days=1))}
    assert client.post(f"/api/v1/people/{made['id']}/end", json=later).status_code == 409
    listed = get(client, "people", text="林晓燕", area=STREET)["items"]
    assert made["id"] not in [row["id"] for row in listed]
    assert made["id"] in [row["id"] for row in get(client, "people", text="T-1", ended=True)["items"]]
    assert get(client, "duties", person=made["id"], as_of=shown(NOON - timedelta(days=1)))["items"]
    assert get(client, "duties", person=made["id"], as_of=shown(NOON))["items"] == []


def test_nobody_leaves_before_a_duty_of_theirs_begins(client):
    made = add(client).json()
    duty = {"id": str(new_id()), "person_id": made["id"], "target_code": STREET, "role": "grid_worker"}
    assert client.post("/api/v1/duties", json={**duty, "since": shown(NOON + timedelta(days=9))}).status_code == 201
    answer = client.post(f"/api/v1/people/{made['id']}/end", json={"at": shown(NOON)})
    assert answer.status_code == 422
    assert STREET in answer.json()["detail"]


def test_the_list_is_walked_page_by_page_without_gap_or_repeat(client):
    seen, cursor = [], None
    while True:
        page = get(client, "people", area=STREET, limit=10, **({"cursor": cursor} if cursor else {}))
        seen += [row["staff_code"] for row in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == sorted(set(seen))
    assert len(seen) > 30


@pytest.mark.parametrize(
    "changes",
    [
        {"staff_code": " "},
        {"name": "a\nb"},
        {"organisation_code": "nobody"},
        {"employment": "slave"},
        {"phone": "1" * 41},
        {"id": "019a5f3e-7c00-4abc-8def-0123456789ab"},
        {"more": 1},
    ],
)
def test_what_is_no_person_is_refused(client, changes):
    answer = add(client, **changes)
    assert answer.status_code == 422
    assert answer.json()["faults"]


def test_a_staff_number_is_taken_once_in_a_district(client):
    assert add(client).status_code == 201
    assert add(client).status_code == 409


def test_an_unknown_filter_is_refused(client):
    assert client.get("/api/v1/people", params={"nmae": "x"}).status_code == 422
