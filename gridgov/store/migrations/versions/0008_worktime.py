"""Working time: the calendar, office hours, limits and steps of escalation.

Migrations go forward only: going back is restoring the dump that was made before.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    _calendar()
    _hours()
    _limits()
    op.create_table(
        "rule_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("rule_change_pkey")),
    )
    op.create_index(
        "incident_fact_against_list_idx",
        "incident_fact",
        ["district_code", "at"],
        unique=False,
        postgresql_where=sa.text("(payload ->> 'against_list') IS NOT NULL"),
    )
    op.add_column(
        "matter",
        sa.Column(
            "counted",
            sa.String(length=10),
            server_default="working",
            nullable=False,
            comment="urgent, working, days",
        ),
    )


def _calendar() -> None:
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("calendar_year_pkey")),
    )
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False, comment="holiday, work"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["year"], ["calendar_year.year"], name=op.f("calendar_day_year_fkey")),
        sa.PrimaryKeyConstraint("day", name=op.f("calendar_day_pkey")),
    )


def _hours() -> None:
    op.create_table(
        "work_hours",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("around_the_clock", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("work_hours_pkey")),
    )
    op.create_table(
        "work_segment",
        sa.Column("hours", sa.String(length=40), nullable=False),
        sa.Column(
            "day",
            sa.SmallInteger(),
            autoincrement=False,
            nullable=False,
            comment="1 Monday to 7 Sunday, 0 a day that makes up for a holiday",
        ),
        sa.Column(
            "start_minute",
            sa.SmallInteger(),
            autoincrement=False,
            nullable=False,
            comment="since midnight, Asia/Shanghai",
        ),
        sa.Column("end_minute", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("day BETWEEN 0 AND 7", name=op.f("work_segment_day_check")),
        sa.CheckConstraint(
            "0 <= start_minute AND start_minute < end_minute AND end_minute <= 1440",
            name=op.f("work_segment_within_a_day_check"),
        ),
        sa.ForeignKeyConstraint(["hours"], ["work_hours.code"], name=op.f("work_segment_hours_fkey")),
        sa.PrimaryKeyConstraint("hours", "day", "start_minute", name=op.f("work_segment_pkey")),
    )
    op.create_table(
        "hours_of_kind",
        sa.Column("organisation_kind", sa.String(length=20), nullable=False),
        sa.Column("hours", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["hours"], ["work_hours.code"], name=op.f("hours_of_kind_hours_fkey")),
        sa.PrimaryKeyConstraint("organisation_kind", name=op.f("hours_of_kind_pkey")),
    )
    op.create_table(
        "hours_of_organisation",
        sa.Column("organisation_code", sa.String(length=40), nullable=False),
        sa.Column("hours", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["hours"], ["work_hours.code"], name=op.f("hours_of_organisation_hours_fkey")),
        sa.ForeignKeyConstraint(
            ["organisation_code"], ["organisation.code"], name=op.f("hours_of_organisation_organisation_code_fkey")
        ),
        sa.PrimaryKeyConstraint("organisation_code", name=op.f("hours_of_organisation_pkey")),
    )


def _limits() -> None:
    op.create_table(
        "time_limit",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("matter_code", sa.String(length=40), nullable=False, comment="* for every matter"),
        sa.Column("priority", sa.SmallInteger(), autoincrement=False, nullable=False, comment="0 for every priority"),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False, comment="minutes, hours, working_days"),
        sa.Column("around_the_clock", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("time_limit_amount_check")),
        sa.PrimaryKeyConstraint("kind", "matter_code", "priority", name=op.f("time_limit_pkey")),
    )
    op.create_table(
        "escalation_step",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("step", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False, comment="how long after the deadline itself"),
        sa.Column("unit", sa.String(length=20), nullable=False, comment="minutes, hours, working_days"),
        sa.Column("around_the_clock", sa.Boolean(), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False, comment="organisation, street, district, parent"),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("tells_own", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("amount >= 0 AND step >= 1", name=op.f("escalation_step_order_check")),
        sa.PrimaryKeyConstraint("kind", "step", name=op.f("escalation_step_pkey")),
    )
