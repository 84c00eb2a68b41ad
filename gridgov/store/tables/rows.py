"""Who looked at what is nobody's business; and where staff are while they are on duty."""

from sqlalchemy import Boolean, Column, Double, ForeignKeyConstraint, Index, String, Table, Uuid
from sqlalchemy import text as sql

from gridgov.store.tables.base import district, key, metadata, moment, shape, text

_PERSON = (["district_code", "person_id"], ["person.district_code", "person.id"])

# Written by the functions that show a reporter or a position, in the statement that shows it. Never changed.
look = Table(
    "look",
    metadata,
    district(),
    key(),
    moment("at"),
    Column("kind", String(20), nullable=False, comment="reporter, position, table"),
    Column("account_id", Uuid, nullable=False),
    Column("login", String(80), nullable=False),
    Column("incident_id", Uuid),
    Column("person_id", Uuid),
    text("purpose"),
    Column(
        "nonce",
        Uuid,
        nullable=False,
        server_default=sql("gen_random_uuid()"),
        comment="read by nobody: the digest of a look on a chain tells nothing to whoever tries",
    ),
    Index("look_id_idx", "id"),
    Index("look_incident_id_idx", "district_code", "incident_id", postgresql_where=sql("incident_id IS NOT NULL")),
    Index("look_district_code_person_id_idx", "district_code", "person_id", "account_id", "at"),
)

# A person says that they are on duty. Positions are taken only in between.
shift = Table(
    "shift",
    metadata,
    district(),
    key(),
    Column("person_id", Uuid, nullable=False),
    Column(
        "account_id",
        Uuid,
        nullable=False,
        comment="by which it was declared: a track belongs to the account that kept it",
    ),
    moment("started_at"),
    Column("due_at", moment("due_at").type, comment="when it ends by itself; null once it has ended"),
    moment("ended_at", nullable=True),
    moment("start_received_at", nullable=True),
    Column(
        "end_received_at",
        moment("end_received_at").type,
        comment="null: it has not ended, or ended by itself",
    ),
    Column(
        "device_started_at",
        moment("device_started_at").type,
        comment="as the phone said; null where it said nothing",
    ),
    moment("device_ended_at", nullable=True),
    ForeignKeyConstraint(*_PERSON),
    Index("shift_open_idx", "district_code", "person_id", unique=True, postgresql_where=sql("ended_at IS NULL")),
    Index("shift_due_at_idx", "due_at", postgresql_where=sql("due_at IS NOT NULL")),
    Index("shift_ended_at_idx", "ended_at"),
    Index("shift_district_code_person_id_idx", "district_code", "person_id", "started_at"),
)

# Partitioned by the day, so that what is past its time goes as a whole.
staff_position = Table(
    "staff_position",
    metadata,
    district(),
    key("person_id"),
    Column("at", moment("at").type, primary_key=True),
    moment("received_at"),
    Column("accuracy_m", Double),
    Column("cell_code", String(15)),
    Column("coarse", Boolean, nullable=False, comment="moved to the middle of a square of about 500 m"),
    shape("POINT"),
    ForeignKeyConstraint(*_PERSON),
    Index("staff_position_at_idx", "at", postgresql_where=sql("NOT coarse")),
    Index("staff_position_cell_code_idx", "cell_code", "at"),
    postgresql_partition_by="RANGE (at)",
)
