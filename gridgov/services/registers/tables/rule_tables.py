"""The tables of rules: the responsibility list, kinds of whistle, the calendar. A file of one is all there is."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any, Final

from gridgov.access.delegation import Hand
from gridgov.errors import InputError, RuleError
from gridgov.formats.sheets import Column, SheetFault
from gridgov.matters import Counted, Matter, Part, Responsibility, refuse_contradictions
from gridgov.services.registers.tables.cells import FLAG, number_text
from gridgov.services.registers.tables.table import Applying, Row, Table
from gridgov.services.rule_wishes import require_source
from gridgov.store.unit import Unit
from gridgov.store.whistles.kinds import from_row, to_row
from gridgov.whistles import WhistleKind
from gridgov.whistles.kinds import require_sound
from gridgov.worktime import CalendarYear, WorkCalendar
from gridgov.worktime.published import years_of

_PERMISSION: Final = "rules.manage"
_HOUR: Final = timedelta(hours=1)
_MINUTE: Final = timedelta(minutes=1)
_COUNTED: Final = {"urgent": ("昼夜连续", "day and night"), "working": ("工作时间", "working hours")} | {
    "days": ("工作日", "working days")
}
_DAYS: Final = {"holiday": ("休息", "holiday"), "work": ("上班", "work")}
_VOUCHING: Final = {"none": ("不采信", "none"), "accepted": ("可采信", "accepted"), "required": ("必须", "required")}

_MATTERS: Final = (
    Column("code", "事项编码", "matter code"),
    Column("name", "事项名称", "matter"),
    Column("category", "大类", "category"),
    Column("subcategory", "小类", "subcategory"),
    Column("whistle_kind", "哨种编码", "whistle kind"),
    Column("admitted", "网格准入", "admitted", "flag", words=FLAG),
    Column("priority", "优先级", "priority", "number"),
    Column("file_hours", "立案时限小时", "hours to file", "number"),
    Column("handle_hours", "处置时限小时", "hours to handle", "number"),
    Column("counted", "计时方式", "counted", "choice", words=_COUNTED),
    Column("lead", "主责单位编码", "lead organisation"),
    Column("cooperating", "配合单位编码", "cooperating organisations"),
)
_KINDS: Final = (
    Column("code", "哨种编码", "code"),
    Column("name_zh", "中文名称", "name in Chinese"),
    Column("name_en", "英文名称", "name in English"),
    *(
        Column(f"{name}_minutes", f"{zh}分钟", f"minutes to {en}", "number")
        for name, zh, en in (
            ("check_in", "报到时限", "check in"),
            ("confirm", "确认时限", "confirm"),
            ("measure", "填报时限", "file a measure"),
            ("close", "销哨时限", "close"),
            ("late", "补报允许", "send in late"),
            ("skew", "时钟误差", "be off by a clock"),
        )
    ),
    Column("min_share", "最小占比", "least share", "number"),
    Column("issuers", "吹哨层级", "issuers"),
    Column("answerers", "应哨单位", "answerers"),
    Column("geofence_m", "到场范围米", "geofence in metres", "number"),
    Column("accuracy_limit_m", "定位精度米", "accuracy in metres", "number"),
    Column("vouching", "旁证", "vouching", "choice", words=_VOUCHING),
    Column("source", "依据", "source"),
    Column("retired", "停用", "retired", "flag", words=FLAG),
)
_CALENDAR: Final = (
    Column("day", "日期", "day", "day"),
    Column("kind", "性质", "kind", "choice", words=_DAYS),
    Column("name", "名称", "name"),
    Column("source", "依据", "source"),
)


def _matters(unit: Unit, _hand: Hand) -> list[Row]:
    if unit.rules.current_version() is None:
        return []
    listed = unit.rules.matters()
    return [
        {
            "code": m.code.strip(),
            "name": m.name.strip(),
            "category": m.category.strip(),
            "subcategory": m.subcategory.strip(),
            "whistle_kind": m.whistle_kind or "",
            "admitted": _flag(yes=m.admitted),
            "priority": str(m.priority),
            "file_hours": number_text(m.file_within / _HOUR),
            "handle_hours": number_text(m.handle_within / _HOUR),
            "counted": m.counted.value,
            "lead": listed.lead(m.code),
            "cooperating": ";".join(listed.cooperating(m.code)),
        }
        for m in listed
    ]


def _with_list(_unit: Unit, row: dict[str, str]) -> dict[str, str]:
    """Return a row of matters with the organisations that cooperate in one spelling, whatever divides them."""
    return {**row, "cooperating": ";".join(_split(row["cooperating"]))}


def _split(text: str) -> list[str]:
    for mark in "；，,、\n":
        text = text.replace(mark, ";")
    return [part.strip() for part in text.split(";") if part.strip()]


def _apply_matters(doing: Applying) -> None:
    unit, rows, numbers = doing.unit, list(doing.rows), _numbers(doing)
    matters = list(_made(doing, rows, _matter))
    parts = [part for row in rows for part in _parts(row)]
    try:
        require_source(doing.source)
        refuse_contradictions(
            matters, parts, organisations=unit.people.codes(), whistle_kinds=unit.rules.whistle_kinds()
        )
    except RuleError as error:
        for one in error.details:
            doing.plan.faults.append(SheetFault(numbers.get((one["matter"],), 1), "事项编码", one["message"]))
        return
    if doing.plan.faults or not unit.rules.publish_matters(matters, parts, at=doing.now, source=doing.source):
        return
    said = {"version": unit.rules.current_version(), "source": doing.source}
    unit.worktime.log_change("matter_list", said, at=doing.now, author=doing.hand.name)
    unit.summary.log_load(doing.home, at=doing.now, source=doing.source, summary={"matters": len(matters)})


def _matter(row: Row) -> Matter:
    priority = _whole(row, "priority", 1, 9)
    return Matter(
        code=row["code"],
        name=row["name"],
        category=row["category"],
        subcategory=row["subcategory"],
        whistle_kind=row["whistle_kind"] or None,
        admitted=_is(row, "admitted"),
        priority=priority,
        file_within=_hours(row, "file_hours"),
        handle_within=_hours(row, "handle_hours"),
        counted=Counted(_said(row, "counted")),
    )


def _parts(row: Row) -> list[Responsibility]:
    lead = [Responsibility(row["code"], row["lead"], Part.LEAD)] if row["lead"] else []
    return [*lead, *(Responsibility(row["code"], code, Part.COOPERATING) for code in _split(row["cooperating"]))]


def _hours(row: Row, name: str) -> timedelta:
    minutes = float(_said(row, name)) * 60
    if minutes < 0 or minutes > 527_040 or abs(minutes - round(minutes)) > 1e-6:
        message = f"{row[name]} hours are no whole minutes from 0 to a year: write 0.5 for 30 minutes."
        raise InputError(message, field=name)
    return timedelta(minutes=round(minutes))


def _kinds(unit: Unit, _hand: Hand) -> list[Row]:
    return [_kind_row(kind) for kind in unit.whistles.kinds.all().values()]


def _kind_row(kind: WhistleKind) -> Row:
    row = to_row(kind)
    lists = {name: ";".join(row[name]) for name in ("issuers", "answerers")}
    numbers = {c.name: number_text(row[c.name]) for c in _KINDS if c.kind == "number"}
    texts = {name: row[name].strip() for name in ("code", "name_zh", "name_en", "vouching", "source")}
    return {**texts, **numbers, **lists, "retired": _flag(yes=kind.retired)}


def _with_sorted(_unit: Unit, row: dict[str, str]) -> dict[str, str]:
    return {**row, **{name: ";".join(sorted(set(_split(row[name])))) for name in ("issuers", "answerers")}}


def _not_retired(missing: Sequence[Row], _rows: Sequence[Row]) -> list[Row]:
    return [row for row in missing if row["retired"] == "no"]


def _apply_kinds(doing: Applying) -> None:
    unit = doing.unit
    before = unit.whistles.kinds.all()
    wanted = list(_made(doing, [edit.after for edit in doing.plan.edits], _kind))
    wanted += [_kind({**row, "retired": "yes"}) for row in doing.plan.gone]
    if doing.plan.faults:
        return
    for kind in (one for one in wanted if before.get(one.code) != one):
        unit.whistles.kinds.put(kind)
        was = before.get(kind.code)
        said = {"code": kind.code, "was": to_row(was) if was else None, "is": to_row(kind)}
        unit.worktime.log_change("whistle_kind", said, at=doing.now, author=doing.hand.name)
    if wanted:
        summary = {"whistle_kinds": [kind.code for kind in wanted], "by": doing.hand.name}
        unit.summary.log_load(doing.home, at=doing.now, source="whistle kinds", summary=summary)


def _kind(row: Row) -> WhistleKind:
    columns = {column.name: column for column in _KINDS}
    values: dict[str, Any] = {name: _said(row, name) for name in ("code", "name_zh", "vouching", "source")}
    values["name_en"] = row["name_en"]
    for name in (name for name, column in columns.items() if column.kind == "number"):
        values[name] = _whole(row, name, 0, 1e9) if name.endswith("_minutes") else float(_said(row, name))
    values |= {name: _split(row[name]) for name in ("issuers", "answerers")}
    try:
        kind = from_row({**values, "retired": _is(row, "retired")})
    except ValueError as error:
        message = f"{error}: issuers are district, street, community, lane_chief; see the table as it is exported."
        raise InputError(message, field="issuers") from error
    require_sound(kind)
    return kind


def _calendar(unit: Unit, _hand: Hand) -> list[Row]:
    return [
        {"day": one.day.isoformat(), "kind": one.kind.value, "name": one.name.strip(), "source": year.source.strip()}
        for year in unit.worktime.calendar().years
        for one in year.days
    ]


def _of_named_years(missing: Sequence[Row], rows: Sequence[Row]) -> list[Row]:
    years = {row["day"][:4] for row in rows}
    return [row for row in missing if row["day"][:4] in years]


def _apply_calendar(doing: Applying) -> None:
    unit, numbers = doing.unit, _numbers(doing)
    changed = {row["day"][:4] for row in (*(edit.after for edit in doing.plan.edits), *doing.plan.gone)}
    before = {year.year: year for year in unit.worktime.calendar().years}
    wanted: list[CalendarYear] = []
    for year in sorted(changed):
        rows = [row for row in doing.rows if row["day"].startswith(year)]
        try:
            wanted += years_of(rows)
        except InputError as error:
            doing.fault(numbers[(rows[0]["day"],)], error)
    try:
        WorkCalendar({**before, **{year.year: year for year in wanted}}.values())
    except InputError as error:
        doing.fault(1, error)
    if doing.plan.faults:
        return
    for one in wanted:
        unit.worktime.put_year(one)
        said = {"year": one.year, "source": one.source}
        unit.worktime.log_change("calendar", said, at=doing.now, author=doing.hand.name)


def _made(doing: Applying, rows: Iterable[Row], make: Callable[[Row], Any]) -> list[Any]:
    """Return what rows make; what is wrong with one is written down."""
    numbers, found = _numbers(doing), []
    for row in rows:
        try:
            found.append(make(row))
        except InputError as error:
            doing.fault(numbers.get((row["code"],), 1), error)
    return found


def _numbers(doing: Applying) -> dict[tuple[str, ...], int]:
    """Return where in the sheet each row stands, by what it is known by."""
    rows = zip(doing.rows, doing.numbers, strict=True)
    return {(row.get("code") or row["day"],): number for row, number in rows}


def _said(row: Row, name: str) -> str:
    if not row[name]:
        message = "There is nothing here: fill it in."
        raise InputError(message, field=name)
    return row[name]


def _whole(row: Row, name: str, least: float, most: float) -> int:
    value = float(_said(row, name))
    if not value.is_integer() or not least <= value <= most:
        message = f"{row[name]} is no whole number from {least:g} to {most:g}."
        raise InputError(message, field=name)
    return int(value)


def _is(row: Row, name: str) -> bool:
    return _said(row, name) == "yes"


def _flag(*, yes: bool) -> str:
    return "yes" if yes else "no"


MATTERS: Final = Table(
    "matters",
    "责任清单",
    "Responsibility list",
    _PERMISSION,
    whole=True,
    key=("code",),
    columns=lambda _unit: _MATTERS,
    current=_matters,
    apply=_apply_matters,
    filled=_with_list,
    note_zh="文件就是整张清单：没有列出的事项不再有效；已有案卷仍按当时的版本。",
    note_en="A file is the whole list: matters that it does not name are gone; cases keep the version they have.",
)
KINDS: Final = Table(
    "whistle_kinds",
    "哨种",
    "Kinds of whistle",
    _PERMISSION,
    whole=True,
    key=("code",),
    columns=lambda _unit: _KINDS,
    current=_kinds,
    apply=_apply_kinds,
    gone_of=_not_retired,
    filled=_with_sorted,
    note_zh="文件就是全部哨种：没有列出的停用；已吹的哨仍按当时的时限。",
    note_en="A file is all kinds: one that it does not name is retired; whistles that were blown keep their numbers.",
)
CALENDAR: Final = Table(
    "calendar",
    "工作日历",
    "Calendar",
    _PERMISSION,
    whole=True,
    key=("day",),
    columns=lambda _unit: _CALENDAR,
    current=_calendar,
    apply=_apply_calendar,
    gone_of=_of_named_years,
    note_zh="文件里出现的年份按整年替换；没有出现的年份保持不变。",
    note_en="Each year that a file names is replaced as a whole; years that it does not name stay as they are.",
)
