"""A calendar as it is shipped, and rules with an organisation of each sort of hours."""

from typing import Any

import pytest

from gridgov.worktime import (
    ALWAYS,
    Escalation,
    Hours,
    Kept,
    Level,
    Limit,
    LimitKind,
    LimitRow,
    LimitUnit,
    Segment,
    WorkCalendar,
    WorkRules,
)
from gridgov.worktime.published import shipped

MORNING, AFTERNOON = Segment(9 * 60, 12 * 60), Segment(13 * 60, 18 * 60)
OFFICE = Hours("office", dict.fromkeys(range(6), (MORNING, AFTERNOON)))
SHORT_FRIDAYS = Hours("short_fridays", {**dict.fromkeys(range(5), (MORNING, AFTERNOON)), 5: (MORNING,)})
LATE = Hours("late", dict.fromkeys(range(7), (Segment(14 * 60, 24 * 60),)))

MINUTES, HOURS, DAYS = LimitUnit.MINUTES, LimitUnit.HOURS, LimitUnit.WORKING_DAYS


@pytest.fixture(scope="session")
def calendar() -> WorkCalendar:
    return WorkCalendar(shipped())


def rules_with(*limits: LimitRow, **more: Any) -> WorkRules:
    kept = Kept({"OFFICE": OFFICE, "FRIDAYS": SHORT_FRIDAYS, "LATE": LATE, "STATION": ALWAYS})
    steps = [
        Escalation(2, Limit(30, MINUTES, around_the_clock=True), Level.DISTRICT, "command_centre"),
        Escalation(1, Limit(0, MINUTES), Level.DISTRICT, "command_centre"),
    ]
    return WorkRules(WorkCalendar(shipped()), kept, limits, {LimitKind.CHECK_IN: steps}, **more)


@pytest.fixture(scope="session")
def rules() -> WorkRules:
    return rules_with()
