"""`gridgov repair`: propose a clean partition and show what it would change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from gridgov.cli.check import CellFile, Crs, Encoding, Layer

if TYPE_CHECKING:
    from gridgov.grid import Repair

_console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)


def repair_command(
    file: CellFile,
    *,
    out: Annotated[Path, typer.Option(help="Where the repaired cells go: .gpkg (also shows changes), .geojson, ...")],
    layer: Layer = None,
    crs: Crs = None,
    encoding: Encoding = None,
    most: Annotated[int, typer.Option(min=0, help="The most changed cells to print.")] = 20,
) -> None:
    """Propose a repair into another file; exit code 1 if faults are left for people to decide."""
    from gridgov.services.checking import Source, repair_file, write_repair  # noqa: PLC0415 - slow to load: only where it is used

    repair = repair_file(Source(file, layer, crs, encoding))
    _console.print(repair.summary())
    if len(repair.changes) and most:
        _console.print(_table(repair, most))
    for line in repair.left.lines(most):
        _console.print(line)
    _console.print(f"The proposal is in {write_repair(repair, out)}; nothing was loaded, the file itself is untouched.")
    if not repair.complete:
        raise typer.Exit(1)


def _table(repair: Repair, most: int) -> Table:
    table = Table("cell", box=None)
    for heading in ("before m2", "after m2", "gained m2", "lost m2", "moved m"):
        table.add_column(heading, justify="right")
    for row in repair.changes.head(most).itertuples():
        sizes = (row.before_m2, row.after_m2, row.gained_m2, row.lost_m2)
        table.add_row(row.code, *(f"{size:,.1f}" for size in sizes), f"{row.moved_m:.2f}")
    if len(repair.changes) > most:
        table.caption = f"and {len(repair.changes) - most} more"
    return table
