"""Recalling: a whistle as it stood at a moment of its past, told from the facts of its incident."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from gridgov.clock import SHANGHAI
from gridgov.errors import NotFoundError
from gridgov.incidents import Fact, FactKind, Head
from gridgov.incidents.facts import known_at
from gridgov.services.proving import awaited
from gridgov.store.unit import Unit
from gridgov.store.whistles import WhistleFilter
from gridgov.whistles import LiveSide, LiveSummons
from gridgov.whistles.replay import Past, replayed

_MOVING = ("stage", "revision", "blown_at", "close_due_at", "close_step", "closed_at", "withdrawn_at")
_SIDE = tuple(LiveSide.__dataclass_fields__)
_CALL = tuple(name for name in LiveSummons.__dataclass_fields__ if name not in {"let_go", "rated"})
_VOUCHED = ("vouched_by", "vouched_at", "vouch_distance_m")
_PLACED = {FactKind.LOCATED, FactKind.RELOCATED}


def whistle_then(unit: Unit, whistle_id: UUID, moment: datetime) -> dict[str, Any]:
    """Return a whistle as it stood at a moment, in the words of how it stands now.

    Whether a summons led, why it came and until when it was due is left out where it was chosen or blown later: that
    has overwritten it, and no fact says what it was.

    Raises
    ------
    NotFoundError
        If there is none with this id that whoever acts may see, or none was drafted at that moment.
    """
    now = unit.whistles.live.read(whistle_id)
    head = Head(now.district_code, now.incident_id)
    facts = unit.incidents.facts(now.district_code, now.incident_id)
    known = known_at(facts, moment)
    past = replayed(now, facts, len(known))
    if past is None:
        said = moment.astimezone(SHANGHAI).isoformat()
        message = f"There was no whistle {whistle_id} at {said}: it was drafted later."
        raise NotFoundError(message, field="as_of")
    log = {sort: _log_then(rows, moment) for sort, rows in unit.whistles.log.of(now).items()}
    for row in log["check_ins"]:
        row["awaited"] = awaited(unit, head, row["evidence"], at=moment)
    return with_parts(unit, {**_stood(unit, past, known), **log})


def whistles_then(
    unit: Unit, moment: datetime, *, limit: int, before: UUID | None, which: WhistleFilter
) -> list[dict[str, Any]]:
    """Return a page of whistles as they stood at a moment, newest first, of those that whoever acts may see now."""
    found: list[dict[str, Any]] = []
    while len(found) < limit:
        wanted = limit - len(found)
        ids = unit.whistles.ids_then(moment, limit=wanted, before=before, which=which)
        told = (whistle_then(unit, one, moment) for one in ids)
        found += [one for one in told if which.summons(one)]
        if len(ids) < wanted:
            break
        before = ids[-1]
    return found


def with_parts(unit: Unit, found: dict[str, Any]) -> dict[str, Any]:
    """Return a whistle with each side's part of the place: what of it lies in the street, as both were when drafted."""
    parts = unit.whistles.parts(found["district_code"], found["id"], found["geometry"])
    return {**found, "sides": [{**side, "part": parts.get(side["street_code"])} for side in found["sides"]]}


def _stood(unit: Unit, past: Past, known: Iterable[Fact]) -> dict[str, Any]:
    then = past.whistle
    position_seq = sum(fact.kind in _PLACED and "geometry" in fact.payload for fact in known)
    found = unit.whistles.detail(then.district_code, then.id, position_seq=position_seq)
    found |= {name: getattr(then, name) for name in _MOVING}
    sides = {side.street_code: side for side in then.sides}
    found["sides"] = [row | _fields(sides[row["street_code"]], _SIDE) for row in found["sides"]]
    calls = {call.organisation_code: call for call in then.summons}
    summons = [_call(row, calls[row["organisation_code"]], past) for row in found["summons"] if _code(row) in calls]
    found["summons"] = sorted(summons, key=lambda row: (not row.get("leads", False), _code(row)))
    return found | ({} if then.blown_at else {"rules": {}})


def _call(row: dict[str, Any], then: LiveSummons, past: Past) -> dict[str, Any]:
    told = row | _fields(then, _CALL)
    return {name: value for name, value in told.items() if name not in past.untold[then.organisation_code]}


def _code(row: dict[str, Any]) -> str:
    return str(row["organisation_code"])


def _fields(of: LiveSide | LiveSummons, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(of, name) for name in names}


def _log_then(rows: Iterable[dict[str, Any]], moment: datetime) -> list[dict[str, Any]]:
    """Return what had been done by a moment; a check-in that was vouched for later still waits."""
    there = [row for row in rows if (row.get("received_at") or row["at"]) <= moment]
    return [row | dict.fromkeys(_VOUCHED) if (row.get("vouched_at") or moment) > moment else row for row in there]
