"""What the sweep could not do. The queue itself stands in a schema of its own, see `gridgov.store.queue`."""

from sqlalchemy import Column, Integer, String, Table

from gridgov.store.tables.base import district, metadata, moment, text

# A due row whose step raised an error: it waits until `retry_at` while the rows behind it go on, and can be seen.
sweep_failure = Table(
    "sweep_failure",
    metadata,
    district(),
    Column("sweep", String(40), primary_key=True),
    Column("subject", String(120), primary_key=True, comment="the due row's key within its district"),
    Column("failures", Integer, nullable=False),
    text("error"),
    moment("first_at"),
    moment("last_at"),
    moment("retry_at"),
)
