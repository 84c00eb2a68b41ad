"""MP4, 3GP and MOV: boxes inside boxes (ISO/IEC 14496-12). What is not needed to play is overwritten in place.

In place, because chunks are found by their offset in the file: a box that shrinks would move them.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

from gridgov.errors import FileFormatError
from gridgov.evidence.told import Told

LONGEST = timedelta(minutes=10)
_MOST_BOXES = 20_000
_MOST_SAMPLES = 2_000_000
_EPOCH_1904 = datetime(1904, 1, 1, tzinfo=UTC)
_ISO_6709 = re.compile(rb"([+-]\d{2}\.\d{3,8})([+-]\d{3}\.\d{3,8})(?:[+-]\d{1,5}(?:\.\d{1,4})?)?(?:CRS[\w:]{1,20})?/")

# What is kept at each level; below these everything is the codec's own.
_KEPT: dict[tuple[bytes, ...], frozenset[bytes]] = {
    (): frozenset({b"ftyp", b"moov", b"mdat", b"moof", b"mfra", b"sidx", b"styp"}),
    (b"moov",): frozenset({b"mvhd", b"trak", b"mvex"}),
    (b"moov", b"trak"): frozenset({b"tkhd", b"edts", b"mdia"}),
    (b"moov", b"trak", b"mdia"): frozenset({b"mdhd", b"hdlr", b"minf"}),
}
_ENTERED = frozenset({*_KEPT, (b"moov", b"trak", b"mdia", b"minf"), (b"moov", b"trak", b"mdia", b"minf", b"stbl")})


@dataclass(frozen=True, slots=True)
class Box:
    """One box: its path of kinds from the top, and where its content begins and ends."""

    path: tuple[bytes, ...]
    start: int
    content: int
    end: int


@dataclass(slots=True)
class _Movie:
    told: bytes = b""
    made: int = 0
    duration_s: float | None = None
    kinds: set[bytes] = field(default_factory=set)
    handlers: list[tuple[bytes, Box]] = field(default_factory=list)


def clean_mp4(file: BinaryIO, size: int) -> tuple[float | None, Told]:
    """Blank what tells of place, time and device in `file`; return its duration in seconds, and what it told.

    Raises
    ------
    FileFormatError
        If the boxes make no sense, there is no picture, or it is longer than `LONGEST`.
    """
    movie = _Movie()
    try:
        for box in list(_walk(file, size)):
            _treat(file, box, movie)
        _require_film(movie)
        for box in [box for kind, box in movie.handlers if kind not in {b"vide", b"soun"}]:
            _blank_track(file, box, movie, size)
    except (struct.error, OverflowError, IndexError) as error:
        message = "The video is broken, or ends too early: send it again."
        raise FileFormatError(message, field="file") from error
    return movie.duration_s, _told(movie)


def _walk(file: BinaryIO, size: int) -> Iterator[Box]:
    """Yield boxes, each before those inside it."""
    waiting, count = [((), 0, size)], 0  # type: list[tuple[tuple[bytes, ...], int, int]], int
    while waiting:
        path, at, end = waiting.pop()
        while at < end:
            box = _box(file, path, at, end)
            yield box
            count += 1
            if count > _MOST_BOXES:
                _refuse("it has too many boxes")
            if box.path in _ENTERED:
                waiting.append((box.path, box.content, box.end))
            at = box.end


def _box(file: BinaryIO, path: tuple[bytes, ...], at: int, end: int) -> Box:
    file.seek(at)
    head = file.read(16)
    length, kind = struct.unpack_from(">I4s", head)
    content = at + 8
    if length == 1:
        (length,) = struct.unpack_from(">Q", head, 8)
        content = at + 16
    elif length == 0:
        length = end - at
    if length < content - at or at + length > end:
        _refuse("a box reaches beyond its end")
    return Box((*path, kind), at, content, at + length)


def _treat(file: BinaryIO, box: Box, movie: _Movie) -> None:
    above, kind = box.path[:-1], box.path[-1]
    movie.kinds.add(kind)
    if above in _KEPT and kind not in _KEPT[above]:
        movie.told += _read(file, box)[:65_536] if kind in {b"udta", b"meta", b"uuid"} else b""
        _blank(file, box)
    elif kind in {b"mvhd", b"tkhd", b"mdhd"}:
        _forget_times(file, box, movie)
    elif kind == b"hdlr" and len(box.path) == 4:
        movie.handlers.append((_read(file, box)[8:12], box))


def _forget_times(file: BinaryIO, box: Box, movie: _Movie) -> None:
    body = _read(file, box)
    wide = body[0] == 1
    if box.path[-1] == b"mvhd":
        made, scale, length = struct.unpack_from(">Q8xIQ", body, 4) if wide else struct.unpack_from(">I4xII", body, 4)
        movie.made = made
        movie.duration_s = length / scale if scale and length and length < (1 << 62) else None
    file.seek(box.content + 4)
    file.write(bytes(16 if wide else 8))


def _require_film(movie: _Movie) -> None:
    if not {b"ftyp", b"moov", b"mvhd"} <= movie.kinds or not movie.kinds & {b"mdat"}:
        _refuse("it has no film in it")
    if b"vide" not in {kind for kind, _ in movie.handlers}:
        _refuse("it has no picture")
    if movie.duration_s is not None and movie.duration_s > LONGEST.total_seconds():
        _refuse(f"it is longer than {LONGEST.total_seconds() / 60:.0f} minutes")


def _blank_track(file: BinaryIO, handler: Box, movie: _Movie, size: int) -> None:
    """Blank a track that is neither picture nor sound (positions, motion), its samples too."""
    if b"moof" in movie.kinds:
        _refuse("it has a track of data; record it without positions")
    track = next(b for b in _walk(file, size) if b.path == (b"moov", b"trak") and b.start < handler.start < b.end)
    tables = {
        b.path[-1]: _read(file, b) for b in _walk(file, size) if len(b.path) == 6 and track.start < b.start < track.end
    }
    for start, length in _samples(tables):
        if start + length > size:
            _refuse("a sample lies beyond its end")
        file.seek(start)
        file.write(bytes(length))
    _blank(file, track)


def _samples(tables: dict[bytes, bytes]) -> Iterator[tuple[int, int]]:
    """Yield where each chunk's samples lie, by the tables stsz, stsc, and stco or co64 (8.7.3 to 8.7.5)."""
    fixed, count = struct.unpack_from(">II", tables[b"stsz"], 4)
    if count > _MOST_SAMPLES:
        _refuse("it has too many samples")
    sizes = [fixed] * count if fixed else list(struct.unpack_from(f">{count}I", tables[b"stsz"], 12))
    wide = b"co64" in tables
    places = tables[b"co64"] if wide else tables[b"stco"]
    (chunks,) = struct.unpack_from(">I", places, 4)
    offsets = struct.unpack_from(f">{chunks}{'Q' if wide else 'I'}", places, 8)
    (runs,) = struct.unpack_from(">I", tables[b"stsc"], 4)
    firsts = [struct.unpack_from(">II", tables[b"stsc"], 8 + 12 * run) for run in range(runs)]
    sample = 0
    for number, start in enumerate(offsets, start=1):
        per_chunk = next((many for first, many in reversed(firsts) if first <= number), 0)
        length = sum(sizes[sample : sample + per_chunk])
        sample += per_chunk
        yield start, length


def _blank(file: BinaryIO, box: Box) -> None:
    file.seek(box.start + 4)
    file.write(b"free")
    file.seek(box.content)
    left = box.end - box.content
    while left > 0:
        file.write(bytes(min(left, 65_536)))
        left -= 65_536


def _read(file: BinaryIO, box: Box) -> bytes:
    file.seek(box.content)
    return file.read(min(box.end - box.content, 16_777_216))


def _told(movie: _Movie) -> Told:
    place = _ISO_6709.search(movie.told)
    lat, lon = (float(place[1]), float(place[2])) if place else (None, None)
    inside = lat is not None and lon is not None and abs(lat) <= 90 and abs(lon) <= 180
    made = _EPOCH_1904 + timedelta(seconds=movie.made) if 2_000_000_000 < movie.made < 8_000_000_000 else None
    return Told(taken_at=made, lon=lon if inside else None, lat=lat if inside else None)


def _refuse(why: str) -> None:
    message = f"This is no video that can be taken: {why}."
    raise FileFormatError(message, field="file")
