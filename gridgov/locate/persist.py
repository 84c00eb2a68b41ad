"""A locator in a file: built once per version of the grid, then mapped into memory by whoever needs it.

The file is an Arrow IPC file of one row, one column of bytes per array; Arrow aligns them, so they are read where they
lie. The schema's metadata holds the format, its version, a description of the arrays and the SHA-256 of their bytes.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from gridgov.errors import FileFormatError, InputError
from gridgov.locate.coverage import Objects
from gridgov.locate.marks import Grid
from gridgov.locate.raster import Raster

FORMAT = "gridgov-locator"
VERSION = 1
_ARRAYS = ("tiles", "pixels", "edges", "records", "lists")


class Saved(NamedTuple):
    """What goes into a file."""

    codes: npt.NDArray[np.str_]
    raster: Raster
    cells: Objects
    checksum: str


class Kept(NamedTuple):
    """What comes out of a file; the cells' polygons only when asked for."""

    codes: npt.NDArray[np.str_]
    raster: Raster
    load_cells: Callable[[], Objects]
    checksum: str


def _bytes(array: npt.NDArray[Any]) -> memoryview:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def _content(head: dict[str, Any], columns: dict[str, npt.NDArray[Any]]) -> str:
    known = {name: value for name, value in head.items() if name != "content"}
    digest = hashlib.sha256(json.dumps(known, sort_keys=True).encode())
    for name in sorted(columns):
        digest.update(name.encode())
        digest.update(_bytes(columns[name]))
    return digest.hexdigest()


def write_locator(path: Path, saved: Saved) -> None:
    """Write a file aside, then rename it, so that a reader sees the old one or the new one.

    Raises
    ------
    InputError
        The place cannot be written.
    """
    wkb = shapely.to_wkb(saved.cells, byte_order=1)
    columns = {name: getattr(saved.raster, name) for name in _ARRAYS}
    columns["ends"] = np.cumsum([len(one) for one in wkb], dtype=np.int64)
    columns["wkb"] = np.frombuffer(b"".join(wkb), np.uint8)
    columns["codes"] = np.frombuffer(json.dumps(saved.codes.tolist()).encode(), np.uint8)
    head: dict[str, Any] = {
        "version": VERSION,
        "checksum": saved.checksum,
        "grid": saved.raster.grid,
        "near": saved.raster.near,
        "clean": saved.raster.clean,
        "arrays": {name: [array.dtype.str, array.shape] for name, array in columns.items()},
    }
    head["content"] = _content(head, columns)
    schema = pa.schema([(name, pa.large_binary()) for name in columns], metadata={FORMAT: json.dumps(head)})
    arrays = [_one_row(array) for array in columns.values()]
    try:
        handle, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        message = f"The locator cannot be written to {path.parent}: {error.strerror}. Name a folder that exists."
        raise InputError(message, field="path") from error
    try:
        with os.fdopen(handle, "wb") as stream, pa.ipc.new_file(stream, schema) as writer:
            writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))
        Path(aside).replace(path)
    except OSError as error:
        Path(aside).unlink(missing_ok=True)
        message = f"The locator cannot be written to {path}: {error.strerror}. Make room, or name another place."
        raise InputError(message, field="path") from error


def _one_row(array: npt.NDArray[Any]) -> pa.Array:
    offsets = pa.py_buffer(np.array([0, array.nbytes], np.int64))
    return pa.Array.from_buffers(pa.large_binary(), 1, [None, offsets, pa.py_buffer(_bytes(array))])


def _refusal(path: Path, why: str) -> FileFormatError:
    return FileFormatError(f"{path} is no locator that can be used: {why}. Build it anew with save().", field="path")


def _mapped(path: Path) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """Return the head and the arrays of a file, where they lie; writes to them would stay in this process."""
    whole = np.memmap(path, np.uint8, mode="c")
    batch = pa.ipc.open_file(pa.py_buffer(whole)).get_batch(0)
    head = json.loads((batch.schema.metadata or {})[FORMAT.encode()])
    if head["version"] != VERSION:
        raise _refusal(path, f"its version is {head['version']}, this program reads version {VERSION}")
    columns = {}
    for name, (dtype, shape) in head["arrays"].items():
        buffer = batch.column(name).buffers()[2]
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        start = buffer.address - whole.ctypes.data if size else 0
        columns[name] = np.asarray(whole)[start : start + size].view(dtype).reshape(shape)
    return head, columns


def read_locator(path: Path) -> Kept:
    """Return what a file keeps.

    Raises
    ------
    FileFormatError
        No such file, another kind or version of file, or a damaged one.
    """
    try:
        head, columns = _mapped(path)
    except OSError as error:
        raise _refusal(path, error.strerror or "it cannot be read") from error
    except (pa.ArrowException, KeyError, ValueError, TypeError, IndexError) as error:
        raise _refusal(path, "it is another kind of file, or cut short") from error
    if _content(head, columns) != head["content"]:
        raise _refusal(path, "it is damaged")
    grid = Grid(*head["grid"])
    tiles, pixels, edges, records, lists = (columns[name] for name in _ARRAYS)
    raster = Raster(grid, tiles, pixels, edges, records, lists, head["near"], head["clean"])
    ends, wkb = columns["ends"], columns["wkb"]

    def load_cells() -> Objects:
        parts = np.split(wkb, ends[:-1])
        return np.asarray(shapely.from_wkb([part.tobytes() for part in parts]), dtype=object)

    codes = np.array(json.loads(columns["codes"].tobytes()), dtype=np.str_)
    return Kept(codes, raster, load_cells, head["checksum"])
