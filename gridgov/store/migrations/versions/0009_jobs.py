"""The queue of jobs and what the sweep needs.

The queue's tables are its library's: `ensure_queue` makes them here, and brings them up with newer libraries later.

Migrations go forward only: going back is restoring the dump that was made before.
"""

from alembic import op

from gridgov.store.queue import ensure_queue

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_SWEEP_FAILURE = """
CREATE TABLE sweep_failure (
    district_code varchar(6) NOT NULL,
    sweep varchar(40) NOT NULL,
    subject varchar(120) NOT NULL,
    failures integer NOT NULL,
    error text NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    retry_at timestamptz NOT NULL,
    CONSTRAINT sweep_failure_pkey PRIMARY KEY (district_code, sweep, subject)
);
COMMENT ON COLUMN sweep_failure.subject IS 'the due row''s key within its district';
"""


def upgrade() -> None:
    """Change the schema."""
    op.execute("CREATE SCHEMA jobs")
    op.execute(_SWEEP_FAILURE)
    ensure_queue(op.get_bind())
