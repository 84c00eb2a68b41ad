"""Where the server listens, under which names, and what must be true before anybody else may reach it."""

import ssl
import stat
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from api.authority import Authority
from api.limits import LOOPBACK
from gridgov.clock import Clock, system_clock
from gridgov.errors import SetupError
from gridgov.settings import Settings

_YEAR_S = 31_536_000


@dataclass(frozen=True, slots=True)
class Listening:
    """What the settings make of it.

    Attributes
    ----------
    names
        The names by which requests may call this server.
    address
        How people reach it.
    options
        What uvicorn is told.
    authority
        Our own, where it made the certificate that is served; None elsewhere.
    """

    names: tuple[str, ...]
    address: str
    options: dict[str, Any]
    authority: Authority | None = None

    @property
    def certified(self) -> list[str]:
        """The names and addresses that a certificate is for."""
        return sorted({name.strip("[]") for name in self.names})


def listening(settings: Settings, *, clock: Clock = system_clock) -> Listening:
    """Return where to listen and how, refusing what would send passwords in the clear or answer to any name.

    An authority of our own, and its certificate for this server, are made here where there is none that is good.

    Raises
    ------
    SetupError
        If others could reach the server without TLS, or under names that nobody chose.
    """
    names = _split(settings.names, "GRIDGOV_NAMES")
    authority = _own_authority(settings)
    tls = _tls(settings.tls_cert, settings.tls_key)
    reached = settings.host not in LOOPBACK or settings.behind_proxy
    if settings.host not in LOOPBACK and not (tls or authority or settings.behind_proxy):
        message = (
            f"On {settings.host} passwords would travel in the clear: set GRIDGOV_TLS_CERT and GRIDGOV_TLS_KEY, "
            "or GRIDGOV_HTTPS for a certificate of our own, or GRIDGOV_BEHIND_PROXY where a proxy terminates TLS; "
            "or GRIDGOV_HOST to 127.0.0.1."
        )
        raise SetupError(message)
    if reached and not names:
        message = "Others may reach this server, so it must know its names: set GRIDGOV_NAMES, as browsers spell them."
        raise SetupError(message)
    options: dict[str, Any] = {"host": settings.host, "port": settings.port, "proxy_headers": settings.behind_proxy}
    if settings.behind_proxy:
        options["forwarded_allow_ips"] = ",".join(_split(settings.proxies, "GRIDGOV_PROXIES"))
    secure = bool(tls) or settings.behind_proxy
    if secure:
        options["headers"] = [("Strict-Transport-Security", f"max-age={_YEAR_S}")]
    address = _address(settings, names, secure=secure or authority is not None)
    found = Listening((*names, *LOOPBACK), address, {**options, **tls}, authority)
    if authority is None:
        return found
    # Nothing is said of strict transport: whoever lost our authority could not get by any more, by no click.
    authority.ensure(found.certified, clock=clock)
    return replace(found, options=found.options | {"ssl_certfile": str(authority.server)})


def _own_authority(settings: Settings) -> Authority | None:
    if not settings.https:
        return None
    if settings.tls_cert or settings.tls_key or settings.behind_proxy:
        message = "GRIDGOV_HTTPS makes a certificate of our own: leave it out beside GRIDGOV_TLS_CERT, GRIDGOV_TLS_KEY "
        message += "and GRIDGOV_BEHIND_PROXY."
        raise SetupError(message)
    return Authority(settings.data_dir / "tls")


def _address(settings: Settings, names: tuple[str, ...], *, secure: bool) -> str:
    host = names[0] if names else f"[{settings.host}]" if ":" in settings.host else settings.host
    port = "" if settings.behind_proxy else f":{settings.port}"
    return f"{'https' if secure else 'http'}://{host}{port}/"


def _split(listed: str, setting: str) -> tuple[str, ...]:
    found = tuple(part.strip().lower() for part in listed.split(",") if part.strip())
    if "*" in found:
        message = f"{setting} must name them: * would believe everybody."
        raise SetupError(message)
    return found


def _tls(cert: Path | None, key: Path | None) -> dict[str, Any]:
    """Return uvicorn's options for TLS, trying certificate and key out first."""
    if cert is None and key is None:
        return {}
    if cert is None or key is None:
        message = "TLS needs both: set GRIDGOV_TLS_CERT and GRIDGOV_TLS_KEY."
        raise SetupError(message)
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(cert, key, password=_no_password)
        if key.stat().st_mode & stat.S_IROTH:
            message = f"Everybody on this machine can read {key}: chmod 600 it."
            raise SetupError(message)
    except (OSError, ValueError) as error:
        message = f"The certificate {cert} and the key {key} cannot be used together ({error}): check both files."
        raise SetupError(message) from error
    return {"ssl_certfile": str(cert), "ssl_keyfile": str(key)}


def _no_password() -> str:
    message = "the key is locked by a password"
    raise ValueError(message)
