"""Serving: people are sent to an address that answers."""

import socket
import threading

import uvicorn
from fastapi import FastAPI

from api.streams import LiveServer

PATIENCE_S = 60


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
