"""While we serve, a private database that somebody kills runs again."""

import os
import signal
import time
from pathlib import Path

import psycopg
import pytest

from gridgov.settings import Settings, settings
from gridgov.store.cluster import Cluster, plain
from gridgov.store.cluster.watch import kept_running
from tests.conftest import HOME

PATIENCE_S = 120


@pytest.mark.usefixtures("as_before")
def test_a_killed_database_runs_again_with_what_was_committed(monkeypatch):
    monkeypatch.setenv("GRIDGOV_DATA_DIR", str(Path(os.environ[HOME]) / "kept"))
    settings.cache_clear()
    cluster = Cluster.default()
    with cluster.running() as url, kept_running(Settings()):
        with psycopg.connect(plain(url)) as line:
            line.execute("CREATE TABLE kept AS SELECT 7 AS n")
        killed = cluster.server.pid
        assert killed
        os.kill(killed, signal.SIGKILL)
        assert _again(plain(url)) == 7
        assert cluster.server.pid != killed
    assert cluster.server.pid is None


def _again(url: str) -> int:
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            with psycopg.connect(url) as line:
                return line.execute("SELECT n FROM kept").fetchone()[0]
        except psycopg.OperationalError:
            assert time.monotonic() < end, "the database did not come back"
            time.sleep(0.2)


def test_a_server_that_somebody_else_runs_is_left_alone(monkeypatch):
    monkeypatch.setattr("gridgov.store.cluster.watch.watch", lambda *_: pytest.fail("watched"))
    with kept_running(Settings(database_url="postgresql://somewhere/else")):
        pass
