"""Hops: each stay of a case in an organisation's hands, and how long it lay idle there."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from gridgov.worktime import CalendarEndsError, WorkRules


@dataclass(frozen=True, slots=True)
class Stay:
    """One hop as it is kept; `ended_by` is the act that took the case from them."""

    seq: int
    organisation_code: str
    dispatched_at: datetime
    accepted_at: datetime | None
    ended_at: datetime | None
    ended_by: str | None


@dataclass(frozen=True, slots=True)
class Measured:
    """A hop with its times.

    Attributes
    ----------
    waited_s, waited_working_s
        From the dispatch until it was accepted, or taken away unaccepted, or now; plain seconds, and of the
        organisation's working time; None where the calendar does not reach.
    held_s, held_working_s
        From the acceptance to the end, or now; None where it was never accepted.
    """

    stay: Stay
    waited_s: int
    waited_working_s: int | None
    held_s: int | None
    held_working_s: int | None


def measured(stay: Stay, rules: WorkRules, *, now: datetime) -> Measured:
    """Return a hop with its times as of `now`."""
    end = stay.ended_at or now
    taken = stay.accepted_at or end
    waited, waited_working = _between(stay.dispatched_at, taken, stay.organisation_code, rules)
    held = _between(stay.accepted_at, end, stay.organisation_code, rules) if stay.accepted_at else (None, None)
    return Measured(stay, waited, waited_working, *held)


def known_stays(stays: Iterable[Stay], moment: datetime) -> list[Stay]:
    """Return a case's hops as they were at a moment."""
    return [_then(stay, moment) for stay in stays if stay.dispatched_at <= moment]


def plain_hop(hop: Measured) -> dict[str, Any]:
    """Return a hop in one level, as a case shows it."""
    times = asdict(hop)
    return {**times.pop("stay"), **times}


def _then(stay: Stay, moment: datetime) -> Stay:
    if stay.ended_at and stay.ended_at <= moment:
        return stay
    accepted = stay.accepted_at if stay.accepted_at and stay.accepted_at <= moment else None
    return replace(stay, accepted_at=accepted, ended_at=None, ended_by=None)


def _between(start: datetime, end: datetime, organisation_code: str, rules: WorkRules) -> tuple[int, int | None]:
    try:
        working = rules.worked(start, end, organisation_code)
    except CalendarEndsError:
        working = None
    return int((end - start).total_seconds()), working
