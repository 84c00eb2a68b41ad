"""Drafts of the grid: made, previewed, taken to QGIS and back, approved, published."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response, status
from fastapi.concurrency import run_in_threadpool

from api.auth import TheCaller, TheSubject
from api.bodies import body_of
from api.deps import service
from api.drafts import (
    ApprovalIn,
    DraftCellOut,
    DraftOut,
    DraftQuery,
    PreviewOut,
    PublicationIn,
    StepIn,
    StepOut,
    UndoIn,
)
from api.etags import Expected, etag
from api.grid import FeatureCollection
from api.problems import Problem
from api.routes.grid import GeoJson
from api.schemas import Page, local
from gridgov.access import Subject
from gridgov.drafts import State
from gridgov.drafts.lifecycle import PLAN
from gridgov.services.drafting import Drafting, DraftRow
from gridgov.services.drafting.files import MOST_BYTES

router = APIRouter(prefix="/api/v1/drafts", tags=["drafts"])

TheDrafting = Annotated[Drafting, Depends(service(Drafting))]


def _planner(known: TheSubject) -> Subject:
    known.require(PLAN)
    return known


ThePlanner = Annotated[Subject, Depends(_planner)]
"""Who calls, if they plan anywhere; of anybody else not a byte of a file is read."""

_GPKG = "application/geopackage+sqlite3"
_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_OCTETS = "application/octet-stream"
_FILE: dict[str, Any] = {
    "requestBody": {"required": True, "content": dict.fromkeys((_GPKG, "application/geo+json", _OCTETS), _BINARY)}
}
_REFUSED: dict[int | str, dict[str, Any]] = {
    403: {"model": Problem, "description": "Somebody is logged in and neither plans nor approves here"}
}
_MISSING: dict[int | str, dict[str, Any]] = {404: {"model": Problem, "description": "There is no such draft"}}
_TAKEN: dict[int | str, dict[str, Any]] = {
    409: {"model": Problem, "description": "Combined whistles are open over changed cells"},
    412: {"model": Problem, "description": "Another edit or another version of the grid was quicker"},
}
_KNOWN = _REFUSED | _MISSING
_DONE = _KNOWN | _TAKEN


@router.get("", responses=_REFUSED)
def list_drafts(
    caller: TheCaller,
    drafting: TheDrafting,
    *,
    state: Annotated[State | None, Query(description="Only those in this state")] = None,
    cursor: Annotated[UUID | None, Query(description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[DraftOut]:
    """List the drafts of your districts, newest first."""
    rows = drafting.list(caller, state=state, limit=limit, before=cursor)
    after = str(rows[-1].id) if len(rows) == limit else None
    return Page(items=[DraftOut.of(row) for row in rows], next=after)


@router.post("", status_code=status.HTTP_201_CREATED, responses=_MISSING, openapi_extra=_FILE)
async def create_draft(
    request: Request,
    response: Response,
    caller: TheCaller,
    _known: ThePlanner,
    drafting: TheDrafting,
    asked: Annotated[DraftQuery, Query()],
) -> DraftOut:
    """Make a draft from a GeoPackage or GeoJSON with a layer of cells.

    What is wrong with it is kept with it, in `faults`.
    `cell` or `continues` says which cell each one goes on as; streets without a cell in the file stay as they are.
    """
    content = await _content(request)
    return _tagged(
        response, await run_in_threadpool(drafting.create, caller, content, title=asked.title, within=asked.within)
    )


@router.post("/undo", status_code=status.HTTP_201_CREATED, responses=_MISSING)
def draft_an_undoing(given: UndoIn, response: Response, caller: TheCaller, drafting: TheDrafting) -> DraftOut:
    """Make a draft that restores the cells of a moment. Published, it is a new version, and nothing is erased."""
    made = drafting.undo(caller, to=given.to, district_code=given.district_code, title=given.title)
    return _tagged(response, made)


@router.get("/{draft_id}", responses=_KNOWN)
def read_draft(draft_id: UUID, response: Response, caller: TheCaller, drafting: TheDrafting) -> DraftOut:
    """Return a draft with its faults."""
    return _tagged(response, drafting.one(caller, draft_id))


@router.get("/{draft_id}/steps", responses=_KNOWN)
def list_steps(draft_id: UUID, caller: TheCaller, drafting: TheDrafting) -> Page[StepOut]:
    """List what became of a draft, step by step, each with its author."""
    return Page(items=[StepOut(**local(row)) for row in drafting.steps(caller, draft_id)])


@router.get(
    "/{draft_id}/cells", response_class=GeoJson, responses={200: {"model": FeatureCollection[DraftCellOut]}, **_KNOWN}
)
def read_cells(draft_id: UUID, caller: TheCaller, drafting: TheDrafting) -> GeoJson:
    """Return a draft's cells as a GeoJSON FeatureCollection, each with the code that it would have."""
    return GeoJson(drafting.cells(caller, draft_id).to_json(drop_id=True, show_bbox=False))


@router.get("/{draft_id}/file", response_class=Response, responses={200: {"content": {_GPKG: _BINARY}}, **_KNOWN})
def export_draft(draft_id: UUID, caller: TheCaller, drafting: TheDrafting) -> Response:
    """Return a draft as a GeoPackage for QGIS: cells, streets, communities, district, faults."""
    headers = {"Content-Disposition": f'attachment; filename="draft-{draft_id}.gpkg"', "Cache-Control": "no-store"}
    return Response(drafting.exported(caller, draft_id), media_type=_GPKG, headers=headers)


@router.put("/{draft_id}/file", responses=_MISSING | _TAKEN, openapi_extra=_FILE)
async def load_draft_back(  # noqa: PLR0913 - what, onto what, decided on what
    draft_id: UUID,
    request: Request,
    response: Response,
    caller: TheCaller,
    _known: ThePlanner,
    drafting: TheDrafting,
    revision: Expected,
    *,
    onto_newest: Annotated[bool, Query(description="Whether it was drawn on the newest grid")] = False,
) -> DraftOut:
    """Take a draft's cells from an edited GeoPackage or GeoJSON of all cells of the district; at most 64 MB."""
    content = await _content(request)
    row = await run_in_threadpool(
        drafting.load_back, caller, draft_id, content, revision=revision, onto_newest=onto_newest
    )
    return _tagged(response, row)


@router.get("/{draft_id}/preview", responses=_DONE)
def preview_draft(draft_id: UUID, caller: TheCaller, drafting: TheDrafting) -> PreviewOut:
    """Return what publishing a draft would change: cells, codes, people, open cases, whistles, figures."""
    return PreviewOut.model_validate(drafting.preview(caller, draft_id).as_dict())


@router.post("/{draft_id}/rebase", responses=_DONE)
def rebase_draft(
    draft_id: UUID, response: Response, caller: TheCaller, drafting: TheDrafting, revision: Expected
) -> DraftOut:
    """Carry a draft onto the newest version of the grid; refused with the cells that were changed there."""
    return _tagged(response, drafting.rebase(caller, draft_id, revision=revision))


@router.post("/{draft_id}/propose", responses=_MISSING | _TAKEN)
def propose_draft(
    draft_id: UUID, given: StepIn, response: Response, caller: TheCaller, drafting: TheDrafting, revision: Expected
) -> DraftOut:
    """Propose a draft to those who approve; from here on its cells stay as they are."""
    return _tagged(response, drafting.propose(caller, draft_id, revision=revision, note=given.note))


@router.post("/{draft_id}/approve", responses=_MISSING | _TAKEN)
def approve_draft(
    draft_id: UUID, given: ApprovalIn, response: Response, caller: TheCaller, drafting: TheDrafting, revision: Expected
) -> DraftOut:
    """Approve a proposal, for a moment to come or for whenever it is published. Nobody approves their own."""
    approved = drafting.approve(caller, draft_id, at=given.at, revision=revision, note=given.note)
    return _tagged(response, approved)


@router.post("/{draft_id}/send-back", responses=_MISSING | _TAKEN)
def send_draft_back(
    draft_id: UUID, given: StepIn, response: Response, caller: TheCaller, drafting: TheDrafting, revision: Expected
) -> DraftOut:
    """Send a proposal back to be edited; an approval is gone with that."""
    return _tagged(response, drafting.send_back(caller, draft_id, revision=revision, note=given.note))


@router.post("/{draft_id}/publish", responses=_MISSING | _TAKEN)
def publish_draft(
    draft_id: UUID,
    given: PublicationIn,
    response: Response,
    caller: TheCaller,
    drafting: TheDrafting,
    revision: Expected,
) -> DraftOut:
    """Publish an approved draft: in force from the moment that was approved, or from now on."""
    done = drafting.publish(caller, draft_id, revision=revision, over_whistles=given.over_whistles)
    return _tagged(response, done)


@router.post("/{draft_id}/call-off", responses=_MISSING | _TAKEN)
def call_publication_off(
    draft_id: UUID, given: StepIn, response: Response, caller: TheCaller, drafting: TheDrafting, revision: Expected
) -> DraftOut:
    """Call a publication for later off, until its moment: the draft is approved again, and the grid as it was."""
    return _tagged(response, drafting.call_off(caller, draft_id, revision=revision, note=given.note))


@router.post("/{draft_id}/withdraw", responses=_MISSING | _TAKEN)
def withdraw_draft(
    draft_id: UUID, given: StepIn, response: Response, caller: TheCaller, drafting: TheDrafting, revision: Expected
) -> DraftOut:
    """Withdraw a draft that is not to be published; it can still be read."""
    return _tagged(response, drafting.withdraw(caller, draft_id, revision=revision, note=given.note))


def _tagged(response: Response, row: DraftRow) -> DraftOut:
    response.headers["ETag"] = etag(row.revision)
    return DraftOut.of(row)


async def _content(request: Request) -> bytes:
    message = f"The file is larger than {MOST_BYTES // 1024**2} MB, more than any grid: send its cells alone."
    return await body_of(request, MOST_BYTES, message)
