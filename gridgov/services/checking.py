"""Look at a file of cells before it is loaded: what is wrong with it, and what a repair would change."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd

from gridgov.coordinates import Datum
from gridgov.formats import list_layers, read_layer, write_layer, write_layers
from gridgov.grid import CheckReport, Repair, check_cells, propose_repair

CELL_LAYERS: Final = ("cells", "grid", "网格", "单元网格", "网格面")
"""Layers taken for the cells where a file has several and none is named, the first that is there."""

_AREA_LAYERS: Final = {
    "communities": ("communities", "社区", "社区面"),
    "streets": ("streets", "街道", "街道面", "街镇"),
    "district": ("districts", "区县", "区县面"),
}


@dataclass(frozen=True)
class Source:
    """Where cells come from and how to read them.

    Parameters
    ----------
    path
        A file that `gridgov.formats.read_layer` reads.
    layer
        Its layer of cells; None for the only one, or for the one that is called like cells.
    datum, encoding
        What the file does not say itself, or says wrongly.
    """

    path: Path
    layer: str | None = None
    datum: Datum | str | None = None
    encoding: str | None = None

    def cells(self) -> gpd.GeoDataFrame:
        """Read the cells, EPSG:4326."""
        return self._read(self.layer or self._cell_layer())

    def areas(self) -> dict[str, gpd.GeoDataFrame]:
        """Read the layers of communities, streets and the district that stand in the same file, by what they check."""
        there = list_layers(self.path)
        chosen = {use: next((name for name in names if name in there), None) for use, names in _AREA_LAYERS.items()}
        return {use: self._read(name) for use, name in chosen.items() if name is not None}

    def _cell_layer(self) -> str | None:
        there = list_layers(self.path)
        return next((name for name in CELL_LAYERS if name in there), None) if len(there) > 1 else None

    def _read(self, layer: str | None) -> gpd.GeoDataFrame:
        return read_layer(self.path, layer=layer, datum=self.datum, encoding=self.encoding)


def check_file(source: Source) -> CheckReport:
    """Check the cells of a file, against its own layers of communities, streets and districts where it has them.

    A file may hold more areas than cells: districts without any cell in the file are not taken for gaps.

    Raises
    ------
    FileFormatError, CoordinateError
        If the file cannot be read, or does not say its datum.
    """
    cells = source.cells()
    return check_cells(cells, **_against(cells, source.areas()))


def repair_file(source: Source) -> Repair:
    """Propose a repair of the cells of a file.

    Raises
    ------
    FileFormatError, CoordinateError
        As `check_file`.
    """
    cells = source.cells()
    return propose_repair(cells, district=_against(cells, source.areas()).get("district"))


def write_faults(report: CheckReport, path: Path) -> Path:
    """Write the faults as a layer ``faults``, so that they can be looked at on a map."""
    return write_layer(report.to_frame(), path, layer="faults")


def write_repair(repair: Repair, path: Path) -> Path:
    """Write the repaired cells; a GeoPackage also gets the layers ``changes`` and ``faults_left``.

    Raises
    ------
    FileFormatError
        If the name says no format that is written.
    """
    if path.suffix.lower() != ".gpkg":
        return write_layer(repair.cells, path, layer="cells")
    layers = {"cells": repair.cells, "changes": repair.changes, "faults_left": repair.left.to_frame()}
    return write_layers({name: frame for name, frame in layers.items() if len(frame)}, path)


def _against(cells: gpd.GeoDataFrame, areas: dict[str, gpd.GeoDataFrame]) -> dict[str, Any]:
    """Keep what the cells can be checked against: areas with codes, and the districts that the cells are of."""
    usable: dict[str, Any] = {use: frame for use, frame in areas.items() if "code" in frame}
    if "district" in usable and "code" in cells:
        mentioned = {str(code)[:6] for code in cells["code"]}
        districts = usable["district"]
        usable["district"] = districts[districts["code"].isin(mentioned)]
        if usable["district"].empty:
            del usable["district"]
    return usable
