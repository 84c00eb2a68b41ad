"""`gridgov check`: what is wrong with a file of cells, in words and as a layer."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

_console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)

CellFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="GeoPackage, GeoJSON, Shapefile, GDB, Parquet, CSV, XLSX.")
]
Layer = Annotated[str | None, typer.Option(help="The layer of cells, where the file has several.")]
Crs = Annotated[str | None, typer.Option(help="wgs84, cgcs2000, gcj02, bd09 or EPSG:n; wins over what the file says.")]
Encoding = Annotated[str | None, typer.Option(help="Of the text: utf-8 or gb18030; told from the file if left out.")]


def check_command(
    file: CellFile,
    *,
    layer: Layer = None,
    crs: Crs = None,
    encoding: Encoding = None,
    out: Annotated[
        Path | None, typer.Option(help="Write the faults as a layer: .gpkg, .geojson, .parquet, .csv.")
    ] = None,
    most: Annotated[int, typer.Option(min=0, help="The most faults to print per kind.")] = 20,
) -> None:
    """Check cells: gaps, overlaps, slivers, self-crossings, codes, parents; exit code 1 if anything is wrong."""
    from gridgov.services.checking import Source, check_file, write_faults  # noqa: PLC0415 - slow to load: only where it is used

    report = check_file(Source(file, layer, crs, encoding))
    _console.print(report.summary())
    for line in report.lines(most):
        _console.print(line)
    if out is not None and not report.ok:
        _console.print(f"The faults are in {write_faults(report, out)}, layer faults, to be looked at on a map.")
    if not report.ok:
        raise typer.Exit(1)
