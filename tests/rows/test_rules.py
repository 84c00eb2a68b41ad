"""Every table has a rule, and the database's catalogue says what the program thinks it says."""

import pytest
from sqlalchemy import text

from gridgov.store.policies import RULES, Seen
from gridgov.store.tables import metadata

_COMMANDS = {"SELECT": "r", "INSERT": "a", "UPDATE": "c", "DELETE": "d"}
_POLICIES = """
    SELECT policyname, cmd, coalesce(qual, '') || coalesce(with_check, '') AS condition
    FROM pg_policies WHERE tablename = :table AND :role = ANY (roles)
"""
# Words that the conditions of each kind cannot do without.
_WORDS = {
    Seen.BY_ALL: ("entered",),
    Seen.BY_ITSELF: ("account", "person", "upload"),
    Seen.WITH_INCIDENT: ("party", "sees", "incident_state", "evidence"),
    Seen.WITH_BOTH: ("other_id",),
    Seen.WITH_WHISTLE: ("whistle",),
    Seen.BY_OFFICE: ("districts",),
}


def test_every_table_has_a_rule_and_every_rule_a_table():
    assert set(RULES) == set(metadata.tables)


@pytest.mark.parametrize("table", sorted(RULES))
def test_the_database_holds_the_rule(connection, table):
    rule = RULES[table]
    found = connection.execute(text(_POLICIES), {"table": table, "role": "gridgov_app"}).all()
    assert "".join(sorted(_COMMANDS[row.cmd] for row in found)) == "".join(sorted(rule.commands))
    assert connection.execute(text("SELECT relrowsecurity FROM pg_class WHERE relname = :t"), {"t": table}).scalar()
    for row in found:
        if row.cmd == "SELECT":
            assert any(word in row.condition for word in _WORDS[rule.seen])
        # Each function of the context is asked once for a query, not once for a row; only these are about the row.
        about_rows = ("gridgov_private.sees(", "gridgov_private.manages(", "gridgov_private.party ")
        asked = row.condition.count("gridgov_private.") - sum(map(row.condition.count, about_rows))
        assert asked == row.condition.count("SELECT gridgov_private.")


@pytest.mark.parametrize("table", sorted(RULES))
def test_the_login_of_requests_is_granted_what_the_rule_names_and_no_more(connection, table):
    for command, letter in _COMMANDS.items():
        query = text("SELECT has_any_column_privilege('gridgov_app', :table, :command)")
        if command == "DELETE":
            query = text("SELECT has_table_privilege('gridgov_app', :table, :command)")
        granted = connection.execute(query, {"table": table, "command": command}).scalar()
        assert granted == (letter in RULES[table].commands), command


def test_background_work_sees_all_rows_and_owns_nothing(connection):
    for table in RULES:
        found = connection.execute(text(_POLICIES), {"table": table, "role": "gridgov_jobs"}).all()
        assert [(row.policyname, row.cmd) for row in found] == [("jobs_all", "ALL")]
    owned = text("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) IN ('gridgov_app', 'gridgov_jobs')")
    assert connection.execute(owned).scalar() == 0


def test_partitions_cannot_be_read_around_their_table(connection):
    granted = text(
        "SELECT c.relname FROM pg_class c WHERE c.relispartition AND c.relkind IN ('r', 'p') "
        "AND has_table_privilege('gridgov_app', c.oid, 'SELECT, INSERT, UPDATE, DELETE')"
    )
    assert connection.execute(granted).scalars().all() == []


def test_nothing_outside_the_tables_is_granted_to_the_login_of_requests(connection):
    reachable = text(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND c.relkind IN ('r', 'p', 'v', 'm', 'S') "
        "AND has_any_column_privilege('gridgov_app', c.oid, 'SELECT')"
    )
    extension = {"spatial_ref_sys", "geometry_columns", "geography_columns"}
    names = set(connection.execute(reachable).scalars()) - extension - {"party"}  # a view in the closed schema
    assert names == {name for name, rule in RULES.items() if rule.commands}
