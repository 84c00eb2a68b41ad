"""Times and places as every answer writes them."""

from datetime import datetime
from typing import Annotated, Any, Literal

import shapely
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, WithJsonSchema
from shapely.geometry import mapping

from gridgov.clock import SHANGHAI

_TIME: dict[str, Any] = {
    "type": "string",
    "format": "date-time",
    "description": "An instant, written in the time of Asia/Shanghai with its offset",
    "examples": ["2026-03-05T14:30:00+08:00"],
}


def _in_shanghai(value: datetime) -> datetime:
    try:
        return value.astimezone(SHANGHAI)
    except OverflowError:  # the last hours of the calendar are none of Shanghai's
        return value


def _as_geojson(value: Any) -> Any:
    return mapping(value) if isinstance(value, shapely.geometry.base.BaseGeometry) else value


Moment = Annotated[datetime, AfterValidator(_in_shanghai), WithJsonSchema(_TIME)]
"""An instant of an answer."""

Lon = Annotated[float, Field(description="Longitude in degrees, WGS 84 (EPSG:4326)", examples=[117.0902])]
Lat = Annotated[float, Field(description="Latitude in degrees, WGS 84 (EPSG:4326)", examples=[36.6512])]
Metres = Annotated[float, Field(description="Metres")]
Share = Annotated[float, Field(description="0 to 1")]

_POSITIONS: dict[str, Any] = {
    "type": "array",
    "items": {},
    "description": "Degrees, longitude before latitude; nested as RFC 7946, section 3.1, says of the type",
    "examples": [[117.0902, 36.6512]],
}


class Geometry(BaseModel):
    """A GeoJSON geometry (RFC 7946) in WGS 84 (EPSG:4326; CGCS2000 counts as equal), longitude before latitude."""

    type: Literal["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"]
    coordinates: Annotated[Any, WithJsonSchema(_POSITIONS)]


Shape = Annotated[Geometry, BeforeValidator(_as_geojson)]
"""A geometry of an answer, from one of the core's."""


class Said(BaseModel):
    """A saying in both tongues."""

    zh: str
    en: str

    @classmethod
    def of(cls, pair: tuple[str, str]) -> "Said":
        """Return a pair, the Chinese first, as it goes out."""
        return cls(zh=pair[0], en=pair[1])
