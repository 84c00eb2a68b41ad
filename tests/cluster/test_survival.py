import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgov.errors import DatabaseUnavailableError, SetupError
from gridgov.store.cluster import Cluster, plain
from gridgov.store.cluster.listen import SOCKET_NAME
from gridgov.store.cluster.process import read_postmaster
from tests.processes import is_gone

from .conftest import PROGRAM, Program


def _rows(cluster: Cluster) -> int:
    with cluster.running() as url, psycopg.connect(plain(url)) as connection:
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
    assert row is not None
    return int(row[0])


def _fill(url: str) -> None:
    with psycopg.connect(plain(url)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS id")
        connection.execute("CHECKPOINT")


def _kill(pid: int | None) -> None:
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    _wait_until(lambda: is_gone(pid))


def _wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)


needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at processes through /proc")


@needs_proc
def test_after_a_kill_of_the_server_the_next_program_starts_it_with_all_data(made: Cluster):
    with made.running() as url:
        _fill(url)
        killed = made.server.pid
        _kill(killed)
        assert made.server.state == "stopped"
        with made.running():
            assert made.server.pid not in {None, killed}
    assert made.server.pid is None
    assert _rows(made) == 1000


@needs_proc
def test_a_killed_servers_backend_that_computes_on_is_no_obstacle(made: Cluster):
    with made.running() as url:
        _fill(url)
        connection = psycopg.connect(plain(url))
        computing = threading.Thread(target=_compute, args=[connection])
        computing.start()
        backend = connection.info.backend_pid
        _wait_until(lambda: b"SELECT" in Path(f"/proc/{backend}/cmdline").read_bytes())
        _kill(made.server.pid)
        assert Path(f"/proc/{backend}").exists()
        assert _rows(made) == 1000
        computing.join()
        connection.close()


@needs_proc
def test_a_program_that_comes_while_the_server_recovers_from_a_killed_process_waits_for_it(made: Cluster):
    with made.running() as url:
        _fill(url)
        for _ in range(3):
            with psycopg.connect(plain(url)) as connection:
                _kill(connection.info.backend_pid)
                assert _rows(made) == 1000
                connection.close()


def _compute(connection: psycopg.Connection) -> None:
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT count(*) FROM generate_series(1, 100000000000) AS i WHERE i % 7 = 8")


@needs_proc
@pytest.mark.parametrize("stranger", ["sleep", "another server", "this program"])
def test_a_stale_pid_file_that_names_a_living_stranger_is_seen_through(made: Cluster, cluster: Cluster, stranger: str):
    made.start()
    said = (made.server.data / "postmaster.pid").read_text().splitlines()
    with psycopg.connect(plain(made.url())) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS id")
    _kill(made.server.pid)
    sleeper = subprocess.Popen(["sleep", "300"])
    number = {"sleep": sleeper.pid, "another server": cluster.server.pid, "this program": os.getpid()}[stranger]
    _write(made, made.server.data / "postmaster.pid", "\n".join([str(number), *said[1:]]) + "\n")
    _write(made, made.server.socket / f"{SOCKET_NAME}.lock", "\n".join([str(number), *said[1:5]]) + "\n")
    try:
        assert made.server.pid is None
        made.stop(now=True)  # must not harm the stranger
        assert _rows(made) == 1
        assert sleeper.poll() is None
        assert cluster.server.state == "ready"
    finally:
        sleeper.kill()
        sleeper.wait()


def _write(cluster: Cluster, path: Path, content: str) -> None:
    owner = cluster.server.data.stat()
    path.write_text(content)
    os.chown(path, owner.st_uid, owner.st_gid)
    path.chmod(0o600)


@given(content=st.text() | st.lists(st.integers().map(str) | st.text(), max_size=9).map("\n".join))
def test_whatever_stands_in_a_pid_file_is_read_without_a_crash(content: str):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "postmaster.pid").write_text(content, "utf-8")
        found = read_postmaster(Path(folder))
        assert found is None or found.pid >= 0


def test_four_programs_that_start_at_once_share_one_server(private: Cluster, program: Callable[[Cluster], Program]):
    four = [program(private) for _ in range(4)]
    assert [process.stdout.readline() for process in four] == ["in\n"] * 4
    pid = private.server.pid
    assert pid is not None
    for process in four[:3]:
        process.communicate("\n")
        assert process.returncode == 0
        assert private.server.pid == pid
    four[3].communicate("\n")
    assert private.server.pid is None


def test_a_killed_program_has_left_and_the_next_one_stops_the_server(
    made: Cluster, program: Callable[[Cluster], Program]
):
    killed = program(made)
    assert killed.stdout.readline() == "in\n"
    killed.kill()
    killed.wait()
    assert made.server.pid is not None
    assert not made.status().in_use
    with made.running():
        pass
    assert made.server.pid is None


@pytest.mark.parametrize("seed", range(4))
def test_a_program_killed_at_any_moment_of_the_first_start_leaves_nothing_in_the_way(
    private: Cluster, program: Callable[[Cluster], Program], seed: int
):
    killed = program(private)
    _wait_until(private.home.exists)
    time.sleep(random.Random(seed).uniform(0.0, 0.7))  # noqa: S311 - when to kill is no secret
    killed.kill()
    killed.wait()
    with private.running() as url:
        _fill(url)
    assert private.server.pid is None
    assert _rows(private) == 1000
    assert [path.name for path in private.home.glob("data*")] == ["data"]


@pytest.mark.parametrize("statement", ["CREATE DATABASE", "CREATE EXTENSION"])
def test_a_statement_that_a_killed_program_left_running_is_waited_for(
    private: Cluster, program: Callable[[Cluster], Program], statement: str
):
    killed = program(private)
    _wait_until(lambda: _is_running(private, statement))
    killed.kill()
    killed.wait()
    with private.running() as url:
        _fill(url)
    assert _rows(private) == 1000


def _is_running(cluster: Cluster, statement: str) -> bool:
    asked = "SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE %s"
    try:
        with psycopg.connect(plain(cluster.url("postgres"))) as connection:
            return connection.execute(asked, [f"{statement}%"]).fetchone() is not None
    except psycopg.OperationalError:
        return False


@needs_proc
def test_a_killed_initdb_leaves_nothing_half_done(private: Cluster, program: Callable[[Cluster], Program]):
    killed = program(private)
    _wait_until(lambda: any(private.home.glob("data.new*/base")) if private.home.exists() else False)
    killed.kill()
    killed.wait()
    for pid in _processes_naming(private.home):
        os.kill(pid, signal.SIGKILL)
    left = next(private.home.glob("data.new*"))
    assert not private.server.data.exists()
    with private.running() as url:
        _fill(url)
    assert not left.exists()
    assert _rows(private) == 1000


def _processes_naming(home: Path) -> list[int]:
    others = [entry for entry in Path("/proc").glob("[0-9]*") if int(entry.name) != os.getpid()]
    return [int(entry.name) for entry in others if os.fsencode(home) in _command_line(entry)]


def _command_line(entry: Path) -> bytes:
    try:
        return (entry / "cmdline").read_bytes()
    except OSError:
        return b""


def test_a_killed_database_creation_is_finished_by_the_next_program(made: Cluster):
    with made.running() as url, psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute("DROP EXTENSION postgis")
    with made.running() as url, psycopg.connect(plain(url)) as connection:
        assert connection.execute("SELECT ST_SRID(ST_Point(117, 36, 4326))").fetchone() == (4326,)


def test_a_hidden_server_on_the_same_folder_is_not_joined_by_a_second_one(made: Cluster):
    # As from another container, or after somebody has deleted the pid file: its process cannot be told from here.
    made.start()
    pid_file = made.server.data / "postmaster.pid"
    said = pid_file.read_text()
    pid_file.unlink()
    try:
        with pytest.raises(SetupError, match="does another container use"), made.running():
            pass
    finally:
        _write(made, pid_file, said)
    assert made.status().state == "ready"


def test_a_server_that_cannot_start_says_its_last_words(made: Cluster):
    with made.running():
        pass
    with (made.server.data / "postgresql.conf").open("a") as file:
        file.write("shared_buffers = 'plenty'\n")
    with pytest.raises(DatabaseUnavailableError, match="shared_buffers"), made.running():
        pass
    assert not made.status().in_use


def test_an_interrupted_program_leaves_as_well(made: Cluster):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    # What a shell starts in the background inherits that interrupts are ignored.
    heeding = f"import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n{PROGRAM}"
    process = subprocess.Popen([sys.executable, "-c", heeding, str(made.home)], text=True, **pipes)
    try:
        assert process.stdout.readline() == "in\n"
        process.send_signal(signal.SIGINT)
        process.wait(60)
    finally:
        process.kill()
        process.communicate()
    assert made.server.pid is None
