"""Sealing: every fact comes under a seal once, whatever runs beside it, and nobody waits."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from structlog.testing import capture_logs

from gridgov.errors import InputError
from gridgov.ids import new_id
from gridgov.incidents.facts import Fact, FactKind, chain
from gridgov.messages import letter
from gridgov.seals import Leaf, decode, encode, parse_head
from gridgov.services.auditing import examine
from gridgov.services.intake import Intake
from gridgov.services.sealing import seal_district
from gridgov.store.tables import notice
from gridgov.store.unit import Store
from tests.audit.conftest import DISTRICT, seal_now
from tests.support import NOON, SetClock, report


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture
def store(own_sample_url: str) -> Iterator[Store]:
    store = Store(own_sample_url)
    yield store
    store.close()


@pytest.fixture
def intake(store: Store, clock: SetClock, keeper) -> Intake:
    return Intake(store, clock=clock, home_district=DISTRICT, keeper=keeper)


def unsealed(store: Store, clock: SetClock) -> tuple[int, list]:
    with store.transaction() as unit:
        verdict = examine(unit, DISTRICT, now=clock())
        return verdict.unsealed, verdict.findings


def append(connection, incident_id, number: int) -> None:
    row = connection.execute(
        text("SELECT * FROM incident_fact WHERE incident_id = :id ORDER BY seq DESC LIMIT 1"), {"id": incident_id}
    ).one()
    last = Fact(
        row.incident_id, row.seq, FactKind(row.kind), row.at, row.author, row.payload, row.previous_hash, row.hash
    )
    (fact,) = chain(incident_id, [(FactKind.NOTED, {"text": str(number)})], at=NOON, author="test", after=last)
    connection.execute(
        text(
            "INSERT INTO incident_fact (district_code, incident_id, seq, kind, at, author, payload, previous_hash, "
            "hash) VALUES (:d, :id, :seq, 'noted', :at, 'test', jsonb_build_object('text', CAST(:n AS text)), :p, :h)"
        ),
        {
            "d": DISTRICT,
            "id": incident_id,
            "seq": fact.seq,
            "at": NOON,
            "n": str(number),
            "p": fact.previous_hash,
            "h": fact.hash,
        },
    )


def test_nothing_new_needs_no_seal(store, intake, clock):
    assert seal_now(store, clock) == 0
    intake.take(report(), author="test")
    assert seal_now(store, clock) > 0
    assert seal_now(store, clock) == 0


def test_seals_stand_at_least_a_minute_apart(store, intake, clock):
    intake.take(report(), author="test")
    assert seal_now(store, clock) > 0
    intake.take(report(text="别的"), author="test")
    clock.move(timedelta(seconds=30))
    with store.transaction() as unit:
        assert seal_district(unit, DISTRICT, clock()) == 0


def test_every_seal_goes_into_the_log_and_the_first_of_a_day_to_the_auditors(store, intake, clock):
    heads = []
    for hours in (0, 1, 24):
        clock.move(timedelta(hours=hours))
        intake.take(report(text=f"{hours}"), author="test")
        with capture_logs() as logged:
            assert seal_now(store, clock) > 0
        heads += [line["head"] for line in logged if line["event"] == "sealed"]
    with store.transaction() as unit:
        assert unit.audit.newest(DISTRICT).head == heads[2]
        told = unit.connection.execute(select(notice).where(notice.c.kind == "audit.head").order_by(notice.c.id)).all()
    assert [row.data["head"] for row in told] == [heads[0], heads[2]]
    assert {(row.role, row.area_code) for row in told} == {("auditor", DISTRICT)}
    assert heads[0] in letter("audit.head", told[0].data, at=NOON, language="en").text


def test_a_clock_that_was_put_back_stops_no_seal(store, intake, clock):
    intake.take(report(), author="test")
    assert seal_now(store, clock) > 0
    intake.take(report(text="别的"), author="test")
    clock.move(timedelta(days=-400))
    assert seal_now(store, clock) > 0


def test_a_transaction_that_runs_while_a_seal_is_set_is_sealed_by_the_next(store, intake, clock):
    slow, quick = (intake.take(report(text=words), author="test").id for words in ("慢", "快"))
    assert seal_now(store, clock) > 0
    with store.engine.connect() as running:
        running.execute(text("SELECT pg_current_xact_id()"))
        with store.engine.begin() as other:
            append(other, quick, 1)
        append(running, slow, 2)
        assert seal_now(store, clock) == 0  # the quick one is younger than one that still runs
        running.commit()
    assert seal_now(store, clock) == 2
    assert unsealed(store, clock) == (0, [])


def test_a_report_does_not_wait_for_a_seal_that_is_being_set(store, intake, clock):
    intake.take(report(), author="test")
    with store.transaction() as unit:
        clock.move(timedelta(minutes=2))
        assert seal_district(unit, DISTRICT, clock()) > 0
        intake.take(report(text="别的"), author="test")  # would hang here if it had to wait
    assert unsealed(store, clock)[1] == []


def test_two_who_seal_at_once_set_one_seal(store, intake, clock):
    intake.take(report(), author="test")
    clock.move(timedelta(minutes=2))

    def one(_: int) -> int:
        with store.transaction() as unit:
            return seal_district(unit, DISTRICT, clock())

    with ThreadPoolExecutor(8) as pool:
        done = [found for found in pool.map(one, range(8)) if found]
    assert len(done) == 1
    assert unsealed(store, clock) == (0, [])


def test_many_writers_and_a_sealer_leave_no_fact_unsealed_and_none_sealed_twice(store, intake, clock):
    cases = [intake.take(report(text=f"第{n}件"), author="test").id for n in range(4)]

    def write(incident_id) -> None:
        for number in range(10):
            with store.engine.begin() as connection:
                append(connection, incident_id, number)

    with ThreadPoolExecutor(5) as pool:
        writing = [pool.submit(write, case) for case in cases]
        while not all(found.done() for found in writing):
            seal_now(store, clock)
        for found in writing:
            found.result()
    seal_now(store, clock)
    assert unsealed(store, clock) == (0, [])


def test_after_a_move_to_another_server_everything_comes_under_a_seal(store, intake, clock):
    case = intake.take(report(), author="test").id
    assert seal_now(store, clock) > 0
    with store.engine.begin() as connection:
        append(connection, case, 1)
        # As a dump brings it: of a transaction that this server has not begun, sealed by a server that is not this one.
        connection.execute(text("UPDATE incident_fact SET xid = '900000000' WHERE kind = 'noted'"))
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE seal SET system_id = 7"))
        _hash_seals_anew(connection)
    intake.take(report(text="别的"), author="test")
    assert seal_now(store, clock) > 0
    intake.take(report(text="又一件"), author="test")
    assert seal_now(store, clock) > 0
    assert unsealed(store, clock) == (0, [])


def _hash_seals_anew(connection) -> None:
    from gridgov.seals import seal_hash  # noqa: PLC0415 - only here
    from gridgov.store.audit import AuditStore  # noqa: PLC0415

    for seal, _ in AuditStore(connection).unpack(DISTRICT):
        connection.execute(text("UPDATE seal SET hash = :h WHERE seq = :s"), {"h": seal_hash(seal), "s": seal.seq})


def test_leaves_are_written_and_read_alike():
    leaves = [Leaf(new_id(), number, 2**40 + number, bytes([number]) * 32) for number in range(1, 6)]
    assert list(decode(encode(leaves))) == leaves
    assert list(decode(encode(leaves)[:-1])) == leaves[:-1]


@pytest.mark.parametrize("words", ["", "370102", "370102:x:00", "370102:1:zz"])
def test_what_is_no_head_is_refused(words):
    with pytest.raises(InputError, match="no head"):
        parse_head(words)


def test_a_head_copied_from_paper_may_have_spaces():
    assert parse_head(" 370102 : 17 : 00ff 00ff ") == (DISTRICT, 17, bytes.fromhex("00ff00ff"))
