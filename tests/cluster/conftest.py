import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gridgov.store.cluster import Cluster
from gridgov.store.cluster.account import Account

PROGRAM = """
import sys
from pathlib import Path
from gridgov.store.cluster import Cluster
from gridgov.store.cluster.account import Account

with Cluster(Path(sys.argv[1]), durable=False).running():
    print("in", flush=True)
    sys.stdin.readline()
"""

Program = subprocess.Popen[str]


@pytest.fixture
def home() -> Iterator[Path]:
    """Yield a folder for clusters; those that are left running directly in it are stopped."""
    folder = Path(tempfile.mkdtemp(dir=os.environ["GRIDGOV_TESTS_HOME"])).resolve()
    folder.chmod(0o711)
    yield folder
    for found in sorted(folder.glob("**/postmaster.pid")):
        Cluster(found.parent.parent, durable=False).stop(now=True)
    shutil.rmtree(folder)


@pytest.fixture
def private(home: Path) -> Cluster:
    """Return a cluster that does not exist yet."""
    return Cluster(home / "own", durable=False)


@pytest.fixture(scope="session")
def prototype() -> Iterator[Path]:
    """Yield the folder of a cluster that has been made and stopped."""
    folder = Path(tempfile.mkdtemp(dir=os.environ["GRIDGOV_TESTS_HOME"])).resolve()
    folder.chmod(0o711)
    with Cluster(folder / "own", durable=False).running():
        pass
    yield folder / "own"
    shutil.rmtree(folder)


@pytest.fixture
def made(prototype: Path, home: Path) -> Cluster:
    """Return a cluster that exists and does not run: a copy, because making one takes a second."""
    subprocess.run(["cp", "-a", prototype, home / "own"], check=True)
    return Cluster(home / "own", durable=False)


@pytest.fixture
def program() -> Iterator[Callable[[Cluster], Program]]:
    """Return a function that runs another program which uses a cluster until it gets a line or its input ends."""
    started: list[Program] = []

    def run(cluster: Cluster) -> Program:
        command = [sys.executable, "-c", PROGRAM, str(cluster.home)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ)
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def ordinary() -> Account:
    """Return an account of this machine that owns nothing."""
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        pytest.skip("this machine has no account `nobody`")
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
