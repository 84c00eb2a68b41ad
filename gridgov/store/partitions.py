"""Monthly partitions of what belongs to an incident, cut on the leading time of its UUIDv7.

A row whose id lies outside every month (a phone whose clock lost years) falls into the default partition: nothing
is refused for want of a partition. Months are opened well ahead; once the default holds rows of a month, that
month stays there.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from sqlalchemy import Connection, text

from gridgov.ids import first_id_of
from gridgov.store.tables.base import PARTITIONED_BY_MONTH

MONTHS_BEHIND = 15
MONTHS_AHEAD = 15


def ensure_months(connection: Connection, now: datetime) -> int:
    """Open the months around `now` that are not open yet, and return how many partitions that made."""
    existing = set(connection.execute(text(_CHILDREN)).scalars())
    made = 0
    for start, end in _months(now):
        for table in PARTITIONED_BY_MONTH:
            name = f"{table}_{start:%Y_%m}"
            if name not in existing and not _default_holds(connection, table, start, end):
                connection.execute(text(_create(table, name, start, end)))
                made += 1
    return made


def create_defaults(connection: Connection, tables: Sequence[str]) -> None:
    """Give partitioned tables the partition that takes what no month takes."""
    for table in tables:
        connection.execute(text(f"CREATE TABLE IF NOT EXISTS {table}_default PARTITION OF {table} DEFAULT"))


def _months(now: datetime) -> Iterator[tuple[datetime, datetime]]:
    first = now.year * 12 + now.month - 1 - MONTHS_BEHIND
    starts = [
        datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)
        for month in range(first, first + MONTHS_BEHIND + MONTHS_AHEAD + 2)
    ]
    yield from pairwise(starts)


def _create(table: str, name: str, start: datetime, end: datetime) -> str:
    return (
        f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF {table} "
        f"FOR VALUES FROM ('{first_id_of(start)}') TO ('{first_id_of(end)}')"
    )


def _default_holds(connection: Connection, table: str, start: datetime, end: datetime) -> bool:
    column = "id" if table == "incident" else "incident_id"
    query = text(f"SELECT EXISTS (SELECT FROM {table}_default WHERE {column} >= :a AND {column} < :b)")  # noqa: S608 - names are ours
    return bool(connection.execute(query, {"a": first_id_of(start), "b": first_id_of(end)}).scalar())


_CHILDREN = """
    SELECT child.relname
    FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
    WHERE child.relkind IN ('r', 'p')
"""
