"""What SQL that slipped into somebody's request could try, under the login of requests: all of it is refused."""

import psycopg
import pytest

from gridgov.store.cluster import Cluster
from gridgov.store.cluster.database import connected
from tests.support import NOON

REFUSED = psycopg.errors.InsufficientPrivilege
COUNT = "SELECT count(*) AS n FROM incident"


def count(connection: psycopg.Connection, query: str = COUNT) -> int:
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row["n"])


def test_a_context_that_somebody_writes_opens_nothing(town):
    with town.sql("centre") as connection:
        theirs = connection.execute("SELECT current_setting('gridgov.context') AS c").fetchone()["c"]
    everything = theirs[64:].replace('"370102"', '"370112"')
    for forged in ("", "x", everything, "0" * 64 + theirs[64:], theirs[:64] + everything, theirs):
        with town.sql("department") as connection:
            before = count(connection)
            connection.execute("SELECT set_config('gridgov.context', %s, true)", [forged])
            assert count(connection) == 0 < before


def test_a_context_of_another_transaction_of_the_same_process_opens_nothing(town):
    with town.sql("centre") as connection:
        theirs = connection.execute("SELECT current_setting('gridgov.context') AS c").fetchone()["c"]
        assert count(connection) > 0
        connection.commit()
        assert count(connection) == 0
        connection.execute("SELECT set_config('gridgov.context', %s, false)", [theirs])
        assert count(connection) == 0


def test_who_somebody_is_ends_with_the_transaction(town):
    with town.sql("centre") as connection:
        connection.commit()
        assert count(connection) == 0


def test_an_unknown_proof_closes_what_was_open(town):
    with town.sql("centre") as connection:
        assert connection.execute("SELECT * FROM gridgov_enter(%s, %s)", [b"x" * 32, NOON]).fetchall() == []
        assert count(connection) == 0


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT gridgov_private.sealed('{}')",
        "SELECT gridgov_private.granted(gen_random_uuid(), NULL, now())",
        "SELECT gridgov_private.context()",
        "INSERT INTO incident_party SELECT district_code, 'org:370102-D-CG', id, 'handling', false FROM incident",
        "SELECT gridgov_private.sees('370102', gen_random_uuid(), '{370102}')",
        "SELECT * FROM gridgov_private.party",
        "SELECT * FROM gridgov_private.context_key",
        "SELECT gridgov_keep_days(now(), now())",
        "SET ROLE gridgov",
        "SET ROLE gridgov_jobs",
        "SET SESSION AUTHORIZATION gridgov",
        "ALTER ROLE gridgov_app SUPERUSER",
        "ALTER ROLE gridgov_app BYPASSRLS",
        "GRANT gridgov TO gridgov_app",
        "CREATE ROLE stranger",
        "CREATE DATABASE stranger",
        "CREATE SCHEMA stranger",
        "CREATE TABLE public.incident_look_alike (a int)",
        "CREATE TEMPORARY TABLE incident_party (a int)",
        "CREATE FUNCTION public.account() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid'",
        "CREATE FUNCTION pg_temp.account() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid'",
        "CREATE VIEW public.all_of_it AS SELECT * FROM incident",
        "CREATE EXTENSION dblink",
        "CREATE POLICY open_to_all ON incident USING (true)",
        "DROP POLICY app_select ON incident",
        "ALTER TABLE incident DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE incident OWNER TO gridgov_app",
        "TRUNCATE incident CASCADE",
        "LOCK TABLE incident IN ACCESS EXCLUSIVE MODE",
        "CREATE TRIGGER t AFTER INSERT ON act EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "COPY incident TO '/tmp/incidents'",
        "COPY incident TO PROGRAM 'cat'",
        "COPY load_log FROM '/etc/passwd'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT pg_ls_dir('/')",
        "SELECT lo_import('/etc/passwd')",
        "SELECT lo_create(0)",
        "SELECT lo_from_bytea(0, 'x')",
        "SELECT pg_terminate_backend(pg_backend_pid())",
        "SELECT pg_cancel_backend(pg_backend_pid())",
        "SELECT pg_reload_conf()",
        "SELECT * FROM pg_authid",
        "SELECT * FROM pg_statistic",
        "SELECT * FROM pg_hba_file_rules",
        "SELECT digest FROM incident",
        "SELECT gridgov_private.manages(gen_random_uuid(), '{37}')",
        "SELECT * FROM gridgov_reveal('370102', gen_random_uuid(), gen_random_uuid(), '2000-01-01', 'a look long ago')",
        "SELECT gridgov_has_reporter('370102', gen_random_uuid())",
        "SELECT ST_EstimatedExtent('incident_state', 'geom')",
        "SELECT ST_EstimatedExtent('public', 'staff_position_default', 'geom')",
        "SELECT ST_EstimatedExtent('public', 'incident_state', 'geom', true)",
        "SELECT _postgis_stats('staff_position_default', 'geom')",
        "SELECT _postgis_selectivity('incident_state', 'geom', ST_MakeEnvelope(117, 36, 118, 37, 4326))",
        "SELECT _postgis_join_selectivity('incident_state', 'geom', 'incident_state', 'geom')",
        "SELECT _postgis_index_extent('incident_state', 'geom')",
        "SELECT * FROM incident_default",
        "SELECT * FROM staff_position_default",
        "SELECT * FROM jobs.procrastinate_jobs",
        "DELETE FROM jobs.procrastinate_jobs",
        "SELECT jobs.procrastinate_fetch_job_v2(NULL, 1)",
        "VACUUM FULL incident",
        "ALTER SYSTEM SET log_statement = 'all'",
        "SET session_replication_role = replica",
        "ALTER DATABASE postgres SET work_mem = '1GB'",
    ],
)
def test_every_way_around_the_rules_is_refused(town, statement):
    with town.sql("centre") as connection:
        connection.execute("SAVEPOINT before")
        with pytest.raises(psycopg.Error) as refused:
            connection.execute(statement)
        harmless = (REFUSED, psycopg.errors.ActiveSqlTransaction, psycopg.errors.UndefinedFunction)
        assert isinstance(refused.value, (*harmless, psycopg.errors.UndefinedObject)), refused.value


def test_giving_up_rules_gives_up_rows_not_rules(town):
    with town.sql("department") as connection:
        before = count(connection)
        connection.execute("RESET ROLE")
        connection.execute("RESET SESSION AUTHORIZATION")
        assert count(connection) == before
        connection.execute("SET LOCAL row_security = off")
        with pytest.raises(REFUSED):
            connection.execute(COUNT)


def test_a_path_of_ones_own_changes_no_rule(town):
    with town.sql("department") as connection:
        before = count(connection)
        connection.execute("SET LOCAL search_path = pg_temp, gridgov_private, jobs, public, pg_catalog")
        assert count(connection) == before


def test_an_expression_that_would_tell_of_hidden_rows_is_asked_of_ones_own_only(town):
    # A condition that fails on a certain value, or is slow, must never meet the rows of others.
    with town.sql("department") as connection:
        seen = {row["id"] for row in connection.execute("SELECT id FROM incident")}
        hidden = next(one["id"] for one in town.made if one["id"] not in seen)
        told = f"SELECT count(*) AS n FROM incident WHERE 1 / (id <> '{hidden}')::int = 1"  # noqa: S608 - it fails on one
        assert count(connection, told) == len(seen) > 0


def test_copying_out_takes_no_more_than_reading(town):
    with town.sql("department") as connection:
        own = count(connection)
        with connection.cursor() as cursor, cursor.copy("COPY (SELECT id FROM incident) TO STDOUT") as copied:
            assert sum(1 for _ in copied.rows()) == own
        with pytest.raises(psycopg.Error), connection.cursor() as cursor, cursor.copy("COPY act FROM STDIN") as copying:
            copying.write_row(["370102"])


def test_a_day_on_which_a_role_was_still_held_is_not_the_day_of_entering(town):
    with town.sql(None, user="gridgov") as connection:
        connection.execute("UPDATE gridgov_private.context_key SET believed = '10 minutes'")
        granted = "SELECT jsonb_array_length(grants) AS n FROM gridgov_enter(%s, now() + %s)"
        asked = town.callers["centre"].secret_hash
        ended = (
            "UPDATE account_grant SET valid = tstzrange(lower(valid), now() - interval '1 hour') WHERE account_id = %s"
        )
        for moved in ("-1 year", "0", "1 year"):
            assert connection.execute(granted, [asked, moved]).fetchone() == {"n": 1}
        connection.execute(ended, [town.subjects["centre"].account_id])
        for moved in ("-1 year", "-2 hours", "0"):
            assert connection.execute(granted, [asked, moved]).fetchone() == {"n": 0}
        connection.execute(
            "UPDATE credential SET expires_at = now() - interval '1 hour' WHERE secret_hash = %s", [asked]
        )
        assert connection.execute(granted, [asked, "-1 day"]).fetchone() is None


def test_a_reporter_is_shown_by_no_function_to_whom_it_is_not(town):
    one = next(one for one in town.made if one["district_code"] == "370102")
    asked = [one["district_code"], one["id"]]
    for who in ("street", "worker", "department", "planner", "administrator", "auditor", "narrowed", None):
        with town.sql(who) as connection, pytest.raises(REFUSED):
            connection.execute("SELECT * FROM gridgov_reveal(%s, %s, gen_random_uuid(), 'curiosity')", asked).fetchall()
    with town.sql("administrator") as connection:
        assert connection.execute("SELECT * FROM gridgov_masked_reporter(%s, %s)", asked).fetchall() == []


def test_no_look_is_without_its_fact_whoever_asks_the_function(town):
    one = next(one for one in town.made if one["district_code"] == "370102")
    asked = [one["district_code"], one["id"]]
    with town.sql("centre") as connection:
        connection.execute("SELECT * FROM gridgov_reveal(%s, %s, gen_random_uuid(), 'curiosity')", asked)
        told = "SELECT count(*) AS n FROM incident_fact WHERE incident_id = %s AND kind = 'reporter_revealed'"
        assert connection.execute(told, [one["id"]]).fetchone() == {"n": 1}
        with pytest.raises(REFUSED):
            connection.execute("SELECT nonce FROM look")


def test_work_in_the_background_changes_no_schema_and_reads_no_reporter(town):
    with town.sql(None, user="gridgov_jobs") as connection:
        assert count(connection) == len(town.made)
        for statement in ("CREATE TABLE t (a int)", "DROP TABLE act", "SELECT * FROM reporter", "SET ROLE gridgov"):
            with pytest.raises(REFUSED), connection.transaction():
                connection.execute(statement)


def test_who_logs_in_over_another_name_is_told_no(town, cluster: Cluster):
    with connected(cluster.server.socket) as connection:
        connection.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError, match=r"[Pp]eer|role"), town.sql(None, user="postgres"):
        pass
