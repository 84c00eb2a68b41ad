"""Where staff are, while they are on duty; and who looks."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query, Response, status

from api.auth import TheCaller, logged_in
from api.deps import service
from api.problems import Problem
from api.schemas import Page
from api.staff import BatchIn, BatchOut, OwnOut, RefusedOut, ShiftEndIn, ShiftIn, ShiftOut, StaffPositionOut
from gridgov.services.positions import Positions

router = APIRouter(prefix="/api/v1", tags=["staff"], dependencies=[Depends(logged_in)])

ThePositions = Annotated[Positions, Depends(service(Positions))]

_MAY_NOT: dict[int | str, dict[str, Any]] = {
    403: {
        "model": Problem,
        "description": "The account is no person's, or no role of theirs goes on duty or locates staff",
    },
}


@router.post("/shifts", status_code=status.HTTP_201_CREATED, responses=_MAY_NOT)
def start_shift(shift: ShiftIn, positions: ThePositions, caller: TheCaller) -> ShiftOut:
    """Go on duty, from now on: only then positions are taken, and others may see where you are.

    A shift that nobody ends is over after some hours (12, if the installation says nothing else). A phone that had no
    signal says by its own clock when it began: then the shift covers the time since.
    """
    return ShiftOut.of(positions.start(caller, shift.id, shift.began()))


@router.post("/shifts/{shift_id}/end", responses=_MAY_NOT)
def end_shift(
    shift_id: UUID,
    positions: ThePositions,
    caller: TheCaller,
    said: Annotated[ShiftEndIn, Body(default_factory=ShiftEndIn)],
) -> ShiftOut:
    """Go off duty, now; or when the phone says that it was, where it had no signal then."""
    return ShiftOut.of(positions.end(caller, shift_id, said.ended()))


@router.post("/positions", responses=_MAY_NOT)
def add_positions(batch: BatchIn, positions: ThePositions, caller: TheCaller) -> BatchOut:
    """Send where you were. What was taken off duty is refused and kept nowhere; what was sent before is kept once."""
    kept, refused = positions.add(caller, [one.given() for one in batch.positions])
    return BatchOut(kept=kept, refused=[RefusedOut(index=r.index, reason=r.reason) for r in refused])


@router.get("/positions", responses=_MAY_NOT)
def locate_staff(
    positions: ThePositions,
    caller: TheCaller,
    response: Response,
    purpose: Annotated[str, Query(min_length=4, max_length=200, description="Read by those who are looked at")],
) -> Page[StaffPositionOut]:
    """Return where the people on duty inside your area are. They can see that you looked, and what for."""
    response.headers["Cache-Control"] = "no-store"
    return Page[StaffPositionOut].told(positions.locate(caller, purpose))


@router.get("/me/positions", responses=_MAY_NOT)
def read_own_positions(positions: ThePositions, caller: TheCaller, response: Response) -> OwnOut:
    """Return what is kept about you: shifts, positions, and who looked at them, when and what for."""
    response.headers["Cache-Control"] = "no-store"
    return OwnOut.of(positions.own(caller))
