"""Edits that were decided on what somebody saw: whoever was overtaken is told both versions, and nothing is dropped.

Whatever people edit and has no count of its acts is known by its content: the edge makes the tag of what it shows, and
here, under the lock of the row that is about to change, the tag of what is stored is held against it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from gridgov.errors import StaleError


class Shown(NamedTuple):
    """What is stored as it is shown to whoever edits it: its tag, and the fields as JSON."""

    tag: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody saw when they decided on an edit.

    Attributes
    ----------
    tag
        Of what they saw.
    yours
        What they want, as JSON.
    shown
        Says how the stored thing is shown, as they saw it then.
    """

    tag: str
    yours: Mapping[str, Any]
    shown: Callable[[Any], Shown]


def require_seen(seen: Seen | None, stored: object | None) -> None:
    """Refuse an edit that was decided on something else than what is stored; ask under the lock, after reading.

    An edit that changes nothing is no conflict: ask only where something would change. So whoever lost the answer may
    send the same again.

    Parameters
    ----------
    seen
        What the edit was decided on; None: on whatever there is.
    stored
        What is stored; None: nothing.

    Raises
    ------
    StaleError
        With both versions.
    """
    if seen is None:
        return
    now = None if stored is None else seen.shown(stored)
    if now is None or now.tag != seen.tag:
        message = "Somebody has changed this since you looked: compare both versions, and decide again."
        both: dict[str, Any] = {"yours": dict(seen.yours), "stored": None if now is None else dict(now.fields)}
        if now is not None and "etag" not in now.fields:
            both["etag"] = now.tag  # with it one decides on just what one was told
        raise StaleError(message, field="If-Match", details=[both])
