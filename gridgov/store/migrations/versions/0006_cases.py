"""What a case gathers while it lives, and where it stands.

Migrations go forward only: going back is restoring the dump that was made before.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from gridgov.store.partitions import create_defaults

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "act",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False, comment="the incident or whistle"),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False, comment="SHA-256 of what was asked"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("district_code", "id", name=op.f("act_pkey")),
    )
    op.create_index("act_district_code_subject_id_idx", "act", ["district_code", "subject_id"], unique=False)
    op.create_table(
        "incident_hop",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("organisation_code", sa.String(length=40), nullable=False),
        sa.Column("dispatched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=20), nullable=True, comment="the act that took it from them"),
        sa.PrimaryKeyConstraint("district_code", "incident_id", "seq", name=op.f("incident_hop_pkey")),
        sa.ForeignKeyConstraint(
            ["district_code", "incident_id"],
            ["incident.district_code", "incident.id"],
            name=op.f("incident_hop_district_code_incident_id_fkey"),
        ),
        postgresql_partition_by="RANGE (incident_id)",
    )
    op.create_table(
        "incident_party",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("party", sa.String(length=44), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column(
            "part",
            sa.String(length=20),
            nullable=False,
            comment="place, reporter, merged_reporter, handling, side, summoned",
        ),
        sa.PrimaryKeyConstraint("district_code", "party", "incident_id", name=op.f("incident_party_pkey")),
        sa.ForeignKeyConstraint(
            ["district_code", "incident_id"],
            ["incident.district_code", "incident.id"],
            name=op.f("incident_party_district_code_incident_id_fkey"),
        ),
    )
    op.create_index("incident_party_party_incident_id_idx", "incident_party", ["party", "incident_id"], unique=False)
    op.create_table(
        "notice",
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=True),
        sa.Column("whistle_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True, comment="to this account, or"),
        sa.Column(
            "organisation_code", sa.String(length=40), nullable=True, comment="to the people of this organisation, or"
        ),
        sa.Column("role", sa.String(length=40), nullable=True, comment="to the holders of this role"),
        sa.Column("area_code", sa.String(length=15), nullable=True, comment="over this area"),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("dedup", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("district_code", "id", name=op.f("notice_pkey")),
        sa.UniqueConstraint("district_code", "dedup", name=op.f("notice_district_code_dedup_key")),
    )
    op.add_column("incident_state", sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "incident_state",
        sa.Column(
            "due_kind",
            sa.String(length=20),
            nullable=True,
            comment="what is due: file, dispatch, accept, handle, verify, close, resume",
        ),
    )
    op.add_column(
        "incident_state",
        sa.Column(
            "due_step", sa.SmallInteger(), server_default="0", nullable=False, comment="how often it was escalated"
        ),
    )
    op.add_column(
        "incident_state",
        sa.Column(
            "revision", sa.Integer(), server_default="1", nullable=False, comment="grows with every act: the ETag"
        ),
    )
    op.add_column("incident_state", sa.Column("matter_code", sa.String(length=40), nullable=True))
    op.add_column("incident_state", sa.Column("priority", sa.SmallInteger(), nullable=True))
    op.add_column("incident_state", sa.Column("handling_organisation_code", sa.String(length=40), nullable=True))
    op.add_column(
        "incident_state",
        sa.Column("first_organisation_code", sa.String(length=40), nullable=True, comment="first dispatched; set once"),
    )
    op.add_column("incident_state", sa.Column("stage_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "incident_state",
        sa.Column(
            "clock", sa.String(length=10), server_default="stopped", nullable=False, comment="running, paused, stopped"
        ),
    )
    op.add_column(
        "incident_state",
        sa.Column(
            "remaining_s",
            sa.Integer(),
            nullable=True,
            comment="working seconds left while the clock is paused; may be negative",
        ),
    )
    op.add_column(
        "incident_state",
        sa.Column(
            "handling_left_s",
            sa.Integer(),
            nullable=True,
            comment="working seconds left of handling while another clock runs",
        ),
    )
    op.add_column(
        "incident_state",
        sa.Column(
            "handling_whole_s", sa.Integer(), nullable=True, comment="working seconds of all of the limit to handle"
        ),
    )
    op.add_column(
        "incident_state",
        sa.Column(
            "handling_hours", sa.String(length=40), nullable=True, comment="the hours that handling is counted in"
        ),
    )
    op.add_column(
        "incident_state",
        sa.Column(
            "handling_step", sa.SmallInteger(), server_default="0", nullable=False, comment="due_step of handling, kept"
        ),
    )
    op.add_column("incident_state", sa.Column("first_dispatched_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("incident_state", sa.Column("counted_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "incident_state",
        sa.Column(
            "calendar_short",
            sa.Date(),
            nullable=True,
            comment="the last day of the calendar that ended before a deadline was known",
        ),
    )
    op.create_index(
        "incident_state_calendar_short_idx",
        "incident_state",
        ["calendar_short"],
        unique=False,
        postgresql_where=sa.text("calendar_short IS NOT NULL"),
    )
    op.add_column(
        "incident_state",
        sa.Column(
            "extension_s", sa.Integer(), nullable=True, comment="working seconds asked for, and not answered yet"
        ),
    )
    op.add_column("incident_state", sa.Column("suspended_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "incident_state",
        sa.Column(
            "stage_before", sa.String(length=20), nullable=True, comment="where a suspended or merged case goes back to"
        ),
    )
    op.add_column("incident_state", sa.Column("merged_into_id", sa.Uuid(), nullable=True))
    op.add_column(
        "incident_state",
        sa.Column("handler", sa.String(length=80), nullable=True, comment="who fed back: may not verify"),
    )
    op.add_column("incident_state", sa.Column("transfers", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("incident_state", sa.Column("reopenings", sa.SmallInteger(), server_default="0", nullable=False))
    create_defaults(op.get_bind(), ("incident_hop",))
    op.execute(_PLACES)
    op.execute(_STATES)


# Incidents that were taken in before: who sees them for their place, and what the lists filter by.
_PLACES = """
    INSERT INTO incident_party (district_code, party, incident_id, part)
    SELECT DISTINCT district_code, party, incident_id, 'place'
    FROM incident_state
    CROSS JOIN LATERAL (
        VALUES (left(cell_code, 6)), (left(cell_code, 9)), (left(cell_code, 12)), (cell_code)
    ) AS p (party)
    WHERE cell_code IS NOT NULL
"""
_STATES = """
    UPDATE incident_state SET matter_code = i.matter_code, priority = m.priority, stage_since = i.received_at,
        clock = 'running', due_kind = 'file', deadline_at = due_at, counted_since = i.received_at
    FROM incident i JOIN matter m ON m.list_version = i.list_version AND m.code = i.matter_code
    WHERE i.district_code = incident_state.district_code AND i.id = incident_state.incident_id
"""
