"""Which hosts a webhook may reach: never this network's own by accident (server-side request forgery, CWE-918).

The name is resolved once, the address is judged, and that very address is connected to: a name that answers differently
a moment later gains nothing. Redirects are not followed. The whole exchange has one deadline, however slowly it drips.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable
from typing import Any, Self
from urllib.parse import SplitResult, urlsplit

import httpcore2

from gridgov.errors import InputError

_LONGEST_URL = 2_000
_PORTS = {"http": 80, "https": 443}


class Allowed:
    """The hosts of this network that the settings name: they may be reached without TLS and at private addresses."""

    def __init__(self, hosts: Iterable[str] = ()) -> None:
        self._hosts = frozenset(host.lower() for host in hosts)

    @classmethod
    def parse(cls, written: str) -> Self:
        """Return what a setting like ``10.1.2.3:8080, board.intranet`` allows."""
        return cls(part.strip() for part in written.split(",") if part.strip())

    def names(self, host: str, port: int) -> bool:
        """Return whether this host is named, alone or with this port."""
        return host.lower() in self._hosts or f"{host.lower()}:{port}" in self._hosts

    def require(self, url: str) -> SplitResult:
        """Return the parts of a URL that a webhook may have.

        Raises
        ------
        InputError
            If it is no plain https address, and its host is not named in the settings.
        """
        parts = _split(url)
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        named = self.names(host, port)
        if parts.scheme == "http" and not named:
            message = "Use https, or name the host in GRIDGOV_WEBHOOK_HOSTS."
            raise InputError(message, field="url")
        if not named and _literal(host) is not None and not _is_public(host):
            message = "This address belongs to an inner network: name the host in GRIDGOV_WEBHOOK_HOSTS."
            raise InputError(message, field="url")
        return parts


def _split(url: str) -> SplitResult:
    message = "Give an address like https://example.org/path: with a host, without a login and without a fragment."
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InputError(message, field="url") from error
    plain = len(url) <= _LONGEST_URL and url.isascii() and url.isprintable() and " " not in url and port != 0
    if not plain or parts.scheme not in _PORTS or not parts.hostname or parts.username is not None or parts.fragment:
        raise InputError(message, field="url")
    return parts


def _literal(host: str) -> Any:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


_UNICAST = ipaddress.IPv6Network("2000::/3")  # all that IANA has given out of IPv6 for the internet
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052
_LAST_32 = 0xFFFF_FFFF


def _is_public(address: str) -> bool:
    """Return whether an address belongs to the internet; one that carries another is judged by the one it leads to."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & _LAST_32)
        if inner is None:
            return found in _UNICAST and found.is_global
        found = inner
    return found.is_global and not found.is_multicast


class GuardedBackend(httpcore2.NetworkBackend):
    """Connects to what is allowed only, and lets nothing last beyond a deadline.

    Parameters
    ----------
    allowed
        The hosts that may lie in this network.
    seconds
        The whole time for looking up, connecting, sending and hearing the answer.
    """

    def __init__(self, allowed: Allowed, seconds: float) -> None:
        self._allowed = allowed
        self._end = time.monotonic() + seconds
        self._inner = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline decides
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first address of `host` that may be reached.

        Raises
        ------
        httpcore2.ConnectError
            If there is none.
        """
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore2.ConnectError(str(error)) from error
        addresses = dict.fromkeys(str(entry[4][0]) for entry in found)
        open_to = [a for a in addresses if self._allowed.names(host, port) or _is_public(a.partition("%")[0])]
        if not open_to:
            message = f"{host} is an address of an inner network: name it in GRIDGOV_WEBHOOK_HOSTS"
            raise httpcore2.ConnectError(message)
        stream = self._inner.connect_tcp(open_to[0], port, left(self._end), local_address, socket_options)
        return _Bounded(stream, self._end)


class _Bounded(httpcore2.NetworkStream):
    """A stream whose every step ends by the deadline."""

    def __init__(self, stream: httpcore2.NetworkStream, end: float) -> None:
        self._stream = stream
        self._end = end

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - the deadline decides
        return self._stream.read(max_bytes, left(self._end))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - the deadline decides
        self._stream.write(buffer, left(self._end))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - the deadline decides
    ) -> httpcore2.NetworkStream:
        return _Bounded(self._stream.start_tls(ssl_context, server_hostname, left(self._end)), self._end)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def left(end: float) -> float:
    """Return the seconds to a deadline.

    Raises
    ------
    httpcore2.ReadTimeout
        If it is over.
    """
    seconds = end - time.monotonic()
    if seconds <= 0:
        message = "the deadline is over"
        raise httpcore2.ReadTimeout(message)
    return seconds
