"""What was reported, counted by the places of today's grid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from gridgov.clock import SHANGHAI
from gridgov.errors import InputError, NotAllowedError
from gridgov.store.proactive import ProactiveStore

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from gridgov.locate import CellLocator
    from gridgov.proactive.places import Places
    from gridgov.store.unit import Unit

LONGEST = timedelta(days=366)
"""So long a period is looked at in one go."""
MONTHS_BACK = 36
"""So many months at most are what next month is told from."""
PERIODS_BEFORE = 8
"""So many periods of the same length are what a place's past is, where there are so many."""


class On(StrEnum):
    """By which places incidents are counted."""

    CELLS = "cells"
    H3 = "h3"


class Against(StrEnum):
    """By what a count is expected."""

    HISTORY = "history"
    """What the place itself had in the periods before."""
    HOUSEHOLDS = "households"


@dataclass(frozen=True, slots=True)
class Spell:
    """A period, both ends in UTC, the last one left out."""

    since: datetime
    until: datetime

    def before(self, number: int) -> Spell:
        """Return the period of the same length, so many before this one."""
        length = self.until - self.since
        return Spell(self.since - number * length, self.until - number * length)


@dataclass(frozen=True, slots=True)
class Seen:
    """What was reported, and the cells of today's grid, as far as somebody sees all of their cases."""

    incidents: pd.DataFrame
    cells: gpd.GeoDataFrame


@dataclass(frozen=True, slots=True)
class Looking:
    """One look through what somebody sees, in one transaction; `acting` is None for the system."""

    unit: Unit
    locator: CellLocator
    now: datetime

    @property
    def store(self) -> ProactiveStore:
        """Where incidents are read in bulk, and proposals kept."""
        return ProactiveStore(self.unit.connection)

    @property
    def author(self) -> str:
        """Who looks, for what is written down."""
        return self.unit.acting.login if self.unit.acting else "machine"

    def require(self, permission: str) -> None:
        """Refuse whom no grant allows it; the system may."""
        if self.unit.acting is not None:
            self.unit.acting.require(permission)

    def reaches(self, permission: str, area_code: str) -> bool:
        """Return whether whoever looks may do so over an area, by office."""
        acting = self.unit.acting
        return acting is None or area_code.startswith(acting.areas(permission) or ("-",))

    def cells(self) -> gpd.GeoDataFrame:
        """Return the cells of which whoever looks sees all cases.

        Raises
        ------
        NotAllowedError
            If there are none: who sees single cases cannot tell many from few.
        """
        cells = self.unit.cells.frame(at=self.now)
        mine = cells[[self.reaches("case.read", code) for code in cells["code"]]]
        if mine.empty and len(cells):
            message = (
                "What stands out is told to those who see all cases of an area: ask your administrator for a role."
            )
            raise NotAllowedError(message)
        return mine

    def seen(self, since: datetime, until: datetime, matter: str | None = None) -> Seen:
        """Return what was reported in a period, placed in today's cells."""
        cells = self.cells()
        incidents = self.store.incidents(since, until, matter=matter)
        return Seen(placed(incidents, self.locator, set(cells["code"])), cells)

    def households(self) -> pd.Series[float]:
        """Return the households of each cell by its code, NaN where they were never counted."""
        return self.unit.maps.homes(self.now).set_index("code")["households"].astype(float)

    def matters(self) -> dict[str, str]:
        """Return the names of the matters in force, by code."""
        return {matter.code: matter.name for matter in self.unit.rules.matters()}


FIRST_YEAR = 1950
"""Nothing was reported before, and what lies far beyond no calendar counts back from."""


def require_year(moment: datetime, field: str) -> datetime:
    """Return a moment that can be counted back from.

    Raises
    ------
    InputError
        If it lies before `FIRST_YEAR`.
    """
    if moment.year < FIRST_YEAR:
        message = f"The year {moment.year} lies before any report: ask for {FIRST_YEAR} or later."
        raise InputError(message, field=field)
    return moment


def require_spell(since: datetime, until: datetime) -> Spell:
    """Return a period that can be looked at.

    Raises
    ------
    InputError
        If it ends before it begins, is longer than a year, or lies before any report.
    """
    if not timedelta(0) < until - since <= LONGEST:
        message = "The period must end after it begins, and within 366 days: correct since or until."
        raise InputError(message, field="until")
    return Spell(require_year(since, "since"), until)


def placed(incidents: pd.DataFrame, locator: CellLocator, codes: set[str]) -> pd.DataFrame:
    """Return incidents with `cell` as today's grid has it: where they lie, else the cell they had, if it still is.

    Missing where they lie in none of the cells with these codes.
    """
    known = incidents["lon"].notna() & incidents["lat"].notna()
    today = incidents["cell"].astype(object).copy()
    today[known] = locator.locate(incidents.loc[known, "lon"].to_numpy(), incidents.loc[known, "lat"].to_numpy())
    today = today.where(today.notna(), incidents["cell"])
    return incidents.assign(cell=today.where(today.isin(codes)))


def places_of(on: On, cells: gpd.GeoDataFrame, incidents: pd.DataFrame) -> tuple[Places, pd.Series[str]]:
    """Return the places, and the place of each incident.

    Cells are all of the grid; hexagons are those with an incident in any of the periods.
    """
    from gridgov.proactive.places import Places, hexagon_names  # noqa: PLC0415 - heavy

    if on is On.CELLS:
        return Places.of_cells(cells[["code", "name", "street_code", "geometry"]]), incidents["cell"]
    named = hexagon_names(incidents)
    return Places.of_hexagons(named.dropna().tolist()), named


def by_spell(incidents: pd.DataFrame, names: pd.Series[str], spells: list[Spell]) -> pd.DataFrame:
    """Return counts by name (rows) and period (columns, in the order given)."""
    import pandas as pd  # noqa: PLC0415 - heavy

    columns = {
        number: names[(incidents["at"] >= one.since) & (incidents["at"] < one.until)].value_counts()
        for number, one in enumerate(spells)
    }
    return pd.DataFrame(columns).fillna(0).astype(int)


def month_start(month: pd.Period) -> datetime:
    """Return when a month begins in Shanghai."""
    return datetime(month.year, month.month, 1, tzinfo=SHANGHAI)


def whole_months(first_at: datetime | None, last: pd.Period) -> list[pd.Period]:
    """Return the months up to `last` that were lived through as a whole since the first report, `MONTHS_BACK` at most.

    A month that began before the first report did is no whole month.
    """
    import pandas as pd  # noqa: PLC0415 - heavy

    if first_at is None:
        return []
    day = first_at.astimezone(SHANGHAI)
    begun = pd.Period(day.strftime("%Y-%m"), freq="M") + (1 if day.day > 1 else 0)
    return list(pd.period_range(max(begun, last - MONTHS_BACK + 1), last, freq="M"))


def require_month(said: str, field: str = "month") -> pd.Period:
    """Return a month written like 2026-07.

    Raises
    ------
    InputError
        If it is none, or lies before any report.
    """
    import pandas as pd  # noqa: PLC0415 - heavy

    try:
        found = require_year(datetime.strptime(said, "%Y-%m").replace(tzinfo=SHANGHAI), field)
        return pd.Period(found.strftime("%Y-%m"), freq="M")
    except (ValueError, TypeError) as error:
        message = f"{said!r} is no month: write it like 2026-07."
        raise InputError(message, field=field) from error
