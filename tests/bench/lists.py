"""Lists of incidents at 200,000 and at 2,000,000: what ten times as many cost those who look, by role and by filter.

Both databases hold fifteen months; in the larger one every day has ten times as many reports, which is harder than a
longer history: open, late and rare cases are ten times as many too. Each call opens its transaction under the login of
requests, enters, reads a page of 50 and ends, as behind the API.
"""

import hashlib
import random
import time
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import psycopg

from gridgov.access import Caller
from gridgov.ids import first_id_of
from gridgov.services.looking import Desk, Filter
from gridgov.services.sample import load_sample
from gridgov.store.cluster.address import plain
from gridgov.store.unit import Store
from tests.bench.site import SAMPLE, database

SIZES = (200_000, 2_000_000)
CALLS = 100
MONTHS = 15
TARGET = 1.5
_PAGE = 50
_NOW = datetime.now(UTC).replace(microsecond=0)
_FIRST = _NOW - timedelta(days=30 * (MONTHS - 1))

_WHO = {
    "command centre": ("command_centre", "370102", None),
    "street": ("street_officer", "370102005", None),
    "community": ("community_officer", "370102005003", None),
    "rare department": ("department_officer", "370102", "370102-E-DC"),
}
# Without triggers, the keys that point elsewhere are not asked for: everything below is consistent by making.
_SETTINGS = "SET session_replication_role = replica; SET synchronous_commit = off; SET work_mem = '256MB'"
_MADE = """
    CREATE TEMPORARY TABLE made AS
    SELECT n, (%(first)s::timestamptz + (n::float8 / %(size)s) * %(span)s::interval) AS at,
           gridgov_private.new_id(%(first)s::timestamptz + (n::float8 / %(size)s) * %(span)s::interval) AS id,
           c.code AS cell_code, m.code AS matter_code, m.list_version, m.priority, o.code AS office,
           CASE WHEN n > %(size)s * 0.97 THEN
               (ARRAY['reported', 'filed', 'dispatched', 'handling', 'handling', 'fed_back'])[1 + n %% 6]
               WHEN n %% 200 = 7 THEN 'handling' WHEN n %% 50 = 3 THEN 'rejected' ELSE 'closed' END AS stage
    FROM generate_series(1, %(size)s::bigint) AS n
    JOIN (SELECT code, row_number() OVER (ORDER BY code) - 1 AS place, count(*) OVER () AS many FROM cell) AS c
      ON c.place = (hashint8(n) & 2147483647) %% c.many
    JOIN (SELECT *, row_number() OVER (ORDER BY code) - 1 AS place, count(*) OVER () AS many FROM matter) AS m
      ON m.place = floor(m.many * power(((hashint8(n + 7) & 1048575) / 1048576.0), 3))
    -- The first office gets half, the next half of the rest, ...: the last ones are rare.
    JOIN (SELECT code, row_number() OVER (ORDER BY code) - 1 AS place FROM organisation WHERE code LIKE '370102-D-%%'
          UNION ALL SELECT '370102-E-DC', 99) AS o
      ON o.place = CASE WHEN n %% 4000 = 11 THEN 99 ELSE (hashint8(n + 3) & 7) END
"""
_INTO = {
    "incident": """
    INSERT INTO incident (district_code, id, number, reported_at, received_at, channel, list_version, matter_code,
                          text, digest)
    SELECT '370102', id, '370102-' || to_char(at, 'YYMMDD') || '-' || upper(right(id::text, 8)), at, at, 'camera',
           list_version, matter_code, '占道经营，堵住了消防通道', uuid_send(id) FROM made
    """,
    "incident_state": """
    INSERT INTO incident_state (district_code, incident_id, stage, placement, findings, position_seq,
        cell_district_code, cell_code, lead_organisation_code, due_at, deadline_at, due_kind, matter_code, priority,
        handling_organisation_code, first_organisation_code, stage_since, clock, reported_at, geom)
    SELECT '370102', id, stage, CASE WHEN n %% 500 = 1 THEN 'unplaced' ELSE 'located' END, '{}', 1, '370102', cell_code,
           office, d.due_at, d.due_at, 'handle', matter_code, priority, office, office, at, 'running', at,
           ST_SetSRID(ST_MakePoint(117.0 + (n %% 1700) / 10000.0, 36.6 + (n %% 1100) / 10000.0), 4326)
    FROM made CROSS JOIN LATERAL (
        SELECT CASE WHEN stage NOT IN ('closed', 'rejected') THEN at + interval '5 days' END
    ) AS d (due_at)
    """,
    "incident_fact": """
    INSERT INTO incident_fact (district_code, incident_id, seq, kind, at, author, payload, previous_hash, hash)
    SELECT '370102', id, 1, 'reported', at, 'bench', '{}', '', uuid_send(id) FROM made
    """,
    "incident_position": """
    INSERT INTO incident_position (district_code, incident_id, seq, source, datum, geom, cell_code, grid_checksum)
    SELECT '370102', id, 1, 'given', 'wgs84',
           ST_SetSRID(ST_MakePoint(117.0 + (n %% 1700) / 10000.0, 36.6 + (n %% 1100) / 10000.0), 4326), cell_code, ''
    FROM made
    """,
    "incident_party": """
    INSERT INTO incident_party (district_code, party, incident_id, part, open)
    SELECT '370102', p.party, id, 'place', stage NOT IN ('closed', 'rejected') FROM made CROSS JOIN LATERAL (
        VALUES ('370102'), (left(cell_code, 9)), (left(cell_code, 12)), (cell_code), ('org:' || office)
    ) AS p (party)
    """,
}


def run(sizes: tuple[int, int] = SIZES) -> list[dict[str, Any]]:
    """Measure p50 and p99 of each role and filter at both sizes; `ratio` is the target's growth over the found one."""
    measured = [_measured(size) for size in sizes]
    rows = []
    for name, small in measured[0].items():
        large = measured[1][name]
        growth = large[1] / small[1]
        print(
            f"{name:50} p50 {small[0]:7.1f} {large[0]:7.1f} ms   p99 {small[1]:7.1f} {large[1]:7.1f} ms   x{growth:.2f}"
        )
        rows.append(
            {
                "what": f"{name}: p99 of a page",
                "ours": large[1],
                "peer": small[1],
                "peer_name": f"the same at {sizes[0]:,} (target x{TARGET})",
                "ratio": TARGET / growth,
                "unit": "ms",
                "equal": None,
            }
        )
    return rows


def _measured(size: int) -> dict[str, tuple[float, float]]:
    with database() as url:
        store = Store(url)
        load_sample(store, SAMPLE, now=_NOW, progress=lambda _: None)
        start = time.perf_counter()
        _fill(url, size)
        print(f"{size:,} incidents made in {time.perf_counter() - start:.0f} s")
        with store.transaction() as unit:
            rare = unit.connection.exec_driver_sql("SELECT matter_code FROM incident_state LIMIT 1").scalar_one()
        found = {}
        for name, grant in _WHO.items():
            caller, desk = _caller(store, *grant), Desk(store, clock=lambda: _NOW)
            for words, which in _filters(rare).items():
                found[f"{name}, {words}"] = _timed(desk, caller, which)
        store.close()
        return found


def _fill(url: str, size: int, tables: Collection[str] = tuple(_INTO)) -> None:
    asked = {"size": size, "first": _FIRST, "span": _NOW - _FIRST}
    with psycopg.connect(plain(url), autocommit=True) as line:
        line.execute(_SETTINGS)
        line.execute(_MADE, asked)
        for table in tables:
            line.execute(_INTO[table], {})
        line.execute("DROP TABLE made")
        line.execute("VACUUM ANALYZE")
        line.execute("CHECKPOINT")


def _filters(rare: str) -> dict[str, Filter]:
    day = _FIRST + timedelta(days=200)
    return {
        "all": Filter(),
        "in handling": Filter(stage="handling"),
        "closed": Filter(stage="closed"),
        "a matter": Filter(matter=rare),
        "overdue": Filter(overdue=True),
        "a handling organisation": Filter(handling_organisation="370102-D-CG"),
        "a rare handling organisation": Filter(handling_organisation="370102-E-DC"),
        "one day": Filter(since=day, until=day + timedelta(days=1)),
        "last half year, in handling": Filter(since=_NOW - timedelta(days=180), stage="handling"),
        "unplaced": Filter(placement="unplaced"),
        "a number": Filter(number=f"370102-{day:%y%m%d}-A"),
        "a street": Filter(street_code="370102005"),
    }


def _caller(store: Store, role: str, area: str, organisation: str | None) -> Caller:
    login, now = f"{role}-{area}", _NOW - timedelta(days=1)
    caller = Caller(hashlib.sha256(login.encode()).digest())
    with store.transaction() as unit:
        account_id = unit.access.add_account(login, login, now=now)
        unit.access.grant(account_id, role, area, organisation, now=now, by="bench")
        far = _NOW + timedelta(days=365)
        unit.access.add_credential(account_id, "token", caller.secret_hash, now=now, expires_at=far)
    return caller


def _timed(desk: Desk, caller: Caller, which: Filter) -> tuple[float, float]:
    """Return p50 and p99 in ms: half of the calls ask for the first page, half for one somewhere in the last year."""
    chance = random.Random(11)
    spent = []
    for call in range(CALLS + 5):
        before = first_id_of(_NOW - timedelta(days=chance.uniform(0, 365))) if call % 2 else None
        start = time.perf_counter()
        desk.incidents(caller, which, limit=_PAGE, before=before)
        spent.append((time.perf_counter() - start) * 1000)
    return float(np.percentile(spent[5:], 50)), float(np.percentile(spent[5:], 99))
