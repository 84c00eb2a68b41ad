"""What intake must know to decide: the grid, the rules, the organisations, the address book.

Read once and kept until the store says that something changed; the locator's index is kept on disk between runs,
under the grid's own checksum.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID
from weakref import WeakKeyDictionary

from gridgov.areas import Level
from gridgov.errors import GridgovError, SetupError
from gridgov.gazetteer import Gazetteer
from gridgov.incidents import CellRef
from gridgov.matters import MatterList
from gridgov.organisations import OrganisationBook
from gridgov.store.summary import Signature
from gridgov.store.unit import Store, Unit
from gridgov.whistles import WhistleKind

if TYPE_CHECKING:
    import geopandas as gpd

    from gridgov.locate import CellLocator

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Grid:
    """The grid in force at a moment, with the locator that decides by it."""

    locator: CellLocator
    cells: dict[str, CellRef]
    streets: dict[str, UUID]
    districts: frozenset[str]

    def by_code(self, code: str | None) -> CellRef | None:
        """Return the cell with this code; None stands for outside."""
        return None if code is None else self.cells[code]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything that decides about a report, as of one state of the store."""

    signature: Signature
    grid: Grid
    matters: MatterList
    kinds: dict[str, WhistleKind]
    organisations: OrganisationBook
    gazetteer: Gazetteer | None


class KnowledgeKeeper:
    """Keeps the newest `Knowledge`; many threads may ask at once.

    Parameters
    ----------
    cache_dir
        Where indexes of grids are kept between runs.
    """

    def __init__(self, cache_dir: Path) -> None:
        self._cache_dir = cache_dir
        self._lock = threading.Lock()
        self._kept: Knowledge | None = None

    def current(self, unit: Unit, now: datetime) -> Knowledge:
        """Return what the store says now, reading it anew only when it changed.

        Raises
        ------
        SetupError
            If no grid or no matter list was loaded yet.
        """
        signature = unit.summary.signature(now)
        kept = self._kept
        if kept is not None and kept.signature == signature:
            return kept
        with self._lock:
            if self._kept is None or self._kept.signature != signature:
                self._kept = self._read(unit, signature, now)
            return self._kept

    def _read(self, unit: Unit, signature: Signature, now: datetime) -> Knowledge:
        return Knowledge(
            signature=signature,
            grid=read_grid(unit, now, self._cache_dir),
            matters=unit.rules.matters(),
            kinds=unit.rules.whistle_kinds(),
            organisations=unit.people.book(),
            gazetteer=_gazetteer(unit, now),
        )


_keepers: WeakKeyDictionary[Store, KnowledgeKeeper] = WeakKeyDictionary()
_keepers_lock = threading.Lock()


def keeper_of(store: Store, cache_dir: Path) -> KnowledgeKeeper:
    """Return the one keeper of a store: what decides is large, and the same for every service."""
    with _keepers_lock:
        if store not in _keepers:
            _keepers[store] = KnowledgeKeeper(cache_dir)
        return _keepers[store]


def read_grid(unit: Unit, at: datetime, cache_dir: Path) -> Grid:
    """Return the grid of all districts as of `at`.

    Raises
    ------
    SetupError
        If no grid was in force then.
    """
    cells = unit.cells.frame(at=at)
    if cells.empty:
        message = "No grid is loaded: `gridgov load FILE` one, or `gridgov demo` for the sample district."
        raise SetupError(message)
    locator = _locator(cells, unit.cells.checksums(at), cache_dir)
    by_code = {
        row.code: CellRef(row.district_code, row.id, row.code, row.street_code) for row in cells.itertuples(index=False)
    }
    streets = dict(zip(cells["street_code"], cells["street_id"], strict=True))
    return Grid(locator, by_code, streets, frozenset(cells["district_code"]))


def _locator(cells: gpd.GeoDataFrame, checksums: list[bytes], cache_dir: Path) -> CellLocator:
    from gridgov.locate import CellLocator  # noqa: PLC0415 - it brings a compiler along

    path = cache_dir / "grids" / f"{hashlib.sha256(b''.join(checksums)).hexdigest()}.npz"
    if path.exists():
        try:
            return CellLocator.load(path)
        except GridgovError as error:
            _log.warning("The kept index %s cannot be used (%s); it is made anew.", path.name, error)
    locator = CellLocator.from_frame(cells, code="code")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        locator.save(path)
    except OSError as error:
        _log.warning("The index of the grid could not be kept in %s: %s", path.parent, error)
    return locator


def _gazetteer(unit: Unit, now: datetime) -> Gazetteer | None:
    addresses = unit.bases.addresses()
    if addresses.empty:
        return None
    districts = unit.areas.frame(Level.DISTRICT, at=now)
    names = dict(zip(districts["district_code"], districts["name"], strict=True))
    addresses["district"] = addresses["district_code"].map(names).fillna("")
    return Gazetteer.from_frame(addresses)
