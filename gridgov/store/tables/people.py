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
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE

from gridgov.store.tables.base import district, key, metadata, moment, text

organisation = Table(
    "organisation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("code", String(40), nullable=False),
    text("name"),
    Column("kind", String(20), nullable=False),
    Column("area_code", String(12), nullable=False, comment="what it answers for, with everything below"),
    Column("parent_code", String(40)),
    moment("closed_at", nullable=True),
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
    moment("ended_at", nullable=True),
    UniqueConstraint("district_code", "staff_code"),
    Index("person_id_idx", "id"),
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
    Index("duty_id_idx", "id"),
    Index("duty_district_code_area_id_idx", "district_code", "area_id", postgresql_where=sql("area_id IS NOT NULL")),
)

# Who changed people, duties and organisations, when, from what to what; and each file that was read into a register.
register_change = Table(
    "register_change",
    metadata,
    district(),
    key(),
    moment("at"),
    text("author"),
    Column("register", String(20), nullable=False, comment="people, duties, organisations; or a file's table"),
    Column("what", String(20), nullable=False, comment="added, changed, ended, imported"),
    Column("key", String(80), nullable=False, comment="the id of a person or a duty, the code of an organisation"),
    Column("area_code", String(15), nullable=False, comment="whose business it is"),
    Column("data", JSONB, nullable=False),
    Index("register_change_id_idx", "id"),
    Index("register_change_key_idx", "key", "id"),
)
