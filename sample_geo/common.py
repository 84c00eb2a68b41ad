"""What every part of the generator shares: the seed, the plane it draws in, and files that come out the same."""

import csv
import hashlib
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

SEED = 370_102_773
"""Change it and every file changes."""

HERE = Path(__file__).parent
DATA = HERE / "data"
NAMES = HERE / "names"

HOME = "370102"
DECIMALS = 8
"""Of a degree: about a millimetre. Every coordinate is rounded once, before polygons are built from it."""

ORIGIN = (500_893.0, 4_051_320.0)
"""Easting and northing (EPSG:4548) of about 117.01 E, 36.59 N: the zero of the drawing plane, in metres."""

_TO_DEGREES = Transformer.from_crs(4548, 4490, always_xy=True)
_TO_METRES = Transformer.from_crs(4490, 4548, always_xy=True)

Floats = NDArray[np.float64]


def rng(*purpose: object) -> np.random.Generator:
    """Return the random stream of one purpose; streams do not disturb each other when the code of one changes."""
    words = [zlib.crc32(str(word).encode()) for word in purpose]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([SEED, *words])))


def to_degrees(xy: Floats) -> Floats:
    """Return lon/lat (n, 2), rounded, of plane metres (n, 2). CGCS2000 is taken as equal to WGS 84 (decimetres)."""
    lon, lat = _TO_DEGREES.transform(xy[:, 0] + ORIGIN[0], xy[:, 1] + ORIGIN[1])
    return np.round(np.column_stack([lon, lat]), DECIMALS)


def to_metres(lonlat: Floats) -> Floats:
    """Return plane metres (n, 2) of lon/lat (n, 2)."""
    x, y = _TO_METRES.transform(lonlat[:, 0], lonlat[:, 1])
    return np.column_stack([x - ORIGIN[0], y - ORIGIN[1]])


def geometry_to_metres(geometry: Any) -> Any:
    """Return a geometry, or an array of them, in plane metres."""
    return shapely.transform(geometry, to_metres)


def geometry_to_degrees(geometry: Any) -> Any:
    """Return a geometry, or an array of them, in rounded lon/lat."""
    return shapely.transform(geometry, to_degrees)


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a UTF-8 CSV file with a header."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a UTF-8 CSV file with a header and plain line feeds, so that its checksum is the same everywhere."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def degrees_text(value: float) -> str:
    """Return a degree value with the fixed number of decimals."""
    return f"{value:.{DECIMALS}f}"


def sha256(path: Path) -> str:
    """Return the hex checksum of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
