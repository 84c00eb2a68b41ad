"""A store with the sample district, undone after each test; and a town with a row in every table."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from gridgov.store import schema
from gridgov.store.cluster import Cluster
from gridgov.store.cluster.database import connected
from tests.conftest import _SAMPLE
from tests.rows.town import Town, make_town
from tests.support import keeper, store

__all__ = ["keeper", "store"]


@pytest.fixture(scope="package")
def town(cluster: Cluster, sample_url: str) -> Iterator[Town]:  # noqa: ARG001 - it makes the template
    """Yield a town in a database of its own, in which nobody commits anything."""
    name = f"gridgov_town_{uuid.uuid4().hex}"
    with connected(cluster.server.socket) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {_SAMPLE} STRATEGY wal_log")
    schema.upgrade(cluster.url(name))  # a copy forgets what was taken from PUBLIC in its model
    yield make_town(cluster.url(name))
    with connected(cluster.server.socket) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def enter(crowd, town) -> Iterator[Callable[[str], psycopg.Connection[Any]]]:
    """Yield what lets somebody enter into the transaction of a module's `crowd`, under the role of requests."""

    def entered(who: str) -> psycopg.Connection[Any]:
        crowd.execute("SET LOCAL ROLE gridgov_app")
        crowd.execute("SELECT * FROM gridgov_enter(%s, '2026-06-15Z')", [town.callers[who].secret_hash])
        return crowd

    with crowd.transaction(force_rollback=True):
        yield entered
