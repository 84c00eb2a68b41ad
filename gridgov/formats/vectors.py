"""Layers as they stand in the file: GeoPackage, GeoJSON, Shapefile, File Geodatabase (by GDAL) and GeoParquet."""

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyproj
import shapely

from gridgov.coordinates import Datum
from gridgov.errors import CoordinateError, GridgovError
from gridgov.formats.encodings import dbf_encoding, known_encoding, text_encoding
from gridgov.formats.kinds import refused

_SHP_HEADER_BYTES: Final = 100
_CRS_CONFIDENCE: Final = 60
_BYTES: Final = "ISO-8859-1"


@contextmanager
def foreign_errors(path: Path) -> Iterator[None]:
    """Turn what GDAL, Arrow and pandas raise about a file into one error that names the file."""
    try:
        yield
    except GridgovError:
        raise
    except MemoryError as error:
        raise refused(path, "does not fit into memory: read it in pieces or split it") from error
    except (RuntimeError, ValueError, OSError, pa.ArrowException, shapely.errors.ShapelyError) as error:
        first = str(error).strip().split("\n")[0][:200] or type(error).__name__
        raise refused(
            path, f"cannot be read ({first}): it may be cut off or damaged, export or copy it again"
        ) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence what GDAL warns of and what does not matter here: the order of rings, measures, names cut short."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        yield


def layer_names(path: Path) -> list[str]:
    """Return the names of the layers that GDAL finds."""
    with foreign_errors(path), _quiet():
        return [str(name) for name, _ in pyogrio.list_layers(path)]


def read_vector(path: Path, kind: str, layer: str, encoding: str | None, *, most_rows: int) -> Any:
    """Return a layer with the headers, the coordinates and the CRS that it has in the file.

    Returns
    -------
    GeoDataFrame or DataFrame
        Without heights; a DataFrame where the layer has no geometry.

    Raises
    ------
    FileFormatError
        If it is cut off, damaged or has more than `most_rows` rows.
    """
    source = _source(path, kind, encoding)
    with foreign_errors(path), _quiet():
        rows = pyogrio.read_info(source.data, layer=layer, encoding=source.gdal, force_feature_count=True)["features"]
        refuse_many(path, rows, most_rows)
        frame = pyogrio.read_dataframe(source.rewound(), layer=layer, encoding=source.gdal)
        if len(frame) < rows:
            raise refused(path, f"says it has {rows} rows and gives {len(frame)}: it was cut off, copy it again")
    return source.spelled(_flat(frame))


def stream_vector(path: Path, kind: str, layer: str, encoding: str | None, *, chunk_rows: int) -> Iterator[Any]:
    """Yield a layer in GeoDataFrames of `chunk_rows` rows."""
    source = _source(path, kind, encoding)
    options = {"layer": layer, "encoding": source.gdal, "batch_size": chunk_rows, "use_pyarrow": True}
    with ExitStack() as stack:
        with foreign_errors(path), _quiet():
            meta, reader = stack.enter_context(pyogrio.open_arrow(source.data, **options))
        column = meta["geometry_name"] or "wkb_geometry"
        while True:
            with foreign_errors(path), _quiet():
                batch = next(iter(reader), None)
            if batch is None:
                return
            yield source.spelled(_from_wkb(batch.to_pandas(), column, meta["crs"]))


def read_parquet(path: Path, *, most_rows: int) -> Any:
    """Return a GeoParquet file as it stands, or a plain Parquet table as a DataFrame."""
    with foreign_errors(path):
        file = pq.ParquetFile(path)
        refuse_many(path, file.metadata.num_rows, most_rows)
        is_geographic = b"geo" in (file.schema_arrow.metadata or {})
        return _flat(gpd.read_parquet(path)) if is_geographic else file.read().to_pandas()


def stream_parquet(path: Path, *, chunk_rows: int) -> Iterator[Any]:
    """Yield a GeoParquet or Parquet file in frames of `chunk_rows` rows."""
    with foreign_errors(path):
        file = pq.ParquetFile(path)
        is_geographic = b"geo" in (file.schema_arrow.metadata or {})
        for batch in file.iter_batches(batch_size=chunk_rows):
            table = pa.Table.from_batches([batch], schema=file.schema_arrow)
            yield _flat(gpd.GeoDataFrame.from_arrow(table)) if is_geographic else table.to_pandas()


def count_rows(path: Path, kind: str, layer: str | None) -> int | None:
    """Return how many rows a layer has where that is known without reading it, else None."""
    with foreign_errors(path), _quiet():
        if kind == "GeoParquet":
            return int(pq.ParquetFile(path).metadata.num_rows)
        if kind in {"CSV", "XLSX", "GeoJSON", "ZIP"}:
            return None
        codec = _BYTES if kind == "Shapefile" else None
        return int(pyogrio.read_info(path, layer=layer, encoding=codec, force_feature_count=True)["features"])


def datum_of(crs: Any, path: Path, stated: Datum | None) -> Datum:
    """Return the datum of a layer: what is stated, else what the file says.

    Raises
    ------
    CoordinateError
        If neither says it, or the file's system is none that can be brought to WGS 84.
    """
    if stated is not None:
        return stated
    if crs is None:
        message = (
            f"{path.name} does not say which coordinate system it has: state it with --crs, one of "
            "wgs84, cgcs2000, gcj02, bd09 or an EPSG code like EPSG:4548. There is no default."
        )
        raise CoordinateError(message, field="datum")
    system = pyproj.CRS.from_user_input(crs)
    if system.to_authority() == ("OGC", "CRS84"):
        return Datum.parse("wgs84")
    epsg = (system.to_2d() if len(system.axis_info) == 3 else system).to_epsg(min_confidence=_CRS_CONFIDENCE)
    if epsg is None:
        message = (
            f"{path.name} names a coordinate system that is not in the EPSG register ({system.name[:60]}): "
            "state the right one with --crs, for example EPSG:4548 for CGCS2000 at 117 E."
        )
        raise CoordinateError(message, field="datum")
    return Datum.parse(f"EPSG:{epsg}")


def refuse_many(path: Path, rows: int, most_rows: int) -> None:
    """Raise FileFormatError if a layer has more rows than are read in one piece."""
    if rows > most_rows:
        raise refused(
            path, f"has {rows:,} rows; {most_rows:,} are read at once: split it, or use gridgov locate for points"
        )


@dataclass(frozen=True)
class _Source:
    """What GDAL opens, the encoding it is told, and the one that its text is in where it must not decode it."""

    data: Any
    gdal: str | None = None
    text: str | None = None

    def rewound(self) -> Any:
        if isinstance(self.data, io.BytesIO):
            self.data.seek(0)
        return self.data

    def spelled(self, frame: Any) -> Any:
        """Decode headers and texts that were read as bytes, one character each."""
        if self.text is None:
            return frame
        geometry = frame.geometry.name if isinstance(frame, gpd.GeoDataFrame) else None
        for name in [column for column in frame.columns if column != geometry]:
            if not pd.api.types.is_numeric_dtype(frame[name]) and not pd.api.types.is_datetime64_any_dtype(frame[name]):
                values = [self._word(value) for value in frame[name]]
                frame[name] = pd.Series(values, index=frame.index, dtype=object)
        return frame.rename(columns={name: self._word(name) for name in frame.columns if name != geometry})

    def _word(self, value: Any) -> Any:
        # A fixed width may have cut the last character: what is left of it is dropped.
        return (
            value.encode("latin-1").decode(self.text or "utf-8", errors="ignore") if isinstance(value, str) else value
        )


def _source(path: Path, kind: str, encoding: str | None) -> _Source:
    stated = None if encoding is None else known_encoding(encoding)
    if kind == "Shapefile":
        _refuse_cut_shapefile(path)
        # GDAL's reader fails on headers cut inside a character and believes a wrong .cpg: so it is given Latin-1,
        # which keeps every byte, and the bytes are decoded here.
        return _Source(path, _BYTES, stated or dbf_encoding(path))
    if kind == "GeoJSON":
        codec = stated or text_encoding(path)
        if codec != "utf-8-sig":
            return _Source(io.BytesIO(_decoded(path, codec).encode()))
    return _Source(path)


def _decoded(path: Path, codec: str) -> str:
    try:
        return path.read_text(codec)
    except UnicodeDecodeError as error:
        raise refused(path, f"is not {codec} throughout: name its encoding, utf-8 or gb18030") from error


def _refuse_cut_shapefile(path: Path) -> None:
    if not any(path.with_suffix(suffix).exists() for suffix in (".shx", ".SHX")):
        raise refused(path, "has no .shx beside it: copy all files of the Shapefile (.shp, .shx, .dbf, .prj)")
    with path.open("rb") as file:
        head = file.read(_SHP_HEADER_BYTES)
    words = struct.unpack(">I", head[24:28])[0] if len(head) == _SHP_HEADER_BYTES else -1
    if path.stat().st_size < 2 * words or words < 0:
        raise refused(path, "is shorter than its header says: it was cut off, copy or export it again")


def _from_wkb(frame: pd.DataFrame, column: str, crs: Any) -> Any:
    if column not in frame:
        return frame
    shapes = shapely.from_wkb(frame.pop(column).to_numpy(), on_invalid="ignore")
    return _flat(gpd.GeoDataFrame(frame, geometry=shapes, crs=crs))


def _flat(frame: Any) -> Any:
    """Drop heights, and make a multi-geometry of one part the part: a File Geodatabase knows no other polygons."""
    if not isinstance(frame, gpd.GeoDataFrame):
        return frame
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    single = (shapely.get_type_id(shapes) >= 4) & (shapely.get_type_id(shapes) <= 6)
    single &= shapely.get_num_geometries(shapes) == 1
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, name=frame.geometry.name, crs=frame.crs))
