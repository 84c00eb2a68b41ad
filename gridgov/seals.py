"""Seals: what stands over the chains of a district, so that a fact cannot be changed together with its chain.

A seal names facts that no seal before it names, each by its incident, number, transaction and hash, and hashes them
together with the seal before. Whoever keeps the newest seal's hash elsewhere can tell whether anything below changed.
"""

import hashlib
import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from gridgov.errors import InputError

GENESIS = bytes(32)
"""Stands before a district's first seal."""

_LEAF = struct.Struct(">16siQ32s")


class Position(NamedTuple):
    """A place in the order of a district's facts."""

    xid: int
    incident_id: UUID
    seq: int


class Leaf(NamedTuple):
    """One fact as a seal names it."""

    incident_id: UUID
    seq: int
    xid: int
    hash: bytes

    @property
    def position(self) -> Position:
        """Where the fact stands in the order of all."""
        return Position(self.xid, self.incident_id, self.seq)


@dataclass(frozen=True, slots=True)
class Seal:
    """One seal.

    Attributes
    ----------
    seq
        From 1, without a gap, in its district.
    system_id
        Of the database server whose transactions `xid` counts; another one begins to count anew.
    last
        Up to here, in the order of the facts, all that this server has written is sealed.
    leaves
        The facts it covers, encoded.
    """

    district_code: str
    seq: int
    at: datetime
    system_id: int
    last: Position
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


def end_of(xid: int) -> Position:
    """Return the place behind all facts of a transaction."""
    return Position(xid, UUID(int=(1 << 128) - 1), (1 << 31) - 1)


def seal_after(
    previous: Seal | None,
    leaves: Iterable[Leaf],
    *,
    district_code: str,
    at: datetime,
    system_id: int,
    last: Position,
) -> Seal:
    """Return the seal over `leaves` that follows `previous` (None: the district's first)."""
    seq, before = (previous.seq + 1, previous.hash) if previous else (1, GENESIS)
    unhashed = Seal(district_code, seq, at, system_id, last, encode(leaves), before, b"")
    return replace(unhashed, hash=seal_hash(unhashed))


def seal_hash(seal: Seal) -> bytes:
    """Return the SHA-256 over the hash before, the seal's canonical JSON and the SHA-256 of its leaves."""
    last = [seal.last.xid, str(seal.last.incident_id), seal.last.seq]
    moment = seal.at.astimezone(UTC).isoformat()
    leaves = hashlib.sha256(seal.leaves).hexdigest()
    body = [seal.district_code, seal.seq, moment, seal.system_id, last, leaves]
    return hashlib.sha256(seal.previous_hash + json.dumps(body, separators=(",", ":")).encode()).digest()


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
