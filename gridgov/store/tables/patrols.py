"""What is to be looked at on a patrol, and what was found."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Uuid,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSTZRANGE

from gridgov.store.tables.base import district, key, metadata, moment, text

# Versioned: a phone without signal goes on with the one that it carries.
checklist = Table(
    "checklist",
    metadata,
    district(),
    Column("code", String(40), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("valid", TSTZRANGE, nullable=False),
    text("name_zh"),
    text("name_en"),
    Column("every", String(10), nullable=False, comment="daily, weekly, monthly"),
    Column("roles", ARRAY(String(40)), nullable=False, comment="the roles of duties that walk it; none: all"),
    Column("items", JSONB, nullable=False, comment="what is looked at, in order: code, zh, en, matter"),
    text("source"),
    text("author"),
    Column("retired", Boolean, nullable=False, server_default="false"),
    Index("checklist_in_force_idx", "district_code", "code", unique=True, postgresql_where=sql("upper_inf(valid)")),
)

# One walk of one person through one cell, as a whole and for good.
patrol = Table(
    "patrol",
    metadata,
    district(),
    key(),
    Column("account_id", Uuid, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("cell_id", Uuid, nullable=False),
    Column("cell_code", String(15), nullable=False),
    Column("checklist_code", String(40), nullable=False),
    Column("checklist_version", Integer, nullable=False),
    moment("started_at"),
    moment("ended_at"),
    Column(
        "device_started_at",
        moment("device_started_at").type,
        nullable=False,
        comment="as the phone said; started_at and ended_at are what that is worth",
    ),
    moment("device_ended_at"),
    moment("received_at"),
    Column("answers", JSONB, nullable=False, comment="an answer for each item: item, answer, note, incident_id"),
    Column("found", Integer, nullable=False, comment="how many items had something to report"),
    Column("digest", LargeBinary, nullable=False, comment="SHA-256 of what was sent: one id, one patrol"),
    ForeignKeyConstraint(["district_code", "person_id"], ["person.district_code", "person.id"]),
    ForeignKeyConstraint(["district_code", "cell_id"], ["cell.district_code", "cell.id"]),
    ForeignKeyConstraint(
        ["district_code", "checklist_code", "checklist_version"],
        ["checklist.district_code", "checklist.code", "checklist.version"],
    ),
    Index("patrol_id_idx", "id"),
    Index("patrol_account_id_idx", "account_id", "id"),
    Index("patrol_ended_at_idx", "ended_at"),
    Index("patrol_cell_idx", "district_code", "cell_code", "checklist_code", "ended_at"),
    Index("patrol_district_code_person_id_idx", "district_code", "person_id"),
)
