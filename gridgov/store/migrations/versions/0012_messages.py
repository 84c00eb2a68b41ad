"""Inboxes, deliveries and endpoints; what readers of changes need to lose nothing.

Migrations go forward only: going back is restoring the dump that was made before.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from gridgov.store.tables.changes import Xid8

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _changes()
    _notices()
    _endpoints()
    _deliveries()


def _changes() -> None:
    op.add_column(
        "change",
        sa.Column(
            "incident_id",
            sa.Uuid(),
            nullable=True,
            comment="what a whistle, an attachment ... hangs on: it decides who may know",
        ),
    )
    op.create_table(
        "change_horizon",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("xid", Xid8(), nullable=False),
        sa.PrimaryKeyConstraint("district_code", name=op.f("change_horizon_pkey")),
    )
    op.create_index(
        "incident_party_incident_id_idx", "incident_party", ["incident_id"], unique=False, postgresql_using="hash"
    )


def _notices() -> None:
    op.create_index("address_geom_idx", "address", ["geom"], postgresql_using="gist")
    op.add_column("notice", sa.Column("fan_due_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "notice_fan_due_at_idx", "notice", ["fan_due_at"], postgresql_where=sa.text("fan_due_at IS NOT NULL")
    )
    op.create_index("notice_at_idx", "notice", ["at"])
    op.create_table(
        "inbox",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("inbox_account_id_fkey")),
        sa.ForeignKeyConstraint(
            ["district_code", "notice_id"],
            ["notice.district_code", "notice.id"],
            name=op.f("inbox_district_code_notice_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("district_code", "notice_id", "account_id", name=op.f("inbox_pkey")),
    )
    op.create_index("inbox_account_id_notice_id_idx", "inbox", ["account_id", "notice_id"])
    op.create_index(
        "inbox_unread_idx", "inbox", ["account_id", "notice_id"], postgresql_where=sa.text("read_at IS NULL")
    )
    op.create_table(
        "preference",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("channels", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "muted",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            comment="kinds that are sent nowhere: case.closed, case.*",
        ),
        sa.Column("quiet_from", sa.Time(), nullable=False, comment="local time in Shanghai"),
        sa.Column("quiet_until", sa.Time(), nullable=False),
        sa.Column("digest_hour", sa.SmallInteger(), nullable=True, comment="null: each notice by itself"),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("preference_account_id_fkey")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("preference_pkey")),
    )


def _endpoints() -> None:
    op.create_table(
        "endpoint",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("kinds", postgresql.ARRAY(sa.Text()), nullable=True, comment="as in preference.muted; null for all"),
        sa.Column(
            "organisation_code",
            sa.String(length=40),
            nullable=True,
            comment="only what is told to it; null for all",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "failures",
            sa.SmallInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="in a row; 0: it hears",
        ),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_code"], ["organisation.code"], name=op.f("endpoint_organisation_code_fkey")
        ),
        sa.PrimaryKeyConstraint("district_code", "id", name=op.f("endpoint_pkey")),
    )
    op.create_index("endpoint_id_idx", "endpoint", ["id"])


def _deliveries() -> None:
    op.create_table(
        "delivery",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("endpoint_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False, comment="the notice's, or digest"),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False, comment="waiting, sent, dead, dropped"),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("said", sa.Text(), nullable=True),
        sa.Column("dedup", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("delivery_account_id_fkey")),
        sa.ForeignKeyConstraint(
            ["district_code", "endpoint_id"],
            ["endpoint.district_code", "endpoint.id"],
            name=op.f("delivery_district_code_endpoint_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("district_code", "id", name=op.f("delivery_pkey")),
        sa.UniqueConstraint("district_code", "dedup", name=op.f("delivery_district_code_dedup_key")),
    )
    op.create_index("delivery_due_at_idx", "delivery", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL"))
    op.create_index(
        "delivery_next_idx",
        "delivery",
        [sa.text("coalesce(endpoint_id, account_id)"), "urgent", "due_at"],
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index("delivery_dead_idx", "delivery", ["done_at"], postgresql_where=sa.text("state = 'dead'"))
    op.create_index("delivery_id_idx", "delivery", ["id"])
    op.create_table(
        "delivery_item",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_code", "delivery_id"],
            ["delivery.district_code", "delivery.id"],
            name=op.f("delivery_item_district_code_delivery_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["district_code", "notice_id"],
            ["notice.district_code", "notice.id"],
            name=op.f("delivery_item_district_code_notice_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("district_code", "delivery_id", "notice_id", name=op.f("delivery_item_pkey")),
    )
    op.create_index(
        "delivery_item_district_code_notice_id_idx", "delivery_item", ["district_code", "notice_id"], unique=False
    )
