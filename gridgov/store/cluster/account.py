"""Which account of the machine the server runs under: PostgreSQL refuses to run as root."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gridgov.errors import SetupError

_SERVER_ACCOUNTS = ("postgres", "_postgres")
"""What the packages of Linux distributions and of macOS call the account that they make for PostgreSQL."""


@dataclass(frozen=True)
class Account:
    """An account of the operating system."""

    name: str
    uid: int
    gid: int

    @property
    def is_caller(self) -> bool:
        """Whether this program itself runs under the account."""
        return self.uid == os.geteuid()

    def subprocess_options(self) -> dict[str, Any]:
        """Return the keywords that make ``subprocess`` run a program under this account."""
        return {} if self.is_caller else {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give `path` to the account (nothing to do unless root works for another account)."""
        if not self.is_caller:
            os.chown(path, self.uid, self.gid)


def caller() -> Account:
    """Return the account that this program runs under.

    Raises
    ------
    SetupError
        If it has no name, as in a container started with a bare number: peer authentication needs one.
    """
    uid = os.geteuid()
    try:
        return _account(pwd.getpwuid(uid))
    except KeyError as error:
        message = f"The account number {uid} has no name: add it to /etc/passwd, or set GRIDGOV_DATABASE_URL."
        raise SetupError(message) from error


def server_account(data: Path) -> Account:
    """Return the account that the server of the data folder `data` runs under.

    An ordinary user runs it as herself. Root runs it as the owner of the data or, while there is none, as ``postgres``.

    Raises
    ------
    SetupError
        If root finds no such account, or an ordinary user a data folder that belongs to somebody else.
    """
    owner = data.stat().st_uid if data.exists() else None
    if os.geteuid() != 0:
        return _as_herself(data, owner)
    if owner:
        return _account(pwd.getpwuid(owner))
    for name in _SERVER_ACCOUNTS:
        try:
            return _account(pwd.getpwnam(name))
        except KeyError:
            continue
    message = (
        "PostgreSQL refuses to run as root and this machine has no account `postgres`: "
        "create it (useradd --system postgres), or run gridgov as an ordinary user."
    )
    raise SetupError(message)


def _as_herself(data: Path, owner: int | None) -> Account:
    account = caller()
    if owner is not None and owner != account.uid:
        message = (
            f"The data in {data} belongs to another account (number {owner}): "
            "run gridgov as that account or as root, or set GRIDGOV_DATA_DIR to a folder of your own."
        )
        raise SetupError(message)
    return account


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
