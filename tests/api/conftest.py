"""The application over a store inside a savepoint, with a clock that stands at noon."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import Page

from api.app import create_app
from gridgov.access.secrets import SESSION, caller_of, new_secret
from gridgov.ids import new_id
from gridgov.services.intake import Intake
from gridgov.services.knowledge import KnowledgeKeeper
from gridgov.settings import Settings
from gridgov.store.unit import Store
from tests.support import EVER, FAR, NOON, SavepointStore, SetClock, keeper, secret_of, somebody, store

__all__ = ["keeper", "store"]

EVERYWHERE = "37"
"""The province: above every district of the sample."""


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve `app` on a free port of this machine, and yield its address."""
    with serving_config(uvicorn.Config(app, port=0, log_config=None, lifespan="off")) as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def serving_config(config: uvicorn.Config) -> Iterator[int]:
    """Serve as `config` says, and yield the port."""
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.05)
        yield int(server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(20)


def proof_of(login: str) -> dict[str, str]:
    """Return the header by which a program shows that it is `login`, an account made by `somebody`."""
    return {"Authorization": f"Bearer {secret_of(login)}"}


def let_in(page: Page, store: Store, address: str) -> None:
    """Give a browser the session of the command centre of everything."""
    login = f"centre-{new_id().hex[-12:]}"
    somebody(store, "command_centre", EVERYWHERE, login=login)
    secret = new_secret(SESSION)
    with store.transaction() as unit:
        account_id = unit.accounts.id_of(login)
        assert account_id
        unit.accounts.open(account_id, "session", caller_of(secret).secret_hash, now=EVER, expires_at=FAR)
    port = address.rpartition(":")[2]
    page.context.add_cookies([{"name": f"gridgov-{port}", "value": secret, "url": address}])


@contextmanager
def visited(store: Store, keeper: KnowledgeKeeper) -> Iterator[TestClient]:
    """Yield a client of the application over a store, that nobody has logged in."""
    clock = SetClock(NOON)
    app = create_app(store, Settings(), clock=clock, names=["testserver"])
    app.state.intake = Intake(store, clock=clock, home_district="370102", keeper=keeper)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def stranger(store: SavepointStore, keeper: KnowledgeKeeper) -> Iterator[TestClient]:
    """Yield a client that nobody has logged in."""
    with visited(store, keeper) as client:
        yield client


@pytest.fixture
def client(stranger: TestClient, store: SavepointStore) -> TestClient:
    """Return a client of the command centre of everything."""
    somebody(store, "command_centre", EVERYWHERE, login="centre")
    stranger.headers |= proof_of("centre")
    return stranger
