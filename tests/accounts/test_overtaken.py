"""Two administrators at one account: who was overtaken is told both versions, and nothing is dropped."""

from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from gridgov.ids import new_id
from tests.accounts.conftest import PASSWORD, MakeAccount, log_in

NONE = '"00000000000000000000000000000000"'


@pytest.fixture
def admin(client: TestClient, account: MakeAccount) -> dict[str, str]:
    account("admin", "administrator")
    return log_in(client, "admin")


@pytest.fixture
def wang(account: MakeAccount) -> UUID:
    return account("wang", "grid_worker", "370102001")


def test_a_change_decided_on_an_older_account_is_answered_with_both_versions(client, admin, wang):
    path = f"/api/v1/accounts/{wang}"
    shown = client.get(path)
    seen = {**admin, "If-Match": shown.headers["ETag"]}
    (listed,) = [row for row in client.get("/api/v1/accounts").json()["items"] if row["login"] == "wang"]
    assert listed["etag"] == shown.json()["etag"] == seen["If-Match"]
    first = client.patch(path, json={"name": "王一"}, headers=seen)
    again = client.patch(path, json={"name": "王一"}, headers=seen)
    assert (first.status_code, again.json()) == (200, first.json())
    late = {"name": "王二", "disabled": True}
    stale = client.patch(path, json=late, headers=seen)
    assert stale.status_code == 412
    assert stale.json()["details"] == [{"yours": late, "stored": client.get(path).json()}]
    assert client.get(path).json()["disabled_at"] is None
    now = client.patch(path, json=late, headers={**admin, "If-Match": first.headers["ETag"]})
    assert (now.json()["name"], bool(now.json()["disabled_at"])) == ("王二", True)
    kinds = [event["kind"] for event in client.get(f"{path}/events").json()["items"]]
    assert kinds == ["disabled", "changed", "changed"]


def test_a_role_is_withdrawn_only_from_the_account_that_was_looked_at(client, admin, wang):
    path = f"/api/v1/accounts/{wang}"
    seen = client.get(path)
    (held,) = seen.json()["grants"]
    given = {"id": str(new_id()), "role": "grid_worker", "area_code": "370102002"}
    assert client.post(f"{path}/grants", json=given, headers=admin).status_code == 200
    stale = client.delete(f"{path}/grants/{held['id']}", headers={**admin, "If-Match": seen.headers["ETag"]})
    assert stale.status_code == 412
    (both,) = stale.json()["details"]
    assert both == {"yours": {"grant_id": held["id"], "withdrawn": True}, "stored": client.get(path).json()}
    assert len(both["stored"]["grants"]) == 2
    now = {**admin, "If-Match": both["stored"]["etag"]}
    assert [grant["id"] for grant in client.delete(f"{path}/grants/{held['id']}", headers=now).json()["grants"]] == [
        given["id"]
    ]


def test_a_new_password_overtakes_nobody_who_edits_the_account(client, admin, wang):
    path = f"/api/v1/accounts/{wang}"
    seen = {**admin, "If-Match": client.get(path).headers["ETag"]}
    reset = client.post(f"{path}/password", headers=admin).json()
    assert reset["password"] != PASSWORD
    assert reset["etag"] == seen["If-Match"]
    assert client.patch(path, json={"name": "王一"}, headers=seen).status_code == 200


def test_whose_account_is_out_of_reach_is_told_nothing_of_it(client, account):
    account("admin", "administrator", "370102001")
    far = account("far", "grid_worker", "370112001")
    headers = {**log_in(client, "admin"), "If-Match": NONE}
    answer = client.patch(f"/api/v1/accounts/{far}", json={"name": "x"}, headers=headers)
    assert (answer.status_code, answer.json()["details"]) == (404, [])
