"""The address book that the gazetteer searches."""

from sqlalchemy import Column, Index, String, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from gridgov.store.tables.base import district, metadata, shape, text

address = Table(
    "address",
    metadata,
    district(),
    Column("source_key", String(80), primary_key=True),
    Column("kind", String(20), nullable=False),
    text("street", nullable=True),
    text("community", nullable=True),
    text("road", nullable=True),
    text("number", nullable=True),
    text("estate", nullable=True),
    text("building", nullable=True),
    text("unit", nullable=True),
    text("name", nullable=True),
    Column("aliases", ARRAY(Text), nullable=False),
    Column("old_names", JSONB, nullable=False, comment='[["old name", "last day it was valid"], ...]'),
    shape("POINT"),
    Index("address_geom_idx", "geom", postgresql_using="gist"),  # which one is near, for messages
)
