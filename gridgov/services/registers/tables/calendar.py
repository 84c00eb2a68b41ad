"""The table of the working calendar: each year that a file names is replaced as a whole."""

from collections.abc import Sequence
from typing import Final

from gridgov.access.delegation import Hand
from gridgov.errors import InputError
from gridgov.formats.sheets import Column
from gridgov.services.registers.tables.cells import Row
from gridgov.services.registers.tables.table import Applying, Table
from gridgov.store.unit import Unit
from gridgov.worktime import CalendarYear, WorkCalendar
from gridgov.worktime.published import years_of

_DAYS: Final = {"holiday": ("休息", "holiday"), "work": ("上班", "work")}
_COLUMNS: Final = (
    Column("day", "日期", "day", "day"),
    Column("kind", "性质", "kind", "choice", words=_DAYS),
    Column("name", "名称", "name"),
    Column("source", "依据", "source"),
)


def _current(unit: Unit, _hand: Hand) -> list[Row]:
    return [
        {"day": one.day.isoformat(), "kind": one.kind.value, "name": one.name.strip(), "source": year.source.strip()}
        for year in unit.worktime.calendar().years
        for one in year.days
    ]


def _of_named_years(missing: Sequence[Row], rows: Sequence[Row]) -> list[Row]:
    years = {_year(row) for row in rows}
    return [row for row in missing if _year(row) in years]


def _apply(doing: Applying) -> None:
    unit = doing.unit
    wanted = _years(doing)
    before = {year.year: year for year in unit.worktime.calendar().years}
    try:
        WorkCalendar({**before, **{year.year: year for year in wanted}}.values())
    except InputError as error:
        doing.fault(1, error)
    if doing.plan.faults:
        return
    for one in wanted:
        unit.worktime.put_year(one)
        put = {"year": one.year, "source": one.source}
        unit.worktime.log_change("calendar", put, at=doing.now, author=doing.hand.name)


def _years(doing: Applying) -> list[CalendarYear]:
    """Return the years that would be different; what is wrong with one is a fault of its first row."""
    wanted: list[CalendarYear] = []
    for year in sorted({_year(row) for row in (*(edit.after for edit in doing.plan.edits), *doing.plan.gone)}):
        edits = [edit for edit in doing.plan.rows if _year(edit.after) == year]
        try:
            wanted += years_of([edit.after for edit in edits])
        except InputError as error:
            doing.fault(edits[0].number, error)
    return wanted


def _year(row: Row) -> str:
    return row["day"][:4]


CALENDAR: Final = Table(
    "calendar",
    "工作日历",
    "Calendar",
    "rules.manage",
    whole=True,
    key=("day",),
    columns=lambda _unit: _COLUMNS,
    current=_current,
    apply=_apply,
    gone_of=_of_named_years,
    note_zh="文件里出现的年份按整年替换；没有出现的年份保持不变。",
    note_en="Each year that a file names is replaced as a whole; years that it does not name stay as they are.",
)
