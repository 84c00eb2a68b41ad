"""Locks between programs that the system itself releases when a program dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gridgov.errors import DatabaseUnavailableError
from gridgov.store.cluster.account import Account

_POLL_S = 0.02


class Lock:
    """One hold on a lock file (``flock``, see flock(2)): shared with others, or alone.

    The hold belongs to the open file, not to the program: two holds of one program act like those of two.
    """

    def __init__(self, path: Path, owner: Account) -> None:
        self.path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if not owner.is_caller:
            # Root made the file; the account that the data belongs to must be able to open it too.
            os.fchown(self._descriptor, owner.uid, owner.gid)

    def take(self, *, shared: bool = False) -> bool:
        """Take the lock if it is free, and say whether it was."""
        try:
            fcntl.flock(self._descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def wait(self, *, patience_s: float) -> None:
        """Take the lock alone, waiting while others hold it.

        Raises
        ------
        DatabaseUnavailableError
            If they still hold it after `patience_s` seconds.
        """
        end = time.monotonic() + patience_s
        while not self.take():
            if time.monotonic() > end:
                message = (
                    f"Another program has been starting or stopping the database for {patience_s:.0f} seconds: "
                    f"see which one holds {self.path}, or try again later."
                )
                raise DatabaseUnavailableError(message)
            time.sleep(_POLL_S)

    def close(self) -> None:
        """Let go."""
        os.close(self._descriptor)


@contextmanager
def alone(path: Path, owner: Account, *, patience_s: float = 600.0) -> Iterator[None]:
    """Hold the lock file `path` alone for the length of a ``with`` block."""
    lock = Lock(path, owner)
    try:
        lock.wait(patience_s=patience_s)
        yield
    finally:
        lock.close()


def is_held(path: Path, owner: Account) -> bool:
    """Return whether anybody holds the lock file `path`, shared or alone."""
    lock = Lock(path, owner)
    try:
        return not lock.take()
    finally:
        lock.close()
