"""What tests of services and doors build on: a store inside a savepoint, a clock that can be set, reports."""

import hashlib
import os
import re
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from shapely import Point
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, Engine, select, text

from gridgov.access import Caller
from gridgov.ids import new_id
from gridgov.incidents import Channel, GivenPosition, Report
from gridgov.messages import kind_of
from gridgov.services.knowledge import KnowledgeKeeper
from gridgov.store.entering import APP, JOBS
from gridgov.store.tables import notice
from gridgov.store.unit import Store, Unit
from gridgov.store.waiting import Waiting


class SavepointStore(Store):
    """A store whose transactions are savepoints of one connection: the test's end undoes them all.

    Whoever acts does it under the rules of the rows, as in life, and the system as a login that owns nothing. What only
    the owner may do, because the test prepares or looks behind a door, is done in `owning`.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.engine: Engine = connection.engine
        self._waiting = Waiting()

    def _begin(self) -> AbstractContextManager[Connection]:
        return self._savepoint(JOBS)

    @contextmanager
    def owning(self) -> Iterator[Unit]:
        """Open a unit of work of the owner of the database, as the commands that keep it have it."""
        with self._savepoint("none") as connection:
            yield Unit(connection)

    @contextmanager
    def _begin_acting(self) -> Iterator[Connection]:
        with self._savepoint(APP) as connection:
            yield connection

    @contextmanager
    def _savepoint(self, role: str) -> Iterator[Connection]:
        with self._connection.begin_nested():
            before = self._connection.execute(_ROLE).one()
            self._connection.execute(_SET_ROLE, {"role": role, "context": ""})
            yield self._connection
            self._connection.execute(_SET_ROLE, before._asdict())


_ROLE = text("SELECT current_setting('role') AS role, current_setting('gridgov.context', true) AS context")
_SET_ROLE = text("SELECT set_config('role', :role, true), set_config('gridgov.context', coalesce(:context, ''), true)")


@pytest.fixture
def store(sample_engine: Engine) -> Iterator[SavepointStore]:
    """Yield a store with the sample district; all that a test does to it is undone."""
    with sample_engine.connect() as connection:
        transaction = connection.begin()
        yield SavepointStore(connection)
        transaction.rollback()


@pytest.fixture(scope="session")
def keeper() -> KnowledgeKeeper:
    """Return what keeps the knowledge of intake, shared by a worker's tests."""
    return KnowledgeKeeper(Path(os.environ["GRIDGOV_CACHE_DIR"]))


class SetClock:
    """A clock that stands until it is moved."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def move(self, by: timedelta) -> None:
        self.moment += by


EVER = datetime(2020, 1, 1, tzinfo=UTC)
FAR = datetime(2099, 1, 1, tzinfo=UTC)
NOON = datetime(2026, 6, 15, 4, 0, tzinfo=UTC)
"""Noon in Shanghai, on a day the tests like."""


def report(**changes: Any) -> Report:
    """Return a plain report inside the sample district, with `changes`."""
    plain: dict[str, Any] = {
        "id": new_id(),
        "reported_at": NOON - timedelta(minutes=3),
        "channel": Channel.GRID_WORKER,
        "matter": "20908",
        "text": "楼下施工到半夜，没法休息",
        "position": at(117.0902, 36.6512),
    }
    return Report(**{**plain, **changes})


def at(lon: float, lat: float, *, accuracy_m: float | None = None, datum: str = "wgs84") -> GivenPosition:
    """Return a point position."""
    return GivenPosition(datum, Point(lon, lat), accuracy_m)


def over(geometry: BaseGeometry, *, datum: str = "wgs84") -> GivenPosition:
    """Return a position with an extent."""
    return GivenPosition(datum, geometry)


def somebody(
    store: Store,
    role: str,
    area_code: str = "370102",
    organisation_code: str | None = None,
    *,
    login: str | None = None,
) -> Caller:
    """Make an account with one grant and a session, and return its proof; `secret_of` gives the words of it."""
    login = login or f"{role}-{new_id().hex[-12:]}"
    with store.transaction() as unit:
        account_id = unit.access.add_account(login, login, now=EVER)
        unit.access.grant(account_id, role, area_code, organisation_code, now=EVER, by="test")
        caller = Caller(hashlib.sha256(secret_of(login).encode()).digest())
        unit.access.add_credential(account_id, "token", caller.secret_hash, now=EVER, expires_at=FAR)
    return caller


def until_somebody_waits(unit: Unit, *, many: int = 1) -> None:
    """Return once so many other transactions wait for a lock that this one holds, or for who waits for it."""
    for _ in range(3_000):
        if unit.connection.execute(_WAITING).scalar_one() >= many:
            return
        time.sleep(0.01)
    message = "Nobody waits for what this one holds."
    raise AssertionError(message)


_WAITING = text(
    "WITH RECURSIVE waits AS (SELECT pid, unnest(pg_blocking_pids(pid)) AS by FROM pg_locks WHERE NOT granted), "
    "mine AS (SELECT pid FROM waits WHERE by = pg_backend_pid() "
    "UNION SELECT w.pid FROM waits AS w JOIN mine AS m ON w.by = m.pid) SELECT count(*) FROM mine"
)


def secret_of(login: str) -> str:
    """Return the secret of a token that `somebody` made, as a program would send it."""
    return f"secret-of-{login}"


def lacking(store: Store, noun: str) -> tuple[set[str], dict[str, set[str]]]:
    """Return the kinds of notice of a noun (``case.``) that were posted, and fields of their words that any lacks."""
    with store.transaction() as unit:
        query = select(notice.c.kind, notice.c.data).where(notice.c.kind.startswith(noun))
        posted = unit.connection.execute(query).all()
    lacks: dict[str, set[str]] = {}
    for kind, data in posted:
        used = {*kind_of(kind).fields, *re.findall(r"\{(\w+)\}", "".join(kind_of(kind).words.values()))}
        missing = {name for name in used if data.get(name) is None}
        if missing:
            lacks[kind] = lacks.get(kind, set()) | missing
    return {kind for kind, _ in posted}, lacks
