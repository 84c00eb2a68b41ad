"""The served map: drawn when asked for, with what the viewer may see, and kept until the store has something newer."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gridgov.access import Caller, Subject
from gridgov.clock import Clock
from gridgov.store.summary import Signature
from gridgov.store.unit import Store
from layers import district_map, render

_KEPT = 8
_State = tuple[Signature, datetime | None, dict[str, int]]


@dataclass(frozen=True, slots=True)
class _Drawn:
    state: _State
    html: str


class MapKeeper:
    """Keeps the newest maps; drawing takes a second or two, so all who see the same share one.

    Parameters
    ----------
    clock
        Tells which grid is in force.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._drawn: OrderedDict[Any, _Drawn] = OrderedDict()

    def html(self, store: Store, caller: Caller) -> str:
        """Return the map of the 24 hours up to the newest report, as one page that needs nothing else."""
        now = self._clock()
        with self._lock, store.acting(caller, now=now) as unit:
            newest = unit.summary.newest_report()
            until = newest or now
            since = until - timedelta(days=1)
            # The counts too: a report that comes in late is older than the newest one and belongs on the map.
            state = (unit.summary.signature(now), newest, unit.summary.placements(since, until))
            sight = _sight(unit.subject)
            kept = self._drawn.pop(sight, None)
            if kept is None or kept.state != state:
                kept = _Drawn(state, render(district_map(unit, at=now, since=since, until=until)))
            self._drawn[sight] = kept
            while len(self._drawn) > _KEPT:
                self._drawn.popitem(last=False)
            return kept.html


def _sight(subject: Subject) -> object:
    """Return what decides over what somebody sees: whole districts are seen alike, all else is each one's own."""
    areas = subject.areas("case.read")
    by_office = not subject.organisations("case.read") and areas and all(len(area) <= 6 for area in areas)
    return (frozenset(areas), None if by_office else subject.account_id)
