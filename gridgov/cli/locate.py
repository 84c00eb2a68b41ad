"""`gridgov locate`: the cell of every point of a file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from gridgov.clock import instant, system_clock
from gridgov.errors import InputError
from gridgov.settings import settings
from gridgov.store.cluster import database_url
from gridgov.store.schema import upgrade_engine
from gridgov.store.unit import Store

if TYPE_CHECKING:
    from gridgov.locate import CellLocator
    from gridgov.services.locating import LocatedFile

_console = Console(highlight=False)


def locate_command(
    *,
    points: Annotated[Path, typer.Option(help="The file of points: CSV, Parquet, GeoPackage, ...")],
    crs: Annotated[str, typer.Option(help="What its coordinates mean: wgs84, cgcs2000, gcj02, bd09 or EPSG:n.")],
    out: Annotated[Path, typer.Option(help="Where to write: .csv or .parquet.")],
    cells: Annotated[Path | None, typer.Option(help="A file of cells to use instead of the stored grid.")] = None,
    layer: Annotated[str | None, typer.Option(help="The layer of the points, where there are several.")] = None,
    as_of: Annotated[str | None, typer.Option(help="The grid of this moment, like 2026-03-05T00:00:00+08:00.")] = None,
) -> None:
    """Find the cell of every point of a file of any size, and write the rows with cell_code added."""
    from gridgov.formats import count_points  # noqa: PLC0415 - slow to load: only where it is used
    from gridgov.services.locating import locate_file  # noqa: PLC0415 - slow to load: only where it is used

    with _console.status("Reading the grid ..."):
        locator = _from_file(cells) if cells else _from_store(_moment(as_of))
    columns = (TextColumn("Locating"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=_console) as progress:
        task = progress.add_task("points", total=count_points(points, layer))
        done = locate_file(
            locator, points, out, datum=crs, layer=layer, advance=lambda rows: progress.advance(task, rows)
        )
    _tell(done, out)


def _from_file(path: Path) -> CellLocator:
    from gridgov.formats import read_layer  # noqa: PLC0415 - slow to load: only where it is used
    from gridgov.locate import CellLocator  # noqa: PLC0415 - slow to load: only where it is used

    frame = read_layer(path, layer="cells" if path.suffix.lower() == ".gpkg" else None)
    return CellLocator.from_frame(frame, code="code")


def _from_store(moment: datetime) -> CellLocator:
    from gridgov.services.knowledge import read_grid  # noqa: PLC0415 - slow to load: only where it is used

    with database_url() as url:
        store = Store(url)
        try:
            upgrade_engine(store.engine)
            with store.transaction() as unit:
                return read_grid(unit, moment, settings().cache_dir).locator
        finally:
            store.close()


def _moment(value: str | None) -> datetime:
    if value is None:
        return system_clock()
    try:
        return instant(datetime.fromisoformat(value), field="as-of")
    except ValueError as error:
        message = f"{value!r} is no time: write it like 2026-03-05T00:00:00+08:00."
        raise InputError(message, field="as-of") from error


def _tell(done: LocatedFile, out: Path) -> None:
    _console.print(f"{done.rows:,} rows: {done.located:,} in a cell, {done.outside:,} outside every cell, ", end="")
    _console.print(f"{done.unusable:,} with an unusable position (see the column fault).")
    _console.print(f"Written to {out}.")
