from pathlib import Path

import psycopg
import pytest

from gridgov.errors import ConflictError, FileFormatError, InputError, UnavailableError
from gridgov.store.cluster import Cluster, client_target, dump, plain, restore
from gridgov.store.cluster.database import connected

ROWS = """
    CREATE TABLE kept (
        id int PRIMARY KEY, name text COLLATE "zh-x-icu", place geometry(Polygon, 4326), valid tstzrange,
        EXCLUDE USING gist (id WITH =, valid WITH &&)
    );
    INSERT INTO kept
    SELECT i, '趵突泉 ' || i, ST_Buffer(ST_Point(117 + i / 300.0, 36.65 + 1.0 / 3, 4326), 0.001), tstzrange(now(), NULL)
    FROM generate_series(1, 200) AS i;
"""
SUM = "SELECT count(*), md5(string_agg(name || ST_AsEWKB(place)::text || valid::text, ',' ORDER BY id)) FROM kept"


def _ask(url: str, query: str) -> object:
    with psycopg.connect(plain(url)) as connection:
        return connection.execute(query).fetchone()


def _names(cluster: Cluster) -> set[str]:
    with connected(cluster.server.socket) as connection:
        names = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'gridgov%'")
        return {name for (name,) in names}


def test_rows_and_outlines_come_back_to_the_last_bit(made: Cluster, home: Path):
    with made.running() as url:
        with psycopg.connect(plain(url)) as connection:
            connection.execute(ROWS)
        before = _ask(url, SUM)
        dump(url, home / "kept.dump")
        with psycopg.connect(plain(url)) as connection:
            connection.execute("DELETE FROM kept WHERE id > 10; CREATE TABLE later (id int)")
        with pytest.raises(ConflictError, match=r"not empty.*--replace"):
            restore(made, home / "kept.dump")
        restore(made, home / "kept.dump", replace=True)
        assert _ask(url, SUM) == before
        assert _ask(url, "SELECT to_regclass('later')") == (None,)
        assert _ask(url, "SELECT PostGIS_Lib_Version() LIKE '3.%'") == (True,)
        assert _names(made) == {"gridgov"}
    other = Cluster(home / "other", durable=False)
    with other.running() as url:
        restore(other, home / "kept.dump")
        assert _ask(url, SUM) == before
    assert [path.name for path in home.glob(".*")] == []


def test_a_restore_that_fails_halfway_changes_nothing(made: Cluster, home: Path):
    with made.running() as url:
        with psycopg.connect(plain(url)) as connection:
            connection.execute(ROWS)
        before = _ask(url, SUM)
        dump(url, home / "whole.dump")
        whole = (home / "whole.dump").read_bytes()
        (home / "cut.dump").write_bytes(whole[: len(whole) * 9 // 10])
        with pytest.raises(FileFormatError, match=r"cut\.dump"):
            restore(made, home / "cut.dump", replace=True)
        assert _ask(url, SUM) == before
        assert _names(made) == {"gridgov"}


def test_what_killed_restores_have_left_is_no_obstacle(made: Cluster, home: Path):
    with made.running() as url:
        dump(url, home / "kept.dump")
        with connected(made.server.socket) as connection:
            connection.execute("CREATE DATABASE gridgov_incoming")
            connection.execute("CREATE DATABASE gridgov_before")
        restore(made, home / "kept.dump")
        assert _names(made) == {"gridgov"}


def test_a_database_that_somebody_is_connected_to_is_not_replaced(made: Cluster, home: Path):
    with made.running() as url:
        dump(url, home / "kept.dump")
        with psycopg.connect(plain(url)) as connection:
            with pytest.raises(ConflictError, match="Programs are connected"):
                restore(made, home / "kept.dump", replace=True)
            assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is not a dump"),
        (b"PK\x03\x04 a spreadsheet", "is not a dump"),
        (b"-- PostgreSQL database dump\nSELECT 1;", "is not a dump"),
        (b"PGDMP", "damaged"),
        (b"PGDMP\x01\x63\x00\x04\x08\x01" + b"\xff" * 500, "damaged"),
    ],
)
def test_a_file_that_is_no_dump_is_refused(cluster: Cluster, home: Path, content: bytes, words: str):
    (home / "wrong").write_bytes(content)
    with pytest.raises(FileFormatError, match=words):
        restore(cluster, home / "wrong", replace=True)


def test_a_dump_of_another_database_is_refused(cluster: Cluster, home: Path):
    with connected(cluster.server.socket) as connection:
        connection.execute("DROP DATABASE IF EXISTS plain_one")
        connection.execute("CREATE DATABASE plain_one TEMPLATE template0")
    dump(cluster.url("plain_one"), home / "plain.dump")
    with pytest.raises(FileFormatError, match="some other database"):
        restore(cluster, home / "plain.dump", replace=True)


def test_a_file_that_is_not_there_is_named(cluster: Cluster, home: Path):
    with pytest.raises(InputError, match=r"none\.dump cannot be read: No such file"):
        restore(cluster, home / "none.dump")


def test_a_dump_never_overwrites_what_is_not_a_dump(cluster: Cluster, home: Path):
    (home / "cells.gpkg").write_bytes(b"SQLite format 3\0")
    with pytest.raises(InputError, match="exists and is not a dump"):
        dump(cluster.url(), home / "cells.gpkg")
    assert (home / "cells.gpkg").read_bytes() == b"SQLite format 3\0"


def test_a_failed_dump_leaves_the_older_one_as_it_was(cluster: Cluster, home: Path):
    dump(cluster.url(), home / "kept.dump")
    before = (home / "kept.dump").read_bytes()
    with pytest.raises(UnavailableError, match="does not exist"):
        dump(cluster.url("no_such_database"), home / "kept.dump")
    assert (home / "kept.dump").read_bytes() == before
    assert [path.name for path in home.iterdir()] == ["kept.dump"]


def test_a_dump_into_a_missing_folder_is_refused(cluster: Cluster, home: Path):
    with pytest.raises(InputError, match="cannot be written"):
        dump(cluster.url(), home / "none" / "kept.dump")


def test_a_password_never_stands_on_a_command_line():
    target, environment = client_target("postgresql+psycopg://clerk:s3cret@db.example/gridgov?sslmode=require")
    assert "s3cret" not in target
    assert "sslmode=require" in target
    assert environment == {"PGPASSWORD": "s3cret"}
