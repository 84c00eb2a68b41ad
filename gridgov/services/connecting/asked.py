"""What a person may ask with, read at the door: times, codes and words, each refused in words of its own."""

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from numbers import Real
from typing import Any, Final
from uuid import UUID

from gridgov import codes
from gridgov.clock import instant
from gridgov.errors import InputError, NotAuthenticatedError, NotFoundError
from gridgov.incidents import Placement, Stage
from gridgov.services.looking import Filter
from gridgov.store.unit import Unit

Moment = datetime | str
"""A time with its offset: a `datetime`, a `pandas.Timestamp`, or text like ``"2026-12-01T00:00:00+08:00"``."""

_LIKE: Final = 'write it like "2026-12-01T00:00:00+08:00"'
_WORDS: Final[dict[str, type[StrEnum]]] = {"stage": Stage, "placement": Placement}
_CODES: Final = {
    "district_code": codes.district_code,
    "street_code": codes.street_code,
    "cell_code": codes.cell_code,
}
_WEIGHTS: Final = ("households", "incidents", "area_m2")
_TEXTS: Final = ("matter", "handling_organisation", "number")


def moment(given: Moment, *, field: str) -> datetime:
    """Return a time in UTC.

    Raises
    ------
    InputError
        If it is no time, has no offset, lies beyond the calendar, or was left out when clocks were put forward.
    """
    said = _from_text(given, field) if isinstance(given, str) else given
    if not isinstance(said, datetime) or said != said:  # noqa: PLR0124 - pandas's missing time is not itself
        message = f"{given!r} is no moment: {_LIKE}, or leave `{field}` out for now."
        raise InputError(message, field=field)
    # pandas hands out times of its own, which the database would not know.
    plain: datetime = said.to_pydatetime(warn=False) if hasattr(said, "to_pydatetime") else said
    if plain.tzinfo is None or plain.utcoffset() is None:
        message = f"The time {plain.isoformat()} has no offset, so that it is not clear which moment it is: {_LIKE}."
        raise InputError(message, field=field)
    found = instant(plain, field=field)
    _require_on_clocks(plain, found, field)
    return found


def _from_text(said: str, field: str) -> datetime:
    try:
        return datetime.fromisoformat(said.strip())
    except ValueError as error:
        message = f"{said!r} is no moment of the calendar: {_LIKE}."
        raise InputError(message, field=field) from error


def _require_on_clocks(said: datetime, found: datetime, field: str) -> None:
    try:
        shown = found.astimezone(said.tzinfo).replace(tzinfo=None, fold=0)
    except OverflowError:
        return
    if shown != said.replace(tzinfo=None, fold=0):
        message = (
            f"No clock ever showed {said.isoformat()}: clocks were put forward there. "
            f"Give a time of before or after, as {found.astimezone(said.tzinfo).isoformat()}."
        )
        raise InputError(message, field=field)


def which_incidents(asked: Mapping[str, Any], *, since: Moment | None, until: Moment | None) -> Filter:
    """Return which incidents are asked for.

    Raises
    ------
    InputError
        If something else is asked for, a code or word is none, or the period ends before it begins.
    """
    fields = [name for name in Filter.__dataclass_fields__ if name not in {"since", "until"}]
    unknown = sorted(set(asked) - set(fields))
    if unknown:
        message = f"Incidents are not asked for by {', '.join(unknown)}, but by since, until, {', '.join(fields)}."
        raise InputError(message, field=unknown[0])
    first = None if since is None else moment(since, field="since")
    last = None if until is None else moment(until, field="until")
    if first and last and last <= first:
        message = "`until` is not later than `since`, so that nothing lies between them: give the earlier time first."
        raise InputError(message, field="until")
    read = {name: _value(name, value) for name, value in asked.items() if value is not None}
    return Filter(since=first, until=last, **read)


def _value(name: str, value: Any) -> Any:
    if name in _CODES:
        return _CODES[name](value)
    if name in _WORDS:
        known = [str(one) for one in _WORDS[name]]
        if value not in known:
            message = f"There is no {name} {value!r}: it is one of {', '.join(known)}."
            raise InputError(message, field=name)
        return str(value)
    if name in _TEXTS and (not isinstance(value, str) or not value.strip() or "\0" in value):
        message = f"`{name}` is asked for by text, not by {value!r}."
        raise InputError(message, field=name)
    return value


def parts_of(weight: str | Mapping[str, float]) -> dict[str, float]:
    """Return the parts of a load.

    Raises
    ------
    InputError
        If there is no such weight, or a part is not above zero.
    """
    parts = {weight: 1.0} if isinstance(weight, str) else dict(weight) if isinstance(weight, Mapping) else {}
    wrong = [str(name) for name, part in parts.items() if name not in _WEIGHTS or not _above_zero(part)]
    if wrong or not parts:
        message = f"Give weights among {', '.join(_WEIGHTS)}, each above zero; not {', '.join(wrong) or 'none'}."
        raise InputError(message, field="weight")
    return parts


def _above_zero(part: Any) -> bool:
    return isinstance(part, Real) and 0 < float(part) < math.inf


def at_most(count: Any) -> int:
    """Return how many rows are wanted at most.

    Raises
    ------
    InputError
        If that is no number of rows.
    """
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        message = f"`most` is a number of rows, 1 or more, not {count!r}."
        raise InputError(message, field="most")
    return count


def require_all(count: int, most: int, what: str) -> None:
    """Refuse to leave rows out silently.

    Raises
    ------
    InputError
        If there are more than were wanted.
    """
    if count > most:
        message = f"There are more than {most:,} {what}: ask for a shorter time, or for `most=` more."
        raise InputError(message, field="most")


def require_place(unit: Unit, code: str | None, *, at: Iterable[datetime], field: str) -> None:
    """Refuse the code of a place that there is not, so that a slip of the finger does not look like quiet.

    Raises
    ------
    InputError
        If there is no such district, street, community or cell at any of the moments.
    """
    if code is None or any(unit.areas.names([code], at=one) or unit.cells.names([code], at=one) for one in at):
        return
    level = codes.level(code)
    listed = "gov.cells()" if level == "cell" else f'gov.areas("{level}")'
    message = f"There is no {level} {code} in the grid, then or now: {listed} lists those there are."
    raise InputError(message, field=field)


def id_of(given: Any) -> UUID | None:
    """Return what is the id of something, None of anything else."""
    try:
        return given if isinstance(given, UUID) else UUID(given)
    except (ValueError, TypeError, AttributeError):
        return None


@contextmanager
def in_python() -> Iterator[None]:
    """Have a refusal say what to do from Python, where the service speaks to whoever asks by the web."""
    try:
        yield
    except NotFoundError as error:
        if "GET /api/v1/" not in error.message:
            raise
        said, _, path = error.message.partition(": GET /api/v1/")
        message = f"{said}: gov.{path.split()[0].replace('-', '_')}() lists those there are."
        raise NotFoundError(message, field=error.field) from error
    except NotAuthenticatedError as error:
        if "log in again" not in error.message:
            raise
        message = (
            "What this connection proves itself with is unknown, expired or revoked: open it again with "
            'gridgov.connect(account="LOGIN"), or with a new token, which `gridgov tokens make` makes.'
        )
        raise NotAuthenticatedError(message) from error


class InPython:
    """A service at the Python door: whatever it is asked, its refusals say what to do from Python."""

    def __init__(self, service: object) -> None:
        self._service = service

    def __getattr__(self, name: str) -> Any:
        return in_python()(getattr(self._service, name))
