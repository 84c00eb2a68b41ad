"""What is inside the server: the database, its extensions, and what it tells about itself."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping
from psycopg.sql import SQL, Identifier

from gridgov.errors import DatabaseUnavailableError, SetupError
from gridgov.store.cluster.initialise import LOGINS, ROLE, ensure_logins
from gridgov.store.cluster.listen import PORT

DATABASE = "gridgov"
EXTENSIONS = ("postgis", "btree_gist")
_MAINTENANCE = "postgres"
_RECOVERY_S = 300.0
_POLL_S = 0.05
# "grid" in ASCII: held by the session that makes the database or its extensions.
_PREPARING = 0x67726964
_CREATE = SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'")

_LOGIN = SQL("CREATE ROLE {} LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS")


@contextmanager
def connected(socket: Path, database: str = _MAINTENANCE) -> Iterator[psycopg.Connection]:
    """Open a connection of its own transactions per statement to `database` of the server that listens in `socket`.

    Raises
    ------
    DatabaseUnavailableError
        If the server or the database does not answer.
    """
    try:
        connection = _connect(socket, database)
    except psycopg.OperationalError as error:
        message = f"The database does not answer: {error}. `gridgov db status` tells more."
        raise DatabaseUnavailableError(message) from error
    try:
        with connection:
            yield connection
    except psycopg.OperationalError as error:
        message = f"The database did not do it: {error}. `gridgov db status` tells more."
        raise DatabaseUnavailableError(message) from error


def _connect(socket: Path, database: str) -> psycopg.Connection:
    """Open a connection, waiting for a server that just recovers from the death of one of its processes."""
    target = make_conninfo(host=str(socket), port=PORT, user=ROLE, dbname=database, connect_timeout=30)
    end = time.monotonic() + _RECOVERY_S
    ready = False
    while True:
        try:
            return psycopg.connect(target, autocommit=True)
        except psycopg.OperationalError:
            answer = PGconn.ping(target.encode())
            # It may have become ready between the refusal and the question: then the refusal counts the second time.
            if answer not in {Ping.REJECT, Ping.OK} or ready or time.monotonic() > end:
                raise
            ready = answer == Ping.OK
            time.sleep(_POLL_S)


def prepare(socket: Path, data: Path, database: str) -> None:
    """Make `database` and its extensions unless they are there.

    Each step is done under a lock of its session: a program that was killed leaves a server process that still carries
    out its last statement, and whoever looked meanwhile would not see what is just coming.

    Raises
    ------
    SetupError
        If the connection led to the server of another data folder, or PostgreSQL knows no Chinese collation.
    """
    with connected(socket) as connection:
        _require_ours(connection, data)
        connection.execute("SELECT pg_advisory_lock(%s)", [_PREPARING])
        _ensure_roles(connection, data)
        known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [database]).fetchone()
        if known is None:
            create(connection, database)
    with connected(socket, database) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_PREPARING])
        present = {name for (name,) in connection.execute("SELECT extname FROM pg_extension")}
        for name in EXTENSIONS:
            if name not in present:
                connection.execute(SQL("CREATE EXTENSION IF NOT EXISTS {}").format(Identifier(name)))


def _ensure_roles(connection: psycopg.Connection, data: Path) -> None:
    """Have the login roles before any database grants them something, as one that comes back from a dump does."""
    present = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
    for name in LOGINS:
        if name not in present:
            with suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
                connection.execute(_LOGIN.format(Identifier(name)))
    if ensure_logins(data):
        connection.execute("SELECT pg_reload_conf(), pg_sleep(0.2)")


def create(connection: psycopg.Connection, database: str) -> None:
    """Make the empty database `database`, in UTF-8, sorted by code point."""
    if connection.execute("SELECT FROM pg_collation WHERE collname = 'zh-x-icu'").fetchone() is None:
        message = "This PostgreSQL was built without ICU and cannot sort Chinese: install the one of your distribution."
        raise SetupError(message)
    connection.execute(_CREATE.format(Identifier(database)))


def versions(socket: Path, database: str = DATABASE) -> tuple[str | None, str | None]:
    """Return the versions of PostgreSQL and of the PostGIS in `database`."""
    with connected(socket, database) as connection:
        query = "SELECT extversion FROM pg_extension WHERE extname = 'postgis'"
        return connection.info.parameter_status("server_version"), next(iter(connection.execute(query)), (None,))[0]


def _require_ours(connection: psycopg.Connection, data: Path) -> None:
    row = connection.execute("SELECT current_setting('data_directory')").fetchone()
    if row is None or not data.samefile(row[0]):
        message = "The connection led to another PostgreSQL: unset PGHOSTADDR and PGSERVICE, then try again."
        raise SetupError(message)
