"""What of a whistle is due, and to whom it escalates. Pure: the same whistle at the same moment is due the same."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from gridgov.clock import shown
from gridgov.errors import RuleError
from gridgov.whistles.lifecycle import NOT_YET_THERE, Stage, SummonsStage
from gridgov.whistles.live import LiveSummons, Whistle


class Due(StrEnum):
    """What can be late."""

    CONFIRM = "confirm"
    CHECK_IN = "check_in"
    MEASURE = "measure"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of escalating: number `step` (from 1), `after` the deadline, to `role` at `level`."""

    step: int
    after: timedelta
    level: str
    role: str


Ladders = Mapping[Due, tuple[Rung, ...]]

LADDERS: Ladders = {
    Due.CONFIRM: (Rung(1, timedelta(0), "parent", "command_centre"),),
    Due.CHECK_IN: (
        Rung(1, timedelta(0), "district", "command_centre"),
        Rung(2, timedelta(minutes=30), "district", "command_centre"),
    ),
    Due.MEASURE: (Rung(1, timedelta(0), "district", "command_centre"),),
    Due.CLOSE: (
        Rung(1, timedelta(0), "district", "command_centre"),
        Rung(2, timedelta(days=1), "parent", "command_centre"),
    ),
}
"""To whom lateness escalates where an installation has no rules of its own for it."""

PARENT_LEVEL = "parent"
"""The level of the rung that tells the area above all sides: from then on it may act in a silent side's stead."""


@dataclass(frozen=True, slots=True)
class DueStep:
    """One escalation that is due since `at`. `target` is a street's, an organisation's code, or the whistle's id."""

    at: datetime
    due: Due
    target: str
    rung: Rung


@dataclass(frozen=True, slots=True)
class _Deadline:
    due: Due
    target: str
    due_at: datetime
    fired: int


def due_steps(whistle: Whistle, now: datetime, ladders: Ladders = LADDERS) -> tuple[DueStep, ...]:
    """Return what is due at `now` and has not been escalated yet, in order of time.

    A whistle remembers how far each of its deadlines was escalated, so nothing fires twice, whatever restarts.
    """
    return tuple(step for step in _steps(whistle, ladders) if step.at <= now)


def next_due(whistle: Whistle, ladders: Ladders = LADDERS) -> datetime | None:
    """Return when something of the whistle is due next, or None when nothing is any more."""
    return next((step.at for step in _steps(whistle, ladders)), None)


def escalated(whistle: Whistle, step: DueStep) -> Whistle:
    """Return the whistle that remembers `step`."""
    number = step.rung.step
    match step.due:
        case Due.CONFIRM:
            return whistle.with_side(replace(whistle.side(step.target), confirm_step=number))
        case Due.CHECK_IN:
            return whistle.with_call(replace(whistle.call(step.target), check_in_step=number))
        case Due.MEASURE:
            return whistle.with_call(replace(whistle.call(step.target), measure_step=number))
        case Due.CLOSE:
            return replace(whistle, close_step=number)


def require_silent(whistle: Whistle, street_code: str, due: Due, *, now: datetime, ladders: Ladders = LADDERS) -> None:
    """Refuse to act in a side's stead before the area above has been told that it is late.

    That is the ladder's rung of its level; where a ladder has none, its last one, and the deadline where it is empty.

    Parameters
    ----------
    due
        What the side owes: ``CONFIRM``, or ``CLOSE`` for all that ends its part.

    Raises
    ------
    RuleError
        Saying from when on it may be done.
    NotFoundError
        If the street has no part in the whistle.
    """
    side = whistle.side(street_code)
    fired = side.confirm_step if due is Due.CONFIRM else whistle.close_step
    due_at = side.confirm_due_at if due is Due.CONFIRM else whistle.close_due_at
    if due_at is None:  # nothing is owed yet, so nothing is possible yet: the act's table says what is
        return
    rungs = ladders.get(due, ())
    rung = next((r for r in rungs if r.level == PARENT_LEVEL), rungs[-1] if rungs else Rung(0, timedelta(0), "", ""))
    begins_at = due_at + rung.after
    if now < begins_at:
        message = (
            f"Street {street_code} has until {shown(due_at)} to {due} for itself; "
            f"you may act in its stead from {shown(begins_at)} on."
        )
        raise RuleError(message, field="street_code")
    if fired < rung.step:
        message = f"That street {street_code} is late is being escalated to you: try again in a minute."
        raise RuleError(message, field="street_code")


def _steps(whistle: Whistle, ladders: Ladders) -> list[DueStep]:
    steps = [
        DueStep(deadline.due_at + rung.after, deadline.due, deadline.target, rung)
        for deadline in _deadlines(whistle)
        for rung in ladders.get(deadline.due, ())
        if rung.step > deadline.fired
    ]
    return sorted(steps, key=lambda s: (s.at, s.due, s.target, s.rung.step))


def _deadlines(whistle: Whistle) -> Iterator[_Deadline]:
    if whistle.stage is Stage.DRAFTED:
        for side in whistle.sides:
            if side.confirm_due_at and not side.confirmed_at:
                yield _Deadline(Due.CONFIRM, side.street_code, side.confirm_due_at, side.confirm_step)
    if whistle.stage in {Stage.BLOWN, Stage.CLOSING}:
        for call in whistle.summons:
            yield from _of_summons(call)
        if whistle.close_due_at:
            yield _Deadline(Due.CLOSE, str(whistle.id), whistle.close_due_at, whistle.close_step)


def _of_summons(call: LiveSummons) -> Iterator[_Deadline]:
    if call.stage in NOT_YET_THERE and call.due_at:
        yield _Deadline(Due.CHECK_IN, call.organisation_code, call.due_at, call.check_in_step)
    if call.stage is SummonsStage.ON_SITE and call.measure_due_at:
        yield _Deadline(Due.MEASURE, call.organisation_code, call.measure_due_at, call.measure_step)
