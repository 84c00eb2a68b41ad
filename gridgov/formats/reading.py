"""Read a layer of a district's data: any known format in, WGS 84 with our column names out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgov.coordinates import Datum, geometry_to_wgs84, position_faults, to_wgs84
from gridgov.coordinates.checks import FAULTS
from gridgov.errors import CoordinateError, FileFormatError
from gridgov.formats.archives import unpacked
from gridgov.formats.encodings import known_encoding, text_encoding
from gridgov.formats.kinds import kind_of, refused
from gridgov.formats.tables import (
    located,
    named,
    numbers,
    read_csv,
    read_xlsx,
    sheet_names,
    stated_datums,
)
from gridgov.formats.vectors import (
    count_rows,
    datum_of,
    foreign_errors,
    layer_names,
    read_parquet,
    read_vector,
    refuse_many,
    stream_parquet,
    stream_vector,
)

MOST_ROWS: Final = 2_000_000
"""The most rows read in one piece."""

_ONE_LAYER: Final = {"CSV", "GeoParquet", "Shapefile"}


def list_layers(path: str | Path) -> list[str]:
    """Return the layers (or sheets) of a file; a file of one unnamed table has its own name.

    Raises
    ------
    FileFormatError
        If it cannot be read as what it claims to be.
    """
    path = Path(path)
    kind = kind_of(path)
    if kind == "ZIP":
        with unpacked(path) as inner:
            return list_layers(inner)
    if kind == "XLSX":
        return sheet_names(path)
    return [path.stem] if kind in _ONE_LAYER else layer_names(path)


def read_layer(
    path: str | Path,
    *,
    layer: str | None = None,
    datum: Datum | str | None = None,
    encoding: str | None = None,
    most_rows: int = MOST_ROWS,
) -> gpd.GeoDataFrame:
    """Read a layer of cells, areas or points.

    GeoPackage, GeoJSON, Shapefile, File Geodatabase, GeoParquet, CSV, XLSX, or a ZIP of one of them. Headers are
    matched with `headers.SYNONYMS` (网格编码 becomes ``code``), other columns keep theirs; codes are text. A table has
    its positions in columns of longitude and latitude (or easting and northing), or of WKT.

    Parameters
    ----------
    path
        The file, or the folder of a File Geodatabase.
    layer
        The layer or sheet; may be left out where there is only one.
    datum
        What the coordinates mean; wins over what the file says. Needed where the file does not say it. GeoJSON without
        ``crs`` is WGS 84 by its standard (RFC 7946, section 4), GeoParquet without ``crs`` by its own.
    encoding
        Of the text, where the detection errs: ``utf-8``, ``gb18030``.
    most_rows
        The most rows accepted.

    Returns
    -------
    GeoDataFrame
        In EPSG:4326, lon/lat, without heights. The raw x, y, WKT and datum columns of a table stay beside the
        geometry; ``attrs`` holds ``source``, ``layer``, ``kind`` and ``datum``.

    Raises
    ------
    FileFormatError
        If the file is missing, empty, too large, cut off, or not what its name says.
    CoordinateError
        If the datum is unknown, or positions are unusable in it (wrong coordinate system, swapped axes).
    """
    path = Path(path)
    stated = None if datum is None else Datum.parse(datum)
    kind = kind_of(path)
    if kind == "ZIP":
        with unpacked(path) as inner:
            frame = read_layer(inner, layer=layer, datum=stated, encoding=encoding, most_rows=most_rows)
        frame.attrs["source"] = path.name
        return frame
    chosen = _chosen_layer(path, kind, layer)
    raw = _read_raw(path, kind, chosen, encoding, most_rows)
    if not len(raw):
        raise refused(path, f"holds no rows in layer {chosen}: is the layer the right one?")
    frame = _placed(raw, path, kind, stated)
    frame.attrs |= {"source": path.name, "layer": chosen, "kind": kind}
    return frame


def read_points(
    path: str | Path,
    chunk_rows: int = 100_000,
    *,
    layer: str | None = None,
    datum: Datum | str | None = None,
    encoding: str | None = None,
) -> Iterator[pd.DataFrame]:
    """Read points in pieces, so that a file may be larger than memory (CSV, Parquet and what GDAL streams).

    Parameters
    ----------
    path, layer, datum, encoding
        As for `read_layer`.
    chunk_rows
        Rows per piece.

    Yields
    ------
    DataFrame
        The file's columns and: ``x``, ``y`` as delivered, ``lon``, ``lat`` in WGS 84 (NaN if unusable), and ``fault``,
        None or why the position is unusable. A bad row stops nothing.

    Raises
    ------
    FileFormatError
        If the file cannot be read, at the piece where that shows.
    CoordinateError
        If no datum is stated.
    """
    path = Path(path)
    stated = None if datum is None else Datum.parse(datum)
    kind = kind_of(path, most_bytes=None)
    if kind == "ZIP":
        with unpacked(path) as inner:
            yield from read_points(inner, chunk_rows, layer=layer, datum=stated, encoding=encoding)
        return
    for piece in _pieces(path, kind, _chosen_layer(path, kind, layer), encoding, chunk_rows):
        yield _converted(piece, path, kind, stated)


def count_points(path: str | Path, layer: str | None = None) -> int | None:
    """Return how many rows `read_points` will give, None where only reading would tell; for a progress bar."""
    path = Path(path)
    return count_rows(path, kind_of(path, most_bytes=None), layer)


def _chosen_layer(path: Path, kind: str, layer: str | None) -> str:
    if kind in _ONE_LAYER:
        return path.stem
    names = list_layers(path)
    if layer is None and len(names) == 1:
        return names[0]
    if layer in names:
        return str(layer)
    wrong = "has several layers" if layer is None else f"has no layer {layer[:60]}"
    message = f"{path.name} {wrong}: say --layer, one of {', '.join(names[:20]) or '(none)'}."
    raise FileFormatError(message, field="layer")


def _read_raw(path: Path, kind: str, layer: str, encoding: str | None, most_rows: int) -> Any:
    if kind == "CSV":
        with foreign_errors(path):
            pieces = []
            for piece in read_csv(path, _codec(path, encoding), chunk_rows=most_rows):
                pieces.append(piece)
                refuse_many(path, sum(map(len, pieces)), most_rows)
            return pd.concat(pieces) if pieces else pd.DataFrame()
    if kind == "XLSX":
        return read_xlsx(path, layer)
    if kind == "GeoParquet":
        return read_parquet(path, most_rows=most_rows)
    return read_vector(path, kind, layer, encoding, most_rows=most_rows)


def _pieces(path: Path, kind: str, layer: str, encoding: str | None, chunk_rows: int) -> Iterator[Any]:
    if kind == "CSV":
        with foreign_errors(path):
            yield from read_csv(path, _codec(path, encoding), chunk_rows=chunk_rows)
    elif kind == "XLSX":
        sheet = read_xlsx(path, layer)
        yield from (sheet.iloc[start : start + chunk_rows] for start in range(0, len(sheet), chunk_rows))
    elif kind == "GeoParquet":
        yield from stream_parquet(path, chunk_rows=chunk_rows)
    else:
        yield from stream_vector(path, kind, layer, encoding, chunk_rows=chunk_rows)


def _codec(path: Path, encoding: str | None) -> str:
    return text_encoding(path) if encoding is None else known_encoding(encoding)


def _placed(raw: Any, path: Path, kind: str, stated: Datum | None) -> gpd.GeoDataFrame:
    if not isinstance(raw, gpd.GeoDataFrame):
        table = raw if kind in {"CSV", "XLSX"} else named(raw)
        frame = located(table, path, stated)
        frame.attrs["datum"] = " ".join(dict.fromkeys(stated_datums(table, path, stated).tolist()))
        return frame
    datum = datum_of(raw.crs, path, stated)
    attributes = named(pd.DataFrame(raw.drop(columns=raw.geometry.name)), shortened=kind == "Shapefile")
    shapes = np.asarray(raw.geometry, dtype=object)
    try:
        shapes = geometry_to_wgs84(shapes, datum)
    except CoordinateError as error:
        raise _misfit(error, path, shapes, datum) from error
    frame = gpd.GeoDataFrame(attributes, geometry=gpd.GeoSeries(shapes, index=attributes.index, crs=4326))
    frame.attrs["datum"] = str(datum)
    return frame


def _misfit(error: CoordinateError, path: Path, shapes: Any, datum: Datum) -> CoordinateError:
    """Say what a wrong coordinate system probably is, instead of where the earth ends."""
    x = shapely.get_coordinates(shapes)[:, 0]
    largest = float(np.nanmax(np.abs(x))) if len(x) else 0.0
    hint = ""
    if datum.is_geographic and largest > 1000:
        hint = " The numbers look like metres: state the projected system with --crs, such as EPSG:4548 (117 E)."
    elif not datum.is_geographic and largest <= 180:
        hint = " The numbers look like degrees: state wgs84, cgcs2000, gcj02 or bd09 with --crs."
    message = f"{path.name} does not fit {datum}: {error.message}{hint}"
    return CoordinateError(message, field=error.field, details=error.details)


def _converted(piece: Any, path: Path, kind: str, stated: Datum | None) -> pd.DataFrame:
    if isinstance(piece, gpd.GeoDataFrame):
        x, y = shapely.get_x(piece.geometry.to_numpy()), shapely.get_y(piece.geometry.to_numpy())
        datums = np.full(len(piece), str(datum_of(piece.crs, path, stated)), dtype=object)
        frame = named(pd.DataFrame(piece.drop(columns=piece.geometry.name)), shortened=kind == "Shapefile")
    else:
        frame = named(piece)
        x, y = _delivered(frame, path)
        datums = stated_datums(frame, path, stated)
    lon, lat = np.full(len(frame), np.nan), np.full(len(frame), np.nan)
    fault = np.full(len(frame), None, dtype=object)
    for name in dict.fromkeys(datums):
        rows = np.flatnonzero(datums == name)
        datum = Datum.parse(name)
        found = position_faults(x[rows], y[rows], datum)
        fault[rows] = [None if number < 0 else FAULTS[number].kind for number in found]
        good = rows[found < 0]
        lon[good], lat[good] = to_wgs84(x[good], y[good], datum)
    return frame.assign(x=x, y=y, lon=lon, lat=lat, fault=pd.Series(fault, index=frame.index, dtype=object))


def _delivered(frame: pd.DataFrame, path: Path) -> tuple[Any, Any]:
    if {"x", "y"} <= set(frame.columns):
        return numbers(frame["x"]), numbers(frame["y"])
    if "geometry_wkt" in frame:
        points = shapely.from_wkt(frame["geometry_wkt"].to_numpy(dtype=object), on_invalid="ignore")
        return shapely.get_x(points), shapely.get_y(points)
    raise refused(path, "has no position: it needs columns like 经度 and 纬度 (longitude, latitude), or WKT points")
