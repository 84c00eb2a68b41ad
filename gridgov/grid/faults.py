"""What can be wrong with a grid, as data, and the report that lists it."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import shapely
from numpy.typing import NDArray

from gridgov.coordinates import to_plane


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to be wrong: its words for one and for many, and what to do about it."""

    one: str
    many: str
    remedy: str


KINDS: Final[dict[str, Kind]] = {
    "crs-missing": Kind("missing coordinate system", "missing coordinate systems", "say which datum it is with --crs"),
    "crs-wrong": Kind("wrong coordinate system", "wrong coordinate systems", "say which datum it really is with --crs"),
    "code-bad": Kind("bad code", "bad codes", "take the codes anew from the source, as text"),
    "code-duplicate": Kind("code used twice", "codes used twice", "give every cell its own code"),
    "parent-unknown": Kind("unknown community", "unknown communities", "correct the code or add the community"),
    "geometry-empty": Kind("cell without geometry", "cells without geometry", "draw it or leave it out"),
    "geometry-kind": Kind("cell that is no polygon", "cells that are no polygons", "export cells as polygons"),
    "geometry-invalid": Kind("self-crossing cell", "self-crossing cells", "gridgov repair proposes a clean outline"),
    "vertices-many": Kind("cell of too many vertices", "cells of too many vertices", "simplify its outline"),
    "continues-unknown": Kind("cell that continues none", "cells that continue none", "correct the code or empty it"),
    "households-bad": Kind("bad number of households", "bad numbers of households", "correct or empty it"),
    "name-bad": Kind("bad name", "bad names", "give it a short one"),
    "kind-unknown": Kind("unknown kind of cell", "unknown kinds of cells", "correct or empty it"),
    "multi-part": Kind("cell in several parts", "cells in several parts", "gridgov repair keeps the largest part"),
    "cell-sliver": Kind("cell too thin to stand in", "cells too thin to stand in", "merge it with a neighbour"),
    "overlap": Kind("overlap", "overlaps", "decide whose ground it is; gridgov repair settles small ones"),
    "overlap-sliver": Kind("sliver of overlap", "slivers of overlap", "gridgov repair settles it"),
    "gap": Kind("gap", "gaps", "decide whose ground it is; gridgov repair settles small ones"),
    "gap-sliver": Kind("sliver of a gap", "slivers of gaps", "gridgov repair closes it"),
    "edge-unmatched": Kind(
        "border with unmatched vertices", "borders with unmatched vertices", "gridgov repair gives both sides the same"
    ),
    "outside-community": Kind(
        "cell reaching out of its community", "cells reaching out of their community", "redraw it"
    ),
    "outside-street": Kind("cell reaching out of its street", "cells reaching out of their street", "redraw it"),
    "area-empty": Kind(
        "area without a cell", "areas without a cell", "leave it one: a plan draws cells and abolishes no area"
    ),
    "outside-district": Kind("cell reaching out of the district", "cells reaching out of the district", "redraw it"),
}
"""Kind -> its words, in the order in which they are told."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, with its place and size.

    Parameters
    ----------
    kind
        A key of `KINDS`.
    cells
        Codes of the cells concerned, or ``row 7`` where there is no usable code.
    reason
        What exactly, for a person; may be empty.
    lon, lat
        A point to look at, degrees in EPSG:4326; None where nothing has a place.
    area_m2
        Size in square metres in the plane of the place; 0 for what has no area.
    geometry
        The gap, the overlap, the part outside, EPSG:4326; None where there is none.
    """

    kind: str
    cells: tuple[str, ...]
    reason: str = ""
    lon: float | None = None
    lat: float | None = None
    area_m2: float = 0.0
    geometry: Any = None

    def __str__(self) -> str:
        words = [KINDS[self.kind].one, "of", _area(self.area_m2)] if self.area_m2 else [KINDS[self.kind].one]
        if self.cells:
            words += ["in" if len(self.cells) == 1 else "between", _some(self.cells)]
        if self.lon is not None and self.lat is not None:
            words += ["at", f"{self.lon:.6f}, {self.lat:.6f}"]
        return " ".join(words) + (f": {self.reason}" if self.reason else "")

    def as_dict(self) -> dict[str, Any]:
        """Return what a program needs, ready for JSON."""
        return {
            "kind": self.kind,
            "cells": list(self.cells),
            "reason": self.reason,
            "lon": self.lon,
            "lat": self.lat,
            "area_m2": round(self.area_m2, 6),
            "message": str(self),
        }


@dataclass(frozen=True, slots=True)
class CheckReport:
    """All that is wrong with a grid, the order of `KINDS` first, then the largest first."""

    cells: int
    faults: tuple[Fault, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    def counts(self) -> dict[str, int]:
        """Return how many faults there are per kind, in the order of `KINDS`."""
        found = Counter(fault.kind for fault in self.faults)
        return {kind: found[kind] for kind in KINDS if kind in found}

    def summary(self) -> str:
        """Return what is wrong in one sentence, with the worst of each kind."""
        if self.ok:
            return f"{self.cells} cells, no faults: they are a partition."
        kinds = [f"{count} {_words(kind, count)}{self._worst(kind)}" for kind, count in self.counts().items()]
        return f"{self.cells} cells, {len(self.faults)} faults: {'; '.join(kinds)}."

    def lines(self, most: int = 20) -> list[str]:
        """Return one line per fault, `most` per kind, each kind with what to do about it."""
        result = []
        for kind, count in self.counts().items():
            result.append(f"{count} {_words(kind, count)} - {KINDS[kind].remedy}:")
            result += [f"  {fault}" for fault in self.of(kind)[:most]]
            result += [f"  ... and {count - most} more"] if count > most else []
        return result

    def of(self, kind: str) -> list[Fault]:
        """Return the faults of one kind, the largest first."""
        return [fault for fault in self.faults if fault.kind == kind]

    def to_frame(self) -> gpd.GeoDataFrame:
        """Return the faults as a layer in EPSG:4326: kind, cells, reason, area_m2, lon, lat and the geometry.

        A fault whose shape is not known shows as a point.
        """
        shapes = [_shape(fault) for fault in self.faults]
        columns = ["kind", "cells", "reason", "area_m2", "lon", "lat"]
        rows = [[f.kind, " ".join(f.cells), f.reason, f.area_m2, f.lon, f.lat] for f in self.faults]
        data = {name: [row[number] for row in rows] for number, name in enumerate(columns)}
        return gpd.GeoDataFrame(data, geometry=gpd.GeoSeries(shapes, crs=4326), crs=4326)

    def _worst(self, kind: str) -> str:
        worst = self.of(kind)[0]
        if not worst.area_m2:
            return ""
        return f" (largest {_area(worst.area_m2)} at {worst.lon:.5f}, {worst.lat:.5f})"


def report(cells: int, faults: list[Fault]) -> CheckReport:
    """Return the faults in the order in which they are told."""
    order = {kind: number for number, kind in enumerate(KINDS)}
    ranked = sorted(faults, key=lambda fault: (order[fault.kind], -fault.area_m2, fault.cells))
    return CheckReport(cells, tuple(ranked))


def placed(kind: str, cells: tuple[str, ...], geometry: Any, lon: float, reason: str = "") -> Fault:
    """Return a fault with the place and size of its geometry, measured in the plane of `lon`."""
    point = shapely.point_on_surface(geometry)
    area = float(shapely.area(to_plane(geometry, lon)))
    return Fault(kind, cells, reason, float(point.x), float(point.y), area, geometry)


def polygons_of(geometries: "NDArray[Any]") -> tuple["NDArray[Any]", "NDArray[Any]"]:
    """Return the polygons inside geometries and, per polygon, the row it came from; lines and points are dropped."""
    parts, rows = shapely.get_parts(geometries, return_index=True)
    nested = shapely.get_type_id(parts) >= 4
    while nested.any():
        inner, index = shapely.get_parts(parts, return_index=True)
        parts, rows = inner, rows[index]
        nested = shapely.get_type_id(parts) >= 4
    keep = (shapely.get_type_id(parts) == 3) & ~shapely.is_empty(parts)
    return parts[keep], rows[keep]


def _shape(fault: Fault) -> Any:
    if fault.geometry is not None:
        return fault.geometry
    return None if fault.lon is None or fault.lat is None else shapely.Point(fault.lon, fault.lat)


def _area(area_m2: float) -> str:
    if area_m2 >= 100_000:
        return f"{area_m2 / 1e6:.3f} km2"
    return f"{area_m2:.1f} m2" if area_m2 >= 0.1 else f"{area_m2:.2g} m2"


def _words(kind: str, count: int) -> str:
    return KINDS[kind].one if count == 1 else KINDS[kind].many


def _some(cells: tuple[str, ...]) -> str:
    shown = ", ".join(cells[:4])
    return f"{shown} and {len(cells) - 4} more" if len(cells) > 4 else shown
