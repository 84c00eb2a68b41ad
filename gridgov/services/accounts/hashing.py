"""Argon2 for passwords, never inside a transaction, and never more of it at once than the machine's memory bears."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gridgov.access.logins import LONGEST_PASSWORD, plain
from gridgov.access.secrets import TOKEN, new_secret
from gridgov.errors import TooManyError

_AT_ONCE = 4  # 64 MiB each, by argon2-cffi's defaults (RFC 9106, second recommendation)
_PATIENCE_S = 10.0


class Hasher:
    """Hashes and verifies passwords.

    Parameters
    ----------
    argon2
        The parameters of new hashes; older hashes are verified by their own, and renewed at the next login.
    """

    def __init__(self, argon2: PasswordHasher | None = None) -> None:
        self._argon2 = argon2 or PasswordHasher()
        self._turns = threading.BoundedSemaphore(_AT_ONCE)

    def hashed(self, password: str) -> str:
        """Return the hash to keep."""
        with self._turn():
            return self._argon2.hash(plain(password))

    def fits(self, kept: str | None, password: str) -> bool:
        """Return whether a password fits the kept hash. Without one it takes as long to find out that none fits."""
        given = plain(password)
        with self._turn():
            try:
                # What is longer was never set; it is cut, so that finding out takes no longer either.
                cut = given[:LONGEST_PASSWORD].encode("utf-8", "surrogatepass")
                same = self._argon2.verify(kept or self._nobodys, cut)
            except (VerificationError, InvalidHashError):
                return False
        return same and kept is not None and len(given) <= LONGEST_PASSWORD

    def is_old(self, kept: str) -> bool:
        """Return whether a hash was made with other parameters than today's."""
        return self._argon2.check_needs_rehash(kept)

    @cached_property
    def _nobodys(self) -> str:
        return self._argon2.hash(new_secret(TOKEN))

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=_PATIENCE_S):
            message = "Too many people log in at this moment: try again in a few seconds."
            raise TooManyError(message, details=[{"retry_after_s": 5}])
        try:
            yield
        finally:
            self._turns.release()
