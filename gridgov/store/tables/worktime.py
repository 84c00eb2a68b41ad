"""Rules of time: the calendar, hours of work, limits, steps of escalation, and who changed which of them."""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, ForeignKey, Integer, SmallInteger, String, Table, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from gridgov.store.tables.base import metadata, moment, text

ANY_MATTER = "*"
ANY_PRIORITY = 0

calendar_year = Table(
    "calendar_year", metadata, Column("year", Integer, primary_key=True, autoincrement=False), text("source")
)

# The days that a notice names. A plain weekday and a plain weekend have no row.
calendar_day = Table(
    "calendar_day",
    metadata,
    Column("day", Date, primary_key=True),
    Column("year", ForeignKey("calendar_year.year"), nullable=False),
    Column("kind", String(10), nullable=False, comment="holiday, work"),
    text("name"),
)

work_hours = Table(
    "work_hours",
    metadata,
    Column("code", String(40), primary_key=True),
    text("name_zh"),
    text("name_en"),
    Column("around_the_clock", Boolean, nullable=False),
    text("source"),
)

work_segment = Table(
    "work_segment",
    metadata,
    Column("hours", ForeignKey("work_hours.code"), primary_key=True),
    Column("day", SmallInteger, primary_key=True, comment="1 Monday to 7 Sunday, 0 a day that makes up for a holiday"),
    Column("start_minute", SmallInteger, primary_key=True, comment="since midnight, Asia/Shanghai"),
    Column("end_minute", SmallInteger, nullable=False),
    CheckConstraint("day BETWEEN 0 AND 7", name="day"),
    CheckConstraint("0 <= start_minute AND start_minute < end_minute AND end_minute <= 1440", name="within_a_day"),
)

hours_of_kind = Table(
    "hours_of_kind",
    metadata,
    Column("organisation_kind", String(20), primary_key=True),
    Column("hours", ForeignKey("work_hours.code"), nullable=False),
)

hours_of_organisation = Table(
    "hours_of_organisation",
    metadata,
    Column("organisation_code", ForeignKey("organisation.code"), primary_key=True),
    Column("hours", ForeignKey("work_hours.code"), nullable=False),
)

time_limit = Table(
    "time_limit",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("matter_code", String(40), primary_key=True, comment="* for every matter"),
    Column("priority", SmallInteger, primary_key=True, autoincrement=False, comment="0 for every priority"),
    Column("amount", Integer, nullable=False),
    Column("unit", String(20), nullable=False, comment="minutes, hours, working_days"),
    Column("around_the_clock", Boolean, nullable=False),
    text("source"),
    CheckConstraint("amount >= 0", name="amount"),
)

escalation_step = Table(
    "escalation_step",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("step", SmallInteger, primary_key=True, autoincrement=False),
    Column("amount", Integer, nullable=False, comment="how long after the deadline itself"),
    Column("unit", String(20), nullable=False, comment="minutes, hours, working_days"),
    Column("around_the_clock", Boolean, nullable=False),
    Column("level", String(20), nullable=False, comment="organisation, street, district, parent"),
    Column("role", String(40), nullable=False),
    Column("tells_own", Boolean, nullable=False),
    text("source"),
    CheckConstraint("amount >= 0 AND step >= 1", name="order"),
)

# Which rule was changed, by whom, to what. Its newest id also tells running programs to read the rules anew.
rule_change = Table(
    "rule_change",
    metadata,
    Column("id", Uuid, primary_key=True),
    moment("at"),
    text("author"),
    Column("what", String(40), nullable=False),
    Column("data", JSONB, nullable=False),
)
