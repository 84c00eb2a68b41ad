"""Working time: when organisations work, how long steps may take there, and what follows when they take longer."""

from gridgov.worktime.calendar import CalendarDay, CalendarEndsError, CalendarYear, DayKind, WorkCalendar
from gridgov.worktime.hours import ALWAYS, Hours, Segment
from gridgov.worktime.limits import Escalation, Level, Limit, LimitKind, LimitRow, LimitUnit
from gridgov.worktime.rules import Kept, OwnLimits, Whose, WorkRules

__all__ = [
    "ALWAYS",
    "CalendarDay",
    "CalendarEndsError",
    "CalendarYear",
    "DayKind",
    "Escalation",
    "Hours",
    "Kept",
    "Level",
    "Limit",
    "LimitKind",
    "LimitRow",
    "LimitUnit",
    "OwnLimits",
    "Segment",
    "Whose",
    "WorkCalendar",
    "WorkRules",
]
