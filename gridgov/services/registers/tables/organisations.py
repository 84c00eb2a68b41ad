"""The table of organisations: added, changed and closed by a file, parts after what they are part of."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from gridgov.access.delegation import Hand
from gridgov.errors import ConflictError, InputError
from gridgov.formats.sheets import Column
from gridgov.organisations import OrganisationKind
from gridgov.services.registers.keeping import PERMISSION
from gridgov.services.registers.organisations import (
    OrganisationWanted,
    close,
    differing,
    require_empty,
    store,
    tell_programs,
)
from gridgov.services.registers.tables.cells import Row, moment_in, moment_text
from gridgov.services.registers.tables.table import Applying, Edit, Table
from gridgov.store.registers import Noted, OrganisationsAsked
from gridgov.store.unit import Unit

_KINDS: Final = {
    "government": ("政府", "government"),
    "department": ("部门", "department"),
    "street_office": ("街道办事处", "street office"),
    "community": ("社区", "community"),
    "station": ("站所", "station"),
    "enterprise": ("企业", "enterprise"),
}
_COLUMNS: Final = (
    Column("code", "编码", "code"),
    Column("name", "名称", "name"),
    Column("kind", "类别", "kind", "choice", words=_KINDS),
    Column("area_code", "辖区代码", "area code", "code"),
    Column("parent_code", "上级编码", "part of", required=False),
    Column("closed_at", "停用时间", "closed", "moment", required=False),
)
_EVER: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _current(unit: Unit, hand: Hand) -> list[Row]:
    rows = unit.registers.organisations.page(OrganisationsAsked(closed=True), at=_EVER)
    return [
        {
            **{name: (row[name] or "").strip() for name in ("code", "name", "kind", "area_code", "parent_code")},
            "closed_at": moment_text(row["closed_at"]),
        }
        for row in rows
        if hand.reaches(row["area_code"])
    ]


def _apply(doing: Applying) -> None:
    unit = doing.unit

    def one(edit: Edit) -> list[Noted]:
        row = edit.after
        stored = unit.registers.organisations.one(row["code"])
        values = differing(unit, doing.hand, _wanted(row, stored), stored)
        notes = [store(unit, row["code"], stored, values)] if values else []
        return [*notes, *_closed(unit, stored, row, now=doing.now)]

    tell_programs(unit, doing.each(one, _parents_first(doing.plan.edits)), now=doing.now)


def _wanted(row: Row, stored: Mapping[str, Any] | None) -> OrganisationWanted:
    parent = row.get("parent_code", (stored["parent_code"] if stored else None)) or None
    return OrganisationWanted(row["code"], row["name"], OrganisationKind(row["kind"]), row["area_code"], parent)


def _closed(unit: Unit, before: Mapping[str, Any] | None, row: Row, *, now: datetime) -> list[Noted]:
    closed = moment_text(before["closed_at"]) if before else ""
    at = moment_in(row.get("closed_at", closed))
    if moment_text(at) == closed:
        return []
    if closed:
        message = "A closed organisation stays closed, since when it was: leave that as it is, or add a new one."
        raise ConflictError(message, field="closed_at")
    if at is None or at > now:
        message = "An organisation is closed now, or was: what it will hold later cannot be known."
        raise InputError(message, field="closed_at")
    stored = unit.registers.organisations.one(row["code"]) or {}
    require_empty(stored, unit.registers.organisations.held(row["code"], at=now))
    return [close(unit, stored, at)]


def _parents_first(edits: list[Edit]) -> list[Edit]:
    """Return edits in an order in which nothing is added before what it is a part of."""
    adding = {edit.after["code"]: edit for edit in edits if edit.before is None}
    found: dict[str, Edit] = {}
    for edit in edits:
        line: dict[str, Edit] = {}
        above: Edit | None = edit
        while above is not None and above.after["code"] not in found.keys() | line.keys():
            line[above.after["code"]] = above
            above = adding.get(above.after.get("parent_code", ""))
        found |= reversed(line.items())
    return list(found.values())


ORGANISATIONS: Final = Table(
    "organisations",
    "单位",
    "Organisations",
    PERMISSION,
    whole=False,
    key=("code",),
    columns=lambda _unit: _COLUMNS,
    current=_current,
    apply=_apply,
    ends="closed_at",
    note_zh="文件里没有的单位保持不变；填写停用时间（不晚于导入时）即停用，仍有案件、人员或事项的不能停用。",
    note_en="Organisations that a file does not mention stay; a time of closing that has come closes one.",
)
