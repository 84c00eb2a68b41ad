"""What everything at the Python door goes through: an open store, a clock, and on whose behalf."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from gridgov.access import Caller
from gridgov.clock import Clock
from gridgov.errors import InputError
from gridgov.services.connecting.asked import Moment, in_python, moment
from gridgov.services.looking import Desk
from gridgov.store.unit import Store, Unit


class Opened:
    """An open store on behalf of whoever connected.

    Parameters
    ----------
    store
        Where everything is kept.
    clock
        Tells what "now" is.
    caller
        Who reads; None for the system itself.
    """

    def __init__(self, store: Store, *, clock: Clock, caller: Caller | None = None) -> None:
        self._held: Store | None = store
        self._clock = clock
        self._caller = caller

    @property
    def _store(self) -> Store:
        if self._held is None:
            message = "This connection is closed: gridgov.connect() opens another."
            raise InputError(message)
        return self._held

    @property
    def _desk(self) -> Desk:
        return Desk(self._store, clock=self._clock)

    def _moment(self, as_of: Moment | None) -> datetime:
        return self._clock() if as_of is None else moment(as_of, field="as_of")

    @contextmanager
    def _reading(self) -> Iterator[Unit]:
        with self._as() as unit:
            if unit.acting is not None:
                unit.acting.require("grid.read")
            yield unit

    @contextmanager
    def _as(self) -> Iterator[Unit]:
        if self._caller is None:
            with self._store.transaction() as unit:
                yield unit
        else:
            with in_python(), self._store.acting(self._caller, now=self._clock()) as unit:
                yield unit
