"""Tiles as they are asked for: each in one transaction of whoever asks, and none drawn that they have already."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from gridgov.access import Caller
from gridgov.clock import Clock
from gridgov.errors import InputError
from gridgov.settings import Settings
from gridgov.store.unit import Store, Unit
from gridgov.store.walking import moved
from layers.catalogue import layer
from layers.tiles.describing import Described, describe, is_kept, version
from layers.tiles.drawing import Sight, draw
from layers.tiles.places import Tile
from layers.tiles.queries import plan_once

PERIOD = timedelta(days=1)
"""Incidents of so long are shown where nobody asks for another period."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks to see; None where the present will do, or all."""

    as_of: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    stage: str | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A tile: its bytes, None where the asker has them already; and the version that it was drawn of, if it has one."""

    data: bytes | None
    version: str | None = None


class Tiles:
    """Draws tiles.

    Parameters
    ----------
    store
        Where everything is kept.
    clock
        Tells what is in force, and what is overdue.
    """

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> "Tiles":  # noqa: ARG003 - all alike
        """Return the service as an installation's settings want it."""
        return cls(store, clock=clock)

    def catalogue(self, caller: Caller, wanted: Wanted) -> tuple[Sight, Described]:
        """Return every layer as it stands, and what it was described for.

        Raises
        ------
        NotAllowedError
            If the caller may not read the grid.
        """
        with self._in_the_grid(caller) as (unit, now):
            sight = _sight(wanted, now)
            return sight, describe(unit, sight)

    def tile(
        self, caller: Caller, names: Sequence[str], tile: Tile, wanted: Wanted, *, held: Collection[str] = ()
    ) -> Drawn:
        """Return a tile of one layer or several: each is a source-layer of its own name.

        Parameters
        ----------
        caller
            Who asks.
        names
            The layers' names. Layers that hang on the grid alone may be kept; together with others none is.
        tile
            Which tile.
        wanted
            Of which moment and period.
        held
            The versions that the asker holds.

        Raises
        ------
        NotFoundError
            If there is no such layer.
        NotAllowedError
            If the caller may not read the grid.
        UnavailableError
            If incidents are asked for as of a moment of which it still is being told how they stood.
        """
        found = [layer(name) for name in dict.fromkeys(names)]
        with self._in_the_grid(caller) as (unit, now):
            sight = _sight(wanted, now)
            current = version(unit, sight.at) if all(is_kept(one) for one in found) else None
            if current is not None and current in held:
                return Drawn(None, current)
            # Source-layers one after the other are a tile: that is how protocol buffers join repeated fields.
            return Drawn(b"".join(draw(unit, one, tile, sight) for one in found), current)

    @contextmanager
    def _in_the_grid(self, caller: Caller) -> Iterator[tuple[Unit, datetime]]:
        now = self._clock()
        with self._store.acting(caller, now=now) as unit:
            unit.subject.require("grid.read")
            plan_once(unit.connection)
            yield unit, now


def _sight(wanted: Wanted, now: datetime) -> Sight:
    at = wanted.as_of or now
    until = wanted.until or at
    since = wanted.since or moved(until, -PERIOD)
    if since > until:
        message = "The period ends before it begins: change `since` or `until`."
        raise InputError(message, field="since")
    past = wanted.as_of if wanted.as_of and wanted.as_of < now else None
    return Sight(at=at, since=since, until=until, now=now, stage=wanted.stage, as_of=past)
