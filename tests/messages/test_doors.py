"""The doors of messages: who may see and change what, over HTTP and from the command line."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text, update

from api.app import create_app
from gridgov.access.secrets import caller_of
from gridgov.cli import _hand
from gridgov.cli import inbox as command
from gridgov.errors import NotFoundError
from gridgov.ids import new_id
from gridgov.messages import Audience
from gridgov.settings import Settings
from gridgov.store.messages import Room
from gridgov.store.tables import delivery
from gridgov.store.unit import Store
from tests.messages.conftest import deliveries, make_organisation, notice, person, post
from tests.messages.test_fanning import add_endpoint
from tests.support import NOON, SetClock, secret_of, somebody

CENTRE = Audience(role="command_centre", area_code="370102")
NASTY = ["<img src=x onerror=alert(1)>", "'; DROP TABLE endpoint; --", "a\r\nX: y", "=1+1", "{0.__class__}"]
WISHES = {"channels": ["email"], "muted": ["case.*"], "quiet_from": "21:00", "quiet_until": "08:30", "digest_hour": 9}


@pytest.fixture
def client(kept: Store, clock: SetClock) -> Iterator[TestClient]:
    app = create_app(kept, Settings(webhook_hosts="board.intranet"), clock=clock, names=["testserver"])
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def calling(kept: Store, client: TestClient) -> Callable[..., TestClient]:
    """Return a function that calls as somebody with a role."""

    def call(role: str = "command_centre", area: str = "370102", login: str | None = None) -> TestClient:
        login = login or f"{role}-{new_id().hex[-12:]}"
        somebody(kept, role, area, login=login)
        client.headers["Authorization"] = f"Bearer {secret_of(login)}"
        return client

    return call


def endpoint(**changes: Any) -> dict[str, Any]:
    plain = {"id": str(new_id()), "district_code": "370102", "name": "大屏", "url": "https://board.example.org/hook"}
    return {**plain, **changes}


NOBODYS = "01900000-0000-7000-8000-000000000000"
"""An id that nothing has; the same in every process, so that all collect the same tests."""

DOORS = [
    ("GET", "/inbox"),
    ("POST", f"/inbox/{NOBODYS}/read"),
    ("POST", "/inbox/read"),
    ("GET", "/me/preferences"),
    ("PUT", "/me/preferences"),
    ("GET", "/endpoints"),
    ("POST", "/endpoints"),
    ("PUT", f"/endpoints/{NOBODYS}"),
    ("POST", f"/endpoints/{NOBODYS}/secret"),
    ("DELETE", f"/endpoints/{NOBODYS}"),
    ("GET", "/deliveries"),
    ("POST", "/deliveries/retry"),
    ("POST", f"/deliveries/{NOBODYS}/retry"),
]


@pytest.mark.parametrize(("method", "path"), DOORS)
def test_nobody_gets_in_without_logging_in(client, method, path):
    assert client.request(method, f"/api/v1{path}", json={}).status_code == 401


@pytest.mark.parametrize(
    ("method", "path"), [door for door in DOORS if "inbox" not in door[1] and "me/" not in door[1]]
)
def test_only_who_looks_after_channels_sees_endpoints_and_deliveries(calling, method, path):
    body = {"since": "2026-06-15T12:00:00+08:00"} if path == "/deliveries/retry" else endpoint()
    body = body if method == "POST" else endpoint() | {"id": None, "district_code": None}
    body = {name: value for name, value in body.items() if value is not None}
    assert calling("command_centre").request(method, f"/api/v1{path}", json=body).status_code == 403


def test_an_inbox_is_read_page_by_page_and_marked_read(kept, fan, calling, clock):
    caller = calling(login="reader")
    person(kept)
    post(kept, *(notice(to=CENTRE, data={"number": f"370102-{n}"}) for n in range(5)))
    fan()
    first = caller.get("/api/v1/inbox", params={"limit": 2}).json()
    assert (len(first["items"]), first["unread"]) == (2, 5)
    rest, cursor = [], first["next"]
    while cursor:
        page = caller.get("/api/v1/inbox", params={"limit": 2, "cursor": cursor}).json()
        rest += page["items"]
        cursor = page["next"]
    assert len({item["id"] for item in [*first["items"], *rest]}) == 5
    item = first["items"][0]
    assert item["title"] == "新派遣案卷 370102-4，请接单"
    assert item["at"] == "2026-06-15T12:00:00+08:00"
    path = f"/api/v1/inbox/{item['id']}/read"
    assert caller.post(path).json()["read_at"] == "2026-06-15T12:00:00+08:00"
    clock.move(timedelta(hours=1))
    assert caller.post(path).json()["read_at"] == "2026-06-15T12:00:00+08:00"
    unread = caller.get("/api/v1/inbox", params={"unread": True}).json()
    assert (len(unread["items"]), unread["unread"]) == (4, 4)


def test_all_up_to_what_was_seen_is_read_at_once_and_told_in_both_languages(kept, fan, calling):
    caller = calling(login="reader")
    person(kept)
    post(kept, *(notice(to=CENTRE, data={"number": f"370102-{n}"}) for n in range(5)))
    fan()
    items = caller.get("/api/v1/inbox", params={"kind": "case"}).json()["items"]
    assert (len(items), items[0]["number"]) == (5, "370102-4")
    assert items[0]["words"]["zh"]["title"] == "新派遣案卷 370102-4，请接单"
    assert items[0]["words"]["en"]["title"] == "Case 370102-4 was dispatched to you: accept it"
    assert caller.get("/api/v1/inbox", params={"kind": "whistle"}).json()["items"] == []
    for read in (4, 0):
        answer = caller.post("/api/v1/inbox/read", json={"up_to": items[1]["id"]})
        assert answer.json() == {"read": read, "unread": 1}
    assert caller.post("/api/v1/inbox/read", json={}).status_code == 422


def test_nobody_reads_or_marks_anothers_inbox(kept, fan, calling):
    who, _ = person(kept)
    post(kept, notice(to=Audience(account_id=who)))
    fan()
    with kept.transaction() as unit:
        (row,) = unit.messages.inbox(who, limit=1)
    caller = calling()
    assert caller.get("/api/v1/inbox").json()["items"] == []
    assert caller.post(f"/api/v1/inbox/{row.id}/read").status_code == 404
    with kept.transaction() as unit:
        assert unit.messages.count_unread(who, most=9) == 1


@pytest.mark.parametrize("role", ["command_centre", "grid_worker", "administrator", "auditor"])
def test_the_database_itself_shows_nobody_anothers_messages(kept, fan, clock, role):
    who, _ = person(kept, digest_hour=9)
    post(kept, notice(to=Audience(account_id=who)))
    fan()
    _, caller = person(kept, role)
    with kept.acting(caller, now=clock()) as unit:
        mine = {
            table: unit.connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()  # noqa: S608 - ours
            for table in ("inbox", "preference", "notice")
        }
    assert mine == {"inbox": 0, "preference": 1, "notice": 0}


def test_the_secret_of_an_endpoint_is_shown_by_no_query(kept, calling, clock):
    caller = calling("administrator", login="secretive")
    made = caller.post("/api/v1/endpoints", json=endpoint()).json()
    assert made["secret"].startswith("whsec_")
    for path in ("/endpoints", f"/endpoints/{made['id']}"):
        assert made["secret"] not in caller.get(f"/api/v1{path}").text
    with kept.acting(caller_of(secret_of("secretive")), now=clock()) as unit:
        assert unit.connection.execute(text("SELECT count(*) FROM endpoint")).scalar() == 1
    with (
        pytest.raises(Exception, match="not yours"),
        kept.acting(caller_of(secret_of("secretive")), now=clock()) as unit,
    ):
        unit.connection.execute(text("SELECT secret FROM endpoint"))


def test_preferences_are_kept_as_they_were_set(calling):
    caller = calling()
    before = caller.get("/api/v1/me/preferences").json()
    assert (before["language"], before["digest_hour"], before["channels"]) == ("zh", None, ["email"])
    wanted = {"language": "en", **WISHES, "quiet_from": "21:00:00", "quiet_until": "08:30:00"}
    assert caller.put("/api/v1/me/preferences", json=wanted).json() == wanted
    assert caller.get("/api/v1/me/preferences").json() == wanted


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("language", "xx"),
        ("channels", ["pigeon"]),
        ("channels", ["webhook"]),
        ("muted", ["case.invented"]),
        ("muted", ["*"]),
        ("muted", NASTY),
        ("digest_hour", 24),
        ("quiet_from", "25:00"),
        ("quiet_from", "22:00+08:00"),
        ("more", 1),
    ],
)
def test_preferences_that_make_no_sense_are_refused_with_their_field(calling, field, value):
    answer = calling().put("/api/v1/me/preferences", json={**WISHES, field: value})
    assert answer.status_code == 422
    assert answer.json()["faults"][0]["field"].startswith(field)


def test_an_endpoint_is_added_changed_given_a_new_secret_and_disabled(kept, calling, fan):
    caller = calling("administrator")
    body = endpoint(kinds=["case.*"])
    made = caller.post("/api/v1/endpoints", json=body)
    assert made.status_code == 201
    path = f"/api/v1/endpoints/{body['id']}"
    wish = {"name": "新名", "url": "http://board.intranet/x", "kinds": None}
    changed = caller.put(path, json=wish).json()
    assert (changed["name"], changed["url"], changed["kinds"]) == ("新名", "http://board.intranet/x", None)
    renewed = caller.post(f"{path}/secret").json()["secret"]
    assert renewed != made.json()["secret"]
    assert caller.delete(path).status_code == 204
    assert caller.delete(path).status_code == 204
    assert caller.get("/api/v1/endpoints").json()["items"][0]["disabled_at"]
    post(kept, notice(to=CENTRE))
    fan()
    assert deliveries(kept) == []
    assert caller.put(path, json=wish).json()["disabled_at"] is None


def test_an_endpoint_sent_again_is_added_once_and_its_secret_told_once(calling):
    caller, body = calling("administrator"), endpoint(kinds=["case.*", "whistle.*"])
    made = caller.post("/api/v1/endpoints", json=body)
    again = caller.post("/api/v1/endpoints", json={**body, "kinds": body["kinds"][::-1]})
    assert (made.status_code, again.status_code) == (201, 200)
    assert again.json() == {**made.json(), "secret": None}
    other = caller.post("/api/v1/endpoints", json={**body, "name": "小屏"})
    assert (other.status_code, other.json()["faults"][0]["field"], "new" in other.json()["detail"]) == (409, "id", True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", "http://127.0.0.1/"),
        ("url", "https://169.254.169.254/"),
        ("url", "http://example.org/"),
        ("name", " "),
        ("kinds", ["moon.risen"]),
        ("organisation_code", "NOBODY"),
        ("id", "01900000-0000-4000-8000-000000000000"),
        ("district_code", "37010"),
    ],
)
def test_an_endpoint_that_makes_no_sense_is_refused_with_its_field(calling, field, value):
    answer = calling("administrator").post("/api/v1/endpoints", json=endpoint(**{field: value}))
    assert answer.status_code == 422
    assert answer.json()["faults"][0]["field"] == field


@pytest.mark.parametrize("nasty", NASTY)
def test_nasty_names_are_kept_as_one_line_of_words(kept, calling, nasty):
    with kept.transaction() as unit:
        if not unit.messages.names(["organisation:ORG"]):
            make_organisation(unit.connection, "ORG", name=nasty)
    answer = calling("administrator").post("/api/v1/endpoints", json=endpoint(name=nasty, organisation_code="ORG"))
    assert answer.status_code == 201
    assert answer.json()["name"] == " ".join(nasty.split())


def test_another_districts_endpoints_and_deliveries_are_not_to_be_seen(kept, calling, fan):
    body = endpoint()
    calling("administrator").post("/api/v1/endpoints", json=body)
    post(kept, notice(to=CENTRE))
    fan()
    (row,) = deliveries(kept)
    other = calling("administrator", "370103")
    assert other.get("/api/v1/endpoints").json()["items"] == []
    assert other.get("/api/v1/deliveries").json()["items"] == []
    assert other.post("/api/v1/endpoints", json=endpoint()).status_code == 403
    assert other.delete(f"/api/v1/endpoints/{body['id']}").status_code == 404
    assert other.post(f"/api/v1/deliveries/{row.id}/retry").status_code == 404


def test_dead_letters_are_seen_and_given_another_chance(kept, calling, fan):
    person(kept)
    post(kept, notice(to=CENTRE), notice(to=CENTRE))
    fan()
    with kept.transaction() as unit:
        claimed = unit.deliveries.claim(Room(1, 1, 1), now=NOON)[0]
        unit.deliveries.ended(claimed, "dead", "550 no such user", now=NOON)
    caller = calling("administrator")
    (dead,) = caller.get("/api/v1/deliveries", params={"state": "dead"}).json()["items"]
    assert (dead["id"], dead["said"], dead["attempts"]) == (str(claimed.id), "550 no such user", 1)
    assert "@" not in caller.get("/api/v1/deliveries").text
    revived = caller.post(f"/api/v1/deliveries/{dead['id']}/retry").json()
    assert (revived["state"], revived["attempts"]) == ("waiting", 0)
    assert caller.get("/api/v1/deliveries", params={"state": "dead"}).json()["items"] == []
    assert {row.state for row in deliveries(kept)} == {"waiting"}


def test_after_an_outage_all_that_was_given_up_gets_another_chance_at_once(kept, calling, fan, clock):
    person(kept)
    hook, other = add_endpoint(kept), add_endpoint(kept, "370103")
    post(kept, *(notice(to=CENTRE) for _ in range(5)), notice(to=CENTRE, district="370103"))
    fan()
    with kept.transaction() as unit:
        unit.connection.execute(update(delivery).values(state="dead", due_at=None, done_at=clock(), attempts=12))
    client = calling("administrator")
    since = {"since": clock().isoformat()}

    def retried(**wanted: Any) -> int:
        answer = client.post("/api/v1/deliveries/retry", json={**since, **wanted})
        assert answer.status_code == 200
        return int(answer.json()["retried"])

    assert retried(since=(clock() + timedelta(seconds=1)).isoformat()) == 0
    assert retried(channel="email") == 5
    assert retried(endpoint_id=str(hook)) == 5
    assert retried() == 0
    assert {(r.state, r.due_at, r.attempts) for r in deliveries(kept) if r.district_code == "370102"} == {
        ("waiting", clock(), 0)
    }
    assert {r.state for r in deliveries(kept) if r.district_code == "370103"} == {"dead"}
    answer = client.post("/api/v1/deliveries/retry", json={**since, "endpoint_id": str(other)})
    assert answer.status_code == 404
    assert client.post("/api/v1/deliveries/retry", json={"since": "2026-06-15T12:00:00"}).status_code == 422


def test_an_endpoint_shows_that_it_rests_and_changing_it_tries_it_again(kept, calling, clock):
    client = calling("administrator")
    made = client.post("/api/v1/endpoints", json=endpoint()).json()
    assert (made["failures"], made["paused_until"]) == (0, None)
    with kept.transaction() as unit:
        unit.endpoints.not_told(unit.endpoints.find(UUID(made["id"])), now=clock())
    (shown,) = client.get("/api/v1/endpoints").json()["items"]
    assert shown["failures"] == 1
    assert shown["paused_until"] is not None
    body = {"name": "大屏", "url": "https://board.example.org/other"}
    changed = client.put(f"/api/v1/endpoints/{made['id']}", json=body).json()
    assert (changed["failures"], changed["paused_until"]) == (0, None)


def test_the_command_line_shows_the_inbox_and_marks_what_was_read(kept, fan, clock, monkeypatch, capsys):
    who, caller = person(kept)
    monkeypatch.setattr(_hand, "opened_store", lambda: nullcontext(kept))
    monkeypatch.setattr(_hand, "system_clock", clock)
    monkeypatch.setattr(_hand.saved, "saved_caller", lambda _: caller)
    post(kept, notice("case.overdue", to=Audience(account_id=who), data={"number": "[red]1", "due_kind": "handle"}))
    fan()
    command.inbox_command(unread=False, limit=20, read=None)
    said = capsys.readouterr().out
    assert "* 案卷 处置超时" in said
    assert "1 not read." in said
    (shown,) = [UUID(word) for word in said.split() if len(word) == 36]
    command.inbox_command(unread=False, limit=20, read=[shown])
    command.inbox_command(unread=True, limit=20, read=None)
    assert capsys.readouterr().out.strip() == "0 not read."
    with pytest.raises(NotFoundError):
        command.inbox_command(unread=False, limit=20, read=[uuid4()])
