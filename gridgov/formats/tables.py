"""Tables: CSV and XLSX rows become columns of our names, codes stay text, positions become geometry."""

import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import shapely
from openpyxl.utils.exceptions import InvalidFileException

from gridgov.codes import restore
from gridgov.coordinates import Datum, geometry_to_wgs84, to_wgs84
from gridgov.errors import CodeError, CoordinateError, FileFormatError
from gridgov.formats.formulas import as_meant
from gridgov.formats.headers import CODE_COLUMNS, TEXT_COLUMNS, recognised, rename_headers
from gridgov.formats.kinds import refused

_TITLE_ROWS: Final = 10
_DELIMITERS: Final = (",", "\t", ";", "|")
_MOST_UNZIPPED_BYTES: Final = 2 * 1024**3


def read_csv(path: Path, encoding: str, *, chunk_rows: int | None = None) -> Iterator[pd.DataFrame]:
    """Yield the rows of a CSV as text, with our column names, in frames of `chunk_rows` (all in one if None).

    Raises
    ------
    FileFormatError
        If it is cut off, has rows of different lengths, or is not in that encoding.
    """
    try:
        with path.open(encoding=encoding, newline="") as file:
            delimiter = _delimiter(file.readline(1_000_000))
        # One reader for both: an iterator of one chunk is the whole file.
        with pd.read_csv(
            path,
            dtype=str,
            keep_default_na=False,
            encoding=encoding,
            sep=delimiter,
            chunksize=chunk_rows or 2**31,
            index_col=False,
        ) as chunks:
            while (chunk := _next(chunks)) is not None:
                yield named(chunk.map(as_meant))
    except UnicodeDecodeError as error:
        raise refused(path, f"is not {encoding} throughout: name its encoding, utf-8 or gb18030") from error
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise refused(path, f"is not a table all through ({error}): it may be cut off, export it again") from error
    except pd.errors.ParserWarning as error:
        raise refused(
            path, "has rows with more fields than headers: quote fields that contain the delimiter"
        ) from error


def sheet_names(path: Path) -> list[str]:
    """Return the names of the sheets of an XLSX workbook."""
    with _Workbook(path) as book:
        return list(book.sheetnames)


def read_xlsx(path: Path, sheet: str | None) -> pd.DataFrame:
    """Return a sheet with our column names; titles above the row of headers are skipped.

    Parameters
    ----------
    path
        A workbook.
    sheet
        Its sheet, None for the only one that has rows.

    Raises
    ------
    FileFormatError
        If the workbook is damaged or the sheet empty.
    """
    with _Workbook(path) as book:
        rows = [row for row in book[sheet or book.sheetnames[0]].iter_rows(values_only=True) if any(_filled(row))]
    if not rows:
        raise refused(path, f"has no rows in sheet {sheet or 'one'}: is the sheet the right one?")
    scores = [recognised(row) for row in rows[:_TITLE_ROWS]]
    top = int(np.argmax(scores))
    headers = [f"column {number}" if value is None else str(value) for number, value in enumerate(rows[top], 1)]
    return named(pd.DataFrame(rows[top + 1 :], columns=headers, dtype=object))


def named(frame: pd.DataFrame, *, shortened: bool = False) -> pd.DataFrame:
    """Return a frame with our column names and with codes as text (`headers.SYNONYMS`).

    A column of communities, streets or districts that holds codes instead of names becomes the column of codes.
    """
    names = rename_headers(list(frame.columns), shortened=shortened)
    columns = [names.get(position, str(header)) for position, header in enumerate(frame.columns)]
    frame = frame.set_axis(columns, axis=1)
    for noun in ("community", "street", "district"):
        if noun in frame and f"{noun}_code" not in frame and _all_digits(frame[noun]):
            frame = frame.rename(columns={noun: f"{noun}_code"})
    for column in TEXT_COLUMNS.intersection(frame.columns):
        read = _code_text if column in CODE_COLUMNS else _plain_text
        frame[column] = pd.Series([read(value) for value in frame[column]], index=frame.index, dtype=object)
    return frame


def located(frame: pd.DataFrame, path: Path, datum: Datum | None) -> gpd.GeoDataFrame:
    """Return a table as a GeoDataFrame in EPSG:4326; the raw x, y, WKT and datum columns stay.

    Raises
    ------
    FileFormatError
        If it has neither positions nor WKT.
    CoordinateError
        If no datum is stated, or a position is unusable in it.
    """
    datums = stated_datums(frame, path, datum)
    if "geometry_wkt" in frame:
        raw = _from_wkt(frame["geometry_wkt"], path)
    elif {"x", "y"} <= set(frame.columns):
        raw = None
    else:
        raise refused(path, "has no position: it needs columns like 经度 and 纬度 (longitude, latitude), or WKT")
    geometry = np.full(len(frame), None, dtype=object)
    for name in dict.fromkeys(datums):
        rows = np.flatnonzero(datums == name)
        geometry[rows] = _geometry(frame, raw, rows, Datum.parse(name), path)
    return gpd.GeoDataFrame(frame.drop(columns=["geometry"], errors="ignore"), geometry=geometry, crs=4326)


def stated_datums(frame: pd.DataFrame, path: Path, datum: Datum | None) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Return per row the name of its datum: what its own column says, else `datum`.

    Raises
    ------
    CoordinateError
        If a row's datum is neither in the file nor stated, or unknown.
    """
    if "datum" not in frame:
        said = np.full(len(frame), "", dtype=object)
    else:
        said = np.array(["" if value is None else str(value).strip() for value in frame["datum"]], dtype=object)
    unsaid = said == ""
    if datum is None and unsaid.any():
        message = (
            f"{path.name} does not say which datum its coordinates have ({int(unsaid.sum())} rows): state one of "
            "wgs84, cgcs2000, gcj02, bd09 or an EPSG code, in a column 坐标系 or with --crs. There is no default."
        )
        raise CoordinateError(message, field="datum")
    names = {text: (str(datum) if text == "" else str(Datum.parse(text))) for text in set(said.tolist())}
    return np.array([names[text] for text in said], dtype=object)


def numbers(column: "pd.Series[Any]") -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return a column of numbers written as text or not; what is no number becomes NaN."""
    return np.asarray(pd.to_numeric(column, errors="coerce"), dtype=np.float64)


def _geometry(
    frame: pd.DataFrame, raw: Any, rows: "np.ndarray[Any, np.dtype[np.intp]]", datum: Datum, path: Path
) -> Any:
    try:
        if raw is not None:
            return geometry_to_wgs84(raw[rows], datum)
        picked = frame.iloc[rows]
        lon, lat = to_wgs84(numbers(picked["x"]), numbers(picked["y"]), datum)
    except CoordinateError as error:
        message = f"{path.name}: {error.message}"
        details = [{**detail, "row": int(rows[detail["index"]])} if raw is None else detail for detail in error.details]
        raise CoordinateError(message, field=error.field, details=details) from error
    return shapely.points(lon, lat)


def _from_wkt(column: "pd.Series[Any]", path: Path) -> Any:
    texts = [None if value is None or str(value).strip() == "" else str(value) for value in column]
    shapes = shapely.from_wkt(np.array(texts, dtype=object), on_invalid="ignore")
    broken = [row for row, (text, shape) in enumerate(zip(texts, shapes, strict=True)) if text and shape is None]
    if broken:
        many = f"{len(broken)} rows" if len(broken) > 1 else "one row"
        raise refused(path, f"has geometry that is no WKT in {many}, first in row {broken[0] + 1}: export it again")
    return shapely.force_2d(shapes)


def _next(chunks: Iterator[pd.DataFrame]) -> pd.DataFrame | None:
    with warnings.catch_warnings():
        # pandas only warns where a row is longer than the headers, and drops what is too much.
        warnings.simplefilter("error", pd.errors.ParserWarning)
        return next(chunks, None)


def _delimiter(line: str) -> str:
    counts = {delimiter: line.count(delimiter) for delimiter in _DELIMITERS}
    return max(counts, key=lambda delimiter: counts[delimiter])


def _filled(row: tuple[object, ...]) -> Iterator[bool]:
    return (value is not None and str(value).strip() != "" for value in row)


def _all_digits(column: "pd.Series[Any]") -> bool:
    values = [_code_text(value) for value in column]
    present = [value for value in values if value]
    return bool(present) and all(value.isascii() and value.isdigit() and len(value) >= 6 for value in present)


def _code_text(value: object) -> str | None:
    try:
        return restore(value)
    except CodeError:
        return _plain_text(value)


def _plain_text(value: object) -> str | None:
    if value is None or (isinstance(value, float) and np.isnan(value)) or value is pd.NA or value == "":
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


class _Workbook:
    """An XLSX workbook, open for reading, refused when damaged or made to burst."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Any:
        # openpyxl meets damage with whatever its parsers raise.
        try:
            self._refuse_burst()
            self._book = openpyxl.load_workbook(self._path, read_only=True, data_only=True)
        except FileFormatError:
            raise
        except (InvalidFileException, OSError, KeyError, ValueError, SyntaxError) as error:
            raise refused(self._path, "is a damaged workbook: open it in Excel and save it anew") from error
        return self._book

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._book.close()

    def _refuse_burst(self) -> None:
        with zipfile.ZipFile(self._path) as archive:
            if sum(item.file_size for item in archive.infolist()) > _MOST_UNZIPPED_BYTES:
                raise refused(self._path, "unpacks to more than 2 GB: export it as CSV")
