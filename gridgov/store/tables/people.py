"""Organisations, people, and the duties that bind people to cells and areas over periods."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Table,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import TSTZRANGE

from gridgov.store.tables.base import district, key, metadata, text

organisation = Table(
    "organisation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("code", String(40), nullable=False),
    text("name"),
    Column("kind", String(20), nullable=False),
    Column("area_code", String(12), nullable=False, comment="what it answers for, with everything below"),
    Column("parent_code", String(40)),
    UniqueConstraint("code"),
)

duty_role = Table("duty_role", metadata, Column("code", String(40), primary_key=True), text("name_zh"), text("name_en"))

person = Table(
    "person",
    metadata,
    district(),
    key(),
    Column("staff_code", String(40), nullable=False),
    text("name"),
    Column("organisation_code", ForeignKey("organisation.code"), nullable=False),
    Column("employment", String(20), nullable=False),
    text("phone", nullable=True),
    UniqueConstraint("district_code", "staff_code"),
)

duty = Table(
    "duty",
    metadata,
    district(),
    key(),
    Column("person_id", Uuid, nullable=False),
    Column("role", ForeignKey("duty_role.code"), nullable=False),
    Column("cell_id", Uuid),
    Column("area_id", Uuid),
    Column("valid", TSTZRANGE, nullable=False),
    ForeignKeyConstraint(["district_code", "person_id"], ["person.district_code", "person.id"]),
    ForeignKeyConstraint(["district_code", "cell_id"], ["cell.district_code", "cell.id"]),
    ForeignKeyConstraint(["district_code", "area_id"], ["area.district_code", "area.id"]),
    CheckConstraint("num_nonnulls(cell_id, area_id) = 1", name="one_target"),
    Index("duty_district_code_cell_id_idx", "district_code", "cell_id"),
    Index("duty_district_code_person_id_idx", "district_code", "person_id"),
)
