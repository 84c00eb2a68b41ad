"""A cluster apart, for tests that look at the oldest running transaction: others' on one server hold it back.

A room whose tests need it imports these fixtures in its conftest, where they take the place of the shared ones.
"""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from gridgov.store.cluster import Cluster
from gridgov.store.cluster.database import connected
from tests.conftest import _SAMPLE, _TEMPLATE, HOME, _copy, _make_sample, _make_template


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Yield a running cluster that this worker has for itself; what it holds is lost with the run."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    apart = Cluster(Path(os.environ[HOME]) / f"apart-{worker}", durable=False)
    with apart.running():
        yield apart


@pytest.fixture(scope="session")
def sample_url(cluster: Cluster) -> str:
    """Return the URL of a database with the sample district on the cluster apart."""
    own = uuid.uuid4().hex  # several rooms of one worker may ask
    _copy(cluster, _TEMPLATE, f"gridgov_{own}", _make_template)
    return _copy(cluster, _SAMPLE, f"gridgov_sample_{own}", _make_sample)


@pytest.fixture
def own_sample_url(cluster: Cluster, sample_url: str) -> Iterator[str]:  # noqa: ARG001 - it makes the template
    """Yield the URL of a database of its own on the cluster apart, dropped after the test."""
    name = f"gridgov_own_{uuid.uuid4().hex}"
    with connected(cluster.server.socket) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {_SAMPLE} STRATEGY wal_log")
    yield cluster.url(name)
    with connected(cluster.server.socket) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
