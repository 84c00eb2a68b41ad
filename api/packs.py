"""What phones carry, made once for all who work in the same streets, and kept until the grid or the rules change."""

import gzip
import threading
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from gridgov.access import Caller
from gridgov.clock import Clock
from gridgov.services.carrying import Extent, extent_of
from gridgov.settings import Settings
from gridgov.store.unit import Store
from layers.carried import pack

_KEPT = 32
_LEVEL = 6  # of gzip; made once, sent often, over slow air


@dataclass(frozen=True, slots=True)
class Packed:
    """One pack: compressed JSON, and its ETag as the header says it."""

    tag: str
    zipped: bytes

    @property
    def whole(self) -> bytes:
        """The JSON itself, for whoever cannot take it compressed."""
        return gzip.decompress(self.zipped)


class PackKeeper:
    """Keeps the newest packs; making one takes a second or so, and one is made at a time.

    Parameters
    ----------
    store
        Where the grid and the rules are kept.
    clock
        Tells which grid is in force.
    """

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._making = threading.Lock()
        self._packs: OrderedDict[Extent, Packed] = OrderedDict()
        self._reading = threading.Lock()

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:  # noqa: ARG003 - all alike
        """Return the keeper as an installation's settings want it."""
        return cls(store, clock=clock)

    def pack(self, caller: Caller) -> Packed:
        """Return what the caller's phone carries.

        Raises
        ------
        NotAllowedError
            If no role of theirs reads the grid.
        """
        now = self._clock()
        with self._store.acting(caller, now=now) as unit:
            extent = extent_of(unit, now)
        found = self._kept(extent)
        if found:
            return found
        with self._making:  # nobody waits here with a connection in their hands
            return self._kept(extent) or self._made(caller, extent)

    def _kept(self, extent: Extent) -> Packed | None:
        with self._reading:
            found = self._packs.get(extent)
            if found:
                self._packs.move_to_end(extent)
            return found

    def _made(self, caller: Caller, extent: Extent) -> Packed:
        now = self._clock()
        with self._store.acting(caller, now=now) as unit:
            content = pack(unit, extent, at=now)
        made = Packed(f'"{sha256(content).hexdigest()[:32]}"', gzip.compress(content, _LEVEL, mtime=0))
        with self._reading:
            self._packs[extent] = made
            for old in [one for one in self._packs if one.signature != extent.signature]:
                del self._packs[old]
            while len(self._packs) > _KEPT:
                self._packs.popitem(last=False)
        return made
