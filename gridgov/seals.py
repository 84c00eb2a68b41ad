"""Seals: what stands over the chains of a district, so that a fact cannot be changed together with its chain.

A seal names facts that no seal before it names, each by its incident, number, transaction and hash, and hashes them
together with the seal before. Whoever keeps the newest seal's hash elsewhere can tell whether anything below changed.
"""

import hashlib
import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from gridgov.errors import InputError

GENESIS = bytes(32)
"""Stands before a district's first seal."""

_LEAF = struct.Struct(">16siQ32s")


class Leaf(NamedTuple):
    """One fact as a seal names it."""

    incident_id: UUID
    seq: int
    xid: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Seal:
    """One seal.

    Attributes
    ----------
    seq
        From 1, without a gap, in its district.
    system_id
        Of the database server whose transactions `xid` counts; another one begins to count anew.
    leaves
        The facts it covers, encoded.
    """

    district_code: str
    seq: int
    at: datetime
    system_id: int
    leaves: bytes
    previous_hash: bytes
    hash: bytes

    @property
    def head(self) -> str:
        """What to keep elsewhere: the district, the number and the hash of this seal."""
        return f"{self.district_code}:{self.seq}:{self.hash.hex()}"


def encode(leaves: Iterable[Leaf]) -> bytes:
    """Return leaves as bytes, 60 each."""
    return b"".join(_LEAF.pack(leaf.incident_id.bytes, leaf.seq, leaf.xid, leaf.hash) for leaf in leaves)


def decode(leaves: bytes) -> Iterator[Leaf]:
    """Yield the leaves that `encode` wrote; what is cut off in the middle of a leaf is left out."""
    whole = memoryview(leaves)[: len(leaves) // _LEAF.size * _LEAF.size]
    for incident_id, seq, xid, digest in _LEAF.iter_unpack(whole):
        yield Leaf(UUID(bytes=incident_id), seq, xid, digest)


def seal_after(
    previous: Seal | None, leaves: Iterable[Leaf], *, district_code: str, at: datetime, system_id: int
) -> Seal:
    """Return the seal over `leaves` that follows `previous` (None: the district's first)."""
    seq, before = (previous.seq + 1, previous.hash) if previous else (1, GENESIS)
    packed = encode(leaves)
    digest = seal_hash(district_code, seq, at, system_id, packed, previous=before)
    return Seal(district_code, seq, at, system_id, packed, before, digest)


def seal_hash(district_code: str, seq: int, at: datetime, system_id: int, leaves: bytes, *, previous: bytes) -> bytes:
    """Return the SHA-256 over the previous hash, the seal's canonical JSON and the SHA-256 of its leaves."""
    body = [district_code, seq, at.astimezone(UTC).isoformat(), system_id, hashlib.sha256(leaves).hexdigest()]
    return hashlib.sha256(previous + json.dumps(body, separators=(",", ":")).encode()).digest()


def parse_head(text: str) -> tuple[str, int, bytes]:
    """Return the district, number and hash of a head that was kept elsewhere.

    Raises
    ------
    InputError
        If `text` is no head.
    """
    parts = "".join(text.split()).split(":")
    try:
        district_code, seq, digest = parts[0], int(parts[1]), bytes.fromhex(parts[2])
    except (IndexError, ValueError) as error:
        message = "This is no head: write it as `gridgov audit head` prints it, like 370102:17:9f86d0..."
        raise InputError(message, field="head") from error
    return district_code, seq, digest
