"""Accounts, what they may do, and what they prove who they are with.

An account belongs to the installation, not to a district: people log in before anybody knows where they belong.
"""

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSTZRANGE

from gridgov.store.tables.base import metadata, moment, text

role = Table("role", metadata, Column("code", String(40), primary_key=True), text("name_zh"), text("name_en"))

role_permission = Table(
    "role_permission",
    metadata,
    Column("role", ForeignKey("role.code"), primary_key=True),
    Column("permission", String(60), primary_key=True),
)

account = Table(
    "account",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("login", String(80), nullable=False, comment="lower case"),
    text("name"),
    Column("person_district_code", String(6)),
    Column("person_id", Uuid),
    text("email", nullable=True),
    text("password_hash", nullable=True),
    Column("must_change", Boolean, nullable=False, comment="the password was set by somebody else"),
    text("issuer", nullable=True),
    text("issuer_subject", nullable=True),
    moment("created_at"),
    moment("disabled_at", nullable=True),
    Column("area_code", String(15), comment="whose administrators look after it"),
    UniqueConstraint("login"),
    UniqueConstraint("issuer", "issuer_subject"),
)

account_grant = Table(
    "account_grant",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", ForeignKey("account.id"), nullable=False),
    Column("role", ForeignKey("role.code"), nullable=False),
    Column("area_code", String(15), nullable=False, comment="stands for every code that begins with it"),
    Column("organisation_code", ForeignKey("organisation.code")),
    Column("valid", TSTZRANGE, nullable=False),
    text("granted_by"),
    text("withdrawn_by", nullable=True),
    Index("account_grant_account_id_idx", "account_id"),
)

credential = Table(
    "credential",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", ForeignKey("account.id"), nullable=False),
    Column("kind", String(10), nullable=False, comment="session, token"),
    Column("secret_hash", LargeBinary, nullable=False, comment="SHA-256; the secret itself is kept nowhere"),
    text("name"),
    Column("scopes", ARRAY(Text), comment="permissions a token is limited to; null for all"),
    moment("created_at"),
    moment("expires_at"),
    moment("revoked_at", nullable=True),
    Column("prefix", String(12), comment="how a token begins, to know it again by"),
    moment("seen_at", nullable=True),
    Column("idle_minutes", Integer, comment="a session ends when unused for so long"),
    Column("ends_at", DateTime(timezone=True), comment="and then at the latest"),
    UniqueConstraint("secret_hash"),
    Index("credential_account_id_idx", "account_id"),
)
