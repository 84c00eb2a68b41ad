"""Serve the application, and stop it cleanly."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import uvicorn

from api.app import create_app
from api.authority import renewed
from api.listening import Listening, listening
from api.streams import LiveServer
from gridgov.clock import system_clock
from gridgov.services.relaying import Relay
from gridgov.services.working import Worker, store_of_jobs
from gridgov.settings import Settings
from gridgov.store.entering import jobs_url
from gridgov.store.schema import upgrade
from gridgov.store.unit import PATIENCE_S, Store


def serve(url: str, settings: Settings, *, ready: Callable[[], None]) -> None:
    """Serve until interrupted; the database at `url` is migrated first, and `ready` is called once we answer.

    Raises
    ------
    SetupError
        If the settings would let others reach it unsafely.
    """
    where = listening(settings)
    upgrade(url)
    store = store_of_requests(jobs_url(url))  # from here on, nothing in this program owns a table
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
        with suppress(KeyboardInterrupt), _at_work(jobs_url(url), settings), _certified(where, config):
            LiveServer(config, app.state.services.of(Relay).close, ready=ready).run()
    finally:
        store.close()


def store_of_requests(url: str, *, patience_s: float = PATIENCE_S) -> Store:
    """Return the store of whoever waits for an answer: neither who acts nor the system for them waits without end.

    Reports, logins and accounts are the system's to write: one stuck transaction must not take all threads with it.
    More connections than these, on few processors, take longer each and do not do more together. Who act upon the same
    case at once take half of them at most: the others are told at once to try again.
    """
    return Store(url, pool_size=20, patience_s=patience_s, system_patience_s=patience_s, most_waiting=10)


@contextmanager
def _certified(where: Listening, config: uvicorn.Config) -> Iterator[None]:
    """Have the certificate made anew before it ends, where it is our own."""
    if where.authority is None:
        yield
        return

    def load(file: Path) -> None:
        if config.ssl is not None:
            config.ssl.load_cert_chain(file)

    with renewed(where.authority, where.certified, load, clock=system_clock):
        yield


@contextmanager
def _at_work(url: str, settings: Settings) -> Iterator[None]:
    """Do jobs beside serving, with a store that waits as long as it takes, unless programs of their own do them."""
    if not settings.jobs_at_once:
        yield
        return
    store = store_of_jobs(url, settings.jobs_at_once)
    try:
        with Worker(store, settings, clock=system_clock, jobs_at_once=settings.jobs_at_once):
            yield
    finally:
        store.close()
