"""Throttling of logins, sessions that end when idle, single sign-on, and the record of what befell an account.

Migrations go forward only: going back is restoring the dump that was made before.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "account",
        sa.Column("area_code", sa.String(length=15), nullable=True, comment="whose administrators look after it"),
    )
    op.add_column("account_grant", sa.Column("withdrawn_by", sa.Text(), nullable=True))
    op.add_column(
        "credential",
        sa.Column("prefix", sa.String(length=12), nullable=True, comment="how a token begins, to know it again by"),
    )
    op.add_column("credential", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "credential",
        sa.Column("idle_minutes", sa.Integer(), nullable=True, comment="a session ends when unused for so long"),
    )
    op.add_column(
        "credential",
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True, comment="and then at the latest"),
    )
    op.create_table(
        "login_attempt",
        sa.Column("key", sa.LargeBinary(), nullable=False, comment="SHA-256 of a login, an address or both"),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("login_attempt_pkey")),
    )
    op.create_index("login_attempt_last_at_idx", "login_attempt", ["last_at"])
    op.create_table(
        "sign_on",
        sa.Column("state_hash", sa.LargeBinary(), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("verifier", sa.Text(), nullable=False),
        sa.Column("next", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("sign_on_pkey")),
    )
    op.create_index("sign_on_expires_at_idx", "sign_on", ["expires_at"])
    op.create_table(
        "account_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("account_event_account_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("account_event_pkey")),
    )
    op.create_index("account_event_account_id_id_idx", "account_event", ["account_id", "id"])
