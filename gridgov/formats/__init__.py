"""Files: what districts have is read into frames of our columns in WGS 84, and layers are written.

`headers.SYNONYMS` is the table of what columns are called elsewhere. Nothing is assumed about the datum.
"""

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
