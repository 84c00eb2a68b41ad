from sqlalchemy import Connection, text
from sqlalchemy.orm import Session


def test_the_worker_has_a_migrated_database_with_postgis(connection: Connection):
    assert connection.scalar(text("SELECT ST_SRID(ST_SetSRID(ST_MakePoint(117.0, 36.6), 4326))")) == 4326
    assert connection.scalar(text("SELECT count(*) FROM alembic_version")) == 1


def test_what_a_session_commits_stays_within_its_test(session: Session):
    session.execute(text("CREATE TABLE left_behind (id int)"))
    session.commit()
    assert session.scalar(text("SELECT count(*) FROM left_behind")) == 0


def test_nothing_of_the_test_before_is_left(session: Session):
    assert session.scalar(text("SELECT to_regclass('left_behind')")) is None
