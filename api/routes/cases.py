"""Cases: one address for each act, what may be done now, and whose hands a case went through."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from api.auth import TheCaller
from api.cases import BODIES, ActIn, CaseActOut, CaseOut, HopOut, PossibilityOut, ProspectOut
from api.deps import service
from api.etags import Expected, etag
from api.problems import Problem
from api.schemas import Page
from gridgov.services.casework import Casework, shown

router = APIRouter(prefix="/api/v1", tags=["cases"])

TheCasework = Annotated[Casework, Depends(service(Casework))]

_MAY_NOT: dict[int | str, dict[str, Any]] = {
    403: {"model": Problem, "description": "Somebody is logged in and may not do this with this case"},
}
_CANNOT: dict[int | str, dict[str, Any]] = {
    422: {
        "model": Problem,
        "description": "Something in it is wrong, or it cannot be done at this stage; `details` says what can",
    },
}


@router.get("/incidents/{incident_id}/acts", responses=_MAY_NOT)
def list_possible_acts(incident_id: UUID, casework: TheCasework, caller: TheCaller, response: Response) -> ProspectOut:
    """Say what you may do with a case now, where it leads, why not the rest, and how you may whistle for it."""
    found = casework.prospect(caller, incident_id)
    response.headers["ETag"] = etag(found.standing.revision)
    case = CaseOut.model_validate(shown(found.standing))
    acts = [PossibilityOut.of(each) for each in found.acts]
    return ProspectOut(case=case, acts=acts, whistle_kinds=found.whistle_kinds)


@router.get("/incidents/{incident_id}/hops", responses=_MAY_NOT)
def list_hops(incident_id: UUID, casework: TheCasework, caller: TheCaller) -> Page[HopOut]:
    """List whose hands a case went through, in order, and how long it lay idle in each."""
    return Page(items=[HopOut.of(hop) for hop in casework.hops(caller, incident_id)])


def _act_route(body_type: type[ActIn]) -> Callable[..., CaseActOut]:
    def act(
        incident_id: UUID,
        body: body_type,  # type: ignore[valid-type]  # one route for each type
        casework: TheCasework,
        caller: TheCaller,
        revision: Expected,
        response: Response,
    ) -> CaseActOut:
        given: ActIn = body
        done = casework.act(
            caller, incident_id, given.asked(), act_id=given.id, expected_revision=revision, device=given.device()
        )
        response.headers["ETag"] = etag(done.answer["revision"])
        if done.replayed:
            response.headers["Idempotency-Replayed"] = "true"
        return CaseActOut.of(done.answer)

    return act


for _body in BODIES:
    _name = _body.kind.act.value
    router.add_api_route(
        f"/incidents/{{incident_id}}/acts/{_name}",
        _act_route(_body),
        methods=["POST"],
        name=f"{_name}_incident",
        description=_body.__doc__,
        responses=_MAY_NOT | _CANNOT,
    )
