"""Keep the whole database in one file, and bring it back."""

import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

from gridgov.errors import ConflictError, FileFormatError, InputError, UnavailableError
from gridgov.settings import settings
from gridgov.store.cluster.address import client_target
from gridgov.store.cluster.cluster import Cluster
from gridgov.store.cluster.database import DATABASE, connected, create
from gridgov.store.cluster.find import client_program

_MAGIC = b"PGDMP"
"""How a custom-format dump begins (PostgreSQL's ``pg_backup_archiver.c``)."""

_INCOMING = f"{DATABASE}_incoming"
_BEFORE = f"{DATABASE}_before"
_NO_KEYS = "--exclude-table-data=gridgov_private.context_key"  # drawn anew where the dump comes back
_LEAVING_S = 2.0  # a closed connection is seen for a moment longer
_POLL_S = 0.05
_IN_USE = "Programs are connected to the database: stop them (gridgov serve, notebooks, QGIS), then restore again."
_TABLES = """
    -- Tables of the database itself: what an extension brought (spatial_ref_sys) does not make it full.
    SELECT count(*) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
      AND NOT EXISTS (
        SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
      )
"""


def dump(url: str, file: Path) -> None:
    """Write the database at `url` into `file`, in PostgreSQL's custom format.

    It is written aside and renamed last: `file` is whole, or as it was before.

    Raises
    ------
    InputError
        If `file` cannot be written, or exists and is something else than an older dump.
    UnavailableError
        If ``pg_dump`` fails; the message repeats its words.
    """
    if file.exists() and not _is_dump(file):
        message = f"{file} exists and is not a dump: name another file."
        raise InputError(message, field="file")
    try:
        descriptor, aside = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    except OSError as error:
        message = f"{file} cannot be written: {error.strerror}."
        raise InputError(message, field="file") from error
    try:
        os.close(descriptor)
        said = _client("pg_dump", ["--format=custom", _NO_KEYS, f"--file={aside}"], url)
        if said is not None:
            message = f"The database could not be dumped: {said}"
            raise UnavailableError(message)
        _sync(Path(aside))
        Path(aside).replace(file)
    finally:
        Path(aside).unlink(missing_ok=True)


def restore(cluster: Cluster, file: Path, *, replace: bool = False) -> None:
    """Bring the database of `cluster` back from `file`.

    The dump is read into a database beside; only when all of it is there, the two change names in one transaction.
    Until then nothing has happened to the old one.

    Parameters
    ----------
    cluster
        A cluster that the caller keeps running.
    file
        What `dump` wrote.
    replace
        Whether a database that holds tables may be replaced.

    Raises
    ------
    FileFormatError
        If `file` is not a whole dump of a gridgov database.
    ConflictError
        If the database holds tables and `replace` is not set, or if programs are connected to it.
    """
    check_dump(file)
    socket = cluster.server.socket
    with connected(socket, DATABASE) as connection:
        (tables,) = next(iter(connection.execute(_TABLES)))
    if tables and not replace:
        message = f"The database is not empty (tables in it: {tables}): dump it first, then restore with --replace."
        raise ConflictError(message)
    with connected(socket) as connection:
        _require_unused(connection)
        _drop(connection, _INCOMING)
        create(connection, _INCOMING)
        try:
            _read_into(cluster.url(_INCOMING), file)
            with connected(socket, _INCOMING) as incoming:
                incoming.execute("ANALYZE")
            _change_places(connection)
        finally:
            _drop(connection, _INCOMING)


def check_dump(file: Path) -> None:
    """Refuse `file` unless it begins like a dump and lists PostGIS among its contents.

    Raises
    ------
    FileFormatError
        Saying what it is not.
    """
    if not _is_dump(file):
        message = f"{file} is not a dump: give a file that `gridgov db dump` wrote."
        raise FileFormatError(message, field="file")
    done = _run([str(client_program("pg_restore", settings().pg_bin)), "--list", str(file)], {})
    if done.returncode != 0:
        message = f"{file} is a damaged dump, or one of a newer PostgreSQL: {_words(done.stderr)}"
        raise FileFormatError(message, field="file")
    if " EXTENSION - postgis" not in done.stdout:
        message = f"{file} is a dump of some other database: PostGIS is not in it."
        raise FileFormatError(message, field="file")


def _is_dump(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return opened.read(len(_MAGIC)) == _MAGIC
    except OSError as error:
        message = f"{file} cannot be read: {error.strerror}."
        raise InputError(message, field="file") from error


def _read_into(url: str, file: Path) -> None:
    said = _client("pg_restore", ["--exit-on-error", "--no-owner", str(file)], url)
    if said is not None:
        message = f"{file} could not be restored, and nothing was changed: {said}"
        raise FileFormatError(message, field="file")


def _change_places(connection: psycopg.Connection) -> None:
    _drop(connection, _BEFORE)  # left by a restore that was killed after it had succeeded
    rename = SQL("ALTER DATABASE {} RENAME TO {}")
    try:
        with connection.transaction():
            connection.execute(rename.format(Identifier(DATABASE), Identifier(_BEFORE)))
            connection.execute(rename.format(Identifier(_INCOMING), Identifier(DATABASE)))
    except psycopg.errors.ObjectInUse as error:
        raise ConflictError(_IN_USE) from error
    _drop(connection, _BEFORE)


def _drop(connection: psycopg.Connection, database: str) -> None:
    connection.execute(SQL("DROP DATABASE IF EXISTS {}").format(Identifier(database)))


def _require_unused(connection: psycopg.Connection) -> None:
    query = "SELECT FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'"
    end = time.monotonic() + _LEAVING_S
    while connection.execute(query, [DATABASE]).fetchone() is not None:
        if time.monotonic() > end:
            raise ConflictError(_IN_USE)
        time.sleep(_POLL_S)


def _client(name: str, arguments: Sequence[str], url: str) -> str | None:
    """Run a client program against `url`; return None if it succeeded, else what it said."""
    target, environment = client_target(url)
    program = str(client_program(name, settings().pg_bin))
    done = _run([program, *arguments, f"--dbname={target}", "--no-password"], environment)
    return None if done.returncode == 0 else _words(done.stderr)


def _run(command: Sequence[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - PostgreSQL's own programs, no shell
        command, env=os.environ | environment, capture_output=True, text=True, errors="replace", check=False
    )


def _words(said: str) -> str:
    return " ".join(said.split())[:2000]


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
