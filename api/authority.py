"""A certificate authority of this installation's own, for networks in which nobody else vouches for a server.

Browsers give positions, cameras and offline pages to https alone. Whoever installs our authority once on a phone trusts
every certificate that we make for ourselves afterwards. Its key never leaves the data folder; for which names it can
speak, `api.founding` says.
"""

import ipaddress
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog
import trustme
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from api.founding import founded, unvouched
from gridgov.clock import Clock
from gridgov.errors import SetupError
from gridgov.services.accounts.saved import write_private

_log = structlog.get_logger(__name__)

LASTS = timedelta(days=90)
"""So long is a certificate good for; phones refuse those that last for years."""
RENEWED = timedelta(days=30)
"""So long before its end a new one is made."""
_LOOKED_S = 3_600.0
_BEFORE = timedelta(days=1)  # phones' clocks lag behind


@dataclass(frozen=True, slots=True)
class Authority:
    """The files of an authority and of the certificate that it made for this server, in a folder for nobody else."""

    folder: Path

    @property
    def ca(self) -> Path:
        """The authority's certificate and key."""
        return self.folder / "ca.pem"

    @property
    def server(self) -> Path:
        """The server's certificate, with its key."""
        return self.folder / "server.pem"

    @property
    def given(self) -> Path:
        """The authority's certificate alone, to be handed to phones in whichever way."""
        return self.folder / "gridgov-ca.crt"

    def certificate(self) -> bytes:
        """Return the authority's certificate (PEM), for phones to install; its key stays here.

        Raises
        ------
        SetupError
            If there is none, or it cannot be read.
        """
        return self._read(self.ca).public_bytes(Encoding.PEM)

    def fingerprint(self) -> str:
        """Return the SHA-256 of the authority's certificate as phones show it, to be compared by eye."""
        digest = self._read(self.ca).fingerprint(hashes.SHA256()).hex().upper()
        return ":".join(digest[i : i + 2] for i in range(0, len(digest), 2))

    def ensure(self, names: Sequence[str], *, clock: Clock) -> bool:
        """Make the authority if there is none, and a certificate for these names if none is good; return if it did.

        Raises
        ------
        SetupError
            If the folder cannot be written, what lies in it is no authority, or none that can vouch for a name.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self._vouches_on(clock=clock):
                self._write(self.ca, founded(names, now=clock()))
            self._require_vouching(names)
            if self.given.exists() and self._is_good(names, clock=clock):
                return False
            self._write(self.given, self.certificate())
            self._write(self.server, self._issued(names, clock=clock))
        except (OSError, ValueError) as error:
            message = f"The certificate authority in {self.folder} cannot be used ({error}): make the folder writable, "
            message += "or move it away, and every phone installs the new one."
            raise SetupError(message) from error
        return True

    def _vouches_on(self, *, clock: Clock) -> bool:
        """Return whether there is an authority that outlasts the certificates it makes."""
        if not self.ca.exists():
            return False
        lasting = self._read(self.ca).not_valid_after_utc - clock() > LASTS
        if not lasting:
            _log.warning("the authority nears its end and is made anew: every phone installs /ca once more")
        return lasting

    def _require_vouching(self, names: Sequence[str]) -> None:
        refused = unvouched(self._read(self.ca), names)
        if refused:
            message = (
                f"The certificate authority was made for other names, and cannot vouch for {', '.join(refused)}: take "
                f"that out of GRIDGOV_NAMES, or move {self.ca} away, and every phone installs the new one from /ca."
            )
            raise SetupError(message)

    def _issued(self, names: Sequence[str], *, clock: Clock) -> bytes:
        now, kept = clock(), self.ca.read_bytes()
        ca = trustme.CA.from_pem(kept, kept)
        identities = sorted(set(names))
        leaf = ca.issue_cert(*identities, common_name=identities[0], not_before=now - _BEFORE, not_after=now + LASTS)
        return leaf.private_key_and_cert_chain_pem.bytes()

    def _is_good(self, names: Sequence[str], *, clock: Clock) -> bool:
        if not self.server.exists():
            return False
        found = self._read(self.server)
        lasts = found.not_valid_after_utc - clock()
        same = _names_of(found) == {_plain(name) for name in names}
        return same and RENEWED < lasts <= LASTS and _made_by(self._read(self.ca), found)

    def _read(self, file: Path) -> x509.Certificate:
        try:
            return x509.load_pem_x509_certificate(file.read_bytes())
        except (OSError, ValueError) as error:
            message = f"{file} is no certificate ({error}): move it away, and a new one is made."
            raise SetupError(message) from error

    def _write(self, file: Path, content: bytes) -> None:
        write_private(file, content.decode())


@contextmanager
def renewed(
    authority: Authority,
    names: Sequence[str],
    load: Callable[[Path], None],
    *,
    clock: Clock,
    every_s: float = _LOOKED_S,
) -> Iterator[None]:
    """Look every hour whether the certificate must be made anew, and have the running server load it.

    Parameters
    ----------
    load
        Lets new connections have the certificate in a file; those that are open keep theirs.
    """
    over = threading.Event()

    def watch() -> None:
        while not over.wait(every_s):
            try:
                if authority.ensure(names, clock=clock):
                    load(authority.server)
                    _log.info("a new certificate is served")
            except (SetupError, OSError) as error:
                _log.warning("the certificate could not be made anew; trying again", reason=str(error))

    thread = threading.Thread(target=watch, name="certificate", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(5)


def _made_by(authority: x509.Certificate, found: x509.Certificate) -> bool:
    """Return whether an authority signed a certificate: its name alone says nothing, the next one is called so too."""
    try:
        found.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _names_of(certificate: x509.Certificate) -> set[str]:
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {_plain(str(one.value)) for one in found}


def _plain(name: str) -> str:
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        return name.lower()
