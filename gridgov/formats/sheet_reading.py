"""Sheets read: CSV and XLSX of known columns, as people send them."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from gridgov.errors import FileFormatError
from gridgov.formats.formulas import as_meant
from gridgov.formats.sheets import MOST_BYTES, MOST_ROWS, Cell, Column, Dated, Line, Odd, Sheet, SheetFault, SheetRow
from gridgov.formats.workbooks import MOST_COLUMNS, TITLE_ROWS, Merged, opened

_LONGEST_CELL: Final = 2_000
_DELIMITERS: Final = (",", "\t", ";")
_FILLERS: Final = re.compile(r"[\s*_\-:.\u200b\ufeff]|\([^)]*\)")
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
_ZIPPED: Final = b"PK"
_OF_TIME: Final = frozenset({"moment", "day"})


def read_sheet(content: bytes, columns: Sequence[Column]) -> Sheet:
    """Return the sheet of a CSV (UTF-8 with or without a mark, UTF-16 with one, GB18030) or of an XLSX workbook.

    Titles above the row of headers are passed over; headers are known by any of the column's names.

    Raises
    ------
    FileFormatError
        If it is no table of these columns all through, or larger than any register is.
    """
    if len(content) > MOST_BYTES:
        message = f"The file is larger than {MOST_BYTES // 1024**2} MB, more than any register: split it by street."
        raise FileFormatError(message, field="file")
    if content[:4] == _OLD_EXCEL:
        message = "This is an old .xls workbook, or one with a password: save it as .xlsx without a password."
        raise FileFormatError(message, field="file")
    if content[:2] == _ZIPPED:
        with opened(content, rated=lambda cells: len(_known(cells, columns)), wanted=_wanted(columns)) as book:
            return _read(book.lines, columns, book.merged)
    return _read(_csv_lines(content), columns)


def _csv_lines(content: bytes) -> Iterator[Line]:
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
            return text.removeprefix("\ufeff")  # GB18030 has a mark as well
    message = "The file is neither an XLSX workbook nor text in UTF-8 or GB18030: save it as XLSX or as CSV in UTF-8."
    raise FileFormatError(message, field="file")


def _read(rows: Iterator[Line], columns: Sequence[Column], merged: Iterable[Merged] = ()) -> Sheet:
    top: list[Line] = []
    for one in rows:
        top.append(one)
        if len(top) == TITLE_ROWS:
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
        SheetFault(max(one.first, top[head][0] + 1), one.column, "Cells are merged here: split them and fill in each.")
        for one in merged
        if one.last > top[head][0]
    ]
    here = {place: column for place, name in known.items() for column in columns if column.name == name}
    taken: list[SheetRow] = []
    for number, cells in _chained(top[head + 1 :], rows):
        if any(cells):
            taken.append(_row(number, cells, here, faults))
            faults += [_stray(number, place) for place in range(len(top[head][1]), len(cells)) if cells[place]]
        if len(taken) > MOST_ROWS:
            message = f"The table has more than {MOST_ROWS:,} rows: split it by street."
            raise FileFormatError(message, field="file")
    return Sheet(tuple(known.values()), tuple(taken), tuple(faults))


def _chained(first: Iterable[Line], rest: Iterator[Line]) -> Iterator[Line]:
    yield from first
    yield from rest


def _row(number: int, cells: list[Cell], here: Mapping[int, Column], faults: list[SheetFault]) -> SheetRow:
    values: dict[str, str] = {}
    for place, column in here.items():
        cell = cells[place] if place < len(cells) else ""
        why = _fault(cell, column)
        if why is not None:
            faults.append(SheetFault(number, column.zh, why))
        values[column.name] = str(cell) if isinstance(cell, str) else ""
    return SheetRow(number, values)


def _fault(cell: Cell, column: Column) -> str | None:
    """Return what is wrong with a cell, whatever its column makes of it."""
    if isinstance(cell, Odd):
        return cell.why
    if isinstance(cell, Dated) and column.kind not in _OF_TIME and not column.shown_only:
        return f"A spreadsheet has made a date of this ({cell}): format the column as Text, and write it anew."
    return f"The text is longer than {_LONGEST_CELL} characters." if len(cell) > _LONGEST_CELL else None


def _stray(number: int, place: int) -> SheetFault:
    return SheetFault(number, str(place + 1), "There is no header above this cell: is a comma too many before it?")


def _odd_headers(head: Line, known: Mapping[int, str]) -> list[SheetFault]:
    faults = []
    for place, cell in enumerate(head[1]):
        if cell and place not in known:
            said = cell if isinstance(cell, str) else cell.why
            message = f"This table has no column {said[:40]!r}, or has it twice: take it out, or correct the header."
            faults.append(SheetFault(head[0], said[:40], message))
    return faults


def _known(cells: Sequence[Cell], columns: Sequence[Column]) -> dict[int, str]:
    """Return which of the columns stands where."""
    by_header = {_plain(said): column.name for column in columns for said in (column.zh, column.en, column.name)}
    found: dict[int, str] = {}
    for place, cell in enumerate(cells[:MOST_COLUMNS]):
        name = by_header.get(_plain(cell)) if isinstance(cell, str) else None
        if name is not None and name not in found.values():
            found[place] = name
    return found


def _plain(header: str) -> str:
    return _FILLERS.sub("", unicodedata.normalize("NFKC", header[:200]).lower())


def _wanted(columns: Iterable[Column]) -> str:
    return ", ".join(f"{column.zh} ({column.en})" for column in columns if column.required)
