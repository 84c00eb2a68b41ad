"""Notices that nobody has been told of are passed on; changes that no screen will ask for are forgotten."""

from datetime import datetime, timedelta

from gridgov.clock import system_clock
from gridgov.services.messaging import Fan, capabilities_of
from gridgov.settings import settings
from gridgov.store.unit import Unit

CHANGES_KEPT = timedelta(days=3)
"""Whoever comes back later than that fetches everything anew."""


def untold_notices(unit: Unit, now: datetime, limit: int) -> int:
    """Put notices into inboxes, and plan what is carried outside."""
    return Fan(capabilities_of(settings(), clock=system_clock)).sweep(unit, now, limit)


def old_changes(unit: Unit, now: datetime, limit: int) -> int:
    """Forget changes that are older than readers may come back for."""
    return unit.changes.prune(now - CHANGES_KEPT, limit=limit)
