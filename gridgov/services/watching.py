"""Watching: what a command centre's wall shows of all cases and whistles at once. Reads only."""

from collections import Counter
from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self, TypeVar

from gridgov.access import Caller
from gridgov.clock import Clock
from gridgov.incidents import ENDED, Stage
from gridgov.services.recalling import require_deadlines, require_told
from gridgov.services.rounds import Rounds
from gridgov.settings import Settings, settings
from gridgov.store.unit import Store, Unit
from gridgov.store.watching import Watched, WatchStore

SOON = timedelta(minutes=30)
"""What falls due within so long is soon."""
_NOWHERE = None
T = TypeVar("T")
_OPEN = tuple(stage.value for stage in Stage if stage not in ENDED)


@dataclass(frozen=True, slots=True)
class Watch:
    """What is late and what is soon at a moment."""

    at: datetime
    found: Watched


class Watching:
    """Looks over what somebody may see."""

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._rounds = Rounds()

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:  # noqa: ARG003 - all alike
        """Return the service as an installation's settings want it."""
        return cls(store, clock=clock)

    def once(self, caller: Caller, asked: Hashable, find: Callable[[], T]) -> T:
        """Return what `find` returns, found once for all who ask the same at the same moment and see the same.

        Every change makes every wall ask anew. Two see the same by the same grants, where neither takes part in
        anything beside them: those ask alone.

        Raises
        ------
        NotAllowedError
            If no role of the caller's reads cases.
        """
        with self._store.acting(caller, now=self._clock()) as unit:
            unit.subject.require("case.read")
            alone = unit.summary.wall.takes_part_beside()
            sees = (frozenset(unit.subject.grants), unit.subject.scopes)
        return find() if alone else self._rounds.once((sees, asked), find)

    def watch(
        self, caller: Caller | None, *, within: timedelta = SOON, limit: int = 200, as_of: datetime | None = None
    ) -> Watch:
        """Return what is late and what will be within a time, of cases, of sides and of summons.

        Parameters
        ----------
        as_of
            As things stood at this moment; one to come is answered by the present.

        Raises
        ------
        NotAllowedError
            If no role of the caller's reads cases.
        RuleError
            If not of all that was open at that moment the deadline can be told.
        UnavailableError
            If the past is still being written down.
        """
        at, past = self._moment(as_of)
        with self._as(caller) as unit:
            return Watch(at, _wall(unit, at, past=past).due(at, within=within, limit=limit))

    def figures(self, caller: Caller | None, *, as_of: datetime | None = None) -> dict[str, Any]:
        """Return the wall's numbers, of what the caller (None: the system) sees.

        Returns
        -------
        dict
            ``at``; ``reports_24h``: incidents reported in the day before it; ``proactive_24h``: cases opened in it
            before anybody complained, which are no reports; ``open``, ``by_stage``, ``late`` and
            ``soon`` (within 30 minutes) of cases that are not over; ``whistles``; ``on_duty``, None where one may not
            know; ``streets``: the same for each street by the cell that answers for a case.

        Raises
        ------
        NotAllowedError, RuleError, UnavailableError
            As for `watch`.
        """
        at, past = self._moment(as_of)
        with self._as(caller) as unit:
            wall = _wall(unit, at, past=past)
            cases, reported = wall.open_cases(at, within=SOON), wall.reported(at)
            stages = Counter(dict.fromkeys(_OPEN, 0))
            for row in cases:
                stages[row["stage"]] += row["open"]
            return {
                "at": at,
                "reports_24h": sum(reported.values()),
                "proactive_24h": sum(wall.reported(at, proactive=True).values()),
                "open": sum(stages.values()),
                "by_stage": dict(stages),
                "late": sum(row["late"] for row in cases),
                "soon": sum(row["soon"] for row in cases),
                "whistles": wall.whistles(at),
                "on_duty": wall.on_duty(at) if self._keeps_shifts_of(at) else None,
                "streets": _streets(wall.streets(at), cases, reported),
            }

    def _moment(self, as_of: datetime | None) -> tuple[datetime, bool]:
        """Return the moment that is asked about, and whether it is past."""
        now = self._clock()
        return (as_of, True) if as_of is not None and as_of < now else (now, False)

    def _keeps_shifts_of(self, at: datetime) -> bool:
        return at > self._clock() - timedelta(days=settings().positions_kept_days)

    def _as(self, caller: Caller | None) -> AbstractContextManager[Unit]:
        return self._store.transaction() if caller is None else self._store.acting(caller, now=self._clock())


def _wall(unit: Unit, at: datetime, *, past: bool) -> WatchStore:
    if unit.acting is not None:
        unit.acting.require("case.read")
    if not past:
        return unit.summary.wall
    require_told(unit, at)
    require_deadlines(unit, at, field="as_of")
    return unit.summary.wall.then()


def _streets(
    names: dict[str, str], cases: list[dict[str, Any]], reported: dict[str | None, int]
) -> list[dict[str, Any]]:
    """Return the numbers of each street: one's own, and others in which one sees something."""
    opened, late = Counter[str | None](), Counter[str | None]()
    for row in cases:
        opened[row["street_code"]] += row["open"]
        late[row["street_code"]] += row["late"]
    codes = sorted({code for code in (*names, *opened, *reported) if code is not _NOWHERE})
    return [
        {
            "street_code": code,
            "street": names.get(code),
            "open": opened[code],
            "late": late[code],
            "reports_24h": reported.get(code, 0),
        }
        for code in codes
    ]
