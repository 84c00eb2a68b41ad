"""The table of the responsibility list: a file is the whole list, and becomes its next version."""

from datetime import timedelta
from typing import Final

from gridgov.access.delegation import Hand
from gridgov.errors import InputError
from gridgov.formats.sheets import Column, SheetFault
from gridgov.matters import Counted, Matter, Part, Responsibility, contradictions
from gridgov.services.registers.tables.cells import FLAG, Row, codes_in, flag, is_yes, number_text, said, whole_number
from gridgov.services.registers.tables.table import Applying, Filling, Table
from gridgov.services.rule_wishes import require_source
from gridgov.store.unit import Unit

_HOUR: Final = timedelta(hours=1)
_YEAR_MINUTES: Final = 366 * 24 * 60
_COUNTED: Final = {
    "urgent": ("昼夜连续", "day and night"),
    "working": ("工作时间", "working hours"),
    "days": ("工作日", "working days"),
}
_COLUMNS: Final = (
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


def _current(unit: Unit, _hand: Hand) -> list[Row]:
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
            "admitted": flag(yes=m.admitted),
            "priority": str(m.priority),
            "file_hours": number_text(m.file_within / _HOUR),
            "handle_hours": number_text(m.handle_within / _HOUR),
            "counted": m.counted.value,
            "lead": listed.lead(m.code),
            "cooperating": ";".join(listed.cooperating(m.code)),
        }
        for m in listed
    ]


def _filling(_unit: Unit) -> Filling:
    return lambda row: {**row, "cooperating": ";".join(codes_in(row["cooperating"]))}


def _apply(doing: Applying) -> None:
    unit = doing.unit
    require_source(doing.source)
    matters = doing.made(doing.plan.rows, _matter)
    made = {matter.code for matter in matters}
    parts = [part for row in doing.rows if row["code"] in made for part in _parts(row)]
    numbers = {edit.after["code"]: edit.number for edit in doing.plan.rows}
    codes, kinds = unit.people.codes(), unit.rules.whistle_kinds()
    for code, words in contradictions(matters, parts, organisations=codes, whistle_kinds=kinds):
        doing.plan.faults.append(SheetFault(numbers.get(code, 1), "事项编码", words))
    if doing.plan.faults or not unit.rules.publish_matters(matters, parts, at=doing.now, source=doing.source):
        return
    published = {"version": unit.rules.current_version(), "source": doing.source}
    unit.worktime.log_change("matter_list", published, at=doing.now, author=doing.hand.name)
    unit.summary.log_load(doing.home, at=doing.now, source=doing.source, summary={"matters": len(matters)})


def _matter(row: Row) -> Matter:
    return Matter(
        code=row["code"],
        name=row["name"],
        category=row["category"],
        subcategory=row["subcategory"],
        whistle_kind=row["whistle_kind"] or None,
        admitted=is_yes(row, "admitted"),
        priority=whole_number(row, "priority", 1, 9),
        file_within=_hours(row, "file_hours"),
        handle_within=_hours(row, "handle_hours"),
        counted=Counted(said(row, "counted")),
    )


def _parts(row: Row) -> list[Responsibility]:
    lead = [Responsibility(row["code"], row["lead"], Part.LEAD)] if row["lead"] else []
    return [*lead, *(Responsibility(row["code"], code, Part.COOPERATING) for code in codes_in(row["cooperating"]))]


def _hours(row: Row, name: str) -> timedelta:
    minutes = float(said(row, name)) * 60
    if not 0 <= minutes <= _YEAR_MINUTES or abs(minutes - round(minutes)) > 1e-6:
        message = f"{row[name]} hours are no whole minutes from 0 to a year: write 0.5 for 30 minutes."
        raise InputError(message, field=name)
    return timedelta(minutes=round(minutes))


MATTERS: Final = Table(
    "matters",
    "责任清单",
    "Responsibility list",
    "rules.manage",
    whole=True,
    key=("code",),
    columns=lambda _unit: _COLUMNS,
    current=_current,
    apply=_apply,
    filling=_filling,
    note_zh="文件就是整张清单：没有列出的事项不再有效；已有案卷仍按当时的版本。",
    note_en="A file is the whole list: matters that it does not name are gone; cases keep the version they have.",
)
