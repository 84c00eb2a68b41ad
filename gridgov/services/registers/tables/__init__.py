"""Registers and rules as files: taken away as CSV or XLSX, brought back all or nothing, tried before it is done."""

import hashlib
import json
from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Self
from uuid import UUID

from gridgov.access.delegation import Hand
from gridgov.clock import Clock
from gridgov.editing import Seen, require_seen
from gridgov.errors import ConflictError, FileFormatError, NotFoundError
from gridgov.formats.sheet_reading import read_sheet
from gridgov.formats.sheet_writing import sheet_csv, sheet_xlsx
from gridgov.formats.sheets import Column, SheetFault
from gridgov.ids import moment_of, new_id
from gridgov.services.accounts.wanted import Machine, Who
from gridgov.services.registers.keeping import PERMISSION, hand_of
from gridgov.services.registers.tables.calendar import CALENDAR
from gridgov.services.registers.tables.cells import Row
from gridgov.services.registers.tables.duties import DUTIES
from gridgov.services.registers.tables.kinds import KINDS
from gridgov.services.registers.tables.matters import MATTERS
from gridgov.services.registers.tables.organisations import ORGANISATIONS
from gridgov.services.registers.tables.people import PEOPLE
from gridgov.services.registers.tables.table import Applying, Plan, Table, planned, summary_of
from gridgov.settings import Settings
from gridgov.store.registers import Noted
from gridgov.store.unit import Store, Unit

__all__ = ["TABLES", "Brought", "Digest", "Table", "Tables"]

TABLES: Final[Mapping[str, Table]] = {
    table.name: table for table in (PEOPLE, DUTIES, ORGANISATIONS, MATTERS, KINDS, CALENDAR)
}
"""The tables that there are, by name."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What a table says at a moment, in short: whoever brings a file was looking at it."""

    table: str
    digest: str


@dataclass(frozen=True, slots=True)
class Brought:
    """What a file does to a table, or did.

    Attributes
    ----------
    summary
        adds, changes, ends, unchanged.
    digest
        Of the table as it was before.
    applied
        Whether it was done; else it was only tried.
    replayed
        Whether it was done before, under the same id.
    """

    table: str
    summary: Mapping[str, Any]
    faults: tuple[SheetFault, ...]
    digest: str
    applied: bool
    replayed: bool = False


class Tables:
    """Writes registers as files and reads them back.

    Parameters
    ----------
    store
        Where registers are kept.
    clock
        Tells the time.
    home_district
        Over whose area a grant to manage rules must reach.
    """

    def __init__(self, store: Store, *, clock: Clock, home_district: str) -> None:
        self._store = store
        self._clock = clock
        self._home = home_district

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:
        """Return the service as an installation's settings want it."""
        return cls(store, clock=clock, home_district=settings.home_district)

    def tables(self, who: Who) -> list[tuple[Table, tuple[Column, ...]]]:
        """Return the tables that one may take away and bring back, with their columns."""
        with self._reading(who) as unit:
            return [
                (table, tuple(table.columns(unit)))
                for table in TABLES.values()
                if unit.acting is None or unit.subject.may(table.permission)
            ]

    def csv(self, who: Who, name: str, *, language: str = "zh") -> bytes:
        """Return a table as CSV in UTF-8 with a mark.

        Raises
        ------
        NotFoundError
            If there is no such table.
        NotAllowedError
            If one may not take it away.
        """
        _, columns, rows = self._listed(who, name)
        return sheet_csv(columns, rows, language=language)

    def xlsx(self, who: Who, name: str, *, language: str = "zh") -> bytes:
        """Return a table as a workbook; refusals as for `csv`."""
        table, columns, rows = self._listed(who, name)
        title = table.name_zh if language == "zh" else table.name_en
        return sheet_xlsx(columns, rows, language=language, title=title)

    def bring(  # noqa: PLR0913 - what, under which id, decided on what
        self,
        who: Who,
        name: str,
        content: bytes,
        *,
        import_id: UUID | None = None,
        dry_run: bool = False,
        seen: Seen | None = None,
        source: str = "",
    ) -> Brought:
        """Bring a file back: all of it or, where anything is wrong with any row, nothing.

        Parameters
        ----------
        import_id
            A UUIDv7 of the sender's: the same file under the same id is brought once.
        dry_run
            Whether it is only tried: what it would do is returned with everything that is wrong.
        source
            Where a responsibility list comes from.

        Raises
        ------
        FileFormatError
            If it is no such table; or not all of it will do, with every fault in its details.
        ConflictError
            If the id stands for another file.
        StaleError
            If the table is not what was `seen`.
        """
        table = known(name)
        if import_id is not None:
            moment_of(import_id)
        file_digest = hashlib.sha256(name.encode() + b"\0" + content).hexdigest()
        columns = self._columns(who, table)
        sheet = read_sheet(content, columns)  # a large one takes seconds, in which nobody waits for this transaction
        file_digest = hashlib.sha256(name.encode() + b"\0" + content).hexdigest()
        with self._reading(who) as unit:
            hand = self._hand(unit, who, table)
            unit.hold_loading()
            before = _brought_before(unit, import_id, name, file_digest)
            if before is not None and not dry_run:
                return before
            current = table.current(unit, hand)
            digest = _digest(name, current)
            plan = planned(table, unit, sheet, current)
            headers = {column.name: column.zh for column in columns}
            doing = Applying(unit, hand, self._clock(), plan, headers, self._home, source or _SOURCE)
            summary = summary_of(plan, table)
            if dry_run:
                _try(table, doing)
                return Brought(name, summary, _in_order(plan), digest, applied=False)
            if plan.changes:
                require_seen(seen, Digest(name, digest))
                _do(table, doing)
            _refuse_faults(plan)
            brought = Brought(name, summary, (), digest, applied=True)
            self._note(unit, hand, brought, import_id, file_digest)
        table.follows(self._store, self._clock())
        return brought

    def _columns(self, who: Who, table: Table) -> tuple[Column, ...]:
        with self._reading(who) as unit:
            self._hand(unit, who, table)
            return tuple(table.columns(unit))

    def _listed(self, who: Who, name: str) -> tuple[Table, tuple[Column, ...], list[Row]]:
        table, now = known(name), self._clock()
        with self._reading(who) as unit:
            hand = self._hand(unit, who, table)
            rows = [row for row in table.current(unit, hand) if table.listed(row, now)]
            return table, tuple(table.columns(unit)), rows

    def _hand(self, unit: Unit, who: Who, table: Table) -> Hand:
        if isinstance(who, Machine) or table.permission == PERMISSION:
            return hand_of(unit, who)
        unit.subject.require(table.permission, self._home)
        return Hand(unit.subject.login, unit.subject.areas(table.permission), unit.subject.account_id)

    @contextmanager
    def _reading(self, who: Who) -> Iterator[Unit]:
        opened = self._store.transaction() if isinstance(who, Machine) else self._store.acting(who, now=self._clock())
        with opened as unit:
            yield unit

    def _note(self, unit: Unit, hand: Hand, brought: Brought, import_id: UUID | None, file_digest: str) -> None:
        changes = brought.summary["changes"]
        kept = [_veiled(one, TABLES[brought.table].veiled) for one in changes[:_MOST_KEPT]]
        said = {**brought.summary, "changes": kept, "changed": len(changes), "file": file_digest}
        # Whoever looks after a whole city writes into this district all the same.
        area = next((one for one in hand.areas if len(one) >= len(self._home)), self._home)
        said |= {"digest": brought.digest}
        noted = Noted(brought.table, "imported", brought.table, area, said, id=import_id or new_id())
        unit.registers.changes.add(noted, at=self._clock(), author=hand.name)
        unit.changes.add(area[:6], "register.imported", noted.id, at=self._clock())


_SOURCE: Final = "责任清单导入文件"
_MOST_KEPT: Final = 1_000
_MOST_FAULTS: Final = 1_000


def known(name: str) -> Table:
    """Return a table by its name.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    table = TABLES.get(name)
    if table is None:
        message = f"There is no table {name!r}: there are {', '.join(TABLES)}."
        raise NotFoundError(message, field="name")
    return table


def _veiled(change: Mapping[str, str], veiled: Container[str]) -> Mapping[str, str]:
    """Return a change of a field as it is written down: of what is veiled, only whether there is any."""
    if change["field"] not in veiled:
        return change
    return {**change, **{name: "***" if change[name] else "" for name in ("from", "to")}}


def _digest(name: str, rows: Any) -> str:
    words = json.dumps([name, [dict(row) for row in rows]], ensure_ascii=False, sort_keys=True)
    return f'"{hashlib.sha256(words.encode()).hexdigest()[:32]}"'


def _do(table: Table, doing: Applying) -> None:
    if not doing.plan.faults:
        table.apply(doing)


def _try(table: Table, doing: Applying) -> None:
    """Do a plan and take it back, to find what is wrong with it."""
    readable = not (table.whole and doing.plan.faults)
    if readable and doing.plan.changes:
        trial = doing.unit.connection.begin_nested()
        try:
            table.apply(doing)
        finally:
            trial.rollback()


def _refuse_faults(plan: Plan) -> None:
    if plan.faults:
        faults = _in_order(plan)
        first = faults[0]
        message = (
            f"Nothing was changed: {len(set(plan.faults))} faults. "
            f"The first: row {first.row}, {first.column}: {first.message}"
        )
        details = [{"row": one.row, "column": one.column, "message": one.message} for one in faults]
        raise FileFormatError(message, field="file", details=details)


def _in_order(plan: Plan) -> tuple[SheetFault, ...]:
    """Return the faults row by row; of thousands the first, and how many follow."""
    faults = sorted(set(plan.faults), key=lambda one: (one.row, one.column, one.message))
    told, more = faults[:_MOST_FAULTS], faults[_MOST_FAULTS:]
    if more:
        told.append(SheetFault(more[0].row, "", f"And {len(more)} more faults from this row on: mend these first."))
    return tuple(told)


def _brought_before(unit: Unit, import_id: UUID | None, name: str, file_digest: str) -> Brought | None:
    row = unit.registers.changes.one(import_id) if import_id else None
    if row is None:
        return None
    if (row["register"], row["what"], row["data"].get("file")) != (name, "imported", file_digest):
        message = "This id already stands for another file, or another change: bring this one under a new id."
        raise ConflictError(message, field="id")
    summary = {key: row["data"][key] for key in ("adds", "changes", "ends", "unchanged")}
    return Brought(name, summary, (), row["data"]["digest"], applied=True, replayed=True)
