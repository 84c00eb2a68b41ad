"""Acting before the complaint: look for what stands out, and decide what becomes of it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response, status

from api.auth import TheCaller, logged_in
from api.deps import service
from api.proactive import DismissalIn, ExpectedOut, ProposalOut, ScanIn, ScanOut
from api.problems import Problem
from api.schemas import Page
from gridgov.proactive import State
from gridgov.services.proactive import Proactive

router = APIRouter(prefix="/api/v1/proactive", tags=["proactive"], dependencies=[Depends(logged_in)])

TheProactive = Annotated[Proactive, Depends(service(Proactive))]
_REFUSED: dict[int | str, dict[str, Any]] = {
    403: {"model": Problem, "description": "No role of yours does this, or not there"},
}
_MISSING: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "There is no such proposal that you may see"}
}
_DECIDED: dict[int | str, dict[str, Any]] = {
    409: {"model": Problem, "description": "It was decided otherwise already, for good"}
}


@router.get("/proposals", responses=_REFUSED)
def list_proposals(
    proactive: TheProactive,
    caller: TheCaller,
    state: State | None = None,
    cursor: Annotated[UUID | None, Query(description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[ProposalOut]:
    """List what is suspected in your areas, newest first."""
    rows = proactive.proposals(caller, state=state, limit=limit, before=cursor)
    last = rows[-1]["id"] if len(rows) == limit else None
    return Page(items=[ProposalOut.of(row) for row in rows], next=str(last) if last else None)


@router.get("/proposals/{proposal_id}", responses={**_REFUSED, **_MISSING})
def read_proposal(proposal_id: UUID, proactive: TheProactive, caller: TheCaller) -> ProposalOut:
    """Return one suspected problem with its numbers."""
    return ProposalOut.of(proactive.proposal(caller, proposal_id))


@router.get("/expected", responses=_REFUSED)
def read_expected(
    proactive: TheProactive,
    caller: TheCaller,
    *,
    month: Annotated[str | None, Query(description="Like 2026-07; next month if left out", max_length=7)] = None,
    by_street: Annotated[bool, Query(description="By street, else by cell")] = True,
) -> ExpectedOut:
    """Return the expected load of a month with its interval, and how well the last months would have been told."""
    return ExpectedOut.of(proactive.expected(caller, month, by_street=by_street))


@router.post("/scans", responses=_REFUSED)
def scan(body: ScanIn, proactive: TheProactive, caller: TheCaller) -> ScanOut:
    """Look for hot spots, repeat places and rising matters in your areas, and propose what was not proposed yet.

    The same is proposed once: what was decided does not come back with the same numbers.
    """
    return ScanOut.of(proactive.scan(caller, as_of=body.moment()))


@router.post(
    "/proposals/{proposal_id}/confirm",
    status_code=status.HTTP_201_CREATED,
    responses={
        200: {"model": ProposalOut, "description": "It was confirmed before, and its case opened then"},
        **_REFUSED,
        **_MISSING,
        **_DECIDED,
    },
)
def confirm_proposal(proposal_id: UUID, response: Response, proactive: TheProactive, caller: TheCaller) -> ProposalOut:
    """Open a case for what is suspected; it comes by the channel `proactive` and is counted apart from reports."""
    found, replayed = proactive.confirm(caller, proposal_id)
    if replayed:
        response.status_code = status.HTTP_200_OK
    return ProposalOut.of(found)


@router.post("/proposals/{proposal_id}/dismiss", responses={**_REFUSED, **_MISSING, **_DECIDED})
def dismiss_proposal(proposal_id: UUID, body: DismissalIn, proactive: TheProactive, caller: TheCaller) -> ProposalOut:
    """Say why nothing is to be done about what is suspected; for good."""
    return ProposalOut.of(proactive.dismiss(caller, proposal_id, reason=body.reason))
