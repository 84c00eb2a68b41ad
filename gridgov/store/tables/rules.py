"""Reference data: channels, matters with their versions, responsibilities. Rules are rows."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
)
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint

from gridgov.store.tables.base import metadata, text

channel = Table("channel", metadata, Column("code", String(40), primary_key=True), text("name_zh"), text("name_en"))

matter_list = Table(
    "matter_list",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("valid", TSTZRANGE, nullable=False),
    Column("checksum", LargeBinary, nullable=False),
    text("source"),
    ExcludeConstraint(("valid", "&&"), name="matter_list_valid_excl"),
)

matter = Table(
    "matter",
    metadata,
    Column("list_version", ForeignKey("matter_list.version"), primary_key=True),
    Column("code", String(40), primary_key=True),
    text("name"),
    text("category"),
    text("subcategory"),
    Column("whistle_kind", ForeignKey("whistle_kind.code")),
    Column("admitted", Boolean, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("file_minutes", Integer, nullable=False),
    Column("handle_minutes", Integer, nullable=False),
    Column("counted", String(10), nullable=False, server_default="working", comment="urgent, working, days"),
)

responsibility = Table(
    "responsibility",
    metadata,
    Column("list_version", Integer, primary_key=True),
    Column("matter_code", String(40), primary_key=True),
    Column("rank", SmallInteger, primary_key=True),
    Column("organisation_code", String(40), nullable=False, comment="or STREET_OFFICE: the office of the place"),
    Column("part", String(12), nullable=False),
    ForeignKeyConstraint(["list_version", "matter_code"], ["matter.list_version", "matter.code"]),
)
