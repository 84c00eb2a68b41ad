"""Positions grow old: after some days they say only the square, after some weeks nothing is left of them."""

from datetime import datetime, timedelta

from gridgov.settings import settings
from gridgov.store.unit import Unit


def old_positions(unit: Unit, now: datetime, limit: int) -> int:
    """Coarsen what is old, then forget what is older; 0 when nothing of both is left to do."""
    kept = settings()
    done = unit.positions.coarsen(before=now - timedelta(days=kept.positions_exact_days), limit=limit)
    return done or unit.positions.forget(since=now - timedelta(days=kept.positions_kept_days), now=now)
