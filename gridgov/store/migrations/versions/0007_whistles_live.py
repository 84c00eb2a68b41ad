"""The life of whistles: check-ins, measures, ratings, teams, attempts.

Migrations go forward only: going back is restoring the dump that was made before.
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    _kinds()
    _columns()
    _tables()
    op.execute(_DUE)


def _kinds() -> None:
    op.add_column("whistle_kind", sa.Column("measure_minutes", sa.Integer(), server_default="1440", nullable=False))
    op.add_column("whistle_kind", sa.Column("close_minutes", sa.Integer(), server_default="10080", nullable=False))
    op.add_column(
        "whistle_kind",
        sa.Column(
            "issuers",
            postgresql.ARRAY(sa.String(length=20)),
            server_default="{street,community,lane_chief}",
            nullable=False,
        ),
    )
    op.add_column(
        "whistle_kind",
        sa.Column(
            "answerers",
            postgresql.ARRAY(sa.String(length=20)),
            server_default="{department,street_section,enterprise}",
            nullable=False,
        ),
    )
    op.add_column("whistle_kind", sa.Column("geofence_m", sa.Double(), server_default="200", nullable=False))
    op.add_column("whistle_kind", sa.Column("accuracy_limit_m", sa.Double(), server_default="100", nullable=False))
    op.add_column("whistle_kind", sa.Column("late_minutes", sa.Integer(), server_default="720", nullable=False))
    op.add_column("whistle_kind", sa.Column("skew_minutes", sa.Integer(), server_default="5", nullable=False))
    op.add_column(
        "whistle_kind",
        sa.Column(
            "vouching",
            sa.String(length=10),
            server_default="accepted",
            nullable=False,
            comment="none, accepted, required",
        ),
    )
    op.add_column("whistle_kind", sa.Column("retired", sa.Boolean(), server_default="false", nullable=False))
    op.execute(_NUMBERS)


def _step(name: str) -> sa.Column[int]:
    said = "how often it was escalated"
    return sa.Column(name, sa.SmallInteger(), server_default="0", nullable=False, comment=said)


def _columns() -> None:
    op.add_column(
        "whistle",
        sa.Column(
            "level",
            sa.String(length=12),
            nullable=True,
            comment="who blew it: street, community, lane_chief, district; null: drafted",
        ),
    )
    op.add_column("whistle", sa.Column("issuer_area_code", sa.String(length=15), nullable=True))
    op.add_column("whistle", sa.Column("issued_by", sa.String(length=80), nullable=True))
    op.add_column("whistle", sa.Column("reason", sa.Text(), nullable=True))
    op.add_column(
        "whistle",
        sa.Column("list_version", sa.Integer(), nullable=True, comment="the responsibility list that named who comes"),
    )
    op.add_column(
        "whistle",
        sa.Column(
            "rules",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="{}",
            nullable=False,
            comment="the kind as it stood when it was blown",
        ),
    )
    op.add_column("whistle", sa.Column("blown_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("whistle", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("whistle", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("whistle", sa.Column("close_due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("whistle", _step("close_step"))
    op.add_column(
        "whistle",
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True, comment="when something of it is due next"),
    )
    op.add_column(
        "whistle",
        sa.Column(
            "revision", sa.Integer(), server_default="1", nullable=False, comment="grows with every act: the ETag"
        ),
    )
    op.drop_constraint(op.f("whistle_district_code_incident_id_key"), "whistle", type_="unique")
    op.create_index(
        "whistle_due_at_idx", "whistle", ["due_at"], unique=False, postgresql_where=sa.text("due_at IS NOT NULL")
    )
    op.create_index("whistle_incident_idx", "whistle", ["district_code", "incident_id"], unique=False)
    op.create_index(
        "whistle_live_idx",
        "whistle",
        ["district_code", "incident_id"],
        unique=True,
        postgresql_where=sa.text("stage NOT IN ('closed', 'withdrawn')"),
    )
    op.add_column("whistle_side", _step("confirm_step"))
    op.add_column("whistle_side", sa.Column("confirmed_by", sa.String(length=80), nullable=True))
    op.add_column(
        "whistle_side",
        sa.Column(
            "confirmed_above",
            sa.String(length=6),
            nullable=True,
            comment="the common parent that confirmed in its stead",
        ),
    )
    op.add_column(
        "whistle_side",
        sa.Column("lead_choice", sa.String(length=9), nullable=True, comment="which side it wants to lead"),
    )
    op.add_column(
        "whistle_side",
        sa.Column(
            "withdrawn_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when it said that the whistle may be withdrawn",
        ),
    )
    op.add_column("summons", sa.Column("stage", sa.String(length=20), server_default="pending", nullable=False))
    op.add_column(
        "summons",
        sa.Column("origin", sa.String(length=12), server_default="list", nullable=False, comment="list, team, named"),
    )
    op.add_column("summons", sa.Column("summoned_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("summons", sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("summons", _step("check_in_step"))
    op.add_column(
        "summons",
        sa.Column("time_to_scene_s", sa.Integer(), nullable=True, comment="seconds from the summons to the arrival"),
    )
    op.add_column("summons", sa.Column("measure_due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("summons", _step("measure_step"))
    op.add_column("summons", sa.Column("measured_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("summons", sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("summons_organisation_code_idx", "summons", ["organisation_code", "whistle_id"], unique=False)


def _tables() -> None:
    op.create_table(
        "check_in",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("whistle_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_code", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True, comment="whose account it is: one person may have two"),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("verdict", sa.String(length=12), nullable=False, comment="accepted, waiting, refused"),
        sa.Column(
            "reasons", postgresql.ARRAY(sa.String(length=40)), nullable=False, comment="why it did not count at once"
        ),
        sa.Column(
            "flags", postgresql.ARRAY(sa.String(length=40)), nullable=False, comment="what a person should look at"
        ),
        sa.Column("device_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("datum", sa.String(length=20), nullable=True),
        sa.Column("raw_wkt", sa.Text(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column(
            "distance_m", sa.Double(), nullable=True, comment="from the incident's geometry, in the CGCS2000 zone"
        ),
        sa.Column("evidence", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("vouched_by", sa.String(length=80), nullable=True),
        sa.Column("vouched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("vouch_distance_m", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_code", "whistle_id", "organisation_code"],
            ["summons.district_code", "summons.whistle_id", "summons.organisation_code"],
            name=op.f("check_in_district_code_whistle_id_organisation_code_fkey"),
        ),
        sa.PrimaryKeyConstraint("district_code", "whistle_id", "id", name=op.f("check_in_pkey")),
    )
    op.create_table(
        "summons_measure",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("whistle_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_code", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True, comment="whose account it is: one person may have two"),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("evidence", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_code", "whistle_id", "organisation_code"],
            ["summons.district_code", "summons.whistle_id", "summons.organisation_code"],
            name=op.f("summons_measure_district_code_whistle_id_organisation_code_fkey"),
        ),
        sa.PrimaryKeyConstraint("district_code", "whistle_id", "id", name=op.f("summons_measure_pkey")),
    )
    op.create_table(
        "summons_release",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("whistle_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_code", sa.String(length=40), nullable=False),
        sa.Column("street_code", sa.String(length=9), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True, comment="whose account it is: one person may have two"),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("excused", sa.Boolean(), nullable=False, comment="it was let off without having come"),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_code", "whistle_id", "organisation_code"],
            ["summons.district_code", "summons.whistle_id", "summons.organisation_code"],
            name=op.f("summons_release_district_code_whistle_id_organisation_code_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["district_code", "whistle_id", "street_code"],
            ["whistle_side.district_code", "whistle_side.whistle_id", "whistle_side.street_code"],
            name=op.f("summons_release_district_code_whistle_id_street_code_fkey"),
        ),
        sa.PrimaryKeyConstraint(
            "district_code", "whistle_id", "organisation_code", "street_code", name=op.f("summons_release_pkey")
        ),
    )
    op.create_table(
        "summons_rating",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("whistle_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_code", sa.String(length=40), nullable=False),
        sa.Column("street_code", sa.String(length=9), nullable=False),
        sa.Column("seq", sa.SmallInteger(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True, comment="whose account it is: one person may have two"),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False, comment="1 to 5"),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_code", "whistle_id", "organisation_code"],
            ["summons.district_code", "summons.whistle_id", "summons.organisation_code"],
            name=op.f("summons_rating_district_code_whistle_id_organisation_code_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["district_code", "whistle_id", "street_code"],
            ["whistle_side.district_code", "whistle_side.whistle_id", "whistle_side.street_code"],
            name=op.f("summons_rating_district_code_whistle_id_street_code_fkey"),
        ),
        sa.PrimaryKeyConstraint(
            "district_code", "whistle_id", "organisation_code", "street_code", "seq", name=op.f("summons_rating_pkey")
        ),
    )
    op.create_table(
        "summons_attempt",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("whistle_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_code", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True, comment="whose account it is: one person may have two"),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_code", "whistle_id", "organisation_code"],
            ["summons.district_code", "summons.whistle_id", "summons.organisation_code"],
            name=op.f("summons_attempt_district_code_whistle_id_organisation_code_fkey"),
        ),
        sa.PrimaryKeyConstraint("district_code", "whistle_id", "id", name=op.f("summons_attempt_pkey")),
    )
    op.create_table(
        "team",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False, comment="group, template"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False, comment="for whistles in this area"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("district_code", "id", name=op.f("team_pkey")),
        sa.UniqueConstraint("district_code", "area_code", "name", name=op.f("team_district_code_area_code_name_key")),
    )
    op.create_table(
        "team_member",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_code", sa.String(length=40), nullable=False),
        sa.Column("leads", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_code", "team_id"],
            ["team.district_code", "team.id"],
            name=op.f("team_member_district_code_team_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("district_code", "team_id", "organisation_code", name=op.f("team_member_pkey")),
    )


# The three kinds of before get numbers of their own; what a district chose for the old ones stays.
_NUMBERS = """
    UPDATE whistle_kind SET measure_minutes = v.measure, close_minutes = v.close, geofence_m = v.fence
    FROM (VALUES ('key_work', 2880, 43200, 300), ('emergency', 240, 1440, 500)) AS v (code, measure, close, fence)
    WHERE v.code = whistle_kind.code
"""
# What was drafted before is due when the first of its sides should have confirmed.
_DUE = """
    UPDATE whistle SET due_at = s.due_at
    FROM (SELECT district_code, whistle_id, min(confirm_due_at) AS due_at FROM whistle_side GROUP BY 1, 2) AS s
    WHERE s.district_code = whistle.district_code AND s.whistle_id = whistle.id AND whistle.stage = 'drafted'
"""
