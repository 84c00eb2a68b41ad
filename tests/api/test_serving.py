"""Serving: people are sent to an address that answers."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice
from uuid import UUID

import pytest
import uvicorn
from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.app import create_app
from api.server import store_of_requests
from api.streams import LiveServer
from gridgov.ids import new_id
from gridgov.settings import Settings
from gridgov.store.unit import Store
from tests.api.test_intake_door import body
from tests.support import secret_of, somebody

PATIENCE_S = 60
MANY = 60
WAITING = 10
"""So many of those who act upon the same case at once wait for it, of twenty connections."""


def test_the_address_is_said_only_when_whoever_opens_it_is_answered():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        here = free.getsockname()
    reached: list[bool] = []

    def open_it() -> None:
        with socket.socket() as browser:
            browser.settimeout(PATIENCE_S)
            reached.append(browser.connect_ex(here) == 0)
        server.should_exit = True

    config = uvicorn.Config(FastAPI(), host=here[0], port=here[1], log_config=None)
    server = LiveServer(config, lambda: None, ready=open_it)
    thread = threading.Thread(target=server.run)
    thread.start()
    thread.join(PATIENCE_S)
    assert reached == [True]


@pytest.mark.parametrize(
    ("table", "path", "given"),
    [
        ("login_attempt", "/api/v1/login", {"login": "keeper", "password": "not-their-password"}),
        ("incident", "/api/v1/incidents", body()),
    ],
)
def test_whoever_waits_for_the_system_is_told_to_try_again_and_background_work_waits_on(
    own_sample_url, table, path, given
):
    store, holder = store_of_requests(own_sample_url, patience_s=0.2), Store(own_sample_url)
    somebody(holder, "grid_worker", "370102", login="keeper")
    app = create_app(store, Settings(), names=["testserver"])
    with TestClient(app, raise_server_exceptions=False) as client, holder.transaction() as unit:
        client.headers["Authorization"] = f"Bearer {secret_of('keeper')}"
        unit.connection.execute(text(f"LOCK TABLE {table} IN EXCLUSIVE MODE"))
        answer = client.post(path, json=given)
        assert unit.connection.execute(text("SHOW lock_timeout")).scalar_one() == "0"
    store.close()
    holder.close()
    assert (answer.status_code, "try again" in answer.json()["detail"]) == (503, True)


async def set_threads(count: int) -> None:
    current_default_thread_limiter().total_tokens = count


def test_one_stuck_case_takes_neither_all_connections_nor_the_sign_of_life(own_sample_url):
    store, holder = store_of_requests(own_sample_url, patience_s=PATIENCE_S), Store(own_sample_url)
    somebody(holder, "command_centre", "370102", login="keeper")
    app = create_app(store, Settings(), names=["testserver"])
    with TestClient(app, raise_server_exceptions=False) as client, ThreadPoolExecutor(MANY) as pool:
        client.headers["Authorization"] = f"Bearer {secret_of('keeper')}"
        stuck = client.post("/api/v1/incidents", json=body()).json()["id"]

        def note(_: int) -> int:
            path = f"/api/v1/incidents/{stuck}/acts/note"
            return client.post(path, json={"id": str(new_id()), "text": "到了吗"}).status_code

        with holder.transaction() as unit:
            unit.cases.lock(UUID(stuck))
            told = [pool.submit(note, number) for number in range(MANY)]
            refused = [future.result() for future in islice(as_completed(told), MANY - WAITING)]
            client.portal.call(set_threads, WAITING)  # all of them wait
            others = [client.get("/health/live").status_code]
            client.portal.call(set_threads, MANY)
            others += [client.get(path).status_code for path in ("/health/ready", "/api/v1/incidents")]
            waiting = sum(not future.done() for future in told)
        answered = sorted(future.result() for future in told)
    store.close()
    holder.close()
    assert (refused, others, waiting) == ([503] * (MANY - WAITING), [200] * 3, WAITING)
    assert answered == [200] * WAITING + [503] * (MANY - WAITING)
