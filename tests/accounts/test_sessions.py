"""Sessions of pages: the cookie, its ends, and requests that somebody else's page makes with it."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.app import create_app
from gridgov.access.secrets import csrf_of
from gridgov.ids import new_id
from gridgov.services.accounts import Entrance, NewAccount, NewGrant, Origin
from gridgov.services.intake import Intake
from gridgov.settings import Settings
from tests.accounts.conftest import HERE, MACHINE, PASSWORD, log_in, report_body

COOKIE = "gridgov-80"


@pytest.fixture
def worker(client: TestClient, account) -> dict[str, str]:
    """Log a grid worker in with the client's browser, and return the header that its pages send."""
    account("worker", "grid_worker")
    return log_in(client, "worker")


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(client, account):
    account("worker")
    answer = client.post("/api/v1/login", json={"login": "worker", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    for part in ("httponly", "samesite=strict", "path=/"):
        assert part in cookie
    assert "domain" not in cookie
    assert answer.headers["cache-control"] == "no-store"
    assert client.cookies[COOKIE] not in answer.text


def test_by_https_the_cookie_is_secure_and_bound_to_the_host_by_its_name(store, keeper, clock, entrance, account):
    account("worker")
    app = create_app(store, Settings(), clock=clock, names=["testserver"])
    app.state.intake = Intake(store, clock=clock, home_district="370102", keeper=keeper)
    app.state.services._made[Entrance] = entrance
    with TestClient(app, base_url="https://testserver", headers={"Origin": "https://testserver"}) as client:
        answer = client.post("/api/v1/login", json={"login": "worker", "password": PASSWORD})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-gridgov=")
        assert "Secure" in cookie
        assert client.get("/api/v1/me").status_code == 200


def test_behind_a_proxy_the_cookie_is_secure_though_we_hear_plain_http(store, keeper, clock, entrance, account):
    account("worker")
    app = create_app(store, Settings(behind_proxy=True), clock=clock, names=["testserver"])
    app.state.intake = Intake(store, clock=clock, home_district="370102", keeper=keeper)
    app.state.services._made[Entrance] = entrance
    with TestClient(app, headers={"Origin": "https://testserver"}) as client:
        answer = client.post("/api/v1/login", json={"login": "worker", "password": PASSWORD})
        assert answer.headers["set-cookie"].startswith("__Host-gridgov=")


def test_a_page_with_its_word_may_act(client, worker):
    assert client.post("/api/v1/incidents", json=report_body(), headers=worker).status_code == 201


def test_a_report_carries_the_name_of_whoever_brought_it(client, worker, account):
    made = client.post("/api/v1/incidents", json=report_body(), headers=worker).json()
    account("centre", "command_centre")
    log_in(client, "centre")
    facts = client.get(f"/api/v1/incidents/{made['id']}/facts").json()["items"]
    assert {fact["author"] for fact in facts} == {"worker"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "x" * 43},
        {"X-CSRF-Token": csrf_of("gs_another")},
    ],
    ids=["none", "empty", "forged", "of another session"],
)
def test_a_cookie_without_the_pages_word_may_not_act(client, worker, headers):
    assert worker
    answer = client.post("/api/v1/incidents", json=report_body(), headers=headers)
    assert answer.status_code == 403
    assert client.get("/api/v1/me").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver:8080"},
        {"Origin": "https://testserver"},
        {"Origin": "http://testserver.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": HERE, "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_another_page_may_not_act_even_with_the_word(client, worker, headers):
    answer = client.post("/api/v1/incidents", json=report_body(), headers={**worker, **headers})
    assert answer.status_code == 403


def test_a_request_that_does_not_say_where_it_comes_from_may_not_act_by_cookie(client, worker):
    del client.headers["Origin"]
    assert client.post("/api/v1/incidents", json=report_body(), headers=worker).status_code == 403
    known = {**worker, "Sec-Fetch-Site": "same-origin"}
    assert client.post("/api/v1/incidents", json=report_body(), headers=known).status_code == 201


def test_another_page_may_not_log_a_browser_in(client, account):
    account("worker")
    body = {"login": "worker", "password": PASSWORD}
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = client.post("/api/v1/login", json=body, headers=headers)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


def test_a_forged_header_beside_a_good_cookie_counts_for_nothing(client, worker):
    assert worker
    assert client.get("/api/v1/me", headers={"Authorization": "Bearer gg_forged"}).status_code == 401
    assert client.get("/api/v1/me", headers={"Authorization": "Basic x"}).status_code == 401


def test_a_sessions_secret_is_no_token_and_a_token_no_cookie(client, worker):
    session = client.cookies[COOKIE]
    token = make_token(client, worker)
    client.cookies.clear()
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {session}"}).status_code == 401
    assert client.get("/api/v1/me", headers={"Cookie": f"{COOKIE}={token}"}).status_code == 401
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def make_token(client: TestClient, headers: dict[str, str]) -> str:
    body = {"id": str(new_id()), "name": "a script", "days": 30}
    return client.post("/api/v1/tokens", json=body, headers=headers).json()["token"]


def test_a_session_planted_before_the_login_is_worth_nothing_after_it(client, account):
    account("worker")
    client.cookies.set(COOKIE, "gs_planted-by-somebody-else")
    log_in(client, "worker")
    assert client.get("/api/v1/me", headers={"Cookie": f"{COOKIE}=gs_planted-by-somebody-else"}).status_code == 401


def test_logging_in_again_ends_the_session_that_was_in_the_browser(client, worker):
    assert worker
    first = client.cookies[COOKIE]
    log_in(client, "worker")
    assert client.cookies[COOKIE] != first
    client.cookies.clear()
    assert client.get("/api/v1/me", headers={"Cookie": f"{COOKIE}={first}"}).status_code == 401


def test_logging_out_ends_the_session_itself_not_only_the_cookie(client, worker):
    secret = client.cookies[COOKIE]
    assert client.post("/api/v1/logout", headers=worker).status_code == 204
    assert COOKIE not in client.cookies
    assert client.get("/api/v1/me", headers={"Cookie": f"{COOKIE}={secret}"}).status_code == 401
    assert client.post("/api/v1/logout", headers=worker).status_code == 401


def test_an_idle_session_ends_and_a_used_one_lives_on(client, worker, clock):
    assert worker
    for _ in range(4):
        clock.move(timedelta(minutes=100))
        assert client.get("/api/v1/me").status_code == 200
    clock.move(timedelta(minutes=121))
    assert client.get("/api/v1/me").status_code == 401


def test_however_much_it_is_used_a_session_ends_after_twelve_hours(client, worker, clock):
    assert worker
    for _ in range(11):
        clock.move(timedelta(hours=1))
        assert client.get("/api/v1/me").status_code == 200
    clock.move(timedelta(hours=1))
    assert client.get("/api/v1/me").status_code == 401


def test_one_sees_ones_sessions_and_ends_another(client, worker, entrance):
    elsewhere = entrance.log_in("worker", PASSWORD, Origin("203.0.113.5", "<b>an old phone</b>\n"))
    listed = client.get("/api/v1/sessions").json()["items"]
    assert [row["current"] for row in listed] == [False, True]
    assert listed[0]["name"] == "<b>an old phone</b>"
    assert not {"secret", "secret_hash"} & listed[0].keys()
    assert client.delete(f"/api/v1/sessions/{listed[0]['id']}", headers=worker).status_code == 204
    assert len(client.get("/api/v1/sessions").json()["items"]) == 1
    client.cookies.clear()
    assert client.get("/api/v1/me", headers={"Cookie": f"{COOKIE}={elsewhere.secret}"}).status_code == 401


def test_nobody_ends_the_session_of_somebody_else(client, worker, account):
    assert worker
    theirs = client.get("/api/v1/sessions").json()["items"][0]["id"]
    client.cookies.clear()
    account("other")
    other = log_in(client, "other")
    assert client.delete(f"/api/v1/sessions/{theirs}", headers=other).status_code == 404


def test_an_account_disabled_in_the_middle_of_a_session_is_out_at_once_and_for_good(client, worker, administration):
    account_id = administration.id_of("worker")
    administration.disable(MACHINE, account_id)
    assert client.get("/api/v1/me").status_code == 401
    assert client.post("/api/v1/incidents", json=report_body(), headers=worker).status_code == 401
    administration.enable(MACHINE, account_id)
    assert client.get("/api/v1/me").status_code == 401


def test_changing_the_password_ends_every_other_session_and_token(client, worker, entrance):
    token = make_token(client, worker)
    elsewhere = entrance.log_in("worker", PASSWORD, Origin("203.0.113.5"))
    before = client.cookies[COOKIE]
    body = {"old": PASSWORD, "new": "four words nobody joins"}
    answer = client.post("/api/v1/password", json=body, headers=worker)
    assert answer.status_code == 200
    assert client.get("/api/v1/me").json()["login"] == "worker"
    client.cookies.clear()
    for secret in (before, elsewhere.secret):
        assert client.get("/api/v1/me", headers={"Cookie": f"{COOKIE}={secret}"}).status_code == 401
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert client.post("/api/v1/login", json={"login": "worker", "password": PASSWORD}).status_code == 401


def test_tokens_may_stay_when_the_password_changes(client, worker):
    token = make_token(client, worker)
    body = {"old": PASSWORD, "new": "four words nobody joins", "keep_tokens": True}
    assert client.post("/api/v1/password", json=body, headers=worker).status_code == 200
    client.cookies.clear()
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("not the password", "four words nobody joins", "old"),
        (PASSWORD, PASSWORD, "new"),
        (PASSWORD, "short", "new"),
        (PASSWORD, "worker12345", "new"),
        (PASSWORD, "qwertyuiop", "new"),
        (PASSWORD, "password1234", "new"),
        (PASSWORD, "aaaaaaaaaaaaaa", "new"),
        (PASSWORD, "P@ssw0rd123", "new"),
        (PASSWORD, "nul\0in the middle", "new"),
        (PASSWORD, "x" * 300, "new"),
    ],
)
def test_a_password_that_would_be_guessed_is_refused_and_not_repeated(client, worker, old, new, field):
    answer = client.post("/api/v1/password", json={"old": old, "new": new}, headers=worker)
    assert answer.status_code == 422
    assert field in {fault["field"] for fault in answer.json()["faults"]}
    assert new not in answer.text
    assert client.get("/api/v1/me").status_code == 200


def test_whoever_found_a_session_open_cannot_guess_the_password_with_it(client, worker):
    body = {"old": "not the password", "new": "four words nobody joins"}
    answers = [client.post("/api/v1/password", json=body, headers=worker).status_code for _ in range(7)]
    assert answers == [422] * 5 + [429] * 2


def test_a_first_password_opens_nothing_until_it_is_changed(client, administration):
    made, first = administration.add(MACHINE, NewAccount("fresh", "新人", "370102"))
    administration.give(MACHINE, made["id"], NewGrant("command_centre", "370102"))
    headers = log_in(client, "fresh", first)
    me = client.get("/api/v1/me").json()
    assert me["must_change"]
    assert me["permissions"] == []
    assert client.post("/api/v1/incidents", json=report_body(), headers=headers).status_code == 403
    assert client.get("/api/v1/tokens").status_code == 403
    for grid in ("cells", "areas/streets", "cells/370102001001001/duties", "locate?datum=wgs84&lon=117.09&lat=36.65"):
        assert client.get(f"/api/v1/{grid}").status_code == 403
    assert client.get("/api/v1/addresses", params={"text": "泉城路1号"}).status_code == 403
    assert client.get("/api/v1/me/positions").status_code == 403
    assert client.get("/", follow_redirects=False).headers["location"].startswith("/login")
    body = {"old": first, "new": "four words nobody joins"}
    headers = {"X-CSRF-Token": client.post("/api/v1/password", json=body, headers=headers).json()["csrf"]}
    assert client.post("/api/v1/incidents", json=report_body(), headers=headers).status_code == 201
    assert client.get("/", follow_redirects=False).status_code == 200


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(st.text(alphabet=st.characters(codec="latin-1", exclude_characters=';,\\ "\r\n\0'), max_size=60))
def test_no_cookie_that_we_did_not_give_opens_anything(client, cookie: str):
    answer = client.get("/api/v1/me", headers={"Cookie": f"{COOKIE}=gs_{cookie}".encode("latin-1")})
    assert answer.status_code == 401


def test_a_cut_or_changed_cookie_opens_nothing(client, worker):
    assert worker
    secret = client.cookies[COOKIE]
    client.cookies.clear()
    for forged in (secret[:-1], secret + "A", secret.swapcase(), secret[::-1], "gs_", ""):
        assert client.get("/api/v1/me", headers={"Cookie": f"{COOKIE}={forged}"}).status_code == 401


@pytest.mark.parametrize("page", ["/", "/map", "/docs"])
def test_a_page_sends_whoever_is_not_logged_in_to_log_in_and_back(client, page):
    answer = client.get(page, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/login?next={page.replace('/', '/')}"
    assert client.get("/login").status_code == 200


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "\t//evil.example", "x"],
)
def test_the_login_page_leads_to_our_own_pages_only(client, account, wanted):
    assert 'data-next="/"' in client.get("/login", params={"next": wanted}).text
    account("worker")
    log_in(client, "worker")
    answer = client.get("/login", params={"next": wanted}, follow_redirects=False)
    assert answer.headers["location"] == "/"


def test_the_login_page_shows_hostile_words_as_words(client):
    text = client.get("/login", params={"next": '/"><script>alert(1)</script>'}).text
    assert "<script>alert" not in text
