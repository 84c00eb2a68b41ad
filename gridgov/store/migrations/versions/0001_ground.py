"""The ground: areas, cells, addresses, organisations, people, matters and kinds of whistle.

Migrations go forward only: going back is restoring the dump that was made before.
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.create_table(
        "address",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("source_key", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("street", sa.Text(), nullable=True),
        sa.Column("community", sa.Text(), nullable=True),
        sa.Column("road", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("estate", sa.Text(), nullable=True),
        sa.Column("building", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("aliases", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "old_names",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment='[["old name", "last day it was valid"], ...]',
        ),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                spatial_index=False,
            ),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("district_code", "source_key", name=op.f("address_pkey")),
    )
    op.create_table(
        "area",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("district_code", "id", name=op.f("area_pkey")),
    )
    op.create_table(
        "base_feature",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("layer", sa.String(length=20), nullable=False, comment="building, road, water, green"),
        sa.Column("source_key", sa.String(length=80), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("attributes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                srid=4326,
                spatial_index=False,
            ),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("district_code", "layer", "source_key", name=op.f("base_feature_pkey")),
    )
    op.create_index("base_feature_geom_idx", "base_feature", ["geom"], postgresql_using="gist")
    op.create_table(
        "channel",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("channel_pkey")),
    )
    op.create_table(
        "duty_role",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("duty_role_pkey")),
    )
    op.create_table(
        "grid_version",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "checksum", sa.LargeBinary(), nullable=False, comment="SHA-256 over codes and coordinates of its cells"
        ),
        sa.Column("cells", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("district_code", "version", name=op.f("grid_version_pkey")),
    )
    op.create_table(
        "matter_list",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("checksum", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        postgresql.ExcludeConstraint((sa.column("valid"), "&&"), using="gist", name="matter_list_valid_excl"),
        sa.PrimaryKeyConstraint("version", name=op.f("matter_list_pkey")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column(
            "area_code", sa.String(length=12), nullable=False, comment="what it answers for, with everything below"
        ),
        sa.Column("parent_code", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("organisation_pkey")),
        sa.UniqueConstraint("code", name=op.f("organisation_code_key")),
    )
    op.create_table(
        "whistle_kind",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("check_in_minutes", sa.Integer(), nullable=False),
        sa.Column("confirm_minutes", sa.Integer(), nullable=False),
        sa.Column("min_share", sa.Double(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("whistle_kind_pkey")),
    )
    op.create_table(
        "area_period",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                spatial_index=False,
            ),
            nullable=False,
        ),
        postgresql.ExcludeConstraint(
            (sa.column("district_code"), "="),
            (sa.column("area_id"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="area_period_area_excl",
        ),
        postgresql.ExcludeConstraint(
            (sa.column("district_code"), "="),
            (sa.column("code"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="area_period_code_excl",
        ),
        sa.ForeignKeyConstraint(
            ["district_code", "area_id"],
            ["area.district_code", "area.id"],
            name=op.f("area_period_district_code_area_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["district_code", "parent_id"],
            ["area.district_code", "area.id"],
            name=op.f("area_period_district_code_parent_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("district_code", "area_id", "starts_at", name=op.f("area_period_pkey")),
    )
    op.create_index("area_period_geom_idx", "area_period", ["geom"], postgresql_using="gist")
    op.create_table(
        "cell",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=15), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("street_id", sa.Uuid(), nullable=False),
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("area_m2", sa.Double(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POLYGON",
                srid=4326,
                spatial_index=False,
            ),
            nullable=False,
        ),
        postgresql.ExcludeConstraint(
            (sa.column("district_code"), "="),
            (sa.column("code"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="cell_code_excl",
        ),
        sa.ForeignKeyConstraint(
            ["district_code", "community_id"],
            ["area.district_code", "area.id"],
            name=op.f("cell_district_code_community_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["district_code", "street_id"],
            ["area.district_code", "area.id"],
            name=op.f("cell_district_code_street_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("district_code", "id", name=op.f("cell_pkey")),
    )
    op.create_index(
        "cell_current_idx",
        "cell",
        ["district_code", "code"],
        unique=False,
        postgresql_where=sa.text("upper_inf(valid)"),
    )
    op.create_index("cell_geom_idx", "cell", ["geom"], postgresql_using="gist")
    op.create_table(
        "matter",
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("subcategory", sa.Text(), nullable=False),
        sa.Column("whistle_kind", sa.String(length=40), nullable=True),
        sa.Column("admitted", sa.Boolean(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("file_minutes", sa.Integer(), nullable=False),
        sa.Column("handle_minutes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["list_version"], ["matter_list.version"], name=op.f("matter_list_version_fkey")),
        sa.ForeignKeyConstraint(["whistle_kind"], ["whistle_kind.code"], name=op.f("matter_whistle_kind_fkey")),
        sa.PrimaryKeyConstraint("list_version", "code", name=op.f("matter_pkey")),
    )
    op.create_table(
        "person",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("organisation_code", sa.String(length=40), nullable=False),
        sa.Column("employment", sa.String(length=20), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_code"], ["organisation.code"], name=op.f("person_organisation_code_fkey")
        ),
        sa.PrimaryKeyConstraint("district_code", "id", name=op.f("person_pkey")),
        sa.UniqueConstraint("district_code", "staff_code", name=op.f("person_district_code_staff_code_key")),
    )
    op.create_table(
        "cell_lineage",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("from_cell_id", sa.Uuid(), nullable=False),
        sa.Column("to_cell_id", sa.Uuid(), nullable=False),
        sa.Column("share", sa.Double(), nullable=False, comment="of the old cell's area"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_code", "from_cell_id"],
            ["cell.district_code", "cell.id"],
            name=op.f("cell_lineage_district_code_from_cell_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["district_code", "to_cell_id"],
            ["cell.district_code", "cell.id"],
            name=op.f("cell_lineage_district_code_to_cell_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("district_code", "from_cell_id", "to_cell_id", name=op.f("cell_lineage_pkey")),
    )
    op.create_table(
        "cell_measure",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("cell_id", sa.Uuid(), nullable=False),
        sa.Column("measure", sa.String(length=40), nullable=False),
        sa.Column("observed_on", sa.Date(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_code", "cell_id"],
            ["cell.district_code", "cell.id"],
            name=op.f("cell_measure_district_code_cell_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("district_code", "cell_id", "measure", "observed_on", name=op.f("cell_measure_pkey")),
    )
    op.create_table(
        "duty",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("cell_id", sa.Uuid(), nullable=True),
        sa.Column("area_id", sa.Uuid(), nullable=True),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        sa.CheckConstraint("num_nonnulls(cell_id, area_id) = 1", name=op.f("duty_one_target_check")),
        sa.ForeignKeyConstraint(
            ["district_code", "area_id"],
            ["area.district_code", "area.id"],
            name=op.f("duty_district_code_area_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["district_code", "cell_id"],
            ["cell.district_code", "cell.id"],
            name=op.f("duty_district_code_cell_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["district_code", "person_id"],
            ["person.district_code", "person.id"],
            name=op.f("duty_district_code_person_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["role"], ["duty_role.code"], name=op.f("duty_role_fkey")),
        sa.PrimaryKeyConstraint("district_code", "id", name=op.f("duty_pkey")),
    )
    op.create_index("duty_district_code_cell_id_idx", "duty", ["district_code", "cell_id"], unique=False)
    op.create_index("duty_district_code_person_id_idx", "duty", ["district_code", "person_id"], unique=False)
    op.create_table(
        "responsibility",
        sa.Column("list_version", sa.Integer(), nullable=False),
        sa.Column("matter_code", sa.String(length=40), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column(
            "organisation_code",
            sa.String(length=40),
            nullable=False,
            comment="or STREET_OFFICE: the office of the place",
        ),
        sa.Column("part", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_version", "matter_code"],
            ["matter.list_version", "matter.code"],
            name=op.f("responsibility_list_version_matter_code_fkey"),
        ),
        sa.PrimaryKeyConstraint("list_version", "matter_code", "rank", name=op.f("responsibility_pkey")),
    )
