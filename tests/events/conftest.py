"""A server over a database of its own, a reader of its live changes, and writers of change rows."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
import uvicorn
from sqlalchemy import delete, insert

from api.app import create_app
from api.streams import LiveServer
from gridgov.clock import Clock, system_clock
from gridgov.ids import new_id
from gridgov.services.relaying import Pace, Relay
from gridgov.settings import Settings
from gridgov.store.tables import change
from gridgov.store.unit import Store
from tests.apart import cluster, own_sample_url, sample_url
from tests.support import secret_of, somebody

__all__ = ["cluster", "own_sample_url", "sample_url"]

FAST = Pace(poll_s=0.02, retry_s=0.1, check_s=0.2)
PATIENCE_S = 60


@dataclass
class Served:
    """A running server."""

    address: str
    store: Store
    relay: Relay
    server: uvicorn.Server

    def stop(self) -> None:
        self.server.should_exit = True


@contextmanager
def serving(store: Store, *, pace: Pace = FAST, clock: Clock = system_clock) -> Iterator[Served]:
    """Serve over `store` on a free port."""
    app = create_app(store, Settings(rate_per_caller=0, rate_per_address=0), clock=clock)
    relay = Relay(store, clock=clock, pace=pace)
    app.state.services._made[Relay] = relay
    config = uvicorn.Config(app, port=0, log_config=None, lifespan="off", timeout_graceful_shutdown=30)
    server = LiveServer(config, relay.close)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_for(lambda: server.started)
        yield Served(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", store, relay, server)
    finally:
        server.should_exit = True
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


@dataclass
class Listener:
    """Reads a stream in a thread of its own, as a browser does."""

    address: str
    secret: str
    after: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    messages: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    ended: bool = False
    status: int | None = None

    def __post_init__(self) -> None:
        place = urlsplit(self.address)
        self._line = http.client.HTTPConnection(str(place.hostname), place.port, timeout=PATIENCE_S)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        wait_for(lambda: self.messages or self.ended)

    def _read(self) -> None:
        headers = {"Authorization": f"Bearer {self.secret}", "Accept": "text/event-stream", **self.headers}
        if self.after is not None:
            headers["Last-Event-ID"] = self.after
        with suppress(OSError, http.client.HTTPException), closing(self._line):
            self._line.request("GET", "/api/v1/events", headers=headers)
            with self._line.getresponse() as answer:
                self.status = answer.status
                self.answer_headers = dict(answer.getheaders())
                self._parse(iter(answer.readline, b""))
        self.ended = True

    def _parse(self, lines: Iterator[bytes]) -> None:
        event, data, cursor = "", "", None
        for raw in lines:
            line = raw.decode().rstrip("\n")
            name, _, value = line.partition(": ")
            if name == "event":
                event = value
            elif name == "data":
                data = value
            elif name == "id":
                cursor = value
            elif not line:  # the end of a message: only now it counts, and its id with it
                self.after = cursor or self.after
                if data:
                    self.messages.append((event, json.loads(data)))
                event, data, cursor = "", "", None

    @property
    def seen(self) -> list[dict[str, Any]]:
        return [found for word, data in list(self.messages) if word == "changes" for found in data["changes"]]

    @property
    def words(self) -> list[str]:
        return [word for word, _ in list(self.messages)]

    def reasons(self) -> list[str]:
        return [data["reason"] for _, data in list(self.messages) if "reason" in data]

    def leave(self) -> None:
        with suppress(OSError):
            if self._line.sock:
                self._line.sock.shutdown(socket.SHUT_RDWR)
        self.join()

    def join(self) -> None:
        self._thread.join(PATIENCE_S)


def wait_for(met: Callable[[], Any]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not met():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def write(store: Store, kind: str = "grid.published", *, district: str = "370102", **values: Any) -> UUID:
    """Write one change, and return its subject."""
    subject = values.pop("subject_id", None) or new_id()
    with store.transaction() as unit:
        row = {"district_code": district, "kind": kind, "subject_id": subject, "at": system_clock(), **values}
        unit.connection.execute(insert(change).values(row))
    return subject


@pytest.fixture
def own_store(own_sample_url: str) -> Iterator[Store]:
    """Yield the store of one test, of which nothing has been told yet: not even that its grid was published."""
    store = Store(own_sample_url)
    with store.transaction() as unit:
        unit.connection.execute(delete(change))
    yield store
    store.close()


@pytest.fixture
def live(own_store: Store) -> Iterator[Served]:
    with serving(own_store) as served:
        yield served


@pytest.fixture
def listen(live: Served) -> Iterator[Callable[..., Listener]]:
    """Return a function that listens with a role over an area."""
    opened: list[Listener] = []

    def start(role: str = "command_centre", area: str = "370102", **options: Any) -> Listener:
        login = options.pop("login", None) or f"{role}-{new_id().hex[-12:]}"
        somebody(live.store, role, area, options.pop("organisation", None), login=login)
        opened.append(Listener(live.address, secret_of(login), **options))
        return opened[-1]

    yield start
    for listener in opened:
        listener.leave()


def subjects(listener: Listener) -> list[UUID]:
    return [UUID(found["subject_id"]) for found in listener.seen]


def at_times(changes: list[dict[str, Any]]) -> list[datetime]:
    return [datetime.fromisoformat(found["at"]) for found in changes]
