"""Rules of time that every installation starts with. What a district has changed or added stays as it is."""

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from gridgov.store.tables import calendar_year, escalation_step, hours_of_kind, time_limit, work_hours, work_segment
from gridgov.store.tables.worktime import ANY_MATTER, ANY_PRIORITY
from gridgov.store.worktime import WorktimeStore
from gridgov.worktime import LimitKind, LimitUnit
from gridgov.worktime.published import shipped

_EIGHT_HOURS = (
    "State Council Order 174 (1995), articles 3 and 7: eight hours a day, Saturday and Sunday off; when: ours"
)
_OURS = "our choice"
_GRADES = "Beijing's hotline: four grades of handling, 2 hours, 24 hours, 7 days, 15 days"
_IN_WORKING_DAYS = f"{_GRADES}; counted in working days: our choice"
_PINGGU = "Pinggu, Beijing: on site within 30 minutes"

_HOURS = [
    {
        "code": "around_the_clock",
        "name_zh": "7×24 小时值守",
        "name_en": "Day and night",
        "around_the_clock": True,
        "source": "Command centres and stations that never close",
    },
    {
        "code": "office",
        "name_zh": "机关工作时间",
        "name_en": "Office hours",
        "around_the_clock": False,
        "source": _EIGHT_HOURS,
    },
]
_SEGMENTS = [
    {"hours": "office", "day": day, "start_minute": start * 60, "end_minute": end * 60}
    for day in range(6)
    for start, end in ((9, 12), (13, 18))
]
# The government stands for its command centre, a station for police and fire, an enterprise for the crews that repair
# water, gas, heat and power: all have somebody awake. Offices have not.
_OF_KIND = [
    {"organisation_kind": kind, "hours": hours}
    for kind, hours in {
        "government": "around_the_clock",
        "station": "around_the_clock",
        "enterprise": "around_the_clock",
        "department": "office",
        "street_office": "office",
        "community": "office",
    }.items()
]

_MINUTES, _HOURLY, _DAYS = LimitUnit.MINUTES, LimitUnit.HOURS, LimitUnit.WORKING_DAYS
_ANY, _URGENT, _WORKING = ANY_PRIORITY, True, False
_LIMITS = [
    (LimitKind.FILE, 1, 30, _MINUTES, _URGENT, _OURS),
    (LimitKind.FILE, _ANY, 2, _HOURLY, _WORKING, _OURS),
    (LimitKind.DISPATCH, 1, 10, _MINUTES, _URGENT, _OURS),
    (LimitKind.DISPATCH, _ANY, 1, _HOURLY, _WORKING, _OURS),
    (LimitKind.ACCEPT, 1, 30, _MINUTES, _URGENT, _OURS),
    (LimitKind.ACCEPT, _ANY, 2, _HOURLY, _WORKING, _OURS),
    (LimitKind.HANDLE, 1, 2, _HOURLY, _URGENT, _GRADES),
    (LimitKind.HANDLE, 2, 24, _HOURLY, _URGENT, _GRADES),
    (LimitKind.HANDLE, 3, 7, _DAYS, _WORKING, _IN_WORKING_DAYS),
    (LimitKind.HANDLE, _ANY, 15, _DAYS, _WORKING, _IN_WORKING_DAYS),
    (LimitKind.VERIFY, 1, 2, _HOURLY, _URGENT, _OURS),
    (LimitKind.VERIFY, _ANY, 24, _HOURLY, _WORKING, _OURS),
    (LimitKind.CLOSE, _ANY, 24, _HOURLY, _WORKING, _OURS),
    (LimitKind.CONFIRM, _ANY, 60, _MINUTES, _URGENT, f"{_OURS}; a kind of whistle has its own"),
    (LimitKind.CHECK_IN, _ANY, 30, _MINUTES, _URGENT, f"{_PINGGU}; a kind of whistle has its own"),
    (LimitKind.MEASURE, _ANY, 24, _HOURLY, _URGENT, _OURS),
]

# Whoever is told of what is late never closes: steps do not wait for the hours of whoever is late.
_STEPS = [
    (LimitKind.FILE, 1, 0, _MINUTES, "district", _OURS),
    (LimitKind.FILE, 2, 1, _HOURLY, "district", _OURS),
    (LimitKind.DISPATCH, 1, 0, _MINUTES, "district", _OURS),
    (LimitKind.DISPATCH, 2, 1, _HOURLY, "district", _OURS),
    (LimitKind.ACCEPT, 1, 0, _MINUTES, "district", _OURS),
    (LimitKind.ACCEPT, 2, 2, _HOURLY, "district", _OURS),
    (LimitKind.HANDLE, 1, 0, _MINUTES, "district", _OURS),
    (LimitKind.HANDLE, 2, 24, _HOURLY, "district", _OURS),
    (LimitKind.VERIFY, 1, 0, _MINUTES, "district", _OURS),
    (LimitKind.VERIFY, 2, 24, _HOURLY, "district", _OURS),
    (LimitKind.CLOSE, 1, 0, _MINUTES, "district", _OURS),
    (LimitKind.CLOSE, 2, 24, _HOURLY, "district", _OURS),
    (LimitKind.CONFIRM, 1, 0, _MINUTES, "parent", "a side that does not answer is answered for above it"),
    (LimitKind.CHECK_IN, 1, 0, _MINUTES, "district", _PINGGU),
    (LimitKind.CHECK_IN, 2, 30, _MINUTES, "district", _OURS),
    (LimitKind.MEASURE, 1, 0, _MINUTES, "district", _OURS),
    (LimitKind.MEASURE, 2, 24, _HOURLY, "district", _OURS),
]


def ensure_worktime(connection: Connection) -> None:
    """Add the rules of time that are missing.

    Notes
    -----
    A year of the calendar, the segments of some hours and the steps of a kind belong together: they are added where
    the whole is missing, so that nothing that a district took out comes back.
    """
    _ensure_hours(connection)
    limits = [
        {"kind": kind.value, "matter_code": ANY_MATTER, "priority": priority, "amount": amount, "unit": unit.value}
        | {"around_the_clock": clock, "source": source}
        for kind, priority, amount, unit, clock, source in _LIMITS
    ]
    steps = [
        {"kind": kind.value, "step": step, "amount": amount, "unit": unit.value, "around_the_clock": True}
        | {"level": level, "role": "command_centre", "tells_own": True, "source": source}
        for kind, step, amount, unit, level, source in _STEPS
    ]
    if connection.execute(select(time_limit.c.kind).limit(1)).first() is None:
        connection.execute(insert(time_limit), limits)
        connection.execute(insert(escalation_step), steps)
    known = set(connection.execute(select(calendar_year.c.year)).scalars())
    store = WorktimeStore(connection)
    for year in shipped():
        if year.year not in known:
            store.put_year(year)


def _ensure_hours(connection: Connection) -> None:
    added = insert(work_hours).values(_HOURS).on_conflict_do_nothing().returning(work_hours.c.code)
    fresh = set(connection.execute(added).scalars())
    segments = [row for row in _SEGMENTS if row["hours"] in fresh]
    if segments:
        connection.execute(insert(work_segment), segments)
    connection.execute(insert(hours_of_kind).values(_OF_KIND).on_conflict_do_nothing())
