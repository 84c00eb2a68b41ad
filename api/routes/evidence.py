"""Attachments: photos and short videos, uploaded in parts."""

import base64
import re
from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus
from itertools import chain
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response, status
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from api.auth import TheCaller
from api.deps import service
from api.problems import Problem
from api.ranges import asked_range, span_of
from api.schemas import Page, local
from gridgov.clock import SHANGHAI
from gridgov.errors import InputError, NotFoundError
from gridgov.evidence import PART_BYTES, Announcement
from gridgov.services.attaching import Attaching
from gridgov.services.showing import Gallery
from gridgov.services.uploading import Progress
from gridgov.store.evidence import Evidence

router = APIRouter(prefix="/api/v1", tags=["evidence"])

TheAttaching = Annotated[Attaching, Depends(service(Attaching))]
TheGallery = Annotated[Gallery, Depends(service(Gallery))]

_ID = "019a5f3e-7c00-7abc-8def-0123456789ab"
_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):")
_SEALED = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
"""For a file that somebody sent, opened as a page: it may show itself and nothing else."""

_OF_UPLOADS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": said}
    for status, said in {
        404: "There is no such upload, or no such case, for you",
        409: "Another state is stored: another upload, missing parts, given up",
        413: "A part is larger than a part may be",
        429: "Too much at once, in a day, or for this case; or too many requests",
        503: "The database or the store of attachments does not answer, or too many files are being looked at; "
        "`Retry-After` says when to try again",
    }.items()
}


class UploadIn(BaseModel):
    """A file that is about to come. Its id, made by the sender, becomes the attachment's."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "id": _ID,
                    "incident_id": _ID,
                    "name": "现场.jpg",
                    "media_type": "image/jpeg",
                    "size": 2_345_678,
                    "sha256": _SHA256,
                }
            ]
        },
    )

    id: UUID = Field(description="A UUID of version 7, made by the sender: the idempotency key")
    incident_id: UUID | None = Field(default=None, description="What it belongs to: this, or a whistle")
    whistle_id: UUID | None = None
    name: str = Field(min_length=1, max_length=500, description="As the phone calls it; shown, never used as a path")
    media_type: str = Field(max_length=40, pattern=r"^[\w.+-]+/[\w.+-]+$", description="As the phone thinks")
    size: int = Field(ge=1, le=2**53, description="Bytes of the whole file")
    sha256: str = Field(pattern="^[0-9a-fA-F]{64}$", description="Of the whole file, in hexadecimal")

    def announcement(self) -> Announcement:
        """Return it as the core takes it."""
        said = self.model_dump(exclude={"sha256"})
        return Announcement(**said, sha256=bytes.fromhex(self.sha256))


class UploadOut(BaseModel):
    """How far an upload is. Cut the file every `part_size` bytes and send each missing part, in any order."""

    id: UUID
    stage: str = Field(description="open, complete, refused (its content is not taken), abandoned")
    size: int
    part_size: int
    received: list[int] = Field(description="The parts that are there, from 1")
    missing: list[int]
    expires_at: datetime | None = Field(description="When it is given up, if nothing more comes")

    @classmethod
    def of(cls, progress: Progress) -> "UploadOut":
        """Return progress as it goes out."""
        upload = progress.upload
        return cls(
            id=upload.id,
            stage=upload.stage,
            size=upload.size,
            part_size=upload.part_size,
            received=list(progress.received),
            missing=list(progress.missing),
            expires_at=local(upload.due_at) if upload.stage == "open" else None,
        )


class EvidenceOut(BaseModel):
    """An attachment. Its file is at `/api/v1/evidence/{id}/content`, a small picture of it at `.../thumbnail`."""

    id: UUID
    incident_id: UUID
    whistle_id: UUID | None
    name: str
    media_type: str = Field(description="Found in the content")
    size: int
    sha256: str = Field(description="Of what is shown, cleaned of what its file told beside the picture")
    original_size: int
    original_sha256: str = Field(description="Of what was sent; whoever still has that file can prove that it is it")
    width: int | None
    height: int | None
    duration_s: float | None
    has_thumbnail: bool
    author: str
    added_at: datetime

    @classmethod
    def of(cls, found: Evidence) -> "EvidenceOut":
        """Return an attachment as it goes out."""
        return cls(
            id=found.id,
            incident_id=found.incident_id,
            whistle_id=found.whistle_id,
            name=found.name,
            media_type=found.media_type,
            size=found.size,
            sha256=found.sha256.hex(),
            original_size=found.original_size,
            original_sha256=found.original_sha256.hex(),
            width=found.width,
            height=found.height,
            duration_s=found.duration_s,
            has_thumbnail=found.thumbnail_sha256 is not None,
            author=found.author,
            added_at=found.added_at.astimezone(SHANGHAI),
        )


class ToldOut(BaseModel):
    """What a file told of place and time. A camera's clock and receiver may be wrong: it proves nothing by itself."""

    taken_at: datetime | None
    taken_text: str | None
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    datum: str | None = Field(description="As the file states it; where it states none, receivers mean WGS 84")
    camera: str | None
    tags: dict[str, Any]


@router.post(
    "/evidence/uploads",
    status_code=status.HTTP_201_CREATED,
    responses={200: {"model": UploadOut, "description": "It was announced before"}, **_OF_UPLOADS},
)
def announce_upload(upload: UploadIn, caller: TheCaller, attaching: TheAttaching, response: Response) -> UploadOut:
    """Announce a photo or a short video; a file that is too large is refused before any of it is sent."""
    progress = attaching.announce(caller, upload.announcement())
    if progress.replayed:
        response.status_code = status.HTTP_200_OK
    return UploadOut.of(progress)


@router.get("/evidence/uploads/{upload_id}")
def read_upload(upload_id: UUID, caller: TheCaller, attaching: TheAttaching) -> UploadOut:
    """Return which parts are there, so that a phone goes on where it broke off."""
    return UploadOut.of(attaching.progress(caller, upload_id))


@router.put(
    "/evidence/uploads/{upload_id}/parts/{number}",
    responses=_OF_UPLOADS,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def put_part(
    upload_id: UUID,
    number: int,
    request: Request,
    caller: TheCaller,
    attaching: TheAttaching,
    content_digest: Annotated[
        str,
        Header(
            description="SHA-256 of this part (RFC 9530): `sha-256=:<base64>:`",
            examples=["sha-256=:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=:"],
        ),
    ],
) -> UploadOut:
    """Send one part; sent again, it is kept once. Parts may come in any order."""
    sha256 = _digest(content_digest)
    _, length = await run_in_threadpool(attaching.expected, caller, upload_id, number)
    with attaching.incoming() as part:
        size = 0
        async for chunk in request.stream():
            size += len(chunk)
            if size > length:
                message = f"Part {number} has more than {length} bytes: cut the file every {PART_BYTES} bytes."
                raise InputError(message, field="number", details=[{"expected": length}])
            await run_in_threadpool(part.write, chunk)
        return UploadOut.of(await run_in_threadpool(attaching.receive, caller, upload_id, number, part, sha256))


@router.post("/evidence/uploads/{upload_id}/complete", responses=_OF_UPLOADS)
def complete_upload(upload_id: UUID, caller: TheCaller, attaching: TheAttaching) -> EvidenceOut:
    """Put the parts together, check and clean the file, and hang it on its case; done twice, it is done once.

    One file of a caller is looked at at a time: while it is, this is answered with 503 and `Retry-After`.
    """
    return EvidenceOut.of(attaching.complete(caller, upload_id))


@router.delete("/evidence/uploads/{upload_id}", status_code=status.HTTP_204_NO_CONTENT, responses=_OF_UPLOADS)
def give_up_upload(upload_id: UUID, caller: TheCaller, attaching: TheAttaching) -> None:
    """Give an open upload up. What hangs on a case is never removed."""
    attaching.give_up(caller, upload_id)


@router.get("/incidents/{incident_id}/evidence")
def list_evidence(incident_id: UUID, caller: TheCaller, gallery: TheGallery) -> Page[EvidenceOut]:
    """List an incident's attachments, oldest first; whoever may see the incident may see them."""
    return Page(items=[EvidenceOut.of(found) for found in gallery.of_incident(caller, incident_id)])


@router.get("/evidence/{evidence_id}")
def read_evidence(evidence_id: UUID, caller: TheCaller, gallery: TheGallery) -> EvidenceOut:
    """Return what is known of an attachment."""
    return EvidenceOut.of(gallery.one(caller, evidence_id))


@router.get(
    "/evidence/{evidence_id}/exif", responses={403: {"model": Problem, "description": "No role of yours reads it"}}
)
def read_exif(evidence_id: UUID, caller: TheCaller, gallery: TheGallery) -> ToldOut:
    """Return where and when a camera says it was: for the command centre and the case's street."""
    told = gallery.told(caller, evidence_id)
    return ToldOut(**{name: local(getattr(told, name)) for name in ToldOut.model_fields})


_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file", "content": {"image/*": {}, "video/*": {}}},
    206: {"description": "The part that `Range` asked for"},
    304: {"description": "It has not changed; it never does"},
    416: {"description": "The range begins beyond the end"},
}


@router.get("/evidence/{evidence_id}/content", response_class=StreamingResponse, responses=_FILE)
def read_content(evidence_id: UUID, request: Request, caller: TheCaller, gallery: TheGallery) -> Response:
    """Return the file, cleaned of what it told beside its picture; byte ranges are answered."""
    found = gallery.one(caller, evidence_id)
    return _file(request, gallery, found, found.sha256, found.size)


@router.get("/evidence/{evidence_id}/thumbnail", response_class=StreamingResponse, responses=_FILE)
def read_thumbnail(evidence_id: UUID, request: Request, caller: TheCaller, gallery: TheGallery) -> Response:
    """Return a small JPEG of a photo; a video has none."""
    found = gallery.one(caller, evidence_id)
    if found.thumbnail_sha256 is None:
        message = "This attachment has no thumbnail: show a sign for a video instead."
        raise NotFoundError(message)
    return _file(request, gallery, found, found.thumbnail_sha256, None)


def _file(request: Request, gallery: Gallery, found: Evidence, sha256: bytes, size: int | None) -> Response:
    """Answer with a kept file; of a thumbnail the size is found by reading it, it is small."""
    headers = _file_headers(found, sha256)
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    kind = found.media_type if size is not None else "image/jpeg"
    if size is None:
        return Response(b"".join(gallery.read(sha256)), media_type=kind, headers=headers)
    headers["Accept-Ranges"] = "bytes"
    asked = None if "if-range" in request.headers else asked_range(request.headers.get("range", ""))
    span = span_of(*asked, size) if asked else range(size)
    if not span:
        headers["Content-Range"] = f"bytes */{size}"
        return Response(status_code=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=headers)
    headers["Content-Length"] = str(len(span))
    if asked:
        headers["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{size}"
    body = iter(()) if request.scope.get("gridgov.head") else _begun(gallery.read(sha256, span if asked else None))
    done = HTTPStatus.PARTIAL_CONTENT if asked else HTTPStatus.OK
    return StreamingResponse(body, status_code=done, media_type=kind, headers=headers)


def _begun(body: Iterator[bytes]) -> Iterator[bytes]:
    """Return `body` with its first bytes read: a file that is missing is an error, not an answer that breaks off."""
    return chain([next(body, b"")], body)


def _file_headers(found: Evidence, sha256: bytes) -> dict[str, str]:
    plain = found.name.encode("ascii", "replace").decode().replace("?", "_")
    return {
        "ETag": f'"{sha256.hex()}"',
        "Cache-Control": "private, max-age=31536000, immutable",
        "Content-Disposition": f"inline; filename=\"{plain}\"; filename*=UTF-8''{quote(found.name, safe='')}",
        "Content-Security-Policy": _SEALED,
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def _digest(header: str) -> bytes:
    match = _DIGEST.search(header)
    if match is None:
        message = "The checksum is missing: send `Content-Digest: sha-256=:<base64 of 32 bytes>:` (RFC 9530)."
        raise InputError(message, field="content-digest")
    return base64.b64decode(match[1])
