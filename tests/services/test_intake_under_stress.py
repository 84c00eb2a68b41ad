"""Intake when many send at once, and when the database goes away in the middle."""

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, func, select, text

from gridgov.errors import ConflictError, DatabaseUnavailableError
from gridgov.incidents import Channel
from gridgov.services.intake import Intake
from gridgov.store.tables import incident, incident_external, incident_fact, incident_position, incident_state
from gridgov.store.unit import Store
from tests.support import at, report


@pytest.fixture
def store(own_sample_url: str) -> Iterator[Store]:
    store = Store(own_sample_url)
    yield store
    store.close()


@pytest.fixture
def intake(store, clock, keeper) -> Intake:
    return Intake(store, clock=clock, home_district="370102", keeper=keeper)


def count(store, table) -> int:
    with store.transaction() as unit:
        return unit.connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_one_report_sent_by_eight_at_once_is_stored_once(store, intake):
    sent = report(external_number="A-1")
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda _: intake.take(sent, author="test"), range(24)))
    assert count(store, incident) == 1
    assert sum(not receipt.replayed for receipt in receipts) == 1
    assert len({receipt.number for receipt in receipts}) == 1


def test_one_id_with_two_contents_sent_at_once_keeps_one(store, intake):
    first = report()
    # The other lies in the neighbouring district: its key would not collide, its id must.
    second = report(id=first.id, position=at(117.005, 36.65), text="另一件事")

    def send(which):
        try:
            return intake.take(which, author="test")
        except ConflictError as error:
            return error

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, [first, second]))
    assert sum(isinstance(answer, ConflictError) for answer in answers) == 1
    assert count(store, incident) == 1


def test_one_channels_number_sent_at_once_with_two_ids_keeps_one(store, intake):
    def send(_):
        try:
            return intake.take(report(external_number="A-1", channel=Channel.HOTLINE), author="test")
        except ConflictError as error:
            return error

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(6)))
    assert sum(isinstance(answer, ConflictError) for answer in answers) == 5
    assert (count(store, incident), count(store, incident_external)) == (1, 1)


def test_connections_killed_at_random_lose_nothing_acknowledged_and_keep_no_half(store, intake, own_sample_url, clock):
    """Every acknowledged report is there whole; every other is not there at all, or whole."""
    killer = create_engine(own_sample_url, isolation_level="AUTOCOMMIT")
    stop = threading.Event()
    dice = random.Random(7)  # noqa: S311 - which moment to kill in is no secret

    def kill() -> None:
        with killer.connect() as connection:
            while not stop.wait(dice.uniform(0.005, 0.03)):
                connection.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                        "AND pid <> pg_backend_pid() AND backend_type = 'client backend' ORDER BY random() LIMIT 1"
                    )
                )

    reports = [report(reported_at=clock() - timedelta(minutes=i), external_number=f"N-{i}") for i in range(150)]

    def send(which) -> bool:
        try:
            intake.take(which, author="test")
        except DatabaseUnavailableError:
            return False
        return True

    intake.knowledge()
    thread = threading.Thread(target=kill)
    thread.start()
    try:
        with ThreadPoolExecutor(4) as pool:
            acknowledged = [r.id for r, ok in zip(reports, pool.map(send, reports), strict=True) if ok]
    finally:
        stop.set()
        thread.join()
        killer.dispose()
    store.engine.dispose()

    with store.transaction() as unit:
        stored = set(unit.connection.execute(select(incident.c.id)).scalars())
        for part in (incident_state, incident_position, incident_external):
            assert set(unit.connection.execute(select(part.c.incident_id)).scalars()) == stored
        facts = unit.connection.execute(select(incident_fact.c.incident_id, func.count()).group_by("incident_id"))
        assert {row[0] for row in facts if row[1] >= 3} == stored
    assert set(acknowledged) <= stored
    assert len(acknowledged) < len(reports), "nothing was killed: the test proves nothing"

    for again in reports:  # and sending all of them again completes the day without doubling anything
        intake.take(again, author="test")
    assert count(store, incident) == len(reports)
