"""Connections to one database, and what the driver says of them in our own words."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg.errors import DeadlockDetected, InsufficientPrivilege, LockNotAvailable, SerializationFailure
from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFreeError

from gridgov.errors import DatabaseBusyError, DatabaseUnavailableError, NotAllowedError
from gridgov.store.waiting import BUSY

_FORGOTTEN_S = 1800  # what lies between us and a server may have forgotten a connection that idled for longer
_DOWN = "The database does not answer. Nothing of this was stored; try again. `gridgov db status` tells more."
_FULL = "Too many are being served at this moment. Nothing of this was stored: try again."
_FORBIDDEN = "This is not yours to read or write, and nothing of it was stored: ask your administrator for the role."
_IN_LINE = 2
"""So many times as long for a connection: who wait for one stuck row give theirs back before others give up."""


def milliseconds(seconds: float) -> str:
    """Return a time as PostgreSQL's settings take it."""
    return str(round(seconds * 1000))


def engine(url: str, pool_size: int, patience_s: float | None = None) -> Engine:
    """Return an engine whose connections wait `patience_s` seconds at most for a row; for one of them, twice that."""
    connect_args = {}
    if patience_s is not None:
        own = make_url(url).query.get("options", "")
        connect_args["options"] = f"{own} -c lock_timeout={milliseconds(patience_s)}"
    # Parameters hold names and numbers of people: no error, and so no log, may quote them.
    return create_engine(
        url,
        connect_args=connect_args,
        pool_size=pool_size,
        max_overflow=0,  # one opened for a moment costs more than what it is opened for
        pool_timeout=patience_s and _IN_LINE * patience_s,
        pool_use_lifo=True,  # the one used last knows its statements best
        pool_recycle=_FORGOTTEN_S,
        pool_pre_ping=False,
        pool_reset_on_return="rollback",
        hide_parameters=True,
    )


@contextmanager
def answering() -> Iterator[None]:
    """Turn a driver's words for a server that is gone, for others being served, for a refused row, into ours."""
    try:
        yield
    except NoneFreeError as error:
        raise DatabaseBusyError(_FULL) from error
    except (OperationalError, InterfaceError) as error:
        if isinstance(error.orig, DeadlockDetected | SerializationFailure | LockNotAvailable):
            raise DatabaseBusyError(BUSY) from error
        raise DatabaseUnavailableError(_DOWN) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise DatabaseUnavailableError(_DOWN) from error
        if isinstance(error.orig, InsufficientPrivilege):
            raise NotAllowedError(_FORBIDDEN) from error
        raise
