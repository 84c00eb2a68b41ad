"""What a table of a register is: its columns, how its rows are known, and what a file would change in it.

Every table goes the same way: `Table.current` reads what there is, `planned` compares a file with it, `Table.apply`
does what differs, row by row (`Applying.each`) or, where a file is all there is, as a whole (`Applying.made`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from gridgov.access.delegation import Hand
from gridgov.errors import GridgovError, InputError
from gridgov.formats.sheets import Column, Sheet, SheetFault
from gridgov.services.registers.tables.cells import Row, canonical
from gridgov.store.registers import Noted
from gridgov.store.unit import Store, Unit

Key = tuple[str, ...]
Filling = Callable[[dict[str, str]], dict[str, str]]
"""Completes a row of a file before it is compared."""

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Edit:
    """A row of a file: where it stands, what it says, and what there was before; None where it adds something."""

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
    """What a file would do to a table.

    Attributes
    ----------
    rows
        All rows of the file.
    edits
        Those among them that add or change something.
    gone
        What a whole table has and the file does not.
    """

    rows: list[Edit] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    gone: list[Row] = field(default_factory=list)
    unchanged: int = 0
    faults: list[SheetFault] = field(default_factory=list)

    @property
    def changes(self) -> bool:
        """Whether anything would be different."""
        return bool(self.edits or self.gone)


@dataclass(frozen=True, slots=True)
class Applying:
    """A plan while it is done: in whose hand, when, and what is found to be wrong.

    Attributes
    ----------
    headers
        What columns are called in Chinese, by name.
    home
        The district whose programs are told that rules are different.
    source
        Where a responsibility list comes from.
    """

    unit: Unit
    hand: Hand
    now: datetime
    plan: Plan
    headers: Mapping[str, str]
    home: str
    source: str

    @property
    def rows(self) -> list[Row]:
        """All rows of the file."""
        return [edit.after for edit in self.plan.rows]

    def fault(self, number: int, error: GridgovError) -> None:
        """Write down what is wrong with a row."""
        name = error.field or ""
        self.plan.faults.append(SheetFault(number, self.headers.get(name, name), error.message))

    def each(self, do: Callable[[Edit], Iterable[Noted]], edits: Iterable[Edit] | None = None) -> list[Noted]:
        """Do something with each edit, and write down what it changed.

        What is wrong with one is written down as its fault, and the next one comes.

        Returns
        -------
        What was changed.
        """
        notes: list[Noted] = []
        for edit in self.plan.edits if edits is None else edits:
            try:
                notes.extend(do(edit))
            except GridgovError as error:
                self.fault(edit.number, error)
        self.unit.registers.changes.add(*notes, at=self.now, author=self.hand.name)
        return notes

    def made(self, edits: Iterable[Edit], make: Callable[[Row], Made]) -> list[Made]:
        """Return what rows make; what is wrong with one is written down as its fault."""
        found: list[Made] = []
        for edit in edits:
            try:
                found.append(make(edit.after))
            except GridgovError as error:
                self.fault(edit.number, error)
        return found


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
    gone_of
        Returns what is gone, of the rows that a whole file does not mention, beside the rows of that file.
    filling
        Returns what completes the rows of one file.
    veiled
        The columns whose values the register's changes do not tell.
    follows
        What is done once a file is brought, in transactions of its own.
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
    gone_of: Callable[[Sequence[Row], Sequence[Row]], Sequence[Row]] = lambda missing, _rows: missing
    filling: Callable[[Unit], Filling] = lambda _unit: lambda row: row
    veiled: frozenset[str] = frozenset()
    follows: Callable[[Store, datetime], None] = lambda _store, _now: None

    def key_of(self, row: Row) -> Key:
        """Return by what a row is known."""
        return tuple(row.get(name, "") for name in self.key)


def planned(table: Table, unit: Unit, sheet: Sheet, current: Sequence[Row]) -> Plan:
    """Return what a sheet would change; what cannot be read stands in the faults of the plan."""
    columns = {column.name: column for column in table.columns(unit)}
    filled = table.filling(unit)
    plan = Plan(faults=list(sheet.faults))
    before = {table.key_of(row): row for row in current}
    seen: dict[Key, int] = {}
    for found in sheet.rows:
        row, faults = _canonical(columns, found.number, found.values)
        row = filled(row)
        key = table.key_of(row)
        faults += _unfit(table, columns, found.number, row, seen)
        seen.setdefault(key, found.number)
        plan.faults += faults
        edit = Edit(found.number, row, before.get(key))
        plan.rows.append(edit)
        if faults:
            continue
        if edit.before is not None and not edit.fields:
            plan.unchanged += 1
        else:
            plan.edits.append(edit)
    if table.whole and not plan.faults:
        missing = [row for key, row in before.items() if key not in seen]
        plan.gone = list(table.gone_of(missing, [edit.after for edit in plan.rows]))
    return plan


def _canonical(columns: Mapping[str, Column], number: int, values: Row) -> tuple[dict[str, str], list[SheetFault]]:
    row: dict[str, str] = {}
    faults = []
    for name, written in values.items():
        column = columns[name]
        if column.shown_only:
            continue
        try:
            row[name] = canonical(column, written)
        except InputError as error:
            row[name] = written
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
