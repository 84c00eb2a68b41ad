"""How cases stood before it was kept beside how they stand: told from their facts, once, some at a time."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

import structlog

from gridgov.errors import GridgovError
from gridgov.incidents import Fact, FactKind, Head, Standing
from gridgov.incidents.replay import replayed
from gridgov.incidents.witness import rows_of
from gridgov.store.standing import UntoldStore
from gridgov.store.unit import Unit

_log = structlog.get_logger(__name__)
_STATE = "incident_state"
_PLACED = {FactKind.LOCATED, FactKind.RELOCATED}
_SAME = ("stage", "cell_code", "matter_code", "priority", "handling_organisation_code", "due_kind")


def untold_standings(unit: Unit, now: datetime, limit: int) -> int:  # noqa: ARG001 - what is past is past
    """Tell of at most `limit` cases how they stood before an upgrade, and return of how many."""
    store = UntoldStore(unit.connection)
    untold = store.some(limit)
    for one in untold:
        try:
            rows = list(_stood(unit, store, one.head, one.since))
        except (GridgovError, LookupError, ValueError, StopIteration) as error:
            # Its facts do not tell; that must not keep everybody from the past of the others.
            why = type(error).__name__
            _log.warning("facts do not tell how a case stood", incident=str(one.head.incident_id), why=why)
            rows = []
        store.tell(one, rows)
    return len(untold)


def _stood(unit: Unit, store: UntoldStore, head: Head, until: datetime) -> Iterator[dict[str, Any]]:
    """Yield how a case stood until a moment, a row for each time in which nothing of it changed."""
    facts, standing = unit.incidents.facts(head.district_code, head.incident_id), unit.cases.read(head.incident_id)
    state, places = unit.incidents.state(head.district_code, head.incident_id), store.places(head)
    told: list[tuple[datetime, dict[str, Any]]] = []
    for known in _beginnings(facts, until):
        then = replayed(standing, known, unit.worktime.rules())
        located = [fact.payload for fact in known if fact.kind in _PLACED]
        seq = sum("geometry" in place for place in located) or None
        row = {"placement": located[-1]["placement"], "position_seq": seq}
        row |= {name: getattr(then, name) for name in _SAME}
        whole = {**state, **_of(then, state), **row, "geom": places[seq].representative_point() if seq else None}
        row |= {"ends_at": then.deadline_at or then.due_at, "clock_told": _is_witnessed(unit, whole, known)}
        if not told or told[-1][1] != row:
            told.append((max(fact.at for fact in known), row))
    ends = [*(since for since, _ in told), until]
    for (since, row), (_, end) in zip(told, pairwise(ends), strict=True):
        yield {**row, "since": since, "until": end}


def _beginnings(facts: Sequence[Fact], until: datetime) -> Iterator[list[Fact]]:
    """Yield what was known of a case at each moment before `until` at which anything became known."""
    newest = datetime.min.replace(tzinfo=until.tzinfo)
    for count, fact in enumerate(facts, start=1):
        newest = max(newest, fact.at)
        following = facts[count].at if count < len(facts) else None
        if newest < until and (following is None or following > newest):
            yield list(facts[:count])


def _of(then: Standing, state: dict[str, Any]) -> dict[str, Any]:
    return {name: getattr(then, name) for name in Standing.__dataclass_fields__ if name in state}


def _is_witnessed(unit: Unit, state: dict[str, Any], known: Sequence[Fact]) -> bool:
    """Return whether the newest fact that witnesses the case's state says that it was this one."""
    told = [pair[1] for fact in known for name, pair in rows_of(fact.payload).items() if name == _STATE]
    return bool(told) and told[-1] == unit.cases.digest_of(state)
