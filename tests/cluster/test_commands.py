import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

from gridgov import cli
from gridgov.settings import settings


class Done(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def gridgov(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    as_before: None,  # noqa: ARG001 - it undoes what the commands do to this process
) -> Run:
    """Return a function that runs `gridgov db ...` on a data folder of the test."""

    def run(*arguments: str, **variables: str) -> Done:
        capfd.readouterr()
        with monkeypatch.context() as patch:
            for name, value in ({"GRIDGOV_DATA_DIR": str(home)} | variables).items():
                patch.setenv(name, value)
            patch.setattr("sys.argv", ["gridgov", "db", *arguments])
            settings.cache_clear()
            with pytest.raises(SystemExit) as ended:
                cli.main()
        captured = capfd.readouterr()
        return Done(int(ended.value.code or 0), captured.out, captured.err)

    return run


def test_the_commands_start_look_into_keep_bring_back_and_stop(gridgov: Run, home: Path):
    assert "does not exist yet" in gridgov("status").out
    assert "stays until `gridgov db stop`" in gridgov("start").out
    url = gridgov("url")
    assert url.out.startswith("postgresql://gridgov@/gridgov?host=/")
    assert url.err == ""
    with psycopg.connect(url.out.strip()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT '历下区' AS name, ST_Point(117, 36, 4326) AS place")
    file = home / "历下.dump"
    assert "is kept in" in gridgov("dump", str(file)).out
    refused = gridgov("restore", str(file))
    assert (refused.code, refused.out, refused.err.count("\n")) == (1, "", 1)
    assert refused.err.startswith("Error: The database is not empty")
    assert "is back from" in gridgov("restore", "--replace", str(file)).out
    assert gridgov("psql", "-Atc", "SELECT name FROM kept").out == "历下区\n"
    assert gridgov("psql", "-c", "SELECT nonsense").code == 1
    assert gridgov("stop") == (0, "The database is stopped.\n", "")
    assert "It is not running" in gridgov("status").out
    assert gridgov("url").err == "It answers while the database runs: gridgov db start.\n"


def test_the_program_itself_ends_with_two_and_one_line_for_wrong_input(home: Path):
    (home / "wrong").write_text("x")
    command = [Path(sys.executable).with_name("gridgov"), "db", "restore", str(home / "wrong")]
    environment = os.environ | {"GRIDGOV_DATA_DIR": str(home), "NO_COLOR": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 2
    assert done.stderr == f"Error: file: {home / 'wrong'} is not a dump: give a file that `gridgov db dump` wrote.\n"
    assert not (home / "cluster").exists()


@pytest.mark.parametrize("act", ["start", "stop", "restore"])
def test_a_configured_server_is_neither_started_nor_stopped_nor_replaced(gridgov: Run, home: Path, act: str):
    arguments = [str(home / "x.dump")] if act == "restore" else []
    done = gridgov(act, *arguments, GRIDGOV_DATABASE_URL="postgresql://clerk@db/gridgov")
    assert done.code == 1
    assert f"does not {act} what it has not made" in done.err


def test_a_configured_servers_url_is_printed_as_other_programs_read_it(gridgov: Run):
    done = gridgov("url", GRIDGOV_DATABASE_URL="postgres://clerk@db/gridgov")
    assert done == (0, "postgresql://clerk@db/gridgov\n", "")


def test_a_missing_postgis_is_said_in_one_line_with_the_way_out(gridgov: Run, home: Path):
    (home / "empty").mkdir()
    done = gridgov("start", GRIDGOV_PG_BIN=str(home / "empty"))
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert "apt-get install" in done.err
