"""Sealing: every minute the new facts of each district come under a seal. No report waits for it.

Whoever owns the database can make all seals anew, so they go out of it: each into the log, and the first of a day to
the auditors, whose mailboxes are elsewhere. `gridgov audit verify --head` compares what they kept.
"""

from datetime import UTC, date, datetime, timedelta

import structlog

from gridgov.clock import SHANGHAI
from gridgov.messages import Audience, Notice
from gridgov.seals import Seal, end_of, seal_after
from gridgov.store.unit import Unit

EVERY = timedelta(minutes=1)
"""How far apart a district's seals are at least: half a million a year, and a minute in which a fact has none."""

MOST_FACTS = 50_000
"""Three megabytes of leaves. More than that, as after a migration, comes under several seals."""

_log = structlog.get_logger(__name__)


def seal_facts(unit: Unit, now: datetime, limit: int) -> int:  # noqa: ARG001 - a sweep's signature; seals have their own
    """Seal what is not sealed yet, and return how many facts that were; a sweep."""
    return sum(seal_district(unit, code, now) for code in unit.audit.districts())


def seal_district(unit: Unit, district_code: str, now: datetime) -> int:
    """Seal a district's new facts, if it is time and nobody else does, and return how many facts that were."""
    if not unit.audit.hold_sealing(district_code):
        return 0
    previous = unit.audit.newest(district_code)
    if previous is not None and timedelta(0) <= now - _when(previous) < EVERY:
        return 0
    made = _next(unit, district_code, previous, now)
    if made is None:
        return 0
    unit.audit.add(made)
    facts = len(made.leaves) // 60
    _log.info("sealed", district=district_code, facts=facts, head=made.head)
    if previous is None or _day(_when(previous)) != _day(now):
        unit.messages.post([_notice(made, now)], at=now)
    return facts


def _when(seal: Seal) -> datetime:
    """Return when a seal was set; long ago, where somebody wrote a time there that is none."""
    return seal.at or datetime.min.replace(tzinfo=UTC)


def _day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date() if moment.year > 1 else date.min


def _notice(made: Seal, now: datetime) -> Notice:
    auditors = Audience(role="auditor", area_code=made.district_code)
    dedup = f"audit.head:{made.district_code}:{_day(now)}"
    return Notice("audit.head", made.district_code, auditors, dedup, data={"head": made.head})


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
