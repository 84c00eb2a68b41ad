"""What a phone's clock is worth where something is sent later than it happened. Pure.

Whistles judge arrivals by limits of their kind (`whistles.presence`); shifts and patrols are judged here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gridgov.clock import shown
from gridgov.errors import InputError

SKEW = timedelta(minutes=5)
"""So far a phone's clock may differ from the server's and be believed."""


@dataclass(frozen=True, slots=True)
class Device:
    """A moment by a phone's clock, and when it was sent by the same clock; None where the sender does not say."""

    at: datetime
    sent_at: datetime | None = None


def believed(device: Device, *, received_at: datetime, longest: timedelta, field: str) -> datetime:
    """Return when it happened, as far as a phone can be believed; never ahead of the server's clock.

    A clock that is wrong by hours or years still ran: what passed between the moment and the sending is believed.

    Raises
    ------
    InputError
        If it lies in the future, or longer ago than `longest`.
    """
    ago = _ago(device, received_at)
    if ago < -SKEW:
        message = f"{shown(device.at)} is still to come by our clock ({shown(received_at)}): set the phone's clock, or "
        message += "send sent_at, the moment of sending by the same clock."
        raise InputError(message, field=field)
    if ago > longest:
        message = f"{shown(device.at)} is more than {longest.days} days ago: nothing that old is taken in."
        raise InputError(message, field=field)
    return received_at - max(ago, timedelta(0))


def said_of(device: Device | None, *, received_at: datetime) -> dict[str, Any]:
    """Return what a fact says of an act that a phone did without signal; nothing is refused for the sake of a clock.

    ``device_time`` is the phone's, ``sent_late`` whether it came later than any clock's fault explains. The act itself
    counts from when it was received: limits and stages are the server's.
    """
    if device is None:
        return {}
    return {"device_time": device.at.isoformat(), "sent_late": _ago(device, received_at) > SKEW}


def _ago(device: Device, received_at: datetime) -> timedelta:
    """Return how long before it was received something happened: a span, since a clock may tell any year."""
    sent_at = device.sent_at
    wrong = sent_at is not None and abs(sent_at - received_at) > SKEW
    return (sent_at if sent_at is not None and wrong else received_at) - device.at


def is_late(at: datetime, received_at: datetime) -> bool:
    """Return whether the server heard of something later than any clock's fault explains."""
    return received_at - at > SKEW
