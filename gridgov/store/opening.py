"""Opening the database of this installation, for commands and for Python."""

from collections.abc import Iterator
from contextlib import contextmanager

from gridgov.store.cluster import database_url
from gridgov.store.schema import upgrade_engine
from gridgov.store.unit import Store


@contextmanager
def opened_store() -> Iterator[Store]:
    """Yield the store of this installation, its schema as new as this program."""
    with database_url() as url:
        store = Store(url)
        try:
            upgrade_engine(store.engine)
            yield store
        finally:
            store.close()
