"""Sealing: every minute the new facts of each district come under a seal. No report waits for it."""

from datetime import datetime, timedelta

from gridgov.seals import Seal, end_of, seal_after
from gridgov.store.unit import Unit

EVERY = timedelta(minutes=1)
"""How far apart a district's seals are at least: half a million a year, and a minute in which a fact has none."""

MOST_FACTS = 50_000
"""Three megabytes of leaves. More than that, as after a migration, comes under several seals."""


def seal_facts(unit: Unit, now: datetime, limit: int) -> int:  # noqa: ARG001 - a sweep's signature; seals have their own
    """Seal what is not sealed yet, and return how many facts that were; a sweep."""
    return sum(seal_district(unit, code, now) for code in unit.audit.districts())


def seal_district(unit: Unit, district_code: str, now: datetime) -> int:
    """Seal a district's new facts, if it is time and nobody else does, and return how many facts that were."""
    if not unit.audit.hold_sealing(district_code):
        return 0
    previous = unit.audit.newest(district_code)
    if previous is not None and timedelta(0) <= now - previous.at < EVERY:
        return 0
    made = _next(unit, district_code, previous, now)
    if made is None:
        return 0
    unit.audit.add(made)
    return len(made.leaves) // 60


def _next(unit: Unit, district_code: str, previous: Seal | None, now: datetime) -> Seal | None:
    """Return the seal that comes next, or None where nothing is new.

    The order of another server's transactions says nothing of this one's: after a dump from elsewhere, what is not
    sealed is searched for once.
    """
    server = unit.audit.server()
    moved = previous is not None and previous.system_id != server.system_id
    if moved or (previous is None and unit.audit.from_elsewhere(district_code)):
        leaves, last = unit.audit.all_unsealed(district_code, server), end_of(server.xmin - 1)
    else:
        after = previous.last if previous else None
        leaves = unit.audit.unsealed(district_code, after, server, MOST_FACTS)
        last = leaves[-1].position if leaves else end_of(0)
    if not leaves:
        return None
    return seal_after(previous, leaves, district_code=district_code, at=now, system_id=server.system_id, last=last)
