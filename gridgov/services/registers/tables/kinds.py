"""The table of kinds of whistle: a file is all kinds, and one that it does not name is retired."""

from collections.abc import Sequence
from typing import Any, Final

from gridgov.access.delegation import Hand
from gridgov.errors import InputError
from gridgov.formats.sheets import Column
from gridgov.services.registers.tables.cells import FLAG, Row, codes_in, flag, is_yes, number_text, said, whole_number
from gridgov.services.registers.tables.table import Applying, Filling, Table
from gridgov.store.unit import Unit
from gridgov.store.whistles.kinds import from_row, to_row
from gridgov.whistles import WhistleKind
from gridgov.whistles.kinds import require_sound

_VOUCHING: Final = {"none": ("不采信", "none"), "accepted": ("可采信", "accepted"), "required": ("必须", "required")}
_MINUTES: Final = (
    ("check_in", "报到时限", "check in"),
    ("confirm", "确认时限", "confirm"),
    ("measure", "填报时限", "file a measure"),
    ("close", "销哨时限", "close"),
    ("late", "补报允许", "send in late"),
    ("skew", "时钟误差", "be off by a clock"),
)
_COLUMNS: Final = (
    Column("code", "哨种编码", "code"),
    Column("name_zh", "中文名称", "name in Chinese"),
    Column("name_en", "英文名称", "name in English"),
    *(Column(f"{name}_minutes", f"{zh}分钟", f"minutes to {en}", "number") for name, zh, en in _MINUTES),
    Column("min_share", "最小占比", "least share", "number"),
    Column("issuers", "吹哨层级", "issuers"),
    Column("answerers", "应哨单位", "answerers"),
    Column("geofence_m", "到场范围米", "geofence in metres", "number"),
    Column("accuracy_limit_m", "定位精度米", "accuracy in metres", "number"),
    Column("vouching", "旁证", "vouching", "choice", words=_VOUCHING),
    Column("source", "依据", "source"),
    Column("retired", "停用", "retired", "flag", words=FLAG),
)
_NUMBERS: Final = tuple(column.name for column in _COLUMNS if column.kind == "number")
_LISTS: Final = ("issuers", "answerers")


def _current(unit: Unit, _hand: Hand) -> list[Row]:
    return [_row(kind) for kind in unit.whistles.kinds.all().values()]


def _row(kind: WhistleKind) -> Row:
    row = to_row(kind)
    lists = {name: ";".join(row[name]) for name in _LISTS}
    numbers = {name: number_text(row[name]) for name in _NUMBERS}
    texts = {name: row[name].strip() for name in ("code", "name_zh", "name_en", "vouching", "source")}
    return {**texts, **numbers, **lists, "retired": flag(yes=kind.retired)}


def _filling(_unit: Unit) -> Filling:
    return lambda row: {**row, **{name: ";".join(sorted(set(codes_in(row[name])))) for name in _LISTS}}


def _not_retired(missing: Sequence[Row], _rows: Sequence[Row]) -> list[Row]:
    return [row for row in missing if row["retired"] == "no"]


def _apply(doing: Applying) -> None:
    unit = doing.unit
    before = unit.whistles.kinds.all()
    wanted = doing.made(doing.plan.edits, _kind)
    wanted += [_kind({**row, "retired": "yes"}) for row in doing.plan.gone]
    if doing.plan.faults:
        return
    for kind in (one for one in wanted if before.get(one.code) != one):
        unit.whistles.kinds.put(kind)
        was = before.get(kind.code)
        change = {"code": kind.code, "was": to_row(was) if was else None, "is": to_row(kind)}
        unit.worktime.log_change("whistle_kind", change, at=doing.now, author=doing.hand.name)
    if wanted:
        summary = {"whistle_kinds": [kind.code for kind in wanted], "by": doing.hand.name}
        unit.summary.log_load(doing.home, at=doing.now, source="whistle kinds", summary=summary)


def _kind(row: Row) -> WhistleKind:
    values: dict[str, Any] = {name: said(row, name) for name in ("code", "name_zh", "vouching", "source")}
    values["name_en"] = row["name_en"]
    for name in _NUMBERS:
        values[name] = whole_number(row, name, 0, 1e9) if name.endswith("_minutes") else float(said(row, name))
    values |= {name: codes_in(row[name]) for name in _LISTS}
    try:
        kind = from_row({**values, "retired": is_yes(row, "retired")})
    except ValueError as error:
        message = f"{error}: issuers are district, street, community, lane_chief; see the table as it is exported."
        raise InputError(message, field="issuers") from error
    require_sound(kind)
    return kind


KINDS: Final = Table(
    "whistle_kinds",
    "哨种",
    "Kinds of whistle",
    "rules.manage",
    whole=True,
    key=("code",),
    columns=lambda _unit: _COLUMNS,
    current=_current,
    apply=_apply,
    gone_of=_not_retired,
    filling=_filling,
    note_zh="文件就是全部哨种：没有列出的停用；已吹的哨仍按当时的时限。",
    note_en="A file is all kinds: one that it does not name is retired; whistles that were blown keep their numbers.",
)
