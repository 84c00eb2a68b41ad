"""WebM: EBML elements (RFC 8794, RFC 9559). What is not needed to play becomes void, in place."""

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

from gridgov.errors import FileFormatError
from gridgov.evidence.mp4 import LONGEST
from gridgov.evidence.told import Told

_SEGMENT, _CLUSTER, _INFO, _TRACKS, _TRACK = 0x18538067, 0x1F43B675, 0x1549A966, 0x1654AE6B, 0xAE
_ENTERED = {_SEGMENT, _INFO, _TRACKS, _TRACK}
_TAGS, _ATTACHMENTS, _CHAPTERS, _VOID = 0x1254C367, 0x1941A469, 0x1043A770, 0xEC
_DATE, _TITLE, _NAME, _FILE = 0x4461, 0x7BA9, 0x536E, 0x7384
_BLANKED = {_TAGS, _ATTACHMENTS, _CHAPTERS, _VOID, _DATE, _TITLE, _NAME, _FILE}
_SCALE, _DURATION, _TRACK_TYPE = 0x2AD7B1, 0x4489, 0x83
_SMALL = {_DATE, _SCALE, _DURATION, _TRACK_TYPE}
_EPOCH_2001 = datetime(2001, 1, 1, tzinfo=UTC)
_MOST_ELEMENTS = 500_000


@dataclass(frozen=True, slots=True)
class _Element:
    id: int
    start: int
    content: int
    length: int | None
    """None: as far as its parent reaches, as a live recording writes it."""


def clean_webm(file: BinaryIO, size: int) -> tuple[float | None, Told]:
    """Blank what tells of time, place and device in `file`; return its duration in seconds, and what it told.

    Raises
    ------
    FileFormatError
        If the elements make no sense, there is no picture, or it is longer than the limit.
    """
    facts: dict[int, list[bytes]] = {}
    ids: set[int] = set()
    at = count = 0
    while at < size:
        found = _element(file, at, size)
        ids.add(found.id)
        count += 1
        if count > _MOST_ELEMENTS:
            _refuse("it has too many elements")
        if found.id in _SMALL and found.length is not None and found.length <= 8:
            file.seek(found.content)
            facts.setdefault(found.id, []).append(file.read(found.length))
        if found.id in _BLANKED:
            _blank(file, found)
        inside = found.id in _ENTERED or (found.id == _CLUSTER and found.length is None)
        at = found.content if inside else found.content + (found.length or 0)
    if not {_SEGMENT, _TRACKS, _CLUSTER} <= ids or b"\x01" not in facts.get(_TRACK_TYPE, []):
        _refuse("it has no picture")
    return _duration_s(facts), Told(taken_at=_made(facts))


def _element(file: BinaryIO, at: int, size: int) -> _Element:
    file.seek(at)
    head = file.read(12)
    width = _width(head, 0, 4)
    identity = int.from_bytes(head[:width], "big")
    span = _width(head, width, 8)
    raw = head[width : width + span]
    if len(raw) < span:
        _refuse("it ends too early")
    length = int.from_bytes(raw, "big") & ((1 << 7 * span) - 1)
    unknown = length == (1 << 7 * span) - 1
    content = at + width + span
    if unknown and identity not in {_SEGMENT, _CLUSTER}:
        _refuse("an element has no length")
    if not unknown and content + length > size:
        _refuse("it ends too early")
    return _Element(identity, at, content, None if unknown else length)


def _width(head: bytes, at: int, most: int) -> int:
    """Return the width of the variable-length number at `at`, by its leading zero bits (RFC 8794, section 4)."""
    width = 9 - head[at].bit_length() if at < len(head) and head[at] else 9
    if width > most:
        _refuse("it ends too early, or is none")
    return width


def _blank(file: BinaryIO, element: _Element) -> None:
    total = element.content - element.start + (element.length or 0)
    short = total < 129
    header = bytes([_VOID, 0x80 | (total - 2)]) if short else bytes([_VOID, 0x01]) + (total - 9).to_bytes(7, "big")
    file.seek(element.start)
    file.write(header)
    left = total - len(header)
    while left > 0:
        file.write(bytes(min(left, 65_536)))
        left -= 65_536


def _duration_s(facts: dict[int, list[bytes]]) -> float | None:
    raw = facts.get(_DURATION, [b""])[0]
    if len(raw) not in {4, 8}:
        return None
    (ticks,) = struct.unpack(">f" if len(raw) == 4 else ">d", raw)
    scale = int.from_bytes(facts.get(_SCALE, [(1_000_000).to_bytes(3, "big")])[0], "big")
    seconds = float(ticks) * scale / 1e9
    if not 0 <= seconds <= LONGEST.total_seconds():
        _refuse(f"it is longer than {LONGEST.total_seconds() / 60:.0f} minutes")
    return seconds


def _made(facts: dict[int, list[bytes]]) -> datetime | None:
    raw = facts.get(_DATE, [b""])[0]
    if len(raw) != 8:
        return None
    since = int.from_bytes(raw, "big", signed=True) // 1_000_000_000
    return _EPOCH_2001 + timedelta(seconds=since) if 0 < since < 5_000_000_000 else None


def _refuse(why: str) -> None:
    message = f"This is no video that can be taken: {why}."
    raise FileFormatError(message, field="file")
