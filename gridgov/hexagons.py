"""Hexagons of H3, by which incidents are counted where there are too many to be drawn one by one.

Brodsky, "H3: Uber's Hexagonal Hierarchical Spatial Index" (2018). An index is a whole number of 64 bits: four of them
say the resolution, three each the way from a hexagon to one of its seven children, ones where there is no child.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import h3.api.basic_int as h3

FINE = 9
"""Edges of about 200 m: several hexagons to a community."""

COARSE = 7
"""Edges of about 1.4 km: a district in some dozens."""

_PER_ZOOM = math.log(2) / math.log(math.sqrt(7))  # a zoom level halves lengths, a resolution divides them by sqrt(7)


def resolution_of(zoom: int) -> int:
    """Return the resolution of which about twenty hexagons lie side by side in a tile; at most `FINE`."""
    return min(FINE, int(_PER_ZOOM * zoom + 0.5))


def stored_for(resolution: int) -> int:
    """Return the resolution that is stored from which hexagons of `resolution` are put together."""
    return COARSE if resolution <= COARSE else FINE


def hexagon_at(lon: float, lat: float, resolution: int) -> int:
    """Return the hexagon that a position (degrees, EPSG:4326) lies in."""
    return int(h3.latlng_to_cell(lat, lon, resolution))


def hexagons_at(positions: Iterable[tuple[float, float]], resolution: int) -> list[int]:
    """Return the hexagon of each lon, lat."""
    return [int(h3.latlng_to_cell(lat, lon, resolution)) for lon, lat in positions]


def parent_of(hexagon: int, resolution: int) -> int:
    """Return the hexagon of a coarser resolution that this one belongs to."""
    return int(h3.cell_to_parent(hexagon, resolution))


def hexagons_in(box: tuple[float, float, float, float], resolution: int) -> list[int]:
    """Return the hexagons whose middle lies in a box (west, south, east, north in degrees), of half a world at most."""
    west, south, east, north = box
    corners = [(south, west), (south, east), (north, east), (north, west)]
    return [int(hexagon) for hexagon in h3.polygon_to_cells(h3.LatLngPoly(corners), resolution)]


def children_of(hexagon: int, resolution: int) -> list[int]:
    """Return the hexagons of a finer resolution, or of its own, that belong to this one."""
    return [int(child) for child in h3.cell_to_children(hexagon, resolution)]


def ring_of(hexagon: int) -> list[int]:
    """Return the hexagons that share an edge with this one: six, or five around a pentagon."""
    return [int(other) for other in h3.grid_ring(hexagon, 1)]


def centre_of(hexagon: int) -> tuple[float, float]:
    """Return lon, lat of its middle."""
    lat, lon = h3.cell_to_latlng(hexagon)
    return float(lon), float(lat)


def outline_of(hexagon: int) -> list[tuple[float, float]]:
    """Return lon, lat of its corners."""
    return [(float(lon), float(lat)) for lat, lon in h3.cell_to_boundary(hexagon)]


def name_of(hexagon: int) -> str:
    """Return it as others write it: hexadecimal digits."""
    return f"{hexagon:x}"


def area_km2(hexagon: int) -> float:
    """Return its area on the sphere."""
    return float(h3.cell_area(hexagon, unit="km^2"))


def reach_m(resolution: int) -> float:
    """Return how far from a hexagon's middle any position in it, or in its children's hexagons, may lie at most."""
    return 2.2 * float(h3.average_hexagon_edge_length(resolution, unit="m"))


@dataclass(frozen=True, slots=True)
class Lift:
    """How a database finds the parent of a hexagon: ``(hexagon & keep) | fill``."""

    keep: int
    fill: int


def lift_to(resolution: int) -> Lift:
    """Return how to find the parent of this resolution, from any finer one."""
    digits = (1 << 3 * (15 - resolution)) - 1
    return Lift((1 << 63) - 1 & ~(15 << 52), resolution << 52 | digits)
