"""Whistles with their issuing sides and the organisations they summon. A deadline is a column, not a timer."""

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Table,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy import text as sql

from gridgov.store.tables.base import district, key, metadata, moment

_WHISTLE = (["district_code", "whistle_id"], ["whistle.district_code", "whistle.id"])

whistle = Table(
    "whistle",
    metadata,
    district(),
    key(),
    Column("incident_id", Uuid, nullable=False),
    Column("kind", ForeignKey("whistle_kind.code"), nullable=False),
    Column("stage", String(20), nullable=False),
    Column("combined", Boolean, nullable=False),
    Column("crosses_district", Boolean, nullable=False),
    moment("drafted_at"),
    ForeignKeyConstraint(["district_code", "incident_id"], ["incident.district_code", "incident.id"]),
    UniqueConstraint("district_code", "incident_id"),
)

whistle_side = Table(
    "whistle_side",
    metadata,
    district(),
    key("whistle_id"),
    Column("street_code", String(9), primary_key=True, comment="may lie in another district"),
    Column("street_district_code", String(6), nullable=False),
    Column("street_id", Uuid, nullable=False),
    Column("organisation_code", ForeignKey("organisation.code")),
    Column("share", Double, nullable=False),
    Column("measure", Double, nullable=False, comment="m2 of an area, m of a line"),
    Column("leads", Boolean, nullable=False),
    moment("confirm_due_at", nullable=True),
    moment("confirmed_at", nullable=True),
    moment("closed_at", nullable=True),
    ForeignKeyConstraint(*_WHISTLE),
    Index("whistle_side_confirm_due_at_idx", "confirm_due_at", postgresql_where=sql("confirm_due_at IS NOT NULL")),
)

summons = Table(
    "summons",
    metadata,
    district(),
    key("whistle_id"),
    Column("organisation_code", ForeignKey("organisation.code"), primary_key=True),
    Column("leads", Boolean, nullable=False),
    moment("due_at", nullable=True),
    moment("arrived_at", nullable=True),
    moment("released_at", nullable=True),
    ForeignKeyConstraint(*_WHISTLE),
    Index("summons_due_at_idx", "due_at", postgresql_where=sql("due_at IS NOT NULL")),
)
