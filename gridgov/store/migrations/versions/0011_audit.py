"""The seals over the chains of a district.

Migrations go forward only: going back is restoring the dump that was made before.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


class _Xid8(sa.types.UserDefinedType[int]):
    def get_col_spec(self, **_options: object) -> str:
        return "xid8"


def upgrade() -> None:
    """Change the schema."""
    op.create_table(
        "seal",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("system_id", sa.BigInteger(), nullable=False, comment="of the server that counted the transactions"),
        sa.Column("last_xid", _Xid8(), nullable=False, comment="with the next two: the last fact it covers"),
        sa.Column("last_incident_id", sa.Uuid(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("facts", sa.Integer(), nullable=False),
        sa.Column("leaves", sa.LargeBinary(), nullable=False, comment="60 bytes a fact: incident, seq, xid, hash"),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("district_code", "seq", name=op.f("seal_pkey")),
    )
    op.create_table(
        "verification",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seals", sa.Integer(), nullable=False),
        sa.Column("facts", sa.BigInteger(), nullable=False),
        sa.Column("unsealed", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=True, comment="the newest seal's hash then"),
        sa.Column("findings", sa.BigInteger(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="the first of them"),
        sa.PrimaryKeyConstraint("district_code", "id", name=op.f("verification_pkey")),
    )
    op.create_index("verification_district_code_at_idx", "verification", ["district_code", "at"], unique=False)
    # The facts that are there get this migration's transaction: the first seals cover them in the order of their keys.
    op.execute("ALTER TABLE incident_fact ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id()")
    op.execute("COMMENT ON COLUMN incident_fact.xid IS 'orders the seals'")
    op.create_index("incident_fact_district_code_xid_idx", "incident_fact", ["district_code", "xid"])
    # Hashes do not compress; uncompressed, the tail of a long row is read without the rest.
    op.execute("ALTER TABLE seal ALTER COLUMN leaves SET STORAGE EXTERNAL")
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
