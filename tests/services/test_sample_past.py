"""A past is laid for the sample alone, once, and where one sees it grow; a notebook upgrades no database."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, text

import gridgov
from gridgov.errors import SetupError
from gridgov.services.sample_past import lay_past
from gridgov.store.schema import current, head


@pytest.fixture
def installed(own_sample_url: str, monkeypatch: pytest.MonkeyPatch, as_before: None) -> Iterator[Engine]:  # noqa: ARG001
    """Make a copy of the sample district this installation's own, and yield a way into it."""
    monkeypatch.setenv("GRIDGOV_DATABASE_URL", own_sample_url)
    engine = create_engine(own_sample_url)
    yield engine
    engine.dispose()


def cases(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM incident")).scalar_one())


def test_the_sample_is_given_a_past_once_and_one_sees_how_far_it_is(
    installed: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    laid = lay_past(days=90, share=0.01)
    assert 0 < laid == cases(installed)
    assert f"{laid}" in capsys.readouterr().err
    assert lay_past(days=90, share=0.01) == 0
    assert cases(installed) == laid


def test_nothing_is_made_up_for_a_district_of_ones_own(installed: Engine) -> None:
    with installed.begin() as connection:
        connection.execute(text("UPDATE grid_version SET source = 'draft 7' WHERE district_code <> '370102'"))
    assert lay_past(days=90, share=0.002) > 0
    with installed.begin() as connection:
        connection.execute(text("TRUNCATE incident CASCADE"))
        connection.execute(text("UPDATE grid_version SET source = 'ours.gpkg' WHERE district_code <> '370102'"))
    with pytest.raises(SetupError, match="GRIDGOV_DATA_DIR of its own"):
        lay_past(days=90, share=0.002)
    assert cases(installed) == 0


def test_a_notebook_upgrades_no_database(installed: Engine) -> None:
    with installed.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0025'"))
    with pytest.raises(SetupError, match=f"at schema 0025, and this gridgov wants {head()}: stop all other programs"):
        gridgov.connect()
    with installed.connect() as connection:
        assert current(connection) == "0025"
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.commit()
    with pytest.raises(SetupError, match="install a newer gridgov"):
        gridgov.connect()
