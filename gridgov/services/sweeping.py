"""Sweeping: every deadline that is due is acted upon, until none is."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType

import structlog

from gridgov.clock import Clock
from gridgov.errors import DatabaseBusyError, UnavailableError
from gridgov.services.accounts.leaving import keep_out_leavers
from gridgov.services.sealing import seal_facts
from gridgov.services.sweeps import Sweep, where, words
from gridgov.services.sweeps.cases import due_cases, short_cases
from gridgov.services.sweeps.drafts import begun_grids
from gridgov.services.sweeps.evidence import abandoned_uploads
from gridgov.services.sweeps.messages import old_changes, old_messages, untold_notices
from gridgov.services.sweeps.positions import old_positions
from gridgov.services.sweeps.rollups import changed_days
from gridgov.services.sweeps.standing import untold_standings
from gridgov.services.sweeps.whistles import late_whistles
from gridgov.settings import Settings
from gridgov.store.unit import Store

SWEEPS: Mapping[str, Sweep] = MappingProxyType(
    {
        "clocks": short_cases,
        "cases": due_cases,
        "seals": seal_facts,
        "notices": untold_notices,
        "changes": old_changes,
        "messages": old_messages,
        "uploads": abandoned_uploads,
        "whistles": late_whistles,
        "positions": old_positions,
        "leavers": keep_out_leavers,
        "standings": untold_standings,
        "rollups": changed_days,
        "grids": begun_grids,
    }
)
"""The sweeps by name. A room that has deadlines adds a line."""

BATCH = 200
"""Rows to a transaction: few enough that an act waits a fraction of a second for a row that is being swept."""

TRIES = 3
"""So often a batch is tried that crossed with another transaction, before its sweep waits for the next round."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Swept:
    """What one round did: rows dealt with by sweep, and the sweeps that failed as a whole."""

    rows: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, Exception] = field(default_factory=dict)


class Sweeping:
    """Runs sweeps until nothing is due, one transaction for each batch.

    Parameters
    ----------
    store
        Where deadlines are kept.
    clock
        Tells the time; asked again for each batch.
    sweeps
        What to run, by name.
    batch
        Rows of a transaction.
    """

    def __init__(self, store: Store, *, clock: Clock, sweeps: Mapping[str, Sweep] = SWEEPS, batch: int = BATCH) -> None:
        self._store = store
        self._clock = clock
        self._sweeps = sweeps
        self._batch = batch

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> "Sweeping":  # noqa: ARG003 - all alike
        """Return the service as an installation's settings want it."""
        return cls(store, clock=clock)

    def run(self, stopping: Callable[[], bool] = lambda: False) -> Swept:
        """Run the sweeps in turn, a batch each, until none finds anything due or `stopping` says so.

        In turn, so that ten thousand late cases do not keep a whistle's thirty minutes waiting.

        Raises
        ------
        gridgov.errors.UnavailableError
            If the database goes away; what was committed stays, the rest is still due.
        """
        rows = dict.fromkeys(self._sweeps, 0)
        failed: dict[str, Exception] = {}
        busy = list(self._sweeps)
        while busy and not stopping():
            for name in list(busy):
                done = self._one_batch(name, failed)
                rows[name] += done
                if not done:
                    busy.remove(name)
        return Swept(rows, failed)

    def _one_batch(self, name: str, failed: dict[str, Exception]) -> int:
        try:
            for _ in range(TRIES):
                with suppress(DatabaseBusyError), self._store.transaction() as unit:
                    aside = unit.jobs.count_set_aside()
                    return self._sweeps[name](unit, self._clock(), self._batch + aside)
        except UnavailableError:
            raise
        except Exception as error:  # noqa: BLE001 - one sweep that is broken must not stop the others
            _log.error("a sweep failed", sweep=name, why=words(error), where=where(error))
            failed[name] = error
            return 0
        _log.warning("a sweep gave way again and again; the next round goes on with it", sweep=name)
        return 0
