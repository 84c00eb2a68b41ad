"""Seals over the chains of a district, and what verifying found."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from gridgov.store.tables.base import district, key, metadata, moment
from gridgov.store.tables.changes import Xid8

# One seal covers the facts that no earlier seal covers, in the order (xid, incident_id, seq), as far as no running
# transaction can add one before them. Appended by the sweep; a report never waits for it.
seal = Table(
    "seal",
    metadata,
    district(),
    Column("seq", Integer, primary_key=True),
    moment("at"),
    Column("system_id", BigInteger, nullable=False, comment="of the server that counted the transactions"),
    Column("last_xid", Xid8(), nullable=False, comment="with the next two: the last fact it covers"),
    Column("last_incident_id", Uuid, nullable=False),
    Column("last_seq", Integer, nullable=False),
    Column("facts", Integer, nullable=False),
    Column("leaves", LargeBinary, nullable=False, comment="60 bytes a fact: incident, seq, xid, hash"),
    Column("previous_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

verification = Table(
    "verification",
    metadata,
    district(),
    key(),
    moment("at"),
    Column("seals", Integer, nullable=False),
    Column("facts", BigInteger, nullable=False),
    Column("unsealed", BigInteger, nullable=False),
    Column("head", LargeBinary, comment="the newest seal's hash then"),
    Column("findings", BigInteger, nullable=False),
    Column("details", JSONB, nullable=False, comment="the first of them"),
    Index("verification_district_code_at_idx", "district_code", "at"),
)
