"""Staff on duty as they come in and go out: shifts, positions, and who looked at them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.schemas import Finite
from api.shapes import Lat, Lon, Moment
from gridgov.clock import instant
from gridgov.lateness import Device
from gridgov.services.positions import MOST, Given, Own, Shift


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


Sent = Annotated[AwareDatetime | None, Field(description="Now by the phone's clock: it shows what that clock is worth")]


class ShiftIn(_In):
    """Going on duty."""

    id: Annotated[
        UUID,
        Field(
            description="A UUIDv7 that the sender makes; sent twice, it is one shift",
            examples=["019a5f3e-7c00-7abc-8def-0123456789ab"],
        ),
    ]

    started_at: Annotated[
        AwareDatetime | None, Field(description="When it began by the phone's clock, if that had no signal then")
    ] = None
    sent_at: Sent = None

    def began(self) -> Device | None:
        """Return when it began, where the phone says so."""
        return _device(self.started_at, "started_at", self.sent_at)


class ShiftEndIn(_In):
    """Going off duty."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"ended_at": "2026-06-15T17:30:00+08:00", "sent_at": "2026-06-15T19:00:00+08:00"}]
        }
    )

    ended_at: Annotated[
        AwareDatetime | None, Field(description="When it ended by the phone's clock, if that had no signal then")
    ] = None
    sent_at: Sent = None

    def ended(self) -> Device | None:
        """Return when it ended, where the phone says so."""
        return _device(self.ended_at, "ended_at", self.sent_at)


def _device(at: datetime | None, field: str, sent_at: datetime | None) -> Device | None:
    if at is None:
        return None
    return Device(instant(at, field=field), instant(sent_at, field="sent_at") if sent_at else None)


class ShiftOut(BaseModel):
    """A time on duty; `ended_at` is empty while it lasts, and then it ends by itself at `due_at`."""

    id: UUID
    started_at: Moment
    due_at: Moment | None
    ended_at: Moment | None
    sent_late: bool = Field(description="Whether it was heard of more than five minutes after it happened")

    @classmethod
    def of(cls, shift: Shift) -> "ShiftOut":
        """Return a shift as it goes out."""
        return cls.model_validate(shift, from_attributes=True)


class SightingIn(_In):
    """Where a phone was, and when by its own clock."""

    at: AwareDatetime
    datum: Annotated[str, Field(max_length=40, description="wgs84, cgcs2000, gcj02, bd09 or EPSG:n")]
    lon: Finite
    lat: Finite
    accuracy_m: Annotated[Finite | None, Field(ge=0, le=20_000)] = None

    def given(self) -> Given:
        """Return it as the core knows it."""
        return Given(instant(self.at, field="at"), self.datum, self.lon, self.lat, self.accuracy_m)


class BatchIn(_In):
    """What a phone has gathered."""

    positions: Annotated[
        list[SightingIn],
        Field(
            min_length=1,
            max_length=MOST,
            examples=[[{"at": "2026-06-15T09:12:30+08:00", "datum": "gcj02", "lon": 117.0902, "lat": 36.6512}]],
        ),
    ]


class RefusedOut(BaseModel):
    """A position that was not kept: its place in the batch, from 0, and why."""

    index: int
    reason: str


class BatchOut(BaseModel):
    """What became of a batch."""

    kept: int
    refused: list[RefusedOut]


class _Position(BaseModel):
    at: Moment = Field(description="When it was taken, by the phone's clock, in the time of Asia/Shanghai")
    lon: Lon
    lat: Lat
    accuracy_m: float | None = Field(description="Radius in metres, as the phone says")
    cell_code: str | None = Field(description="The cell that it lies in; null outside of all")


class StaffPositionOut(_Position):
    """Where somebody on duty was when they were last heard of."""

    district_code: str
    person_id: UUID


class OwnPositionOut(_Position):
    """A position that is kept about you."""

    coarse: bool = Field(description="Whether it was moved to the middle of a square of about 500 m, as it is old")


class OwnLookOut(BaseModel):
    """A look at where you were."""

    at: Moment
    login: str = Field(description="Who looked")
    purpose: str = Field(description="What for, in their words")


class OwnOut(BaseModel):
    """What is kept about you, of the last 31 days, newest first."""

    shifts: list[ShiftOut]
    positions: list[OwnPositionOut]
    looks: list[OwnLookOut]

    @classmethod
    def of(cls, own: Own) -> "OwnOut":
        """Return what is kept as it goes out."""
        return cls.model_validate(own, from_attributes=True)
