"""The logins: a program that serves or works owns nothing, older data folders learn of them, dumps bring them back."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url, text

from gridgov.clock import system_clock
from gridgov.errors import NotAuthenticatedError
from gridgov.ids import new_id
from gridgov.services.accounts import Entrance, Origin
from gridgov.services.intake import Intake
from gridgov.services.overseeing import Overseer
from gridgov.services.sweeping import SWEEPS, Sweeping
from gridgov.settings import Settings
from gridgov.store import guard, schema
from gridgov.store.cluster import Cluster, dump, plain, restore
from gridgov.store.cluster.initialise import LOGINS
from gridgov.store.entering import APP, JOBS, jobs_url, login_url
from gridgov.store.unit import Store
from tests.conftest import HOME
from tests.support import report, somebody


@pytest.fixture
def own() -> Iterator[Cluster]:
    """Yield a cluster of the test's own."""
    made = Cluster(Path(os.environ[HOME]) / f"logins-{uuid.uuid4().hex[:8]}", durable=False)
    yield made
    made.stop(now=True)


def who(url: str) -> str:
    with psycopg.connect(plain(url)) as connection:
        row = connection.execute("SELECT session_user").fetchone()
    assert row is not None
    return str(row[0])


def forget_the_logins(cluster: Cluster) -> None:
    """Make a data folder as it was before there were logins."""
    path = cluster.server.data / "pg_ident.conf"
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.endswith(LOGINS)]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def test_a_data_folder_from_before_learns_of_the_logins_when_it_starts(own: Cluster):
    with own.running():
        pass
    forget_the_logins(own)
    with own.running() as url:
        assert [who(str(login_url(url, login))) for login in LOGINS] == list(LOGINS)


def test_a_server_that_runs_learns_of_them_too(own: Cluster):
    with own.running():
        forget_the_logins(own)
        with own.running() as url:
            assert who(str(login_url(url, APP))) == APP


def test_a_dump_comes_back_with_its_rules_and_with_other_keys(own: Cluster, tmp_path: Path):
    keys, rules = "SELECT inner_key FROM gridgov_private.context_key", "SELECT count(*) FROM pg_policies"
    with own.running() as url:
        schema.upgrade(url)
        with psycopg.connect(plain(url)) as connection:
            before = [connection.execute(query).fetchone() for query in (keys, rules)]
        dump(url, tmp_path / "all.dump")
        restore(own, tmp_path / "all.dump", replace=True)
        schema.upgrade(url)
        with psycopg.connect(plain(url)) as connection:
            after = [connection.execute(query).fetchone() for query in (keys, rules)]
            leaky = connection.execute(
                "SELECT proleakproof FROM pg_proc WHERE proname = 'geometry_overlaps'"
            ).fetchone()
            temporary = "SELECT has_database_privilege('gridgov_app', current_database(), 'TEMPORARY')"
            assert connection.execute(temporary).fetchone() == (False,)
    assert before[0] != after[0]
    assert before[1] == after[1]
    assert leaky == (True,)


def test_only_a_private_database_is_entered_by_another_name():
    private = make_url("postgresql+psycopg://gridgov@/gridgov?host=/run/x&port=5432")
    working = jobs_url(private.render_as_string())
    assert make_url(working) == private.set(username=JOBS)
    assert make_url(str(login_url(working, APP))) == private.set(username=APP)
    for url in ("postgresql+psycopg://gridgov:secret@/g?host=/run/x", "postgresql+psycopg://gridgov@db.example/g"):
        assert login_url(url, APP) is None
        assert jobs_url(url) == url


def test_without_a_login_people_lay_the_owners_rights_down(own_sample_url: str):
    store = Store(own_sample_url.replace("host=", "application_name=other&host="))
    store._app_engine = None
    with store.acting(somebody(store, "auditor"), now=system_clock()) as unit:
        assert unit.connection.execute(text("SELECT current_user")).scalar() == APP
    with store.transaction() as unit:
        assert unit.connection.execute(text("SELECT current_user")).scalar() != APP
    store.close()


def test_what_a_program_does_by_itself_needs_no_ownership(own_sample_url: str, keeper):
    schema.upgrade(own_sample_url)
    store, settings = Store(jobs_url(own_sample_url)), Settings()
    clock = system_clock
    with store.transaction() as unit:
        assert unit.connection.execute(text("SELECT session_user")).scalar() == JOBS
        unit.jobs.defer("sweep")
    Intake(store, clock=clock, home_district="370102", keeper=keeper).take(
        report(id=new_id(), reported_at=clock()), author="test"
    )
    swept = Sweeping.configured(store, settings, clock=clock).run()
    assert swept.failed == {}
    assert set(swept.rows) == set(SWEEPS)
    assert Overseer.configured(store, settings, clock=clock).look().waiting >= 1
    with pytest.raises(NotAuthenticatedError):
        Entrance.configured(store, settings, clock=clock).log_in("nobody-here", "wrong", Origin("127.0.0.1", "test"))
    store.close()


def test_the_guard_says_what_it_left_out_where_it_is_no_superuser(connection, monkeypatch):
    connection.execute(text("ALTER FUNCTION geometry_overlaps(geometry, geometry) NOT LEAKPROOF"))
    monkeypatch.setattr(guard, "_IS_SUPERUSER", text("SELECT false"))
    said = []
    monkeypatch.setattr(guard._log, "warning", lambda words, **more: said.append((words, more)))
    guard.ensure_guard(connection)
    ((words, more),) = said
    assert "superuser" in words
    assert more["statements"] == ["ALTER FUNCTION geometry_overlaps(geometry,geometry) LEAKPROOF"]
