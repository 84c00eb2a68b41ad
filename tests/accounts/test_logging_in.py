"""Coming in by password: who may, under which name, and what a wrong guess costs."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient

from gridgov.errors import NotAuthenticatedError, TooManyError
from gridgov.services.accounts import Entrance, Origin
from gridgov.services.accounts.entering import Terms
from gridgov.services.accounts.hashing import Hasher
from gridgov.settings import Settings
from tests.accounts.conftest import PASSWORD, log_in
from tests.support import NOON, SetClock

DESK = Origin("192.0.2.7", "a browser")


def wrong(
    entrance: Entrance, login: str, *, times: int = 1, origin: Origin = DESK, clock: SetClock | None = None
) -> None:
    """Give wrong passwords; with a clock, wait as long as is asked for in between."""
    for _ in range(times):
        try:
            entrance.log_in(login, "not the password", origin)
        except NotAuthenticatedError:
            continue
        except TooManyError as error:
            if clock is None:
                raise
            clock.move(timedelta(seconds=error.details[0]["retry_after_s"]))
            with pytest.raises(NotAuthenticatedError):
                entrance.log_in(login, "not the password", origin)


def wait(entrance: Entrance, login: str, origin: Origin = DESK, password: str = PASSWORD) -> int:
    with pytest.raises(TooManyError) as refused:
        entrance.log_in(login, password, origin)
    return refused.value.details[0]["retry_after_s"]


def test_the_right_password_lets_in_under_a_new_secret_each_time(entrance, account):
    account("wang", "grid_worker")
    first, second = (entrance.log_in("wang", PASSWORD, DESK) for _ in range(2))
    assert first.secret != second.secret
    assert first.secret.startswith("gs_")
    assert len(first.secret) > 40


@pytest.mark.parametrize("typed", ["wang", " WANG ", "\uff37\uff21\uff2e\uff27", "\uff57ang", "Wang"])
def test_a_login_is_one_however_it_is_typed(entrance, account, typed):
    account("wang")
    assert entrance.log_in(typed, PASSWORD, DESK).login == "wang"


def test_a_chinese_login_works(entrance, account):
    account("王网格员")
    assert entrance.log_in("王网格员", PASSWORD, DESK).login == "王网格员"


def test_a_password_is_one_however_its_letters_are_composed(store, entrance, account, hasher):
    account_id = account("wang")
    with store.transaction() as unit:
        unit.accounts.set_password(account_id, hasher.hashed("caf\u00e9 am morgen"), must_change=False)
    assert entrance.log_in("wang", "cafe\u0301 am morgen", DESK)


NASTY = [
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "wang'; DROP TABLE account; --",
    "wa\0ng",
    "\ud800",
    "wang\u202e",
    "%",
    "_ang",
    "",
    " ",
    "w" * 200,
    "{{7*7}}",
    "🙂🙂",
]


@pytest.mark.parametrize("login", NASTY)
def test_a_nasty_login_is_answered_like_any_wrong_one(entrance, account, login):
    account("wang")
    wrong(entrance, login)
    assert entrance.log_in("wang", PASSWORD, DESK)


@pytest.mark.parametrize("password", ["", "x" * 1_000_000, PASSWORD + "\0", "\ud800", PASSWORD.upper(), " " + PASSWORD])
def test_a_nasty_password_does_not_fit(entrance, account, password):
    account("wang")
    with pytest.raises(NotAuthenticatedError):
        entrance.log_in("wang", password, DESK)


def test_a_password_as_long_as_allowed_does_not_fit_with_more_behind_it(store, entrance, account, hasher):
    account_id, longest = account("wang"), "abcdefgh" * 32
    with store.transaction() as unit:
        unit.accounts.set_password(account_id, hasher.hashed(longest), must_change=False)
    with pytest.raises(NotAuthenticatedError):
        entrance.log_in("wang", longest + "x", DESK)
    assert entrance.log_in("wang", longest, DESK)


def test_an_unknown_account_costs_the_same_work_and_the_same_words(store, clock, account):
    asked: list[bool] = []

    class Watched(Hasher):
        def fits(self, kept, password):
            asked.append(kept is None)
            return super().fits(kept, password)

    entrance = Entrance(store, clock=clock, terms=Terms.of(Settings()), hasher=Watched(PasswordHasher(1, 8, 1)))
    account("wang")
    said = []
    for login in ("wang", "nobody", "wa\0ng"):
        with pytest.raises(NotAuthenticatedError) as refused:
            entrance.log_in(login, "not the password", DESK)
        said.append(refused.value.message)
    assert asked == [False, True, True]
    assert len(set(said)) == 1


def test_a_disabled_account_is_refused_in_the_words_of_a_wrong_password(store, entrance, account, clock):
    account_id = account("wang")
    with store.transaction() as unit:
        unit.accounts.change(account_id, {"disabled_at": clock()})
    with pytest.raises(NotAuthenticatedError, match="login or the password"):
        entrance.log_in("wang", PASSWORD, DESK)


def test_an_account_without_a_password_cannot_come_in_by_one(store, entrance, account):
    account_id = account("wang")
    with store.transaction() as unit:
        unit.accounts.change(account_id, {"password_hash": None})
    wrong(entrance, "wang")
    with pytest.raises(NotAuthenticatedError):
        entrance.log_in("wang", "", DESK)


def test_guessing_costs_time_that_doubles(entrance, account, clock):
    account("wang")
    wrong(entrance, "wang", times=5)
    waits = []
    for _ in range(4):
        waits.append(wait(entrance, "wang"))
        clock.move(timedelta(seconds=waits[-1]))
        wrong(entrance, "wang")
    assert waits == [1, 2, 4, 8]


def test_while_one_waits_even_the_right_password_is_refused_and_counts_nothing(entrance, account, clock):
    account("wang")
    wrong(entrance, "wang", times=9, clock=clock)
    first = wait(entrance, "wang")
    assert [wait(entrance, "wang") for _ in range(3)] == [first] * 3
    clock.move(timedelta(seconds=first))
    assert entrance.log_in("wang", PASSWORD, DESK)


def test_the_right_password_forgives_the_wrong_ones_before_it(entrance, account):
    account("wang")
    for _ in range(4):
        wrong(entrance, "wang", times=4)
        entrance.log_in("wang", PASSWORD, DESK)


def test_a_restart_forgives_nothing(store, entrance, account, clock, hasher):
    account("wang")
    wrong(entrance, "wang", times=8, clock=clock)
    restarted = Entrance(store, clock=clock, terms=Terms.of(Settings()), hasher=hasher)
    assert wait(restarted, "wang") == wait(entrance, "wang")


def test_a_clock_that_was_set_back_locks_nobody_out_for_long(entrance, account, clock):
    account("wang")
    wrong(entrance, "wang", times=8, clock=clock)
    clock.move(-timedelta(days=4000))
    assert wait(entrance, "wang") <= 15 * 60


def test_many_addresses_together_are_slowed_and_lock_nobody_out_for_long(entrance, account, clock):
    account("wang")
    for number in range(40):
        wrong(entrance, "wang", origin=Origin(f"198.51.100.{number}"), clock=clock)
    assert 0 < wait(entrance, "wang", Origin("203.0.113.1")) <= 60


def test_one_address_that_tries_many_logins_is_slowed_and_others_are_not(entrance, account):
    account("wang")
    for number in range(50):
        wrong(entrance, f"guess{number}")
    assert wait(entrance, "wang")
    assert entrance.log_in("wang", PASSWORD, Origin("203.0.113.1"))


def test_the_addresses_of_one_network_are_one(entrance, account):
    account("wang")
    for number in range(5):
        wrong(entrance, "wang", origin=Origin(f"2001:db8::{number}"))
    assert wait(entrance, "wang", Origin("2001:db8::ffff"))
    assert entrance.log_in("wang", PASSWORD, Origin("2001:db8:0:1::1"))


def test_time_forgives(entrance, account, clock):
    account("wang")
    wrong(entrance, "wang", times=8, clock=clock)
    clock.move(timedelta(hours=3))
    wrong(entrance, "wang", times=5)


def test_an_unknown_login_is_slowed_like_a_known_one(entrance, account):
    account("wang")
    for login in ("wang", "nobody"):
        wrong(entrance, login, times=5)
    assert wait(entrance, "wang") == wait(entrance, "nobody")


def test_a_session_lives_on_while_somebody_guesses(client: TestClient, account):
    account("wang", "grid_worker")
    log_in(client, "wang")
    for _ in range(8):
        client.post("/api/v1/login", json={"login": "wang", "password": "x"}, headers={"Cookie": "none=1"})
    refused = client.post("/api/v1/login", json={"login": "wang", "password": PASSWORD}, headers={"Cookie": "none=1"})
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) >= 1
    assert client.get("/api/v1/me").json()["login"] == "wang"


def test_an_old_hash_is_renewed_at_login(store, clock, entrance, account):
    account_id = account("wang")
    stronger = Entrance(store, clock=clock, terms=Terms.of(Settings()), hasher=Hasher(PasswordHasher(2, 16, 1)))
    stronger.log_in("wang", PASSWORD, DESK)
    with store.transaction() as unit:
        kept = unit.accounts.door(now=NOON, account_id=account_id)
    assert "m=16,t=2,p=1" in kept.password_hash
    assert entrance.log_in("wang", PASSWORD, DESK)


def test_passwords_are_hashed_by_argon2_with_its_makers_parameters():
    assert Hasher().hashed("something").startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_no_transaction_is_open_while_a_password_is_hashed(store, clock, account, monkeypatch):
    account("wang")
    open_now = 0
    real = store.transaction

    from contextlib import contextmanager  # noqa: PLC0415 - for this one proof

    @contextmanager
    def counted():
        nonlocal open_now
        with real() as unit:
            open_now += 1
            yield unit
            open_now -= 1

    class Watched(Hasher):
        def fits(self, kept, password):
            assert open_now == 0
            return super().fits(kept, password)

    monkeypatch.setattr(store, "transaction", counted)
    entrance = Entrance(store, clock=clock, terms=Terms.of(Settings()), hasher=Watched(PasswordHasher(1, 8, 1)))
    assert entrance.log_in("wang", PASSWORD, DESK)


def test_an_account_disabled_while_its_password_is_verified_stays_out(store, clock, account):
    account_id = account("wang")

    class Slow(Hasher):
        def fits(self, kept, password):
            with store.transaction() as unit:
                unit.accounts.change(account_id, {"disabled_at": clock()})
            return super().fits(kept, password)

    entrance = Entrance(store, clock=clock, terms=Terms.of(Settings()), hasher=Slow(PasswordHasher(1, 8, 1)))
    with pytest.raises(NotAuthenticatedError):
        entrance.log_in("wang", PASSWORD, DESK)


@pytest.mark.parametrize(
    "body",
    [
        {"login": "x" * 500_000, "password": "y"},
        {"login": "wang", "password": "y" * 500_000},
        {"login": ["wang"], "password": "y"},
        {"login": "wang"},
        {"login": "wang", "password": "y", "admin": True},
        [],
    ],
    ids=["long login", "long password", "a list", "no password", "more", "no object"],
)
def test_a_body_that_is_no_login_is_refused_without_repeating_it(client, body):
    answer = client.post("/api/v1/login", json=body)
    assert answer.status_code == 422
    assert len(answer.text) < 2000


@pytest.mark.parametrize("login", NASTY)
def test_nasty_logins_at_the_door(client, login):
    try:
        answer = client.post("/api/v1/login", json={"login": login, "password": "x"})
    except UnicodeEncodeError:  # a client that cannot even send it
        answer = client.post(
            "/api/v1/login",
            content=b'{"login": "\\ud800", "password": "x"}',
            headers={"Content-Type": "application/json"},
        )
    assert answer.status_code in {401, 422}
    assert "<script>" not in answer.text


def test_more_than_a_megabyte_is_refused_before_it_is_read(client):
    assert client.post("/api/v1/login", json={"login": "w", "password": "y" * 1_100_000}).status_code == 413
