"""What Alembic runs: migrate over the connection that `gridgov.store.schema` hands in."""

from typing import Any

from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy import Connection

from gridgov.store.schema import is_ours
from gridgov.store.tables import metadata


def _include(obj: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:  # noqa: FBT001 - Alembic's signature
    if not is_ours(kind, name, obj):
        return False
    return bool(alembic_helpers.include_object(obj, name, kind, reflected, compare_to))  # type: ignore[no-untyped-call]


connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    include_object=_include,
    process_revision_directives=alembic_helpers.writer,
    render_item=alembic_helpers.render_item,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
