"""Grids that were published for a moment to come: when it has come, whoever looks is told."""

from collections.abc import Sequence
from datetime import datetime

from gridgov.services.sweeps import fire
from gridgov.store.drafts import DraftRow
from gridgov.store.unit import Unit


def begun_grids(unit: Unit, now: datetime, limit: int) -> int:
    """Tell screens of at most `limit` grids that are in force now; their cells needed nobody to become so."""

    def tell(rows: Sequence[DraftRow]) -> None:
        for row in rows:
            unit.changes.add(row.district_code, "grid.published", row.id, at=now)
            unit.drafts.told(row)

    due = unit.drafts.coming(now, limit)
    return fire(unit, "grids", due, tell, key=lambda row: (row.district_code, str(row.id)), now=now)
