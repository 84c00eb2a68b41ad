"""The table of people: a row of a file is what somebody at a screen would do with one person."""

from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from gridgov.access.delegation import Hand
from gridgov.errors import ConflictError, InputError
from gridgov.formats.sheets import Column
from gridgov.ids import new_id
from gridgov.services.accounts.leaving import keep_out_now
from gridgov.services.registers.keeping import PERMISSION
from gridgov.services.registers.people import (
    Employment,
    NewPerson,
    PersonWanted,
    added,
    changed,
    end_service,
    noted,
    open_organisation,
    require_same_district,
    row_of,
)
from gridgov.services.registers.tables.cells import Row, moment_in, moment_text
from gridgov.services.registers.tables.table import Applying, Edit, Filling, Table
from gridgov.store.registers import Noted, PeopleAsked
from gridgov.store.unit import Unit

_EMPLOYMENT: Final = {
    "full_time": ("专职", "full-time"),
    "part_time": ("兼职", "part-time"),
    "post": ("岗位", "post"),
}
_COLUMNS: Final = (
    Column("district_code", "区划代码", "district code", "code", required=False),
    Column("staff_code", "工号", "staff number"),
    Column("name", "姓名", "name"),
    Column("organisation_code", "单位编码", "organisation code"),
    Column("organisation_name", "单位名称", "organisation", required=False, shown_only=True),
    Column("employment", "用工形式", "employment", "choice", words=_EMPLOYMENT),
    Column("phone", "电话", "phone", required=False),
    Column("ended_at", "离职时间", "end of service", "moment", required=False),
)
_EVER: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_ALL: Final = 1_000_000
_NOWHERE: Final = "000000"


def _current(unit: Unit, hand: Hand) -> list[Row]:
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


def _with_district(unit: Unit) -> Filling:
    """Return what tells the district of a person by the organisation, where the file does not."""

    @lru_cache(None)
    def district(organisation_code: str) -> str:
        found = unit.registers.organisations.one(organisation_code)
        # Where there is no such organisation, that is what is said to be wrong.
        return found["area_code"][:6] if found else _NOWHERE

    return lambda row: {**row, "district_code": row.get("district_code") or district(row.get("organisation_code", ""))}


def _apply(doing: Applying) -> None:
    unit, hand = doing.unit, doing.hand
    organisation = lru_cache(None)(lambda code: open_organisation(unit, hand, code))
    known = lru_cache(None)(unit.registers.people.by_codes)

    def one(edit: Edit) -> list[Noted]:
        row = edit.after
        stored = known(row["district_code"]).get(row["staff_code"])
        if stored is None:
            return [_add(unit, row, organisation(row["organisation_code"]))]
        hand.require_reach(stored["area_code"])
        return [*_change(stored, row), *_end(unit, stored, row, doing.now)]

    def _change(stored: dict[str, Any], row: Row) -> list[Noted]:
        wanted = PersonWanted(row["name"], row["organisation_code"], Employment(row["employment"]), row.get("phone"))
        values = changed(stored, wanted)
        if not values:
            return []
        if "organisation_code" in values:
            require_same_district(stored, organisation(values["organisation_code"]))
        unit.registers.people.change(stored["district_code"], stored["id"], values)
        return [noted(stored, values)]

    doing.each(one)


def _add(unit: Unit, row: Row, organisation: dict[str, Any]) -> Noted:
    employment = Employment(row["employment"])
    new = NewPerson(new_id(), row["staff_code"], row["name"], row["organisation_code"], employment, row.get("phone"))
    if organisation["area_code"][:6] != row["district_code"]:
        message = f"The organisation lies in {organisation['area_code'][:6]}: correct one of both."
        raise InputError(message, field="district_code")
    values = row_of(new)
    whole = {"district_code": row["district_code"], "id": new.id, **values}
    unit.registers.people.add([{**whole, "ended_at": moment_in(row.get("ended_at", ""))}])
    return added(new, values, organisation)


def _end(unit: Unit, stored: dict[str, Any], row: Row, now: datetime) -> list[Noted]:
    ended = moment_text(stored["ended_at"])
    at = moment_in(row.get("ended_at", ended))
    if moment_text(at) == ended:
        return []
    if at is None or ended:
        message = f"The service has ended already ({ended}): leave that as it is, or take it back at the person first."
        raise ConflictError(message, field="ended_at")
    return end_service(unit, stored, at, now=now)


PEOPLE: Final = Table(
    "people",
    "人员",
    "People",
    PERMISSION,
    whole=False,
    key=("district_code", "staff_code"),
    columns=lambda _unit: _COLUMNS,
    current=_current,
    apply=_apply,
    ends="ended_at",
    filling=_with_district,
    veiled=frozenset({"phone"}),
    follows=lambda store, now: keep_out_now(store, now=now),
    note_zh="文件里没有的人员保持不变；离职请填写离职时间，不删除，其账号同时停用。",
    note_en="People whom a file does not mention stay as they are; an end of service ends them and keeps their "
    "accounts out, nothing is deleted.",
)
