"""Nothing lost, nothing twice: whatever the writers, the listeners and the database do."""

import os
import random
import shutil
import signal
import tempfile
import threading
import time
from pathlib import Path
from typing import Self
from uuid import UUID

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, text

from gridgov.clock import system_clock
from gridgov.errors import GridgovError
from gridgov.ids import new_id
from gridgov.store.changes import Cursor
from gridgov.store.cluster import Cluster, plain
from gridgov.store.schema import upgrade
from gridgov.store.tables import change
from gridgov.store.unit import Store
from tests.conftest import HOME
from tests.events.conftest import Listener, Served, serving, subjects, wait_for, write
from tests.support import secret_of, somebody

_KILLS = 4


@given(st.builds(lambda top, gaps: (top, gaps), st.integers(0, 10**15), st.sets(st.integers(1, 10**6), max_size=40)))
def test_a_cursor_is_read_back_as_it_was_written(made):
    top, gaps = made
    cursor = Cursor("0a1b2c3d", top, tuple(sorted(top - gap for gap in gaps if gap <= top)))
    assert Cursor.parse(str(cursor)) == cursor


@given(st.text(max_size=60) | st.from_regex(r"[0-9a-f]{8}-[0-9a-z]{1,20}(\.[0-9a-z]{0,14}){0,4}"))
def test_whatever_is_sent_as_a_cursor_is_read_or_refused(written):
    cursor = Cursor.parse(written)
    assert cursor is None or (cursor.top < 2**63 and all(0 <= xid < cursor.top for xid in cursor.open))


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=60), st.integers(1, 5))
def test_a_reader_sees_each_commit_once_whenever_it_looks(steps, width):
    """Play transactions that begin, commit and are looked at in any order, against a cursor."""
    cursor, running, committed, seen, following = Cursor("00000000", 100), {}, [], [], 101
    for slot, looks in steps:
        if slot in running:
            committed.append(running.pop(slot))
        elif len(running) < width:
            running[slot], following = following, following + 1
        if looks:
            new = [xid for xid in committed if xid > cursor.top or xid in cursor.open]
            seen += new
            cursor = cursor.moved(new, running.values())
    rest = [xid for xid in committed if xid > cursor.top or xid in cursor.open]
    assert sorted(seen + rest) == sorted(committed)


def _add(connection, subject: UUID) -> None:
    row = {"district_code": "370102", "kind": "grid.published", "subject_id": subject, "at": system_clock()}
    connection.execute(insert(change).values(row))


def test_a_later_commit_of_an_earlier_transaction_is_not_lost(own_store):
    early, late = new_id(), new_id()
    with own_store.engine.connect() as first, own_store.transaction() as reader:
        cursor = reader.changes.position()
        _add(first, early)
        write(own_store, subject_id=late)
        reading = reader.changes.since(cursor, limit=100)
        assert [found.subject_id for found in reading.changes] == [late]
        first.commit()
        reading = reader.changes.since(reading.cursor, limit=100)
        assert [found.subject_id for found in reading.changes] == [early]
        assert reader.changes.since(reading.cursor, limit=100).changes == ()


def test_nobody_waits_for_somebody_elses_long_transaction(own_store):
    with own_store.engine.connect() as long, own_store.transaction() as reader:
        long.execute(text("SELECT pg_current_xact_id()"))
        cursor = reader.changes.position()
        subject = write(own_store)
        assert [found.subject_id for found in reader.changes.since(cursor, limit=9).changes] == [subject]


def test_changes_of_one_subject_come_in_the_order_of_their_commits(own_store):
    # The second to commit holds the lower transaction id, and the lock that orders them was taken later.
    subject = new_id()
    with own_store.engine.connect() as second, own_store.engine.connect() as third, own_store.transaction() as reader:
        cursor = reader.changes.position()
        second.execute(text("SELECT pg_current_xact_id()"))
        third.execute(text("SELECT pg_current_xact_id()"))
        write(own_store, "grid.first", subject_id=subject)
        second.execute(insert(change).values(_row("grid.second", subject)))
        second.commit()
        assert [found.kind for found in reader.changes.since(cursor, limit=9).changes] == ["grid.first", "grid.second"]
        third.commit()


def _row(kind: str, subject: UUID) -> dict[str, object]:
    return {"district_code": "370102", "kind": kind, "subject_id": subject, "at": system_clock()}


def test_what_is_undone_is_not_told(own_store):
    with own_store.transaction() as reader:
        cursor = reader.changes.position()
        with own_store.engine.connect() as undone:
            _add(undone, new_id())
            undone.rollback()
        kept = write(own_store)
        reading = reader.changes.since(cursor, limit=9)
        assert [found.subject_id for found in reading.changes] == [kept]


def test_changes_that_a_dump_brought_from_another_server_are_forgotten(own_store):
    with own_store.transaction() as unit:
        insert_foreign = "INSERT INTO change (district_code, xid, at, kind, subject_id) VALUES"
        unit.connection.execute(
            text(f"{insert_foreign} ('370102', '900000000000', now(), 'grid.old', :id)"), {"id": new_id()}
        )
        cursor = unit.changes.position()
    with own_store.transaction() as unit:
        assert unit.changes.since(cursor, limit=9).changes == ()
        unit.changes.forget_foreign()
        assert unit.connection.execute(text("SELECT count(*) FROM change")).scalar() == 0
    kept = write(own_store)
    with own_store.transaction() as unit:
        assert [found.subject_id for found in unit.changes.since(cursor, limit=9).changes] == [kept]


def test_a_cursor_of_another_database_is_known_as_such(own_store):
    with own_store.transaction() as unit:
        here = unit.changes.position()
        elsewhere = Cursor("00000000" if here.epoch != "00000000" else "00000001", here.top)
        assert unit.changes.lost(elsewhere)
        reading = unit.changes.since(elsewhere, limit=9)
        assert (reading.whole, reading.cursor.epoch) == (False, here.epoch)


def test_forgetting_takes_only_what_is_old_and_never_more_than_asked(own_store):
    for _ in range(5):
        write(own_store, at=system_clock().replace(year=2020))
    kept = write(own_store)
    with own_store.transaction() as unit:
        assert unit.changes.prune(system_clock().replace(year=2021), limit=3) == 3
        assert unit.changes.prune(system_clock().replace(year=2021), limit=3) == 2
        assert unit.changes.prune(system_clock().replace(year=2021), limit=3) == 0
        assert unit.connection.execute(text("SELECT subject_id FROM change")).scalars().all() == [kept]


def test_a_cursor_from_long_ago_reads_no_more_than_fits_a_message(own_store):
    with own_store.transaction() as unit:
        start = unit.changes.position()
    for _ in range(20):
        with own_store.transaction() as unit:
            unit.connection.execute(_MANY)
    with own_store.transaction() as unit:
        unit.connection.execute(text("ANALYZE change"))
    with own_store.transaction() as unit:
        reading = unit.changes.since(Cursor(start.epoch, 0), limit=100)
        assert not reading.whole
        assert unit.connection.execute(_READ_ROWS).scalar_one() < 1_000
    with own_store.transaction() as unit:
        all_of_it = unit.changes.since(start, limit=50_000)
        assert all_of_it.whole
        assert len(all_of_it.changes) == 20_000


_MANY = text("""
    INSERT INTO change (district_code, at, kind, subject_id)
    SELECT '370102', now(), 'grid.published', gen_random_uuid() FROM generate_series(1, 1000)
""")
_READ_ROWS = text("SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'change'")


def test_who_may_see_incidents_is_looked_up_by_their_index(own_store):
    with own_store.transaction() as unit:
        unit.connection.execute(text("SET LOCAL enable_seqscan = off"))
        asked = text("EXPLAIN SELECT party FROM incident_party WHERE incident_id IN (:a, :b)")
        plan = "\n".join(unit.connection.execute(asked, {"a": new_id(), "b": new_id()}).scalars())
    assert "incident_id_idx" in plan
    assert "Seq Scan" not in plan


class Writers:
    """Many writers at once; each transaction writes a few changes and takes its time, and some are undone."""

    def __init__(self, url: str, *, writers: int = 8) -> None:
        self._url = url
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self.committed: list[UUID] = []
        self.maybe: set[UUID] = set()
        self._threads = [threading.Thread(target=self._write, args=(n,), daemon=True) for n in range(writers)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join(60)

    def _write(self, seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311 - not a secret
        while not self._ended.is_set():
            try:
                with psycopg.connect(plain(self._url)) as line:
                    while not self._ended.is_set():
                        self._transact(line, chance)
            except psycopg.Error:
                time.sleep(0.05)

    def _transact(self, line: psycopg.Connection, chance: random.Random) -> None:
        subjects = [new_id() for _ in range(chance.randint(1, 3))]
        for subject in subjects:
            line.execute(
                "INSERT INTO change (district_code, at, kind, subject_id) VALUES ('370102', now(), 'grid.x', %s)",
                [subject],
            )
            time.sleep(chance.choice([0, 0, 0.002, 0.03]))
        if chance.random() < 0.1:
            line.rollback()
            return
        try:
            line.commit()
        except psycopg.Error:  # the answer is lost, and maybe not the commit
            self.maybe.update(subjects)
            raise
        with self._lock:
            self.committed += subjects
        time.sleep(chance.choice([0.005, 0.02]))


class Restless:
    """A listener that goes away at random, and comes back with the last cursor it has got."""

    def __init__(self, address: str, login: str, seed: int) -> None:
        self._address, self._login = address, login
        self._chance = random.Random(seed)  # noqa: S311 - not a secret
        self.heard: list[UUID] = []
        self.resyncs = 0
        self._ended = threading.Event()
        self._listener = Listener(address, secret_of(login))
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._ended.wait(self._chance.uniform(0.05, 0.4)):
            self._come_back()

    def _come_back(self) -> None:
        self._listener.leave()
        self._take()
        self._listener = Listener(self._address, secret_of(self._login), after=self._listener.after)
        while self._listener.ended and not self._listener.words:  # the database is away
            time.sleep(0.1)
            self._listener = Listener(self._address, secret_of(self._login), after=self._listener.after)

    def _take(self) -> None:
        self.heard += subjects(self._listener)
        self.resyncs += self._listener.words.count("resync")

    def stop(self, until: set[UUID]) -> None:
        self._ended.set()
        self._thread.join(60)
        earlier = set(self.heard)
        wait_for(lambda: until <= earlier | set(subjects(self._listener)))
        self._listener.leave()
        self._take()


def _require_exactly(listeners: list[Restless], writers: Writers, store: Store) -> None:
    writers.stop()
    last = write(store)
    with store.transaction() as unit:
        kept = set(unit.connection.execute(text("SELECT subject_id FROM change")).scalars())
    assert set(writers.committed) <= kept
    for listener in listeners:
        listener.stop({last})
        assert listener.resyncs == 0
        assert len(listener.heard) == len(set(listener.heard)), "told twice"
        assert set(listener.heard) == kept, "lost"


def test_listeners_that_come_and_go_miss_nothing_and_hear_nothing_twice(live: Served, own_sample_url):
    somebody(live.store, "command_centre", login="restless")
    listeners = [Restless(live.address, "restless", seed) for seed in range(4)]
    with Writers(own_sample_url) as writers:
        wait_for(lambda: len(writers.committed) > 1_000)
        _require_exactly(listeners, writers, live.store)


@pytest.mark.slow
def test_a_database_that_is_killed_again_and_again_loses_and_doubles_nothing():
    folder = Path(tempfile.mkdtemp(dir=os.environ[HOME]))
    folder.chmod(0o711)
    cluster = Cluster(folder / "killed", durable=False)
    with cluster.running() as url:
        upgrade(url)
        store = Store(url)
        somebody(store, "command_centre", login="patient")
        with serving(store) as served:
            listeners = [Restless(served.address, "patient", seed) for seed in range(2)]
            with Writers(url, writers=4) as writers:
                for _ in range(_KILLS):
                    before = len(writers.committed)
                    wait_for(lambda: len(writers.committed) > before + 60)  # noqa: B023 - asked at once
                    _kill(cluster)
                _require_exactly(listeners, writers, store)
        store.close()
    shutil.rmtree(folder, ignore_errors=True)


def _kill(cluster: Cluster) -> None:
    pid = cluster.server.pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: _joins(cluster))


def _joins(cluster: Cluster) -> bool:
    """Return whether the server runs, having started it if it does not: what whoever serves does every two seconds."""
    try:
        with cluster.running():
            return True
    except GridgovError:  # what was killed has not ended yet
        return False
