"""Single sign-on against a real provider of its own process: who comes back is let in only when everything fits."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import httpx2
import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from api.app import create_app
from gridgov.access.secrets import new_secret
from gridgov.clock import system_clock
from gridgov.errors import ConflictError, NotAuthenticatedError, SetupError, UnavailableError
from gridgov.services.accounts import Administration, NewAccount, SignOn
from gridgov.services.accounts.entering import Terms
from gridgov.services.accounts.provider import Client, Provider
from gridgov.services.intake import Intake
from gridgov.settings import Settings
from tests.accounts.conftest import MACHINE
from tests.support import SetClock

CLIENT = "gridgov-test"
CALLBACK = "/api/v1/oidc/callback"
PATIENCE_S = 60


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """Yield the issuer of a provider that runs for this module."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    quiet = {key: value for key, value in os.environ.items() if not key.startswith("GRIDGOV_")}
    server = subprocess.Popen(command, env=quiet, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        found = f"http://127.0.0.1:{port}"
        _wait_for(found)
        yield found
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(address: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            httpx2.get(f"{address}/.well-known/openid-configuration")
        except httpx2.HTTPError:
            assert time.monotonic() < end, "the provider did not start"
            time.sleep(0.1)
        else:
            return


@pytest.fixture
def clock() -> SetClock:
    return SetClock(system_clock())  # the provider has a clock of its own


@pytest.fixture
def chosen(issuer: str) -> Settings:
    return Settings(oidc_issuer=issuer, oidc_client_id=CLIENT, oidc_client_secret="a secret")  # noqa: S106 - of the test


@pytest.fixture
def browser_at(store, keeper, clock, chosen) -> Iterator[TestClient]:
    app = create_app(store, chosen, clock=clock, names=["testserver"])
    app.state.intake = Intake(store, clock=clock, home_district="370102", keeper=keeper)
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client:
        yield client


@pytest.fixture
def waiting(store, clock, hasher, issuer):
    """Make an account that waits for its first sign-on, and return its id."""
    administration = Administration(store, clock=clock, hasher=hasher, issuer=issuer)
    account, password = administration.add(MACHINE, NewAccount("wang", "王", "370102", single_sign_on=True))
    assert password is None
    return account["id"]


def known(issuer: str, subject: str, **claims: object) -> str:
    """Tell the provider of somebody."""
    httpx2.put(f"{issuer}/users/{subject}", json=claims).raise_for_status()
    return subject


def depart(client: TestClient, wanted: str = "/") -> str:
    answer = client.get("/api/v1/oidc/login", params={"next": wanted})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def consent(address: str, subject: str) -> str:
    """Sign on at the provider as somebody, and return the address that the browser is sent back to."""
    answer = httpx2.post(address, data={"sub": subject})
    assert answer.status_code in {302, 303}, answer.text
    return answer.headers["location"]


def changed(address: str, **values: str) -> str:
    parts = urlsplit(address)
    query = {key: found[0] for key, found in parse_qs(parts.query).items()} | values
    return urlunsplit(parts._replace(query=urlencode(query)))


def arrive(client: TestClient, address: str):
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}")


def test_whoever_an_account_waits_for_comes_in_and_goes_on_where_they_wanted(browser_at, issuer, waiting):
    subject = known(issuer, "u-17", preferred_username="Wang", name="王")
    address = depart(browser_at, "/docs")
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= asked.keys()
    answer = arrive(browser_at, consent(address, subject))
    assert answer.status_code == 200
    assert answer.headers["refresh"] == "0; url=/docs"
    me = browser_at.get("/api/v1/me").json()
    assert (me["login"], me["account_id"], me["grants"]) == ("wang", str(waiting), [])


def test_the_second_time_the_issuers_subject_decides_whatever_the_name_is_then(browser_at, issuer, waiting):
    subject = known(issuer, "u-18", preferred_username="wang")
    arrive(browser_at, consent(depart(browser_at), subject))
    known(issuer, subject, preferred_username="zhang")
    browser_at.cookies.clear()
    assert arrive(browser_at, consent(depart(browser_at), subject)).status_code == 200
    assert browser_at.get("/api/v1/me").json()["account_id"] == str(waiting)


@pytest.mark.usefixtures("waiting")
def test_a_second_person_under_the_same_name_is_not_let_in(browser_at, issuer):
    arrive(browser_at, consent(depart(browser_at), known(issuer, "u-19", preferred_username="wang")))
    browser_at.cookies.clear()
    answer = arrive(browser_at, consent(depart(browser_at), known(issuer, "u-20", preferred_username="wang")))
    assert answer.status_code == 401
    assert browser_at.get("/api/v1/me").status_code == 401


def test_nobody_gets_an_account_by_signing_on(browser_at, issuer, store):
    answer = arrive(browser_at, consent(depart(browser_at), known(issuer, "u-21", preferred_username="stranger")))
    assert answer.status_code == 401
    assert "No account was made" in answer.json()["detail"]
    with store.transaction() as unit:
        assert unit.accounts.id_of("stranger") is None


def test_an_account_with_a_password_is_not_taken_over_by_its_name(browser_at, issuer, account):
    account("centre", "command_centre")
    answer = arrive(browser_at, consent(depart(browser_at), known(issuer, "u-22", preferred_username="centre")))
    assert answer.status_code == 401


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("name", ["\uff37\uff21\uff2e\uff27", " wang", "wang\u200b", "w\uff41ng", "wang\x00"])
def test_a_name_that_only_looks_like_the_login_is_somebody_else(browser_at, issuer, name):
    answer = arrive(browser_at, consent(depart(browser_at), known(issuer, "u-24", preferred_username=name)))
    assert answer.status_code == 401


def test_an_account_of_the_single_sign_on_gets_no_password(waiting, store, clock, hasher, issuer):
    administration = Administration(store, clock=clock, hasher=hasher, issuer=issuer)
    with pytest.raises(ConflictError, match="single sign-on"):
        administration.reset_password(MACHINE, waiting)


def test_an_account_that_has_a_password_after_all_is_not_linked_by_its_name(browser_at, issuer, waiting, store, hasher):
    with store.transaction() as unit:
        unit.accounts.set_password(waiting, hasher.hashed("correct horse battery"), must_change=False)
    answer = arrive(browser_at, consent(depart(browser_at), known(issuer, "u-25", preferred_username="wang")))
    assert answer.status_code == 401


def test_a_disabled_account_stays_out(browser_at, issuer, waiting, store, clock):
    with store.transaction() as unit:
        unit.accounts.change(waiting, {"disabled_at": clock()})
    answer = arrive(browser_at, consent(depart(browser_at), known(issuer, "u-23", preferred_username="wang")))
    assert answer.status_code == 401


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("state", ["", "forged", "x" * 5000])
def test_a_forged_state_is_refused(browser_at, issuer, state):
    back = consent(depart(browser_at), known(issuer, "u-24", preferred_username="wang"))
    assert arrive(browser_at, changed(back, state=state)).status_code == 401
    assert browser_at.get("/api/v1/me").status_code == 401


@pytest.mark.usefixtures("waiting")
def test_a_login_begun_in_another_browser_is_refused_and_spent(browser_at, issuer):
    # Otherwise somebody could log a victim's browser in as themselves.
    back = consent(depart(browser_at), known(issuer, "u-25", preferred_username="wang"))
    kept = dict(browser_at.cookies)
    browser_at.cookies.clear()
    assert arrive(browser_at, back).status_code == 401
    browser_at.cookies.update(kept)
    assert arrive(browser_at, back).status_code == 401


@pytest.mark.usefixtures("waiting")
def test_the_same_return_twice_lets_in_once(browser_at, issuer):
    back = consent(depart(browser_at), known(issuer, "u-26", preferred_username="wang"))
    assert arrive(browser_at, back).status_code == 200
    browser_at.cookies.clear()
    assert arrive(browser_at, back).status_code == 401


@pytest.mark.usefixtures("waiting")
def test_a_journey_that_took_too_long_is_over(browser_at, issuer, clock):
    back = consent(depart(browser_at), known(issuer, "u-27", preferred_username="wang"))
    clock.move(timedelta(minutes=11))
    assert arrive(browser_at, back).status_code == 401


@pytest.mark.usefixtures("waiting")
def test_an_identity_with_another_nonce_is_refused(browser_at, issuer):
    # A code that was stolen from another journey comes with that journey's nonce.
    back = consent(
        changed(depart(browser_at), nonce="of-another-journey"), known(issuer, "u-28", preferred_username="wang")
    )
    answer = arrive(browser_at, back)
    assert answer.status_code == 401
    assert "not for this login" in answer.json()["detail"]


@pytest.mark.usefixtures("waiting")
def test_a_code_for_another_client_is_refused(browser_at, issuer):
    back = consent(changed(depart(browser_at), client_id="other"), known(issuer, "u-29", preferred_username="wang"))
    assert arrive(browser_at, back).status_code == 401


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("values", [{"code": "forged"}, {"code": ""}, {"iss": "https://evil.example"}])
def test_a_forged_return_is_refused(browser_at, issuer, values):
    back = consent(depart(browser_at), known(issuer, "u-30", preferred_username="wang"))
    assert arrive(browser_at, changed(back, **values)).status_code == 401


def test_whoever_refuses_at_the_provider_is_told_to_begin_again(browser_at):
    address = depart(browser_at)
    answer = httpx2.post(address, data={"action": "deny"})
    back = changed(answer.headers["location"], state=parse_qs(urlsplit(address).query)["state"][0])
    assert arrive(browser_at, back).status_code == 401


def test_the_way_back_leads_to_our_own_pages_only(browser_at, issuer, waiting):
    assert waiting
    address = depart(browser_at, "//evil.example/x")
    answer = arrive(browser_at, consent(address, known(issuer, "u-31", preferred_username="wang")))
    assert answer.headers["refresh"] == "0; url=/login?home=true"


def signed_on(issuer: str, client_id: str, nonce: str) -> str:
    """Return a real identity that the provider signed for some client."""
    query = {"response_type": "code", "client_id": client_id, "redirect_uri": "http://x/", "scope": "openid"}
    back = consent(f"{issuer}/oauth2/authorize?{urlencode({**query, 'nonce': nonce})}", known(issuer, "u-40"))
    code = parse_qs(urlsplit(back).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": "http://x/"}
    answer = httpx2.post(f"{issuer}/oauth2/token", data=form, auth=(client_id, "a secret"))
    return str(answer.json()["id_token"])


def test_a_signed_identity_is_believed_for_its_client_and_its_time_only(issuer):
    provider = Provider(Client(issuer, CLIENT, None))
    nonce, now = new_secret(""), system_clock()
    mine, others = signed_on(issuer, CLIENT, nonce), signed_on(issuer, "other", nonce)
    assert provider._believed(mine, nonce=nonce, access_token=None, now=now)["sub"] == "u-40"
    for token, when, word in (
        (others, now, nonce),
        (mine, now + timedelta(hours=2), nonce),
        (mine, now, "another"),
    ):
        with pytest.raises(NotAuthenticatedError):
            provider._believed(token, nonce=word, access_token=None, now=when)


def test_an_identity_that_the_provider_did_not_sign_is_not_believed(issuer):
    provider = Provider(Client(issuer, CLIENT, "a secret"))
    nonce, now = new_secret(""), system_clock()
    claims = {"iss": issuer, "aud": CLIENT, "sub": "u-40", "nonce": nonce}
    claims |= {"iat": int(now.timestamp()), "exp": int(now.timestamp()) + 600}
    real = signed_on(issuer, CLIENT, nonce)
    head, body, signature = real.split(".")
    forged = [
        jwt.encode({"alg": "RS256"}, claims, RSAKey.generate_key(2048, private=True)),
        jwt.encode({"alg": "HS256"}, claims, OctKey.import_key("a secret, that the client knows too")),
        f"{head}.{body}.",
        f"{head}.{body}.{signature[:-4]}AAAA",
        f"eyJhbGciOiJub25lIn0.{body}.",
        real[:-1],
        "no token",
        "",
    ]
    for token in forged:
        with pytest.raises(NotAuthenticatedError):
            provider._believed(token, nonce=nonce, access_token=None, now=now)


def test_a_provider_that_calls_itself_otherwise_is_refused(issuer):
    provider = Provider(Client(issuer.replace("127.0.0.1", "localhost") + "/", CLIENT, None))
    with pytest.raises(SetupError, match="calls itself"):
        provider.address("http://x/", state="s", nonce="n", verifier="v" * 43)


def test_a_provider_in_the_clear_elsewhere_is_refused():
    with pytest.raises(SetupError, match="https"):
        Provider(Client("http://sso.example.org", CLIENT, None)).address(
            "http://x/", state="s", nonce="n", verifier="v"
        )


def test_a_provider_that_is_down_says_nothing_about_whoever_logs_in(store, clock):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nobody = Provider(Client(f"http://127.0.0.1:{probe.getsockname()[1]}", CLIENT, None))
        signing = SignOn(store, clock=clock, terms=Terms.of(Settings()), provider=nobody)
        with pytest.raises(UnavailableError):
            signing.depart("/", "http://testserver/back")


def test_without_a_provider_there_is_no_such_door(client):
    assert client.get("/api/v1/oidc/login").status_code == 404
    assert "oidc" not in client.get("/login").text


def test_with_a_provider_the_login_page_offers_it(browser_at):
    assert "/api/v1/oidc/login?next=" in browser_at.get("/login").text
