"""A server that stops leaves no connection open, whoever still waits for an answer."""

import asyncio
import contextlib
import socket
import threading
import time
from typing import Any

import uvicorn

from api.streams import LiveServer


async def _never(_scope: Any, _receive: Any, _send: Any) -> None:
    await asyncio.sleep(3_600)


def test_who_is_not_answered_by_the_end_of_the_time_for_that_is_cut_off():
    config = uvicorn.Config(_never, port=0, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
    server = LiveServer(config, lambda: None)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    with socket.create_connection(server.servers[0].sockets[0].getsockname()) as asker:
        asker.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        while not server.server_state.tasks:
            time.sleep(0.02)
        server.should_exit = True
        thread.join(60)
        assert not server.server_state.connections
        with contextlib.suppress(ConnectionResetError):
            assert asker.recv(1) == b""
