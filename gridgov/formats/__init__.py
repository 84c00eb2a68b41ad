"""Files: what districts have is read into frames of our columns in WGS 84, and layers are written.

`headers.SYNONYMS` is the table of what columns are called elsewhere. Nothing is assumed about the datum.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gridgov.formats.headers import SYNONYMS
    from gridgov.formats.reading import MOST_ROWS, count_points, list_layers, read_layer, read_points
    from gridgov.formats.writing import csv_pieces, guarded, write_layer, write_layers, write_stream

__all__ = [
    "MOST_ROWS",
    "SYNONYMS",
    "count_points",
    "csv_pieces",
    "guarded",
    "list_layers",
    "read_layer",
    "read_points",
    "write_layer",
    "write_layers",
    "write_stream",
]

_WRITING = {"csv_pieces", "guarded", "write_layer", "write_layers", "write_stream"}


def __getattr__(name: str) -> Any:
    # Reading and writing bring geopandas along; who only looks into a table of people should not wait for it.
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    home = "headers" if name == "SYNONYMS" else "writing" if name in _WRITING else "reading"
    return getattr(import_module(f"{__name__}.{home}"), name)
