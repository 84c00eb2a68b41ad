"""Geometry between shapely and PostGIS, bit for bit: doubles survive both ways."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import shapely
from geoalchemy2.elements import WKBElement
from geoalchemy2.shape import from_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Row

if TYPE_CHECKING:
    import geopandas as gpd


def to_store(geometry: BaseGeometry | None) -> WKBElement | None:
    """Return a shapely geometry (lon/lat, EPSG:4326) as the store takes it."""
    return None if geometry is None else from_shape(geometry, srid=4326)


def from_store(value: WKBElement) -> BaseGeometry:
    """Return a stored geometry as shapely's."""
    shape: BaseGeometry = shapely.from_wkb(value.desc)
    return shape


def frame(rows: Iterable[Row[Any]], columns: Iterable[str], geometry: str = "geom") -> gpd.GeoDataFrame:
    """Return rows as a GeoDataFrame in EPSG:4326 whose geometry column is called ``geometry``."""
    import geopandas as gpd  # noqa: PLC0415 - slow to load: only where it is used
    import pandas as pd  # noqa: PLC0415 - slow to load: only where it is used

    table = pd.DataFrame([tuple(row) for row in rows], columns=list(columns))
    shapes = shapely.from_wkb([None if v is None else v.desc for v in table.pop(geometry)])
    return gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:4326")
