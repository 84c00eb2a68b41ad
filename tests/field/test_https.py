"""By an authority of our own: a phone that has installed it trusts us, nobody else does, and it goes on for years."""

import http.client
import ipaddress
import socket
import ssl
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
import uvicorn
from cryptography import x509
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.app import create_app
from api.authority import LASTS, RENEWED, Authority, renewed
from api.listening import listening
from gridgov.cli import app as commands
from gridgov.errors import SetupError
from gridgov.settings import Settings
from tests.api.conftest import serving_config
from tests.support import SetClock

NAME = "grid.example.org"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(https=True, host="127.0.0.1", names=f"{NAME},192.0.2.7", data_dir=tmp_path)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(datetime.now(UTC))


def trusting(settings: Settings) -> ssl.SSLContext:
    """Return what a phone trusts that has installed our authority and no other."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=Authority(settings.data_dir / "tls").certificate().decode())
    return context


def served_to(port: int, context: ssl.SSLContext, name: str) -> bytes:
    """Return the certificate that is served under a name, to whoever trusts it."""
    plain = socket.create_connection(("127.0.0.1", port), timeout=20)
    with plain, context.wrap_socket(plain, server_hostname=name) as secure:
        return secure.getpeercert(binary_form=True) or b""


def end_of(settings: Settings) -> datetime:
    content = Authority(settings.data_dir / "tls").server.read_bytes()
    return x509.load_pem_x509_certificate(content).not_valid_after_utc


def test_a_phone_that_installed_our_authority_trusts_us_under_each_of_our_names(settings, store):
    where = listening(settings)
    assert where.address == f"https://{NAME}:8770/"
    app = create_app(store, settings, names=where.names)
    options = {name: value for name, value in where.options.items() if name.startswith("ssl")}
    config = uvicorn.Config(app, port=0, log_config=None, lifespan="off", **options)
    with serving_config(config) as port:
        for name in (NAME, "192.0.2.7", "127.0.0.1", "localhost", "::1"):
            assert served_to(port, trusting(settings), name)
        with pytest.raises(ssl.SSLCertVerificationError):
            served_to(port, trusting(settings), "elsewhere.example.org")
        with pytest.raises(ssl.SSLCertVerificationError):
            served_to(port, ssl.create_default_context(), NAME)
        asked = http.client.HTTPSConnection("localhost", port, context=trusting(settings), timeout=20)
        asked.request("GET", "/ca.crt", headers={"Host": "localhost"})
        answer = asked.getresponse()
        assert answer.read() == Authority(settings.data_dir / "tls").certificate()
        assert answer.headers["Strict-Transport-Security"] is None
        asked.close()


def test_the_key_of_the_authority_is_for_nobody_else_and_never_given_out(settings, store):
    listening(settings)
    folder = settings.data_dir / "tls"
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    with TestClient(create_app(store, settings, names=["testserver"])) as client:
        given = client.get("/ca.crt")
        page = client.get("/ca")
    assert given.headers["content-type"] == "application/x-x509-ca-cert"
    assert b"PRIVATE" not in given.content
    assert given.content == Authority(folder).given.read_bytes()
    x509.load_pem_x509_certificate(given.content)
    assert Authority(folder).fingerprint() in page.text
    assert "/ca.crt" in page.text


def test_without_an_authority_there_is_nothing_to_install(store):
    with TestClient(create_app(store, Settings(), names=["testserver"])) as client:
        assert client.get("/ca.crt").status_code == client.get("/ca").status_code == 404


def test_the_certificate_stays_until_it_nears_its_end_and_the_authority_for_good(settings, clock):
    listening(settings, clock=clock)
    authority, first = Authority(settings.data_dir / "tls"), end_of(settings)
    clock.move(LASTS - RENEWED - timedelta(hours=1))
    listening(settings, clock=clock)
    assert end_of(settings) == first
    before = authority.certificate()
    clock.move(timedelta(hours=2))
    listening(settings, clock=clock)
    assert end_of(settings) > first
    assert authority.certificate() == before


def test_another_name_of_ours_gets_another_certificate_by_the_same_authority(settings, clock):
    listening(settings, clock=clock)
    before = Authority(settings.data_dir / "tls").certificate()
    more = settings.model_copy(update={"names": f"{NAME},new.{NAME},10.4.0.7"})
    listening(more, clock=clock)
    found = x509.load_pem_x509_certificate(Authority(settings.data_dir / "tls").server.read_bytes())
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert f"new.{NAME}" in names.get_values_for_type(x509.DNSName)
    assert {ipaddress.ip_address(one) for one in ("127.0.0.1", "10.4.0.7")} <= set(
        names.get_values_for_type(x509.IPAddress)
    )
    assert Authority(settings.data_dir / "tls").certificate() == before


@pytest.mark.parametrize("name", ["new.example.org", "example.org", "my" + NAME, "198.51.100.7"])
def test_a_name_that_phones_would_not_believe_it_is_refused_with_the_way_out(settings, clock, name):
    listening(settings, clock=clock)
    authority = Authority(settings.data_dir / "tls")
    with pytest.raises(SetupError, match=r"cannot vouch for .*move"):
        listening(settings.model_copy(update={"names": f"{NAME},{name}"}), clock=clock)
    authority.ca.rename(authority.ca.with_suffix(".old"))
    listening(settings.model_copy(update={"names": f"{NAME},{name}"}), clock=clock)
    assert authority.certificate() == authority.given.read_bytes()


@pytest.mark.parametrize("name", ["bank.example.com", "198.51.100.7"])
def test_whoever_stole_the_key_of_the_authority_passes_for_nobody_else(settings, store, name):
    listening(settings)
    authority = Authority(settings.data_dir / "tls")
    stolen = authority.ca.read_bytes()
    forged = trustme.CA.from_pem(stolen, stolen).issue_cert(name, NAME)
    config = uvicorn.Config(
        create_app(store, settings, names=[NAME]),
        port=0,
        log_config=None,
        lifespan="off",
        ssl_certfile=str(authority.server),
    )
    config.load()
    assert config.ssl
    forged.configure_cert(config.ssl)
    with serving_config(config) as port, pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
        served_to(port, trusting(settings), name)


def test_the_authority_ends_one_day_and_is_made_anew_before(settings, clock):
    listening(settings, clock=clock)
    authority = Authority(settings.data_dir / "tls")
    first = x509.load_pem_x509_certificate(authority.certificate())
    assert first.not_valid_after_utc - clock() < timedelta(days=3_660)
    constraints = first.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (constraints.critical, constraints.value.ca, constraints.value.path_length) == (True, True, 0)
    clock.moment = first.not_valid_after_utc - timedelta(days=60)
    listening(settings, clock=clock)
    second = x509.load_pem_x509_certificate(authority.certificate())
    assert second.not_valid_after_utc > first.not_valid_after_utc
    server = x509.load_pem_x509_certificate(authority.server.read_bytes())
    server.verify_directly_issued_by(second)
    assert x509.load_pem_x509_certificate(authority.given.read_bytes()) == second


def test_a_server_that_runs_for_months_serves_the_new_certificate_to_who_comes_then(settings, store, clock):
    clock.move(-(LASTS - RENEWED))
    where = listening(settings, clock=clock)
    config = uvicorn.Config(
        create_app(store, settings, names=where.names),
        port=0,
        log_config=None,
        lifespan="off",
        ssl_certfile=where.options["ssl_certfile"],
    )
    loaded = threading.Event()

    def load(file: Path) -> None:
        assert config.ssl
        config.ssl.load_cert_chain(file)
        loaded.set()

    assert where.authority
    with serving_config(config) as port:
        first = served_to(port, trusting(settings), NAME)
        clock.move(LASTS - RENEWED + timedelta(hours=1))
        with renewed(where.authority, where.certified, load, clock=clock, every_s=0.02):
            assert loaded.wait(20)
        second = served_to(port, trusting(settings), NAME)
    assert first != second


@pytest.mark.parametrize("more", [{"behind_proxy": True}, {"tls_cert": Path("c"), "tls_key": Path("k")}])
def test_two_ways_to_have_tls_are_one_too_many(settings, more):
    with pytest.raises(SetupError, match="GRIDGOV_HTTPS"):
        listening(settings.model_copy(update=more))


def test_an_authority_that_cannot_be_read_says_what_to_do(settings):
    folder = settings.data_dir / "tls"
    folder.mkdir()
    (folder / "ca.pem").write_text("no certificate")
    with pytest.raises(SetupError, match="move"):
        listening(settings)


@pytest.mark.usefixtures("as_before")
@pytest.mark.parametrize("command", ["serve", "demo"])
def test_the_commands_take_it(command):
    assert "--https" in CliRunner().invoke(commands, [command, "--help"]).output
