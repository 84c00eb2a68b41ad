"""What is suspected before anybody complains, and what became of it."""

from sqlalchemy import CheckConstraint, Column, Index, String, Table, Uuid
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, ExcludeConstraint

from gridgov.store.tables.base import district, key, metadata, moment, shape, text

proposal = Table(
    "proposal",
    metadata,
    district(),
    key(),
    Column("kind", String(20), nullable=False, comment="hotspot, repeat, rising"),
    Column("area_code", String(15), nullable=False, comment="the cell or the street: whose office it is"),
    Column(
        "place",
        String(20),
        nullable=False,
        comment="what tells it from others of its kind: a cell, a street, a hexagon",
    ),
    Column("matter_code", String(40), nullable=False),
    Column("period", TSTZRANGE, nullable=False, comment="the time that its numbers are of"),
    shape("POINT"),
    text("reason"),
    text("reason_en"),
    Column("numbers", JSONB, nullable=False),
    moment("proposed_at"),
    Column("author", String(80), nullable=False),
    Column("state", String(12), nullable=False, server_default="proposed", comment="proposed, confirmed, dismissed"),
    moment("decided_at", nullable=True),
    Column("decided_by", String(80)),
    Column("note", text("note").type, comment="why it was dismissed"),
    Column("incident_id", Uuid, comment="the case that was opened"),
    Column("incident_number", String(24)),
    CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name="decided"),
    CheckConstraint("(state = 'confirmed') = (incident_id IS NOT NULL)", name="opened"),
    ExcludeConstraint(
        ("district_code", "="),
        ("kind", "="),
        ("place", "="),
        ("matter_code", "="),
        ("period", "&&"),
        name="proposal_once_excl",
    ),
    Index("proposal_id_idx", "id"),
    Index("proposal_open_idx", "district_code", "id", postgresql_where=sql("state = 'proposed'")),
    comment="suspected before anybody complains; one for a kind, a place, a matter and a time",
)
