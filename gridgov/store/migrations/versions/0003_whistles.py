"""Whistles with their sides and summons; change rows; the load log.

Migrations go forward only: going back is restoring the dump that was made before.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from gridgov.store.tables.changes import Xid8

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "change",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("district_code", "xid", "id", name=op.f("change_pkey")),
    )
    op.create_index("change_xid_id_idx", "change", ["xid", "id"], unique=False)
    op.create_table(
        "load_log",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("summary", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("district_code", "id", name=op.f("load_log_pkey")),
    )
    op.create_table(
        "whistle",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("combined", sa.Boolean(), nullable=False),
        sa.Column("crosses_district", sa.Boolean(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_code", "incident_id"],
            ["incident.district_code", "incident.id"],
            name=op.f("whistle_district_code_incident_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["kind"], ["whistle_kind.code"], name=op.f("whistle_kind_fkey")),
        sa.PrimaryKeyConstraint("district_code", "id", name=op.f("whistle_pkey")),
        sa.UniqueConstraint("district_code", "incident_id", name=op.f("whistle_district_code_incident_id_key")),
    )
    op.create_table(
        "summons",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("whistle_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_code", sa.String(length=40), nullable=False),
        sa.Column("leads", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_code", "whistle_id"],
            ["whistle.district_code", "whistle.id"],
            name=op.f("summons_district_code_whistle_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_code"], ["organisation.code"], name=op.f("summons_organisation_code_fkey")
        ),
        sa.PrimaryKeyConstraint("district_code", "whistle_id", "organisation_code", name=op.f("summons_pkey")),
    )
    op.create_index("summons_due_at_idx", "summons", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL"))
    op.create_table(
        "whistle_side",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("whistle_id", sa.Uuid(), nullable=False),
        sa.Column("street_code", sa.String(length=9), nullable=False, comment="may lie in another district"),
        sa.Column("street_district_code", sa.String(length=6), nullable=False),
        sa.Column("street_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_code", sa.String(length=40), nullable=True),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("measure", sa.Double(), nullable=False, comment="m2 of an area, m of a line"),
        sa.Column("leads", sa.Boolean(), nullable=False),
        sa.Column("confirm_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_code", "whistle_id"],
            ["whistle.district_code", "whistle.id"],
            name=op.f("whistle_side_district_code_whistle_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_code"], ["organisation.code"], name=op.f("whistle_side_organisation_code_fkey")
        ),
        sa.PrimaryKeyConstraint("district_code", "whistle_id", "street_code", name=op.f("whistle_side_pkey")),
    )
    op.create_index(
        "whistle_side_confirm_due_at_idx",
        "whistle_side",
        ["confirm_due_at"],
        unique=False,
        postgresql_where=sa.text("confirm_due_at IS NOT NULL"),
    )
