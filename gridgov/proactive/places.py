"""Places over which incidents are counted: cells or hexagons of H3, each with its neighbours."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array, eye_array

from gridgov import hexagons
from gridgov.errors import CoordinateError, InputError

CRS = "EPSG:4326"


@dataclass(frozen=True)
class Places:
    """Places of one kind, and which of them touch.

    Attributes
    ----------
    frame
        Index: the place's name (a cell's code, or a hexagon as hexadecimal digits), unique. Geometry: EPSG:4326,
        lon/lat. Other columns are carried along.
    touches
        Row by row the places that touch this one: ones at its neighbours, none at itself.
    kind
        ``cell`` or ``h3``.
    """

    frame: gpd.GeoDataFrame
    touches: csr_array
    kind: str

    @classmethod
    def of_cells(cls, cells: gpd.GeoDataFrame, *, code: str = "code") -> Self:
        """Return cells with their neighbours: those that share a border or a corner.

        Parameters
        ----------
        cells
            Polygons in EPSG:4326, lon/lat, with a column of codes.

        Raises
        ------
        CoordinateError
            If the frame says no CRS, or another.
        InputError
            If a code stands twice.
        """
        if cells.crs is None or not cells.crs.equals(CRS):
            message = f"The cells must be in {CRS}, lon/lat: set their CRS, or call to_crs({CRS!r})."
            raise CoordinateError(message, field="cells")
        frame = cells.set_index(code).sort_index()
        if not frame.index.is_unique:
            message = f"The code {frame.index[frame.index.duplicated()][0]} stands twice: each place once."
            raise InputError(message, field=code)
        left, right = shapely.STRtree(frame.geometry.to_numpy()).query(frame.geometry.to_numpy(), "intersects")
        return cls(frame, _touching(left[left != right], right[left != right], len(frame)), "cell")

    @classmethod
    def of_hexagons(cls, names: "pd.Series[str] | list[str]") -> Self:
        """Return hexagons of H3 with their neighbours (up to six), from their names; doubles count once."""
        index = pd.Index(sorted(set(names)), name="h3", dtype=object)
        numbers = [int(name, 16) for name in index]
        shapes = [shapely.Polygon(hexagons.outline_of(number)) for number in numbers]
        frame = gpd.GeoDataFrame(index=index, geometry=shapes, crs=CRS)
        row = {number: place for place, number in enumerate(numbers)}
        pairs = [
            (place, row[other]) for number, place in row.items() for other in hexagons.ring_of(number) if other in row
        ]
        left, right = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
        return cls(frame, _touching(left, right, len(frame)), "h3")

    def __len__(self) -> int:
        return len(self.frame)

    @cached_property
    def around(self) -> csr_array:
        """Row by row a place together with its neighbours."""
        return csr_array(self.touches + eye_array(len(self), format="csr"))

    @property
    def weights(self) -> Any:
        """The neighbours as `libpysal.weights.W`, one each."""
        from libpysal.weights import WSP  # noqa: PLC0415 - heavy

        return WSP(self.touches.tocsr(), id_order=list(self.frame.index)).to_W(silence_warnings=True)

    def counts(self, named: "pd.Series[str]") -> "pd.Series[int]":
        """Return how often each place is named; what names no place of these is left out."""
        return named.value_counts().reindex(self.frame.index, fill_value=0).rename("count").astype(int)


def hexagon_names(incidents: pd.DataFrame, resolution: int = hexagons.FINE) -> "pd.Series[str]":
    """Return the hexagon of each incident by its `lon` and `lat` (degrees, EPSG:4326); missing where they are."""
    known = incidents["lon"].notna() & incidents["lat"].notna()
    found = hexagons.hexagons_at(zip(incidents.loc[known, "lon"], incidents.loc[known, "lat"], strict=True), resolution)
    names = pd.Series([hexagons.name_of(one) for one in found], index=incidents.index[known], dtype=object)
    return names.reindex(incidents.index).rename("h3")


def _touching(left: NDArray[np.intp], right: NDArray[np.intp], count: int) -> csr_array:
    return csr_array((np.ones(len(left)), (left, right)), shape=(count, count))
