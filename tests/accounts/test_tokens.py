"""Tokens of programs: narrower than their account, ending on a day, shown once."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from gridgov.ids import new_id
from tests.accounts.conftest import MACHINE, log_in, report_body


@pytest.fixture
def centre(client: TestClient, account) -> dict[str, str]:
    account("centre", "command_centre")
    return log_in(client, "centre")


def wanted(**changes: object) -> dict[str, object]:
    return {"id": str(new_id()), "name": "a script", "days": 30, **changes}


def bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_token_is_shown_once_and_known_by_its_beginning(client, centre):
    body = wanted()
    made = client.post("/api/v1/tokens", json=body, headers=centre)
    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    token = made.json()["token"]
    assert token.startswith("gg_")
    again = client.post("/api/v1/tokens", json=body, headers=centre)
    assert (again.status_code, again.json()["token"]) == (200, None)
    (listed,) = client.get("/api/v1/tokens").json()["items"]
    assert token.startswith(listed["prefix"])
    assert len(listed["prefix"]) < 12
    assert token not in client.get("/api/v1/tokens").text


def test_an_id_stands_for_one_token(client, centre):
    body = wanted()
    client.post("/api/v1/tokens", json=body, headers=centre)
    for change in ({"name": "another"}, {"days": 31}, {"scopes": ["case.read"]}):
        assert client.post("/api/v1/tokens", json={**body, **change}, headers=centre).status_code == 409


def test_a_token_needs_no_word_of_a_page(client, centre):
    token = client.post("/api/v1/tokens", json=wanted(), headers=centre).json()["token"]
    client.cookies.clear()
    assert client.post("/api/v1/incidents", json=report_body(), headers=bearing(token)).status_code == 201


def test_a_token_does_no_more_than_its_scopes(client, centre):
    body = wanted(scopes=["case.read", "grid.read"])
    token = client.post("/api/v1/tokens", json=body, headers=centre).json()["token"]
    client.cookies.clear()
    me = client.get("/api/v1/me", headers=bearing(token)).json()
    assert me["permissions"] == ["case.read", "grid.read"]
    assert client.post("/api/v1/incidents", json=report_body(), headers=bearing(token)).status_code == 403
    assert client.get("/api/v1/incidents", headers=bearing(token)).status_code == 200


def test_a_token_does_no_more_than_its_account_when_that_loses_a_role(client, centre, administration):
    token = client.post("/api/v1/tokens", json=wanted(), headers=centre).json()["token"]
    account = administration.account(MACHINE, administration.id_of("centre"))
    administration.withdraw(MACHINE, account["id"], account["grants"][0]["id"])
    client.cookies.clear()
    assert client.get("/api/v1/me", headers=bearing(token)).json()["permissions"] == []
    assert client.post("/api/v1/incidents", json=report_body(), headers=bearing(token)).status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        {"scopes": ["accounts.manage"]},
        {"scopes": ["case.read", "no.such"]},
        {"scopes": ["'; DROP TABLE credential; --"]},
    ],
)
def test_nobody_gives_a_token_what_they_have_not(client, centre, change):
    assert client.post("/api/v1/tokens", json=wanted(**change), headers=centre).status_code == 403


@pytest.mark.parametrize(
    "change",
    [{"days": 0}, {"days": 367}, {"name": ""}, {"name": "a\0b"}, {"name": "x" * 121}, {"id": "1"}, {"more": 1}],
)
def test_a_token_that_makes_no_sense_is_refused(client, centre, change):
    assert client.post("/api/v1/tokens", json=wanted(**change), headers=centre).status_code == 422


def test_a_narrow_token_makes_no_wider_one_and_changes_no_password(client, centre):
    token = client.post("/api/v1/tokens", json=wanted(scopes=["case.read"]), headers=centre).json()["token"]
    client.cookies.clear()
    narrow = bearing(token)
    assert client.post("/api/v1/tokens", json=wanted(), headers=narrow).status_code == 403
    assert client.get("/api/v1/sessions", headers=narrow).status_code == 403
    body = {"old": "x", "new": "four words nobody joins"}
    assert client.post("/api/v1/password", json=body, headers=narrow).status_code == 403


def test_a_token_makes_no_other_that_would_outlive_it(client, centre):
    token = client.post("/api/v1/tokens", json=wanted(days=1), headers=centre).json()["token"]
    client.cookies.clear()
    refused = client.post("/api/v1/tokens", json=wanted(days=366), headers=bearing(token))
    assert refused.status_code == 403
    assert "log in" in refused.json()["detail"]


def test_a_token_ends_on_its_day(client, centre, clock):
    token = client.post("/api/v1/tokens", json=wanted(days=1), headers=centre).json()["token"]
    client.cookies.clear()
    clock.move(timedelta(hours=23))
    assert client.get("/api/v1/me", headers=bearing(token)).status_code == 200
    clock.move(timedelta(hours=1))
    assert client.get("/api/v1/me", headers=bearing(token)).status_code == 401


def test_an_ended_token_is_gone_and_its_end_can_be_asked_for_twice(client, centre):
    made = client.post("/api/v1/tokens", json=wanted(), headers=centre).json()
    for _ in range(2):
        assert client.delete(f"/api/v1/tokens/{made['id']}", headers=centre).status_code == 204
    assert client.get("/api/v1/tokens").json()["items"] == []
    client.cookies.clear()
    assert client.get("/api/v1/me", headers=bearing(made["token"])).status_code == 401


def test_a_token_can_end_itself(client, centre):
    token = client.post("/api/v1/tokens", json=wanted(), headers=centre).json()["token"]
    client.cookies.clear()
    assert client.post("/api/v1/logout", headers=bearing(token)).status_code == 204
    assert client.get("/api/v1/me", headers=bearing(token)).status_code == 401


def test_a_cut_or_changed_token_opens_nothing(client, centre):
    token = client.post("/api/v1/tokens", json=wanted(), headers=centre).json()["token"]
    client.cookies.clear()
    for forged in (token[:-1], token + "x", token[:11], token.upper(), token.removeprefix("gg_"), "gs_" + token[3:]):
        assert client.get("/api/v1/me", headers=bearing(forged)).status_code == 401
    assert client.get("/api/v1/me", headers=bearing(token)).status_code == 200


def test_the_store_keeps_no_secret(client, centre, store):
    token = client.post("/api/v1/tokens", json=wanted(), headers=centre).json()["token"]
    with store.transaction() as unit:
        rows = unit.connection.execute(text("SELECT credential::text, account::text FROM credential, account")).all()
        noted = unit.connection.execute(text("SELECT account_event::text FROM account_event")).all()
    assert token not in str(rows) + str(noted)
    assert token[11:] not in str(rows)
