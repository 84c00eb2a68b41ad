"""Workbooks (XLSX) as lines of cells, read in pieces and refused where they are traps."""

import codecs
import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final
from zlib import error as ZlibError  # noqa: N812 - it is a class

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from gridgov.errors import FileFormatError
from gridgov.formats.formulas import as_meant
from gridgov.formats.sheets import Cell, Dated, Line, Odd

TITLE_ROWS: Final = 10
"""Rows among which the headers are looked for: titles may stand above them."""

MOST_COLUMNS: Final = 64

_MOST_UNZIPPED_BYTES: Final = 64 * 1024**2
_MOST_PARTS: Final = 500
_LAST_ROW: Final = 200_000
_PIECE_BYTES: Final = 1024**2
_EXACT: Final = 10**15
_MERGED: Final = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]{1,3})([0-9]{1,7}):[A-Z]{1,3}([0-9]{1,7})"')
_DECLARED: Final = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_LONGEST_DECLARED: Final = 32
_ENCODED: Final = re.compile(rb"\s*<\?xml[^>]{0,200}encoding\s*=\s*[\"'](?!utf-8|us-ascii)", re.IGNORECASE)
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
# What a damaged or a forged workbook makes its reader stumble over.
_STUMBLES: Final = (
    *(InvalidFileException, zipfile.BadZipFile, ZlibError, OSError, RuntimeError),
    *(KeyError, ValueError, SyntaxError, TypeError, AttributeError, IndexError, EOFError),
)


@dataclass(frozen=True, slots=True)
class Merged:
    """Cells that were merged: the letters of their first column, their first and last row."""

    column: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Opened:
    """The sheet that was chosen of a workbook, to be read line by line while the workbook is open."""

    lines: Iterator[Line]
    merged: Sequence[Merged]


@contextmanager
def opened(content: bytes, *, rated: Callable[[Sequence[Cell]], int], wanted: str) -> Iterator[Opened]:
    """Give the sheet of a workbook whose headers are rated best.

    Parameters
    ----------
    rated
        Says how many of the headers that are wanted stand in a line; 0 in one that is none of them.
    wanted
        Which these are, for whoever sent another file.

    Raises
    ------
    FileFormatError
        If it is no workbook, a trap, larger than any register, or has no such sheet.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that say nothing of the cells
            _refuse_traps(archive)
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
            sheet = _chosen(book, rated, wanted)
            xml = archive.read(sheet._worksheet_path.lstrip("/"))  # noqa: SLF001 - openpyxl tells it nowhere else
            merged = [Merged(found[1].decode(), int(found[2]), int(found[3])) for found in _MERGED.finditer(xml)]
            yield Opened(_lines(sheet), merged)
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
    # What a part says of its size binds its reader: it reads no further.
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNZIPPED_BYTES:
        message = "The workbook unpacks to more than any register holds: copy the rows into a new workbook, or use CSV."
        raise FileFormatError(message, field="file")
    if any(_declares(archive, part) for part in parts):
        message = "The workbook declares entities, as none does that Excel or WPS wrote: save it anew there."
        raise FileFormatError(message, field="file")


def _declares(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Return whether a part declares entities, wherever, or is written in signs among which one would not see it.

    Which parts are read as XML is for the workbook itself to say, not for their names: all are looked at.
    """
    with archive.open(part) as file:
        before = b""
        while piece := file.read(_PIECE_BYTES):
            if not before and (piece.startswith(_WIDE) or _ENCODED.match(piece.removeprefix(codecs.BOM_UTF8))):
                return True
            if _DECLARED.search(before + piece):
                return True
            before = piece[-_LONGEST_DECLARED:]
    return False


def _chosen(book: Any, rated: Callable[[Sequence[Cell]], int], wanted: str) -> Any:
    scores = {}
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # what a file says of its own size need not be so
        top = [cells for _, (_, cells) in zip(range(TITLE_ROWS), _lines(sheet), strict=False)]
        scores[sheet.title] = max((rated(cells) for cells in top), default=0)
    best = max(scores, key=lambda name: scores[name], default=None)
    if best is None or not scores[best]:
        message = (
            f"No sheet has the headers of this table ({', '.join(map(str, list(scores)[:5]))}): "
            f"it needs {wanted}. GET the table as .xlsx for a template."
        )
        raise FileFormatError(message, field="file")
    return book[best]


def _lines(sheet: Any) -> Iterator[Line]:
    for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), start=1):
        if number > _LAST_ROW:
            message = f"The sheet goes on beyond row {_LAST_ROW:,}: delete the rows below the last one."
            raise FileFormatError(message, field="file")
        yield number, [_cell(cell) for cell in row]


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f" or not isinstance(value, str | bool | int | float | date | time):
        return Odd("This is a formula: copy the column and paste it as values.")
    if cell.data_type == "e":
        return Odd(f"This is an error of the spreadsheet ({value}): write the value itself.")
    return as_meant(value.strip()) if isinstance(value, str) else _said(value)


def _said(value: Any) -> Cell:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return Dated(value.isoformat(sep=" ") if value.time() != time() else value.date().isoformat())
    if isinstance(value, date | time):
        return Dated(value)
    if abs(value) >= _EXACT:
        return Odd(
            "This is a number of more than 15 digits, and a spreadsheet keeps no more: "
            "format the column as Text, and take the numbers anew from where they come."
        )
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
