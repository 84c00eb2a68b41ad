"""What changes, as it changes: server-sent events."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query

from api.auth import TheCaller
from api.deps import service
from api.problems import Problem
from api.streams import EventStream
from gridgov.services.relaying import Relay

router = APIRouter(prefix="/api/v1", tags=["events"])

_LONGEST_CURSOR = 30_000
_EXAMPLE = """event: changes
data: {"changes":[{"id":7121,"kind":"case.dispatched","subject_id":"019a5f3e-7c00-7abc-8def-0123456789ab",\
"incident_id":"019a5f3e-7c00-7abc-8def-0123456789ab","district_code":"370102","at":"2026-03-05T14:30:00+08:00"}]}
id: 5c1f09aa-3k7.2
"""
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "`hello` first; then `changes` as they are committed; `resync` where all must be fetched anew; "
        "`end` where the server stops or the session is over. After an hour at most a stream just closes",
        "content": {"text/event-stream": {"schema": {"type": "string"}, "example": _EXAMPLE}},
    },
    429: {"model": Problem, "description": "Too many streams of one account, or too many requests"},
}


@router.get("/events", status_code=200, response_class=EventStream, responses=_ANSWERS)
async def stream_events(
    caller: TheCaller,
    relay: Annotated[Relay, Depends(service(Relay))],
    last_event_id: Annotated[str | None, Header(max_length=_LONGEST_CURSOR)] = None,
    after: Annotated[str | None, Query(max_length=_LONGEST_CURSOR, description="As the header Last-Event-ID")] = None,
) -> EventStream:
    """Tell what changes in what the caller may see: kinds and ids, no content; fetch what you show.

    Each message's id is a cursor. Sent back as `Last-Event-ID` (browsers do), it brings exactly what came after it.
    A stream closes after an hour at most: come back with the last id (browsers do by themselves).
    """
    return EventStream(relay, await relay.subscribe(caller, last_event_id or after))
