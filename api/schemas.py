"""What comes in and goes out, as types. Parsed once, here; inside, nothing is checked again."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Generic, Self, TypeVar
from uuid import UUID

import shapely
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from shapely.errors import ShapelyError
from shapely.geometry import mapping

from gridgov.clock import SHANGHAI, instant
from gridgov.errors import GeometryError
from gridgov.incidents import Channel, GivenPosition, Placement, Report, Reporter
from gridgov.services.intake import Receipt

_WRAPPERS = {"Feature", "FeatureCollection", "GeometryCollection"}
Finite = Annotated[float, Field(allow_inf_nan=False)]
T = TypeVar("T")

_EXAMPLE: dict[str, Any] = {
    "id": "019a5f3e-7c00-7abc-8def-0123456789ab",
    "reported_at": "2026-03-05T14:30:00+08:00",
    "channel": "grid_worker",
    "matter": "20908",
    "text": "楼下施工到半夜，没法休息",
    "position": {"datum": "gcj02", "lon": 117.0902, "lat": 36.6512, "accuracy_m": 12},
}


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class PositionIn(_In):
    """Where: `lon` and `lat` as numbers of the stated datum, or a GeoJSON geometry in it. A datum has no default."""

    datum: str = Field(max_length=40, description="wgs84, cgcs2000, gcj02, bd09 or an EPSG code like EPSG:4547")
    lon: Finite | None = Field(default=None, description="Longitude in degrees; of an EPSG datum in metres, easting")
    lat: Finite | None = Field(default=None, description="Latitude in degrees; of an EPSG datum in metres, northing")
    geometry: dict[str, Any] | None = Field(
        default=None, description="A GeoJSON geometry (Point, LineString, Polygon or their Multi forms), x before y"
    )
    accuracy_m: Finite | None = Field(
        default=None, ge=0, le=20_000, description="Radius in metres that holds the true position in 68 % of cases"
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> "PositionIn":
        if (self.lon is None) != (self.lat is None) or (self.lon is None) == (self.geometry is None):
            message = "give either lon and lat, or a geometry"
            raise ValueError(message)
        return self

    def given(self) -> GivenPosition:
        """Return the position as intake takes it.

        Raises
        ------
        GeometryError
            If the geometry is not GeoJSON.
        """
        if self.lon is not None and self.lat is not None:
            return GivenPosition(self.datum, shapely.Point(self.lon, self.lat), self.accuracy_m)
        if self.geometry is not None and (self.geometry.get("type") in _WRAPPERS or "crs" in self.geometry):
            message = "Send the bare geometry: no Feature around it and no crs in it; the datum says what it means."
            raise GeometryError(message, field="position.geometry")
        try:
            shape = shapely.from_geojson(json.dumps(self.geometry, allow_nan=False))
        except (ShapelyError, ValueError, RecursionError) as error:
            message = "This is no GeoJSON geometry: see RFC 7946, section 3.1, for its form."
            raise GeometryError(message, field="position.geometry") from error
        return GivenPosition(self.datum, shape, self.accuracy_m)


class ReporterIn(_In):
    """Who reported. Kept apart from the case, and masked."""

    name: str | None = Field(default=None, max_length=200)
    phone: str | None = Field(default=None, max_length=200)


class ReportIn(_In):
    """One report. Its id is made by the sender; sent twice it is stored once."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: UUID = Field(description="A UUID of version 7 (RFC 9562), made by the sender: the idempotency key")
    reported_at: AwareDatetime = Field(description="With offset, like 2026-03-05T14:30:00+08:00")
    channel: Channel
    matter: str = Field(max_length=40, description="A code of GET /api/v1/matters")
    text: str = Field(min_length=1, max_length=10_000)
    position: PositionIn | None = None
    address: str | None = Field(default=None, max_length=500)
    external_number: str | None = Field(default=None, max_length=200, description="The channel's own number")
    district_code: str | None = Field(default=None, pattern="^[0-9]{6}$")
    reporter: ReporterIn | None = None

    def report(self) -> Report:
        """Return the report as intake takes it."""
        return Report(
            id=self.id,
            reported_at=instant(self.reported_at, field="reported_at"),
            channel=self.channel,
            matter=self.matter,
            text=self.text,
            position=self.position.given() if self.position else None,
            address=self.address or None,
            external_number=self.external_number or None,
            district_code=self.district_code,
            reporter=Reporter(self.reporter.name, self.reporter.phone) if self.reporter else None,
        )


class ReceiptOut(BaseModel):
    """What became of a report."""

    id: UUID
    number: str = Field(description="For people: district, day, eight signs")
    district_code: str
    received_at: datetime
    placement: Placement
    cell_code: str | None
    lead_organisation_code: str | None
    findings: list[str] = Field(description="What a person should look at")
    whistle_id: UUID | None = Field(description="The combined whistle that was drafted, if the extent crosses a border")

    @classmethod
    def of(cls, receipt: Receipt) -> "ReceiptOut":
        """Return a receipt as it goes out."""
        return cls(
            id=receipt.id,
            number=receipt.number,
            district_code=receipt.district_code,
            received_at=receipt.received_at.astimezone(SHANGHAI),
            placement=receipt.placement,
            cell_code=receipt.cell_code,
            lead_organisation_code=receipt.lead_organisation_code,
            findings=list(receipt.findings),
            whistle_id=receipt.whistle_id,
        )


class Page(BaseModel, Generic[T]):
    """One page of a list: `items`, and the cursor to ask the next page with, or null at the end."""

    items: list[T]
    next: str | None = None

    @classmethod
    def told(cls, rows: Sequence[Mapping[str, Any]], *, limit: int | None = None) -> Self:
        """Return rows as they go out; where `limit` of them were asked for and came, others may follow the last."""
        last = str(rows[-1]["id"]) if len(rows) == limit else None
        return cls.model_validate({"items": rows, "next": last})


def local(value: Any) -> Any:
    """Return a value as it goes out: instants in Shanghai's time with their offset, geometry as GeoJSON."""
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI)
    if isinstance(value, shapely.geometry.base.BaseGeometry):
        return mapping(value)
    if isinstance(value, dict):
        return {k: local(v) for k, v in value.items()}
    if isinstance(value, list):
        return [local(v) for v in value]
    return value
