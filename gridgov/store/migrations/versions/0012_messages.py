"""Inboxes, deliveries and endpoints; what readers of changes need to lose nothing.

Migrations go forward only: going back is restoring the dump that was made before.
"""

import sqlalchemy as sa
from alembic import op

from gridgov.store.tables.changes import Xid8

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _changes()


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
