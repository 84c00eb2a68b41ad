"""What is different about an account: an address that is taken out, and a member of staff whom it is tied to."""

from datetime import timedelta
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from gridgov.access.secrets import caller_of
from gridgov.errors import ConflictError, InputError, NotAllowedError, NotAuthenticatedError
from gridgov.ids import new_id
from gridgov.services.accounts import AccountWanted, NewAccount, NewGrant, Origin
from gridgov.services.positions import Positions
from gridgov.store.positions import Holder
from tests.accounts.conftest import MACHINE, PASSWORD, log_in
from tests.support import NOON, somebody

HOME = "370102"
WORKER = "370102-P0001"


@pytest.fixture
def chief(store):
    """Return the administrator of a district."""
    return somebody(store, "administrator", HOME, login="chief")


@pytest.fixture
def people(store) -> dict[str, UUID]:
    """Return the ids of the district's people by their staff numbers."""
    with store.transaction() as unit:
        return unit.people.person_ids(HOME)


@pytest.fixture
def wang(account) -> UUID:
    return account("wang", "grid_worker", HOME)


def events(administration, who, account_id: UUID) -> list[tuple[str, dict]]:
    return [(event["kind"], event["data"]) for event in administration.events(who, account_id)]


def test_an_address_that_is_taken_out_is_gone_and_one_that_is_left_stays(administration, chief):
    made, _ = administration.add(chief, NewAccount("wang", "王", email="wang@example.org"))
    renamed = administration.change(chief, made["id"], AccountWanted(name="王小明"))
    assert renamed["email"] == "wang@example.org"
    for _ in range(2):
        assert administration.change(chief, made["id"], AccountWanted(email=None))["email"] is None
    assert administration.change(chief, made["id"], AccountWanted(email="li@example.org"))["email"] == "li@example.org"
    told = events(administration, chief, made["id"])
    assert told == [
        ("changed", {"fields": {"email": {"from": None, "to": "***"}}}),
        ("changed", {"fields": {"email": {"from": "***", "to": None}}}),
        ("changed", {"fields": {"name": {"from": "王", "to": "王小明"}}}),
        ("made", {}),
    ]


def test_whoever_is_tied_to_an_account_acts_by_it_from_the_next_login_on(
    administration, entrance, store, chief, wang, people
):
    session = caller_of(entrance.log_in("wang", PASSWORD, Origin("here")).secret)
    token = caller_of(entrance.log_in("wang", PASSWORD, Origin("here", lasting=True)).secret)
    assert entrance.me(session)["person_id"] is None
    for _ in range(2):
        tied = administration.change(chief, wang, AccountWanted(person=(HOME, people[WORKER])))
        assert tied["person_id"] == people[WORKER]
    for caller in (session, token):
        with pytest.raises(NotAuthenticatedError):
            entrance.me(caller)
    again = caller_of(entrance.log_in("wang", PASSWORD, Origin("here")).secret)
    assert entrance.me(again)["person_id"] == people[WORKER]
    administration.change(chief, wang, AccountWanted(person=(HOME, people[WORKER]), name="王小明"))
    assert entrance.me(again)["name"] == "王小明"
    told = {"person_id": str(people[WORKER]), "staff_code": WORKER}
    kinds = [("changed", {"fields": {"name": {"from": "wang", "to": "王小明"}}}), ("tied", told)]
    assert [one for one in events(administration, chief, wang) if one[0] != "logged_in"] == kinds
    with store.acting(again, now=NOON) as unit:
        assert unit.acting.person == (HOME, people[WORKER])


def test_an_account_is_tied_to_another_or_untied_and_its_keys_end(administration, entrance, chief, wang, people):
    other = "370102-P0002"
    administration.change(chief, wang, AccountWanted(person=(HOME, people[WORKER])))
    for person, kinds in (((HOME, people[other]), ["tied", "untied"]), (None, ["untied"])):
        inside = caller_of(entrance.log_in("wang", PASSWORD, Origin("here")).secret)
        changed = administration.change(chief, wang, AccountWanted(person=person))
        assert changed["person_id"] == (person[1] if person else None)
        assert [kind for kind, _ in events(administration, chief, wang)[: len(kinds)]] == kinds
        with pytest.raises(NotAuthenticatedError):
            entrance.me(inside)
    assert events(administration, chief, wang)[0][1]["staff_code"] == other


@pytest.mark.parametrize("how", ["tied", "untied", "kept out"])
def test_a_shift_ends_when_its_account_leaves_its_persons_hands(administration, store, clock, chief, people, how):
    me, other = ((HOME, people[code]) for code in (WORKER, "370102-P0002"))
    wanted = {"tied": AccountWanted(person=other), "untied": AccountWanted(person=None)}
    positions = Positions(store, clock=clock, longest=timedelta(hours=12))
    first, second = (somebody(store, "grid_worker", HOME, login=login) for login in ("first", "second"))
    with store.transaction() as unit:
        accounts = [unit.accounts.id_of(login) for login in ("first", "second")]
        for one in accounts:
            unit.accounts.change(one, {"person_district_code": HOME, "person_id": me[1], "area_code": HOME})
    begun, holder = positions.start(first, new_id()), Holder(me, accounts[0])
    clock.move(timedelta(hours=1))
    administration.change(chief, accounts[0], AccountWanted(name="王小明"))
    with store.transaction() as unit:
        assert unit.positions.shift(holder, begun.id).ended_at is None  # the same person is on duty still
    administration.change(chief, accounts[0], wanted.get(how, AccountWanted(disabled=True)))
    with store.transaction() as unit:
        ended = unit.positions.shift(holder, begun.id)
        assert (ended.ended_at, ended.due_at, ended.end_received_at) == (clock(), None, None)
    assert positions.start(second, new_id()).ended_at is None


def test_an_account_is_tied_inside_ones_own_area_only(administration, store, chief, account, wang, people):
    street = "370102009"
    local = somebody(store, "administrator", street, login="local")
    theirs = account("theirs", "grid_worker", street, home=street)
    wanted = AccountWanted(person=(HOME, people[WORKER]))
    with pytest.raises(InputError, match="in your area"):  # of another street
        administration.change(local, theirs, wanted)
    administration.give(MACHINE, theirs, NewGrant("command_centre", HOME))
    for who, account_id in ((local, theirs), (chief, administration.id_of("chief"))):
        with pytest.raises(NotAllowedError):
            administration.change(who, account_id, wanted)
    for nobody in (("370112", people[WORKER]), (HOME, new_id())):
        with pytest.raises(InputError, match="in your area"):
            administration.change(chief, wang, AccountWanted(person=nobody))
    assert administration.account(chief, wang)["person_id"] is None


def test_the_account_of_whoever_left_becomes_nobody_elses(administration, store, chief, wang, people):
    administration.change(chief, wang, AccountWanted(person=(HOME, people[WORKER])))
    with store.transaction() as unit:
        unit.registers.people.change(HOME, people[WORKER], {"ended_at": NOON})
    for person in (None, (HOME, people["370102-P0002"])):
        with pytest.raises(ConflictError, match="left at"):
            administration.change(chief, wang, AccountWanted(person=person))
    free, _ = administration.add(chief, NewAccount("li", "李"))
    with pytest.raises(InputError, match="has left"):
        administration.change(chief, free["id"], AccountWanted(person=(HOME, people[WORKER])))
    assert administration.account(chief, wang)["person_id"] == people[WORKER]


# The same at the door.


@pytest.fixture
def admin(client: TestClient, account) -> dict[str, str]:
    account("admin", "administrator", HOME)
    return log_in(client, "admin")


def test_null_takes_out_at_the_door_and_what_is_not_said_stays(client, admin, people):
    person = {"district_code": HOME, "id": str(people[WORKER])}
    body = {"id": str(new_id()), "login": "li", "name": "李", "email": "li@example.org"}
    assert client.post("/api/v1/accounts", json=body, headers=admin).status_code == 201
    path = f"/api/v1/accounts/{body['id']}"
    seen = client.get(path).headers["ETag"]
    tied = client.patch(path, json={"person": person}, headers=admin)
    assert (tied.json()["person_id"], tied.json()["email"]) == (person["id"], "li@example.org")
    stale = client.patch(path, json={"person": None}, headers={**admin, "If-Match": seen})
    assert stale.status_code == 412
    assert stale.json()["details"][0]["yours"] == {"person_id": None}
    assert stale.json()["details"][0]["stored"]["person_id"] == person["id"]
    bare = client.patch(path, json={"email": None, "person": None}, headers={**admin, "If-Match": tied.headers["ETag"]})
    assert (bare.json()["email"], bare.json()["person_id"], bare.json()["name"]) == (None, None, "李")
    assert "li@" not in client.get(f"{path}/events").text
    assert client.patch(path, json={"name": None, "disabled": None}, headers=admin).json() == bare.json()
