"""Waiting: how many of one program wait for the same case at once, so that the others find a connection."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from uuid import UUID

from gridgov.errors import DatabaseBusyError

BUSY = "Others changed the same at this moment. Nothing of this was stored: try again."


class Waiting:
    """Counts who waits for which case.

    A case that is held for a moment lets them all through one by one. One that is stuck would gather whoever acts upon
    it, each with a connection and a thread of its own, until none is left for anybody else.

    Parameters
    ----------
    most
        So many wait for one case; None for as many as there are.
    """

    def __init__(self, most: int | None = None) -> None:
        self._most = most
        self._lock = Lock()
        self._counts: Counter[UUID] = Counter()

    @contextmanager
    def at(self, *incidents: UUID) -> Iterator[None]:
        """Take a place among those who wait for cases, and give it back when they are had.

        Raises
        ------
        DatabaseBusyError
            If so many wait for one of them that the next one is better told at once.
        """
        with self._lock:
            if self._most is not None and any(self._counts[each] >= self._most for each in incidents):
                raise DatabaseBusyError(BUSY)
            self._counts.update(incidents)
        try:
            yield
        finally:
            with self._lock:
                self._counts.subtract(incidents)
                self._counts = +self._counts  # without those for whom nobody waits
