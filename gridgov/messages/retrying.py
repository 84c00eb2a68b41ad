"""How long to wait before a message is tried again, and when to give up."""

from datetime import timedelta

LEASE = timedelta(minutes=3)
"""A message that somebody is sending is nobody else's for so long; sending one takes 30 s at most."""

_WAITS = tuple(
    timedelta(minutes=minutes) for minutes in (0.5, 2, 10, 30, 120, 360, 720)
)  # half a minute for a hiccup, a night for an outage: about 22 hours altogether
GIVE_UP_AFTER = len(_WAITS) + 1
"""Attempts after which a message is given up, and shown as dead."""

_SPREAD = 0.25


def wait_after(attempts: int, chance: float) -> timedelta | None:
    """Return how long to wait after so many failed attempts, or None to give up.

    Parameters
    ----------
    chance
        A random number in [0, 1): it makes the wait up to a quarter longer, so that what failed together does not come
        back together.
    """
    if attempts >= GIVE_UP_AFTER:
        return None
    return _WAITS[max(attempts, 1) - 1] * (1 + _SPREAD * chance)
