"""Drafts of a grid: who proposes which cells, how far a proposal has come, and every step that it took."""

from sqlalchemy import CheckConstraint, Column, Double, ForeignKeyConstraint, Index, Integer, String, Table, Uuid
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE

from gridgov.store.tables.base import district, key, metadata, moment, shape, text

draft = Table(
    "draft",
    metadata,
    district(),
    key(),
    text("title"),
    Column("author", String(80), nullable=False),
    Column("author_id", Uuid, nullable=False, comment="the account: nobody approves their own draft"),
    Column("state", String(12), nullable=False, comment="draft, proposed, approved, published, withdrawn"),
    Column("revision", Integer, nullable=False, comment="grows with every step: the ETag"),
    Column("content", Integer, nullable=False, comment="the revision that brought the cells as they are"),
    Column("within", String(10), nullable=False, comment="what a cell must not cross: community, street"),
    Column("base_version", Integer, nullable=False, comment="the version of the grid that it was drawn on"),
    Column("faults", JSONB, nullable=False, server_default="[]", comment="what keeps it from being a partition"),
    text("source"),
    moment("created_at"),
    moment("changed_at"),
    Column("approved_by", String(80)),
    Column("publish_at", moment("publish_at").type, comment="the moment that was approved; null: at once"),
    Column("published_version", Integer),
    Column("due_at", moment("due_at").type, comment="when screens must be told that it is in force now"),
    CheckConstraint("state NOT IN ('approved', 'published') OR approved_by IS NOT NULL", name="approved"),
    CheckConstraint("(state = 'published') = (published_version IS NOT NULL)", name="published"),
    Index("draft_id_idx", "id"),
    Index("draft_due_at_idx", "due_at", postgresql_where=sql("due_at IS NOT NULL")),
)

# Rows of a revision are never changed: an edit brings rows of its own, and what was there before can be had again.
draft_cell = Table(
    "draft_cell",
    metadata,
    district(),
    key("draft_id"),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False, comment="the row, from 0"),
    Column("continues", String(15), comment="the code of the cell that it continues"),
    text("name", nullable=True),
    text("kind"),
    Column("street_code", String(9)),
    Column("community_code", String(12)),
    Column("households", Double),
    shape("GEOMETRY", nullable=True),
    ForeignKeyConstraint(["district_code", "draft_id"], ["draft.district_code", "draft.id"]),
)

draft_event = Table(
    "draft_event",
    metadata,
    district(),
    key("draft_id"),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    moment("at"),
    Column("author", String(80), nullable=False),
    Column("act", String(12), nullable=False),
    Column("data", JSONB, nullable=False),
    ForeignKeyConstraint(["district_code", "draft_id"], ["draft.district_code", "draft.id"]),
)

# Written when a draft is published; read when the publication is called off.
draft_duty = Table(
    "draft_duty",
    metadata,
    district(),
    key("draft_id"),
    Column("revision", Integer, primary_key=True, autoincrement=False, comment="the publication"),
    key("duty_id"),
    Column("cell_id", Uuid, nullable=False, comment="of which cell it was"),
    Column("valid", TSTZRANGE, nullable=False, comment="when it was to be in force"),
    Column("heir_id", Uuid, comment="the duty that it goes on as: itself where it had not begun; null: it ends"),
    ForeignKeyConstraint(["district_code", "draft_id"], ["draft.district_code", "draft.id"]),
)
