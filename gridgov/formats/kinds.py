"""What a file is, judged by its first bytes, not by its name alone."""

import zipfile
from pathlib import Path
from typing import Final

from gridgov.errors import FileFormatError
from gridgov.formats.geopackages import require_plain

SUFFIXES: Final = {
    ".gpkg": "GeoPackage",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".shp": "Shapefile",
    ".gdb": "File Geodatabase",
    ".parquet": "GeoParquet",
    ".geoparquet": "GeoParquet",
    ".csv": "CSV",
    ".tsv": "CSV",
    ".txt": "CSV",
    ".xlsx": "XLSX",
    ".xlsm": "XLSX",
    ".zip": "ZIP",
}
"""Suffix -> what it promises."""

_MAGIC: Final = (
    (b"SQLite format 3\x00", "GeoPackage"),
    (b"PAR1", "GeoParquet"),
    (b"\x00\x00\x27\x0a", "Shapefile"),
    (b"PK\x03\x04", "ZIP"),
    (b"PK\x05\x06", "ZIP"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook of before 2007 (.xls)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"%PDF", "a PDF"),
    (b"AC10", "an AutoCAD drawing"),
    (b"<", "XML or HTML"),
)
_CHOICES: Final = "GeoPackage, GeoJSON, Shapefile, File Geodatabase, GeoParquet, CSV or XLSX"
MOST_BYTES: Final = 4 * 1024**3
"""The largest file read in one piece."""


def kind_of(path: Path, *, most_bytes: int | None = MOST_BYTES) -> str:
    """Return what a file is: a value of `SUFFIXES`.

    Parameters
    ----------
    path
        A file, or the folder of a File Geodatabase.
    most_bytes
        The largest size accepted, None for any.

    Raises
    ------
    FileFormatError
        If it is missing, empty, too large, of an unknown kind, or not what its name says.
    """
    promised = SUFFIXES.get(path.suffix.lower())
    if path.is_dir():
        return _folder_kind(path, promised)
    size = _size(path)
    if not size:
        raise refused(path, "is empty: export it again")
    if most_bytes is not None and size > most_bytes:
        raise refused(path, f"is {size / 1e9:.1f} GB large: read it in pieces (gridgov locate does) or split it")
    if promised is None:
        raise refused(path, f"has a name that says nothing about its kind: give a {_CHOICES}")
    found = _found(path)
    if found != promised:
        raise refused(path, f"is named like a {promised} but holds {found}: rename it or export it again")
    if promised == "GeoPackage":
        require_plain(path)
    return promised


def refused(path: Path, why: str) -> FileFormatError:
    """Return the error that says which file cannot be read and why."""
    return FileFormatError(f"{path.name} {why}.", field="file")


def _folder_kind(path: Path, promised: str | None) -> str:
    if promised == "File Geodatabase" and any(path.glob("*.gdbtable")):
        return promised
    raise refused(path, f"is a folder and no File Geodatabase: give a {_CHOICES}")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise refused(path, f"cannot be opened ({error.strerror}): check the path and the rights") from error


def _found(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(4096)
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return _zipped_kind(path) if kind == "ZIP" else kind
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "CSV"
    if b"\x00" in head:
        return "binary data of an unknown kind"
    return "GeoJSON" if text.startswith((b"{", b"[")) else "CSV"


def _zipped_kind(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            return "XLSX" if "xl/workbook.xml" in archive.namelist() else "ZIP"
    except zipfile.BadZipFile as error:
        raise refused(path, "is cut off or damaged: export or copy it again") from error
