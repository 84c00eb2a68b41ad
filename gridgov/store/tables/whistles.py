"""Whistles with their issuing sides and the organisations they summon. A deadline is a column, not a timer."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from gridgov.store.tables.base import district, key, metadata, moment, shape, text

_WHISTLE = (["district_code", "whistle_id"], ["whistle.district_code", "whistle.id"])
_SUMMONS = (
    ["district_code", "whistle_id", "organisation_code"],
    ["summons.district_code", "summons.whistle_id", "summons.organisation_code"],
)
_SIDE = (
    ["district_code", "whistle_id", "street_code"],
    ["whistle_side.district_code", "whistle_side.whistle_id", "whistle_side.street_code"],
)


def _step(name: str) -> Column[int]:
    return Column(name, SmallInteger, nullable=False, server_default="0", comment="how often it was escalated")


whistle_kind = Table(
    "whistle_kind",
    metadata,
    Column("code", String(40), primary_key=True),
    text("name_zh"),
    text("name_en"),
    Column("check_in_minutes", Integer, nullable=False),
    Column("confirm_minutes", Integer, nullable=False),
    Column("min_share", Double, nullable=False),
    text("source"),
    Column("measure_minutes", Integer, nullable=False, server_default="1440"),
    Column("close_minutes", Integer, nullable=False, server_default="10080"),
    Column("issuers", ARRAY(String(20)), nullable=False, server_default="{street,community,lane_chief}"),
    Column("answerers", ARRAY(String(20)), nullable=False, server_default="{department,street_section,enterprise}"),
    Column("geofence_m", Double, nullable=False, server_default="200"),
    Column("accuracy_limit_m", Double, nullable=False, server_default="100"),
    Column("late_minutes", Integer, nullable=False, server_default="720"),
    Column("skew_minutes", Integer, nullable=False, server_default="5"),
    Column("vouching", String(10), nullable=False, server_default="accepted", comment="none, accepted, required"),
    Column("retired", Boolean, nullable=False, server_default="false"),
)

whistle = Table(
    "whistle",
    metadata,
    district(),
    key(),
    Column("incident_id", Uuid, nullable=False),
    Column("kind", ForeignKey("whistle_kind.code"), nullable=False),
    Column("stage", String(20), nullable=False),
    Column("combined", Boolean, nullable=False),
    Column("crosses_district", Boolean, nullable=False),
    moment("drafted_at"),
    Column("level", String(12), comment="who blew it: street, community, lane_chief, district; null: drafted"),
    Column("issuer_area_code", String(15)),
    Column("issued_by", String(80)),
    text("reason", nullable=True),
    Column("list_version", Integer, comment="the responsibility list that named who comes"),
    Column("rules", JSONB, nullable=False, server_default="{}", comment="the kind as it stood when it was blown"),
    moment("blown_at", nullable=True),
    moment("closed_at", nullable=True),
    moment("withdrawn_at", nullable=True),
    moment("close_due_at", nullable=True),
    _step("close_step"),
    Column("due_at", moment("due_at").type, comment="when something of it is due next"),
    Column("revision", Integer, nullable=False, server_default="1", comment="grows with every act: the ETag"),
    ForeignKeyConstraint(["district_code", "incident_id"], ["incident.district_code", "incident.id"]),
    Index(
        "whistle_live_idx",
        "district_code",
        "incident_id",
        unique=True,
        postgresql_where=sql("stage NOT IN ('closed', 'withdrawn')"),
    ),
    Index("whistle_incident_idx", "district_code", "incident_id"),
    Index("whistle_due_at_idx", "due_at", postgresql_where=sql("due_at IS NOT NULL")),
)

whistle_side = Table(
    "whistle_side",
    metadata,
    district(),
    key("whistle_id"),
    Column("street_code", String(9), primary_key=True, comment="may lie in another district"),
    Column("street_district_code", String(6), nullable=False),
    Column("street_id", Uuid, nullable=False),
    Column("organisation_code", ForeignKey("organisation.code")),
    Column("share", Double, nullable=False),
    Column("measure", Double, nullable=False, comment="m2 of an area, m of a line"),
    Column("leads", Boolean, nullable=False),
    moment("confirm_due_at", nullable=True),
    moment("confirmed_at", nullable=True),
    moment("closed_at", nullable=True),
    _step("confirm_step"),
    Column("confirmed_by", String(80)),
    Column("confirmed_above", String(6), comment="the common parent that confirmed in its stead"),
    Column("lead_choice", String(9), comment="which side it wants to lead"),
    Column("withdrawn_at", moment("withdrawn_at").type, comment="when it said that the whistle may be withdrawn"),
    ForeignKeyConstraint(*_WHISTLE),
    Index("whistle_side_confirm_due_at_idx", "confirm_due_at", postgresql_where=sql("confirm_due_at IS NOT NULL")),
)

summons = Table(
    "summons",
    metadata,
    district(),
    key("whistle_id"),
    Column("organisation_code", ForeignKey("organisation.code"), primary_key=True),
    Column("leads", Boolean, nullable=False),
    moment("due_at", nullable=True),
    moment("arrived_at", nullable=True),
    moment("released_at", nullable=True),
    Column("stage", String(20), nullable=False, server_default="pending"),
    Column("origin", String(12), nullable=False, server_default="list", comment="list, team, named"),
    moment("summoned_at", nullable=True),
    moment("acknowledged_at", nullable=True),
    _step("check_in_step"),
    Column("time_to_scene_s", Integer, comment="seconds from the summons to the arrival"),
    moment("measure_due_at", nullable=True),
    _step("measure_step"),
    moment("measured_at", nullable=True),
    moment("left_at", nullable=True),
    ForeignKeyConstraint(*_WHISTLE),
    Index("summons_due_at_idx", "due_at", postgresql_where=sql("due_at IS NOT NULL")),
    Index("summons_organisation_code_idx", "organisation_code", "whistle_id"),
)


def _by() -> tuple[Column[Any], ...]:
    """Return who did it: the account, its person, and the words of the facts."""
    return (
        Column("account_id", Uuid, nullable=False),
        Column("person_id", Uuid, comment="whose account it is: one person may have two"),
        Column("author", String(80), nullable=False),
    )


# Every attempt to check in, the refused ones as well: what the device said, and what was made of it.
check_in = Table(
    "check_in",
    metadata,
    district(),
    key("whistle_id"),
    key(),
    Column("organisation_code", String(40), nullable=False),
    *_by(),
    Column("verdict", String(12), nullable=False, comment="accepted, waiting, refused"),
    Column("reasons", ARRAY(String(40)), nullable=False, comment="why it did not count at once"),
    Column("flags", ARRAY(String(40)), nullable=False, comment="what a person should look at"),
    moment("device_at"),
    moment("sent_at", nullable=True),
    moment("received_at"),
    moment("arrived_at", nullable=True),
    Column("datum", String(20)),
    text("raw_wkt", nullable=True),
    shape("POINT", nullable=True),
    Column("accuracy_m", Double),
    Column("distance_m", Double, comment="from the incident's geometry, in the CGCS2000 zone"),
    Column("evidence", ARRAY(Uuid), nullable=False),
    Column("vouched_by", String(80)),
    moment("vouched_at", nullable=True),
    Column("vouch_distance_m", Double),
    ForeignKeyConstraint(*_SUMMONS),
)

summons_measure = Table(
    "summons_measure",
    metadata,
    district(),
    key("whistle_id"),
    key(),
    Column("organisation_code", String(40), nullable=False),
    *_by(),
    moment("at"),
    text("text"),
    Column("evidence", ARRAY(Uuid), nullable=False),
    ForeignKeyConstraint(*_SUMMONS),
)

# A side's word that it needs an organisation no longer: free to go once every side has said so.
summons_release = Table(
    "summons_release",
    metadata,
    district(),
    key("whistle_id"),
    Column("organisation_code", String(40), primary_key=True),
    Column("street_code", String(9), primary_key=True),
    *_by(),
    moment("at"),
    Column("excused", Boolean, nullable=False, comment="it was let off without having come"),
    text("reason", nullable=True),
    ForeignKeyConstraint(*_SUMMONS),
    ForeignKeyConstraint(*_SIDE),
)

# The newest `seq` counts; the earlier ones stay.
summons_rating = Table(
    "summons_rating",
    metadata,
    district(),
    key("whistle_id"),
    Column("organisation_code", String(40), primary_key=True),
    Column("street_code", String(9), primary_key=True),
    Column("seq", SmallInteger, primary_key=True),
    *_by(),
    moment("at"),
    Column("score", SmallInteger, nullable=False, comment="1 to 5"),
    text("words"),
    ForeignKeyConstraint(*_SUMMONS),
    ForeignKeyConstraint(*_SIDE),
)

# What somebody tried and could not: to leave before the release.
summons_attempt = Table(
    "summons_attempt",
    metadata,
    district(),
    key("whistle_id"),
    key(),
    Column("organisation_code", String(40), nullable=False),
    *_by(),
    moment("at"),
    Column("act", String(20), nullable=False),
    Column("stage", String(20), nullable=False),
    ForeignKeyConstraint(*_SUMMONS),
)

# Who is summoned at once: a standing command group names organisations; a template names them by what follows the
# district's six digits, so that it fits every district.
team = Table(
    "team",
    metadata,
    district(),
    key(),
    Column("kind", String(12), nullable=False, comment="group, template"),
    Column("name", Text, nullable=False),
    Column("area_code", String(12), nullable=False, comment="for whistles in this area"),
    moment("created_at"),
    Column("created_by", String(80), nullable=False),
    moment("retired_at", nullable=True),
    UniqueConstraint("district_code", "area_code", "name"),
)

team_member = Table(
    "team_member",
    metadata,
    district(),
    key("team_id"),
    Column("organisation_code", String(40), primary_key=True),
    Column("leads", Boolean, nullable=False),
    ForeignKeyConstraint(["district_code", "team_id"], ["team.district_code", "team.id"]),
)
