"""What all tables share: names of constraints, the district that stands first, and geometry in EPSG:4326.

Rules of the house (a test reads them from the database's catalogue): `district_code` stands first in every primary,
unique and foreign key of an operational table; reference tables (see `REFERENCE`) may be pointed at without it.
"""

from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import Column, DateTime, MetaData, String, Text, Uuid

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    }
)

REFERENCE = frozenset(
    {
        "account",
        "account_event",
        "account_grant",
        "calendar_day",
        "calendar_year",
        "channel",
        "credential",
        "duty_role",
        "escalation_step",
        "hours_of_kind",
        "hours_of_organisation",
        "login_attempt",
        "matter",
        "matter_list",
        "organisation",
        "preference",
        "responsibility",
        "role",
        "role_permission",
        "rule_change",
        "sign_on",
        "time_limit",
        "whistle_kind",
        "work_hours",
        "work_segment",
    }
)
"""Small tables that are the same for every district, and may be the target of a foreign key without one."""

PARTITIONED_BY_MONTH = (
    "incident",
    "incident_fact",
    "incident_hop",
    "incident_position",
    "incident_probability",
    "incident_share",
    "incident_state",
    "reporter",
)
"""Tables partitioned by month on the leading time of the incident's UUIDv7, so that keys stay short."""


def district() -> Column[str]:
    """Return the column that stands first in every key; it never changes on a row."""
    return Column("district_code", String(6), primary_key=True)


def key(name: str = "id") -> Column[Any]:
    """Return a UUIDv7 key column."""
    return Column(name, Uuid, primary_key=True)


def moment(name: str, *, nullable: bool = False) -> Column[Any]:
    """Return an instant: UTC inside, with offset at every edge."""
    return Column(name, DateTime(timezone=True), nullable=nullable)


def text(name: str, *, nullable: bool = False) -> Column[Any]:
    """Return a text column."""
    return Column(name, Text, nullable=nullable)


def shape(kind: str, name: str = "geom", *, nullable: bool = False) -> Column[Any]:
    """Return a geometry column, lon/lat in EPSG:4326; its index is named with the table's others."""
    return Column(name, Geometry(kind, srid=4326, spatial_index=False), nullable=nullable)
