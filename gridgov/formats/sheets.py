"""Registers as sheets: CSV and XLSX of known columns, written to be harmless and read as if they were not."""

import csv
import io
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Any, Final, Literal
from zlib import error as ZlibError  # noqa: N812 - it is a class

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from gridgov.errors import FileFormatError
from gridgov.formats.formulas import as_meant

Kind = Literal["text", "code", "number", "moment", "day", "flag", "choice"]

MOST_ROWS: Final = 50_000
_MOST_COLUMNS: Final = 64
_LONGEST_CELL: Final = 2_000
_MOST_UNZIPPED_BYTES: Final = 32 * 1024**2
_MOST_PARTS: Final = 500
_LAST_ROW: Final = 200_000
_TITLE_ROWS: Final = 10
_DELIMITERS: Final = (",", "\t", ";")
_FILLERS: Final = re.compile(r"[\s*_\-:.\u200b\ufeff]|\([^)]*\)")
_MERGED: Final = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]{1,3})([0-9]{1,7}):[A-Z]{1,3}([0-9]{1,7})"')
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
_ZIPPED: Final = b"PK"
# What a damaged or a forged workbook makes its reader stumble over.
_STUMBLES: Final = (
    *(InvalidFileException, zipfile.BadZipFile, ZlibError, OSError, RuntimeError),
    *(KeyError, ValueError, SyntaxError, TypeError, AttributeError, IndexError, EOFError),
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet.

    Attributes
    ----------
    words
        Of a choice: what each value is called in Chinese and in English.
    required
        Whether every file must have it.
    shown_only
        Whether it is written for people and read by nobody.
    """

    name: str
    zh: str
    en: str
    kind: Kind = "text"
    required: bool = True
    shown_only: bool = False
    words: Mapping[str, tuple[str, str]] = field(default_factory=lambda: MappingProxyType({}))

    def header(self, language: str) -> str:
        """Return what stands above it."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row as it stands in a sheet: its number there, counted from 1, and the texts of the columns it has."""

    number: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SheetFault:
    """What is wrong in a sheet: where, and what to do."""

    row: int
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was read: the columns that are there, the rows with anything in them, and what cannot be read."""

    columns: tuple[str, ...]
    rows: tuple[SheetRow, ...]
    faults: tuple[SheetFault, ...]


@dataclass(frozen=True, slots=True)
class _Odd:
    """A cell that is no value."""

    why: str


_Cells = tuple[int, list[str | _Odd]]


def read_sheet(content: bytes, columns: Sequence[Column]) -> Sheet:
    """Return the sheet of a CSV (UTF-8 with or without a mark, UTF-16 with one, GB18030) or of an XLSX workbook.

    Titles above the row of headers are passed over; headers are known by any of the column's names.

    Raises
    ------
    FileFormatError
        If it is no table of these columns all through, or larger than any register is.
    """
    if content[:4] == _OLD_EXCEL:
        message = "This is an old .xls workbook, or one with a password: save it as .xlsx without a password."
        raise FileFormatError(message, field="file")
    if content[:2] == _ZIPPED:
        return _of_workbook(content, columns)
    return _read(_csv_rows(content), columns)


def _csv_rows(content: bytes) -> Iterator[_Cells]:
    text = _decoded(content)
    first = text[:10_000].partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
            yield number, [as_meant(value.strip()) for value in row]
    except csv.Error as error:
        message = f"The file is no CSV all through ({error}): export it again as CSV or XLSX."
        raise FileFormatError(message, field="file") from error


def _decoded(content: bytes) -> str:
    codecs = ("utf-16",) if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig", "gb18030")
    for codec in codecs:
        try:
            text = content.decode(codec)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    message = "The file is neither an XLSX workbook nor text in UTF-8 or GB18030: save it as XLSX or as CSV in UTF-8."
    raise FileFormatError(message, field="file")


def _of_workbook(content: bytes, columns: Sequence[Column]) -> Sheet:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that say nothing of the cells
            _refuse_traps(archive)
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
            sheet = _chosen(book, columns)
            merged = _merged(archive.read(sheet._worksheet_path.lstrip("/")))  # noqa: SLF001 - openpyxl tells it nowhere else
            return _read(_workbook_rows(sheet), columns, merged)
    except FileFormatError:
        raise
    except _STUMBLES as error:
        message = (
            "The workbook is damaged, encrypted or none at all: open it in Excel or WPS and save it anew as .xlsx."
        )
        raise FileFormatError(message, field="file") from error


def _refuse_traps(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        message = "This archive is no XLSX workbook: send the .xlsx itself, or a CSV."
        raise FileFormatError(message, field="file")
    if any("vbaproject" in name.lower() for name in names):
        message = "The workbook holds macros: save it as .xlsx, which holds none."
        raise FileFormatError(message, field="file")
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNZIPPED_BYTES:
        message = "The workbook unpacks to more than any register holds: copy the rows into a new workbook, or use CSV."
        raise FileFormatError(message, field="file")
    for part in (one for one in parts if one.filename.endswith((".xml", ".rels"))):
        with archive.open(part) as file:
            head = file.read(1_024)
        if head[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"<!" in head.replace(b"<!--", b""):
            message = "The workbook declares entities, as none does that Excel or WPS wrote: save it anew there."
            raise FileFormatError(message, field="file")


def _chosen(book: Any, columns: Sequence[Column]) -> Any:
    """Return the sheet of a workbook whose headers are known best."""
    scores = {}
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # what a file says of its own size need not be so
        top = [cells for _, (_, cells) in zip(range(_TITLE_ROWS), _workbook_rows(sheet), strict=False)]
        scores[sheet.title] = max((len(_known(cells, columns)) for cells in top), default=0)
    best = max(scores, key=lambda name: scores[name], default=None)
    if best is None or not scores[best]:
        message = (
            f"No sheet has the headers of this table ({', '.join(map(str, list(scores)[:5]))}): "
            f"it needs {_wanted(columns)}. GET the table as .xlsx for a template."
        )
        raise FileFormatError(message, field="file")
    return book[best]


def _workbook_rows(sheet: Any) -> Iterator[_Cells]:
    for number, row in enumerate(sheet.iter_rows(max_col=_MOST_COLUMNS), start=1):
        if number > _LAST_ROW:
            message = f"The sheet goes on beyond row {_LAST_ROW:,}: delete the rows below the last one."
            raise FileFormatError(message, field="file")
        yield number, [_cell(cell) for cell in row]


def _cell(cell: Any) -> str | _Odd:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f" or not isinstance(value, str | bool | int | float | date | time):
        return _Odd("This is a formula: copy the column and paste it as values.")
    if cell.data_type == "e":
        return _Odd(f"This is an error of the spreadsheet ({value}): write the value itself.")
    return as_meant(value.strip()) if isinstance(value, str) else _said(value)


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ") if value.time() != time() else value.date().isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    return str(value)


def _merged(xml: bytes) -> list[tuple[str, int, int]]:
    return [(found[1].decode(), int(found[2]), int(found[3])) for found in _MERGED.finditer(xml)]


def _read(rows: Iterator[_Cells], columns: Sequence[Column], merged: Iterable[tuple[str, int, int]] = ()) -> Sheet:
    top: list[_Cells] = []
    for one in rows:
        top.append(one)
        if len(top) == _TITLE_ROWS:
            break
    head = max(range(len(top)), key=lambda place: len(_known(top[place][1], columns)), default=None)
    known = _known(top[head][1], columns) if head is not None else {}
    lacking = [c for c in columns if c.required and c.name not in known.values()]
    if head is None or lacking:
        found = (
            ", ".join(str(cell) for cell in top[head][1] if isinstance(cell, str) and cell)[:200]
            if top and head is not None
            else ""
        )
        message = f"The table lacks {_wanted(lacking or columns)}; its headers are {found or 'none'}."
        raise FileFormatError(message, field="file")
    faults = _odd_headers(top[head], known)
    faults += [
        SheetFault(max(first, top[head][0] + 1), letters, "Cells are merged here: split them and fill in each.")
        for letters, first, last in merged
        if last > top[head][0]
    ]
    names = {column.name: column.zh for column in columns}
    taken: list[SheetRow] = []
    for number, cells in _chained(top[head + 1 :], rows):
        if any(cells):
            taken.append(_row(number, cells, known, names, faults))
            faults += [_stray(number, place) for place in range(len(top[head][1]), len(cells)) if cells[place]]
        if len(taken) > MOST_ROWS:
            message = f"The table has more than {MOST_ROWS:,} rows: split it by street."
            raise FileFormatError(message, field="file")
    return Sheet(tuple(known.values()), tuple(taken), tuple(faults))


def _chained(first: Iterable[_Cells], rest: Iterator[_Cells]) -> Iterator[_Cells]:
    yield from first
    yield from rest


def _row(
    number: int, cells: list[str | _Odd], known: Mapping[int, str], names: Mapping[str, str], faults: list[SheetFault]
) -> SheetRow:
    values: dict[str, str] = {}
    for place, name in known.items():
        cell = cells[place] if place < len(cells) else ""
        if isinstance(cell, _Odd):
            faults.append(SheetFault(number, names[name], cell.why))
        elif len(cell) > _LONGEST_CELL:
            faults.append(SheetFault(number, names[name], f"The text is longer than {_LONGEST_CELL} characters."))
        values[name] = cell if isinstance(cell, str) else ""
    return SheetRow(number, values)


def _stray(number: int, place: int) -> SheetFault:
    return SheetFault(number, str(place + 1), "There is no header above this cell: is a comma too many before it?")


def _odd_headers(head: _Cells, known: Mapping[int, str]) -> list[SheetFault]:
    faults = []
    for place, cell in enumerate(head[1]):
        if cell and place not in known:
            said = cell if isinstance(cell, str) else cell.why
            message = f"This table has no column {said[:40]!r}, or has it twice: take it out, or correct the header."
            faults.append(SheetFault(head[0], said[:40], message))
    return faults


def _known(cells: Sequence[str | _Odd], columns: Sequence[Column]) -> dict[int, str]:
    """Return which of the columns stands where."""
    by_header = {_plain(said): column.name for column in columns for said in (column.zh, column.en, column.name)}
    found: dict[int, str] = {}
    for place, cell in enumerate(cells[:_MOST_COLUMNS]):
        name = by_header.get(_plain(cell)) if isinstance(cell, str) else None
        if name is not None and name not in found.values():
            found[place] = name
    return found


def _plain(header: str) -> str:
    return _FILLERS.sub("", unicodedata.normalize("NFKC", header[:200]).lower())


def _wanted(columns: Iterable[Column]) -> str:
    return ", ".join(f"{column.zh} ({column.en})" for column in columns if column.required)
