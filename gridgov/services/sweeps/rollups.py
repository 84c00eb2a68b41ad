"""Roll-ups follow what changed: the days of changed incidents are counted anew, the newest first.

In a database that has none yet these are all its days: the first round counts them, batch by batch, and the log says
how far it is.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime

import structlog

from gridgov.hexagons import COARSE, FINE, centre_of, hexagon_at, parent_of
from gridgov.spans import month_of
from gridgov.store.recounting import DayRows, HexagonRow, RecountStore, Reported
from gridgov.store.unit import Unit

_ROWS_OF_A_DAY = 20  # so many of a batch's rows is a day worth: it reads thousands, and locks none of them

_log = structlog.get_logger(__name__)


def changed_days(unit: Unit, now: datetime, limit: int) -> int:  # noqa: ARG001 - a sweep's signature; nothing is due
    """Count some of the days anew that changed, and return how many; a sweep."""
    recounts = RecountStore(unit.connection)
    days = max(1, limit // _ROWS_OF_A_DAY)
    return sum(recount(recounts, code, days) for code in recounts.districts())


def recount(recounts: RecountStore, district_code: str, limit: int) -> int:
    """Count at most `limit` days of a district that changed, unless somebody else does, and return how many."""
    if not recounts.hold(district_code):
        return 0
    recounts.look(district_code)
    days = recounts.take(district_code, limit)
    for day in days:
        _count(recounts, district_code, day)
    for month in {month_of(day) for day in days}:
        recounts.replace_month(district_code, month)
    left = recounts.left(district_code) if days else 0
    if left:
        _log.info("rolled up", district=district_code, days=len(days), first=str(days[0]), left=left)
    return len(days)


def _count(recounts: RecountStore, district_code: str, day: date) -> None:
    reported = recounts.reported(district_code, day)
    cells = Counter(one.cell_code for one in reported if one.cell_code is not None)
    placements = Counter(one.placement for one in reported)
    recounts.replace_day(district_code, day, DayRows(hexagon_rows(reported), cells, placements))


def hexagon_rows(reported: Iterable[Reported]) -> list[HexagonRow]:
    """Return incidents counted by hexagon and stage, at both resolutions."""
    counts: Counter[tuple[int, int, str]] = Counter()
    deadlines: defaultdict[tuple[int, int, str], list[datetime]] = defaultdict(list)
    for one in reported:
        if one.lon is None or one.lat is None:
            continue
        fine = hexagon_at(one.lon, one.lat, FINE)
        for resolution, hexagon in ((FINE, fine), (COARSE, parent_of(fine, COARSE))):
            key = (resolution, hexagon, one.stage)
            counts[key] += 1
            if one.deadline_at is not None:
                deadlines[key].append(one.deadline_at)
    return [
        HexagonRow(resolution, hexagon, stage, *centre_of(hexagon), many, sorted(deadlines[resolution, hexagon, stage]))
        for (resolution, hexagon, stage), many in counts.items()
    ]
