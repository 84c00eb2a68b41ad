"""Add what is missing, change what differs, and count: so that loading a file twice changes nothing."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from geoalchemy2.elements import WKBElement
from psycopg import sql
from sqlalchemy import Column, Connection, Table, text
from sqlalchemy.dialects.postgresql import JSONB


def upsert(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    keys: Sequence[str],
    keep: frozenset[str] = frozenset(),
) -> int:
    """Insert rows or update those whose other columns differ; a column that the rows do not name is left as it is.

    Rows travel by ``COPY`` into a temporary table and are compared there, which is some twenty times faster than
    one long ``VALUES`` list.

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
    if not rows:
        return 0
    named = [c for c in table.c if c.name in rows[0]]
    _copy(connection, table, named, rows)
    columns = [c.name for c in named]
    others = [name for name in columns if name not in {*keys, *keep}]
    statement = sql.SQL(
        "INSERT INTO {table} AS kept ({columns}) SELECT {columns} FROM incoming"
        " ON CONFLICT ({keys}) DO UPDATE SET ({others}) = ROW({news})"
        " WHERE ({olds}) IS DISTINCT FROM ({news})"
    ).format(
        table=sql.Identifier(table.name),
        columns=_names(columns),
        keys=_names(keys),
        others=_names(others),
        olds=_names(others, "kept"),
        news=_names(others, "excluded"),
    )
    changed = connection.execute(text(statement.as_string())).rowcount
    connection.execute(text("DROP TABLE incoming"))
    return changed


def _copy(
    connection: Connection, table: Table, columns: Sequence[Column[Any]], rows: Sequence[Mapping[str, Any]]
) -> None:
    create = sql.SQL("CREATE TEMPORARY TABLE incoming (LIKE {})").format(sql.Identifier(table.name))
    connection.execute(text(create.as_string()))
    copy = sql.SQL("COPY incoming ({}) FROM STDIN").format(_names([c.name for c in columns]))
    driver = connection.connection.driver_connection
    if driver is None:  # pragma: no cover - a connection that executes has a driver
        return
    with driver.cursor() as cursor, cursor.copy(copy) as stream:
        for row in rows:
            stream.write_row([_plain(row[c.name], is_json=isinstance(c.type, JSONB)) for c in columns])


def _plain(value: Any, *, is_json: bool) -> Any:
    if is_json:
        return json.dumps(value, ensure_ascii=False)
    return value.desc if isinstance(value, WKBElement) else value


def _names(names: Sequence[str], of: str | None = None) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(of, name) if of else sql.Identifier(name) for name in names)
