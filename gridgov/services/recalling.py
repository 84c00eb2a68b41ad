"""Recalling: an incident as it stood at a moment of its past, as its facts and nothing later tell it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from gridgov.clock import SHANGHAI
from gridgov.errors import NotFoundError, RuleError, UnavailableError
from gridgov.incidents import Fact, FactKind, Head, Standing
from gridgov.incidents.facts import known_at
from gridgov.incidents.hops import known_stays, measured, plain_hop
from gridgov.incidents.replay import BY_RULES, replayed
from gridgov.incidents.witness import rows_of
from gridgov.store.past import PastStore
from gridgov.store.standing import is_told
from gridgov.store.unit import Unit
from gridgov.store.walking import Filter, Window

_STATE = "incident_state"
_PLACED = {FactKind.LOCATED, FactKind.RELOCATED}
_WORKING = {"waited_working_s", "held_working_s"}


def incident_then(unit: Unit, incident_id: UUID, moment: datetime) -> dict[str, Any]:
    """Return an incident as it stood at a moment, in the words of how it stands now.

    What the rules of time say of its clock (`BY_RULES`) is reckoned by the rules as they are now, and told only where
    the digest that its facts carry shows that it came out the same then. What a hop took of working time is not told:
    nothing witnesses it.

    Raises
    ------
    NotFoundError
        If there is none with this id that whoever acts may see, or was none at that moment.
    """
    district_code = unit.lists.head(incident_id, unit.acting)
    if district_code is None:
        raise no_incident(incident_id)
    facts = known_at(unit.incidents.facts(district_code, incident_id), moment)
    if not facts:
        said = moment.astimezone(SHANGHAI).isoformat()
        message = f"There was no incident {incident_id} at {said}: it was taken in later."
        raise NotFoundError(message, field="as_of")
    head = Head(district_code, incident_id)
    return _stood(unit, head, facts) | {"hops": _hops(unit, head, moment), "whistles": _whistles(unit, head, moment)}


def incidents_then(unit: Unit, which: Filter, window: Window) -> list[dict[str, Any]]:
    """Return a page of incidents as they stood at `window.now`, of those that whoever acts may see now.

    Raises
    ------
    RuleError
        If the overdue ones are asked for, and not of all that was open then the deadline can be told.
    UnavailableError
        As for `require_told`.
    """
    require_told(unit, window.now)
    if which.overdue:
        require_deadlines(unit, window.now, field="overdue")
    return PastStore(unit.connection, unit.acting).page(which, window)


def require_told(unit: Unit, moment: datetime) -> None:
    """Refuse to answer of many incidents at once how they stood, while that still is being told from their facts.

    Raises
    ------
    UnavailableError
        After an upgrade, until the worker is through.
    """
    if not is_told(unit.connection, moment):
        message = "How incidents stood before the upgrade is still being told from their facts: try again later."
        raise UnavailableError(message, field="as_of")


def require_deadlines(unit: Unit, moment: datetime, *, field: str) -> None:
    """Refuse to answer what was late at a moment where nobody knows of all that was open then.

    Raises
    ------
    RuleError
        If of some that whoever acts sees only the facts tell, and rules of time were changed since.
    """
    if not PastStore(unit.connection, unit.acting).knows_deadlines(moment):
        said = moment.astimezone(SHANGHAI).isoformat()
        message = f"What was overdue at {said} cannot be told: rules of time were changed since, and of some that were "
        message += "open then only the facts tell, which hold no deadline. List incidents as of then without overdue."
        raise RuleError(message, field=field)


def no_incident(incident_id: UUID) -> NotFoundError:
    """Return what is said where somebody sees no such incident."""
    message = f"There is no incident {incident_id}: GET /api/v1/incidents lists those you may see."
    return NotFoundError(message, field="incident_id")


def _stood(unit: Unit, head: Head, facts: Sequence[Fact]) -> dict[str, Any]:
    places = [fact.payload for fact in facts if fact.kind in _PLACED]
    position_seq = sum("geometry" in place for place in places)
    found = unit.lists.detail(head.incident_id, unit.acting, position_seq=position_seq)
    if found is None:
        raise no_incident(head.incident_id)
    then = replayed(unit.cases.read(head.incident_id), facts, unit.worktime.rules())
    found |= {name: getattr(then, name) for name in Standing.__dataclass_fields__ if name in found}
    found["placement"] = places[-1]["placement"]
    if not _is_witnessed(unit, {**found, "position_seq": position_seq or None}, facts):
        return {name: value for name, value in found.items() if name not in BY_RULES}
    return found


def _is_witnessed(unit: Unit, found: dict[str, Any], facts: Sequence[Fact]) -> bool:
    """Return whether the newest fact that witnesses the case's state says that it was this one."""
    told = [pair[1] for fact in facts for name, pair in rows_of(fact.payload).items() if name == _STATE]
    here = found["geometry"]
    state = {**found, "geom": here and here.representative_point()}
    return bool(told) and told[-1] == unit.cases.digest_of(state)


def _hops(unit: Unit, head: Head, moment: datetime) -> list[dict[str, Any]]:
    rules = unit.worktime.rules()
    hops = [plain_hop(measured(stay, rules, now=moment)) for stay in known_stays(unit.cases.stays(head), moment)]
    return [{name: value for name, value in hop.items() if name not in _WORKING} for hop in hops]


def _whistles(unit: Unit, head: Head, moment: datetime) -> list[UUID]:
    return unit.whistles.drafted_by(head.district_code, head.incident_id, moment)
