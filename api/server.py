"""Serve the application, and stop it cleanly."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import structlog
import uvicorn

from api.app import create_app
from api.limits import LOOPBACK
from api.streams import LiveServer
from gridgov.errors import GridgovError, SetupError
from gridgov.services.relaying import Relay
from gridgov.settings import Settings
from gridgov.store.cluster import Cluster
from gridgov.store.schema import upgrade_engine
from gridgov.store.unit import Store

_log = structlog.get_logger(__name__)
_WATCH_SECONDS = 2.0


def require_loopback(host: str) -> None:
    """Refuse to listen to others: there are no accounts yet, so whoever reaches the server may use it.

    Raises
    ------
    SetupError
        If `host` is not this machine's own.
    """
    if host not in LOOPBACK:
        message = (
            f"gridgov has no accounts yet, so it serves this machine only: set GRIDGOV_HOST to 127.0.0.1, not {host}."
        )
        raise SetupError(message)


@contextmanager
def kept_running(settings: Settings) -> Iterator[None]:
    """See to it that the private database runs again within seconds if somebody kills it.

    A server that ``GRIDGOV_DATABASE_URL`` names is somebody else's to watch.
    """
    if settings.database_url:
        yield
        return
    ended = threading.Event()
    watch = threading.Thread(target=_watch, args=(ended,), name="watch", daemon=True)
    watch.start()
    try:
        yield
    finally:
        ended.set()
        watch.join()


def _watch(ended: threading.Event) -> None:
    while not ended.wait(_WATCH_SECONDS):
        try:
            with Cluster.default().running():  # joins the server that runs, or starts it
                pass
        except GridgovError as error:
            _log.warning("the private database does not start", reason=error.message)


def serve(url: str, settings: Settings) -> None:
    """Serve until interrupted; the database at `url` is migrated first.

    Raises
    ------
    SetupError
        If the settings ask to listen to other machines.
    """
    require_loopback(settings.host)
    store = Store(url, pool_size=20)
    try:
        upgrade_engine(store.engine)
        app = create_app(store, settings)
        config = uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            log_config=None,
            log_level="warning",  # the application logs its requests itself
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=5,
        )
        with suppress(KeyboardInterrupt):
            LiveServer(config, app.state.services.of(Relay).close).run()
    finally:
        store.close()
