"""What keeps accounts safe: failed logins, journeys to a single sign-on and back, and what befell each account."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from gridgov.store.tables.base import metadata, moment, text

# Rows, not memory: a restart of the program does not give whoever guesses passwords a fresh start.
# Digests, because people type their passwords into the field of their name.
login_attempt = Table(
    "login_attempt",
    metadata,
    Column("key", LargeBinary, primary_key=True, comment="SHA-256 of a login, an address or both"),
    Column("kind", String(10), nullable=False),
    Column("failures", Integer, nullable=False),
    moment("last_at"),
    Index("login_attempt_last_at_idx", "last_at"),
)

sign_on = Table(
    "sign_on",
    metadata,
    Column("state_hash", LargeBinary, primary_key=True),
    Column("browser_hash", LargeBinary, nullable=False),
    text("nonce"),
    text("verifier"),
    text("next"),
    moment("expires_at"),
    Index("sign_on_expires_at_idx", "expires_at"),
)

account_event = Table(
    "account_event",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", ForeignKey("account.id"), nullable=False),
    moment("at"),
    Column("kind", String(40), nullable=False),
    text("by"),
    Column("data", JSONB, nullable=False),
    Index("account_event_account_id_id_idx", "account_id", "id"),
)
