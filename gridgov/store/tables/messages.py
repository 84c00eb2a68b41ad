"""What people are told: their inboxes and wishes, what is carried to them, and the programs that want to hear."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    String,
    Table,
    Text,
    Time,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY

from gridgov.store.tables.base import district, key, metadata, moment, text
from gridgov.store.tables.cases import notice

Index("notice_at_idx", notice.c.at)  # what is old is forgotten, with all that hangs on it below

inbox = Table(
    "inbox",
    metadata,
    district(),
    key("notice_id"),
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    moment("read_at", nullable=True),
    ForeignKeyConstraint(["district_code", "notice_id"], ["notice.district_code", "notice.id"]),
    Index("inbox_account_id_notice_id_idx", "account_id", "notice_id"),
    Index("inbox_unread_idx", "account_id", "notice_id", postgresql_where=sql("read_at IS NULL")),
)

# Without a row, a person has the preferences that the program starts with.
preference = Table(
    "preference",
    metadata,
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("language", String(2), nullable=False),
    Column("channels", ARRAY(Text), nullable=False),
    Column("muted", ARRAY(Text), nullable=False, comment="kinds that are sent nowhere: case.closed, case.*"),
    Column("quiet_from", Time, nullable=False, comment="local time in Shanghai"),
    Column("quiet_until", Time, nullable=False),
    Column("digest_hour", SmallInteger, comment="null: each notice by itself"),
    moment("updated_at"),
)

# Programs that want to hear. The secret signs, so it cannot be kept as a hash.
endpoint = Table(
    "endpoint",
    metadata,
    district(),
    key(),
    text("name"),
    text("url"),
    text("secret"),
    Column("kinds", ARRAY(Text), comment="as in preference.muted; null for all"),
    Column("organisation_code", ForeignKey("organisation.code"), comment="only what is told to it; null for all"),
    moment("created_at"),
    text("created_by"),
    moment("disabled_at", nullable=True),
    Column("failures", SmallInteger, nullable=False, server_default=sql("0"), comment="in a row; 0: it hears"),
    moment("paused_until", nullable=True),
    Index("endpoint_id_idx", "id"),
)

# One message to one address. Its id goes with it whenever it is tried again, so that the other side tells it once.
delivery = Table(
    "delivery",
    metadata,
    district(),
    key(),
    Column("channel", String(20), nullable=False),
    Column("account_id", ForeignKey("account.id")),
    Column("endpoint_id", Uuid),
    Column("kind", String(40), nullable=False, comment="the notice's, or digest"),
    Column("urgent", Boolean, nullable=False),
    Column("state", String(10), nullable=False, comment="waiting, sent, dead, dropped"),
    moment("due_at", nullable=True),
    Column("attempts", SmallInteger, nullable=False),
    moment("created_at"),
    moment("done_at", nullable=True),
    text("said", nullable=True),
    text("dedup"),
    UniqueConstraint("district_code", "dedup"),
    ForeignKeyConstraint(["district_code", "endpoint_id"], ["endpoint.district_code", "endpoint.id"]),
    Index("delivery_due_at_idx", "due_at", postgresql_where=sql("due_at IS NOT NULL")),
    Index(
        "delivery_next_idx",
        sql("coalesce(endpoint_id, account_id)"),
        "urgent",
        "due_at",
        postgresql_where=sql("due_at IS NOT NULL"),
    ),
    Index("delivery_dead_idx", "done_at", postgresql_where=sql("state = 'dead'")),
    Index("delivery_id_idx", "id"),
)

delivery_item = Table(
    "delivery_item",
    metadata,
    district(),
    key("delivery_id"),
    key("notice_id"),
    ForeignKeyConstraint(["district_code", "delivery_id"], ["delivery.district_code", "delivery.id"]),
    ForeignKeyConstraint(["district_code", "notice_id"], ["notice.district_code", "notice.id"]),
    Index("delivery_item_district_code_notice_id_idx", "district_code", "notice_id"),
)
