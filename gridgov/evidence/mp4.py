"""MP4, 3GP and MOV: boxes inside boxes (ISO/IEC 14496-12). What is not needed to play is overwritten in place.

In place, because chunks are found by their offset in the file: a box that shrinks would move them.
"""

import re
import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

from gridgov.errors import FileFormatError
from gridgov.evidence.samples import chunks
from gridgov.evidence.told import Told

LONGEST = timedelta(minutes=10)
_MOST_BOXES = 20_000
_MOST_TOLD = 1_048_576
_EPOCH_1904 = datetime(1904, 1, 1, tzinfo=UTC)
_ISO_6709 = re.compile(rb"([+-]\d{2}\.\d{3,8})([+-]\d{3}\.\d{3,8})(?:[+-]\d{1,5}(?:\.\d{1,4})?)?(?:CRS[\w:]{1,20})?/")

# What is kept at each level; below these everything is the codec's own.
_KEPT: dict[tuple[bytes, ...], frozenset[bytes]] = {
    (): frozenset({b"ftyp", b"moov", b"mdat", b"moof", b"mfra", b"sidx", b"styp"}),
    (b"moov",): frozenset({b"mvhd", b"trak", b"mvex"}),
    (b"moov", b"trak"): frozenset({b"tkhd", b"edts", b"mdia"}),
    (b"moov", b"trak", b"mdia"): frozenset({b"mdhd", b"hdlr", b"minf"}),
}
_TRACK = (b"moov", b"trak")
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
    tracks: list[Box]
    told: bytearray = field(default_factory=bytearray)
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
    try:
        boxes = list(_walk(file, size))
        movie = _Movie(sorted((box for box in boxes if box.path == _TRACK), key=lambda box: box.start))
        for box in boxes:
            _treat(file, box, movie)
        _require_film(movie)
        _blank_data(file, boxes, movie, size)
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
        if kind in {b"udta", b"meta", b"uuid"} and len(movie.told) < _MOST_TOLD:
            movie.told += _read(file, box, 65_536)
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


def _blank_data(file: BinaryIO, boxes: list[Box], movie: _Movie, size: int) -> None:
    """Blank the tracks that are neither picture nor sound (positions, motion), their samples too."""
    tracks = [_track(movie, handler) for kind, handler in movie.handlers if kind not in {b"vide", b"soun"}]
    if tracks and b"moof" in movie.kinds:
        _refuse("it has a track of data; record it without positions")
    tables = _tables(boxes, movie)
    left = size  # samples lie side by side: those that fill more than the file would be written over without end
    for track in tracks:
        for start, length in chunks({box.path[-1]: _read(file, box) for box in tables.get(track.start, [])}):
            left -= length
            if left < 0 or start + length > size:
                _refuse("its samples lie beyond its end, or upon each other")
            _fill(file, start, length)
        _blank(file, track)


def _track(movie: _Movie, inner: Box) -> Box:
    """Return the track that holds `inner`."""
    return movie.tracks[bisect_right(movie.tracks, inner.start, key=lambda track: track.start) - 1]


def _tables(boxes: list[Box], movie: _Movie) -> dict[int, list[Box]]:
    """Return the tables of samples by where their track begins."""
    found: dict[int, list[Box]] = {}
    for box in boxes:
        if len(box.path) == 6:
            found.setdefault(_track(movie, box).start, []).append(box)
    return found


def _blank(file: BinaryIO, box: Box) -> None:
    file.seek(box.start + 4)
    file.write(b"free")
    _fill(file, box.content, box.end - box.content)


def _fill(file: BinaryIO, start: int, length: int) -> None:
    file.seek(start)
    while length > 0:
        length -= file.write(bytes(min(length, 65_536)))


def _read(file: BinaryIO, box: Box, most: int = 16_777_216) -> bytes:
    file.seek(box.content)
    return file.read(min(box.end - box.content, most))


def _told(movie: _Movie) -> Told:
    place = _ISO_6709.search(movie.told)
    lat, lon = (float(place[1]), float(place[2])) if place else (None, None)
    inside = lat is not None and lon is not None and abs(lat) <= 90 and abs(lon) <= 180
    made = _EPOCH_1904 + timedelta(seconds=movie.made) if 2_000_000_000 < movie.made < 8_000_000_000 else None
    return Told(taken_at=made, lon=lon if inside else None, lat=lat if inside else None)


def _refuse(why: str) -> None:
    message = f"This is no video that can be taken: {why}."
    raise FileFormatError(message, field="file")
