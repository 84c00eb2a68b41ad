"""The rules of storage, read from the database's own catalogue."""

import warnings
from datetime import UTC, datetime
from uuid import UUID

import pytest
from alembic import command
from sqlalchemy import Connection, create_engine, inspect, text

from gridgov.errors import SetupError
from gridgov.ids import id_at
from gridgov.store import partitions, schema
from gridgov.store.tables import metadata
from gridgov.store.tables.base import PARTITIONED_BY_MONTH, REFERENCE

KEYS = """
    SELECT rel.relname AS table_name, con.conname, con.contype,
           (SELECT attname FROM pg_attribute WHERE attrelid = con.conrelid AND attnum = con.conkey[1]) AS first_column,
           (SELECT relname FROM pg_class WHERE oid = con.confrelid) AS target,
           (SELECT attname FROM pg_attribute WHERE attrelid = con.confrelid AND attnum = con.confkey[1]) AS first_target
    FROM pg_constraint con JOIN pg_class rel ON rel.oid = con.conrelid
    WHERE con.contype IN ('p', 'u', 'f', 'x') AND con.conparentid = 0 AND NOT rel.relispartition
      AND rel.relnamespace = 'public'::regnamespace
"""
NOT_OURS = {"spatial_ref_sys", "alembic_version"}


def ours(connection: Connection) -> list:
    rows = connection.execute(text(KEYS)).all()
    # PostgreSQL mirrors a key that points at a partitioned table once per partition: the mirrors are not ours.
    return [r for r in rows if r.table_name not in NOT_OURS and (r.target is None or r.target in metadata.tables)]


def test_the_tables_are_what_the_program_thinks_they_are(connection):
    assert schema.differences(connection) == []
    assert set(metadata.tables) <= set(inspect(connection).get_table_names())


def test_a_table_that_differs_is_noticed(connection):
    connection.execute(text("ALTER TABLE person DROP COLUMN phone"))
    assert schema.differences(connection)


def test_the_district_stands_first_in_every_key_of_operational_tables(connection):
    wrong = [
        (r.table_name, r.conname)
        for r in ours(connection)
        if r.table_name not in REFERENCE and r.contype != "f" and r.first_column != "district_code"
    ]
    assert wrong == []


def test_a_foreign_key_without_a_district_points_at_reference_tables_only(connection):
    wrong = [
        (r.table_name, r.conname)
        for r in ours(connection)
        if r.contype == "f" and r.target not in REFERENCE and (r.first_column, r.first_target) != ("district_code",) * 2
    ]
    assert wrong == []


def test_every_key_is_named_after_its_table(connection):
    assert [r.conname for r in ours(connection) if not r.conname.startswith(r.table_name)] == []


def test_no_table_has_a_trigger_of_its_own(connection):
    # The queue's own tables (schema jobs) keep the rules of their library.
    ours = "tgrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)"
    query = f"SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND {ours}"  # noqa: S608 - a constant
    assert connection.execute(text(query)).all() == []


@pytest.mark.parametrize("table", PARTITIONED_BY_MONTH)
def test_what_belongs_to_an_incident_is_cut_by_month_and_has_a_default(connection, table):
    bounds = (
        connection.execute(
            text(
                "SELECT pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid "
                "WHERE inhparent = CAST(:table AS regclass)"
            ),
            {"table": table},
        )
        .scalars()
        .all()
    )
    assert "DEFAULT" in bounds
    assert len(bounds) > partitions.MONTHS_AHEAD + partitions.MONTHS_BEHIND


def _insert_incident(connection: Connection, identifier: UUID) -> str:
    connection.execute(text("INSERT INTO matter_list VALUES (1, tstzrange(now(), NULL), '', '')"))
    connection.execute(text("INSERT INTO matter VALUES (1, 'm', 'm', 'c', 's', NULL, true, 1, 1, 1)"))
    return connection.execute(
        text(
            "INSERT INTO incident (district_code, id, number, reported_at, received_at, channel, list_version, "
            "matter_code, text, digest) VALUES ('370102', :id, 'n', now(), now(), 'camera', 1, 'm', 't', '') "
            "RETURNING tableoid::regclass::text"
        ),
        {"id": identifier},
    ).scalar_one()


def test_a_row_lies_in_the_month_that_its_id_says(connection):
    now = datetime.now(UTC)
    assert _insert_incident(connection, id_at(now, 7)) == f"incident_{now:%Y_%m}"


def test_a_row_from_a_clock_that_lost_years_is_kept_in_the_default(connection):
    assert _insert_incident(connection, id_at(datetime(1999, 1, 1, tzinfo=UTC), 7)) == "incident_default"


def test_a_month_whose_rows_lie_in_the_default_stays_there(connection):
    later = datetime(2040, 5, 20, tzinfo=UTC)
    assert _insert_incident(connection, id_at(later, 7)) == "incident_default"
    partitions.ensure_months(connection, later)
    names = inspect(connection).get_table_names()
    assert "incident_2040_05" not in names
    assert "incident_2040_06" in names


def test_migrating_twice_changes_nothing(database_url):
    schema.upgrade(database_url)
    engine = create_engine(database_url)
    with engine.connect() as connection:
        assert schema.current(connection) == schema.head()
        assert partitions.ensure_months(connection, datetime.now(UTC)) == 0
    engine.dispose()


_BEFORE_MARKS = """
    DROP FUNCTION gridgov_tell_parties(text, uuid);
    ALTER TABLE incident_party DROP COLUMN open;
    DROP INDEX incident_state_stage_idx;
    CREATE INDEX incident_state_stage_idx ON incident_state (stage, incident_id) WHERE stage <> 'closed';
    UPDATE alembic_version SET version_num = '0015'
"""


_WRONG_MARKS = """
    GRANT INSERT ON incident_party TO gridgov_app;
    UPDATE incident_party SET open = NOT open;
    UPDATE alembic_version SET version_num = '0016'
"""


@pytest.mark.parametrize("before", [_BEFORE_MARKS, _WRONG_MARKS], ids=["unmarked", "wrong"])
@pytest.mark.parametrize(("stage", "is_open"), [("handling", True), ("suspended", True), ("merged", False)])
def test_parties_of_before_are_told_whether_their_cases_are_open(connection, stage, is_open, before):
    identifier = id_at(datetime.now(UTC), 7)
    _insert_incident(connection, identifier)
    key = {"id": identifier, "stage": stage}
    state = "INSERT INTO incident_state (district_code, incident_id, stage, placement, findings, reported_at) "
    connection.execute(text(state + "VALUES ('370102', :id, :stage, 'unplaced', '{}', now())"), key)
    parties = "INSERT INTO incident_party (district_code, party, incident_id, part, open) "
    parties += "VALUES ('370102', '370102', :id, 'place', :open), ('370102', 'org:x', :id, 'handling', :open)"
    connection.execute(text(parties), {**key, "open": is_open})
    connection.execute(text(before))
    command.upgrade(schema._config(connection), "0017")  # what came after it is there already
    marks = connection.execute(text("SELECT open FROM incident_party WHERE incident_id = :id"), key).scalars().all()
    assert marks == [is_open, is_open]
    assert schema.differences(connection) == []
    granted = text("SELECT has_column_privilege('gridgov_app', 'incident_party', 'open', 'INSERT')")
    assert not connection.execute(granted).scalar_one()


def test_a_database_that_is_newer_than_the_program_is_refused(connection):
    connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SetupError, match="install a newer gridgov"):
        schema.upgrade_connection(connection)


def test_changes_can_be_read_in_an_order_that_loses_none(connection):
    # The index that the readers' order needs is there, and the planner takes it.
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = connection.execute(
            text("EXPLAIN SELECT * FROM change WHERE (xid, id) > ('5'::xid8, 7) ORDER BY xid, id LIMIT 100")
        ).scalars()
    assert "change_xid_id_idx" in "\n".join(plan)
