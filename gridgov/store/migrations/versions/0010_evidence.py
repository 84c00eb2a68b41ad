"""Attachments and their uploads.

Migrations go forward only: going back is restoring the dump that was made before.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    op.create_table(
        "evidence",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("whistle_id", sa.Uuid(), nullable=True),
        sa.Column("fact_seq", sa.Integer(), nullable=False, comment="the fact that tells of it"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False, comment="found in the content"),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False, comment="of what is kept, and where it is kept"),
        sa.Column("original_size", sa.BigInteger(), nullable=False),
        sa.Column("original_sha256", sa.LargeBinary(), nullable=False, comment="of what was sent; not kept"),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("duration_s", sa.Double(), nullable=True),
        sa.Column("thumbnail_sha256", sa.LargeBinary(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_code", "incident_id"],
            ["incident.district_code", "incident.id"],
            name=op.f("evidence_district_code_incident_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("district_code", "id", name=op.f("evidence_pkey")),
    )
    op.create_index(
        "evidence_district_code_incident_id_idx", "evidence", ["district_code", "incident_id"], unique=False
    )
    op.create_index("evidence_id_idx", "evidence", ["id"], unique=False)
    op.create_table(
        "upload",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("whistle_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False, comment="only whoever announced it may send its parts"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False, comment="as declared; the content decides"),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False, comment="of the whole, as declared"),
        sa.Column("part_size", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=12), nullable=False, comment="open, complete, refused, abandoned"),
        sa.Column("refusal", sa.Text(), nullable=True, comment="why its content is not taken, once that is known"),
        sa.Column(
            "preparing_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="until then nobody else decodes it",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "due_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when it is given up, or what it has sent is removed",
        ),
        sa.ForeignKeyConstraint(
            ["district_code", "incident_id"],
            ["incident.district_code", "incident.id"],
            name=op.f("upload_district_code_incident_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("district_code", "id", name=op.f("upload_pkey")),
    )
    op.create_index("upload_account_id_created_at_idx", "upload", ["account_id", "created_at"], unique=False)
    op.create_index(
        "upload_account_id_idx", "upload", ["account_id"], unique=False, postgresql_where=sa.text("stage = 'open'")
    )
    op.create_index(
        "upload_due_at_idx", "upload", ["due_at"], unique=False, postgresql_where=sa.text("due_at IS NOT NULL")
    )
    op.create_index("upload_id_idx", "upload", ["id"], unique=False)
    op.create_table(
        "evidence_exif",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_text", sa.Text(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True, comment="degrees, of the datum that the file states"),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("datum", sa.Text(), nullable=True),
        sa.Column("camera", sa.Text(), nullable=True),
        sa.Column("tags", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_code", "evidence_id"],
            ["evidence.district_code", "evidence.id"],
            name=op.f("evidence_exif_district_code_evidence_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("district_code", "evidence_id", name=op.f("evidence_exif_pkey")),
    )
    op.create_table(
        "upload_part",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="from 1"),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_code", "upload_id"],
            ["upload.district_code", "upload.id"],
            name=op.f("upload_part_district_code_upload_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("district_code", "upload_id", "number", name=op.f("upload_part_pkey")),
    )
