"""Serving others: by TLS or behind a proxy that has it, under chosen names, and believing that proxy alone."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from api.listening import listening
from gridgov.errors import SetupError
from gridgov.settings import Settings
from tests.api.conftest import serving_config

NAME = "grid.example.org"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - what is judged


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a certificate of this test's own and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName(NAME), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / "cert.pem", folder / "key.pem"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    files[1].chmod(0o600)
    return files


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_this_machine_alone_needs_nothing(host):
    where = listening(Settings(host=host))
    assert where.address.startswith("http://")
    assert where.options["proxy_headers"] is False


@pytest.mark.parametrize("host", [EVERYWHERE, "::", "192.0.2.1", "", NAME])
def test_others_are_not_served_in_the_clear(host):
    for more in ({}, {"names": NAME}):
        with pytest.raises(SetupError, match="in the clear"):
            listening(Settings(host=host, **more))


def test_others_are_served_by_tls_under_a_name(pair):
    where = listening(
        Settings(host=EVERYWHERE, tls_cert=pair[0], tls_key=pair[1], names=f" {NAME.upper()}, other.example.org")
    )
    assert where.names[:2] == (NAME, "other.example.org")
    assert where.address == f"https://{NAME}:8770/"
    assert where.options["ssl_certfile"] == str(pair[0])
    assert where.options["headers"] == [("Strict-Transport-Security", "max-age=31536000")]
    assert uvicorn.Config("x:y", log_config=None, **where.options).is_ssl


@pytest.mark.parametrize("more", [{"host": EVERYWHERE}, {"behind_proxy": True}])
def test_who_can_be_reached_must_know_its_names(pair, more):
    with pytest.raises(SetupError, match="GRIDGOV_NAMES"):
        listening(Settings(tls_cert=pair[0], tls_key=pair[1], **more))


@pytest.mark.parametrize("more", [{"names": "*"}, {"names": f"{NAME},*"}, {"names": NAME, "proxies": "*"}])
def test_a_star_believes_everybody_and_is_refused(more):
    with pytest.raises(SetupError, match="believe"):
        listening(Settings(behind_proxy=True, **more))


def test_behind_a_proxy_that_proxy_alone_is_believed():
    where = listening(Settings(host="10.0.0.5", behind_proxy=True, names=NAME, proxies="10.0.0.1, 10.0.0.2"))
    assert where.options["forwarded_allow_ips"] == "10.0.0.1,10.0.0.2"
    assert where.address == f"https://{NAME}/"


def test_half_a_pair_another_pair_and_no_pair_are_refused(pair, tmp_path):
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("no certificate")
    for cert, key in ((pair[0], None), (None, pair[1]), (pair[0], wrong), (wrong, pair[1]), (pair[0], tmp_path / "no")):
        with pytest.raises(SetupError):
            listening(Settings(tls_cert=cert, tls_key=key))


def test_a_key_that_everybody_can_read_is_refused(pair, tmp_path):
    key = tmp_path / "key.pem"
    key.write_bytes(pair[1].read_bytes())
    key.chmod(0o644)
    with pytest.raises(SetupError, match="chmod"):
        listening(Settings(tls_cert=pair[0], tls_key=key))


def test_a_key_locked_by_a_password_is_refused_instead_of_asking_nobody(pair, tmp_path):
    key = serialization.load_pem_private_key(pair[1].read_bytes(), None)
    locked = tmp_path / "locked.pem"
    form = serialization.PrivateFormat.PKCS8
    locked.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.BestAvailableEncryption(b"x")))
    with pytest.raises(SetupError):
        listening(Settings(tls_cert=pair[0], tls_key=locked))


def test_the_certificate_is_really_shown(pair):
    context = ssl.create_default_context(cafile=str(pair[0]))
    config = uvicorn.Config(_hello, log_config=None, lifespan="off", **_only_tls(pair))
    with serving_config(config) as port:
        assert httpx2.get(f"https://127.0.0.1:{port}/", verify=context).text == "https"


def _only_tls(pair: tuple[Path, Path]) -> dict[str, object]:
    options = listening(Settings(tls_cert=pair[0], tls_key=pair[1])).options
    return {**options, "port": 0}


async def _hello(scope, _receive, send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["scheme"].encode()})
