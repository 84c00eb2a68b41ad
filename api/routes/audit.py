"""Audit: whether the record is whole, what to keep of it elsewhere, and one case's whole story."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, Field

from api.auth import TheCaller
from api.deps import service
from api.problems import Problem
from api.schemas import Page, local
from api.stories import StoryOut
from gridgov.services.auditing import Auditing
from gridgov.services.exporting import Exporting

router = APIRouter(prefix="/api/v1", tags=["audit"])

TheAuditing = Annotated[Auditing, Depends(service(Auditing))]
TheExporting = Annotated[Exporting, Depends(service(Exporting))]

_ALONE = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; "
    "form-action 'none'"
)
"""For a page that carries everything inside itself and runs nothing."""

_MAY_NOT: dict[int | str, dict[str, Any]] = {403: {"model": Problem, "description": "No role of yours allows this"}}


class HeadOut(BaseModel):
    """A district's newest seal. Kept on paper or elsewhere, it shows later whether anything below it was changed."""

    district_code: str
    head: str = Field(description="For `gridgov audit verify --head`", examples=["370102:17:9f86d081884c7d65..."])


class VerificationOut(BaseModel):
    """What `gridgov audit verify` last came to in a district."""

    district_code: str
    at: datetime
    seals: int
    facts: int
    unsealed: int
    whole: bool
    findings: int
    details: list[dict[str, Any]] = Field(description="The first hundred: what, number, seq, seal, detail")


class Format(StrEnum):
    """How a story is told."""

    HTML = "html"
    JSON = "json"


@router.get("/audit/heads", responses=_MAY_NOT)
def list_heads(caller: TheCaller, auditing: TheAuditing) -> Page[HeadOut]:
    """List the newest seal of each district that you audit; keep them outside of this installation."""
    return Page(items=[HeadOut(district_code=code, head=head) for code, head in auditing.heads(caller).items()])


@router.get("/audit/verifications", responses=_MAY_NOT)
def list_verifications(caller: TheCaller, auditing: TheAuditing) -> Page[VerificationOut]:
    """List what the newest verification of each district that you audit came to."""
    rows = auditing.last_verifications(caller)
    return Page(items=[VerificationOut(**local(row), whole=not row["findings"]) for row in rows])


@router.get(
    "/incidents/{incident_id}/story",
    responses={
        **_MAY_NOT,
        200: {
            "model": StoryOut,
            "description": "The story",
            "content": {"text/html": {"schema": {"type": "string"}}},
        },
    },
)
def read_story(
    incident_id: UUID,
    request: Request,
    caller: TheCaller,
    exporting: TheExporting,
    format_: Annotated[Format | None, Query(alias="format", description="Before what `Accept` asks for")] = None,
) -> Response:
    """Tell one case's whole story, as a page to read, print and keep, or as JSON. The reporter is not in it."""
    story = exporting.story(caller, incident_id)
    headers = {"Cache-Control": "no-store", "Vary": "Accept"}
    if format_ is Format.HTML or (format_ is None and "text/html" in request.headers.get("accept", "")):
        name = f'inline; filename="{story["incident"]["number"]}.html"'
        headers |= {"Content-Security-Policy": _ALONE, "Content-Disposition": name}
        return HTMLResponse(exporting.html(story), headers=headers)
    return JSONResponse(story, headers=headers)
