"""Where the files of attachments are kept: a folder, or an S3-compatible store; found by the hash of their content.

A file is written once, aside, and renamed; one that is there is never written again and never removed, so nobody needs
to count who uses it. Only the parts of uploads, which belong to nobody else, are removed.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self
from urllib.parse import unquote, urlsplit
from uuid import UUID

import obstore
from obstore import exceptions
from obstore.store import LocalStore, ObjectStore, S3Store

from gridgov.errors import EvidenceUnavailableError, NotFoundError, SetupError
from gridgov.settings import Settings

if TYPE_CHECKING:
    from obstore.store import S3Config  # a name of the stubs alone

UploadKey = tuple[str, UUID]
"""The district and the id of an upload."""

_CHUNK = 1_048_576
_RETRIES = 3
_PATIENCE = timedelta(seconds=20)


class Objects:
    """Files by the SHA-256 of their content, and parts of uploads that wait to become one.

    Parameters
    ----------
    store
        The object store.
    staging
        A folder of this machine for files on their way.
    folder
        The store's own folder, where it is one: what is written there is forced to the disk before it counts.
    """

    def __init__(self, store: ObjectStore, *, staging: Path, folder: Path | None = None) -> None:
        self._store = store
        self._staging = staging
        self._folder = folder

    @classmethod
    def configured(cls, settings: Settings) -> Self:
        """Return the store that an installation's settings name; nothing is asked of it yet.

        Raises
        ------
        SetupError
            If the address is neither a folder nor S3.
        """
        address = urlsplit(settings.evidence_address)
        staging = settings.cache_dir / "incoming"
        with _answering():
            staging.mkdir(parents=True, exist_ok=True)
            if address.scheme == "file":
                folder = Path(unquote(address.path))
                return cls(LocalStore(folder, mkdir=True), staging=staging, folder=folder)
            if address.scheme == "s3":
                return cls(_s3(settings), staging=staging)
        message = f"GRIDGOV_EVIDENCE_URL must be file:///folder or s3://bucket, not {address.scheme}://."
        raise SetupError(message)

    @contextmanager
    def incoming(self) -> Iterator[BinaryIO]:
        """Yield an empty file on this machine's disk, gone when the block ends.

        Raises
        ------
        EvidenceUnavailableError
            If the disk is full.
        """
        with _answering(), tempfile.TemporaryFile(dir=self._staging) as file:
            yield file

    def keep(self, file: BinaryIO, sha256: bytes) -> None:
        """Keep a file under its hash, if it is not kept already."""
        name = _content(sha256)
        with _answering():
            size = file.seek(0, os.SEEK_END)
            if self._size(name) != size:
                self._put(name, file)

    def keep_part(self, of: UploadKey, number: int, sha256: bytes, file: BinaryIO) -> None:
        """Keep one part of an upload."""
        with _answering():
            self._put(_part(of, number, sha256), file)

    def parts(self, of: UploadKey, parts: list[tuple[int, bytes]]) -> Iterator[bytes]:
        """Yield the bytes of an upload's parts, each given by its number and hash, in that order.

        Raises
        ------
        NotFoundError
            If one of them is gone; `details` says which.
        """
        for number, sha256 in parts:
            try:
                yield from self._stream(_part(of, number, sha256), None)
            except NotFoundError as error:
                message = f"Part {number} is no longer there: send it again."
                raise NotFoundError(message, field="number", details=[{"number": number}]) from error

    def drop_part(self, of: UploadKey, number: int, sha256: bytes) -> None:
        """Remove a part that another has replaced."""
        with _answering(), _gone_is_gone():
            obstore.delete(self._store, _part(of, number, sha256))

    def drop_parts(self, of: UploadKey) -> None:
        """Remove all parts of an upload; nothing happens if there are none."""
        with _answering(), _gone_is_gone():
            for batch in obstore.list(self._store, prefix=_folder(of)):
                obstore.delete(self._store, [found["path"] for found in batch])

    def read(self, sha256: bytes, span: range | None = None) -> Iterator[bytes]:
        """Yield the bytes of a kept file, or those of `span` alone.

        Raises
        ------
        NotFoundError
            If it is not there.
        """
        return self._stream(_content(sha256), span)

    def hash_of(self, sha256: bytes) -> bytes | None:
        """Return the hash of what is really kept under a hash, or None where nothing is."""
        found = hashlib.sha256()
        try:
            for chunk in self.read(sha256):
                found.update(chunk)
        except NotFoundError:
            return None
        return found.digest()

    def _stream(self, name: str, span: range | None) -> Iterator[bytes]:
        with _answering():
            asked = obstore.get(self._store, name, options={"range": (span.start, span.stop)} if span else None)
            for chunk in asked.stream(min_chunk_size=_CHUNK):
                yield bytes(chunk)

    def _size(self, name: str) -> int | None:
        try:
            return obstore.head(self._store, name)["size"]
        except (FileNotFoundError, exceptions.NotFoundError):
            return None

    def _put(self, name: str, file: BinaryIO) -> None:
        file.seek(0)
        obstore.put(self._store, name, file)
        if self._folder is not None:
            _force(self._folder / name)


def _s3(settings: Settings) -> S3Store:
    endpoint = settings.evidence_endpoint
    config: S3Config = {"endpoint": endpoint} if endpoint else {}
    return S3Store.from_url(
        settings.evidence_address,
        config=config,
        # An own store in the same house, as MinIO is run, often has no certificate.
        client_options={"allow_http": bool(endpoint and endpoint.startswith("http://")), "timeout": _PATIENCE},
        retry_config={"max_retries": _RETRIES, "retry_timeout": _PATIENCE},
    )


def _content(sha256: bytes) -> str:
    name = sha256.hex()
    return f"sha256/{name[:2]}/{name[2:4]}/{name}"


def _part(of: UploadKey, number: int, sha256: bytes) -> str:
    return f"{_folder(of)}{number:05d}-{sha256.hex()}"


def _folder(of: UploadKey) -> str:
    return f"uploads/{of[0]}/{of[1]}/"


def _force(path: Path) -> None:
    """Force a file and its name to the disk: what is acknowledged must outlive a loss of power."""
    for name in (path, path.parent):
        descriptor = os.open(name, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def _gone_is_gone() -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, exceptions.NotFoundError):
        return


@contextmanager
def _answering() -> Iterator[None]:
    """Turn the words of a disk or a store that fails into ours."""
    try:
        yield
    except (FileNotFoundError, exceptions.NotFoundError) as error:
        message = "The file is not in the store of attachments: tell your administrator."
        raise NotFoundError(message) from error
    except (OSError, exceptions.BaseError) as error:
        full = "No space left" in str(error)
        why = "is full" if full else "does not answer"
        message = (
            f"The store of attachments {why}: nothing of this was stored, and what was sent before is still there."
        )
        raise EvidenceUnavailableError(message) from error
