"""What changed, for live screens; and what was loaded, for the record.

A change row is written in the transaction it tells of. Readers go by what they have seen of each transaction, never by
`id` alone: an identity is drawn before the commit, so a later commit can carry a lower one (see `store.changes`).
"""

from sqlalchemy import BigInteger, Column, Identity, Index, String, Table, Uuid
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.types import UserDefinedType

from gridgov.store.tables.base import district, key, metadata, moment, text


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id, which never wraps."""

    cache_ok = True

    def get_col_spec(self, **_options: object) -> str:
        """Return the type's name in DDL."""
        return "xid8"


ischema_names["xid8"] = Xid8  # so that reflection knows it

change = Table(
    "change",
    metadata,
    district(),
    Column("xid", Xid8(), primary_key=True, server_default=sql("pg_current_xact_id()")),
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    moment("at"),
    Column("kind", String(40), nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("incident_id", Uuid, comment="what a whistle, an attachment ... hangs on: it decides who may know"),
    Index("change_xid_id_idx", "xid", "id"),
)

# The newest transaction of which a change was forgotten: a reader that stands before it has lost something.
change_horizon = Table("change_horizon", metadata, district(), Column("xid", Xid8(), nullable=False))

load_log = Table(
    "load_log",
    metadata,
    district(),
    key(),
    moment("at"),
    text("source"),
    Column("summary", JSONB, nullable=False),
)
