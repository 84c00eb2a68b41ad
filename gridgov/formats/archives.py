"""A ZIP that carries one Shapefile, File Geodatabase or other layer file: unpacked aside, read, removed."""

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gridgov.formats.kinds import SUFFIXES, refused

_MOST_BYTES: Final = 4 * 1024**3
_CARRIERS: Final = frozenset(SUFFIXES) - {".zip", ".txt", ".json", ".tsv"}


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Give the one readable file or folder in an archive, in a temporary folder.

    Raises
    ------
    FileFormatError
        If the archive is damaged, too large, points outside itself, or holds none or several such files.
    """
    with tempfile.TemporaryDirectory(prefix="gridgov-") as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                _refuse_traps(path, archive)
                archive.extractall(folder)
        except (zipfile.BadZipFile, RuntimeError, OSError) as error:  # RuntimeError: encrypted, or packed unknown
            raise refused(path, "is a damaged or encrypted archive: pack it again") from error
        yield _only(path, Path(folder))


def _refuse_traps(path: Path, archive: zipfile.ZipFile) -> None:
    items = archive.infolist()
    if sum(item.file_size for item in items) > _MOST_BYTES:
        raise refused(path, "unpacks to more than 4 GB: split it")
    if any(Path(item.filename).is_absolute() or ".." in Path(item.filename).parts for item in items):
        raise refused(path, "holds names that lead outside of it: pack it again")


def _only(path: Path, folder: Path) -> Path:
    databases = [item for item in folder.rglob("*.gdb") if item.is_dir()]
    inside = {file for database in databases for file in database.rglob("*")}
    files = [file for file in folder.rglob("*") if file.is_file() and file.suffix.lower() in _CARRIERS]
    found = sorted({*databases, *(file for file in files if file not in inside)})
    if len(found) != 1:
        names = ", ".join(item.name for item in found[:5]) or "none"
        raise refused(path, f"must hold exactly one layer file, it holds {names}: pack one, with all its parts")
    return found[0]
