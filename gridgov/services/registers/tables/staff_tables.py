"""The tables of people, duties and organisations: a row of a file is what a person at a screen would do."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from gridgov.access.delegation import Hand
from gridgov.errors import ConflictError, InputError
from gridgov.formats.sheets import Column
from gridgov.ids import new_id
from gridgov.organisations import OrganisationKind
from gridgov.services.registers import duties as duty_rules
from gridgov.services.registers import organisations as organisation_rules
from gridgov.services.registers import people as person_rules
from gridgov.services.registers.keeping import PERMISSION
from gridgov.services.registers.people import Employment, NewPerson, PersonWanted
from gridgov.services.registers.tables.cells import moment_in, moment_text
from gridgov.services.registers.tables.table import Applying, Edit, Row, Table
from gridgov.store.registers import DutiesAsked, Noted, OrganisationsAsked, PeopleAsked
from gridgov.store.unit import Unit

_EMPLOYMENT: Final = {
    "full_time": ("专职", "full-time"),
    "part_time": ("兼职", "part-time"),
    "post": ("岗位", "post"),
}
_KINDS: Final = {
    "government": ("政府", "government"),
    "department": ("部门", "department"),
    "street_office": ("街道办事处", "street office"),
    "community": ("社区", "community"),
    "station": ("站所", "station"),
    "enterprise": ("企业", "enterprise"),
}
_PEOPLE: Final = (
    Column("district_code", "区划代码", "district code", "code", required=False),
    Column("staff_code", "工号", "staff number"),
    Column("name", "姓名", "name"),
    Column("organisation_code", "单位编码", "organisation code"),
    Column("organisation_name", "单位名称", "organisation", required=False, shown_only=True),
    Column("employment", "用工形式", "employment", "choice", words=_EMPLOYMENT),
    Column("phone", "电话", "phone", required=False),
    Column("ended_at", "离职时间", "end of service", "moment", required=False),
)
_ORGANISATIONS: Final = (
    Column("code", "编码", "code"),
    Column("name", "名称", "name"),
    Column("kind", "类别", "kind", "choice", words=_KINDS),
    Column("area_code", "辖区代码", "area code", "code"),
    Column("parent_code", "上级编码", "part of", required=False),
    Column("closed_at", "停用时间", "closed", "moment", required=False),
)


def _people(unit: Unit, hand: Hand) -> list[Row]:
    rows = unit.registers.people.page(PeopleAsked(ended=True), at=_EVER, limit=_ALL)
    return [
        {
            **{name: row[name].strip() for name in ("district_code", "staff_code", "name", "organisation_code")},
            "organisation_name": row["organisation_name"],
            "employment": row["employment"],
            "phone": (row["phone"] or "").strip(),
            "ended_at": moment_text(row["ended_at"]),
        }
        for row in rows
        if hand.reaches(row["area_code"])
    ]


_EVER: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_ALL: Final = 1_000_000


def _with_district(unit: Unit, row: dict[str, str]) -> dict[str, str]:
    """Return a row of people with its district, which the organisation tells where the file does not."""
    if row.get("district_code"):
        return row
    found = unit.registers.organisations.one(row.get("organisation_code", ""))
    # Where there is no such organisation, that is what is said to be wrong.
    return {**row, "district_code": found["area_code"][:6] if found else _NOWHERE}


_NOWHERE: Final = "000000"


def _apply_people(doing: Applying) -> None:
    unit, hand = doing.unit, doing.hand
    organisation = lru_cache(None)(lambda code: person_rules.open_organisation(unit, hand, code))
    known = lru_cache(None)(unit.registers.people.by_codes)
    notes: list[Noted] = []

    def one(edit: Edit) -> None:
        row = edit.after
        stored = known(row["district_code"]).get(row["staff_code"])
        if stored is None:
            notes.append(_add_person(unit, row, organisation(row["organisation_code"])))
            return
        hand.require_reach(stored["area_code"])
        values = person_rules.changed(stored, _wanted(row))
        if (
            "organisation_code" in values
            and organisation(values["organisation_code"])["area_code"][:6] != row["district_code"]
        ):
            message = "This organisation lies in another district: end the service here and add the person there."
            raise InputError(message, field="organisation_code")
        if values:
            unit.registers.people.change(stored["district_code"], stored["id"], values)
            notes.append(person_rules.noted(stored, values))
        notes.extend(_end_person(unit, stored, row, doing.now))

    doing.each(one)
    unit.registers.changes.add(*notes, at=doing.now, author=hand.name)


def _wanted(row: Row) -> PersonWanted:
    return PersonWanted(row["name"], row["organisation_code"], Employment(row["employment"]), row.get("phone"))


def _add_person(unit: Unit, row: Row, organisation: Mapping[str, Any]) -> Noted:
    new = NewPerson(
        new_id(),
        row["staff_code"],
        row["name"],
        row["organisation_code"],
        Employment(row["employment"]),
        row.get("phone"),
    )
    if organisation["area_code"][:6] != row["district_code"]:
        message = f"The organisation lies in {organisation['area_code'][:6]}: correct one of both."
        raise InputError(message, field="district_code")
    values = person_rules.row_of(new)
    whole = {"district_code": row["district_code"], "id": new.id, **values}
    unit.registers.people.add([{**whole, "ended_at": moment_in(row.get("ended_at", ""))}])
    return person_rules.added(new, values, organisation)


def _end_person(unit: Unit, stored: dict[str, Any], row: Row, now: datetime) -> list[Noted]:
    if "ended_at" not in row or row["ended_at"] == moment_text(stored["ended_at"]):
        return []
    if stored["ended_at"] is not None:
        message = f"The service has ended already ({moment_text(stored['ended_at'])}): leave that as it is."
        raise ConflictError(message, field="ended_at")
    at = moment_in(row["ended_at"])
    return person_rules.end_service(unit, stored, at, now=now) if at else []


def _duty_columns(unit: Unit) -> Sequence[Column]:
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


def _duties(unit: Unit, hand: Hand) -> list[Row]:
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


_FAR: Final = datetime.fromisoformat("2999-01-01T00:00:00+00:00")


def _not_over(row: Row, now: datetime) -> bool:
    until = moment_in(row["until"])
    return until is None or until > now


def _apply_duties(doing: Applying) -> None:
    unit, hand = doing.unit, doing.hand
    people = lru_cache(None)(unit.registers.people.by_codes)
    targets = lru_cache(None)(unit.registers.duties.targets)
    notes: list[Noted] = []

    def one(edit: Edit) -> None:
        row = edit.after
        since, until = moment_in(row["since"]), moment_in(row.get("until", ""))
        assert since is not None  # noqa: S101 - it is part of the key
        hand.require_reach(row["target_code"])
        duty_rules.require_span(since, until)
        person = people(row["target_code"][:6]).get(row["staff_code"])
        if person is None:
            message = f"There is no {row['staff_code']} in {row['target_code'][:6]}: add the person first."
            raise InputError(message, field="staff_code")
        if edit.before is not None:
            notes.append(_end_duty(unit, person["id"], edit, until))
            return
        target = targets(row["target_code"][:6]).get(row["target_code"])
        if target is None:
            message = f"There is no cell and no area {row['target_code']} in the grid in force: check the code."
            raise InputError(message, field="target_code")
        duty_rules.require_person(person, target, until)
        new = duty_rules.NewDuty(new_id(), person["id"], row["target_code"], row["role"], since, until)
        made = duty_rules.row_of(new, target)
        duty_rules.require_free(unit, made, now=doing.now)
        unit.registers.duties.add([made])
        notes.append(duty_rules.begun(made))

    doing.each(one)
    unit.registers.changes.add(*notes, at=doing.now, author=hand.name)


def _end_duty(unit: Unit, person_id: Any, edit: Edit, until: datetime | None) -> Noted:
    before = edit.before or {}
    if before["until"] or until is None:
        message = f"This duty ends at {before['until']}: what has an end keeps it; begin another duty after it."
        raise ConflictError(message, field="until")
    found = next(
        row
        for row in unit.registers.duties.page(DutiesAsked(person_id=person_id), at=_FAR)
        if (row["target_code"], row["role"], moment_text(row["since"]))
        == (edit.after["target_code"], edit.after["role"], edit.after["since"])
    )
    unit.registers.duties.end(found["district_code"], [found["id"]], until)
    return duty_rules.ended(found, until)


def _organisations(unit: Unit, hand: Hand) -> list[Row]:
    rows = unit.registers.organisations.page(OrganisationsAsked(closed=True), at=_EVER)
    return [
        {
            **{name: (row[name] or "").strip() for name in ("code", "name", "kind", "area_code", "parent_code")},
            "closed_at": moment_text(row["closed_at"]),
        }
        for row in rows
        if hand.reaches(row["area_code"])
    ]


def _apply_organisations(doing: Applying) -> None:
    unit, hand = doing.unit, doing.hand
    notes: list[Noted] = []

    def one(edit: Edit) -> None:
        row = edit.after
        stored = unit.registers.organisations.one(row["code"])
        if stored is not None:
            hand.require_reach(stored["area_code"])
        values = organisation_rules.checked(unit, hand, _organisation(row, stored))
        if stored is not None:
            values = {name: value for name, value in values.items() if stored[name] != value}
        if values:
            notes.append(organisation_rules.store(unit, row["code"], stored, values))
        closed = row.get("closed_at", moment_text(stored["closed_at"]) if stored else "")
        if closed != (moment_text(stored["closed_at"]) if stored else ""):
            notes.append(_close(unit, row["code"], moment_in(closed), now=doing.now))

    doing.plan.edits = _parents_first(doing.plan.edits)
    doing.each(one)
    unit.registers.changes.add(*notes, at=doing.now, author=hand.name)
    organisation_rules.tell_programs(unit, notes, now=doing.now)


def _organisation(row: Row, stored: Mapping[str, Any] | None) -> organisation_rules.OrganisationWanted:
    parent = row.get("parent_code", (stored["parent_code"] if stored else None)) or None
    kind = OrganisationKind(row["kind"])
    return organisation_rules.OrganisationWanted(row["code"], row["name"], kind, row["area_code"], parent)


def _close(unit: Unit, code: str, at: datetime | None, *, now: datetime) -> Noted:
    stored = unit.registers.organisations.one(code) or {}
    if stored["closed_at"] is not None:
        message = "A closed organisation stays closed, since when it was: leave that as it is, or add a new one."
        raise ConflictError(message, field="closed_at")
    if at is None or at > now:
        message = "An organisation is closed now, or was: what it will hold later cannot be known."
        raise InputError(message, field="closed_at")
    organisation_rules.require_empty(stored, unit.registers.organisations.held(code, at=now))
    return organisation_rules.close(unit, stored, at)


def _parents_first(edits: list[Edit]) -> list[Edit]:
    """Return edits in an order in which nothing is added before what it is a part of."""
    waiting, found = list(edits), []
    while waiting:
        codes = {edit.after["code"] for edit in waiting if edit.before is None}
        ready = [edit for edit in waiting if edit.after.get("parent_code") not in codes - {edit.after["code"]}]
        found += ready or waiting
        waiting = [edit for edit in waiting if edit not in ready] if ready else []
    return found


PEOPLE: Final = Table(
    "people",
    "人员",
    "People",
    PERMISSION,
    whole=False,
    key=("district_code", "staff_code"),
    columns=lambda _unit: _PEOPLE,
    current=_people,
    apply=_apply_people,
    ends="ended_at",
    filled=_with_district,
    note_zh="文件里没有的人员保持不变；离职请填写离职时间，不删除。",
    note_en="People whom a file does not mention stay as they are; an end of service ends them, nothing is deleted.",
)
DUTIES: Final = Table(
    "duties",
    "职责分工",
    "Duties",
    PERMISSION,
    whole=False,
    key=("staff_code", "target_code", "role", "since"),
    columns=_duty_columns,
    current=_duties,
    apply=_apply_duties,
    listed=_not_over,
    ends="until",
    note_zh="导出现行和将来的职责；文件里没有的职责保持不变，填写结束时间即终止。",
    note_en="Duties in force and to come are exported; those a file does not mention stay; an end ends one.",
)
ORGANISATIONS: Final = Table(
    "organisations",
    "单位",
    "Organisations",
    PERMISSION,
    whole=False,
    key=("code",),
    columns=lambda _unit: _ORGANISATIONS,
    current=_organisations,
    apply=_apply_organisations,
    ends="closed_at",
    note_zh="文件里没有的单位保持不变；填写停用时间（不晚于导入时）即停用，仍有案件、人员或事项的不能停用。",
    note_en="Organisations that a file does not mention stay; a time of closing that has come closes one.",
)
