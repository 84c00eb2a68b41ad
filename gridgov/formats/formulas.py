"""Text that a spreadsheet would run as a formula, and the apostrophe that keeps it text."""

from typing import Final

# Excel takes the full-width signs of a Chinese keyboard for the plain ones (OWASP, "CSV Injection").
_BEGINS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def disarmed(value: object) -> object:
    """Return text that no spreadsheet runs: with an apostrophe before it if it would, unless it is a number.

    Text that begins with such an apostrophe of its own gets another: so `as_meant` gives each text back as it was.
    """
    if not isinstance(value, str) or not _would_run(value):
        return value
    try:
        float(value)
    except ValueError:
        return f"'{value}"
    return value


def as_meant(value: str) -> str:
    """Return text without the apostrophe that `disarmed` put before it."""
    return value[1:] if value[:1] == "'" and _would_run(value[1:]) else value


def _would_run(value: str) -> bool:
    return value.lstrip("'").startswith(_BEGINS)
