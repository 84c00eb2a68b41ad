"""How long to wait before a message is tried again, and when to give up."""

from datetime import timedelta

LEASE = timedelta(minutes=3)
"""A message that somebody is sending is nobody else's for so long; sending one takes 30 s at most."""

_WAITS = tuple(
    timedelta(minutes=minutes) for minutes in (0.5, 2, 10, 30, 120, 360, *(720,) * 6)
)  # half a minute for a hiccup, a night for an outage: 80 hours altogether, so that a weekend loses nothing
GIVE_UP_AFTER = len(_WAITS) + 1
"""Attempts after which a message is given up, and shown as dead."""

GIVE_UP_DUE_FOR = timedelta(days=7)
"""A message that has been due for so long untried, because its program rests or nobody sends, is given up too."""

_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (0.5, 2, 10, 30))
LONGEST_PAUSE = _PAUSES[-1]
"""A program that could not be told rests so long at most: once it is mended, it hears within that time."""

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


def pause_after(failures: int) -> timedelta:
    """Return how long a program rests that could not be told so many times in a row."""
    return _PAUSES[min(max(failures, 1), len(_PAUSES)) - 1]
