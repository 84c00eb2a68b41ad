"""A draft as a file for QGIS: cells to edit, and the areas and faults beside them to look at."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import geopandas as gpd

from gridgov.areas import Level
from gridgov.coordinates import Datum
from gridgov.drafts.saying import MOST_CELLS, require_workable
from gridgov.errors import CoordinateError, FileFormatError, InputError
from gridgov.formats import list_layers, read_layer, write_layers
from gridgov.services.checking import CELL_LAYERS
from gridgov.services.drafting.ground import Standing

MOST_BYTES: Final = 64 * 1024**2
"""Many times a district's cells; a file that is larger holds something else."""


_BLANK: Final = b"\xef\xbb\xbf \t\r\n"


def write_draft(standing: Standing, path: Path) -> Path:
    """Write a draft as a GeoPackage: the layers cells, streets, communities, district, and faults where there are any.

    ``code`` in cells is what each would be called; ``continues`` which cell it goes on as. To cut a cell, split it and
    leave ``continues`` as it is; to give a new one a home, ``community_code``. In EPSG:4326, lon/lat.

    Raises
    ------
    FileFormatError
        If it cannot be written there.
    InputError
        If the name does not end in .gpkg.
    """
    if path.suffix.lower() != ".gpkg":
        message = f"{path.name} holds one layer only, a draft has several: give it a name that ends in .gpkg."
        raise InputError(message, field="path")
    cells = standing.cells.assign(change=standing.comparison.change)
    areas = standing.ground.areas
    layers = {
        "cells": cells[
            ["continues", "code", "change", "name", "kind", "street_code", "community_code", "households", "geometry"]
        ],
        "streets": areas[Level.STREET][["code", "name", "geometry"]],
        "communities": areas[Level.COMMUNITY][["code", "name", "geometry"]],
        "district": areas[Level.DISTRICT][["code", "name", "geometry"]],
    }
    if not standing.report.ok:
        layers["faults"] = standing.report.to_frame()
    return write_layers(layers, path)


def draft_file(standing: Standing) -> bytes:
    """Return a draft as the content of a GeoPackage."""
    with TemporaryDirectory(prefix="gridgov-draft-") as folder:
        return write_draft(standing, Path(folder) / "draft.gpkg").read_bytes()


def read_content(content: bytes) -> gpd.GeoDataFrame:
    """Read the cells of a draft from the content of a GeoPackage, or of a GeoJSON file.

    Raises
    ------
    FileFormatError, CoordinateError
        If it is none, or does not say its coordinate system.
    """
    with TemporaryDirectory(prefix="gridgov-draft-") as folder:
        path = Path(folder) / ("draft.geojson" if content[:64].lstrip(_BLANK).startswith(b"{") else "draft.gpkg")
        path.write_bytes(content)
        try:
            return read_draft(path)
        except CoordinateError as error:
            if "--crs" not in error.message:
                raise
            message = f"{error.message} What is sent has to say it itself: save the layer with its coordinate system."
            raise CoordinateError(message, field=error.field, details=error.details) from error


def read_draft(path: Path, *, datum: Datum | str | None = None) -> gpd.GeoDataFrame:
    """Read the cells of a draft from an edited file, any format that layers are read from.

    Raises
    ------
    FileFormatError, CoordinateError
        If it cannot be read, or does not say its datum.
    """
    there = list_layers(path)
    layer = next((name for name in CELL_LAYERS if name in there), None) if len(there) > 1 else None
    if layer is None and len(there) > 1:
        message = f"{path.name} has several layers and none is called cells: name the one that holds them so."
        raise FileFormatError(message, field="layer", details=[{"layer": name[:60]} for name in there[:20]])
    cells = read_layer(path, layer=layer, datum=datum, most_rows=MOST_CELLS)
    require_workable(cells)  # before a lock is taken: its repair is what costs
    # The code is what a cell would be called; which it goes on as is said beside it, and may have been emptied.
    return cells.drop(columns="code") if {"continues", "code"} <= set(cells.columns) else cells
