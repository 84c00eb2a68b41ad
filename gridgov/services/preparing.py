"""Preparing: the parts of an upload become the file that is shown, and it is kept under its hash."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from gridgov.errors import EvidenceUnavailableError, InputError
from gridgov.evidence import Cleaned
from gridgov.services.cleaning import clean_apart
from gridgov.store.evidence import Upload
from gridgov.store.objects import Objects

_AT_ONCE = 2
"""Files decoded at the same time: as much memory as `gridgov.services.cleaning.Limits` says is taken so often."""

_WAITING = 8
"""How many more may wait for that: each holds one of the forty threads that answer requests."""

_PATIENCE_S = 5.0

_decoders = threading.BoundedSemaphore(_AT_ONCE)
_room = threading.BoundedSemaphore(_AT_ONCE + _WAITING)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file that is kept: what it is, how long, and under which hashes it and its thumbnail lie."""

    cleaned: Cleaned
    size: int
    sha256: bytes
    thumbnail_sha256: bytes | None


def prepare(objects: Objects, found: Upload, parts: list[tuple[int, bytes]]) -> Prepared:
    """Put parts together, clean what they make, and keep it; nobody refers to it yet.

    Raises
    ------
    InputError
        If the parts do not make what was announced.
    FileFormatError
        If that is no photo or video that is taken.
    EvidenceUnavailableError
        If too many others have their files looked at, or the store does not answer.
    """
    with _turn(), objects.incoming() as source, objects.incoming() as target:
        _assemble(objects, found, parts, source)
        cleaned = clean_apart(source, target)
        size, sha256 = measured(target)
        objects.keep(target, sha256)
        return Prepared(cleaned, size, sha256, _keep_thumbnail(objects, cleaned))


def measured(file: BinaryIO) -> tuple[int, bytes]:
    """Return the length and the SHA-256 of a file."""
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(1_048_576):
        digest.update(chunk)
    return file.tell(), digest.digest()


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for a turn, briefly and with few others, or refuse: who answers requests is not there to wait."""
    with _place(_room, 0), _place(_decoders, _PATIENCE_S):
        yield


@contextmanager
def _place(places: threading.BoundedSemaphore, wait_s: float) -> Iterator[None]:
    if not places.acquire(timeout=wait_s):
        message = "Many files are being looked at: what you sent is still there, complete it again in a few seconds."
        raise EvidenceUnavailableError(message, details=[{"retry_after_s": 5}])
    try:
        yield
    finally:
        places.release()


def _assemble(objects: Objects, found: Upload, parts: list[tuple[int, bytes]], source: BinaryIO) -> None:
    source.writelines(objects.parts((found.district_code, found.id), parts))
    if measured(source) != (found.size, found.sha256):
        message = "The parts do not make the file that was announced (its checksum differs): send them again."
        raise InputError(message, field="sha256")


def _keep_thumbnail(objects: Objects, cleaned: Cleaned) -> bytes | None:
    if cleaned.thumbnail is None:
        return None
    with objects.incoming() as file:
        file.write(cleaned.thumbnail)
        _, sha256 = measured(file)
        objects.keep(file, sha256)
    return sha256
