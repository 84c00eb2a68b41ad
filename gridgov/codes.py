"""Codes of areas and cells: digits as text, each level longer by its own part than the level above it.

========= ====== ============================================ ===================
level     digits made of                                       example
========= ====== ============================================ ===================
city      6      GB/T 2260, the last two digits 00             ``370100``
district  6      GB/T 2260                                     ``370102``
street    9      district + 3 (GB/T 10114)                     ``370102001``
community 12     street + 3 (statistical division codes)       ``370102001002``
cell      15     community + 3                                 ``370102001002001``
========= ====== ============================================ ===================

A part below the district counts from 001: ``370102000000`` is the long way to write the *district*, no community.
A six-digit code that ends in 00 may also stand directly above streets (Dongguan, 441900, has no districts), so
`district_code` accepts it and `level` calls it a city.

Spreadsheets damage codes. What can be restored for sure is restored, everything else is refused with the way out:

- restored: surrounding blanks and invisible marks, a leading apostrophe, full-width digits, ``370102001002001.0``,
  whole numbers, 64-bit floats that hold every digit (15 digits fit into 53 bits), scientific notation that still shows
  every digit (``3.70102001002001E+14``);
- refused: scientific notation with fewer digits than the code (``3.70102E+14``: 370102000000000 is a guess), 32-bit
  floats, a part of 000 where a spreadsheet filled up with zeros, fractions, and anything that is not digits.
"""

import math
import re
from collections.abc import Iterable
from decimal import Decimal
from numbers import Integral
from typing import Any, Final

from gridgov.errors import CodeError

LENGTHS: Final = {"city": 6, "district": 6, "street": 9, "community": 12, "cell": 15}
"""Digits of a code, by level."""

LEVELS: Final = tuple(LENGTHS)
"""Levels from the widest to the narrowest."""

_LEVEL_OF_LENGTH: Final = {length: level for level, length in LENGTHS.items()}
_INVISIBLE: Final = " \t\r\n\v\f\u00a0\u3000\u200b\u200c\u200d\u2060\ufeff"
_APOSTROPHES: Final = "'`\u2018\u2019\uff07"
_NARROW: Final = str.maketrans("０１２３４５６７８９\uff0e\uff0b\uff25\uff45", "0123456789.+Ee")
_SCIENTIFIC: Final = re.compile(r"([0-9])(?:[.,]([0-9]*))?[Ee]\+?([0-9]{1,3})")
_WHOLE: Final = re.compile(r"([0-9]+)\.0*")
_DIGITS: Final = re.compile(r"[0-9]+")
_LONGEST_TEXT: Final = 64
_EXACT_FLOAT: Final = 2**53

_AS_TEXT: Final = (
    "Take the codes anew from the source and keep them as text: in Excel format the column as Text before filling it, "
    "open a CSV by Data > From Text/CSV with the column type Text, and export as CSV or XLSX from there."
)


def restore(value: object) -> str:
    """Return the digits that `value` surely stands for, undoing what spreadsheets do to codes.

    Parameters
    ----------
    value
        A cell of a table: text, a whole number, a float, a decimal.

    Returns
    -------
    str
        ASCII digits of any length; `cell_code` and its siblings check the length.

    Raises
    ------
    CodeError
        If nothing is there, if digits were lost, or if it is no number at all.
    """
    if isinstance(value, str):
        return _restore_text(value)
    if isinstance(value, bool) or value is None:
        raise _missing(value)
    if isinstance(value, Integral):
        return _restore_text(str(int(value)))
    if isinstance(value, Decimal):
        return _restore_text(format(value, "f")) if value.is_finite() else _fail_missing(value)
    if isinstance(value, float):  # numpy.float64 is one, numpy.float32 is not
        return _restore_float(value)
    if getattr(getattr(value, "dtype", None), "kind", "") == "f":
        raise _lost(value, "a 32-bit number keeps 7 digits")
    raise _missing(value)


def district_code(value: object) -> str:
    """Return the six-digit code of a district (or of a city that has no districts) or raise CodeError."""
    return _code(value, "district")


def city_code(value: object) -> str:
    """Return the six-digit code of a city, which ends in 00, or raise CodeError."""
    code = _code(value, "city")
    if not code.endswith("00"):
        message = f"{code} is not the code of a city: a city's code ends in 00. Did you mean {code[:4]}00?"
        raise CodeError(message, field="code")
    return code


def street_code(value: object) -> str:
    """Return the nine-digit code of a street or raise CodeError."""
    return _code(value, "street")


def community_code(value: object) -> str:
    """Return the twelve-digit code of a community or raise CodeError."""
    return _code(value, "community")


def cell_code(value: object) -> str:
    """Return the fifteen-digit code of a cell or raise CodeError, restoring what can be restored (`restore`)."""
    return _code(value, "cell")


def area_code(value: object) -> str:
    """Return the code of a district, street, community or cell, whichever its length says, or raise CodeError."""
    digits = restore(value)
    return _code(digits, level(digits))


def level(code: str) -> str:
    """Return the level that the length of `code` says: one of `LEVELS`.

    Raises
    ------
    CodeError
        If no level has codes of this length.
    """
    found = _LEVEL_OF_LENGTH.get(len(code))
    if found is None:
        message = (
            f"A code of {len(code)} digits belongs to no level: "
            "districts have 6, streets 9, communities 12 and cells 15 digits."
        )
        raise CodeError(message, field="code")
    return "city" if found == "district" and code.endswith("00") else found


def parent(code: str) -> str | None:
    """Return the code of the area directly above, None above a city.

    The parent that the digits name; after a change of borders the register may say otherwise, and the register wins.
    """
    match level(code):
        case "city":
            return None
        case "district":
            return f"{code[:4]}00"
        case _:
            return code[:-3]


def ancestor(code: str, wanted: str) -> str:
    """Return the code of the area of level `wanted` ("district", "street", "community") that `code` lies in.

    Raises
    ------
    CodeError
        If `code` stands above that level.
    """
    length = LENGTHS[wanted]
    if len(code) < length:
        message = f"{code} is the code of a {level(code)}: no {wanted} can be read from it."
        raise CodeError(message, field="code")
    return f"{code[:4]}00" if wanted == "city" else code[:length]


def read_codes(values: Iterable[object], wanted: str) -> tuple[list[str | None], list[CodeError | None]]:
    """Read a whole column: one code or None per value, and beside it one error or None per value.

    Parameters
    ----------
    values
        The column as read from a file.
    wanted
        The level, one of `LEVELS`.
    """
    codes: list[str | None] = []
    errors: list[CodeError | None] = []
    for value in values:
        try:
            codes.append(_code(value, wanted))
            errors.append(None)
        except CodeError as error:
            codes.append(None)
            errors.append(error)
    return codes, errors


def _code(value: object, wanted: str) -> str:
    digits = restore(value)
    if len(digits) != LENGTHS[wanted]:
        raise _wrong_length(digits, wanted)
    if digits[0] in "09":
        message = (
            f"{digits} starts with {digits[0]}: no province has such a code in GB/T 2260. Look it up at the source."
        )
        raise CodeError(message, field="code")
    if digits[2:6] == "0000":
        message = f"{digits} names a province, not a {wanted}. Give the district's own six digits first."
        raise CodeError(message, field="code")
    _refuse_filled_up(value, digits, wanted)
    return digits


def _refuse_filled_up(value: object, digits: str, wanted: str) -> None:
    parts = [digits[start : start + 3] for start in range(6, len(digits), 3)]
    if "000" not in parts:
        return
    if digits[6:] == "0" * (len(digits) - 6) or wanted == "cell":
        raise _lost(value, "the parts below the district count from 001, so these zeros stand for digits that are gone")
    message = f"{digits} has a part of 000, which is the longer way to write the code of the area above the {wanted}."
    raise CodeError(message, field="code")


def _restore_text(text: str) -> str:
    if len(text) > _LONGEST_TEXT:
        message = f"The code is {len(text)} characters long and starts with {text[:20]!r}; a code has 6 to 15 digits."
        raise CodeError(message, field="code")
    bare = text.strip(_INVISIBLE).translate(_NARROW).lstrip(_APOSTROPHES).strip(_INVISIBLE)
    if not bare or bare.lower() in {"nan", "none", "null", "<na>"}:
        raise _missing(text)
    if _DIGITS.fullmatch(bare):
        return bare
    if whole := _WHOLE.fullmatch(bare):
        return whole[1]
    if scientific := _SCIENTIFIC.fullmatch(bare):
        return _restore_scientific(text, scientific)
    message = f"{text!r} is not a code: a code has digits only. Correct it at the source."
    raise CodeError(message, field="code")


def _restore_scientific(text: str, match: re.Match[str]) -> str:
    shown = match[1] + (match[2] or "")
    # Fewer digits shown than the number has: the rest was rounded away, even if it was rounded to zeros.
    if len(shown) != int(match[3]) + 1:
        raise _lost(text, f"only {len(shown)} of {int(match[3]) + 1} digits are left")
    return shown


def _restore_float(number: float) -> str:
    if math.isnan(number):
        return _fail_missing(number)
    if not number.is_integer() or not 0 < number < _EXACT_FLOAT:
        raise _lost(number, "this number is not whole, or too large to hold every digit")
    return str(int(number))


def _fail_missing(value: object) -> str:
    raise _missing(value)


def _missing(value: object) -> CodeError:
    return CodeError(f"There is no code here ({_shown(value)}). Fill it in, or number the cells anew.", field="code")


def _lost(value: object, why: str) -> CodeError:
    return CodeError(f"The code {_shown(value)} was damaged by a spreadsheet: {why}. {_AS_TEXT}", field="code")


def _wrong_length(digits: str, wanted: str) -> CodeError:
    length = LENGTHS[wanted]
    fits = _LEVEL_OF_LENGTH.get(len(digits))
    message = f"{digits} has {len(digits)} digits; the code of a {wanted} has {length}. Correct it at the source."
    if fits:
        message = (
            f"{digits} has {len(digits)} digits; the code of a {wanted} has {length}. "
            f"It has the length of a {fits}'s code: is the column the right one?"
        )
    return CodeError(message, field="code")


def _shown(value: Any) -> str:
    text = repr(value) if not hasattr(value, "dtype") else str(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
