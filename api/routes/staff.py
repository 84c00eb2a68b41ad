"""Where staff are, while they are on duty; and who looks."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response, status
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.auth import TheCaller, logged_in
from api.deps import service
from api.problems import Problem
from api.schemas import Finite, Page, local
from gridgov.clock import instant
from gridgov.services.positions import MOST, Given, Positions, Shift

router = APIRouter(
    prefix="/api/v1", tags=["staff"], dependencies=[Depends(logged_in)], responses={401: {"model": Problem}}
)

ThePositions = Annotated[Positions, Depends(service(Positions))]

_BAD: dict[int | str, dict[str, Any]] = {
    403: {
        "model": Problem,
        "description": "The account is no person's, or no role of theirs goes on duty or locates staff",
    },
    422: {"model": Problem, "description": "Something in it is wrong; `faults` names the field and what to do"},
    503: {"model": Problem, "description": "The database does not answer; try again"},
}


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
    started_at: datetime
    due_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, shift: Shift) -> "ShiftOut":
        """Return a shift as it goes out."""
        ends = {"due_at": local(shift.due_at), "ended_at": local(shift.ended_at)}
        return cls(id=shift.id, started_at=local(shift.started_at), **ends)


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


@router.post("/shifts", status_code=status.HTTP_201_CREATED, responses={409: {"model": Problem}, **_BAD})
def start_shift(shift: ShiftIn, positions: ThePositions, caller: TheCaller) -> ShiftOut:
    """Go on duty, from now on: only then positions are taken, and others may see where you are.

    A shift that nobody ends is over after some hours (12, if the installation says nothing else).
    """
    return ShiftOut.of(positions.start(caller, shift.id))


@router.post("/shifts/{shift_id}/end", responses={404: {"model": Problem}, **_BAD})
def end_shift(shift_id: UUID, positions: ThePositions, caller: TheCaller) -> ShiftOut:
    """Go off duty."""
    return ShiftOut.of(positions.end(caller, shift_id))


@router.post("/positions", responses=_BAD)
def add_positions(batch: BatchIn, positions: ThePositions, caller: TheCaller) -> BatchOut:
    """Send where you were. What was taken off duty is refused and kept nowhere; what was sent before is kept once."""
    kept, refused = positions.add(caller, [one.given() for one in batch.positions])
    return BatchOut(kept=kept, refused=[RefusedOut(index=r.index, reason=r.reason) for r in refused])


@router.get("/positions", responses=_BAD)
def locate_staff(
    positions: ThePositions,
    caller: TheCaller,
    response: Response,
    purpose: Annotated[str, Query(min_length=4, max_length=200, description="Read by those who are looked at")],
) -> Page[dict[str, Any]]:
    """Return where the people on duty inside your area are. They can see that you looked, and what for."""
    response.headers["Cache-Control"] = "no-store"
    return Page(items=[local(row) for row in positions.locate(caller, purpose)])


@router.get("/me/positions", responses=_BAD)
def read_own_positions(positions: ThePositions, caller: TheCaller, response: Response) -> dict[str, Any]:
    """Return what is kept about you: shifts, positions, and who looked at them, when and what for."""
    response.headers["Cache-Control"] = "no-store"
    own = positions.own(caller)
    return {
        "shifts": [ShiftOut.of(shift) for shift in own.shifts],
        "positions": [local(row) for row in own.positions],
        "looks": [local({name: row[name] for name in ("at", "login", "purpose")}) for row in own.looks],
    }
