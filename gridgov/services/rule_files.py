"""Rules from files: years of the calendar, and responsibility lists, as CSV in UTF-8 or GB18030."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gridgov.errors import FileFormatError
from gridgov.formats.encodings import text_encoding
from gridgov.matters import Matter, Responsibility
from gridgov.services.registering import matters_of, responsibilities_of
from gridgov.worktime import CalendarYear
from gridgov.worktime.published import COLUMNS, years_of

if TYPE_CHECKING:
    import pandas as pd

_MOST_BYTES = 16 * 1024**2


def years_from(path: Path) -> Sequence[CalendarYear]:
    """Return the years of a CSV with the columns day, kind (holiday or work), name, source.

    Raises
    ------
    FileFormatError
        If it is no such table.
    InputError
        If its years cannot have been published so.
    """
    rows = _rows(path)
    missing = [name for name in COLUMNS if name not in rows[0]]
    if missing:
        message = f"{path.name} lacks the column {missing[0]}: the calendar has {', '.join(COLUMNS)}."
        raise FileFormatError(message, field=missing[0])
    return years_of(rows)


def list_from(matters: Path, responsibilities: Path) -> tuple[list[Matter], list[Responsibility]]:
    """Return the responsibility list of two CSVs; their columns are those of `matters_of` and `responsibilities_of`.

    Raises
    ------
    FileFormatError
        If one is no table.
    InputError
        If a column is missing or a cell is not what its column holds.
    """
    return matters_of(_frame(matters)), responsibilities_of(_frame(responsibilities))


def _frame(path: Path) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415 - slow to load: only where it is used

    return pd.DataFrame(_rows(path), dtype=str)


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        size = path.stat().st_size
        if size > _MOST_BYTES:
            message = f"{path.name} is {size / 1e6:,.0f} MB large: rules are tables of a few hundred rows."
            raise FileFormatError(message)
        with path.open(encoding=text_encoding(path), newline="") as file:
            rows = [_row(path, number, row) for number, row in enumerate(csv.DictReader(file), start=2)]
    except OSError as error:
        message = f"{path} cannot be read ({error.strerror}): check its name."
        raise FileFormatError(message) from error
    except (UnicodeDecodeError, csv.Error) as error:
        message = f"{path.name} is no CSV all through: save it as CSV in UTF-8."
        raise FileFormatError(message) from error
    if not rows:
        message = f"{path.name} has no rows below its headers."
        raise FileFormatError(message)
    return rows


def _row(path: Path, number: int, row: dict[str | None, str | list[str] | None]) -> dict[str, str]:
    # DictReader puts fields beyond the headers under None, and None where a row ends early.
    if None in row or None in row.values():
        message = f"{path.name}, line {number}: it has more or fewer fields than there are headers."
        raise FileFormatError(message)
    return {str(name).strip(): str(value).strip() for name, value in row.items()}
