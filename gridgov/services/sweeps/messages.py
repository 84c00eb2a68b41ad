"""Notices that nobody has been told of are passed on; what no screen and nobody will ask for again is forgotten."""

from datetime import datetime, timedelta

from gridgov.clock import system_clock
from gridgov.messages import GIVE_UP_DUE_FOR
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


def old_messages(unit: Unit, now: datetime, limit: int) -> int:
    """Give up messages that nobody tried for days, then forget old notices with their inboxes and deliveries."""
    done = unit.deliveries.give_up(due_before=now - GIVE_UP_DUE_FOR, now=now, limit=limit)
    return done or unit.messages.forget(before=now - timedelta(days=settings().messages_kept_days), limit=limit)
