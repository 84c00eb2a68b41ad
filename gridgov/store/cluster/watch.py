"""Keep the private database running while a program serves or works."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from gridgov.errors import GridgovError
from gridgov.settings import Settings
from gridgov.store.cluster.cluster import Cluster

_log = structlog.get_logger(__name__)
_WATCH_SECONDS = 2.0


@contextmanager
def kept_running(settings: Settings) -> Iterator[None]:
    """See to it that the private database runs again within seconds if somebody kills it.

    A server that ``GRIDGOV_DATABASE_URL`` names is somebody else's to watch.
    """
    if settings.database_url:
        yield
        return
    ended = threading.Event()
    thread = threading.Thread(target=watch, args=(ended, Cluster.default()), name="watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def watch(ended: threading.Event, cluster: Cluster) -> None:
    """Start the server of `cluster` whenever it is down, until `ended` is set."""
    while not ended.wait(_WATCH_SECONDS):
        try:
            with cluster.running():  # joins the server that runs, or starts it
                pass
        except GridgovError as error:
            _log.warning("the private database does not start", reason=error.message)
