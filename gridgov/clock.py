"""Time is injected, never called: a rule receives an instant, a service receives a clock."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from gridgov.errors import InputError

Clock = Callable[[], datetime]
"""Returns the present instant in UTC."""

SHANGHAI = ZoneInfo("Asia/Shanghai")
"""The zone people read. Not a fixed +08:00: it had daylight saving in 1986-1991 (IANA tz database, file asia)."""


def system_clock() -> datetime:
    """Return the machine's present instant in UTC."""
    return datetime.now(UTC)


def shown(moment: datetime) -> str:
    """Return an instant as people read it: in Shanghai's time, with its offset; at the ends of time as it is."""
    try:
        return moment.astimezone(SHANGHAI).isoformat()
    except OverflowError:
        return moment.isoformat()


def instant(value: datetime, *, field: str) -> datetime:
    """Return `value` in UTC, refusing a time that does not say its offset.

    Raises
    ------
    InputError
        If `value` has no offset, or lies where UTC has no year for it.
    """
    if value.tzinfo is None or value.utcoffset() is None:
        message = "The time has no offset: write it like 2026-03-05T14:30:00+08:00."
        raise InputError(message, field=field)
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        message = f"The time {value.isoformat()} lies beyond the calendar: check the clock of the sender."
        raise InputError(message, field=field) from error
