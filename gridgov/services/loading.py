"""Loading a grid: areas and cells from frames into the store, as one new version or not at all.

A load never deletes what it does not mention, changes nothing when it says nothing new, and refuses what would not
be a partition together with what is there.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from gridgov import codes
from gridgov.areas import Level
from gridgov.clock import SHANGHAI, shown
from gridgov.coordinates import to_plane
from gridgov.errors import CodeError, InputError, RuleError
from gridgov.grid import require_partition, shares_between
from gridgov.ids import new_id
from gridgov.store.areas import AreaRow
from gridgov.store.cells import CellRow, GridStep, Heir
from gridgov.store.unit import Unit

SINCE_EVER = datetime(1990, 1, 1, tzinfo=UTC)
"""From when a district's first grid is taken to be in force, so that old incidents have a grid to be judged by."""

_LENGTHS = {Level.DISTRICT: 6, Level.STREET: 9, Level.COMMUNITY: 12}
_LEVELS = {"districts": Level.DISTRICT, "streets": Level.STREET, "communities": Level.COMMUNITY}
Layers = Mapping[str, gpd.GeoDataFrame]


@dataclass
class GridLoad:
    """What a load of one district's grid did."""

    district_code: str
    areas: int = 0
    opened: int = 0
    closed: int = 0
    relabelled: int = 0
    unchanged: int = 0
    figures: int = 0
    untouched: int = 0

    @property
    def changed_anything(self) -> bool:
        """Whether the store differs from before."""
        return bool(self.areas or self.opened or self.closed or self.relabelled or self.figures)

    def as_dict(self) -> dict[str, Any]:
        """Return the counts, for the record."""
        counts = asdict(self)
        del counts["district_code"]
        return counts


def load_grid(  # noqa: PLR0913 - what, when, and what may be written over
    unit: Unit,
    layers: Layers,
    *,
    now: datetime,
    source: str,
    at: datetime | None = None,
    whole: bool = False,
    mend: bool = False,
) -> list[GridLoad]:
    """Load areas and cells of one or several districts.

    Parameters
    ----------
    unit
        The unit of work; nothing is stored if anything is refused.
    layers
        ``cells`` with columns code, name, geometry and optionally kind, households, in EPSG:4326; and any of
        ``districts``, ``streets``, ``communities`` with code, name, geometry. Areas that are neither given nor
        stored are made as the unions of their cells.
    now
        From when changed cells are in force; a district's first grid is in force since `SINCE_EVER`.
    source
        Where the data came from, for the record.
    at
        From when changed cells are in force, where that is later than now.
    whole
        Whether the cells given are all that their district has, as a published draft is: what is not mentioned is
        closed then, and another name or kind holds from `at` on, in a row of its own.
    mend
        Whether other names and kinds put a slip right, for all the time that a cell has been there; without it they
        are refused, for what a cell was called in the past stays so.

    Raises
    ------
    RuleError
        If a version of the grid is published already that begins later, or a cell would be called otherwise for its
        past; ``details`` names each.
    PartitionError
        If the cells leave gaps or overlap; ``details`` holds every fault with its place.
    CodeError
        If a code is damaged or has no parent.
    """
    cells = _checked(layers["cells"])
    unit.hold_loading()
    return [
        _DistrictLoader(unit, str(district_code), part, layers, Moment(now, at or now, whole, mend)).run(source)
        for district_code, part in cells.groupby(cells["code"].str[:6], sort=True)
    ]


def _checked(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if cells.crs is None or cells.crs.to_epsg() not in {4326, 4490}:
        message = "Cells must come in lon/lat (EPSG:4326 or 4490): convert them first, or say --crs on loading."
        raise InputError(message, field="crs")
    cells = cells.copy()
    cells["code"] = [codes.cell_code(value) for value in cells["code"]]
    twice = cells["code"][cells["code"].duplicated()].unique()
    if len(twice):
        message = f"{len(twice)} cell codes stand twice, the first is {twice[0]}: every cell needs its own."
        raise CodeError(message, field="code", details=[{"code": code} for code in twice[:100]])
    return cells


@dataclass(frozen=True, slots=True)
class Moment:
    """When a grid is loaded, from when it is in force, whether it is `whole`, and whether it may `mend` the past."""

    now: datetime
    at: datetime
    whole: bool
    mend: bool


class _DistrictLoader:
    """Loads one district's part of a file."""

    def __init__(self, unit: Unit, district_code: str, cells: gpd.GeoDataFrame, layers: Layers, when: Moment) -> None:
        self._unit = unit
        self._district_code = district_code
        self._cells = cells
        self._layers = layers
        self._now = when.now
        self._whole, self._mend = when.whole, when.mend
        self._stored = unit.cells.current(district_code)
        self._stored_areas = unit.areas.current(district_code)
        self._at = when.at if self._stored else SINCE_EVER
        self._load = GridLoad(district_code)

    def run(self, source: str) -> GridLoad:
        mine = {name: self._given(name) for name in ("communities", "streets")}
        self._require_newest()
        require_partition(self._together(), district=self._outline(), **mine)
        areas = self._put_areas()
        self._put_cells({row.code: row for row in self._rows(areas)}, source)
        self._load.figures = self._put_households()
        if self._load.changed_anything:
            summary = self._load.as_dict()
            load_id = self._unit.summary.log_load(self._district_code, at=self._now, source=source, summary=summary)
            self._unit.changes.add(self._district_code, "grid.published", load_id, at=self._now)
        return self._load

    def _require_newest(self) -> None:
        """Refuse to write before what is published for a later moment: that was drawn on the grid of today."""
        newest = self._unit.drafts.newest_version(self._district_code)
        if newest is not None and newest.valid_from > self._at:
            begins = shown(newest.valid_from)
            message = f"Version {newest.version} of the grid is published for {begins}: load what is to follow it then."
            raise RuleError(message, field="at", details=[{"version": newest.version, "valid_from": begins}])

    def _together(self) -> gpd.GeoDataFrame:
        mentioned = set(self._stored if self._whole else self._cells["code"])
        kept = [row for code, row in self._stored.items() if code not in mentioned]
        return gpd.GeoDataFrame(
            {"code": [*self._cells["code"], *(row.code for row in kept)]},
            geometry=[*self._cells.geometry, *(row.geometry for row in kept)],
            crs=self._cells.crs,
        )

    def _outline(self) -> BaseGeometry | None:
        """Return what the cells must cover: the outline given, else the one stored; it may grow by new cells."""
        given = self._given("districts")
        if given is not None:
            return shapely.union_all(given.geometry.to_numpy())
        stored = self._stored_areas.get(self._district_code)
        if stored is None:
            return None
        return shapely.union_all([stored.geometry, *self._cells.geometry])

    def _given(self, name: str) -> gpd.GeoDataFrame | None:
        """Return what the file says of this district in a layer of areas; None where it says nothing."""
        layer = self._layers.get(name)
        if layer is None:
            return None
        mine = layer[layer["code"].astype(str).str[:6] == self._district_code]
        return None if mine.empty else mine

    def _touched(self) -> set[str]:
        """Return the codes of the cells whose ground is new or another than the stored one."""
        return {
            code
            for code, shape in zip(self._cells["code"], self._cells.geometry, strict=True)
            if code not in self._stored or shape.normalize().wkb != self._stored[code].geometry.normalize().wkb
        } | (set(self._stored) - set(self._cells["code"]) if self._whole else set())

    def _put_areas(self) -> dict[str, UUID]:
        stored, wanted = self._stored_areas, dict[str, AreaRow]()
        for name, level in _LEVELS.items():
            for code, (title, shape) in self._areas_of(name, level).items():
                identity = stored[code].area_id if code in stored else new_id()
                parent = None if level is Level.DISTRICT else _identity(codes.parent(code), {**stored, **wanted})
                wanted[code] = AreaRow(self._district_code, identity, level, code, title, parent, shape)
        changed = [row for code, row in wanted.items() if code not in stored or not row.says_the_same(stored[code])]
        self._unit.areas.put(changed, at=self._at)
        self._load.areas = len(changed)
        return {code: row.area_id for code, row in {**stored, **wanted}.items()}

    def _areas_of(self, name: str, level: Level) -> dict[str, tuple[str, BaseGeometry]]:
        found: dict[str, tuple[str, BaseGeometry]] = {}
        given = self._given(name)
        if given is not None:
            triples = zip(given["code"], given["name"], given.geometry, strict=True)
            found = {codes.area_code(code): (str(title), _multi(shape)) for code, title, shape in triples}
        cells, length = self._together(), _LENGTHS[level]
        stale = {code[:length] for code in self._touched()} - set(found)
        for key, part in cells.groupby(cells["code"].str[:length], sort=True):
            code = str(key)
            if code in stale:
                stored = self._stored_areas.get(code)
                outline = _multi(shapely.coverage_union_all(part.geometry.to_numpy()))
                kept = stored is not None and stored.geometry.equals(outline)
                found[code] = (stored.name if stored else code, stored.geometry if stored and kept else outline)
        return found

    def _rows(self, areas: dict[str, UUID]) -> list[CellRow]:
        cells = self._cells
        sizes = shapely.area(to_plane(cells.geometry.to_numpy(), float(cells.total_bounds[[0, 2]].mean())))
        known = [self._stored.get(code) for code in cells["code"]]
        names = cells["name"] if "name" in cells else [one.name if one else None for one in known]
        names = [code if pd.isna(name) else name for code, name in zip(cells["code"], names, strict=True)]
        kinds = cells["kind"] if "kind" in cells else [one.kind if one else "ordinary" for one in known]
        return [
            CellRow(
                district_code=self._district_code,
                id=new_id(),
                code=code,
                name=str(name),
                kind=str(kind),
                street_id=areas[code[:9]],
                community_id=areas[code[:12]],
                area_m2=float(size),
                geometry=geometry,
            )
            for code, name, kind, size, geometry in zip(cells["code"], names, kinds, sizes, cells.geometry, strict=True)
        ]

    def _put_cells(self, wanted: dict[str, CellRow], source: str) -> None:
        stored, load = self._stored, self._load
        opened = [row for code, row in wanted.items() if code not in stored or not row.same_ground(stored[code])]
        closed = [stored[row.code] for row in opened if row.code in stored]
        closed += [row for code, row in stored.items() if self._whole and code not in wanted]
        fresh = {row.code for row in opened}
        kept = [(stored[code], row) for code, row in wanted.items() if code not in fresh]
        renamed = [(old, new) for old, new in kept if not old.same_label(new)]
        load.opened, load.closed, load.relabelled = len(opened), len(closed), len(renamed)
        load.unchanged = len(kept) - len(renamed)
        load.untouched = 0 if self._whole else len(set(stored) - set(wanted))
        heirs = lineage(closed, opened)
        if self._whole:
            closed += [old for old, _ in renamed]
            opened += [new for _, new in renamed]
            heirs += [Heir(old.id, new.id, 1.0) for old, new in renamed]
        else:
            self._require_mending(renamed)
            labelled = [replace(old, name=new.name, kind=new.kind) for old, new in renamed]
            self._unit.cells.relabel(self._district_code, labelled)
        if opened or closed:
            step = GridStep(closed, opened, heirs, at=self._at, published_at=self._now, source=source)
            self._unit.cells.publish(self._district_code, step)

    def _require_mending(self, renamed: list[tuple[CellRow, CellRow]]) -> None:
        """Refuse to call cells otherwise for the time that is over, unless that is what is wanted."""
        if not renamed or self._mend:
            return
        old, new = renamed[0]
        message = (
            f"{len(renamed)} cells are called otherwise than they were, the first is {old.code}: {old.name} "
            f"({old.kind}) would be {new.name} ({new.kind}) for its past as well. From a day on, rename them by a "
            "draft (gridgov draft create); if what is kept is a slip, load it with --mend-names."
        )
        details = [{"code": o.code, "stored": [o.name, o.kind], "given": [n.name, n.kind]} for o, n in renamed[:100]]
        raise RuleError(message, field="name", details=details)

    def _put_households(self) -> int:
        if "households" not in self._cells:
            return 0
        current = self._unit.cells.current(self._district_code)
        known = self._unit.cells.latest_measure(self._district_code, "households")
        figures = self._cells[["code", "households"]].dropna()
        wanted = {current[c].id: float(v) for c, v in zip(figures["code"], figures["households"], strict=True)}
        changed = {cell: value for cell, value in wanted.items() if known.get(cell) != value}
        return self._unit.cells.measure(
            self._district_code, "households", changed, max(self._now, self._at).astimezone(SHANGHAI).date()
        )


def _identity(code: str | None, areas: Mapping[str, AreaRow]) -> UUID:
    if code is None or code not in areas:
        message = f"Area {code} is neither in the file nor stored: load it together with its parts."
        raise CodeError(message, field="code")
    return areas[code].area_id


def _multi(shape: BaseGeometry) -> BaseGeometry:
    return shapely.MultiPolygon(list(shapely.get_parts(shape)))


def lineage(closed: list[CellRow], opened: list[CellRow]) -> list[Heir]:
    """Return who inherits which share of each closed cell's area."""
    old = np.array([row.geometry for row in closed])
    new = np.array([row.geometry for row in opened])
    sources, targets, shares = shares_between(old, new)
    return [
        Heir(closed[s].id, opened[t].id, float(share)) for s, t, share in zip(sources, targets, shares, strict=True)
    ]
