"""Staff on duty as they come in and go out: shifts, positions, and who looked at them."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.schemas import Finite
from api.shapes import Lat, Lon, Moment
from gridgov.clock import instant
from gridgov.services.positions import MOST, Given, Own, Shift


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class ShiftIn(_In):
    """Going on duty."""

    id: Annotated[
        UUID,
        Field(
            description="A UUIDv7 that the sender makes; sent twice, it is one shift",
            examples=["019a5f3e-7c00-7abc-8def-0123456789ab"],
        ),
    ]


class ShiftOut(BaseModel):
    """A time on duty; `ended_at` is empty while it lasts, and then it ends by itself at `due_at`."""

    id: UUID
    started_at: Moment
    due_at: Moment | None
    ended_at: Moment | None

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
