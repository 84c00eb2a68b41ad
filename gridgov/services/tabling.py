"""Lists of incidents as tables, for spreadsheets: scoped as they are on the screen, and harmless to open."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Self

import pandas as pd

from gridgov.access import Caller
from gridgov.clock import SHANGHAI, Clock
from gridgov.formats import guarded
from gridgov.services.looking import Desk, Filter
from gridgov.settings import Settings
from gridgov.store.unit import Store

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
        self._desk = Desk(store, clock=clock)

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:  # noqa: ARG003 - every service is made so
        """Return the service as an installation's settings want it."""
        return cls(store, clock=clock)

    def incidents(self, caller: Caller, which: Filter) -> Iterator[pd.DataFrame]:
        """Yield the incidents that somebody may see, newest first, page by page; the first page is read at once.

        Times are Shanghai's, with their offset. A text that a spreadsheet would run as a formula begins with an
        apostrophe.

        Raises
        ------
        NotAllowedError
            If no role of theirs takes lists away.
        """
        with self._store.acting(caller, now=self._clock()) as unit:
            unit.subject.require("case.export")
        first = self._desk.incidents(caller, which, limit=PAGE)
        return self._pages(caller, which, first)

    def _pages(self, caller: Caller, which: Filter, rows: list[dict[str, Any]]) -> Iterator[pd.DataFrame]:
        yield _table(rows)
        while len(rows) == PAGE:
            rows = self._desk.incidents(caller, which, limit=PAGE, before=rows[-1]["id"])
            if rows:
                yield _table(rows)


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return guarded(pd.DataFrame([_row(row) for row in rows], columns=list(COLUMNS), dtype=object))


def _row(row: dict[str, Any]) -> dict[str, Any]:
    shape = row["geometry"]
    point = shape.representative_point() if shape is not None else None
    place = {"lon": point.x if point else None, "lat": point.y if point else None}
    plain = {name: row[name] for name in COLUMNS if name in row}
    return {name: _local(value) for name, value in {**plain, **place}.items()}


def _local(value: Any) -> Any:
    return value.astimezone(SHANGHAI).isoformat() if isinstance(value, datetime) else value
