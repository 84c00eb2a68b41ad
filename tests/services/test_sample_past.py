"""A past is laid for the sample alone, once, and where one sees it grow; a notebook upgrades no database."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

import gridgov
from gridgov.clock import system_clock
from gridgov.errors import SetupError
from gridgov.services.auditing import Auditing
from gridgov.services.intake import Intake
from gridgov.services.knowledge import KnowledgeKeeper
from gridgov.services.sample_past import lay_past
from gridgov.services.sealing import seal_district
from gridgov.settings import Settings
from gridgov.store.objects import Objects
from gridgov.store.schema import current, head
from gridgov.store.unit import Store
from tests.support import SetClock, report


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


def test_the_audit_says_of_each_laid_case_that_nothing_witnesses_it_and_of_what_was_played_that_it_is_whole(
    installed: Engine, keeper: KnowledgeKeeper, tmp_path: Path
) -> None:
    laid = lay_past(days=90, share=0.002)
    clock, objects = SetClock(system_clock()), Objects.configured(Settings(evidence_url=(tmp_path / "kept").as_uri()))
    with closing(Store(installed.url.render_as_string(hide_password=False))) as store:
        intake = Intake(store, clock=clock, home_district="370102", keeper=keeper)
        played = intake.take(report(reported_at=clock()), author="test")
        clock.move(timedelta(minutes=2))
        with store.transaction() as unit:
            seal_district(unit, "370102", clock())
            districts = unit.connection.execute(text("SELECT DISTINCT district_code FROM incident")).scalars().all()
        auditing = Auditing(store, lambda: objects, clock=clock)

        def found() -> set[tuple[str | None, str]]:
            return {(one.number, one.what.value) for code in districts for one in auditing.verify(code).findings}

        before = found()
        assert len({number for number, _ in before}) == laid
        assert {what for _, what in before} == {"fact_removed"}
        assert played.number not in {number for number, _ in before}
        with installed.begin() as connection:
            connection.execute(text("UPDATE incident SET text = 'x' WHERE id = :id"), {"id": played.id})
        assert found() - before == {(played.number, "report_altered")}
