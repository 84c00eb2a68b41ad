"""Overseeing: what is left to do, what is late, and what failed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gridgov.clock import Clock
from gridgov.settings import Settings
from gridgov.store.jobs import FailedJob, SweepFailure
from gridgov.store.unit import Store
from gridgov.worktime.hours import local_day

CALENDAR_WARNING = timedelta(days=60)
"""How long before the calendar ends somebody should load the next year."""


@dataclass(frozen=True)
class WorkState:
    """How the work goes on: jobs by state, due rows set aside, living workers, the oldest deadline not acted upon.

    Attributes
    ----------
    calendar_until
        The last day up to which deadlines in working time can be reckoned, None if no year is loaded.
    calendar_ends_soon
        Whether the next year should be loaded now: the notices on holidays come out in autumn.
    """

    waiting: int
    later: int
    doing: int
    failed: int
    set_aside: int
    workers: int
    oldest_due_at: datetime | None
    calendar_until: date | None
    calendar_ends_soon: bool


class Overseer:
    """Looks at the queue and at what is due.

    Parameters
    ----------
    store
        Where both are kept.
    clock
        Tells the time by which something is late.
    """

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> "Overseer":  # noqa: ARG003 - all alike
        """Return the service as an installation's settings want it."""
        return cls(store, clock=clock)

    def look(self) -> WorkState:
        """Return how the work goes on."""
        with self._store.transaction() as unit:
            queue, now = unit.jobs.state(), self._clock()
            until = unit.worktime.rules().calendar.last_day
            return WorkState(
                waiting=queue.waiting,
                later=queue.later,
                doing=queue.doing,
                failed=queue.failed,
                set_aside=len(unit.jobs.failures()),
                workers=queue.workers,
                oldest_due_at=unit.jobs.oldest_due(now),
                calendar_until=until,
                calendar_ends_soon=until is None or until - local_day(now) < CALENDAR_WARNING,
            )

    def failures(self) -> tuple[list[FailedJob], list[SweepFailure]]:
        """Return the jobs that were given up, and the due rows that are set aside."""
        with self._store.transaction() as unit:
            return unit.jobs.failed(), unit.jobs.failures()

    def retry(self) -> int:
        """Give every failed job and every row set aside another chance at once, and return how many there were."""
        with self._store.transaction() as unit:
            return unit.jobs.retry(self._clock())
