"""Attachments: uploads that come in parts, what became of them, and what their files told of place and time."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    Uuid,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB

from gridgov.store.tables.base import district, key, metadata, moment, text

_INCIDENT = (["district_code", "incident_id"], ["incident.district_code", "incident.id"])

# An upload that is announced. Its id, made by the sender, becomes the id of the evidence.
upload = Table(
    "upload",
    metadata,
    district(),
    key(),
    Column("incident_id", Uuid, nullable=False),
    Column("whistle_id", Uuid),
    Column("account_id", Uuid, nullable=False, comment="only whoever announced it may send its parts"),
    text("name"),
    Column("media_type", String(40), nullable=False, comment="as declared; the content decides"),
    Column("size", BigInteger, nullable=False),
    Column("sha256", LargeBinary, nullable=False, comment="of the whole, as declared"),
    Column("part_size", Integer, nullable=False),
    Column("stage", String(12), nullable=False, comment="open, complete, refused, abandoned"),
    Column("refusal", Text, comment="why its content is not taken, once that is known"),
    Column("preparing_until", DateTime(timezone=True), comment="until then nobody else decodes it"),
    moment("created_at"),
    Column("due_at", DateTime(timezone=True), comment="when it is given up, or what it has sent is removed"),
    ForeignKeyConstraint(*_INCIDENT),
    Index("upload_id_idx", "id"),
    Index("upload_account_id_created_at_idx", "account_id", "created_at"),
    Index("upload_account_id_idx", "account_id", postgresql_where=sql("stage = 'open'")),
    Index("upload_due_at_idx", "due_at", postgresql_where=sql("due_at IS NOT NULL")),
)

upload_part = Table(
    "upload_part",
    metadata,
    district(),
    key("upload_id"),
    Column("number", Integer, primary_key=True, comment="from 1"),
    Column("size", Integer, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    moment("at"),
    ForeignKeyConstraint(["district_code", "upload_id"], ["upload.district_code", "upload.id"]),
)

# What is shown: cleaned of all that the file told beside its picture. Never updated, never removed.
evidence = Table(
    "evidence",
    metadata,
    district(),
    key(),
    Column("incident_id", Uuid, nullable=False),
    Column("whistle_id", Uuid),
    Column("fact_seq", Integer, nullable=False, comment="the fact that tells of it"),
    text("name"),
    Column("media_type", String(40), nullable=False, comment="found in the content"),
    Column("size", BigInteger, nullable=False),
    Column("sha256", LargeBinary, nullable=False, comment="of what is kept, and where it is kept"),
    Column("original_size", BigInteger, nullable=False),
    Column("original_sha256", LargeBinary, nullable=False, comment="of what was sent; not kept"),
    Column("width", Integer),
    Column("height", Integer),
    Column("duration_s", Double),
    Column("thumbnail_sha256", LargeBinary),
    Column("account_id", Uuid, nullable=False),
    text("author"),
    moment("added_at"),
    ForeignKeyConstraint(*_INCIDENT),
    Index("evidence_id_idx", "id"),
    Index("evidence_district_code_incident_id_idx", "district_code", "incident_id"),
)

# Where and when a camera says it was. Apart, because it may tell where somebody lives.
evidence_exif = Table(
    "evidence_exif",
    metadata,
    district(),
    key("evidence_id"),
    moment("taken_at", nullable=True),
    text("taken_text", nullable=True),
    Column("lon", Double, comment="degrees, of the datum that the file states"),
    Column("lat", Double),
    Column("accuracy_m", Double),
    text("datum", nullable=True),
    text("camera", nullable=True),
    Column("tags", JSONB, nullable=False),
    ForeignKeyConstraint(["district_code", "evidence_id"], ["evidence.district_code", "evidence.id"]),
)
