"""What a table of a register is: its columns, how its rows are known, and what a file would change in it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gridgov.access.delegation import Hand
from gridgov.errors import GridgovError, InputError
from gridgov.formats.sheets import Column, Sheet, SheetFault
from gridgov.services.registers.tables.cells import canonical
from gridgov.store.unit import Unit

Row = Mapping[str, str]
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """A row of a file that adds something, or changes it: where it stands, what it says, what was there before."""

    number: int
    after: Row
    before: Row | None = None

    @property
    def fields(self) -> list[str]:
        """The names of the columns that differ."""
        before = self.before or {}
        return [name for name, value in self.after.items() if before.get(name) != value]


@dataclass
class Plan:
    """What a file would do to a table."""

    edits: list[Edit] = field(default_factory=list)
    gone: list[Row] = field(default_factory=list)
    unchanged: int = 0
    faults: list[SheetFault] = field(default_factory=list)


@dataclass
class Applying:
    """A plan while it is done: in whose hand, when, and what is found to be wrong."""

    unit: Unit
    hand: Hand
    now: datetime
    home: str
    plan: Plan
    rows: Sequence[Row] = ()
    """All rows of the file, for tables that are whole."""
    numbers: Sequence[int] = ()
    """Where each of them stands."""
    source: str = ""
    columns: Sequence[Column] = ()

    def fault(self, number: int, error: GridgovError) -> None:
        """Write down what is wrong with a row."""
        zh = {column.name: column.zh for column in self.columns}
        name = error.field or ""
        self.plan.faults.append(SheetFault(number, zh.get(name, name), error.message))

    def each(self, do: Callable[[Edit], None]) -> None:
        """Do something with each edit; what is wrong with one is written down, and the next one comes."""
        for edit in self.plan.edits:
            try:
                do(edit)
            except GridgovError as error:
                self.fault(edit.number, error)


@dataclass(frozen=True, slots=True)
class Table:
    """A table that is taken away and brought back.

    Attributes
    ----------
    permission
        Who may.
    whole
        Whether a file is all there is: what it does not mention is gone. Else that is left as it is.
    key
        The columns by which a row is known.
    current
        Returns the rows that there are.
    apply
        Does a plan.
    listed
        Whether a row of `current` is written into a file.
    ends
        The column that says when something ended.
    """

    name: str
    name_zh: str
    name_en: str
    permission: str
    whole: bool
    key: Key
    columns: Callable[[Unit], Sequence[Column]]
    current: Callable[[Unit, Hand], Sequence[Row]]
    apply: Callable[[Applying], None]
    note_zh: str
    note_en: str
    listed: Callable[[Row, datetime], bool] = lambda _row, _now: True
    ends: str | None = None
    gone_of: Callable[[Sequence[Row], Sequence[Row]], Sequence[Row]] | None = None
    filled: Callable[[Unit, dict[str, str]], dict[str, str]] = lambda _unit, row: row

    def key_of(self, row: Row) -> Key:
        """Return by what a row is known."""
        return tuple(row.get(name, "") for name in self.key)


def planned(table: Table, unit: Unit, sheet: Sheet, current: Sequence[Row]) -> tuple[Plan, list[Row]]:
    """Return what a sheet would change, and its rows; what cannot be read stands in the faults of the plan."""
    columns = {column.name: column for column in table.columns(unit)}
    plan = Plan(faults=list(sheet.faults))
    before = {table.key_of(row): row for row in current}
    seen: dict[Key, int] = {}
    rows: list[Row] = []
    for found in sheet.rows:
        row, faults = _canonical(columns, found.number, found.values)
        row = table.filled(unit, row)
        rows.append(row)
        key = table.key_of(row)
        faults += _unfit(table, columns, found.number, row, seen)
        seen.setdefault(key, found.number)
        plan.faults += faults
        stored = before.get(key)
        if faults:
            continue
        if stored is not None and all(stored.get(name) == value for name, value in row.items()):
            plan.unchanged += 1
        else:
            plan.edits.append(Edit(found.number, row, stored))
    if table.whole and not plan.faults:
        missing = [row for key, row in before.items() if key not in seen]
        plan.gone = list(table.gone_of(missing, rows)) if table.gone_of else missing
    return plan, rows


def _canonical(columns: Mapping[str, Column], number: int, values: Row) -> tuple[dict[str, str], list[SheetFault]]:
    row: dict[str, str] = {}
    faults = []
    for name, said in values.items():
        column = columns[name]
        if column.shown_only:
            continue
        try:
            row[name] = canonical(column, said)
        except InputError as error:
            row[name] = said
            faults.append(SheetFault(number, column.zh, error.message))
    return row, faults


def _unfit(
    table: Table, columns: Mapping[str, Column], number: int, row: Row, seen: Mapping[Key, int]
) -> list[SheetFault]:
    empty = [name for name in table.key if not row.get(name)]
    if empty:
        zh = columns[empty[0]].zh
        return [SheetFault(number, zh, f"There is nothing in {zh}: it tells which row this is.")]
    first = seen.get(table.key_of(row))
    if first is None:
        return []
    zh = columns[table.key[0]].zh
    return [SheetFault(number, zh, f"This is row {first} once more: take one of both out.")]


def summary_of(plan: Plan, table: Table) -> dict[str, Any]:
    """Return what a plan does, as JSON."""
    adds = [edit for edit in plan.edits if edit.before is None]
    changes = [
        {"key": " ".join(table.key_of(edit.after)), "field": name, "from": edit.before[name], "to": edit.after[name]}
        for edit in plan.edits
        if edit.before is not None
        for name in edit.fields
    ]
    ends = sum(1 for edit in plan.edits if table.ends and edit.before is not None and table.ends in edit.fields)
    return {"adds": len(adds), "changes": changes, "ends": ends + len(plan.gone), "unchanged": plan.unchanged}
