"""What a case gathers while it lives: who takes part, whose hands it went through, which acts were done."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB

from gridgov.store.tables.base import district, key, metadata, moment, text

_INCIDENT = (["district_code", "incident_id"], ["incident.district_code", "incident.id"])

# Whoever may see an incident apart from its district's own people: a cell, community or street by its code, an
# organisation by its code after `org:`, an account by its id. Rows are added and never removed: who once had it may
# still look.
# One party's incidents, newest first, are one range of the key, so a list costs the same in a small and a large table.
# Not partitioned: every policy of rows asks it, and planning that over months cost each statement several milliseconds.
incident_party = Table(
    "incident_party",
    metadata,
    district(),
    Column("party", String(44), primary_key=True),
    key("incident_id"),
    Column("part", String(20), nullable=False, comment="place, reporter, merged_reporter, handling, side, summoned"),
    Column(
        "open",
        Boolean,
        nullable=False,
        server_default=sql("true"),
        comment="the case is neither closed, rejected nor merged",
    ),
    ForeignKeyConstraint(*_INCIDENT),
    Index("incident_party_party_incident_id_idx", "party", "incident_id"),
    # What is still to do is looked for most, and few beside what was ever done.
    Index("incident_party_open_idx", "party", "incident_id", postgresql_where=sql("open")),
    # Who may see one incident: a hash, because a tree in the order of incidents would tempt the planner of the lists.
    Index("incident_party_incident_id_idx", "incident_id", postgresql_using="hash"),
)

# One row for each organisation a case was dispatched to, in order. A transfer ends one and begins the next.
incident_hop = Table(
    "incident_hop",
    metadata,
    district(),
    key("incident_id"),
    Column("seq", Integer, primary_key=True),
    Column("organisation_code", String(40), nullable=False),
    moment("dispatched_at"),
    moment("accepted_at", nullable=True),
    moment("ended_at", nullable=True),
    Column("ended_by", String(20), comment="the act that took it from them"),
    ForeignKeyConstraint(*_INCIDENT),
    postgresql_partition_by="RANGE (incident_id)",
)

# An act carries an id that its sender made. Sent twice, it is done once and answered the same.
act = Table(
    "act",
    metadata,
    district(),
    key(),
    Column("subject_id", Uuid, nullable=False, comment="the incident or whistle"),
    Column("account_id", Uuid),
    Column("name", String(40), nullable=False),
    Column("digest", LargeBinary, nullable=False, comment="SHA-256 of what was asked"),
    moment("at"),
    Column("answer", JSONB, nullable=False),
    Index("act_district_code_subject_id_idx", "district_code", "subject_id"),
)

# Something people must be told, written in the transaction of what happened. Channels carry it on afterwards.
notice = Table(
    "notice",
    metadata,
    district(),
    key(),
    Column("kind", String(40), nullable=False),
    moment("at"),
    Column("incident_id", Uuid),
    Column("whistle_id", Uuid),
    Column("account_id", Uuid, comment="to this account, or"),
    Column("organisation_code", String(40), comment="to the people of this organisation, or"),
    Column("role", String(40), comment="to the holders of this role"),
    Column("area_code", String(15), comment="over this area"),
    Column("data", JSONB, nullable=False),
    text("dedup"),
    moment("fan_due_at", nullable=True),
    UniqueConstraint("district_code", "dedup"),
    Index("notice_fan_due_at_idx", "fan_due_at", postgresql_where=sql("fan_due_at IS NOT NULL")),
)
