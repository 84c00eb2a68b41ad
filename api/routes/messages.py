"""Messages: the inbox, how one wants to be told, and the endpoints that messages are carried to."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response, status

from api.auth import TheCaller
from api.deps import service
from api.etags import IfUnchanged, tagged
from api.messages import (
    MISSING,
    REFUSED,
    TAKEN,
    DeliveryOut,
    EndpointBody,
    EndpointIn,
    EndpointMadeOut,
    EndpointOut,
    InboxOut,
    NoticeOut,
    PreferencesBody,
    ReadAllBody,
    ReadAllOut,
    ReadOut,
    RetriedOut,
    RetryBody,
    SecretOut,
)
from api.schemas import Page, local
from gridgov.services.messaging import Endpoints, Inbox

router = APIRouter(prefix="/api/v1", tags=["messages"])

TheInbox = Annotated[Inbox, Depends(service(Inbox))]
TheEndpoints = Annotated[Endpoints, Depends(service(Endpoints))]
Cursor = Annotated[UUID | None, Query(description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=500)]


@router.get("/inbox", responses=REFUSED)
def read_inbox(
    caller: TheCaller,
    inbox: TheInbox,
    unread: Annotated[bool, Query(description="Only what is not read yet")] = False,  # noqa: FBT002 - a query parameter
    kind: Annotated[
        str | None, Query(max_length=40, pattern=r"^[a-z_.]+$", description="case.dispatched, or case for all of them")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> InboxOut:
    """Return what the caller is told, newest first."""
    page = inbox.page(caller, limit=limit, before=cursor, unread_only=unread, kind=kind)
    items = [NoticeOut.of(told) for told in page.items]
    return InboxOut(items=items, next=str(items[-1].id) if len(items) == limit else None, unread=page.unread)


@router.post("/inbox/read", responses=REFUSED)
def mark_all_read(given: ReadAllBody, caller: TheCaller, inbox: TheInbox) -> ReadAllOut:
    """Remember that the caller has read all up to a notice; again, nothing changes."""
    read, unread = inbox.read_all(caller, given.up_to)
    return ReadAllOut(read=read, unread=unread)


@router.post("/inbox/{notice_id}/read")
def mark_notice_read(notice_id: UUID, caller: TheCaller, inbox: TheInbox) -> ReadOut:
    """Remember that the caller has read a notice; again, nothing changes."""
    return ReadOut(id=notice_id, read_at=local(inbox.read(caller, notice_id)))


@router.get("/me/preferences", responses=REFUSED)
def read_preferences(caller: TheCaller, inbox: TheInbox, response: Response) -> PreferencesBody:
    """Return how the caller wants to be told."""
    found = PreferencesBody.of(inbox.preferences(caller))
    tagged(response, found)
    return found


@router.put("/me/preferences")
def set_preferences(
    wanted: PreferencesBody, caller: TheCaller, inbox: TheInbox, response: Response, unchanged: IfUnchanged
) -> PreferencesBody:
    """Set how the caller wants to be told: all of it at once."""
    seen = unchanged.seen(wanted, PreferencesBody.of)
    kept = PreferencesBody.of(inbox.set_preferences(caller, wanted.preferences(), seen=seen))
    tagged(response, kept)
    return kept


@router.get("/endpoints", responses=REFUSED)
def list_endpoints(
    caller: TheCaller, endpoints: TheEndpoints, cursor: Cursor = None, limit: Limit = 50
) -> Page[EndpointOut]:
    """List the programs that want to hear, in the districts whose channels the caller looks after."""
    rows = endpoints.page(caller, limit=limit, before=cursor)
    return Page(items=[EndpointOut.of(row) for row in rows], next=str(rows[-1].id) if len(rows) == limit else None)


@router.post(
    "/endpoints",
    status_code=status.HTTP_201_CREATED,
    responses={200: {"model": EndpointMadeOut, "description": "It was added before"}, **TAKEN},
)
def add_endpoint(wanted: EndpointIn, caller: TheCaller, response: Response, endpoints: TheEndpoints) -> EndpointMadeOut:
    """Add a program; its secret is in this answer and nowhere else."""
    row, secret = endpoints.add(caller, wanted.id, wanted.district_code, wanted.wish())
    if secret is None:
        response.status_code = status.HTTP_200_OK
    return EndpointMadeOut.made(row, secret.written if secret else None)


@router.put("/endpoints/{endpoint_id}")
def change_endpoint(
    endpoint_id: UUID, wanted: EndpointBody, caller: TheCaller, endpoints: TheEndpoints, unchanged: IfUnchanged
) -> EndpointOut:
    """Change what a program hears and where; one that was disabled hears again."""
    seen = unchanged.seen(wanted, EndpointOut.of)
    return EndpointOut.of(endpoints.change(caller, endpoint_id, wanted.wish(), seen=seen))


@router.post("/endpoints/{endpoint_id}/secret")
def renew_endpoint_secret(endpoint_id: UUID, caller: TheCaller, endpoints: TheEndpoints) -> SecretOut:
    """Give a program a new secret; the old one signs nothing any more."""
    return SecretOut(secret=endpoints.renew(caller, endpoint_id).written)


@router.delete("/endpoints/{endpoint_id}", status_code=status.HTTP_204_NO_CONTENT)
def disable_endpoint(endpoint_id: UUID, caller: TheCaller, endpoints: TheEndpoints, unchanged: IfUnchanged) -> None:
    """Tell a program nothing more; what it was told stays known."""
    seen = unchanged.seen({"id": str(endpoint_id), "disabled": True}, EndpointOut.of)
    endpoints.disable(caller, endpoint_id, seen=seen)


@router.get("/deliveries", responses=REFUSED)
def list_deliveries(
    caller: TheCaller,
    endpoints: TheEndpoints,
    state: Annotated[Literal["waiting", "sent", "dead", "dropped"] | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[DeliveryOut]:
    """List what became of messages, newest first; `state=dead` shows what was given up."""
    rows = endpoints.deliveries(caller, limit=limit, before=cursor, state=state)
    items = [DeliveryOut(**local(row)) for row in rows]
    return Page(items=items, next=str(items[-1].id) if len(items) == limit else None)


@router.post("/deliveries/retry", responses=MISSING)
def retry_deliveries(wanted: RetryBody, caller: TheCaller, endpoints: TheEndpoints) -> RetriedOut:
    """Give all messages that were given up since a time another chance: after an outage of the mail server, say."""
    return RetriedOut(retried=endpoints.retry_all(caller, wanted.lost()))


@router.post("/deliveries/{delivery_id}/retry")
def retry_delivery(delivery_id: UUID, caller: TheCaller, endpoints: TheEndpoints) -> DeliveryOut:
    """Give a message that was given up another chance; another one is left as it is."""
    return DeliveryOut(**local(endpoints.retry(caller, delivery_id)))
