"""Whoever has left comes in no more: at once, or from the moment on that was told before; nobody else is touched."""

from datetime import timedelta
from uuid import UUID

import pytest
from argon2 import PasswordHasher

from gridgov.clock import shown
from gridgov.ids import new_id
from gridgov.services.accounts.hashing import Hasher
from gridgov.services.sweeping import SWEEPS, Sweeping
from gridgov.store.positions import Holder
from tests.registers.conftest import HOME, OTHER_STREET, STREET, get, proof_of
from tests.support import NOON, somebody

PASSWORD = "correct horse battery"  # noqa: S105 - of accounts that live as long as a test
OFFICE = f"{STREET}-S"
_QUICK = Hasher(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def lin(client) -> dict:
    body = {"id": str(new_id()), "staff_code": "T-1", "name": "林晓燕", "organisation_code": OFFICE}
    answer = client.post("/api/v1/people", json={**body, "employment": "full_time"})
    assert answer.status_code == 201
    return answer.json()


@pytest.fixture
def account(store, lin) -> UUID:
    """Return an account of hers: with a password, a token, and a role for her office."""
    return hold(store, lin["id"], "lin", organisation=OFFICE)


def hold(store, person_id: str, login: str, role: str = "grid_worker", organisation: str | None = None) -> UUID:
    somebody(store, role, STREET, organisation, login=login)
    with store.transaction() as unit:
        account_id = unit.accounts.id_of(login)
        whose = {"person_district_code": HOME, "person_id": UUID(person_id), "area_code": STREET}
        unit.accounts.change(account_id, whose)
        unit.accounts.set_password(account_id, _QUICK.hashed(PASSWORD), must_change=False)
    return account_id


def end(client, person_id: str, at=NOON, login: str = "keeper"):
    return client.post(f"/api/v1/people/{person_id}/end", json={"at": shown(at)}, headers=proof_of(login))


def reinstate(client, person_id: str, login: str = "keeper", **headers: str):
    return client.post(f"/api/v1/people/{person_id}/reinstate", headers={**proof_of(login), **headers})


def comes_in(client, login: str = "lin") -> bool:
    answer = client.post("/api/v1/login", json={"login": login, "password": PASSWORD}, headers={"Authorization": ""})
    assert answer.status_code in {200, 401}, answer.text
    return answer.status_code == 200


def is_in(client, login: str = "lin") -> bool:
    return client.get("/api/v1/me", headers=proof_of(login)).status_code == 200


def sweep(store, clock) -> int:
    return Sweeping(store, clock=clock, sweeps={"leavers": SWEEPS["leavers"]}).run(lambda: False).rows.get("leavers", 0)


def test_whoever_has_left_is_out_at_once_and_holds_no_role(client, lin, account):
    assert is_in(client)
    assert comes_in(client)
    assert end(client, lin["id"]).status_code == 200
    assert not is_in(client)
    assert not comes_in(client)
    kept = get(client, f"accounts/{account}")
    assert (kept["disabled_at"], kept["grants"]) == (shown(NOON), [])
    events = get(client, f"accounts/{account}/events")["items"]
    assert [(e["kind"], e["by"]) for e in events[:2]] == [("withdrawn", "system"), ("disabled", "system")]
    assert events[1]["data"] == {"left_at": shown(NOON)}


def test_whoever_leaves_on_duty_is_on_duty_no_more(client, store, lin, account):
    shift = client.post("/api/v1/shifts", json={"id": str(new_id())}, headers=proof_of("lin"))
    assert shift.status_code == 201, shift.text
    end(client, lin["id"])
    with store.transaction() as unit:
        found = unit.positions.shift(Holder((HOME, UUID(lin["id"])), account), UUID(shift.json()["id"]))
    assert found.ended_at == NOON


@pytest.mark.usefixtures("account")
def test_what_her_account_acted_for_is_not_held_up_by_it(client, store, lin):
    with store.transaction() as unit:
        before = unit.registers.organisations.held(OFFICE, at=NOON).grants
    end(client, lin["id"])
    with store.transaction() as unit:
        assert unit.registers.organisations.held(OFFICE, at=NOON).grants == before - 1


@pytest.mark.usefixtures("account")
def test_an_end_to_come_keeps_nobody_out_before_it(client, store, clock, lin):
    end(client, lin["id"], NOON + timedelta(days=1))
    assert sweep(store, clock) == 0
    assert is_in(client)
    assert comes_in(client)
    clock.move(timedelta(days=1))
    assert not comes_in(client)  # before any sweep
    assert is_in(client)
    assert sweep(store, clock) == 1
    assert not is_in(client)
    assert sweep(store, clock) == 0


@pytest.mark.usefixtures("account")
def test_an_end_that_was_written_while_nobody_swept_holds_as_well(client, store, clock, lin):
    with store.transaction() as unit:
        unit.registers.people.change(HOME, UUID(lin["id"]), {"ended_at": NOON - timedelta(days=30)})
    assert not comes_in(client)
    assert sweep(store, clock) == 1
    assert not is_in(client)


@pytest.mark.usefixtures("account")
def test_a_file_that_ends_somebody_keeps_them_out_too(client):
    rows = f"工号,姓名,单位编码,用工形式,离职时间\r\nT-1,林晓燕,{OFFICE},专职,2026-06-10\r\n"
    answer = client.post("/api/v1/tables/people", content=rows.encode(), headers={"Content-Type": "text/csv"})
    assert answer.json()["ends"] == 1, answer.text
    assert not is_in(client)


@pytest.mark.usefixtures("account")
def test_accounts_of_others_and_of_nobody_stay_as_they_are(client, store, lin):
    other = client.post(
        "/api/v1/people",
        json={
            "id": str(new_id()),
            "staff_code": "T-2",
            "name": "王",
            "organisation_code": OFFICE,
            "employment": "post",
        },
    ).json()
    hold(store, other["id"], "wang")
    end(client, lin["id"])
    assert is_in(client, "wang")
    assert comes_in(client, "wang")
    assert is_in(client, "worker")


def test_nobody_who_has_left_is_let_in_before_that_is_taken_back(client, lin, account):
    end(client, lin["id"])
    refused = client.patch(f"/api/v1/accounts/{account}", json={"disabled": False})
    assert refused.status_code == 409
    assert "left" in refused.json()["detail"]
    untied = client.patch(f"/api/v1/accounts/{account}", json={"person": None, "disabled": False})
    assert untied.status_code == 409
    renamed = client.patch(f"/api/v1/accounts/{account}", json={"name": "林"})
    assert renamed.status_code == 200
    assert reinstate(client, lin["id"]).json()["ended_at"] is None
    assert not comes_in(client)
    assert client.patch(f"/api/v1/accounts/{account}", json={"disabled": False}).json()["grants"] == []
    assert comes_in(client)
    assert not is_in(client)  # a token that ended stays so


def test_no_account_is_made_for_whoever_has_left(client, lin):
    end(client, lin["id"])
    body = {"id": str(new_id()), "login": "lin2", "name": "林", "person": {"district_code": HOME, "id": lin["id"]}}
    refused = client.post("/api/v1/accounts", json=body)
    assert refused.status_code == 422
    assert "has left" in refused.json()["detail"]


def test_an_end_that_was_a_mistake_is_taken_back_and_written_down(client, lin):
    left = end(client, lin["id"])
    assert reinstate(client, lin["id"], **{"If-Match": f'"{"0" * 32}"'}).status_code == 412
    back = reinstate(client, lin["id"], **{"If-Match": left.headers["ETag"]})
    assert (back.status_code, back.json()["ended_at"]) == (200, None)
    assert reinstate(client, lin["id"]).status_code == 200
    changes = get(client, "register-changes", key=lin["id"])["items"]
    assert [c["what"] for c in changes] == ["changed", "ended", "added"]
    assert changes[0]["data"]["fields"] == {"ended_at": {"from": shown(NOON), "to": None}}
    assert end(client, lin["id"], NOON + timedelta(days=2)).status_code == 200


def test_who_looks_after_nobody_takes_no_end_back(client, lin):
    end(client, lin["id"])
    path = f"/api/v1/people/{lin['id']}/reinstate"
    assert client.post(path, headers={"Authorization": ""}).status_code == 401
    assert reinstate(client, lin["id"], "worker").status_code == 403
    assert client.post(f"/api/v1/people/{new_id()}/reinstate").status_code == 404


def test_a_street_takes_no_end_back_in_another(client):
    body = {"id": str(new_id()), "staff_code": "T-8", "name": "赵", "organisation_code": f"{OTHER_STREET}-S"}
    theirs = client.post("/api/v1/people", json={**body, "employment": "post"}).json()
    end(client, theirs["id"])
    assert reinstate(client, theirs["id"], "street").status_code == 403


def test_nobody_decides_on_their_own_service(client, store, lin):
    hold(store, lin["id"], "chief", "administrator")
    assert end(client, lin["id"], login="chief").status_code == 403
    rows = f"工号,姓名,单位编码,用工形式,离职时间\r\nT-1,林晓燕,{OFFICE},专职,2027-06-10\r\n"
    sent = {**proof_of("chief"), "Content-Type": "text/csv"}
    assert "own service" in client.post("/api/v1/tables/people", content=rows.encode(), headers=sent).text
    assert end(client, lin["id"], NOON + timedelta(days=9)).status_code == 200
    assert reinstate(client, lin["id"], "chief").status_code == 403


def test_a_duty_that_one_gives_oneself_gives_no_right(client, store, lin):
    hold(store, lin["id"], "chief", "administrator")
    before = get(client, "me", "chief")["permissions"]
    duty = {"id": str(new_id()), "person_id": lin["id"], "target_code": STREET, "role": "grid_worker"}
    made = client.post("/api/v1/duties", json={**duty, "since": shown(NOON)}, headers=proof_of("chief"))
    assert made.status_code == 201
    assert get(client, "me", "chief")["permissions"] == before
    assert "case.read" not in before
    assert client.get("/api/v1/incidents", headers=proof_of("chief")).json().get("items", []) == []
