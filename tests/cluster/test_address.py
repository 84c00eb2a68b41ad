from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url

from gridgov.errors import DatabaseUnavailableError, SetupError
from gridgov.store.cluster import Cluster, database_url, normalised, plain, server_words


@pytest.mark.usefixtures("as_before")
def test_a_configured_server_switches_ours_off(cluster: Cluster, home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GRIDGOV_DATABASE_URL", plain(cluster.url()))
    monkeypatch.setenv("GRIDGOV_DATA_DIR", str(home / "never"))
    with database_url() as url:
        assert url.startswith("postgresql+psycopg://")
        with psycopg.connect(plain(url)) as connection:
            folder = connection.execute("SHOW data_directory").fetchone()
        assert folder == (str(cluster.server.data),)
    assert not (home / "never").exists()
    assert cluster.server.state == "ready"


@pytest.mark.usefixtures("as_before")
def test_without_one_the_private_server_runs_for_as_long_as_it_is_used(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GRIDGOV_DATA_DIR", str(home))
    with database_url() as url, psycopg.connect(plain(url)) as connection:
        assert connection.execute("SHOW data_directory").fetchone() == (str(home / "cluster" / "data"),)
    assert Cluster.default().server.pid is None


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg2"])
def test_every_spelling_of_a_postgresql_url_gets_the_one_driver(scheme: str):
    assert normalised(f"{scheme}://clerk:a%40b@db:5433/g?sslmode=require") == (
        "postgresql+psycopg://clerk:a%40b@db:5433/g?sslmode=require"
    )


@given(password=st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_every_password_survives(password: str):
    url = make_url("postgresql://clerk@db/g").set(password=password).render_as_string(hide_password=False)
    assert make_url(normalised(url)).password == password


@pytest.mark.parametrize(
    "url", ["mysql://root:s3cret@db/g", "s3cret", "", "sqlite:///s3cret", "postgresql://x:s3cret@h:port/d"]
)
def test_a_url_that_is_not_postgresqls_is_refused_without_repeating_its_password(url: str):
    with pytest.raises(SetupError, match="GRIDGOV_DATABASE_URL must look like") as caught:
        normalised(url)
    assert "s3cret" not in str(caught.value)


def test_a_configured_server_is_described_without_its_password(cluster: Cluster):
    words = " ".join(server_words(plain(cluster.url()).replace("gridgov@", "gridgov:s3cret@")))
    assert "s3cret" not in words
    assert "PostgreSQL 1" in words
    assert "PostGIS 3." in words


def test_a_configured_server_that_does_not_answer_is_an_error_of_its_own():
    with pytest.raises(DatabaseUnavailableError, match="does not answer"):
        server_words("postgresql://clerk:s3cret@127.0.0.1:1/gridgov")
