"""Write layers: aside first, then renamed, so that a reader never sees half a file."""

import codecs
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from gridgov.errors import FileFormatError, GeometryError
from gridgov.formats.formulas import disarmed
from gridgov.formats.kinds import refused
from gridgov.formats.vectors import foreign_errors

_WRITTEN: Final = ".gpkg, .geojson, .parquet or .csv"


def write_layer(frame: gpd.GeoDataFrame, path: str | Path, *, layer: str | None = None) -> Path:
    """Write a layer as the format that the name says: .gpkg, .geojson, .parquet or .csv.

    A CSV carries ``lon`` and ``lat`` (points) or ``geometry_wkt``, starts with a mark that lets Excel see UTF-8, and
    text that a spreadsheet would run as a formula begins with an apostrophe, which reading takes away again.

    Parameters
    ----------
    frame
        With a CRS; GeoJSON is always written in WGS 84 (RFC 7946, section 4).
    path
        Where to; an existing file is replaced at the end, at once.
    layer
        Its name in a GeoPackage, the file's name if None.

    Raises
    ------
    FileFormatError
        If the name says no format that is written, or the file cannot be written.
    GeometryError
        If the frame has no CRS.
    """
    path = Path(path)
    return write_layers({layer or path.stem: frame}, path)


def write_layers(frames: Mapping[str, gpd.GeoDataFrame], path: str | Path) -> Path:
    """Write several layers into one GeoPackage, or one layer as any format of `write_layer`."""
    path = Path(path)
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise refused(path, f"cannot be written: give it a name that ends in {_WRITTEN}")
    if len(frames) != 1 and path.suffix.lower() != ".gpkg":
        raise refused(path, "holds one layer only: write several layers into a .gpkg")
    for frame in frames.values():
        if frame.crs is None:
            message = "A layer without CRS cannot be written: say what its coordinates mean with set_crs first."
            raise GeometryError(message, field="crs")
    with foreign_errors(path), _aside(path) as partial:
        for name, frame in frames.items():
            write(frame, partial, name)
    return path


def write_stream(frames: Iterable[pd.DataFrame], path: str | Path) -> int:
    """Write tables piece by piece as .csv or .parquet and return the number of rows; the columns of the first hold.

    Raises
    ------
    FileFormatError
        If the name says another format, or the file cannot be written.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in {".csv", ".parquet"}:
        raise refused(path, "cannot be written in pieces: give it a name that ends in .csv or .parquet")
    with foreign_errors(path), _aside(path) as partial:
        return _stream_csv(frames, partial) if suffix == ".csv" else _stream_parquet(frames, partial)


def guarded(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose texts no spreadsheet will run: an apostrophe before = + - @, unless it is a number."""
    result = frame.copy()
    for name in result.columns:
        if not pd.api.types.is_numeric_dtype(result[name]) and not pd.api.types.is_datetime64_any_dtype(result[name]):
            result[name] = pd.Series([disarmed(value) for value in result[name]], index=result.index, dtype=object)
    return result


def csv_pieces(frames: Iterable[pd.DataFrame]) -> Iterator[bytes]:
    """Yield tables as one CSV (RFC 4180), a piece for each; the first begins with the mark that shows Excel UTF-8."""
    for number, frame in enumerate(frames):
        text = frame.to_csv(index=False, header=number == 0, lineterminator="\r\n").encode()
        yield text if number else codecs.BOM_UTF8 + text


@contextmanager
def _aside(path: Path) -> Iterator[Path]:
    partial = path.with_name(f".{path.stem}-{uuid4().hex[:8]}.partial{path.suffix}")
    try:
        yield partial
        os.replace(partial, path)  # noqa: PTH105 - the name says that it replaces at once
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        partial.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> FileFormatError:
    return refused(path, f"cannot be written ({error.strerror}): does the folder exist?")


def _write_gpkg(frame: gpd.GeoDataFrame, path: Path, layer: str) -> None:
    frame.to_file(path, driver="GPKG", layer=layer, engine="pyogrio", append=path.exists())


def _write_geojson(frame: gpd.GeoDataFrame, path: Path, _: str) -> None:
    frame.to_crs(4326).to_file(path, driver="GeoJSON", engine="pyogrio", RFC7946="YES", COORDINATE_PRECISION=15)


def _write_parquet(frame: gpd.GeoDataFrame, path: Path, _: str) -> None:
    frame.to_parquet(path, compression="zstd")


def _write_csv(frame: gpd.GeoDataFrame, path: Path, _: str) -> None:
    path.write_bytes(b"".join(csv_pieces([guarded(_as_table(frame))])))


def _as_table(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    shapes = frame.geometry.to_crs(4326)
    if len(shapes) and (shapes.geom_type == "Point").all():
        return table.assign(lon=shapes.x, lat=shapes.y, datum="wgs84")
    return table.assign(geometry_wkt=shapes.to_wkt(rounding_precision=-1), datum="wgs84")


def _stream_csv(frames: Iterable[pd.DataFrame], path: Path) -> int:
    rows = 0

    def counted() -> Iterator[pd.DataFrame]:
        nonlocal rows
        for frame in frames:
            rows += len(frame)
            yield guarded(frame)

    with path.open("wb") as file:
        file.writelines(csv_pieces(counted()))
    return rows


def _stream_parquet(frames: Iterable[pd.DataFrame], path: Path) -> int:
    writer: Any = None
    rows = 0
    try:
        for frame in frames:
            table = pa.Table.from_pandas(frame, preserve_index=False, schema=None if writer is None else writer.schema)
            writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
            writer.write_table(table)
            rows += len(frame)
    finally:
        if writer is not None:
            writer.close()
    return rows


_WRITERS: Final = {
    ".gpkg": _write_gpkg,
    ".geojson": _write_geojson,
    ".parquet": _write_parquet,
    ".csv": _write_csv,
}
