"""A private, durable database and a running server for the benchmarks, in a folder that is removed afterwards."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gridgov.clock import system_clock
from gridgov.services.sample import load_sample
from gridgov.store.cluster import Cluster
from gridgov.store.schema import upgrade
from gridgov.store.unit import Store

SAMPLE = Path(__file__).parents[2] / "sample_geo" / "data"


@contextmanager
def database() -> Iterator[str]:
    """Yield the URL of a migrated, durable database of its own."""
    home = Path(tempfile.mkdtemp(prefix="gridgov-bench-"))
    home.chmod(0o711)
    cluster = Cluster(home)
    try:
        with cluster.running() as url:
            upgrade(url)
            yield url
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def server() -> Iterator[tuple[str, int, str]]:
    """Yield host, port and database URL of a server in a process of its own, with the sample loaded."""
    with database() as url:
        store = Store(url)
        load_sample(store, SAMPLE, now=system_clock(), progress=lambda _: None)
        store.close()
        port = free_port()
        chosen = {"GRIDGOV_DATABASE_URL": url, "GRIDGOV_PORT": str(port), "GRIDGOV_LOG_LEVEL": "WARNING"}
        chosen |= {"GRIDGOV_RATE_PER_CALLER": "0", "GRIDGOV_RATE_PER_ADDRESS": "0"}
        environment = {**os.environ, **chosen}
        command = [sys.executable, "-c", "from gridgov.cli import main; main()", "serve"]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            _wait(port, process)
            yield "127.0.0.1", port, url
        finally:
            process.terminate()
            process.wait(30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            message = f"the server ended with {process.returncode}"
            raise RuntimeError(message)
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=60):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    message = "the server did not become ready"
    raise RuntimeError(message)
