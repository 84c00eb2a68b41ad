"""Vector tiles of the catalogue's layers, made by the store itself (`ST_AsMVT`), as whoever asks may see them."""

from layers.tiles.describing import Described, is_kept
from layers.tiles.drawing import Sight, draw
from layers.tiles.places import DEEPEST, Tile
from layers.tiles.queries import QUERIES
from layers.tiles.serving import Drawn, Tiles, Wanted

__all__ = ["DEEPEST", "QUERIES", "Described", "Drawn", "Sight", "Tile", "Tiles", "Wanted", "draw", "is_kept"]
