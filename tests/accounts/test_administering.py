"""Looking after accounts: inside one's own area, nobody after their own, and every hand written down."""

from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from gridgov.access.delegation import Hand
from gridgov.errors import ConflictError, InputError, NotAllowedError, NotFoundError
from gridgov.ids import new_id
from gridgov.services.accounts import AccountWanted, NewAccount, NewGrant
from tests.accounts.conftest import MACHINE, log_in
from tests.support import NOON, somebody

STREET = "370102009"


@pytest.fixture
def chief(store):
    """Return the administrator of a district."""
    return somebody(store, "administrator", "370102", login="chief")


@pytest.fixture
def local(store):
    """Return the administrator of one of its streets."""
    return somebody(store, "administrator", STREET, login="local")


def made(administration, who, login: str, *grants: NewGrant, area: str | None = None) -> UUID:
    account, _ = administration.add(who, NewAccount(login, login, area))
    for grant in grants:
        administration.give(MACHINE, account["id"], grant)
    return account["id"]


def test_an_account_begins_with_a_drawn_password_and_no_role(administration, chief):
    account, password = administration.add(chief, NewAccount("Neu.Wang", "王", None))
    assert (account["login"], account["area_code"], account["grants"]) == ("neu.wang", "370102", [])
    assert account["must_change"]
    assert len(password) >= 16
    assert not account["replayed"]


def test_made_twice_under_one_id_it_is_one_and_its_password_is_told_once(administration, chief):
    new = NewAccount("wang", "王")
    administration.add(chief, new)
    again, password = administration.add(chief, new)
    assert again["replayed"]
    assert password is None
    with pytest.raises(ConflictError):
        administration.add(chief, NewAccount("wang2", "王", id=new.id))


@pytest.mark.parametrize("login", ["wang", "WANG", "\uff37ang", " wang "])
def test_a_login_is_taken_however_it_is_spelled(administration, chief, login):
    administration.add(chief, NewAccount("wang", "王"))
    with pytest.raises(ConflictError, match="taken"):
        administration.add(chief, NewAccount(login, "另一个王"))


@pytest.mark.parametrize(
    "login", ["", "w", "wang li", "w\0ng", "<b>", "w\u0430ng", "-wang", "w" * 81, "wang\u200b", "🙂🙂"]
)
def test_a_login_that_could_deceive_is_refused(administration, chief, login):
    with pytest.raises(InputError):
        administration.add(chief, NewAccount(login, "王"))


@pytest.mark.parametrize("login", ["system", "System", "sample", "python"])
def test_nobody_signs_as_the_system_itself(administration, chief, login):
    with pytest.raises(InputError, match="signs with"):
        administration.add(chief, NewAccount(login, "王"))


@pytest.mark.parametrize("name", ["", " ", "x" * 81, "a\0b", "a\nb", "a\u202eb"])
def test_a_name_that_nobody_has_is_refused(administration, chief, name):
    with pytest.raises(InputError):
        administration.add(chief, NewAccount("wang", name))


def test_who_does_not_look_after_accounts_may_not(administration, store):
    for role in ("command_centre", "grid_worker", "street_officer", "planner", "auditor"):
        with pytest.raises(NotAllowedError):
            administration.add(somebody(store, role), NewAccount("wang", "王"))
        with pytest.raises(NotAllowedError):
            administration.accounts(somebody(store, role))


@pytest.mark.parametrize("area", ["370112", "3701", "37", "37010", "abc", "3701020091"])
def test_a_role_is_given_inside_ones_own_area_only(administration, chief, area):
    account_id = made(administration, chief, "wang")
    with pytest.raises((NotAllowedError, InputError)):
        administration.give(chief, account_id, NewGrant("grid_worker", area))


@pytest.mark.parametrize("area", ["370102", STREET, f"{STREET}001", f"{STREET}001001"])
def test_a_role_is_given_over_any_area_below(administration, chief, area):
    account_id = made(administration, chief, "wang")
    (grant,) = administration.give(chief, account_id, NewGrant("grid_worker", area))["grants"]
    assert (grant["role"], grant["area_code"], grant["granted_by"]) == ("grid_worker", area, "chief")


@pytest.mark.parametrize(
    "grant",
    [
        NewGrant("emperor", "370102"),
        NewGrant("grid_worker", "370102999"),
        NewGrant("department_officer", "370102", "370102-D-NONE"),
    ],
)
def test_what_there_is_not_cannot_be_given(administration, chief, grant):
    account_id = made(administration, chief, "wang")
    with pytest.raises(InputError):
        administration.give(chief, account_id, grant)


def test_an_organisation_of_another_district_cannot_be_given(administration, chief):
    account_id = made(administration, chief, "wang")
    with pytest.raises(NotAllowedError):
        administration.give(chief, account_id, NewGrant("department_officer", "370102", "370112-D-ZF"))
    assert administration.give(chief, account_id, NewGrant("department_officer", "370102", "370102-D-ZF"))["grants"]


def test_nobody_gives_themselves_anything_nor_looks_after_themselves(administration, chief):
    me = administration.id_of("chief")
    held = administration.account(chief, me)["grants"][0]["id"]
    for act in (
        lambda: administration.give(chief, me, NewGrant("command_centre", "370102")),
        lambda: administration.withdraw(chief, me, held),
        lambda: administration.disable(chief, me),
        lambda: administration.reset_password(chief, me),
        lambda: administration.change(chief, me, AccountWanted(name="x")),
    ):
        with pytest.raises(NotAllowedError, match="their own"):
            act()


def test_whoever_reaches_further_is_looked_after_from_above(administration, local, chief):
    # With the password of somebody who reaches further one would reach as far.
    far = made(
        administration,
        MACHINE,
        "far",
        NewGrant("command_centre", "370102"),
        NewGrant("grid_worker", STREET),
        area=STREET,
    )
    for act in (
        lambda: administration.reset_password(local, far),
        lambda: administration.disable(local, far),
        lambda: administration.give(local, far, NewGrant("planner", STREET)),
        lambda: administration.change(local, far, AccountWanted(name="x")),
    ):
        with pytest.raises(NotAllowedError, match="above"):
            act()
    assert administration.disable(chief, far)["disabled_at"]


def test_an_account_elsewhere_is_not_there(administration, local, chief):
    elsewhere = made(administration, chief, "elsewhere", NewGrant("grid_worker", "370102001"), area="370102001")
    with pytest.raises(NotFoundError):
        administration.account(local, elsewhere)
    with pytest.raises(NotFoundError):
        administration.reset_password(local, elsewhere)
    assert "elsewhere" not in {row["login"] for row in administration.accounts(local, limit=200)}
    assert "elsewhere" in {row["login"] for row in administration.accounts(chief, limit=200)}


def test_a_list_is_walked_by_its_cursor(administration, chief):
    wanted = [made(administration, chief, f"person{n}") for n in range(5)]
    found, after = [], None
    while page := administration.accounts(chief, limit=2, after=after, words="person"):
        found += [row["id"] for row in page]
        after = found[-1]
    assert found == wanted
    assert administration.accounts(chief, words="%") == []


def test_a_grant_given_twice_under_one_id_is_one(administration, chief):
    account_id, grant = made(administration, chief, "wang"), NewGrant("grid_worker", STREET)
    for _ in range(2):
        assert len(administration.give(chief, account_id, grant)["grants"]) == 1
    with pytest.raises(ConflictError):
        administration.give(chief, account_id, NewGrant("planner", STREET, id=grant.id))


def test_a_withdrawn_role_is_gone_at_once_and_remembered(administration, chief, store):
    account_id = made(administration, chief, "wang", grant := NewGrant("grid_worker", STREET))
    for _ in range(2):
        assert administration.withdraw(chief, account_id, grant.id)["grants"] == []
    with store.transaction() as unit:
        kept = unit.connection.execute(text("SELECT withdrawn_by FROM account_grant WHERE id = :id"), {"id": grant.id})
        assert kept.scalar_one() == "chief"
    with pytest.raises(NotFoundError):
        administration.withdraw(chief, account_id, new_id())


def test_a_grant_of_somebody_else_is_not_withdrawn_by_its_id(administration, chief):
    one = made(administration, chief, "one", grant := NewGrant("grid_worker", STREET))
    other = made(administration, chief, "other")
    with pytest.raises(NotFoundError):
        administration.withdraw(chief, other, grant.id)
    assert administration.account(chief, one)["grants"]


def test_what_befell_an_account_is_written_down_with_the_hand(administration, chief):
    account_id = made(administration, chief, "wang")
    administration.give(chief, account_id, NewGrant("grid_worker", STREET))
    administration.reset_password(chief, account_id)
    administration.disable(chief, account_id)
    told = administration.events(chief, account_id)
    assert [event["kind"] for event in told] == ["disabled", "password_reset", "granted", "made"]
    assert {event["by"] for event in told} == {"chief"}


def test_a_member_of_staff_of_ones_own_area_is_bound_to_an_account(administration, chief, local, store):
    with store.transaction() as unit:
        people = unit.people.person_ids("370102")
    person = ("370102", people["370102-P0001"])
    account, _ = administration.add(chief, NewAccount("wang", "王", person=person))
    assert account["person_id"] == person[1]
    for wrong in (("370112", person[1]), ("370102", new_id())):
        with pytest.raises(InputError):
            administration.add(chief, NewAccount("li", "李", person=wrong))
    with pytest.raises(InputError):  # of another street
        administration.add(local, NewAccount("li", "李", person=person))


def test_two_administrators_cannot_both_be_withdrawn_by_each_other_from_above(administration, chief):
    # Each change is judged with what the one before it has left.
    second = made(administration, MACHINE, "second", NewGrant("administrator", "370102"), area="370102")
    administration.disable(chief, second)
    assert administration.account(chief, second)["disabled_at"] == NOON


def test_the_first_administrator_is_made_by_the_machine(administration):
    assert administration.needs_first()
    first = made(administration, MACHINE, "first", NewGrant("administrator", "3701"))
    assert not administration.needs_first()
    assert administration.events(MACHINE, first)[-1]["by"] == "machine:test"


def test_an_area_is_inside_itself_and_above_what_begins_with_it():
    hand = Hand("x", ("370102", "37011"))
    assert [hand.reaches(a) for a in ("370102", "370102001", "3701", None, "", "370112")] == [
        True,
        True,
        False,
        False,
        False,
        True,
    ]
    assert Hand("machine", ("",)).reaches(None)


# The same at the door.


@pytest.fixture
def admin(client: TestClient, account) -> dict[str, str]:
    account("admin", "administrator", "370102")
    return log_in(client, "admin")


def test_an_account_lives_its_life_through_the_api(client, admin):
    body = {"id": str(new_id()), "login": "wang", "name": "王", "email": "wang@example.org"}
    made = client.post("/api/v1/accounts", json=body, headers=admin)
    assert made.status_code == 201
    assert made.json()["password"]
    assert client.post("/api/v1/accounts", json=body, headers=admin).json()["password"] is None
    path = f"/api/v1/accounts/{body['id']}"
    grant = {"id": str(new_id()), "role": "grid_worker", "area_code": STREET}
    held = client.post(f"{path}/grants", json=grant, headers=admin).json()["grants"]
    assert [g["area_code"] for g in held] == [STREET]
    assert client.patch(path, json={"name": "王小明"}, headers=admin).json()["name"] == "王小明"
    assert client.patch(path, json={"disabled": True}, headers=admin).json()["disabled_at"]
    assert client.patch(path, json={"disabled": False}, headers=admin).json()["disabled_at"] is None
    assert client.post(f"{path}/password", headers=admin).json()["password"]
    assert client.delete(f"{path}/grants/{grant['id']}", headers=admin).json()["grants"] == []
    kinds = [event["kind"] for event in client.get(f"{path}/events").json()["items"]]
    assert kinds == ["withdrawn", "password_reset", "enabled", "disabled", "changed", "granted", "made"]
    assert {"wang", "admin"} <= {row["login"] for row in client.get("/api/v1/accounts").json()["items"]}


@pytest.mark.usefixtures("admin")
def test_no_answer_of_the_api_holds_a_hash(client):
    text = client.get("/api/v1/accounts").text + client.get("/api/v1/me").text + client.get("/api/v1/sessions").text
    assert "argon2" not in text
    assert "secret_hash" not in text


def test_everybody_who_is_logged_in_reads_which_roles_there_are(client, account):
    account("worker", "grid_worker")
    log_in(client, "worker")
    roles = {row["code"]: row["permissions"] for row in client.get("/api/v1/roles").json()["items"]}
    assert "accounts.manage" in roles["administrator"]
    assert "accounts.manage" not in roles["command_centre"]


@pytest.mark.parametrize(
    "method_path", ["GET /accounts", "POST /accounts", "GET /accounts/{id}", "PATCH /accounts/{id}"]
)
def test_somebody_without_the_role_is_refused_at_the_door(client, account, method_path):
    account("worker", "command_centre")
    headers = log_in(client, "worker")
    method, path = method_path.split()
    body = {"id": str(new_id()), "login": "wang", "name": "王"} if method == "POST" else {}
    url = f"/api/v1{path}".format(id=new_id())
    assert client.request(method, url, json=body if method != "GET" else None, headers=headers).status_code == 403
