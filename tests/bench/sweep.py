"""The sweep of 10,000 deadlines that are due at once, against bare SQL upon as many rows; and what enqueuing costs."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Connection, text

from gridgov.clock import system_clock
from gridgov.ids import new_id
from gridgov.incidents import Report
from gridgov.services.intake import Intake
from gridgov.services.knowledge import KnowledgeKeeper
from gridgov.services.sample import load_sample
from gridgov.services.sweeping import SWEEPS, Sweeping
from gridgov.services.whistling import Asked, BlowOrder, Whistling
from gridgov.store.cluster.address import plain
from gridgov.store.unit import Store
from tests.bench.site import SAMPLE, database
from tests.support import at, report, somebody

CASES = 8_000
SUMMONS = 2_000
COMMITS = 1_600
CLIENTS = 8
_LATE = timedelta(minutes=1)

_OF_CASE = ("incident_state", "incident_fact", "incident_party")
_OF_WHISTLE = ("whistle_side", "summons")
_DUE = """
    SELECT (SELECT count(*) FROM incident_state WHERE due_at <= %(now)s)
         + (SELECT count(*) FROM summons s JOIN whistle w USING (district_code) WHERE w.id = s.whistle_id
            AND w.due_at <= %(now)s)
"""
_UPDATES = (
    "UPDATE incident_state SET due_at = NULL, due_step = due_step + 1 WHERE due_at <= %(now)s",
    "UPDATE whistle SET due_at = NULL WHERE due_at <= %(now)s",
    "UPDATE summons SET check_in_step = check_in_step + 1 WHERE due_at <= %(now)s",
)
# As many facts, changes and notices as the sweep writes; what they say is nothing, and no chain holds.
_INSERTS = (
    """
    INSERT INTO incident_fact (district_code, incident_id, seq, kind, at, author, payload, previous_hash, hash)
    SELECT district_code, incident_id, max(seq) + 1, 'overdue', %(now)s, 'system', '{}', '', sha256('')
    FROM incident_fact GROUP BY district_code, incident_id
    """,
    "INSERT INTO change (district_code, at, kind, subject_id) SELECT district_code, %(now)s, 'x', id FROM incident",
    """
    INSERT INTO notice (district_code, id, kind, at, incident_id, role, area_code, data, dedup)
    SELECT district_code, gen_random_uuid(), 'case.overdue', %(now)s, id, 'command_centre', '370102', '{}', id::text
    FROM incident
    """,
)


def run() -> list[dict[str, Any]]:
    """Measure sweeping in one thread and in two, each on a fresh copy of the same rows, and the peers on others."""
    with database() as url:
        _fill(url)
        updates = _sql(_copy(url, "updates"), _UPDATES)
        written = _sql(_copy(url, "written"), (*_UPDATES, *_INSERTS))
        rows = []
        for workers in (1, 2):
            copy = _copy(url, f"swept{workers}")
            seconds, left = _swept(copy, workers)
            for peer, peer_s in (("bare UPDATE of the same rows", updates), ("UPDATE and as many INSERTs", written)):
                rows.append(_row(f"10,000 due, swept in {workers} thread(s)", seconds, peer_s, peer, left))
        return [*rows, *_enqueuing(url)]


def _row(what: str, seconds: float, peer_s: float, peer: str, left: int) -> dict[str, Any]:
    due = CASES + SUMMONS
    return {
        "what": what,
        "ours": due / seconds,
        "peer": due / peer_s,
        "peer_name": peer,
        "ratio": peer_s / seconds,
        "unit": "1/s",
        "equal": left == 0,
    }


def _swept(url: str, workers: int) -> tuple[float, int]:
    store, now = Store(url), system_clock()
    sweeps = {name: SWEEPS[name] for name in ("cases", "whistles")}
    with store.transaction() as unit:
        unit.worktime.rules()
    start = time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        rounds = [pool.submit(Sweeping(store, clock=lambda: now, sweeps=sweeps).run) for _ in range(workers)]
        done = [each.result() for each in rounds]
    seconds = time.perf_counter() - start
    store.close()
    if any(each.failed for each in done):
        raise RuntimeError(done)
    with psycopg.connect(plain(url)) as line:
        row = line.execute(_DUE, {"now": now}).fetchone()
    return seconds, int(row[0]) if row else -1


def _sql(url: str, statements: tuple[str, ...]) -> float:
    with psycopg.connect(plain(url), autocommit=True) as line:
        line.execute("SELECT 1")
        start = time.perf_counter()
        with line.transaction():
            for statement in statements:
                line.execute(statement, {"now": system_clock()})
        return time.perf_counter() - start


def _enqueuing(url: str) -> list[dict[str, Any]]:
    """Commits that enqueue a job, as here without a notification in the transaction, against the library's own way."""
    copy = _copy(url, "queue")
    quiet = _commits(copy, "SELECT jobs.defer('none', '{}')")
    bare = _commits(copy, "INSERT INTO bare (body) VALUES ('{}')")
    with psycopg.connect(plain(copy), autocommit=True) as line:
        line.execute(
            "CREATE TRIGGER loud AFTER INSERT ON jobs.procrastinate_jobs FOR EACH ROW "
            "EXECUTE PROCEDURE jobs.procrastinate_notify_queue_job_inserted_v1()"
        )
    loud = _commits(copy, "SELECT jobs.defer('none', '{}')")
    common = {"unit": "1/s", "equal": None, "ours": COMMITS / quiet}
    what = f"commits that enqueue, {CLIENTS} clients"
    return [
        {"what": what, "peer": COMMITS / loud, "peer_name": "with NOTIFY in them", "ratio": loud / quiet, **common},
        {"what": what, "peer": COMMITS / bare, "peer_name": "bare INSERT of one row", "ratio": bare / quiet, **common},
    ]


def _commits(url: str, statement: str) -> float:
    def send(_: int) -> None:
        with psycopg.connect(plain(url), autocommit=True) as line:
            for _ in range(COMMITS // CLIENTS):
                line.execute(statement)

    start = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(send, range(CLIENTS)))
    return time.perf_counter() - start


def _copy(url: str, name: str) -> str:
    maintenance = plain(url).replace("/gridgov?", "/postgres?")
    with psycopg.connect(maintenance, autocommit=True) as line:
        line.execute(f"CREATE DATABASE {name} TEMPLATE gridgov STRATEGY wal_log")
        line.execute("CHECKPOINT")
    return url.replace("/gridgov?", f"/{name}?")


def _fill(url: str) -> None:
    """Take in a case and blow a whistle an hour ago, and copy them until so many deadlines are due."""
    store, now = Store(url), system_clock()
    load_sample(store, SAMPLE, now=now - timedelta(days=2), progress=lambda _: None)
    with _intake(store) as intake:
        case = intake.take(_plain("20908"), author="bench")
        whistled = intake.take(_plain("20601"), author="bench")
    assert whistled.cell_code
    street = somebody(store, "street_officer", whistled.cell_code[:9])
    blown = Whistling(store, clock=system_clock).blow(street, Asked(new_id()), BlowOrder(whistled.id))
    with store.transaction() as unit:
        run = unit.connection.execute
        calls = run(text("SELECT count(*) FROM summons")).scalar_one()
        due = {"at": now - _LATE}
        run(
            text("UPDATE incident_state SET due_at = NULL, deadline_at = NULL WHERE incident_id = :id"),
            {"id": whistled.id},
        )
        run(
            text("UPDATE incident_state SET due_at = :at, deadline_at = :at WHERE incident_id = :id"),
            due | {"id": case.id},
        )
        run(text("UPDATE whistle SET due_at = :at"), due)
        run(text("UPDATE summons SET due_at = :at"), due)
        _multiply(unit.connection, case.id, CASES)
        _multiply(unit.connection, whistled.id, SUMMONS // calls, UUID(blown["whistle_id"]))
        run(text("CREATE TABLE bare (id bigserial PRIMARY KEY, body jsonb)"))
        unit.gather_statistics()
    store.close()


@contextmanager
def _intake(store: Store) -> Iterator[Intake]:
    cache = tempfile.mkdtemp(prefix="gridgov-bench-")
    yield Intake(store, clock=system_clock, home_district="370102", keeper=KnowledgeKeeper(Path(cache)))
    shutil.rmtree(cache)


def _plain(matter: str) -> Report:
    return report(matter=matter, reported_at=system_clock() - _LATE, position=at(117.0902, 36.6512))


def _multiply(connection: Connection, incident_id: UUID, times: int, whistle_id: UUID | None = None) -> None:
    """Have an incident `times` times, and its whistle with it: the same rows under new ids."""
    pairs = {"incidents": [new_id() for _ in range(times - 1)], "whistles": [new_id() for _ in range(times - 1)]}

    def copy(table: str, changed: dict[str, str], where: str) -> None:
        columns = connection.execute(
            text(
                "SELECT column_name FROM information_schema.columns WHERE table_name = :t AND is_identity = 'NO' "
                "AND table_schema = 'public'"
            ),
            {"t": table},
        ).scalars()
        names = [name for name in columns if name != "xid"]
        values = ", ".join(changed.get(name, f"o.{name}") for name in names)
        connection.execute(
            text(
                f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table} o, "  # noqa: S608 - our tables
                f"unnest(CAST(:incidents AS uuid[]), CAST(:whistles AS uuid[])) AS n (incident, whistle) WHERE {where}"
            ),
            {**pairs, "incident": incident_id, "whistle": whistle_id},
        )

    copy("incident", {"id": "n.incident", "number": "left(n.incident::text, 24)"}, "o.id = :incident")
    for table in _OF_CASE:
        copy(table, {"incident_id": "n.incident"}, "o.incident_id = :incident")
    if whistle_id:
        copy("whistle", {"id": "n.whistle", "incident_id": "n.incident"}, "o.id = :whistle")
        for table in _OF_WHISTLE:
            copy(table, {"whistle_id": "n.whistle"}, "o.whistle_id = :whistle")
