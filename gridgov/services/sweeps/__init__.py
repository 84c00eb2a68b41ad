"""Sweeps: what is due is found and its next step done, some rows at a time.

A deadline is a column. A sweep takes due rows ``FOR UPDATE SKIP LOCKED``, writes down what follows (fact, notice,
change) and moves ``due_at`` to the next step or to none, all in the unit of work it is given. So a step that was not
committed never happened, one that was is not due any more, and several workers share what is due without meeting.

    def overdue_cases(unit: Unit, now: datetime, limit: int) -> int:
        due = unit.cases.due(now, limit)
        return fire(unit, "cases", due, _step(unit, now), key=lambda d: (d.district_code, str(d.incident_id)), now=now)
"""

import traceback
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from gridgov.errors import UnavailableError
from gridgov.store.unit import Unit

Row = TypeVar("Row")

_log = structlog.get_logger(__name__)


class Sweep(Protocol):
    """Does the next step of at most `limit` due rows, and returns how many it dealt with; 0 when nothing is due."""

    def __call__(self, unit: Unit, now: datetime, limit: int, /) -> int:
        """Deal with rows that are due at `now`."""


def fire(
    unit: Unit,
    sweep: str,
    rows: Sequence[Row],
    step: Callable[[Sequence[Row]], object],
    *,
    key: Callable[[Row], tuple[str, str]],
    now: datetime,
) -> int:
    """Do the step of all due rows at once; if that fails, of each alone, and set aside those that fail.

    A row set aside is left out until its time to be tried again has come, later each time; the rows behind it go on.
    `Sweeping` asks for so many rows more as are set aside, so that they never fill a batch.

    Parameters
    ----------
    unit
        The transaction that locked the rows.
    sweep
        The sweep's name.
    rows
        What is due, locked.
    step
        Does the next step of the rows it is given, in `unit`.
    key
        Names a row: its district, and a text that is unique in there and under this sweep.
    now
        The time to which the rows are due.

    Returns
    -------
    How many rows were dealt with: fired or newly set aside.

    Raises
    ------
    gridgov.errors.UnavailableError
        If the database or another store went away: then nothing is anybody's fault, and all is tried again.
    """
    failures = {(f.district_code, f.subject): f for f in unit.jobs.failures(sweep)}
    waiting = {name for name, failure in failures.items() if failure.retry_at > now}
    ready = [row for row in rows if key(row) not in waiting]
    if not ready:
        return 0
    if _tried(unit, step, ready) is None:
        done = ready
    else:
        done = [row for row in ready if not _set_aside(unit, sweep, key(row), _tried(unit, step, [row]), now)]
    unit.jobs.forgive(sweep, [key(row) for row in done if key(row) in failures])
    return len(ready)


def _tried(unit: Unit, step: Callable[[Sequence[Row]], object], rows: Sequence[Row]) -> Exception | None:
    try:
        with unit.connection.begin_nested():
            step(rows)
    except (UnavailableError, OperationalError, InterfaceError):
        raise
    except Exception as error:
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise
        return error
    return None


def _set_aside(unit: Unit, sweep: str, name: tuple[str, str], error: Exception | None, now: datetime) -> bool:
    if error is None:
        return False
    why = words(error)
    failures = unit.jobs.set_aside(sweep, name, why, at=now)
    _log.error("a due row was set aside", sweep=sweep, subject=name, failures=failures, why=why, where=where(error))
    return True


def words(error: BaseException) -> str:
    """Return what went wrong in one line.

    An error of the database repeats the values of its statement, and among them what people wrote: it is only named.
    """
    if isinstance(error, DBAPIError):
        return f"{type(error).__name__} ({type(error.orig).__name__})"
    return " ".join(f"{type(error).__name__}: {error}".split())[:500]


def where(error: BaseException) -> str:
    """Return the last steps that led to an error, without its words."""
    return "".join(traceback.format_tb(error.__traceback__)[-4:])
