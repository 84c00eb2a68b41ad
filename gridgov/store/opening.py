"""Opening the database of this installation, for commands and for Python."""

from collections.abc import Iterator
from contextlib import contextmanager

from gridgov.store.cluster import database_url
from gridgov.store.schema import require_current, upgrade_engine
from gridgov.store.unit import Store


@contextmanager
def opened_store(*, upgrading: bool = True) -> Iterator[Store]:
    """Yield the store of this installation, its schema as new as this program.

    An older one is upgraded, or where that is not for whoever opens it to do (`upgrading`), refused.

    Raises
    ------
    SetupError
        If there is no PostGIS to use, or the schema is another.
    """
    with database_url() as url:
        store = Store(url)
        try:
            (upgrade_engine if upgrading else require_current)(store.engine)
            yield store
        finally:
            store.close()
