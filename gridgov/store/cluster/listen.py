"""Where the server listens: a folder whose path is short enough for a unix socket and plain enough for a URL."""

import hashlib
import os
import re
import socket
import stat
import tempfile
from pathlib import Path

from gridgov.errors import SetupError
from gridgov.store.cluster.account import Account

PORT = 5432
"""Only a part of the socket's name: no port of the network is opened."""

SOCKET_NAME = f".s.PGSQL.{PORT}"

_LONGEST_BYTES = 80
"""A socket's whole path ends at 107 bytes on Linux and 103 on macOS (unix(7), sys/un.h); its name takes 14."""

_PLAIN = re.compile(r"[A-Za-z0-9._/-]+")
"""libpq takes a comma for the next host, and anything else would need quoting in shells, URLs and ini files."""


def socket_folder(home: Path) -> Path:
    """Return the folder for the socket of the cluster in `home`.

    It stands in `home` unless that path is too long or not plain; then under the system's temporary folder, under a
    name that follows from `home`.
    """
    inside = home / "socket"
    if _fits(inside):
        return inside
    name = f"gridgov-{hashlib.sha256(os.fsencode(home)).hexdigest()[:16]}"
    outside = Path(tempfile.gettempdir()) / name
    return outside if _fits(outside) else Path("/tmp") / name  # noqa: S108 - owner and mode are checked by prepare()


def prepare(folder: Path, account: Account) -> None:
    """Make `folder`, for `account` alone, and clear it of what a killed server left.

    A socket's lock file names a process too, and PostgreSQL would believe a stranger of that number. Call it only when
    the server does not run.

    Raises
    ------
    SetupError
        If somebody else has made the folder.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()  # never through a link that somebody else has laid into the temporary folder
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {account.uid, os.geteuid()}:
        message = f"{folder} belongs to somebody else: remove it, or set GRIDGOV_DATA_DIR to a shorter, plain path."
        raise SetupError(message)
    account.own(folder)
    folder.chmod(0o700)
    for name in (SOCKET_NAME, f"{SOCKET_NAME}.lock"):
        (folder / name).unlink(missing_ok=True)


def answers(folder: Path) -> bool:
    """Return whether any server accepts connections on the socket in `folder`."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(folder / SOCKET_NAME))
        except OSError:
            return False
    return True


def _fits(folder: Path) -> bool:
    path = str(folder)
    return len(os.fsencode(path)) <= _LONGEST_BYTES and _PLAIN.fullmatch(path) is not None
