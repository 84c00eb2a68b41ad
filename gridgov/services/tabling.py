"""Lists of incidents as tables, for spreadsheets: scoped as they are on the screen, and harmless to open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from gridgov.access import Caller, Subject
from gridgov.clock import SHANGHAI, Clock
from gridgov.services.looking import Filter
from gridgov.settings import Settings
from gridgov.store.unit import Store

if TYPE_CHECKING:
    import pandas as pd

PAGE = 500
COLUMNS = (
    "number",
    "reported_at",
    "received_at",
    "channel",
    "matter_code",
    "text",
    "address",
    "stage",
    "placement",
    "cell_code",
    "lon",
    "lat",
    "lead_organisation_code",
    "first_organisation_code",
    "handling_organisation_code",
    "deadline_at",
    "transfers",
    "reopenings",
)
"""What a table of incidents has; nothing of who reported."""


class Tabling:
    """Makes tables of what somebody may see.

    Parameters
    ----------
    store
        Where incidents are kept.
    clock
        Tells the time, for what is overdue.
    """

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:  # noqa: ARG003 - every service is made so
        """Return the service as an installation's settings want it."""
        return cls(store, clock=clock)

    def incidents(self, caller: Caller, which: Filter) -> Iterator[pd.DataFrame]:
        """Yield the incidents that somebody may take away, newest first, page by page; the first page is read at once.

        Before anything of a district leaves, a look is written down there: who took away what was asked for. Times are
        Shanghai's, with their offset. A text that a spreadsheet would run as a formula begins with an apostrophe.

        Raises
        ------
        NotAllowedError
            If no role of theirs takes lists away.
        """
        return self._pages(caller, which, *self._page(caller, which))

    def _pages(
        self, caller: Caller, which: Filter, subject: Subject, rows: list[dict[str, Any]]
    ) -> Iterator[pd.DataFrame]:
        noted = self._note(subject, which, rows, frozenset())
        yield _table(rows)
        while len(rows) == PAGE:
            subject, rows = self._page(caller, which, before=rows[-1]["id"])
            if rows:
                noted = self._note(subject, which, rows, noted)
                yield _table(rows)

    def _page(
        self, caller: Caller, which: Filter, *, before: UUID | None = None
    ) -> tuple[Subject, list[dict[str, Any]]]:
        now = self._clock()
        with self._store.acting(caller, now=now) as unit:
            unit.subject.require("case.export")
            taking = unit.subject.only("case.export")
            return unit.subject, unit.lists.page(which, taking, now=now, limit=PAGE, before=before)

    def _note(
        self, subject: Subject, which: Filter, rows: list[dict[str, Any]], noted: frozenset[str]
    ) -> frozenset[str]:
        districts = {row["district_code"] for row in rows} - noted
        if districts:
            with self._store.transaction() as unit:
                unit.looks.taken(subject, sorted(districts), purpose=_words(which), at=self._clock())
        return noted | districts


def _words(which: Filter) -> str:
    asked = (f"{name}={value}" for name, value in asdict(which).items() if value)
    return " ".join(["incidents.csv", *asked])


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415 - slow to load: only where it is used

    from gridgov.formats import guarded  # noqa: PLC0415 - slow to load: only where it is used

    return guarded(pd.DataFrame([_row(row) for row in rows], columns=list(COLUMNS), dtype=object))


def _row(row: dict[str, Any]) -> dict[str, Any]:
    shape = row["geometry"]
    point = shape.representative_point() if shape is not None else None
    place = {"lon": point.x if point else None, "lat": point.y if point else None}
    plain = {name: row[name] for name in COLUMNS if name in row}
    return {name: _local(value) for name, value in {**plain, **place}.items()}


def _local(value: Any) -> Any:
    return value.astimezone(SHANGHAI).isoformat() if isinstance(value, datetime) else value
