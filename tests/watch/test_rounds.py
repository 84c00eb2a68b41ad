"""What many ask at once is found once for all who see the same, after they asked, and for nobody else."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Event, Lock, Semaphore

import pytest

from gridgov.access.secrets import caller_of
from gridgov.services.rounds import Rounds
from gridgov.services.watching import Watching
from tests.api.conftest import proof_of
from tests.support import report, secret_of, somebody

PATIENCE_S = 60.0
WALLS = 24


class Slow:
    """Counts how often it is asked; lets one through each time that it is told to."""

    def __init__(self) -> None:
        self.begun, self.may_end = Semaphore(0), Semaphore(0)
        self.asked, self.at_once, self.most = count(1), 0, 0
        self._lock = Lock()

    def __call__(self) -> int:
        with self._lock:
            found = next(self.asked)
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        self.begun.release()
        assert self.may_end.acquire(timeout=PATIENCE_S)
        with self._lock:
            self.at_once -= 1
        return found


def gathered(rounds: Rounds, asked: str, many: int) -> None:
    """Wait until so many have a part in the round that is to begin."""
    # The round itself does not count who waits for it: an event's waiters are what the interpreter knows of it.
    pause = Event()
    while len(rounds._gathering[asked].over._cond._waiters) < many - 1:  # type: ignore[attr-defined]
        pause.wait(0.01)


def test_all_who_come_while_one_is_told_are_told_together_and_later_than_they_asked():
    rounds, slow = Rounds(PATIENCE_S), Slow()
    with ThreadPoolExecutor(WALLS + 1) as pool:
        first = pool.submit(rounds.once, "wall", slow)
        assert slow.begun.acquire(timeout=PATIENCE_S)
        others = [pool.submit(rounds.once, "wall", slow) for _ in range(WALLS)]
        while "wall" not in rounds._gathering:
            Event().wait(0.01)
        gathered(rounds, "wall", WALLS)
        slow.may_end.release()
        assert first.result(PATIENCE_S) == 1
        assert slow.begun.acquire(timeout=PATIENCE_S)
        slow.may_end.release()
        assert {one.result(PATIENCE_S) for one in others} == {2}
    assert slow.most == 1
    assert (rounds._gathering, rounds._running) == ({}, {})


def test_whoever_asks_something_else_does_not_wait():
    rounds, slow = Rounds(PATIENCE_S), Slow()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(rounds.once, "wall", slow)
        assert slow.begun.acquire(timeout=PATIENCE_S)
        assert rounds.once("another", lambda: "told") == "told"
        slow.may_end.release()
        assert first.result(PATIENCE_S) == 1


def test_where_it_fails_for_one_the_others_find_for_themselves():
    rounds, slow, tries = Rounds(PATIENCE_S), Slow(), count()

    def once_in_vain() -> str:
        if next(tries) == 0:
            raise LookupError
        return "told"

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(rounds.once, "wall", slow)
        assert slow.begun.acquire(timeout=PATIENCE_S)
        others = [pool.submit(rounds.once, "wall", once_in_vain) for _ in range(3)]
        while "wall" not in rounds._gathering:
            Event().wait(0.01)
        gathered(rounds, "wall", 3)
        slow.may_end.release()
        assert first.result(PATIENCE_S) == 1
        failed = [one for one in others if isinstance(one.exception(PATIENCE_S), LookupError)]
        assert len(failed) == 1
        assert {one.result() for one in others if one not in failed} == {"told"}
    assert (rounds._gathering, rounds._running) == ({}, {})


def test_nobody_waits_for_ever_for_somebody_who_is_stuck():
    rounds, slow = Rounds(0.01), Slow()
    with ThreadPoolExecutor(1) as pool:
        stuck = pool.submit(rounds.once, "wall", slow)
        assert slow.begun.acquire(timeout=PATIENCE_S)
        assert rounds.once("wall", lambda: "told") == "told"
        slow.may_end.release()
        assert stuck.result(PATIENCE_S) == 1


def keys(watching: Watching, *logins: str) -> list:
    """Return under what each of them asks; None for whoever asks alone."""
    seen: list = []
    watching._rounds.once = lambda asked, find: seen.append(asked[0]) or find()  # type: ignore[method-assign]
    for login in logins:
        before = len(seen)
        watching.once(caller_of(secret_of(login)), "watch", lambda: None)
        seen += [None] if len(seen) == before else []
    return seen


def test_those_who_see_the_same_are_told_together_and_nobody_else(store, clock, intake):
    watching = Watching(store, clock=clock)
    for login, role, area in (
        ("one", "command_centre", "370102"),
        ("two", "command_centre", "370102"),
        ("elsewhere", "command_centre", "370103"),
        ("other-role", "auditor", "370102"),
        ("street", "street_officer", "370102001"),
        ("reporter", "street_officer", "370102001"),
        ("centre-who-reported", "command_centre", "370102"),
    ):
        somebody(store, role, area, login=login)
    for login in ("reporter", "centre-who-reported"):
        receipt = intake.take(report(), author=login)
        with store.transaction() as unit:
            head = unit.cases.read(receipt.id).head
            unit.cases.admit(head, str(unit.accounts.id_of(login)), "reporter")
    one, two, elsewhere, other, street, reporter, reported = keys(
        watching, "one", "two", "elsewhere", "other-role", "street", "reporter", "centre-who-reported"
    )
    assert one == two == reported
    assert None not in {one, elsewhere, other, street}
    assert len({one, elsewhere, other, street}) == 4
    assert reporter is None  # what they reported is theirs to see, wherever it lies


def test_a_token_that_may_do_less_is_told_apart(store, clock):
    watching = Watching(store, clock=clock)
    caller = somebody(store, "command_centre", "370102", login="whole")
    narrow = caller_of("narrow" * 8)
    with store.transaction() as unit:
        account_id = unit.access.subject(caller, now=clock()).account_id
        far = clock().replace(year=2099)
        unit.access.add_credential(
            account_id, "token", narrow.secret_hash, now=clock(), expires_at=far, scopes=["case.read"]
        )
    seen: list = []
    watching._rounds.once = lambda asked, find: seen.append(asked[0]) or find()  # type: ignore[method-assign]
    for each in (caller, narrow):
        watching.once(each, "figures", lambda: None)
    assert len(set(seen)) == 2


@pytest.mark.parametrize("path", ["watch", "figures", "watch?as_of=2026-06-15T10:00:00%2B08:00"])
def test_many_walls_are_told_what_one_is_told(stranger, store, cast, path):
    cast.drafted()
    somebody(store, "command_centre", "37", login="wall")
    alone = stranger.get(f"/api/v1/{path}", headers=proof_of("wall"))
    assert alone.headers["Vary"] == "Accept-Encoding"
    plain = stranger.get(f"/api/v1/{path}", headers=proof_of("wall") | {"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert alone.headers["Content-Encoding"] == "gzip"
    assert plain.json() == alone.json()
