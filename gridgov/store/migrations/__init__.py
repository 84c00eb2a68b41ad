"""Alembic migrations; `gridgov.store.schema.upgrade` runs them."""
