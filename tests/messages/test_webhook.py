"""Webhooks against a real HTTP server on this machine: signed, bounded, and never where they must not go."""

import base64
import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgov.errors import DeliveryDelayedError, DeliveryRefusedError, InputError
from gridgov.ids import new_id
from gridgov.messages import Address, Audience, Message, Secret, Severity, sign
from gridgov.services.messaging import Courier
from gridgov.services.messaging.guard import Allowed
from gridgov.services.messaging.webhook import Webhook
from gridgov.store.messages import EndpointRow
from tests.messages.conftest import deliveries, notice, post
from tests.support import NOON, SetClock

SECRET = Secret.of(b"0123456789abcdef0123456789abcdef")
Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Board:
    """A program that is told; `answers` are given in turn, the last one from then on."""

    answers: list[Answer]
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?a=1"


def status(code: int, headers: dict[str, str] | None = None, body: bytes = b"") -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(code)
        for name, value in (headers or {}).items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer


@contextmanager
def board(*answers: Answer) -> Iterator[Board]:
    found = Board(list(answers) or [status(204)])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            found.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            answer = found.answers.pop(0) if len(found.answers) > 1 else found.answers[0]
            answer(self)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def webhook(**changes: Any) -> Webhook:
    plain: dict[str, Any] = {"allowed": Allowed(["127.0.0.1"]), "clock": SetClock(NOON), "seconds": 5.0}
    return Webhook(**{**plain, **changes})


def message(**changes: Any) -> Message:
    plain: dict[str, Any] = {
        "id": new_id(),
        "kind": "case.overdue",
        "severity": Severity.URGENT,
        "at": NOON,
        "subject": "s",
        "text": "t",
        "data": {"number": "370102-1", "incident_id": None},
    }
    return Message(**{**plain, **changes})


def test_a_message_is_posted_with_its_id_its_time_and_a_signature_that_anybody_can_check():
    sent = message()
    with board() as program:
        receipt = webhook().send(sent, Address(program.url, SECRET))
    ((path, headers, body),) = program.asked
    assert (path, receipt.said) == ("/hook?a=1", "answered 204")
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == (str(sent.id), str(int(NOON.timestamp())))
    signed = f"{sent.id}.{int(NOON.timestamp())}.".encode() + body
    key = base64.b64decode(SECRET.written.removeprefix("whsec_"))
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{wanted}"
    assert json.loads(body) == {
        "type": "case.overdue",
        "timestamp": "2026-06-15T12:00:00+08:00",
        "data": {"number": "370102-1", "incident_id": None},
    }


def test_the_signature_is_the_standards_own():
    # The example of Standard Webhooks 1.0.
    secret = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    given_there = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body) == given_there
    assert "MfKQ" not in repr(secret) + repr(Address("https://example.org", secret))


@pytest.mark.parametrize("code", [300, 301, 302, 307, 400, 401, 403, 404, 408, 409, 422, 425, 429, 500, 502, 503])
def test_whatever_is_not_taken_is_tried_later(code):
    with board(status(code)) as program, pytest.raises(DeliveryDelayedError, match=str(code)):
        webhook().send(message(), Address(program.url, SECRET))


def test_a_program_that_is_gone_for_good_is_told_no_more():
    with board(status(410)) as program, pytest.raises(DeliveryRefusedError, match="410"):
        webhook().send(message(), Address(program.url, SECRET))


def test_a_redirect_is_not_followed():
    moved = pytest.raises(DeliveryDelayedError)
    with board() as inner, board(status(302, {"Location": inner.url})) as program, moved:
        webhook().send(message(), Address(program.url, SECRET))
    assert inner.asked == []


def test_a_program_that_hangs_or_drips_is_given_up_by_the_deadline():
    released = threading.Event()

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not released.wait(0.02):
            request.wfile.write(b"X: y\r\n")

    for answer in (lambda _: released.wait(30), drip):
        with board(answer) as program:
            started = time.monotonic()
            with pytest.raises(DeliveryDelayedError):
                webhook(seconds=0.5).send(message(), Address(program.url, SECRET))
            assert time.monotonic() - started < 25
            released.set()
        released.clear()


def test_an_endless_answer_is_not_read():
    def flood(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            while True:
                request.wfile.write(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
        except OSError:
            request.close_connection = True

    with board(flood) as program:
        assert webhook().send(message(), Address(program.url, SECRET)).said == "answered 200"


def test_an_answer_that_is_no_http_is_tried_later():
    nonsense = board(lambda request: request.wfile.write(b"\x00\x01 hello\r\n\r\n"))
    with nonsense as program, pytest.raises(DeliveryDelayedError):
        webhook().send(message(), Address(program.url, SECRET))


def test_a_program_that_is_not_there_is_tried_later():
    with pytest.raises(DeliveryDelayedError):
        webhook().send(message(), Address("http://127.0.0.1:1/", SECRET))


INNER = [
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://10.0.0.1/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://0.0.0.0/",
    "https://[fe80::1]/",
    "https://[fd00::1]/",
    "https://224.0.0.1/",
    "https://localhost/",
]


@pytest.mark.parametrize("url", INNER)
def test_this_network_is_not_reached_unless_the_settings_name_the_host(url):
    with pytest.raises((DeliveryRefusedError, DeliveryDelayedError)):
        webhook(allowed=Allowed(), seconds=2.0).send(message(), Address(url, SECRET))


CARRIERS = [
    "64:ff9b::a00:1",  # NAT64 of 10.0.0.1
    "64:ff9b:1::a00:1",  # NAT64 of one's own network, RFC 8215
    "2002:7f00:1::",  # 6to4 of 127.0.0.1
    "2002:a00:1::1",
    "::10.0.0.1",
    "::ffff:10.0.0.1",
    "fec0::1",
    "fe80::1%eth0",
    "4000::1",
    "2001:db8::1",
    "2001::a00:1",
    "100::1",
    "ff0e::1",
]


@pytest.mark.parametrize("address", CARRIERS)
def test_an_address_that_leads_into_an_inner_network_by_a_detour_is_refused(address):
    with pytest.raises(InputError):
        Allowed().require(f"https://[{address}]/")


@pytest.mark.parametrize("address", ["1.1.1.1", "[2606:4700::1111]", "[64:ff9b::101:101]", "[2002:101:101::1]"])
def test_an_address_of_the_internet_is_allowed(address):
    assert Allowed().require(f"https://{address}/").hostname


def test_a_name_that_leads_into_this_network_is_not_followed(monkeypatch):
    with board() as program:
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", program.port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        with pytest.raises(DeliveryDelayedError, match="inner network"):
            webhook(allowed=Allowed()).send(
                message(), Address(f"https://rebinding.example.org:{program.port}/", SECRET)
            )
    assert program.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https:///x",
        "https://user:pass@example.org/",
        "https://example.org/#x",
        "https://example.org/\r\nX: y",
        "https://example.org/ x",
        "https://example.org:0/",
        "https://example.org:99999/",
        "https://[::1",
        "https://例子.org/",
        "https://example.org/" + "x" * 3000,
        "",
    ],
)
def test_an_address_that_is_not_plain_https_is_refused(url):
    with pytest.raises(InputError) as refused:
        Allowed().require(url)
    assert refused.value.field == "url"


@given(st.text(max_size=80))
def test_any_text_is_refused_or_a_plain_address(url):
    try:
        parts = Allowed().require(url)
    except InputError:
        return
    assert parts.scheme == "https"
    assert parts.hostname


def test_the_settings_name_hosts_with_or_without_a_port():
    allowed = Allowed.parse(" 10.1.2.3:8080, Board.intranet ,")
    assert allowed.require("http://10.1.2.3:8080/x").port == 8080
    assert allowed.require("http://board.intranet/x").scheme == "http"
    for url in ("http://10.1.2.3/x", "http://10.1.2.3:80/", "http://other.intranet/"):
        with pytest.raises(InputError):
            allowed.require(url)


def test_late_and_failing_answers_end_in_one_message_told_at_least_once_under_one_id(kept, fan, clock):
    with board(status(500), lambda request: (time.sleep(0.1), status(200)(request))[1], status(200)) as program:
        row = EndpointRow("370102", new_id(), "board", program.url, None, None, NOON, "test")
        with kept.transaction() as unit:
            unit.endpoints.add(row, SECRET.written)
        post(
            kept, notice(to=Audience(role="command_centre", area_code="370102"), data={"number": "1", "text": "secret"})
        )
        fan()
        channel = webhook(clock=clock)
        courier = Courier(kept, clock=clock, channels={"webhook": channel}, chance=lambda: 0.0)
        while deliveries(kept)[0].state == "waiting":
            clock.moment = max(clock.moment, deliveries(kept)[0].due_at)
            courier.run()
    assert len(program.asked) == 2
    assert {headers["webhook-id"] for _, headers, _ in program.asked} == {str(deliveries(kept)[0].id)}
    assert deliveries(kept)[0].state == "sent"
    assert b"secret" not in program.asked[0][2]
