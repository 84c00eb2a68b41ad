"""Locating whole files: piece by piece, so that a file may be larger than memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from gridgov.formats import read_points, write_stream
from gridgov.locate import CellLocator

Advance = Callable[[int], None]
"""Is told how many rows were just done."""

PIECE = 200_000
"""Rows read, located and written at once: some 50 MB with a file's other columns."""


@dataclass
class LocatedFile:
    """What became of a file of points."""

    rows: int = 0
    located: int = 0
    outside: int = 0
    unusable: int = 0


def locate_file(
    locator: CellLocator, points: Path, out: Path, *, datum: str, layer: str | None = None, advance: Advance
) -> LocatedFile:
    """Write the file's rows with ``lon``, ``lat``, ``cell_code`` and ``fault`` added.

    Parameters
    ----------
    locator
        The grid that decides.
    points
        CSV, Parquet, or what GDAL streams.
    out
        CSV or Parquet; written aside and renamed, so that an interrupted run leaves no half file.
    datum
        What the file's coordinates mean.
    advance
        Is told the progress.

    Raises
    ------
    FileFormatError
        If either file is not of a form that can be read or written.
    CoordinateError
        If the datum is unknown.
    """
    result = LocatedFile()
    pieces = read_points(points, PIECE, layer=layer, datum=datum)
    write_stream(_located(pieces, locator, result, advance), out)
    return result


def _located(
    pieces: Iterator[pd.DataFrame], locator: CellLocator, result: LocatedFile, advance: Advance
) -> Iterator[pd.DataFrame]:
    for piece in pieces:
        codes = locator.locate(piece["lon"].to_numpy(np.float64), piece["lat"].to_numpy(np.float64))
        located = piece.drop(columns=["x", "y"]).assign(cell_code=codes)
        unusable = int(piece["fault"].notna().sum())
        found = int(located["cell_code"].notna().sum())
        result.rows += len(piece)
        result.located += found
        result.unusable += unusable
        result.outside += len(piece) - found - unusable
        advance(len(piece))
        yield located
