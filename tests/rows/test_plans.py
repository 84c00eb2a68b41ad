"""Row-level security takes no index away: the plans of the login of requests are read."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy.dialects import postgresql

from gridgov.store.walking import Filter, Window, walks
from tests.rows.town import Town
from tests.support import NOON

MANY = 20_000
BOX = "ST_MakeEnvelope(117.09, 36.65, 117.091, 36.651, 4326)"

_FILL = """
    WITH made AS (
        SELECT gridgov_private.new_id('2026-06-01Z'::timestamptz + n * interval '1 minute') AS id, n
        FROM generate_series(1, %(many)s) AS n
    ), kept AS (
        INSERT INTO incident (district_code, id, number, reported_at, received_at, channel, list_version, matter_code,
                              text, digest)
        SELECT '370102', id, 'plan-' || n, now(), now(), 'camera', m.list_version, m.code, '', ''
        FROM made CROSS JOIN (SELECT list_version, code FROM matter LIMIT 1) AS m
        RETURNING id
    )
    INSERT INTO incident_state (district_code, incident_id, stage, placement, findings, reported_at, geom)
    SELECT '370102', id, 'closed', 'located', '{}', now(),
           ST_SetSRID(ST_MakePoint(117.0 + (n %% 200) / 1000.0, 36.6 + (n / 200) / 1000.0), 4326)
    FROM made
"""


@pytest.fixture(scope="module")
def crowd(town: Town) -> Iterator[psycopg.Connection[Any]]:
    """Yield a transaction with many more incidents, gathered statistics and all, which is undone at the end."""
    with town.sql(None, user="gridgov") as connection:
        connection.execute(_FILL, {"many": MANY})
        connection.execute("ANALYZE incident, incident_state, incident_party, cell, base_feature, area_period")
        yield connection


def plan(connection: psycopg.Connection[Any], table: str, condition: str = "true") -> str:
    asked = f"EXPLAIN SELECT * FROM {table} WHERE {condition}"  # noqa: S608 - the tests' own words
    return "\n".join(row["QUERY PLAN"] for row in connection.execute(asked).fetchall())


@pytest.mark.parametrize("who", ["centre", "street", "department", "worker"])
def test_the_spatial_index_finds_what_is_in_a_box(enter, who):
    words = plan(enter(who), "incident_state", f"geom && {BOX}")
    assert "geom_idx" in words
    assert "Index Cond: (geom &&" in words


@pytest.mark.parametrize("table", ["cell", "base_feature", "area_period"])
def test_the_spatial_index_of_the_base_map_stays_in_use(enter, table):
    connection = enter("centre")
    connection.execute("SET LOCAL enable_seqscan = off")  # some of them are small enough to be read whole
    assert "Index Cond: (geom &&" in plan(connection, table, f"geom && {BOX}")


def test_without_the_mark_the_rules_would_keep_the_rows_from_the_index(enter, crowd):
    crowd.execute("ALTER FUNCTION geometry_overlaps(geometry, geometry) NOT LEAKPROOF")
    words = plan(enter("centre"), "incident_state", f"geom && {BOX}")
    assert "Index Cond: (geom &&" not in words


@pytest.mark.parametrize(
    "condition",
    ["incident_id = '01a201c5-8ede-786d-989c-ad2c54eb30b6'", "due_at < now()", "matter_code = '20908'"],
)
def test_other_indexes_stay_in_use_too(enter, condition):
    connection = enter("centre")
    connection.execute("SET LOCAL enable_seqscan = off")
    words = plan(connection, "incident_state", condition)
    assert "Index Cond" in words
    assert "Index Cond: (district_code = ANY" not in words


def test_what_is_open_is_found_along_ones_own_open_cases(enter, town):
    connection = enter("street")
    asked = next(walks(Filter(stage="handling"), town.subjects["street"], ["370102001"], Window(NOON, 50))).query
    words = asked.compile(dialect=postgresql.psycopg.dialect())
    for setting in ("enable_sort", "enable_bitmapscan", "enable_seqscan"):
        connection.execute(f"SET LOCAL {setting} = off")
    rows = connection.execute(f"EXPLAIN {words}", words.params).fetchall()
    along = [row["QUERY PLAN"] for row in rows if "incident_party_open_idx" in row["QUERY PLAN"]]
    assert len(along) == 1
    assert "Backward" in along[0]


def test_who_somebody_is_is_asked_once_for_a_query_and_not_for_each_row(enter):
    words = plan(enter("centre"), "incident_fact")
    assert "InitPlan" in words
    assert all("districts(" not in line and "parties(" not in line for line in words.splitlines() if "Filter" in line)
