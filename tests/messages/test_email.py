"""E-mail against a real mail server on this machine: one that takes, refuses, hangs, and wants to be sure."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gridgov.errors import DeliveryDelayedError, DeliveryRefusedError
from gridgov.ids import new_id
from gridgov.messages import Address, Message, Severity
from gridgov.services.messaging import channels_of
from gridgov.services.messaging.email import Email
from gridgov.settings import Settings
from tests.support import NOON, SetClock

SENDER = "grid@city.example.org"


class Keeper:
    """What the mail server does with what it gets."""

    def __init__(self, *, rcpt: str = "", data: str = "") -> None:
        self.rcpt, self.data = rcpt, data
        self.taken: list[EmailMessage] = []
        self.recipients: list[str] = []

    async def handle_RCPT(self, _server, _session, envelope, address, _options) -> str:  # noqa: N802 - aiosmtpd's name
        if self.rcpt:
            return self.rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.data:
            return self.data
        self.taken.append(message_from_bytes(envelope.content, policy=default))
        self.recipients += envelope.rcpt_tos
        return "250 taken"


@contextmanager
def mail_server(keeper: Keeper, **options: Any) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(keeper, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def email(port: int, **changes: Any) -> Email:
    plain: dict[str, Any] = {"host": "127.0.0.1", "port": port, "security": "none", "sender": SENDER, "timeout_s": 5.0}
    return Email(**{**plain, **changes})


def message(**changes: Any) -> Message:
    plain: dict[str, Any] = {
        "id": new_id(),
        "kind": "case.dispatched",
        "severity": Severity.NORMAL,
        "at": NOON,
        "subject": "新派遣案卷 370102-1，请接单",
        "text": "时限: 2026-06-15 12:30",
        "html": "<p>时限: 2026-06-15 12:30</p>",
    }
    return Message(**{**plain, **changes})


def test_a_letter_arrives_whole():
    keeper, sent = Keeper(), message()
    with mail_server(keeper) as port:
        receipt = email(port).send(sent, Address("wang@example.org"))
    (letter,) = keeper.taken
    assert keeper.recipients == ["wang@example.org"]
    assert (letter["From"], letter["To"], letter["Subject"]) == (SENDER, "wang@example.org", sent.subject)
    assert letter["Date"].datetime == NOON
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Message-ID"] == f"<{sent.id}@city.example.org>"
    assert str(sent.id) in receipt.said
    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert sent.text in plain.get_content()
    assert html.get_content().strip() == sent.html


def test_sent_again_it_has_the_same_message_id():
    keeper, sent = Keeper(), message()
    with mail_server(keeper) as port:
        for _ in range(2):
            email(port).send(sent, Address("wang@example.org"))
    assert keeper.taken[0]["Message-ID"] == keeper.taken[1]["Message-ID"]


@pytest.mark.parametrize(
    "nasty",
    [
        "Hi\r\nBcc: all@example.org",
        "Hi\nX: y\n\n<script>",
        "a\x00b",
        "=?utf-8?q?=0d=0aBcc:x?=",
        "x" * 3000,
        "",
        "\u2028a",
    ],
)
def test_no_subject_and_no_text_injects_a_header(nasty):
    keeper = Keeper()
    with mail_server(keeper) as port:
        email(port).send(message(subject=nasty, text=nasty or "-", html=None), Address("wang@example.org"))
    (letter,) = keeper.taken
    assert keeper.recipients == ["wang@example.org"]
    assert letter["Bcc"] is None
    assert letter["X"] is None
    assert set(letter.keys()) <= {
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "X-Peer", "X-MailFrom"),
        *("X-RcptTo", "Content-Type", "Content-Transfer-Encoding"),
    }


@pytest.mark.parametrize(
    "address",
    [
        "wang@example.org\nBcc: all@example.org",
        "wang@example.org\r\nRCPT TO:<all@example.org>",
        "wang@example.org, all@example.org",
        "wang@example.org> <all@example.org",
        "Wang <wang@example.org>",
        "wang",
        "@example.org",
        "",
        "wang@",
        "王@example.org",
        f"{'w' * 65}@example.org",
    ],
)
def test_what_is_no_address_is_refused_for_good_without_asking_the_server(address):
    with pytest.raises(DeliveryRefusedError, match="no e-mail address"):
        email(1).send(message(), Address(address))


@pytest.mark.parametrize(
    ("answers", "raised"),
    [
        ({"rcpt": "450 mailbox busy"}, DeliveryDelayedError),
        ({"rcpt": "550 no such user"}, DeliveryRefusedError),
        ({"data": "451 try later"}, DeliveryDelayedError),
        ({"data": "552 too large"}, DeliveryRefusedError),
        ({"data": "421 shutting down"}, DeliveryDelayedError),
    ],
)
def test_what_the_server_says_decides_between_later_and_never(answers, raised):
    with mail_server(Keeper(**answers)) as port, pytest.raises(raised, match=next(iter(answers.values()))[:3]):
        email(port).send(message(), Address("wang@example.org"))


def test_a_server_that_is_not_there_is_tried_later():
    with pytest.raises(DeliveryDelayedError):
        email(1).send(message(), Address("wang@example.org"))


@contextmanager
def bad_server(behave: Callable[[socket.socket], None]) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            with suppress(OSError):
                line, _ = listening.accept()
                with line:
                    behave(line)

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(30)


def test_a_server_that_hangs_is_given_up_and_tried_later():
    released = threading.Event()
    with bad_server(lambda _: released.wait(30)) as port:
        with pytest.raises(DeliveryDelayedError):
            email(port, timeout_s=0.2).send(message(), Address("wang@example.org"))
        released.set()


@pytest.mark.parametrize("greeting", [b"", b"HTTP/1.1 200 OK\r\n\r\n", b"554 go away\r\n", b"\x00" * 5000])
def test_a_server_that_talks_nonsense_or_hangs_up_loses_nothing(greeting):
    either = (DeliveryDelayedError, DeliveryRefusedError)
    with bad_server(lambda line: line.sendall(greeting)) as port, pytest.raises(either):
        email(port).send(message(), Address("wang@example.org"))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = tmp_path_factory.mktemp("certificate") / "both.pem"
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


def server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_the_way_is_secured_and_the_login_goes_over_it(certificate, security):
    keeper, seen = Keeper(), []

    def admit(_server, _session, _envelope, mechanism, data) -> AuthResult:
        seen.append((mechanism, data))
        right = isinstance(data, LoginPassword) and data.password == b"geheim"
        return AuthResult(success=right, handled=False)

    context = server_context(certificate)
    options: dict[str, Any] = {"authenticator": admit}
    if security == "tls":
        options |= {"ssl_context": context, "auth_require_tls": False}
    else:
        options |= {"tls_context": context, "auth_required": True}
    trusted = ssl.create_default_context(cafile=str(certificate))
    with mail_server(keeper, **options) as port:
        channel = email(port, security=security, user="grid", password="geheim", trusted=trusted)  # noqa: S106 - a test's
        channel.send(message(), Address("wang@example.org"))
        wrong = email(port, security=security, user="grid", password="falsch", trusted=trusted)  # noqa: S106 - a test's
        with pytest.raises(DeliveryDelayedError, match="GRIDGOV_SMTP_USER"):
            wrong.send(message(), Address("wang@example.org"))
    assert len(keeper.taken) == 1
    assert seen


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(certificate):
    keeper = Keeper()
    with mail_server(keeper, tls_context=server_context(certificate)) as port, pytest.raises(DeliveryDelayedError):
        email(port, security="starttls").send(message(), Address("wang@example.org"))
    assert keeper.taken == []


def test_a_server_without_tls_gets_no_letter_where_tls_is_wanted():
    keeper = Keeper()
    with mail_server(keeper) as port, pytest.raises(DeliveryDelayedError):
        email(port, security="starttls").send(message(), Address("wang@example.org"))
    assert keeper.taken == []


def test_without_a_mail_server_in_the_settings_there_is_no_such_channel():
    assert set(channels_of(Settings(), clock=SetClock(NOON))) == {"webhook"}
    there = channels_of(Settings(smtp_host="127.0.0.1", smtp_password="geheim"), clock=SetClock(NOON))  # noqa: S106 - a test's
    assert set(there) == {"email", "webhook"}
