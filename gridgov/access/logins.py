"""What a login may look like, and which passwords are too easy to guess."""

import re
import unicodedata
from importlib.resources import files
from itertools import pairwise

from gridgov.errors import InputError

LONGEST_LOGIN = 80
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 256
"""Argon2 hashes any length; a megabyte of password is somebody trying how long that takes."""

_FEWEST_LETTERS = 5
_TELLING = 4  # shorter logins are parts of many good passwords
# One script beside Han: a login is the author of facts, and letters that only look Latin must not pass for them.
_LOGIN = re.compile(r"[a-z0-9\u3400-\u4dbf\u4e00-\u9fff][a-z0-9\u3400-\u4dbf\u4e00-\u9fff._@-]{1,79}")
_RESERVED = frozenset({"system", "gridgov", "machine", "sample", "python", "api"})
"""Who signs facts without being anybody: no person may pass for one of them."""

_COMMON = frozenset(
    (files("gridgov.access") / "common_passwords.txt").read_text(encoding="utf-8").split(),
)


def folded(login: str) -> str:
    """Return a login in the one form that is stored: NFKC, case-folded (UAX 15, UAX 21), without blanks around it."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", login).casefold()).strip()


def valid_login(login: str) -> str:
    """Return a login in the form that is stored.

    Raises
    ------
    InputError
        If it holds anything but Latin letters, digits, Chinese characters and ``. _ @ -``, or is too short or long.
    """
    name = folded(login)
    if name in _RESERVED:
        message = f"{name} is what gridgov itself signs with: choose another login."
        raise InputError(message, field="login")
    if not _LOGIN.fullmatch(name):
        message = (
            f"A login has 2 to {LONGEST_LOGIN} Latin letters, digits, Chinese characters or . _ @ - "
            "and begins with none of the marks: choose another."
        )
        raise InputError(message, field="login")
    return name


def plain(password: str) -> str:
    """Return a password in the one form that is hashed: keyboards write the same letters in several ways (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def require_good(password: str, login: str, *, field: str = "password") -> None:
    """Refuse a password that would be guessed early (NIST SP 800-63B, 5.1.1.2: length and a list, no recipes).

    Raises
    ------
    InputError
        Saying what is wrong with it, never repeating it.
    """
    fault = _fault(plain(password), login)
    if fault:
        message = f"{fault}: choose another password, for instance several words that do not belong together."
        raise InputError(message, field=field)


def _fault(password: str, login: str) -> str | None:
    low, name = password.casefold(), folded(login)
    named = low in name or (len(name) >= _TELLING and name in low)
    faults = {
        f"A password has at least {SHORTEST_PASSWORD} characters": len(password) < SHORTEST_PASSWORD,
        f"A password has at most {LONGEST_PASSWORD} characters": len(password) > LONGEST_PASSWORD,
        "A password holds no control characters": any(unicodedata.category(c) in {"Cc", "Cs"} for c in password),
        "The password holds the login": named,
        "The password repeats a few characters": len(set(low)) < _FEWEST_LETTERS,
        "The password is among those that are tried first": low in _COMMON or _bare(low) in _COMMON or _is_run(low),
    }
    return next((words for words, found in faults.items() if found), None)


def _bare(password: str) -> str:
    return re.sub(r"[\W_]+", "", password)


def _is_run(password: str) -> bool:
    """Return whether all characters follow each other, up or down: 0123456789, zyxwvutsrq."""
    steps = {ord(b) - ord(a) for a, b in pairwise(password)}
    return steps in ({1}, {-1}, {0})
