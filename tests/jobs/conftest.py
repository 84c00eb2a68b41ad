"""A database that commits, with the simplest deadlines there can be: rows with three steps, and what each step did."""

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from gridgov.services.sweeps import Sweep, fire
from gridgov.store.cluster import Cluster
from gridgov.store.cluster.database import connected
from gridgov.store.unit import Store, Unit

STEPS = 3
STEP = timedelta(minutes=30)
PATIENCE_S = 60

_TABLES = """
CREATE TABLE deadline (district_code text, id int, due_at timestamptz, step int, PRIMARY KEY (district_code, id));
CREATE INDEX deadline_due_at_idx ON deadline (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE effect (district_code text, id int, step int, what text);
"""
_DUE = text("""
    SELECT district_code, id, step, due_at FROM deadline WHERE due_at <= :now
    ORDER BY due_at, district_code, id LIMIT :limit FOR UPDATE SKIP LOCKED
""")
_WRITE = text("INSERT INTO effect VALUES (:district_code, :id, :step, :what)")
_MOVE = text("""
    UPDATE deadline SET step = step + 1, due_at = CASE WHEN step + 1 < :steps THEN due_at + :wait END
    WHERE district_code = :district_code AND id = :id
""")


@pytest.fixture
def own_url(cluster: Cluster, database_url: str) -> Iterator[str]:  # noqa: ARG001 - it makes the template
    """Yield the URL of a migrated database for one test that commits, dropped after it."""
    name = f"gridgov_jobs_{uuid.uuid4().hex}"
    with connected(cluster.server.socket) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE gridgov_template STRATEGY wal_log")
    yield cluster.url(name)
    with connected(cluster.server.socket) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def kept(own_url: str) -> Iterator[Store]:
    """Yield a store whose transactions commit, with the tables of deadlines and effects."""
    store = Store(own_url)
    with store.transaction() as unit:
        unit.connection.exec_driver_sql(_TABLES)
    yield store
    store.close()


def add_deadlines(store: Store, count: int, due_at: datetime) -> None:
    with store.transaction() as unit:
        unit.connection.execute(
            text("INSERT INTO deadline SELECT '370102', i, :due_at, 0 FROM generate_series(1, :count) AS i"),
            {"due_at": due_at, "count": count},
        )


def effects(store: Store) -> list[tuple[int, int]]:
    """Return (id, step) of every effect, in order."""
    with store.transaction() as unit:
        return [(r.id, r.step) for r in unit.connection.execute(text("SELECT id, step FROM effect ORDER BY id, step"))]


def sweep_of(poison: Sequence[int] = (), *, before: Callable[[], object] = lambda: None) -> Sweep:
    """Return a sweep of the deadlines whose step fails for the ids in `poison`, in Python or in the database."""

    def sweep(unit: Unit, now: datetime, limit: int) -> int:
        due = unit.connection.execute(_DUE, {"now": now, "limit": limit}).all()
        before()

        def step(rows: Sequence[Any]) -> None:
            for row in rows:
                unit.connection.execute(_WRITE, {**row._mapping, "what": ""})
                if row.id in poison and row.id % 2:
                    message = f"number {row.id} cannot be"
                    raise ValueError(message)
                if row.id in poison:
                    unit.connection.execute(text("SELECT '13912345678'::date"))
                unit.connection.execute(_MOVE, {**row._mapping, "steps": STEPS, "wait": STEP})

        return fire(unit, "deadlines", due, step, key=lambda row: (row.district_code, str(row.id)), now=now)

    return sweep


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)
