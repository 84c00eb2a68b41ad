"""What a wall asks costs as much as is open, however much there ever was: plans of the login of requests are read."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.dialects import postgresql

from gridgov.store.past import PastStore
from gridgov.store.walking import Filter, Window
from gridgov.store.watching.ground import ground
from layers.tiles import QUERIES, Tile
from layers.tiles.queries import statement
from tests.conftest import sample_of_its_own
from tests.rows.town import Town, make_town
from tests.support import NOON

MANY = 20_000
DAY = timedelta(days=1)
WALKING = ["enable_sort", "enable_bitmapscan", "enable_seqscan", "enable_hashjoin", "enable_mergejoin"]
_FILL = """
    WITH made AS (
        SELECT gridgov_private.new_id('2026-06-01Z'::timestamptz + n * interval '1 minute') AS id, n
        FROM generate_series(1, %(many)s) AS n
    ), kept AS (
        INSERT INTO incident (district_code, id, number, reported_at, received_at, channel, list_version, matter_code,
                              text, digest)
        SELECT '370102', id, '370102-260601-' || lpad(n::text, 8, '0'), '2026-06-01Z', now(), 'camera', m.list_version,
               m.code, '', ''
        FROM made CROSS JOIN (SELECT list_version, code FROM matter LIMIT 1) AS m
        RETURNING id
    ), stood AS (
        INSERT INTO incident_standing (district_code, incident_id, since, until, stage, placement, matter_code)
        SELECT '370102', id, '2026-06-01Z'::timestamptz + n * interval '1 minute' + s.after * interval '1 hour',
               '2026-06-01Z'::timestamptz + n * interval '1 minute' + s.til * interval '1 hour', s.stage, 'located',
               CASE n %% 100 WHEN 0 THEN 'x' ELSE 'y' END
        FROM made
        CROSS JOIN (VALUES (0, 2, 'reported'), (2, 20, 'handling'), (20, NULL, 'closed')) AS s (after, til, stage)
    ), whistled AS (
        INSERT INTO whistle (district_code, id, incident_id, kind, stage, combined, crosses_district, drafted_at,
                             closed_at)
        SELECT '370102', gen_random_uuid(), id, k.code, 'closed', false, false,
               '2026-06-01Z'::timestamptz + n * interval '1 minute',
               '2026-06-01Z'::timestamptz + n * interval '1 minute' + interval '9 hours'
        FROM made CROSS JOIN (SELECT code FROM whistle_kind LIMIT 1) AS k
    )
    INSERT INTO incident_state (district_code, incident_id, stage, placement, findings, reported_at)
    SELECT '370102', id, 'closed', 'located', '{}', '2026-06-01Z' FROM made
"""


@pytest.fixture(scope="module")
def crowd(cluster, sample_url) -> Iterator[tuple[psycopg.Connection[Any], Town]]:  # noqa: ARG001 - it makes the template
    """Yield a transaction with many incidents that are over, statistics and all, which is undone at the end."""
    with sample_of_its_own(cluster) as url:
        town = make_town(url)
        with town.sql(None, user="gridgov") as connection:
            connection.execute(_FILL, {"many": MANY})
            connection.execute("ANALYZE incident, incident_state, incident_party, incident_standing, whistle")
            yield connection, town


def plan(crowd, who: str, query: str, **asked: Any) -> str:
    connection, town = crowd
    words = text(query).bindparams(**{n: v for n, v in asked.items() if f":{n}" in query})
    compiled = words.compile(dialect=postgresql.psycopg.dialect())
    with connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL ROLE gridgov_app")
        connection.execute("SELECT * FROM gridgov_enter(%s, '2026-06-15Z')", [town.callers[who].secret_hash])
        rows = connection.execute(f"EXPLAIN {compiled}", compiled.params).fetchall()
    return "\n".join(row["QUERY PLAN"] for row in rows)


def test_what_is_open_is_found_by_the_index_of_what_is_open(crowd):
    town = crowd[1]
    whole = f"WITH {ground(town.subjects['centre'])} SELECT count(*) FROM open_case"  # noqa: S608 - ours
    words = plan(crowd, "centre", whole)
    assert "incident_state_2026_06_incident_id_idx" in words
    assert "Seq Scan on incident_state_2026_06" not in words
    own = f"WITH {ground(town.subjects['street'])} SELECT count(*) FROM open_case"  # noqa: S608 - ours
    words = plan(crowd, "street", own, codes=["370102001"])
    assert "incident_party_open_idx" in words
    assert "Seq Scan on incident_state_2026_06" not in words


def test_what_was_open_at_a_moment_is_found_by_the_index_of_times(crowd):
    connection, _ = crowd
    query = (
        "EXPLAIN SELECT incident_id FROM incident_standing WHERE tstzrange(since, until) @> '2026-06-08Z'::timestamptz "
        "AND stage NOT IN ('closed', 'rejected', 'merged')"
    )
    words = "\n".join(row["QUERY PLAN"] for row in connection.execute(query).fetchall())
    assert "incident_standing_open_idx" in words


def test_whistles_that_lived_at_a_moment_are_found_by_what_was_open_not_among_all_there_were(crowd):
    connection, town = crowd
    query = f"WITH {ground(town.subjects['centre'], past=True)} SELECT count(*) FROM living"  # noqa: S608 - ours
    with connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL enable_seqscan = off")  # so few are read sooner than looked up
        words = plan(crowd, "centre", query, at=NOON - 7 * DAY)
    assert "whistle_incident_idx" in words
    assert "Seq Scan on whistle" not in words


@pytest.mark.parametrize("name", ["whistles", "whistle_parts"])
@pytest.mark.parametrize(
    ("found", "index"), [("found_living", "whistle_live_idx"), ("found_living_then", "whistle_incident_idx")]
)
def test_a_tile_of_whistles_goes_by_those_that_live_or_lived(crowd, name, found, index):
    connection, _ = crowd
    words = statement("tile", name, replace(QUERIES[name], found=found)).clause.text
    asked = {**Tile(16, 54085, 25608).numbers, "west": 117.0, "south": 36.6, "east": 117.1, "north": 36.7}
    asked |= {"at": NOON - 7 * DAY, "past": found == "found_living_then", "most": 5_000}
    with connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        connection.execute("SET LOCAL enable_seqscan = off")  # so few are read sooner than looked up
        told = plan(crowd, "centre", words, **asked)
    read = [line for line in told.splitlines() if " on whistle w" in line or " on whistle_live_idx" in line]
    # By its key whoever asks is asked, of each side, whether they see its whistle.
    assert [line for line in read if "whistle_pkey" not in line] == [line for line in read if index in line] != []


def test_a_list_of_a_period_of_the_past_does_not_walk_beyond_it(crowd):
    connection, town = crowd
    subject, window = town.subjects["centre"], Window(NOON, 50)
    store = PastStore(None, subject)  # type: ignore[arg-type]  # nothing is asked of it
    for which in (Filter(since=NOON - DAY, until=NOON), Filter(since=NOON - DAY, matter="x")):
        query, _ = next(store._walks(which, window))
        with connection.transaction(force_rollback=True):
            connection.execute("SELECT set_config(name, 'off', true) FROM unnest(%s::text[]) AS name", [WALKING])
            words = plan(crowd, "centre", query, **store._parameters(which, window))
        walked = [line for line in words.splitlines() if "Index Cond" in line and "id >=" in line and "id <" in line]
        assert walked, words


@pytest.mark.parametrize(
    ("which", "index"),
    [(Filter(), "incident_party_party_incident_id_idx"), (Filter(matter="x"), "incident_standing_matter_idx")],
)
def test_a_list_of_the_past_walks_back_from_its_moment(crowd, which, index):
    connection, town = crowd
    subject, window = town.subjects["centre"], Window(NOON, 50)
    store = PastStore(None, subject)  # type: ignore[arg-type]  # nothing is asked of it
    query, gathers = next(store._walks(which, window))
    assert not gathers
    with connection.transaction(force_rollback=True):
        connection.execute("SELECT set_config(name, 'off', true) FROM unnest(%s::text[]) AS name", [WALKING])
        words = plan(crowd, "centre", query, **store._parameters(which, window))
    assert f"Backward using {index}" in words
    assert "Sort" not in words


def test_eight_signs_are_found_by_their_index(crowd):
    connection, _ = crowd
    query = "EXPLAIN SELECT id FROM incident WHERE substr(number, 15) ~>=~ '00001' AND substr(number, 15) ~<~ '00001~'"
    words = "\n".join(row["QUERY PLAN"] for row in connection.execute(query).fetchall())
    assert "substr" in words
    assert "Seq Scan on incident_2026_06" not in words
