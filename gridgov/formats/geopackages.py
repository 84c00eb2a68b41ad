"""What a GeoPackage may hold: tables alone. A view is a program, and reading it runs what its author wrote."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

from gridgov.errors import FileFormatError

_RTREE: Final = re.compile(r"CREATE\s+VIRTUAL\s+TABLE\s+\S+\s+USING\s+rtree\s*\(", re.IGNORECASE)
_MOST_TABLES: Final = 2_000
_COMPUTED: Final = {2, 3}


def require_plain(path: Path) -> None:
    """Refuse a GeoPackage in which reading a layer would run more than a walk through a table.

    A view can recurse for ever, and a computed column be larger than memory. Triggers stay: GDAL and QGIS write some
    into every file, and nothing fires them as long as the file is only read.

    Raises
    ------
    FileFormatError
        If it is no database, or holds a view, a computed column, or a virtual table that is no index of GDAL's.
    """
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1", uri=True)) as file:
            wrong = _wrong(file)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        message = f"{path.name} cannot be read ({str(error)[:100]}): it may be cut off or damaged, copy it again."
        raise FileFormatError(message, field="file") from error
    if wrong:
        message = f"{path.name} {wrong}: save its cells as a layer of a new GeoPackage, and give that."
        raise FileFormatError(message, field="file")


def _wrong(file: sqlite3.Connection) -> str | None:
    found = file.execute("SELECT type, name, sql FROM sqlite_master").fetchmany(_MOST_TABLES * 20 + 1)
    tables = [(str(name), str(sql)) for kind, name, sql in found if kind == "table"]
    if len(tables) > _MOST_TABLES or len(found) > _MOST_TABLES * 20:
        return f"holds more than {_MOST_TABLES:,} tables"
    for kind, name, _ in found:
        if kind == "view":
            return f"holds a view, {_short(name)}, and only tables are read"
    for name, sql in tables:
        if re.match(r"\s*CREATE\s+VIRTUAL", sql, re.IGNORECASE):
            if not _RTREE.match(sql):
                return f"holds a virtual table, {_short(name)}, that is no spatial index"
        elif _computes(file, name):
            return f"has computed columns in {_short(name)}"
    return None


def _computes(file: sqlite3.Connection, table: str) -> bool:
    columns = file.execute("SELECT hidden FROM pragma_table_xinfo(?)", (table,))
    return any(hidden in _COMPUTED for (hidden,) in columns)


def _short(name: object) -> str:
    return repr(str(name)[:60])
