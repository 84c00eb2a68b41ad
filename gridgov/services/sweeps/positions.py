"""Shifts that nobody ended end; positions grow old: first they say only the square, then nothing is left of them."""

from datetime import datetime, timedelta

from gridgov.settings import settings
from gridgov.store.unit import Unit


def old_positions(unit: Unit, now: datetime, limit: int) -> int:
    """End what is over, coarsen what is old, forget what is older; 0 when nothing of it is left to do."""
    kept = settings()
    done = unit.positions.end_overdue(now=now, limit=limit)
    done = done or unit.positions.coarsen(before=now - timedelta(days=kept.positions_exact_days), limit=limit)
    return done or unit.positions.forget(since=now - timedelta(days=kept.positions_kept_days), now=now)
