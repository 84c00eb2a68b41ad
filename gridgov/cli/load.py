"""`gridgov load`: a grid from a file into the store, as one version or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from gridgov.clock import system_clock
from gridgov.errors import PartitionError
from gridgov.store.cluster import database_url
from gridgov.store.schema import upgrade_engine
from gridgov.store.unit import Store

if TYPE_CHECKING:
    import geopandas as gpd

    from gridgov.services.loading import GridLoad

_console = Console(highlight=False)
_SHOWN = 10


def load_command(
    file: Annotated[Path, typer.Argument(help="GeoPackage, GeoJSON, Shapefile, GeoParquet, CSV, XLSX, ...")],
    *,
    layer: Annotated[str | None, typer.Option(help="The layer of the cells, where there are several.")] = None,
    crs: Annotated[str | None, typer.Option(help="What its coordinates mean, where the file does not say.")] = None,
    mend_names: Annotated[
        bool, typer.Option("--mend-names", help="Other names and kinds put a slip right, for the past as well.")
    ] = False,
) -> None:
    """Load a grid in one transaction. What is not a partition is refused, with every fault and its place."""
    from gridgov.services.loading import load_grid  # noqa: PLC0415 - slow to load: only where it is used

    with _console.status(f"Reading {file.name} ..."):
        layers = _layers(file, layer, crs)
    with database_url() as url:
        store = Store(url)
        try:
            upgrade_engine(store.engine)
            with _console.status("Checking and loading ..."), store.transaction() as unit:
                loads = load_grid(unit, layers, now=system_clock(), source=file.name, mend=mend_names)
                unit.gather_statistics()
        except PartitionError as error:
            _show_faults(error)
            raise
        finally:
            store.close()
    for load in loads:
        _tell(load)


def _layers(file: Path, layer: str | None, crs: str | None) -> dict[str, gpd.GeoDataFrame]:
    from gridgov.services.checking import Source  # noqa: PLC0415 - slow to load: only where it is used

    source = Source(file, layer, crs)
    areas = source.areas()
    if "district" in areas:
        areas["districts"] = areas.pop("district")
    return {"cells": source.cells(), **areas}


def _show_faults(error: PartitionError) -> None:
    for fault in error.details[:_SHOWN]:
        _console.print(f"  {fault.get('message', fault)}")
    if len(error.details) > _SHOWN:
        _console.print(f"  ... and {len(error.details) - _SHOWN} more: `gridgov check` writes all of them as a layer.")


def _tell(load: GridLoad) -> None:
    if not load.changed_anything:
        _console.print(f"{load.district_code}: nothing new; {load.unchanged} cells are as they were.")
        return
    cells = f"{load.opened} cells opened, {load.closed} closed, {load.relabelled} renamed, {load.unchanged} unchanged"
    _console.print(f"{load.district_code}: {cells}, {load.untouched} not mentioned;", end=" ")
    _console.print(f"{load.areas} areas and {load.figures} figures changed.")
