"""Where the samples of a track lie in an MP4: the tables of ISO/IEC 14496-12, 8.7.3 to 8.7.5."""

import struct
from collections.abc import Iterator, Mapping
from typing import NoReturn

from gridgov.errors import FileFormatError

MOST_SAMPLES = 2_000_000


def chunks(tables: Mapping[bytes, bytes]) -> Iterator[tuple[int, int]]:
    """Yield where each chunk of a track begins and how many bytes its samples fill, by the tables of its `stbl`.

    Raises
    ------
    FileFormatError
        If a table is missing, or speaks of more samples than a short video has.
    struct.error
        If a table ends too early.
    """
    sizes = _sizes(tables)
    sample = 0
    for start, many in zip(_starts(tables), _per_chunk(_table(tables, b"stsc")), strict=False):
        if sample >= len(sizes):
            return
        yield start, sum(sizes[sample : sample + many])
        sample += many


def _sizes(tables: Mapping[bytes, bytes]) -> list[int]:
    table = _table(tables, b"stsz", b"stz2")
    first, count = struct.unpack_from(">II", table, 4)
    if count > MOST_SAMPLES:
        _refuse("it has too many samples")
    if b"stsz" in tables:
        return [first] * count if first else list(struct.unpack_from(f">{count}I", table, 12))
    if first == 4:  # two in a byte, the first in its upper half
        packed = struct.unpack_from(f">{-(-count // 2)}B", table, 12)
        return [half for byte in packed for half in (byte >> 4, byte & 15)][:count]
    if first not in {8, 16}:
        _refuse("its samples have sizes of an unknown width")
    return list(struct.unpack_from(f">{count}{'B' if first == 8 else 'H'}", table, 12))


def _starts(tables: Mapping[bytes, bytes]) -> tuple[int, ...]:
    table = _table(tables, b"co64", b"stco")
    (count,) = struct.unpack_from(">I", table, 4)
    if count > MOST_SAMPLES:
        _refuse("it has too many chunks")
    return struct.unpack_from(f">{count}{'Q' if b'co64' in tables else 'I'}", table, 8)


def _per_chunk(table: bytes) -> Iterator[int]:
    """Yield how many samples each chunk has, without end: a run of them reaches to where the next begins."""
    (count,) = struct.unpack_from(">I", table, 4)
    many, at = 0, 1
    for run in range(count):
        first, following, _ = struct.unpack_from(">III", table, 8 + 12 * run)
        if first < at or (run == 0 and first != 1):
            _refuse("its chunks are out of order")
        for _ in range(first - at):
            yield many
        many, at = following, first
    while True:
        yield many


def _table(tables: Mapping[bytes, bytes], *names: bytes) -> bytes:
    found = next((tables[name] for name in names if name in tables), None)
    if found is None:
        _refuse(f"a track of data has no table {' or '.join(name.decode() for name in names)}")
    return found


def _refuse(why: str) -> NoReturn:
    message = f"This is no video that can be taken: {why}."
    raise FileFormatError(message, field="file")
