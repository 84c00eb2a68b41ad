"""Counts of incidents by day and place. Made from incidents at any time anew; nothing here is the only word of it."""

from sqlalchemy import BigInteger, Column, Date, DateTime, Index, Integer, SmallInteger, String, Table
from sqlalchemy.dialects.postgresql import ARRAY

from gridgov.store.tables.base import district, metadata, shape, text


def _span() -> tuple[Column[str], Column[object]]:
    return (
        Column("span", String(5), primary_key=True, comment="day, month"),
        Column("starts_on", Date, primary_key=True),
    )


rollup_hexagon = Table(
    "rollup_hexagon",
    metadata,
    district(),
    Column("resolution", SmallInteger, primary_key=True, autoincrement=False),
    *_span(),
    Column("hexagon", BigInteger, primary_key=True, comment="an index of H3, which says its resolution itself"),
    Column("stage", String(20), primary_key=True),
    Column("incidents", Integer, nullable=False),
    Column("deadlines", ARRAY(DateTime(timezone=True)), nullable=False),
    shape("POINT"),
    Index("rollup_hexagon_geom_idx", "geom", postgresql_using="gist"),
    Index("rollup_hexagon_hexagon_idx", "hexagon", "span", "starts_on"),
)
rollup_hexagon.c.geom.comment = "its middle"

rollup_cell = Table(
    "rollup_cell",
    metadata,
    district(),
    *_span(),
    Column("cell_code", String(15), primary_key=True),
    Column("incidents", Integer, nullable=False),
)

rollup_placement = Table(
    "rollup_placement",
    metadata,
    district(),
    *_span(),
    Column("placement", String(12), primary_key=True),
    Column("incidents", Integer, nullable=False),
)

# Days that must be counted anew.
rollup_due = Table("rollup_due", metadata, district(), Column("day", Date, primary_key=True))

# Up to where the facts of a district were looked through: the snapshot of the last look, and of which database.
rollup_progress = Table(
    "rollup_progress", metadata, district(), Column("epoch", String(40), nullable=False), text("seen")
)
