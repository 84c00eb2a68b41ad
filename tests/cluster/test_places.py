import os
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgov.errors import DatabaseUnavailableError, SetupError
from gridgov.store.cluster import Cluster, database, plain
from gridgov.store.cluster.account import Account, server_account
from gridgov.store.cluster.find import find_programs
from gridgov.store.cluster.listen import SOCKET_NAME, prepare, socket_folder
from gridgov.store.cluster.lock import Lock

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account")


@pytest.mark.parametrize("name", ["p" * 120, "with space, comma and 'quotes'", "历下区", "50%"])
def test_a_long_or_strange_path_gets_a_short_socket_folder(home: Path, name: str):
    cluster = Cluster(home / name / "own", durable=False)
    (home / name).mkdir()
    with cluster.running() as url, psycopg.connect(plain(url)) as connection:
        assert connection.execute("SELECT ST_AsText(ST_Point(117, 36))").fetchone() == ("POINT(117 36)",)
        folder = cluster.server.socket
        assert home not in folder.parents
        assert len(os.fsencode(folder / SOCKET_NAME)) < 103
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.rmdir()


@given(path=st.text(st.characters(exclude_characters="\0/", exclude_categories=["Cs"]), min_size=1, max_size=150))
def test_every_path_leads_to_a_socket_that_fits_and_needs_no_quoting(path: str):
    folder = socket_folder(Path("/srv") / path)
    assert len(os.fsencode(folder / SOCKET_NAME)) < 103
    assert set(str(folder)) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-")
    assert folder == socket_folder(Path("/srv") / path)


def test_a_short_folder_that_is_somebody_elses_link_is_not_followed(home: Path):
    (home / "precious").mkdir(mode=0o755)
    (home / "laid").symlink_to(home / "precious")
    before = (home / "precious").stat()
    with pytest.raises(SetupError, match="belongs to somebody else"):
        prepare(home / "laid", server_account(home / "none"))
    assert (home / "precious").stat().st_uid == before.st_uid
    assert (home / "precious").stat().st_mode == before.st_mode


def test_two_clusters_know_nothing_of_each_other(made: Cluster, cluster: Cluster):
    with made.running() as url, psycopg.connect(plain(url)) as connection:
        assert made.server.pid != cluster.server.pid
        folder = connection.execute("SHOW data_directory").fetchone()
        assert folder == (str(made.server.data),)
    assert cluster.server.state == "ready"


def test_variables_of_libpq_do_not_lead_astray(made: Cluster, monkeypatch: pytest.MonkeyPatch):
    for name, value in {
        "PGPORT": "6543",
        "PGHOST": "192.0.2.1",
        "PGUSER": "x",
        "PGDATABASE": "y",
        "PGDATA": "/",
    }.items():
        monkeypatch.setenv(name, value)
    with made.running() as url, psycopg.connect(plain(url)) as connection:
        assert connection.info.dbname == "gridgov"


def test_another_address_in_the_environment_is_not_followed(made: Cluster, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PGHOSTADDR", "127.0.0.1")  # it outranks the socket: nobody listens there, or a stranger
    with pytest.raises((SetupError, DatabaseUnavailableError)), made.running():
        pass
    assert made.server.pid is None


def test_a_server_of_other_data_is_not_taken_for_ours(made: Cluster, cluster: Cluster):
    with made.running():
        pass
    with pytest.raises(SetupError, match="led to another PostgreSQL"):
        database.prepare(cluster.server.socket, made.server.data, "gridgov")


@pytest.mark.parametrize("name", ['a"b', "$(touch x)", "`touch x`", "back\\slash", "two\nlines"])
def test_a_path_that_a_shell_would_run_is_refused(home: Path, name: str):
    with pytest.raises(SetupError, match="without double quotes"):
        Cluster(home / name / "own", durable=False).start()


def test_data_of_another_major_version_are_refused_and_left_alone(made: Cluster):
    with made.running():
        pass
    (made.server.data / "PG_VERSION").write_text("14\n")
    with pytest.raises(SetupError, match="The data was made by PostgreSQL 14, and this machine has"), made.running():
        pass
    assert (made.server.data / "PG_VERSION").read_text() == "14\n"
    assert made.server.pid is None


def test_a_folder_that_is_not_postgresqls_is_left_alone(private: Cluster):
    private.server.data.mkdir(parents=True)
    (private.server.data / "thesis.txt").write_text("years of work")
    with pytest.raises(SetupError), private.running():
        pass
    assert (private.server.data / "thesis.txt").read_text() == "years of work"


def test_without_postgresql_the_error_names_the_command_for_each_system(home: Path):
    with pytest.raises(SetupError) as caught:
        find_programs(home)
    message = str(caught.value)
    assert f"{home} lacks initdb" in message
    for part in ("Debian and Ubuntu: apt-get install", "RHEL", "dnf install", "macOS: brew install postgis"):
        assert part in message


def _installation(folder: Path, version: str, postgis: str | None) -> Path:
    """Lay out programs as an installation has them, which tell `version` and nothing else."""
    extension = folder / "share" / "extension"
    extension.mkdir(parents=True)
    if postgis:
        (extension / "postgis.control").write_text(f"comment = 'x'\ndefault_version = '{postgis}'\n")
    (folder / "bin").mkdir()
    script = f'#!/bin/sh\n[ "$1" = --version ] && echo "PostgreSQL {version}" || echo "{folder / "share"}"\n'
    for name in ("initdb", "pg_ctl", "postgres", "pg_config"):
        (folder / "bin" / name).write_text(script)
        (folder / "bin" / name).chmod(0o755)
    return folder / "bin"


def test_postgresql_without_postgis_is_told_from_none(home: Path):
    with pytest.raises(SetupError, match=r"has no PostGIS.*apt-get install"):
        find_programs(_installation(home / "a", "17.2", None))


def test_a_postgis_that_is_too_old_is_refused(home: Path):
    with pytest.raises(SetupError, match=r"has PostGIS 3\.2\.1, and gridgov needs 3.3"):
        find_programs(_installation(home / "a", "15.1", "3.2.1"))


@pytest.mark.parametrize("version", ["14.11", "19beta1"])
def test_a_postgresql_that_gridgov_is_not_written_for_is_refused(home: Path, version: str):
    with pytest.raises(SetupError, match="gridgov is written for 15 to 18"):
        find_programs(_installation(home / "a", version, "3.4.0"))


@pytest.mark.parametrize("version", ["15.4", "16.1 (Ubuntu 16.1-1)", "17rc1", "18.0"])
def test_every_version_that_gridgov_is_written_for_is_taken(home: Path, version: str):
    found = find_programs(_installation(home / "a", version, "3.10.0"))
    assert found.major == int(version[:2])
    assert found.version == version.split(maxsplit=1)[0]


def test_a_data_folder_decides_before_the_newest_version(home: Path):
    folder = _installation(home / "a", "18.0", "3.6.0")
    with pytest.raises(SetupError, match=r"made by PostgreSQL 16.*only for PostgreSQL 18.0.*postgresql-16-postgis-3"):
        find_programs(folder, major=16)


def test_two_holds_of_one_program_exclude_each_other(home: Path):
    owner = server_account(home / "none")
    first, second = Lock(home / "lock", owner), Lock(home / "lock", owner)
    assert first.take(shared=True)
    assert second.take(shared=True)
    assert not second.take()
    first.close()
    assert second.take()
    third = Lock(home / "lock", owner)
    with pytest.raises(DatabaseUnavailableError, match="starting or stopping the database"):
        third.wait(patience_s=0.05)
    second.close()
    third.close()


@needs_root
def test_as_root_the_server_runs_under_an_account_of_its_own(private: Cluster):
    with private.running():
        pid = private.server.pid
        owner = private.server.data.stat().st_uid
        assert owner == server_account(private.server.data).uid != 0
        assert Path(f"/proc/{pid}").stat().st_uid == owner
        assert stat.S_IMODE(private.home.stat().st_mode) == 0o700


@needs_root
def test_a_folder_that_the_servers_account_cannot_enter_is_named(home: Path):
    (home / "closed").mkdir(mode=0o700)
    with pytest.raises(SetupError, match=r"cannot enter .*closed/own: set GRIDGOV_DATA_DIR"):
        Cluster(home / "closed" / "own", durable=False).start()


ORDINARY = """
import encodings.idna, os, pwd, sys
from pathlib import Path
import psycopg
from gridgov.errors import GridgovError
from gridgov.store.cluster import Cluster, dump, plain

uid = int(sys.argv[2])
os.setgroups([]); os.setgid(pwd.getpwuid(uid).pw_gid); os.setuid(uid)
cluster = Cluster(Path(sys.argv[1]), durable=False)
try:
    with cluster.running() as url, psycopg.connect(plain(url)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept AS SELECT ST_Point(117, 36, 4326) AS place")
        connection.commit()
        dump(url, Path(sys.argv[1]).parent / "kept.dump")
    print("owner", os.stat(cluster.server.data).st_uid, "server", cluster.server.pid)
except GridgovError as error:
    print(type(error).__name__, error)
"""


def _as_ordinary_user(cluster: Cluster, account: Account) -> str:
    # The interpreter may stand in a folder that the account cannot enter: it starts as root and steps down.
    command = [sys.executable, "-W", "ignore", "-c", ORDINARY, str(cluster.home), str(account.uid)]
    environment = {"PATH": os.environ["PATH"], "HOME": str(cluster.home.parent)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


@needs_root
def test_an_ordinary_user_runs_a_cluster_of_her_own_which_root_may_use(home: Path, ordinary: Account):
    os.chown(home, ordinary.uid, ordinary.gid)
    cluster = Cluster(home / "own", durable=False)
    assert _as_ordinary_user(cluster, ordinary) == f"owner {ordinary.uid} server None\n"
    assert (home / "kept.dump").stat().st_uid == ordinary.uid
    with cluster.running() as url, psycopg.connect(plain(url)) as connection:
        assert connection.execute("SELECT ST_AsText(place) FROM kept").fetchone() == ("POINT(117 36)",)
        assert Path(f"/proc/{cluster.server.pid}").stat().st_uid == ordinary.uid
    assert _as_ordinary_user(cluster, ordinary) == f"owner {ordinary.uid} server None\n"


@needs_root
def test_an_ordinary_user_is_refused_what_belongs_to_another(made: Cluster, ordinary: Account):
    with made.running():
        pass
    assert _as_ordinary_user(made, ordinary).startswith("SetupError This account may not use")
    made.home.chmod(0o755)
    assert _as_ordinary_user(made, ordinary).startswith("SetupError The data in")
