"""Tasks: what a worker does when a job names it. A room that has work to be done later adds a line.

A task runs at least once: a worker may die between doing it and saying so. Doing it twice must be as doing it once.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from gridgov.clock import Clock
from gridgov.errors import UnavailableError
from gridgov.services.messaging import carry
from gridgov.services.sweeping import Sweeping
from gridgov.settings import Settings
from gridgov.store.unit import Store

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Place:
    """What a task works with.

    Parameters
    ----------
    store, settings, clock
        The installation's.
    stopping
        Set when the worker is to stop: a long task ends soon after, leaving the rest to the next one.
    """

    store: Store
    settings: Settings
    clock: Clock
    stopping: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class Task:
    """Something that can be done later.

    Parameters
    ----------
    name
        What ``unit.jobs.defer`` calls it.
    do
        Called with the place and the job's arguments, by keyword; in a thread of its own.
    attempts
        How often it is tried, after 2, 4, 8, ... seconds, before it is given up and shown as failed.
    every_s
        Whole seconds after which it is done again and again, a divisor of 60; 0 if only when a job says so.
    """

    name: str
    do: Callable[..., object]
    attempts: int = 10
    every_s: int = 0


def sweep(place: Place) -> None:
    """Act upon what is due. The next round tries again what this one could not.

    Raises
    ------
    ExceptionGroup
        Of what went wrong, if a sweep failed as a whole: the job is then shown as failed.
    """
    try:
        swept = Sweeping.configured(place.store, place.settings, clock=place.clock).run(place.stopping.is_set)
        with place.store.transaction() as unit:
            unit.jobs.forget(place.clock() - _FORGET)
    except UnavailableError as error:
        _log.warning("the sweep was interrupted", reason=error.message)
        return
    if swept.failed:
        words = f"sweeps failed: {', '.join(swept.failed)}"
        raise ExceptionGroup(words, list(swept.failed.values()))


_FORGET = timedelta(days=1)


def deliver(place: Place) -> None:
    """Carry messages that are due over their channels. What this round could not, the next one tries."""
    try:
        carry(place.store, place.settings, clock=place.clock, stopping=place.stopping.is_set)
    except UnavailableError as error:
        _log.warning("the courier was interrupted", reason=error.message)


TASKS: tuple[Task, ...] = (
    Task("sweep", sweep, attempts=1, every_s=15),
    Task("deliver", deliver, attempts=1, every_s=15),
)
"""All tasks there are."""
