"""Accounts, roles, grants and credentials.

Migrations go forward only: going back is restoring the dump that was made before.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("login", sa.String(length=80), nullable=False, comment="lower case"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("person_district_code", sa.String(length=6), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("must_change", sa.Boolean(), nullable=False, comment="the password was set by somebody else"),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.Column("issuer_subject", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("account_pkey")),
        sa.UniqueConstraint("issuer", "issuer_subject", name=op.f("account_issuer_issuer_subject_key")),
        sa.UniqueConstraint("login", name=op.f("account_login_key")),
    )
    op.create_table(
        "role",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("role_pkey")),
    )
    op.create_table(
        "account_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column(
            "area_code", sa.String(length=15), nullable=False, comment="stands for every code that begins with it"
        ),
        sa.Column("organisation_code", sa.String(length=40), nullable=True),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("account_grant_account_id_fkey")),
        sa.ForeignKeyConstraint(
            ["organisation_code"], ["organisation.code"], name=op.f("account_grant_organisation_code_fkey")
        ),
        sa.ForeignKeyConstraint(["role"], ["role.code"], name=op.f("account_grant_role_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("account_grant_pkey")),
    )
    op.create_index("account_grant_account_id_idx", "account_grant", ["account_id"], unique=False)
    op.create_table(
        "credential",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False, comment="session, token"),
        sa.Column(
            "secret_hash", sa.LargeBinary(), nullable=False, comment="SHA-256; the secret itself is kept nowhere"
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "scopes",
            postgresql.ARRAY(sa.Text()),
            nullable=True,
            comment="permissions a token is limited to; null for all",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("credential_account_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("credential_pkey")),
        sa.UniqueConstraint("secret_hash", name=op.f("credential_secret_hash_key")),
    )
    op.create_index("credential_account_id_idx", "credential", ["account_id"], unique=False)
    op.create_table(
        "role_permission",
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("permission", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["role"], ["role.code"], name=op.f("role_permission_role_fkey")),
        sa.PrimaryKeyConstraint("role", "permission", name=op.f("role_permission_pkey")),
    )
