"""Add what is missing, change what differs, and count: so that loading a file twice changes nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, or_
from sqlalchemy.dialects.postgresql import insert

_BATCH = 2_000  # PostgreSQL takes 65,535 parameters a statement; the widest table here has 14 columns


def upsert(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    keys: Sequence[str],
    keep: frozenset[str] = frozenset(),
) -> int:
    """Insert rows or update those whose other columns differ.

    Parameters
    ----------
    keys
        The columns of the unique key by which a row is known.
    keep
        Columns that an existing row keeps (its identity).

    Returns
    -------
    int
        How many rows were added or changed.
    """
    changed = 0
    others = [c for c in table.c if c.name not in {*keys, *keep}]
    for start in range(0, len(rows), _BATCH):
        statement = insert(table).values([dict(row) for row in rows[start : start + _BATCH]])
        statement = statement.on_conflict_do_update(
            index_elements=list(keys),
            set_={c.name: statement.excluded[c.name] for c in others},
            where=or_(*(c.is_distinct_from(statement.excluded[c.name]) for c in others)),
        )
        changed += connection.execute(statement).rowcount
    return changed
