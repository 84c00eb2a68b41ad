"""Rounds: what many ask for at the same moment is found once for all of them, and never from before they asked."""

from collections.abc import Callable, Hashable
from threading import Event, Lock
from typing import Any, TypeVar

from gridgov.store.unit import PATIENCE_S

T = TypeVar("T")


class _Round:
    """One finding: whoever comes before it begins has a part in it."""

    def __init__(self) -> None:
        self.over = Event()
        self.found: list[Any] = []


class Rounds:
    """Finds the same thing once at a time.

    A round begins when the one before it is over. Whoever asks meanwhile waits for the next one, and all who wait get
    its one answer: it was found after they asked, so nobody is told what was true before. However many ask, one at a
    time finds, and nobody waits longer than for two of these.

    Parameters
    ----------
    patience_s
        So long it is waited for others; then one finds it oneself.
    """

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._lock = Lock()
        self._gathering: dict[Hashable, _Round] = {}
        self._running: dict[Hashable, _Round] = {}

    def once(self, asked: Hashable, find: Callable[[], T]) -> T:
        """Return what `find` returns, or what it returned to somebody who asked the same and began since.

        Where it fails for whoever finds, the others find for themselves: it may have failed for who they are.
        """
        with self._lock:
            joined, before = self._gathering.get(asked), self._running.get(asked)
            mine = joined or self._gathering.setdefault(asked, _Round())
        if joined is None:
            return self._lead(asked, mine, before, find)
        joined.over.wait(2 * self._patience_s)
        return joined.found[0] if joined.found else find()

    def _lead(self, asked: Hashable, mine: _Round, before: _Round | None, find: Callable[[], T]) -> T:
        if before:
            before.over.wait(self._patience_s)
        with self._lock:  # from now on nobody joins
            self._running[asked] = self._gathering.pop(asked)
        try:
            found = find()
            mine.found.append(found)
            return found
        finally:
            with self._lock:
                if self._running.get(asked) is mine:
                    del self._running[asked]
            mine.over.set()
