"""Incidents with their appended facts, positions and shares. All but the side tables are partitioned by month."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Uuid,
    func,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from gridgov.store.tables.base import district, key, metadata, moment, shape, text
from gridgov.store.tables.changes import Xid8

_INCIDENT = (["district_code", "incident_id"], ["incident.district_code", "incident.id"])

# What was reported, exactly as it came. Never updated.
incident = Table(
    "incident",
    metadata,
    district(),
    key(),
    Column("number", String(24), nullable=False),
    moment("reported_at"),
    moment("received_at"),
    Column("channel", String(40), nullable=False),
    Column("external_number", String(200)),
    Column("list_version", Integer, nullable=False),
    Column("matter_code", String(40), nullable=False),
    text("text"),
    Column("digest", LargeBinary, nullable=False, comment="SHA-256 of the report: one id, one digest"),
    ForeignKeyConstraint(["list_version", "matter_code"], ["matter.list_version", "matter.code"]),
    ForeignKeyConstraint(["channel"], ["channel.code"]),
    Index("incident_id_idx", "id"),
    Index("incident_district_code_number_idx", "district_code", "number"),
    Index("incident_district_code_reported_at_idx", "district_code", "reported_at"),
    postgresql_partition_by="RANGE (id)",
)
Index(
    "incident_signs_idx",
    func.substr(incident.c.number, sql("15")).label("signs"),
    postgresql_ops={"signs": "text_pattern_ops"},
)

incident_fact = Table(
    "incident_fact",
    metadata,
    district(),
    key("incident_id"),
    Column("seq", Integer, primary_key=True),
    Column("kind", String(40), nullable=False),
    moment("at"),
    text("author"),
    Column("payload", JSONB, nullable=False),
    Column("previous_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("xid", Xid8(), nullable=False, server_default=sql("pg_current_xact_id()"), comment="orders the seals"),
    ForeignKeyConstraint(*_INCIDENT),
    Index("incident_fact_district_code_xid_idx", "district_code", "xid"),
    Index(
        "incident_fact_against_list_idx",
        "district_code",
        "at",
        postgresql_where=sql("(payload ->> 'against_list') IS NOT NULL"),
    ),
    postgresql_partition_by="RANGE (incident_id)",
)

# The newest facts in one row, kept by the same transaction that appends them: lists and maps read this.
incident_state = Table(
    "incident_state",
    metadata,
    district(),
    key("incident_id"),
    Column("stage", String(20), nullable=False),
    Column("placement", String(12), nullable=False),
    Column("findings", ARRAY(String(40)), nullable=False),
    Column("position_seq", Integer),
    Column("cell_district_code", String(6)),
    Column("cell_code", String(15)),
    Column("lead_organisation_code", String(40)),
    moment("due_at", nullable=True),
    moment("deadline_at", nullable=True),
    Column("due_kind", String(20), comment="what is due: file, dispatch, accept, handle, verify, close, resume"),
    Column("due_step", SmallInteger, nullable=False, server_default="0", comment="how often it was escalated"),
    Column("revision", Integer, nullable=False, server_default="1", comment="grows with every act: the ETag"),
    Column("matter_code", String(40)),
    Column("priority", SmallInteger),
    Column("handling_organisation_code", String(40)),
    Column("first_organisation_code", String(40), comment="first dispatched; set once"),
    Column("stage_since", moment("stage_since").type),
    Column("clock", String(10), nullable=False, server_default="stopped", comment="running, paused, stopped"),
    Column("remaining_s", Integer, comment="working seconds left while the clock is paused; may be negative"),
    Column("handling_left_s", Integer, comment="working seconds left of handling while another clock runs"),
    Column("handling_whole_s", Integer, comment="working seconds of all of the limit to handle"),
    Column("handling_hours", String(40), comment="the hours that handling is counted in"),
    Column("handling_step", SmallInteger, nullable=False, server_default="0", comment="due_step of handling, kept"),
    moment("first_dispatched_at", nullable=True),
    moment("counted_since", nullable=True),
    Column("calendar_short", Date, comment="the last day of the calendar that ended before a deadline was known"),
    Column("extension_s", Integer, comment="working seconds asked for, and not answered yet"),
    moment("suspended_until", nullable=True),
    Column("stage_before", String(20), comment="where a suspended or merged case goes back to"),
    Column("merged_into_id", Uuid),
    Column("handler", String(80), comment="who fed back: may not verify"),
    Column("transfers", SmallInteger, nullable=False, server_default="0"),
    Column("reopenings", SmallInteger, nullable=False, server_default="0"),
    moment("reported_at"),
    shape("POINT", "geom", nullable=True),
    ForeignKeyConstraint(*_INCIDENT),
    Index("incident_state_geom_idx", "geom", postgresql_using="gist"),
    Index("incident_state_due_at_idx", "due_at", postgresql_where=sql("due_at IS NOT NULL")),
    Index("incident_state_calendar_short_idx", "calendar_short", postgresql_where=sql("calendar_short IS NOT NULL")),
    Index("incident_state_cell_idx", "cell_district_code", "cell_code", "reported_at"),
    # For lists, newest id first: open cases, cases of a stage, of a matter, at an organisation, without a place, and
    # those whose id tells another time.
    Index(
        "incident_state_open_idx",
        "incident_id",
        postgresql_where=sql("stage NOT IN ('closed', 'rejected', 'merged')"),
    ),
    Index("incident_state_stage_idx", "stage", "incident_id"),
    Index("incident_state_handling_idx", "handling_organisation_code", "incident_id"),
    Index("incident_state_matter_code_incident_id_idx", "matter_code", "incident_id"),
    Index(
        "incident_state_unplaced_idx", "incident_id", postgresql_where=sql("placement NOT IN ('located', 'crossing')")
    ),
    Index(
        "incident_state_odd_idx",
        "reported_at",
        postgresql_where=sql("gridgov_is_odd(incident_id, reported_at)"),
    ),
    postgresql_partition_by="RANGE (incident_id)",
)

incident_position = Table(
    "incident_position",
    metadata,
    district(),
    key("incident_id"),
    Column("seq", Integer, primary_key=True),
    Column("source", String(12), nullable=False, comment="given, address"),
    Column("datum", String(20), nullable=False),
    text("raw_wkt", nullable=True),
    text("address", nullable=True),
    Column("accuracy_m", Double),
    shape("GEOMETRY"),
    Column("cell_district_code", String(6)),
    Column("cell_id", Uuid),
    Column("cell_code", String(15)),
    Column("grid_checksum", String(64), nullable=False),
    ForeignKeyConstraint(*_INCIDENT),
    postgresql_partition_by="RANGE (incident_id)",
)


def _per_cell(name: str, *columns: Column[object]) -> Table:
    return Table(
        name,
        metadata,
        district(),
        key("incident_id"),
        Column("seq", Integer, primary_key=True),
        Column("rank", SmallInteger, primary_key=True),
        Column("cell_district_code", String(6)),
        Column("cell_id", Uuid, comment="null: outside every cell"),
        Column("cell_code", String(15)),
        *columns,
        ForeignKeyConstraint(
            ["district_code", "incident_id", "seq"],
            ["incident_position.district_code", "incident_position.incident_id", "incident_position.seq"],
        ),
        postgresql_partition_by="RANGE (incident_id)",
    )


incident_probability = _per_cell("incident_probability", Column("probability", Double, nullable=False))

incident_share = _per_cell(
    "incident_share",
    Column("share", Double, nullable=False),
    Column("area_m2", Double),
    Column("length_m", Double),
    Column("sliver", Boolean, nullable=False),
)

# One number of one channel is one incident. Not partitioned: the number knows no time.
incident_external = Table(
    "incident_external",
    metadata,
    district(),
    Column("channel", String(40), primary_key=True),
    Column("external_number", String(200), primary_key=True),
    Column("incident_id", Uuid, nullable=False),
    ForeignKeyConstraint(*_INCIDENT),
)

incident_duplicate = Table(
    "incident_duplicate",
    metadata,
    district(),
    key("incident_id"),
    Column("other_district_code", String(6), primary_key=True),
    key("other_id"),
    Column("score", Double, nullable=False),
    Column("distance_m", Double, nullable=False),
    Column("similarity", Double, nullable=False),
    ForeignKeyConstraint(*_INCIDENT),
)

# Who reported. Apart, so that reading a case is not reading a person.
reporter = Table(
    "reporter",
    metadata,
    district(),
    key("incident_id"),
    text("name", nullable=True),
    text("phone", nullable=True),
    ForeignKeyConstraint(*_INCIDENT),
    postgresql_partition_by="RANGE (incident_id)",
)
