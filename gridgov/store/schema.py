"""Bring a database to the schema of this program, and tell whether it is there."""

import logging
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from geoalchemy2 import alembic_helpers
from sqlalchemy import Connection, Engine, create_engine, text

from gridgov.clock import system_clock
from gridgov.errors import SetupError
from gridgov.store.guard import ensure_guard
from gridgov.store.partitions import ensure_months
from gridgov.store.queue import ensure_queue
from gridgov.store.reference import ensure_reference
from gridgov.store.tables import metadata

logging.getLogger("alembic").setLevel(logging.WARNING)  # each start would tell of the context it runs in

_LOCK = 0x6772_6964  # "grid": two programs starting at once migrate one after the other


def upgrade(url: str) -> None:
    """Migrate the database at `url` to this program's schema, open its months and fill its reference rows.

    Everything in one transaction: a killed migration leaves the schema as it was.

    Raises
    ------
    SetupError
        If the database is newer than this program.
    """
    engine = create_engine(url)
    try:
        upgrade_engine(engine)
    finally:
        engine.dispose()


def upgrade_engine(engine: Engine) -> None:
    """Migrate the database behind `engine`; see `upgrade`."""
    with engine.begin() as connection:
        upgrade_connection(connection)


def require_current(engine: Engine) -> None:
    """Make the schema where there is none; else only look whether it is this program's.

    Raises
    ------
    SetupError
        If the database is older or newer than this program.
    """
    with engine.begin() as connection:
        found = current(connection)
        if found is None:
            upgrade_connection(connection)
        elif found != head():
            _require_known(found)
            message = (
                f"The database is at schema {found}, and this gridgov wants {head()}: stop all other programs, "
                "then run `gridgov serve` or any other command once, which upgrades it."
            )
            raise SetupError(message)


def upgrade_connection(connection: Connection) -> None:
    """Migrate over a connection, in its transaction; see `upgrade`."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    if current(connection) != head():
        _require_known(current(connection))
        command.upgrade(_config(connection), "head")
    ensure_months(connection, system_clock())
    ensure_reference(connection)
    ensure_queue(connection)
    ensure_guard(connection)


def current(connection: Connection) -> str | None:
    """Return the revision that the database is at, or None if it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """Return the revision that this program wants."""
    return ScriptDirectory.from_config(_config(None)).get_current_head()


def differences(connection: Connection) -> list[Any]:
    """Return what the database's tables and this program's differ in, as Alembic's operations; empty when equal."""
    context = MigrationContext.configure(
        connection,
        opts={
            "include_object": lambda obj, name, kind, reflected, other: (
                is_ours(kind, name, obj)
                and alembic_helpers.include_object(  # type: ignore[no-untyped-call]
                    obj, name, kind, reflected, other
                )
            )
        },
    )
    return list(compare_metadata(context, metadata))


def is_ours(kind: str, name: str | None, obj: Any) -> bool:
    """Return whether a reflected object is part of the schema: not PostGIS's, not a partition."""
    if kind == "foreign_key_constraint":
        # PostgreSQL mirrors a key that points at a partitioned table once per partition.
        return bool(obj.elements[0].target_fullname.split(".")[0] in metadata.tables)
    table = name if kind == "table" else getattr(getattr(obj, "table", None), "name", None)
    return table is None or table in metadata.tables


def _require_known(revision: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_config(None)).walk_revisions()}
    if revision is not None and revision not in known:
        message = f"The database is at schema {revision}, which this gridgov does not know: install a newer gridgov."
        raise SetupError(message)


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
