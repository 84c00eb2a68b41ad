"""Serve the application, and stop it cleanly."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress

import uvicorn

from api.app import create_app
from api.listening import listening
from api.streams import LiveServer
from gridgov.clock import system_clock
from gridgov.services.relaying import Relay
from gridgov.services.working import Worker
from gridgov.settings import Settings
from gridgov.store.entering import jobs_url
from gridgov.store.schema import upgrade
from gridgov.store.unit import Store


def serve(url: str, settings: Settings, *, ready: Callable[[], None]) -> None:
    """Serve until interrupted; the database at `url` is migrated first, and `ready` is called once we answer.

    Raises
    ------
    SetupError
        If the settings would let others reach it unsafely.
    """
    where = listening(settings)
    upgrade(url)
    store = Store(jobs_url(url), pool_size=20)  # from here on, nothing in this program owns a table
    try:
        app = create_app(store, settings, names=where.names)
        config = uvicorn.Config(
            app,
            log_config=None,
            log_level="warning",  # the application logs its requests itself
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=5,
            **where.options,
        )
        with suppress(KeyboardInterrupt), _at_work(store, settings):
            LiveServer(config, app.state.services.of(Relay).close, ready=ready).run()
    finally:
        store.close()


def _at_work(store: Store, settings: Settings) -> AbstractContextManager[object]:
    """Do jobs beside serving, unless programs of their own do them."""
    if not settings.jobs_at_once:
        return nullcontext()
    return Worker(store, settings, clock=system_clock, jobs_at_once=settings.jobs_at_once)
