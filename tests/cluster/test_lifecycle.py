from collections.abc import Callable

import psycopg

from gridgov.store.cluster import Cluster, plain

from .conftest import Program


def test_a_cluster_tells_its_state_from_first_to_last(private: Cluster):
    assert private.status().state == "absent"
    with private.running() as url, psycopg.connect(plain(url)) as connection:
        inside = private.status()
        assert (inside.state, inside.kept, inside.in_use) == ("ready", False, True)
        assert inside.pid == private.server.pid
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
    after = private.status()
    assert (after.state, after.kept, after.in_use, after.pid) == ("stopped", False, False, None)
    assert after.size_bytes > 10_000_000


def test_the_status_is_said_in_words(private: Cluster):
    assert "does not exist yet" in " ".join(private.status().words())
    private.start()
    words = " ".join(private.status().words())
    assert f"{private.home}" in words
    assert "until `gridgov db stop`; nobody uses it now" in words
    assert "PostGIS 3." in words
    private.stop()
    assert "It is not running" in " ".join(private.status().words())


def test_the_database_has_postgis_periods_and_chinese_sorting(private: Cluster):
    with private.running() as url, psycopg.connect(plain(url)) as connection:
        names = {name for (name,) in connection.execute("SELECT extname FROM pg_extension")}
        assert {"postgis", "btree_gist"} <= names
        streets = connection.execute("""
            SELECT array_agg(name ORDER BY name COLLATE "zh-x-icu")
            FROM unnest(ARRAY['趵突泉', '大明湖', '千佛山']) AS name
        """).fetchone()
        assert streets == (["趵突泉", "大明湖", "千佛山"],)  # bao, da, qian
        settings = connection.execute("""
            SELECT current_setting('listen_addresses'), current_setting('TimeZone'), current_setting('jit'),
                   current_setting('unix_socket_permissions'), current_user::text
        """).fetchone()
        assert settings == ("", "UTC", "off", "0700", "gridgov")


def test_the_last_one_who_leaves_stops_the_server(made: Cluster):
    with made.running():
        pid = made.server.pid
        with made.running():
            pass
        assert made.server.pid == pid
    assert made.server.pid is None


def test_a_started_server_stays_until_it_is_stopped(made: Cluster):
    made.start()
    pid = made.server.pid
    with made.running():
        assert made.server.pid == pid
    assert made.server.pid == pid
    assert made.stop()
    assert made.server.pid is None


def test_a_server_started_while_in_use_stays_too(made: Cluster):
    with made.running():
        made.start()
    assert made.status().state == "ready"
    assert made.status().kept


def test_stopping_spares_who_uses_it_and_the_last_one_stops_it(made: Cluster):
    made.start()
    with made.running() as url:
        assert not made.stop()
        with psycopg.connect(plain(url)) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    assert made.server.pid is None


def test_stopping_now_does_not_wait_for_anybody(made: Cluster):
    with made.running():
        assert made.stop(now=True)
        assert made.server.pid is None
    assert made.server.pid is None


def test_stopping_what_does_not_exist_is_no_error(private: Cluster):
    assert private.stop()
    assert not private.home.exists()


def test_another_program_keeps_the_server(made: Cluster, program: Callable[[Cluster], Program]):
    other = program(made)
    assert other.stdout.readline() == "in\n"
    with made.running():
        pass
    assert made.server.pid is not None
    other.communicate("\n")
    assert made.server.pid is None


def test_what_is_stored_is_there_after_a_stop(made: Cluster):
    with made.running() as url, psycopg.connect(plain(url)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 773 AS cells")
    with made.running() as url, psycopg.connect(plain(url)) as connection:
        assert connection.execute("SELECT cells FROM kept").fetchone() == (773,)


def test_a_durable_cluster_is_durable(private: Cluster):
    durable = Cluster(private.home)
    with durable.running() as url, psycopg.connect(plain(url)) as connection:
        shown = connection.execute("SELECT current_setting('fsync'), current_setting('data_checksums')").fetchone()
        assert shown == ("on", "on")
    assert durable.server.pid is None
