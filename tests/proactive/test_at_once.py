"""Two who confirm one proposal at the same moment: one case is opened, and both are told of it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import text

from gridgov.proactive import Kind, Suspicion
from gridgov.services.intake import Intake
from gridgov.services.proactive import Proactive
from gridgov.store.proactive import ProactiveStore
from gridgov.store.unit import Store
from tests.proactive.conftest import FIRE, HOME, HOT
from tests.support import NOON, SetClock, somebody, until_somebody_waits

SUSPECTED = Suspicion(
    Kind.HOTSPOT, HOT, HOT, FIRE, NOON - timedelta(days=28), NOON, 117.0902, 36.6512, "热点", "a hot spot", {"count": 6}
)  # fmt: skip

HOLD = text("SELECT FROM proposal WHERE id = :id FOR UPDATE")


@pytest.fixture
def committed(own_sample_url: str) -> Iterator[Store]:
    store = Store(own_sample_url)
    yield store
    store.close()


@pytest.fixture
def desk(committed: Store, keeper) -> Proactive:
    clock = SetClock(NOON)
    intake = Intake(committed, clock=clock, home_district=HOME, keeper=keeper)
    intake.knowledge()  # read before, so that all come to the proposal at the same moment
    return Proactive(committed, clock=clock, intake=intake)


@pytest.fixture
def proposed(committed: Store):
    with committed.transaction() as unit:
        return ProactiveStore(unit.connection).propose([SUSPECTED], at=NOON, author="test")[0]


def opened(store: Store) -> list[str]:
    with store.transaction() as unit:
        asked = text("SELECT number FROM incident WHERE channel = 'proactive'")
        return list(unit.connection.execute(asked).scalars())


def test_two_confirms_at_once_open_one_case_and_both_are_told_of_it(committed, desk, proposed):
    people, gate = [somebody(committed, "command_centre") for _ in range(2)], Barrier(2)

    def confirm(who):
        gate.wait()
        return desk.confirm(who, proposed)

    with ThreadPoolExecutor(2) as pool:
        with committed.transaction() as unit:  # until both stand before it: neither is merely first
            unit.connection.execute(HOLD, {"id": proposed})
            told = [pool.submit(confirm, who) for who in people]
            until_somebody_waits(unit, many=2)
        (first, before), (second, again) = (one.result() for one in told)
    assert sorted([before, again]) == [False, True]
    assert first == second
    assert opened(committed) == [first["incident_number"]]
    assert first["state"] == "confirmed"


def test_of_one_who_confirms_and_one_who_dismisses_at_once_one_is_told_that_it_is_decided(committed, desk, proposed):
    centre, other = (somebody(committed, "command_centre") for _ in range(2))
    with ThreadPoolExecutor(2) as pool:
        with committed.transaction() as unit:
            unit.connection.execute(HOLD, {"id": proposed})
            told = [pool.submit(desk.confirm, centre, proposed),
                    pool.submit(desk.dismiss, other, proposed, reason="已知的夜市")]  # fmt: skip
            until_somebody_waits(unit, many=2)
        refused = [type(one.exception()).__name__ for one in told if one.exception()]
    assert refused == ["ConflictError"]
    state = desk.proposal(None, proposed)["state"]
    assert len(opened(committed)) == (1 if state == "confirmed" else 0)
