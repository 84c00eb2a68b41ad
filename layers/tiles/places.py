"""Where a tile lies: the squares of Web Mercator, counted from the north-west (OGC 17-083r4, WebMercatorQuad)."""

import math
from dataclasses import dataclass

from gridgov.errors import InputError
from gridgov.store.maps import Box

DEEPEST = 22
"""Beyond this zoom level a tile is smaller than what anybody measured."""

EXTENT = 4096
"""Units along each side of a tile (Vector Tile Specification 2.1, section 4.1)."""

MARGIN = 64
"""Units beyond its sides that a tile carries, so that lines and outlines do not end where two tiles meet."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile: zoom level, column from the west, row from the north."""

    z: int
    x: int
    y: int

    @classmethod
    def at(cls, z: int, x: int, y: int) -> "Tile":
        """Return the tile with these numbers.

        Raises
        ------
        InputError
            If there is none.
        """
        if not 0 <= z <= DEEPEST:
            message = f"There is no zoom level {z}: ask for 0 to {DEEPEST}."
            raise InputError(message, field="z")
        for name, number in (("x", x), ("y", y)):
            if not 0 <= number < 2**z:
                message = f"Zoom level {z} has no {name} {number}: ask for 0 to {2**z - 1}."
                raise InputError(message, field=name)
        return cls(z, x, y)

    def box(self, margin: float = MARGIN / EXTENT) -> Box:
        """Return west, south, east, north in degrees (EPSG:4326).

        Parameters
        ----------
        margin
            So much wider to each side, as a share of the tile's width; never across the antimeridian or a pole.
        """
        west, east = (_longitude(self.x + step, self.z) for step in (-margin, 1 + margin))
        north, south = (_latitude(self.y + step, self.z) for step in (-margin, 1 + margin))
        return west, south, east, north

    def holds(self, lon: float, lat: float) -> bool:
        """Return whether a position lies in this tile and no other of its zoom level; none holds a pole."""
        row = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 if abs(lat) < 90 else -1.0
        return (int((lon + 180) / 360 * 2**self.z), math.floor(row * 2**self.z)) == (self.x, self.y)

    @property
    def numbers(self) -> dict[str, int]:
        """Return the numbers by name, as queries take them."""
        return {"z": self.z, "x": self.x, "y": self.y}


def _longitude(column: float, z: int) -> float:
    return 360 * _within(column / 2**z) - 180


def _latitude(row: float, z: int) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * _within(row / 2**z)))))


def _within(share: float) -> float:
    return min(max(share, 0.0), 1.0)
