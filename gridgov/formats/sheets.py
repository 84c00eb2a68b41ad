"""Registers as sheets: what their columns are, and what was read of one. Written harmless, read as if it were not.

`gridgov.formats.sheet_reading` reads CSV and, by `gridgov.formats.workbooks`, XLSX; `gridgov.formats.sheet_writing`
writes both.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

Kind = Literal["text", "code", "number", "moment", "day", "flag", "choice"]

MOST_ROWS: Final = 50_000
"""Rows of a sheet at most: more than any district has of anything."""

MOST_BYTES: Final = 16 * 1024**2
"""The largest file of a sheet: so many rows, with room for long texts in them."""


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
class Odd:
    """A cell that is no value, and why."""

    why: str


class Dated(str):
    """The text of a cell that a spreadsheet keeps as a date."""

    __slots__ = ()


Cell = str | Odd
Line = tuple[int, list[Cell]]
"""A row as it comes: its number in the sheet, counted from 1, and its cells."""
