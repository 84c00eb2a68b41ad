"""A list of patrols finds one's own among everybody's by an index, and shows all that the rule of the rows shows one.

Plans of the login of requests are read over many rows.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy.dialects import postgresql

from gridgov.patrols import PatrolsWanted
from gridgov.store.patrols import listed
from tests.rows.making import HOME
from tests.rows.town import ROLES, Town
from tests.support import NOON

MANY = 20_000
_FILL = """
    WITH walked AS (
        SELECT n, c.district_code, c.id AS cell_id, c.code AS cell_code, %(now)s - n * interval '3 minutes' AS at
        FROM generate_series(1, %(many)s) AS n
        JOIN (SELECT *, row_number() OVER (ORDER BY code) - 1 AS place, count(*) OVER () AS cells
              FROM cell WHERE district_code = %(home)s AND upper_inf(valid)) AS c ON c.place = n * 7 %% c.cells
    )
    INSERT INTO patrol (district_code, id, account_id, person_id, cell_id, cell_code, checklist_code, checklist_version,
                        started_at, ended_at, device_started_at, device_ended_at, received_at, answers, found, digest)
    SELECT w.district_code, gridgov_private.new_id(w.at), md5((n %% 1500)::text)::uuid, p.id, w.cell_id, w.cell_code,
           'fire', 1, w.at, w.at, w.at, w.at, w.at, '[]', 0, ''
    FROM walked AS w CROSS JOIN (SELECT id FROM person WHERE district_code = %(home)s LIMIT 1) AS p
"""


@pytest.fixture(scope="module")
def crowd(town: Town) -> Iterator[psycopg.Connection[Any]]:
    """Yield a transaction with many more patrols, gathered statistics and all, which is undone at the end."""
    with town.sql(None, user="gridgov") as connection:
        connection.execute(_FILL, {"many": MANY, "home": HOME, "now": NOON})
        connection.execute("ANALYZE patrol, person")
        yield connection


def ask(town: Town, who: str, *, limit: int = 50, **wanted: Any) -> Any:
    """Return the list's own query, as psycopg runs it."""
    query = listed(town.subjects[who], PatrolsWanted(**wanted), limit=limit, before=None)
    return query.compile(dialect=postgresql.psycopg.dialect(), compile_kwargs={"render_postcompile": True})


def plan(connection: psycopg.Connection[Any], words: Any) -> str:
    rows = connection.execute(f"EXPLAIN {words}", words.params).fetchall()
    return "\n".join(row["QUERY PLAN"] for row in rows)


@pytest.mark.parametrize("who", ["department", "narrowed", "administrator"])
def test_whoever_has_no_area_is_found_by_their_account(enter, town, who):
    words = plan(enter(who), ask(town, who))
    assert "patrol_account_id_idx" in words, words
    assert "Index Cond: (account_id = " in words


def test_whoever_has_cells_is_found_by_them_and_by_their_account(enter, town):
    words = plan(enter("worker"), ask(town, "worker"))
    assert "patrol_account_id_idx" in words, words
    assert "patrol_cell_idx" in words
    assert "Seq Scan on patrol" not in words


def test_the_last_hours_are_found_by_when_patrols_ended(enter, town):
    words = plan(enter("centre"), ask(town, "centre", since=NOON - timedelta(hours=1)))
    assert "patrol_ended_at_idx" in words, words


@pytest.mark.parametrize("who", [name for name in ROLES if name != "unwritten"])
def test_the_list_shows_what_the_rule_of_the_rows_shows_and_nothing_less(enter, town, who):
    connection, words = enter(who), ask(town, who, limit=MANY * 2)
    seen = {row["id"] for row in connection.execute("SELECT id FROM patrol").fetchall()}
    assert seen
    assert {row["id"] for row in connection.execute(words.string, words.params).fetchall()} == seen
