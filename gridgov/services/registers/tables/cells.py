"""The cells of registers' tables: what people write, and the one way in which it is compared, kept and written back."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Final

from gridgov.clock import SHANGHAI
from gridgov.codes import restore
from gridgov.errors import InputError
from gridgov.formats.sheets import Column

FLAG: Final = {"yes": ("是", "yes"), "no": ("否", "no")}
_FLAGS: Final = {"是": "yes", "有": "yes", "yes": "yes", "true": "yes", "1": "yes", "y": "yes"} | {
    "否": "no",
    "无": "no",
    "no": "no",
    "false": "no",
    "0": "no",
    "n": "no",
}
_STILL: Final = {"至今", "长期", "无", "-", "—"}
_DAY: Final = re.compile(
    r"([12][0-9]{3})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?"
    r"(?:[ T]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?)?([+-][0-9]{2}:[0-9]{2})?"
)
_SHORT_DAY: Final = re.compile(r"([12][0-9]{3})([0-9]{2})([0-9]{2})")
_SHORTENED: Final = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+[0-9]{2,3}")

Row = Mapping[str, str]
"""A row of a table: the texts of its cells, each in its canonical form, by the names of their columns."""


def canonical(column: Column, written: str) -> str:  # noqa: PLR0911 - one for each kind
    """Return a cell in the one way that it is compared in; nothing for a cell that is empty.

    Raises
    ------
    InputError
        If it is not what its column holds.
    """
    text = written.strip()
    if not text:
        return ""
    match column.kind:
        case "code":
            return restore(text)
        case "number":
            return number_text(_number(text))
        case "day":
            return _moment_of(text).date().isoformat()
        case "moment":
            return "" if text in _STILL else moment_text(_moment_of(text).astimezone(UTC))
        case "flag":
            return _flag(text)
        case "choice":
            return _choice(column, text)
        case _:
            return _text(text)


def number_text(value: float) -> str:
    """Return a number as it is written."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def moment_text(moment: datetime | None) -> str:
    """Return an instant as it is written in a sheet: Shanghai's time, a bare day where it is midnight."""
    if moment is None:
        return ""
    there = moment.astimezone(SHANGHAI)
    plain = there.replace(tzinfo=None)
    text = plain.date().isoformat() if plain.time() == time() else plain.isoformat(sep=" ")
    # In the hour that came twice when daylight saving ended, only the offset tells which it was.
    return text if plain.replace(tzinfo=SHANGHAI).astimezone(UTC) == moment else there.isoformat(sep=" ")


def moment_in(text: str) -> datetime | None:
    """Return the instant of a canonical text, in UTC; None of an empty one."""
    return _moment_of(text).astimezone(UTC) if text else None


def said(row: Row, name: str) -> str:
    """Return what stands in a cell that must be filled in.

    Raises
    ------
    InputError
        If nothing does.
    """
    if not row[name]:
        message = "There is nothing here: fill it in."
        raise InputError(message, field=name)
    return row[name]


def whole_number(row: Row, name: str, least: float, most: float) -> int:
    """Return the whole number in a cell.

    Raises
    ------
    InputError
        If there is none, or none from `least` to `most`.
    """
    value = float(said(row, name))
    if not value.is_integer() or not least <= value <= most:
        message = f"{row[name]} is no whole number from {least:g} to {most:g}."
        raise InputError(message, field=name)
    return int(value)


def is_yes(row: Row, name: str) -> bool:
    """Return whether a flag says yes."""
    return said(row, name) == "yes"


def flag(*, yes: bool) -> str:
    """Return a flag as it is compared and kept."""
    return "yes" if yes else "no"


def codes_in(text: str) -> list[str]:
    """Return the codes in one cell, whatever divides them."""
    for mark in "；，,、\n":
        text = text.replace(mark, ";")
    return [part.strip() for part in text.split(";") if part.strip()]


def _text(text: str) -> str:
    if _SHORTENED.fullmatch(text):
        message = (
            f"{text} is a long number that a spreadsheet has shortened, and its digits are lost: "
            "format the column as Text, and take the numbers anew from where they come."
        )
        raise InputError(message)
    return text


def _moment_of(text: str) -> datetime:
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _DAY.fullmatch(plain)
    short = _SHORT_DAY.fullmatch(plain)
    try:
        if short:
            return datetime.combine(date(*(int(part) for part in short.groups())), time(), SHANGHAI)
        if found:
            year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
            micro = int((found[7] or "0").ljust(6, "0"))
            local = datetime(year, month, day, hour, minute, second, micro, tzinfo=SHANGHAI)
            if found[8]:
                return datetime.fromisoformat(local.replace(tzinfo=None).isoformat() + found[8]).astimezone(SHANGHAI)
            return local
    except (ValueError, OverflowError) as error:
        message = f"{text[:40]!r} is no day of the calendar: write it like 2026-06-15."
        raise InputError(message) from error
    message = (
        f"{text[:40]!r} is no day: write it like 2026-06-15, 2026/6/15 or 2026年6月15日, with the whole year first."
    )
    raise InputError(message)


def _number(text: str) -> float:
    try:
        value = float(unicodedata.normalize("NFKC", text))
    except ValueError as error:
        message = f"{text[:40]!r} is no number."
        raise InputError(message) from error
    if not -1e9 < value < 1e9:
        message = f"{text[:40]!r} is no number that belongs here."
        raise InputError(message)
    return value


def _flag(text: str) -> str:
    found = _FLAGS.get(unicodedata.normalize("NFKC", text).lower())
    if found is None:
        message = f"{text[:40]!r} is neither 是 nor 否 (yes, no)."
        raise InputError(message)
    return found


def _choice(column: Column, text: str) -> str:
    plain = text.lower()
    for code, (zh, en) in column.words.items():
        if plain in {code.lower(), zh.lower(), en.lower()}:
            return code
    known = ", ".join(f"{zh} ({code})" for code, (zh, _) in column.words.items())
    message = f"{text[:40]!r} is none of {known}."
    raise InputError(message)
