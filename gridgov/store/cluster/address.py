"""Which database this installation uses: the private cluster's, or the one that ``GRIDGOV_DATABASE_URL`` names."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import conninfo
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from gridgov.errors import DatabaseUnavailableError, SetupError
from gridgov.settings import settings
from gridgov.store.cluster.cluster import Cluster

_DIALECTS = {"postgresql", "postgres"}


@contextmanager
def database_url() -> Iterator[str]:
    """Yield SQLAlchemy's URL of the database, which answers for the length of the ``with`` block.

    ``GRIDGOV_DATABASE_URL`` switches the private cluster off: then nothing is started and nothing is stopped.

    Raises
    ------
    SetupError
        If that URL is not one of PostgreSQL, or this machine cannot run a private cluster.
    DatabaseUnavailableError
        If the private cluster does not come up.
    """
    configured = settings().database_url
    if configured:
        yield normalised(configured)
        return
    with Cluster.default().running() as url:
        yield url


def normalised(url: str) -> str:
    """Return a URL of PostgreSQL, however it is spelled, with the driver that gridgov uses.

    Raises
    ------
    SetupError
        If `url` does not name a database of PostgreSQL.
    """
    advice = "GRIDGOV_DATABASE_URL must look like postgresql://user@host/gridgov"
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        message = f"{advice}; what it holds cannot be read as a URL."  # it may hold a password: it is not repeated
        raise SetupError(message) from error
    if parsed.get_backend_name() not in _DIALECTS:
        message = f"{advice}; it names a database of {parsed.get_backend_name()}, and gridgov needs PostGIS."
        raise SetupError(message)
    return parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def plain(url: str) -> str:
    """Return `url` as PostgreSQL's own programs, QGIS and GDAL read it: without SQLAlchemy's driver."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def client_target(url: str) -> tuple[str, dict[str, str]]:
    """Return what a client program is told on its command line, and what goes into its environment: the password.

    Command lines are open to every account of the machine.
    """
    parts = conninfo.conninfo_to_dict(plain(url))
    password = parts.pop("password", None)
    return conninfo.make_conninfo("", **parts), {} if password is None else {"PGPASSWORD": str(password)}


def server_words(url: str) -> list[str]:
    """Return in sentences what the server at `url` is, without its password.

    Raises
    ------
    DatabaseUnavailableError
        If it does not answer.
    """
    shown = make_url(normalised(url)).render_as_string(hide_password=True)
    query = (
        "SELECT (SELECT extversion FROM pg_extension WHERE extname = 'postgis'), pg_database_size(current_database())"
    )
    try:
        with psycopg.connect(plain(normalised(url)), connect_timeout=10) as connection:
            version = connection.info.parameter_status("server_version")
            postgis, size = next(iter(connection.execute(query)))
    except psycopg.Error as error:
        message = f"The server that GRIDGOV_DATABASE_URL names does not answer: {error}"
        raise DatabaseUnavailableError(message) from error
    return [
        f"GRIDGOV_DATABASE_URL names a server, and the private database is switched off: {shown}.",
        f"It is PostgreSQL {version} with PostGIS {postgis or 'not yet created'}.",
        f"The database takes {size / 1e6:,.1f} MB.",
    ]
