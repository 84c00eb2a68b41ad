"""Secrets of sessions and tokens: 256 random bits each. The store keeps their SHA-256 and never themselves.

A plain hash is enough here, unlike for passwords: nobody tries 2**256 secrets.
"""

import base64
import hashlib
import hmac
import secrets

from gridgov.access.subject import Caller

SESSION = "gs_"
"""How a session's secret begins: it is accepted from a cookie only."""

TOKEN = "gg_"  # noqa: S105 - how tokens begin, so that people and scanners of repositories know one when they see it
"""How a program's token begins."""

PREFIX_LENGTH = 11
"""So much of a token is kept readable, to know it again in a list: the mark and 48 of the 256 bits."""

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is misread when copied from paper


def new_secret(mark: str) -> str:
    """Return a new secret that begins with `mark`."""
    return mark + secrets.token_urlsafe(32)


def new_password() -> str:
    """Return a random password of 79 bits in four groups, for people to copy once and to change."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


def digest(secret: str) -> bytes:
    """Return the SHA-256 of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def caller_of(secret: str) -> Caller:
    """Return the proof that a secret is, as the store knows it."""
    return Caller(digest(secret))


def csrf_of(secret: str) -> str:
    """Return what a page must send beside the session's cookie, as a header, to change anything.

    Bound to the session: an HMAC under its secret, which no other page can read.
    """
    mac = hmac.digest(secret.encode("utf-8", "surrogatepass"), b"gridgov csrf", "sha256")
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def same(one: str, other: str) -> bool:
    """Compare two words in a time that tells nothing about where they differ."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))
