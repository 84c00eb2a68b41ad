"""The served map: drawn when asked for, kept until the store has something newer."""

import threading
from datetime import datetime, timedelta

from gridgov.clock import Clock
from gridgov.store.summary import Signature
from gridgov.store.unit import Store
from layers import district_map, render


class MapKeeper:
    """Keeps the newest map; drawing takes a second or two, so many viewers share one.

    Parameters
    ----------
    clock
        Tells which grid is in force.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._state: tuple[Signature, datetime | None, dict[str, int]] | None = None
        self._html = ""

    def html(self, store: Store) -> str:
        """Return the map of the 24 hours up to the newest report, as one page that needs nothing else."""
        now = self._clock()
        with self._lock, store.transaction() as unit:
            newest = unit.summary.newest_report()
            until = newest or now
            since = until - timedelta(days=1)
            # The counts too: a report that comes in late is older than the newest one and belongs on the map.
            state = (unit.summary.signature(now), newest, unit.summary.placements(since, until))
            if state != self._state:
                self._html = render(district_map(unit, at=now, since=since, until=until))
                self._state = state
            return self._html
