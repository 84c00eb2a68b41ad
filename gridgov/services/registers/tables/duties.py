"""The table of duties: who answers for which cell or area, as what, from when until when."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from gridgov.access.delegation import Hand
from gridgov.errors import ConflictError, InputError
from gridgov.formats.sheets import Column
from gridgov.ids import new_id
from gridgov.services.registers.duties import (
    NewDuty,
    begun,
    ended,
    no_target,
    require_earlier,
    require_free,
    require_person,
    require_span,
    require_standing,
    row_of,
)
from gridgov.services.registers.keeping import PERMISSION
from gridgov.services.registers.tables.cells import Row, moment_in, moment_text
from gridgov.services.registers.tables.table import Applying, Edit, Table
from gridgov.store.registers import DutiesAsked, Noted
from gridgov.store.unit import Unit

_FAR: Final = datetime.fromisoformat("2999-01-01T00:00:00+00:00")


def _columns(unit: Unit) -> Sequence[Column]:
    roles = {role["code"]: (role["name_zh"], role["name_en"]) for role in unit.registers.duties.roles()}
    return (
        Column("staff_code", "工号", "staff number"),
        Column("name", "姓名", "name", required=False, shown_only=True),
        Column("target_code", "网格或区域代码", "cell or area code", "code"),
        Column("target_name", "网格或区域名称", "cell or area", required=False, shown_only=True),
        Column("role", "职责", "duty", "choice", words=roles),
        Column("since", "开始时间", "since", "moment"),
        Column("until", "结束时间", "until", "moment", required=False),
    )


def _current(unit: Unit, hand: Hand) -> list[Row]:
    rows = unit.registers.duties.page(DutiesAsked(), at=_FAR)
    return [
        {
            **{name: row[name] for name in ("staff_code", "name", "target_code", "target_name", "role")},
            "since": moment_text(row["since"]),
            "until": moment_text(row["until"]),
        }
        for row in reversed(rows)
        if row["target_code"] and hand.reaches(row["target_code"])
    ]


def _not_over(row: Row, now: datetime) -> bool:
    until = moment_in(row["until"])
    return until is None or until > now


def _apply(doing: Applying) -> None:
    unit, hand = doing.unit, doing.hand
    people = lru_cache(None)(unit.registers.people.by_codes)
    targets = lru_cache(None)(unit.registers.duties.targets)

    def one(edit: Edit) -> list[Noted]:
        row = edit.after
        code, district_code = row["target_code"], row["target_code"][:6]
        since, until = moment_in(row["since"]), moment_in(row.get("until", ""))
        assert since is not None  # noqa: S101 - it is part of the key
        hand.require_reach(code)
        require_span(since, until)
        person = people(district_code).get(row["staff_code"])
        if person is None:
            message = f"There is no {row['staff_code']} in {district_code}: add the person first."
            raise InputError(message, field="staff_code")
        if edit.before is not None:
            return [_end(doing, person["id"], edit.before, edit.after, until)]
        target = targets(district_code, max(since, doing.now)).get(code)
        if target is None:
            raise no_target(code)
        require_standing(target, until)
        require_person(person, target, until)
        made = row_of(NewDuty(new_id(), person["id"], code, row["role"], since, until), target)
        require_free(unit, made, now=doing.now)
        unit.registers.duties.add([made])
        return [begun(made)]

    doing.each(one)


def _end(doing: Applying, person_id: Any, before: Row, after: Row, until: datetime | None) -> Noted:
    if until is None:
        message = f"This duty ends at {before['until']}: what has an end keeps one; begin another duty after it."
        raise ConflictError(message, field="until")
    register = doing.unit.registers.duties
    found = next(
        row
        for row in register.page(DutiesAsked(person_id=person_id), at=_FAR)
        if (row["target_code"], row["role"], moment_text(row["since"]))
        == (after["target_code"], after["role"], after["since"])
    )
    require_earlier(found, until, now=doing.now, field="until")
    register.end(found["district_code"], [found["id"]], until)
    return ended(found, until)


DUTIES: Final = Table(
    "duties",
    "职责分工",
    "Duties",
    PERMISSION,
    whole=False,
    key=("staff_code", "target_code", "role", "since"),
    columns=_columns,
    current=_current,
    apply=_apply,
    listed=_not_over,
    ends="until",
    note_zh="导出现行和将来的职责；文件里没有的职责保持不变，填写结束时间即终止，未到的结束时间只能提前。",
    note_en="Duties in force and to come are exported; those a file does not mention stay; an end ends one, and an end "
    "to come is only brought forward.",
)
