"""The way in for people: a connection under a login role that owns nothing, and the proof that opens rows to it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, make_url, text

from gridgov.access import Caller, Grant, Subject
from gridgov.errors import NotAuthenticatedError
from gridgov.settings import settings
from gridgov.store.cluster.address import normalised

APP = "gridgov_app"
"""The login role of requests: it sees nothing until somebody has entered."""

JOBS = "gridgov_jobs"
"""The login role of background work: all rows, no table of its own."""

_OWNER = "gridgov"  # of the private cluster (gridgov.store.cluster.initialise)
_ENTER = text("SELECT * FROM gridgov_enter(:secret_hash, :now)")
_AS_APP = text(f"SET LOCAL ROLE {APP}")


def enter(connection: Connection, caller: Caller, *, now: datetime) -> Subject:
    """Open to this transaction the rows that a caller may see, and return who that is; one round trip.

    Raises
    ------
    NotAuthenticatedError
        If the proof is unknown, expired or revoked, or the account is disabled.
    """
    row = connection.execute(_ENTER, {"secret_hash": caller.secret_hash, "now": now}).first()
    if row is None:
        message = "You are not logged in, or no longer: log in again."
        raise NotAuthenticatedError(message)
    return Subject(
        account_id=row.account_id,
        login=row.login,
        name=row.name,
        person=(row.person_district_code, row.person_id) if row.person_id else None,
        grants=tuple(_grant(g) for g in row.grants),
        credential_id=row.credential_id,
        scopes=None if row.scopes is None else frozenset(row.scopes),
    )


def lower(connection: Connection) -> None:
    """Lay the owner's rights down for the rest of the transaction.

    Weaker than a login: SQL that slips in could take the rights up again.
    """
    connection.execute(_AS_APP)


def login_url(url: str, login: str) -> str | None:
    """Return the URL under which `login` reaches the same private database, or None for any other database.

    In a private one the account of the operating system decides who may log in as whom; elsewhere a password might.
    """
    parsed = make_url(url)
    host = parsed.query.get("host", "")
    private = parsed.password is None and not parsed.host and str(host).startswith("/")
    if not private or parsed.username not in {_OWNER, JOBS}:
        return None
    return parsed.set(username=login).render_as_string(hide_password=False)


def jobs_url(url: str) -> str:
    """Return the URL by which a program that serves or works reaches the database: as a login that owns nothing.

    In a database that the settings name it stays as it is: who owns the tables there is for its people to say.
    """
    return login_url(url, JOBS) or url


def configured_url() -> str | None:
    """Return the URL by which people act in a database that the settings name, or None.

    Raises
    ------
    SetupError
        If it does not name a database of PostgreSQL.
    """
    configured = settings().app_database_url if settings().database_url else None
    return normalised(configured) if configured else None


def _grant(row: dict[str, Any]) -> Grant:
    return Grant(row["role"], row["area"], row["organisation"], frozenset(row["permissions"]))
