"""Incidents: reports, facts, positions, shares, by month.

Migrations go forward only: going back is restoring the dump that was made before.
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

from gridgov.store.partitions import create_defaults

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_MONTHLY = (
    "incident",
    "incident_fact",
    "incident_position",
    "incident_probability",
    "incident_share",
    "incident_state",
    "reporter",
)


def upgrade() -> None:
    op.create_table(
        "incident",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("external_number", sa.String(length=200), nullable=True),
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("matter_code", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False, comment="SHA-256 of the report: one id, one digest"),
        sa.ForeignKeyConstraint(["channel"], ["channel.code"], name=op.f("incident_channel_fkey")),
        sa.ForeignKeyConstraint(
            ["list_version", "matter_code"],
            ["matter.list_version", "matter.code"],
            name=op.f("incident_list_version_matter_code_fkey"),
        ),
        sa.PrimaryKeyConstraint("district_code", "id", name=op.f("incident_pkey")),
        postgresql_partition_by="RANGE (id)",
    )
    op.create_index("incident_district_code_number_idx", "incident", ["district_code", "number"], unique=False)
    op.create_index(
        "incident_district_code_reported_at_idx", "incident", ["district_code", "reported_at"], unique=False
    )
    op.create_index("incident_id_idx", "incident", ["id"], unique=False)
    op.create_table(
        "incident_duplicate",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("other_district_code", sa.String(length=6), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("distance_m", sa.Double(), nullable=False),
        sa.Column("similarity", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_code", "incident_id"],
            ["incident.district_code", "incident.id"],
            name=op.f("incident_duplicate_district_code_incident_id_fkey"),
        ),
        sa.PrimaryKeyConstraint(
            "district_code", "incident_id", "other_district_code", "other_id", name=op.f("incident_duplicate_pkey")
        ),
    )
    op.create_table(
        "incident_external",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("external_number", sa.String(length=200), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_code", "incident_id"],
            ["incident.district_code", "incident.id"],
            name=op.f("incident_external_district_code_incident_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("district_code", "channel", "external_number", name=op.f("incident_external_pkey")),
    )
    op.create_table(
        "incident_fact",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_code", "incident_id"],
            ["incident.district_code", "incident.id"],
            name=op.f("incident_fact_district_code_incident_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("district_code", "incident_id", "seq", name=op.f("incident_fact_pkey")),
        postgresql_partition_by="RANGE (incident_id)",
    )
    op.create_table(
        "incident_position",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False, comment="given, address"),
        sa.Column("datum", sa.String(length=20), nullable=False),
        sa.Column("raw_wkt", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                srid=4326,
                spatial_index=False,
            ),
            nullable=False,
        ),
        sa.Column("cell_district_code", sa.String(length=6), nullable=True),
        sa.Column("cell_id", sa.Uuid(), nullable=True),
        sa.Column("cell_code", sa.String(length=15), nullable=True),
        sa.Column("grid_checksum", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_code", "incident_id"],
            ["incident.district_code", "incident.id"],
            name=op.f("incident_position_district_code_incident_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("district_code", "incident_id", "seq", name=op.f("incident_position_pkey")),
        postgresql_partition_by="RANGE (incident_id)",
    )
    op.create_table(
        "incident_state",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("placement", sa.String(length=12), nullable=False),
        sa.Column("findings", postgresql.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("position_seq", sa.Integer(), nullable=True),
        sa.Column("cell_district_code", sa.String(length=6), nullable=True),
        sa.Column("cell_code", sa.String(length=15), nullable=True),
        sa.Column("lead_organisation_code", sa.String(length=40), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                spatial_index=False,
            ),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["district_code", "incident_id"],
            ["incident.district_code", "incident.id"],
            name=op.f("incident_state_district_code_incident_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("district_code", "incident_id", name=op.f("incident_state_pkey")),
        postgresql_partition_by="RANGE (incident_id)",
    )
    op.create_index(
        "incident_state_cell_idx", "incident_state", ["cell_district_code", "cell_code", "reported_at"], unique=False
    )
    op.create_index(
        "incident_state_due_at_idx",
        "incident_state",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index("incident_state_geom_idx", "incident_state", ["geom"], postgresql_using="gist")
    op.create_table(
        "reporter",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_code", "incident_id"],
            ["incident.district_code", "incident.id"],
            name=op.f("reporter_district_code_incident_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("district_code", "incident_id", name=op.f("reporter_pkey")),
        postgresql_partition_by="RANGE (incident_id)",
    )
    op.create_table(
        "incident_probability",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("cell_district_code", sa.String(length=6), nullable=True),
        sa.Column("cell_id", sa.Uuid(), nullable=True, comment="null: outside every cell"),
        sa.Column("cell_code", sa.String(length=15), nullable=True),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_code", "incident_id", "seq"],
            ["incident_position.district_code", "incident_position.incident_id", "incident_position.seq"],
            name=op.f("incident_probability_district_code_incident_id_seq_fkey"),
        ),
        sa.PrimaryKeyConstraint("district_code", "incident_id", "seq", "rank", name=op.f("incident_probability_pkey")),
        postgresql_partition_by="RANGE (incident_id)",
    )
    op.create_table(
        "incident_share",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("cell_district_code", sa.String(length=6), nullable=True),
        sa.Column("cell_id", sa.Uuid(), nullable=True, comment="null: outside every cell"),
        sa.Column("cell_code", sa.String(length=15), nullable=True),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("area_m2", sa.Double(), nullable=True),
        sa.Column("length_m", sa.Double(), nullable=True),
        sa.Column("sliver", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_code", "incident_id", "seq"],
            ["incident_position.district_code", "incident_position.incident_id", "incident_position.seq"],
            name=op.f("incident_share_district_code_incident_id_seq_fkey"),
        ),
        sa.PrimaryKeyConstraint("district_code", "incident_id", "seq", "rank", name=op.f("incident_share_pkey")),
        postgresql_partition_by="RANGE (incident_id)",
    )
    create_defaults(op.get_bind(), _MONTHLY)
