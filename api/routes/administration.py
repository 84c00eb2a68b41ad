"""Looking after accounts: inside one's own area only, and nobody after their own."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response, status

from api.accounts import (
    REFUSED,
    TAKEN,
    AccountChange,
    AccountIn,
    AccountOut,
    EventOut,
    GrantIn,
    NewAccountOut,
    RoleOut,
)
from api.auth import TheCaller
from api.deps import service
from api.etags import IfUnchanged, tagged
from api.schemas import Page, local
from gridgov.services.accounts import Administration, NewAccount, NewGrant

router = APIRouter()
TheAdministration = Annotated[Administration, Depends(service(Administration))]


def _secret(response: Response) -> None:
    response.headers["Cache-Control"] = "no-store"


@router.get("/roles", responses=REFUSED)
def list_roles(caller: TheCaller, administration: TheAdministration) -> Page[RoleOut]:
    """List the roles and what each may do."""
    return Page(items=[RoleOut(**row) for row in administration.roles(caller)])


@router.get("/accounts", responses=REFUSED)
def list_accounts(
    caller: TheCaller,
    administration: TheAdministration,
    cursor: Annotated[UUID | None, Query(description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    q: Annotated[
        str | None, Query(max_length=80, pattern=r"^[^\x00-\x1f]*$", description="Part of a login or a name")
    ] = None,
) -> Page[AccountOut]:
    """List the accounts of one's area, oldest first."""
    rows = administration.accounts(caller, limit=limit, after=cursor, words=q)
    return Page(items=[_account(row) for row in rows], next=str(rows[-1]["id"]) if len(rows) == limit else None)


@router.post(
    "/accounts",
    status_code=status.HTTP_201_CREATED,
    responses={200: {"model": NewAccountOut, "description": "It was made before"}, **TAKEN},
    dependencies=[Depends(_secret)],
)
def make_account(
    given: AccountIn, caller: TheCaller, response: Response, administration: TheAdministration
) -> NewAccountOut:
    """Make an account without any role. Its first password is told this once and must be changed."""
    person = (given.person.district_code, given.person.id) if given.person else None
    new = NewAccount(given.login, given.name, given.area_code, given.email, person, given.single_sign_on, given.id)
    row, password = administration.add(caller, new)
    if row["replayed"]:
        response.status_code = status.HTTP_200_OK
    return NewAccountOut(**local(row), password=password)


@router.get("/accounts/{account_id}", responses=REFUSED)
def read_account(
    account_id: UUID, caller: TheCaller, response: Response, administration: TheAdministration
) -> AccountOut:
    """Return an account of one's area with its grants."""
    return _tagged(administration.account(caller, account_id), response)


@router.patch("/accounts/{account_id}")
def change_account(
    account_id: UUID,
    given: AccountChange,
    caller: TheCaller,
    response: Response,
    administration: TheAdministration,
    unchanged: IfUnchanged,
) -> AccountOut:
    """Change an account's name, address or person, keep it out (its sessions and tokens end) or let it in again."""
    seen = unchanged.seen(given.yours(), _account)
    return _tagged(administration.change(caller, account_id, given.wanted(), seen=seen), response)


@router.post("/accounts/{account_id}/password", dependencies=[Depends(_secret)])
def reset_password(account_id: UUID, caller: TheCaller, administration: TheAdministration) -> NewAccountOut:
    """Set a first password anew: all sessions and tokens end, and it must be changed."""
    row, password = administration.reset_password(caller, account_id)
    return NewAccountOut(**local(row), password=password)


@router.post("/accounts/{account_id}/grants", responses=TAKEN)
def give_role(account_id: UUID, given: GrantIn, caller: TheCaller, administration: TheAdministration) -> AccountOut:
    """Give a role over an area inside one's own; given before under the same id, it stays given once."""
    new = NewGrant(given.role, given.area_code, given.organisation_code, given.id)
    return _account(administration.give(caller, account_id, new))


@router.delete("/accounts/{account_id}/grants/{grant_id}")
def withdraw_role(
    account_id: UUID,
    grant_id: UUID,
    caller: TheCaller,
    response: Response,
    administration: TheAdministration,
    unchanged: IfUnchanged,
) -> AccountOut:
    """Withdraw a role from now on; that it was held before is kept. `If-Match` is the ETag of the account."""
    seen = unchanged.seen({"grant_id": str(grant_id), "withdrawn": True}, _account)
    return _tagged(administration.withdraw(caller, account_id, grant_id, seen=seen), response)


@router.get("/accounts/{account_id}/events", responses=REFUSED)
def list_events(
    account_id: UUID,
    caller: TheCaller,
    administration: TheAdministration,
    cursor: Annotated[UUID | None, Query(description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[EventOut]:
    """List what befell an account and by whose hand, newest first."""
    rows = administration.events(caller, account_id, limit=limit, before=cursor)
    items = [EventOut(**local(row)) for row in rows]
    return Page(items=items, next=str(rows[-1]["id"]) if len(rows) == limit else None)


def _account(row: dict[str, Any]) -> AccountOut:
    return AccountOut(**local(row))


def _tagged(row: dict[str, Any], response: Response) -> AccountOut:
    found = _account(row)
    tagged(response, found)
    return found
