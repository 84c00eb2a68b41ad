"""Sheets of known columns written as CSV and XLSX: every cell text, and none that a spreadsheet runs."""

import codecs
import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from gridgov.formats.formulas import disarmed
from gridgov.formats.sheets import Column

_TEXT = "@"
_WIDTH = 18


def sheet_csv(columns: Sequence[Column], rows: Iterable[Mapping[str, str]], *, language: str) -> bytes:
    """Return rows as CSV (RFC 4180) with the mark that lets Excel see UTF-8.

    Parameters
    ----------
    rows
        Texts by the names of columns.
    language
        zh or en: of the headers and of the words of choices.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([column.header(language) for column in columns])
    for row in rows:
        writer.writerow([disarmed(_shown(column, row.get(column.name, ""), language)) for column in columns])
    return codecs.BOM_UTF8 + file.getvalue().encode()


def sheet_xlsx(columns: Sequence[Column], rows: Iterable[Mapping[str, str]], *, language: str, title: str) -> bytes:
    """Return rows as a workbook of one sheet; all is text, because a spreadsheet keeps 15 digits of a number.

    Parameters
    ----------
    title
        The name of the sheet.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for number in range(1, len(columns) + 1):
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTH
    heads = [WriteOnlyCell(sheet, column.header(language)) for column in columns]
    for head in heads:
        head.font = Font(bold=True)
    sheet.append(heads)
    for row in rows:
        sheet.append([_cell(sheet, _shown(column, row.get(column.name, ""), language)) for column in columns])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _cell(sheet: object, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, None)
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", str(disarmed(text))) or None
    if cell.value is not None:
        cell.data_type = "s"
    cell.number_format = _TEXT
    return cell


def _shown(column: Column, value: str, language: str) -> str:
    words = column.words.get(value)
    if words is None:
        return value
    return words[0] if language == "zh" else words[1]
