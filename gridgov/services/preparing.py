"""Preparing: the parts of an upload become the file that is shown, and it is kept under its hash."""

import hashlib
import threading
from dataclasses import dataclass
from typing import BinaryIO

from gridgov.errors import InputError
from gridgov.evidence import Cleaned, clean
from gridgov.store.evidence import Upload
from gridgov.store.objects import Objects

_DECODERS = threading.BoundedSemaphore(2)  # a photo's pixels fill 200 MB while they are cleaned


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
    """
    with _DECODERS, objects.incoming() as source, objects.incoming() as target:
        _assemble(objects, found, parts, source)
        cleaned = clean(source, target)
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
