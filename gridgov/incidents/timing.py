"""The clock of a case: what an act's effect means in instants and in seconds of working time. Pure.

Two limits meet in a case: that of its stage (to accept, to verify ...) and that to handle it, which counts from the
first dispatch, stands while the case is in no organisation's hands, and never grows but by an extension. While another
limit runs, `handling_left_s` keeps what is left of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from gridgov.incidents.lifecycle import LIMIT_OF, Effect, Row
from gridgov.incidents.standing import Clock, Stage, Standing
from gridgov.worktime import Escalation, WorkRules

ACCEPT = "accept"
HANDLE = "handle"
RESUME = "resume"

_IN_HANDS = {ACCEPT, HANDLE}


@dataclass(frozen=True, slots=True)
class Winding:
    """What winding a clock needs beside the row and where the case stands.

    Attributes
    ----------
    now
        When the act is done.
    organisation_code
        Who handles the case after the act, if anybody does.
    matter_code, priority
        Of the case after the act.
    until
        Until when it is suspended.
    granted_s
        Working seconds that an extension adds.
    """

    rules: WorkRules
    now: datetime
    organisation_code: str | None
    matter_code: str
    priority: int | None
    until: datetime | None = None
    granted_s: int = 0


def wind(standing: Standing, row: Row, winding: Winding) -> dict[str, Any]:
    """Return what an act changes of the clock, as columns of the case's state."""
    return _EFFECTS[row.clock](standing, row.next_stage(standing), winding)


def handling_left(standing: Standing, winding: Winding) -> int | None:
    """Return the working seconds left of the limit to handle at an instant; None where none has begun."""
    rules, now = winding.rules, winding.now
    owner = _owner_of(standing, HANDLE, rules)
    if standing.due_kind == HANDLE:
        return None if standing.deadline_at is None else rules.worked(now, standing.deadline_at, owner)
    if standing.due_kind == ACCEPT and standing.handling_left_s is not None:
        return standing.handling_left_s - rules.worked(standing.stage_since, now, owner)
    return standing.handling_left_s


def _started(standing: Standing, to: Stage, winding: Winding) -> dict[str, Any]:
    left = handling_left(standing, winding)
    if to is Stage.DISPATCHED and left is None:
        left = _whole(standing, winding)
    kind = LIMIT_OF[to]
    return {**_due(kind, _limit(standing, winding.now, winding, kind), winding), "handling_left_s": left}


def _whole(standing: Standing, winding: Winding) -> int | None:
    """Return the whole limit to handle, as working seconds of whoever handles."""
    end = _limit(standing, winding.now, winding, HANDLE)
    owner = _owner(HANDLE, standing, winding.organisation_code, winding.rules)
    return None if end is None else winding.rules.worked(winding.now, end, owner)


def _going_on(standing: Standing, _: Stage, winding: Winding) -> dict[str, Any]:
    begun = standing.stage_since if standing.stage is Stage.DISPATCHED else winding.now
    left = standing.handling_left_s
    owner = _owner(HANDLE, standing, winding.organisation_code, winding.rules)
    end = None if left is None else winding.rules.after(begun, left, owner)
    return {**_due(HANDLE, end, winding), "handling_left_s": None}


def _paused(standing: Standing, _: Stage, winding: Winding) -> dict[str, Any]:
    rules, end = winding.rules, standing.deadline_at
    owner = _owner_of(standing, standing.due_kind, winding.rules)
    left = None if end is None else rules.worked(winding.now, end, owner)
    still = {**_still(Clock.PAUSED), "remaining_s": left, "due_step": standing.due_step}
    until = {"due_kind": RESUME, "due_at": winding.until} if winding.until else {}
    return {**still, **until, "suspended_until": winding.until}


def _resumed(standing: Standing, to: Stage, winding: Winding) -> dict[str, Any]:
    kind, left = LIMIT_OF[to], standing.remaining_s
    # A sweep may come late; the suspension ended when it was to end.
    begun = min(winding.now, standing.suspended_until) if standing.suspended_until else winding.now
    owner = _owner_of(standing, kind, winding.rules)
    end = None if left is None else winding.rules.after(begun, left, owner)
    due = _due(kind, end, winding, step=standing.due_step)
    return {**due, "remaining_s": None, "suspended_until": None}


def _stopped(standing: Standing, _: Stage, winding: Winding) -> dict[str, Any]:
    return {**_still(Clock.STOPPED), "handling_left_s": handling_left(standing, winding)}


def _recounted(standing: Standing, _: Stage, winding: Winding) -> dict[str, Any]:
    return _due(LIMIT_OF[standing.stage], _limit(standing, standing.stage_since, winding), winding)


def _extended(standing: Standing, _: Stage, winding: Winding) -> dict[str, Any]:
    owner = _owner_of(standing, HANDLE, winding.rules)
    end = standing.deadline_at
    later = None if end is None else winding.rules.after(end, winding.granted_s, owner)
    return _due(HANDLE, later, winding)


def _limit(standing: Standing, start: datetime, winding: Winding, kind: str | None = None) -> datetime | None:
    kind = kind or LIMIT_OF[standing.stage]
    whose = winding.organisation_code if kind in _IN_HANDS else None
    return winding.rules.due_at(
        kind, winding.matter_code, winding.priority, start, whose, list_version=standing.list_version
    )


def _due(kind: str, end: datetime | None, winding: Winding, *, step: int = 0) -> dict[str, Any]:
    looks = looks_next(kind, step, end, winding.organisation_code, winding.rules)
    return {"clock": Clock.RUNNING, "due_kind": kind, "deadline_at": end, "due_at": looks, "due_step": step}


def looks_next(
    kind: str, step: int, deadline: datetime | None, organisation_code: str | None, rules: WorkRules
) -> datetime | None:
    """Return when the sweep looks next at a case whose `step` steps of escalation were taken; None: never again."""
    following = _following(kind, step, deadline, organisation_code, rules)
    return following[1] if following else None


def next_step(standing: Standing, rules: WorkRules) -> tuple[Escalation, datetime] | None:
    """Return the step of escalation that a case comes to next, and when; None after the last."""
    kind, code = standing.due_kind or RESUME, standing.handling_organisation_code
    return _following(kind, standing.due_step, standing.deadline_at, code, rules)


def _following(
    kind: str, step: int, deadline: datetime | None, organisation_code: str | None, rules: WorkRules
) -> tuple[Escalation, datetime] | None:
    whose = organisation_code if kind in _IN_HANDS else None
    return None if deadline is None else rules.next_escalation(kind, step, deadline, whose)


def _still(clock: Clock) -> dict[str, Any]:
    return {"clock": clock, "due_kind": None, "deadline_at": None, "due_at": None, "due_step": 0}


def _owner_of(standing: Standing, kind: str | None, rules: WorkRules) -> str | None:
    if kind not in _IN_HANDS:
        return None
    return _owner(kind or HANDLE, standing, standing.handling_organisation_code, rules)


def _owner(kind: str, standing: Standing, organisation_code: str | None, rules: WorkRules) -> str | None:
    """Return in whose working time a limit is measured; None: around the clock."""
    limit = rules.limit(kind, standing.matter_code, standing.priority, list_version=standing.list_version)
    return None if limit is not None and limit.around_the_clock else organisation_code


_EFFECTS: Mapping[Effect, Callable[[Standing, Stage, Winding], dict[str, Any]]] = MappingProxyType(
    {
        Effect.START: _started,
        Effect.GO_ON: _going_on,
        Effect.PAUSE: _paused,
        Effect.RESUME: _resumed,
        Effect.STOP: _stopped,
        Effect.EXTEND: _extended,
        Effect.RECOUNT: _recounted,
        Effect.KEEP: lambda *_: {},
    }
)
