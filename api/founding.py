"""How a certificate authority of our own is made: it can vouch for this installation, and for nothing else.

A phone that installs an authority believes it about every server there is. So the authority itself says for which names
it may speak (RFC 5280, 4.2.1.10): whoever stole its key could not pass for a bank. Private addresses are among them
all, because those of a small network change.
"""

import ipaddress
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LASTS: Final = timedelta(days=3_653)
"""So long does an authority vouch: phones are replaced earlier."""

_BEFORE: Final = timedelta(days=1)  # phones' clocks lag behind
_PRIVATE: Final = (
    *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16"),
    *("fc00::/7", "fe80::/10", "::1/128"),
)
_LONGEST_NAME: Final = 64  # X.520, ub-common-name


def founded(names: Iterable[str], *, now: datetime) -> bytes:
    """Return a new authority for these names: its certificate and its key (PEM).

    Parameters
    ----------
    names
        Of hosts, and addresses; an international name in its ASCII form.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    public, wanted = key.public_key(), sorted(set(names))
    subject = _subject(wanted)
    usage = dict.fromkeys(
        (
            *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
            *("encipher_only", "decipher_only"),
        ),
        False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BEFORE)
        .not_valid_after(now + LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.NameConstraints(_permitted(wanted), None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return certificate.public_bytes(Encoding.PEM) + secret


def unvouched(authority: x509.Certificate, names: Iterable[str]) -> list[str]:
    """Return those of the names for which an authority cannot vouch; one without constraints can for all."""
    try:
        found = authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    except x509.ExtensionNotFound:
        return []
    hosts = {str(one.value).lower() for one in found if isinstance(one, x509.DNSName)}
    networks = [ipaddress.ip_network(str(one.value)) for one in found if isinstance(one, x509.IPAddress)]
    return [name for name in names if not _is_among(name, hosts, networks)]


def _subject(names: list[str]) -> x509.Name:
    called = next((name for name in names if _address(name) is None and name != "localhost"), "gridgov")
    said = (
        (NameOID.ORGANIZATION_NAME, "gridgov"),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, "an installation's own authority"),
        (NameOID.COMMON_NAME, f"gridgov {called}"[:_LONGEST_NAME]),
    )
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in said])


def _permitted(names: list[str]) -> list[x509.GeneralName]:
    addresses = [address for name in names if (address := _address(name)) is not None]
    networks = [ipaddress.ip_network(one) for one in (*_PRIVATE, *map(str, addresses))]
    hosts = [name.lower() for name in names if _address(name) is None]
    return [*map(x509.DNSName, hosts), *map(x509.IPAddress, dict.fromkeys(networks))]


_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _is_among(name: str, hosts: set[str], networks: list[_Network]) -> bool:
    address = _address(name)
    if address is None:
        return any(name.lower() == host or name.lower().endswith(f".{host}") for host in hosts)
    return any(address in network for network in networks)


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None
