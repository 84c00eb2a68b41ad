"""The clock of a case: what an act's effect means in instants and in seconds of working time. Pure.

Two limits meet in a case: that of its stage (to accept, to verify ...) and that to handle it, which counts from the
first dispatch, stands while the case is in no organisation's hands, and never grows but by an extension. While another
limit runs, `handling_left_s` keeps what is left of it, and `handling_whole_s` out of how much, both in the hours that
they were counted in. So what a new organisation gets is the same share of the limit, in its own hours.

Where the calendar ends before an answer, the answer is None and `calendar_short` names the last day that was known.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, TypeVar

from gridgov.incidents.lifecycle import BACK, LIMIT_OF, Act, Effect, Hop, Row
from gridgov.incidents.standing import Clock, Stage, Standing
from gridgov.worktime import CalendarEndsError, Escalation, Hours, WorkRules

Answer = TypeVar("Answer")

ACCEPT = "accept"
HANDLE = "handle"
RESUME = "resume"

_IN_HANDS = {ACCEPT, HANDLE}
_ASIDE = {Stage.REJECTED, Stage.SUSPENDED, Stage.MERGED}


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


def move(standing: Standing, row: Row, winding: Winding) -> dict[str, Any]:
    """Return what an act changes of a case's stage and of its clock, as columns of its state."""
    to = row.next_stage(standing)
    changes = wind(standing, row, winding)
    if to is not standing.stage or row.hop is Hop.BEGIN:
        changes |= {"stage": to, "stage_since": winding.now}
    if to in _ASIDE and row.act is not Act.NOTE and standing.stage not in _ASIDE:
        changes["stage_before"] = standing.stage
    return changes | ({"stage_before": None} if row.to == BACK else {})


def wind(standing: Standing, row: Row, winding: Winding) -> dict[str, Any]:
    """Return what an act changes of the clock, as columns of the case's state."""
    clock = _Winder(standing, row.next_stage(standing), winding)
    changes = _EFFECTS[row.clock](clock)
    return changes | ({"calendar_short": clock.short} if changes else {})


def begin(rules: WorkRules, matter_code: str, priority: int, list_version: int, now: datetime) -> dict[str, Any]:
    """Return the clock of a case that was just reported, as columns of its state."""
    short: date | None = None
    deadline = looks = None
    try:
        deadline = rules.due_at(LIMIT_OF[Stage.REPORTED], matter_code, priority, now, None, list_version=list_version)
        looks = looks_next(LIMIT_OF[Stage.REPORTED], 0, deadline, None, rules)
    except CalendarEndsError:
        short = last_known(rules)
    due = {"clock": Clock.RUNNING, "due_kind": LIMIT_OF[Stage.REPORTED], "deadline_at": deadline, "due_at": looks}
    return {**due, "due_step": 0, "stage_since": now, "counted_since": now, "calendar_short": short}


def handling_left(standing: Standing, rules: WorkRules, now: datetime) -> int | None:
    """Return the working seconds left of the limit to handle, in its hours; None where none has begun."""
    code = standing.handling_organisation_code
    winding = Winding(rules, now, code, standing.matter_code, standing.priority)
    return _Winder(standing, standing.stage, winding).left()


def last_known(rules: WorkRules) -> date:
    """Return the last day that the calendar knows."""
    return rules.calendar.last_day or date.min


class _Winder:
    """Winds the clock of one case; notes where the calendar was too short for an answer."""

    def __init__(self, standing: Standing, to: Stage, winding: Winding) -> None:
        self._was = standing
        self._to = to
        self._by = winding
        self._rules = winding.rules
        self.short = standing.calendar_short

    def start(self) -> dict[str, Any]:
        kind, now = LIMIT_OF[self._to], self._by.now
        due = self._due(kind, self._end(kind, now)) | {"counted_since": now}
        return due | (self._handed_over() if self._to is Stage.DISPATCHED else self._kept())

    def go_on(self) -> dict[str, Any]:
        begun = (self._was.counted_since if self._was.stage is Stage.DISPATCHED else None) or self._by.now
        end = self._after(begun, self._was.handling_left_s, self._hours())
        due = self._due(HANDLE, end, step=self._was.handling_step)
        return {**due, "counted_since": begun, "handling_left_s": None}

    def pause(self) -> dict[str, Any]:
        left = self._worked(self._by.now, self._was.deadline_at, self._hours_of(self._was.due_kind))
        still = {**_still(Clock.PAUSED), "remaining_s": left, "due_step": self._was.due_step}
        until = {"due_kind": RESUME, "due_at": self._by.until} if self._by.until else {}
        return {**still, **until, "suspended_until": self._by.until}

    def resume(self) -> dict[str, Any]:
        was, kind = self._was, LIMIT_OF[self._to]
        # A sweep may come late; the suspension ended when it was to end.
        begun = min(self._by.now, was.suspended_until) if was.suspended_until else self._by.now
        due = self._due(kind, self._after(begun, was.remaining_s, self._hours_of(kind)), step=was.due_step)
        # What it lay aside does not count, so that the same limit can be counted again for another matter.
        counted = was.counted_since + (begun - was.stage_since) if was.counted_since else begun
        return {**due, "counted_since": counted, "remaining_s": None, "suspended_until": None}

    def stop(self) -> dict[str, Any]:
        return {**_still(Clock.STOPPED), **self._kept()}

    def recount(self) -> dict[str, Any]:
        kind = LIMIT_OF[self._was.stage]
        end = self._end(kind, self._was.counted_since or self._was.stage_since)
        return self._due(kind, end, step=self._was.due_step)

    def extend(self) -> dict[str, Any]:
        end = self._after(self._was.deadline_at, self._by.granted_s, self._hours())
        return self._due(HANDLE, end, step=self._was.due_step)

    def keep(self) -> dict[str, Any]:
        return {}

    def left(self) -> int | None:
        was, left = self._was, self._was.handling_left_s
        if was.due_kind == HANDLE:
            return self._worked(self._by.now, was.deadline_at, self._hours())
        if was.due_kind == ACCEPT and left is not None:
            used = self._worked(was.counted_since or was.stage_since, self._by.now, self._hours())
            return None if used is None else left - used
        return left

    def _kept(self) -> dict[str, Any]:
        """Keep what is left of handling, and how often that was escalated, while something else is due."""
        step = self._was.due_step if self._was.due_kind == HANDLE else self._was.handling_step
        return {"handling_left_s": self.left(), "handling_step": step}

    def _handed_over(self) -> dict[str, Any]:
        """Give an organisation its share of the limit to handle, in its own hours, and never more than a new one."""
        first = self._was.first_dispatched_at or self._by.now
        hours = self._rules.counted_in(self._handling_limit(), self._by.organisation_code)
        left, out_of = self.left(), self._was.handling_whole_s
        whole, new = self._whole(first, hours), self._whole(self._by.now, hours)
        if left is None or out_of is None:
            left, whole = new, new
        elif whole is None or new is None:
            left = None
        elif out_of > 0:
            left = min(left * whole // out_of, new * max(left, out_of) // out_of)
        else:
            left = min(left, 0) + new
        kept = {"handling_left_s": left, "handling_whole_s": whole, "handling_hours": hours.code}
        return {**kept, "handling_step": 0, "first_dispatched_at": first}

    def _whole(self, start: datetime, hours: Hours) -> int | None:
        """Return the whole limit to handle as it would begin at `start`, in seconds of these hours."""
        limit = self._handling_limit()
        end = None if limit is None else self._known(lambda: self._rules.add(start, limit, hours))
        return self._worked(start, end, hours)

    def _end(self, kind: str, start: datetime) -> datetime | None:
        by, version = self._by, self._was.list_version
        whose = by.organisation_code if kind in _IN_HANDS else None
        return self._known(
            lambda: self._rules.due_at(kind, by.matter_code, by.priority, start, whose, list_version=version)
        )

    def _due(self, kind: str, end: datetime | None, *, step: int = 0) -> dict[str, Any]:
        # What was told of a deadline that is past is not told again when the clock is wound; one ahead begins anew.
        taken = step if end is not None and end <= self._by.now else 0
        looks = self._known(lambda: looks_next(kind, taken, end, self._by.organisation_code, self._rules))
        return {"clock": Clock.RUNNING, "due_kind": kind, "deadline_at": end, "due_at": looks, "due_step": taken}

    def _hours(self) -> Hours:
        """Return the hours that handling is counted in: those of the dispatch, whatever was changed since."""
        found = self._rules.hours_called(self._was.handling_hours)
        return found or self._rules.counted_in(self._handling_limit(), self._was.handling_organisation_code)

    def _hours_of(self, kind: str | None) -> Hours:
        return self._hours() if kind == HANDLE else self._rules.hours(None)

    def _handling_limit(self) -> Any:
        by = self._by
        return self._rules.limit(HANDLE, by.matter_code, by.priority, list_version=self._was.list_version)

    def _after(self, start: datetime | None, left: int | None, hours: Hours) -> datetime | None:
        return None if start is None or left is None else self._known(lambda: self._rules.after(start, left, hours))

    def _worked(self, start: datetime, end: datetime | None, hours: Hours) -> int | None:
        return None if end is None else self._known(lambda: self._rules.worked(start, end, hours))

    def _known(self, reckon: Callable[[], Answer]) -> Answer | None:
        try:
            return reckon()
        except CalendarEndsError:
            self.short = last_known(self._rules)
            return None


def looks_next(
    kind: str, step: int, deadline: datetime | None, organisation_code: str | None, rules: WorkRules
) -> datetime | None:
    """Return when the sweep looks next at a case whose `step` steps of escalation were taken; None: never again.

    Raises
    ------
    CalendarEndsError
        If the calendar does not reach that far.
    """
    following = _following(kind, step, deadline, organisation_code, rules)
    return following[1] if following else None


def next_step(standing: Standing, rules: WorkRules, now: datetime) -> Escalation | None:
    """Return the step of escalation that a case has come to, or None where none is due."""
    kind, code = standing.due_kind or RESUME, standing.handling_organisation_code
    try:
        following = _following(kind, standing.due_step, standing.deadline_at, code, rules)
    except CalendarEndsError:
        return None
    return following[0] if following and following[1] <= now else None


def escalated(standing: Standing, step: int, rules: WorkRules) -> dict[str, Any]:
    """Return what changes of a case whose `step` steps of escalation were taken, as columns of its state."""
    kind, code = standing.due_kind or RESUME, standing.handling_organisation_code
    try:
        looks, short = looks_next(kind, step, standing.deadline_at, code, rules), standing.calendar_short
    except CalendarEndsError:
        looks, short = None, last_known(rules)
    return {"due_step": step, "due_at": looks, "calendar_short": short}


def _following(
    kind: str, step: int, deadline: datetime | None, organisation_code: str | None, rules: WorkRules
) -> tuple[Escalation, datetime] | None:
    whose = organisation_code if kind in _IN_HANDS else None
    return None if deadline is None else rules.next_escalation(kind, step, deadline, whose)


def _still(clock: Clock) -> dict[str, Any]:
    return {"clock": clock, "due_kind": None, "deadline_at": None, "due_at": None, "due_step": 0}


_EFFECTS: Mapping[Effect, Callable[[_Winder], dict[str, Any]]] = MappingProxyType(
    {
        Effect.START: _Winder.start,
        Effect.GO_ON: _Winder.go_on,
        Effect.PAUSE: _Winder.pause,
        Effect.RESUME: _Winder.resume,
        Effect.STOP: _Winder.stop,
        Effect.EXTEND: _Winder.extend,
        Effect.RECOUNT: _Winder.recount,
        Effect.KEEP: _Winder.keep,
    }
)
