"""Areas and cells, valid over periods, with the lineage from one version of the grid to the next."""

from sqlalchemy import (
    Column,
    Date,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Uuid,
)
from sqlalchemy import (
    text as sql,
)
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, ExcludeConstraint

from gridgov.store.tables.base import district, key, metadata, moment, shape, text

grid_version = Table(
    "grid_version",
    metadata,
    district(),
    Column("version", Integer, primary_key=True, autoincrement=False),
    moment("valid_from"),
    moment("published_at"),
    Column("checksum", LargeBinary, nullable=False, comment="SHA-256 over codes and coordinates of its cells"),
    Column("cells", Integer, nullable=False),
    text("source"),
)

# An area's identity outlives its code, its name and its outline: those are dated and stand in area_period.
area = Table("area", metadata, district(), key(), Column("level", SmallInteger, nullable=False))

area_period = Table(
    "area_period",
    metadata,
    district(),
    key("area_id"),
    Column("starts_at", moment("starts_at").type, primary_key=True),
    Column("valid", TSTZRANGE, nullable=False),
    Column("code", String(12), nullable=False),
    text("name"),
    Column("parent_id", Uuid),
    shape("MULTIPOLYGON"),
    ForeignKeyConstraint(["district_code", "area_id"], ["area.district_code", "area.id"]),
    ForeignKeyConstraint(["district_code", "parent_id"], ["area.district_code", "area.id"]),
    ExcludeConstraint(("district_code", "="), ("code", "="), ("valid", "&&"), name="area_period_code_excl"),
    ExcludeConstraint(("district_code", "="), ("area_id", "="), ("valid", "&&"), name="area_period_area_excl"),
    Index("area_period_geom_idx", "geom", postgresql_using="gist"),
)

# A cell row is valid over a period and its geometry never changes: another geometry is another cell, with lineage.
cell = Table(
    "cell",
    metadata,
    district(),
    key(),
    Column("code", String(15), nullable=False),
    text("name"),
    text("kind"),
    Column("street_id", Uuid, nullable=False),
    Column("community_id", Uuid, nullable=False),
    Column("valid", TSTZRANGE, nullable=False),
    Column("area_m2", Double, nullable=False),
    shape("POLYGON"),
    ForeignKeyConstraint(["district_code", "street_id"], ["area.district_code", "area.id"]),
    ForeignKeyConstraint(["district_code", "community_id"], ["area.district_code", "area.id"]),
    ExcludeConstraint(("district_code", "="), ("code", "="), ("valid", "&&"), name="cell_code_excl"),
    Index("cell_geom_idx", "geom", postgresql_using="gist"),
    Index("cell_current_idx", "district_code", "code", postgresql_where=sql("upper_inf(valid)")),
)

cell_lineage = Table(
    "cell_lineage",
    metadata,
    district(),
    key("from_cell_id"),
    key("to_cell_id"),
    Column("share", Double, nullable=False, comment="of the old cell's area"),
    Column("household_share", Double, comment="of the old cell's households; null: not known"),
    moment("at"),
    ForeignKeyConstraint(["district_code", "from_cell_id"], ["cell.district_code", "cell.id"]),
    ForeignKeyConstraint(["district_code", "to_cell_id"], ["cell.district_code", "cell.id"]),
)

# Households and other figures change without the cell's geometry: dated rows, newest first.
cell_measure = Table(
    "cell_measure",
    metadata,
    district(),
    key("cell_id"),
    Column("measure", String(40), primary_key=True),
    Column("observed_on", Date, primary_key=True),
    Column("value", Double, nullable=False),
    ForeignKeyConstraint(["district_code", "cell_id"], ["cell.district_code", "cell.id"]),
)

base_feature = Table(
    "base_feature",
    metadata,
    district(),
    Column("layer", String(20), primary_key=True, comment="building, road, water, green"),
    Column("source_key", String(80), primary_key=True),
    text("name", nullable=True),
    Column("attributes", JSONB, nullable=False),
    shape("GEOMETRY"),
    Index("base_feature_geom_idx", "geom", postgresql_using="gist"),
)
