"""Looking for what stands out. Reads only, each in one transaction of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Self, TypeVar

from gridgov.access import Caller
from gridgov.clock import SHANGHAI, Clock, instant
from gridgov.errors import InputError
from gridgov.proactive import topics_of
from gridgov.services.intake import Intake
from gridgov.services.proactive.reading import (
    PERIODS_BEFORE,
    Against,
    Looking,
    On,
    Spell,
    by_spell,
    month_start,
    places_of,
    require_month,
    require_spell,
    require_year,
    whole_months,
)
from gridgov.services.proactive.scanning import risen
from gridgov.settings import Settings, settings
from gridgov.store.unit import Store, Unit

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from gridgov.proactive.load import Expected

E = TypeVar("E", bound=StrEnum)


class Finder:
    """Looks for what stands out in what the caller sees (None: the system), and keeps what is decided about it.

    Nothing that was opened proactively counts as reported: what we went to look for must not prove itself.

    Parameters
    ----------
    store
        Where everything is kept.
    clock
        Tells the time to every rule.
    intake
        Takes in the cases that are opened; None makes one by this installation's settings.
    """

    def __init__(self, store: Store, *, clock: Clock, intake: Intake | None = None) -> None:
        self._store = store
        self._clock = clock
        self._intake = intake or Intake.configured(store, settings(), clock=clock)

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:
        """Return the service as an installation's settings want it."""
        return cls(store, clock=clock, intake=Intake.configured(store, settings, clock=clock))

    def hotspots(
        self,
        caller: Caller | None,
        since: datetime,
        until: datetime,
        *,
        on: On | str = On.CELLS,
        matter: str | None = None,
        base: Against | str = Against.HISTORY,
    ) -> gpd.GeoDataFrame:
        """Return hot and cold spots of a period; see `gridgov.proactive.hotspots.hotspots` for columns and method.

        Parameters
        ----------
        since, until
            Instants; the last one left out.
        on
            ``cells`` or ``h3`` (hexagons with edges of about 200 m).
        matter
            Only this matter, by its code.
        base
            ``history``: what each place had in up to eight periods of the same length before; ``households``, on cells.

        Raises
        ------
        InputError
            If the period is none, there is no past to compare with, or no cell has households.
        NotAllowedError
            If no role of the caller's reads cases.
        """
        on, base = one_of(On, on, "on"), one_of(Against, base, "base")
        from gridgov.proactive.bases import by_exposure, by_history  # noqa: PLC0415 - heavy
        from gridgov.proactive.hotspots import hotspots  # noqa: PLC0415 - heavy

        if base is Against.HOUSEHOLDS and on is On.H3:
            message = "Households are known of cells, not of hexagons: ask on='cells', or compare with the past."
            raise InputError(message, field="base")
        spell = require_spell(instant(since, field="since"), instant(until, field="until"))
        with self._looking(caller) as looking:
            seen = looking.seen(spell.before(PERIODS_BEFORE).since, spell.until, matter)
            households = looking.households() if base is Against.HOUSEHOLDS else None
        places, names = places_of(on, seen.cells, seen.incidents)
        spells = [spell.before(number) for number in range(PERIODS_BEFORE, -1, -1)]
        counts = by_spell(seen.incidents, names, spells).reindex(places.frame.index, fill_value=0)
        now, past = counts.iloc[:, -1], counts.iloc[:, :-1]
        if households is not None:
            return hotspots(now, by_exposure(now, households), places)
        return hotspots(now, by_history(now, past.loc[:, past.any().cummax()]), places)

    def courses(
        self,
        caller: Caller | None,
        until: datetime,
        *,
        weeks: int = 12,
        on: On | str = On.CELLS,
        matter: str | None = None,
    ) -> gpd.GeoDataFrame:
        """Return how hot spots went through the weeks up to `until`; see `gridgov.proactive.weeks.courses`.

        Places are held against an even share: against its own mean over the same weeks none could be hot all along, and
        cells are drawn to be alike.

        Raises
        ------
        InputError, NotAllowedError
            As for `hotspots`; and for fewer than 4 weeks, or more than 52.
        """
        on = one_of(On, on, "on")
        from gridgov.proactive.bases import by_exposure  # noqa: PLC0415 - heavy
        from gridgov.proactive.weeks import courses  # noqa: PLC0415 - heavy

        if not isinstance(weeks, int) or not 4 <= weeks <= 52:
            message = f"{weeks} weeks: 4 to 52 show a course."
            raise InputError(message, field="weeks")
        last = require_year(instant(until, field="until"), "until")
        week = Spell(last - timedelta(days=7), last)
        spells = [week.before(number) for number in range(weeks - 1, -1, -1)]
        with self._looking(caller) as looking:
            seen = looking.seen(spells[0].since, week.until, matter)
        places, names = places_of(on, seen.cells, seen.incidents)
        weekly = by_spell(seen.incidents, names, spells).reindex(places.frame.index, fill_value=0)
        total = weekly.sum(axis=1)
        return courses(weekly, by_exposure(total, total * 0 + 1.0, ("均摊", "an even share")), places)

    def repeats(
        self,
        caller: Caller | None,
        since: datetime,
        until: datetime,
        *,
        matter: str | None = None,
        within_m: float = 30.0,
        at_least: int = 4,
    ) -> gpd.GeoDataFrame:
        """Return places where the same came up on several days; see `gridgov.proactive.repeats.repeats`.

        Raises
        ------
        InputError, NotAllowedError
            As for `hotspots`.
        """
        from gridgov.proactive.repeats import repeats  # noqa: PLC0415 - heavy

        spell = require_spell(instant(since, field="since"), instant(until, field="until"))
        with self._looking(caller) as looking:
            seen = looking.seen(spell.since, spell.until, matter)
        return repeats(seen.incidents, within_m=within_m, at_least=at_least)

    def rising(
        self, caller: Caller | None, since: datetime, until: datetime, *, by_street: bool = False
    ) -> pd.DataFrame:
        """Return matters that rose or fell against the periods before; see `gridgov.proactive.rising.rising`.

        The index is the matter's code; with `by_street` the street's code and the matter's.

        Raises
        ------
        InputError, NotAllowedError
            As for `hotspots`.
        """
        spell = require_spell(instant(since, field="since"), instant(until, field="until"))
        with self._looking(caller) as looking:
            seen = looking.seen(spell.before(PERIODS_BEFORE).since, spell.until)
            year = Spell(spell.since - timedelta(days=364), spell.until - timedelta(days=364))
            ago = looking.seen(year.before(PERIODS_BEFORE).since, year.until)
        return risen(seen, spell, (ago, year), by_street=by_street)

    def topics(self, caller: Caller | None, month: str) -> pd.DataFrame:
        """Return the topics of a month with their numbers; see `gridgov.proactive.topics.figures`.

        Parameters
        ----------
        month
            Like ``2026-07``. Its topics are told by street for it, the month before it, and the same month a year ago.

        Raises
        ------
        InputError
            If it is no month, or one that has not begun.
        NotAllowedError
            As for `hotspots`.
        """
        from gridgov.proactive.topics import figures  # noqa: PLC0415 - heavy

        asked = require_month(month)
        if asked > self._running():
            message = f"{asked} has not begun: topics are told up to {self._running()}."
            raise InputError(message, field="month")
        with self._looking(caller) as looking:
            counts = looking.store.monthly(month_start(asked - 12), month_start(asked + 1), digits=9)
        import pandas as pd  # noqa: PLC0415 - heavy

        counts["month"] = pd.PeriodIndex(counts["month"], freq="M")
        told = counts[counts["month"].isin([asked - 12, asked - 1, asked])]
        return figures(told, topics_of(asked.month))

    def expected(
        self, caller: Caller | None, month: str | None = None, *, by_street: bool = False, level: float = 0.8
    ) -> Expected:
        """Return the expected load of a month by cell or street, with its interval and what that is worth.

        Told from whole months, 36 at most, by today's grid; see `gridgov.proactive.load.expected`.

        Parameters
        ----------
        month
            Like ``2026-07``; next month where it is left out. At most next month: what lies further nobody measured.
        level
            The share of months that should lie between low and high.

        Raises
        ------
        InputError
            If it lies too far ahead, or there are too few whole months before it.
        NotAllowedError
            As for `hotspots`.
        """
        import pandas as pd  # noqa: PLC0415 - heavy

        from gridgov.proactive.load import expected  # noqa: PLC0415 - heavy

        running = self._running()
        asked = running + 1 if month is None else require_month(month)
        if asked > running + 1:
            message = f"{asked} lies too far ahead: at most {running + 1} can be told."
            raise InputError(message, field="month")
        last = min(asked, running) - 1
        with self._looking(caller) as looking:
            months = whole_months(looking.store.first_at(), last)
            spells = [Spell(month_start(one), month_start(one + 1)) for one in months]
            seen = looking.seen(spells[0].since if spells else month_start(last), month_start(last + 1))
        names = seen.incidents["cell"].str[:9] if by_street else seen.incidents["cell"]
        index = sorted(set(seen.cells["street_code"] if by_street else seen.cells["code"]))
        counts = by_spell(seen.incidents, names, spells).reindex(index, fill_value=0)
        counts.columns = pd.PeriodIndex(months, freq="M")
        return expected(counts, ahead=(asked - last).n, level=level)

    def _running(self) -> pd.Period:
        """Return the month that is running in Shanghai."""
        return require_month(self._clock().astimezone(SHANGHAI).strftime("%Y-%m"))

    @contextmanager
    def _looking(self, caller: Caller | None) -> Iterator[Looking]:
        locator = self._intake.knowledge().grid.locator  # before: who has a connection asks for no other
        opened: AbstractContextManager[Unit] = (
            self._store.transaction() if caller is None else self._store.acting(caller, now=self._clock())
        )
        with opened as unit:
            looking = Looking(unit, locator, self._clock())
            looking.require("case.read")
            yield looking


def one_of(kind: type[E], said: str, field: str) -> E:
    """Return which of a kind is meant.

    Raises
    ------
    InputError
        If none is, naming those there are.
    """
    try:
        return kind(said)
    except ValueError as error:
        message = f"{said!r} is none of {', '.join(one.value for one in kind)}."
        raise InputError(message, field=field) from error
