"""Accounts: log in and out, passwords, tokens, sessions, single sign-on."""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response, status
from fastapi.responses import HTMLResponse, RedirectResponse

from api import auth
from api.accounts import (
    REFUSED,
    TAKEN,
    TOO_MANY,
    WRONG,
    EnteredOut,
    LoginIn,
    MeOut,
    NewTokenOut,
    PasswordIn,
    SessionOut,
    TokenIn,
    TokenOut,
)
from api.auth import TheCaller
from api.deps import service
from api.routes import administration
from api.schemas import Page, local
from gridgov.access.secrets import caller_of, csrf_of
from gridgov.services.accounts import Entered, Entrance, Keys, NewToken, SignOn
from gridgov.services.accounts.signing_on import Return

router = APIRouter(prefix="/api/v1", tags=["accounts"])
router.include_router(administration.router)

TheEntrance = Annotated[Entrance, Depends(service(Entrance))]
TheKeys = Annotated[Keys, Depends(service(Keys))]
TheSignOn = Annotated[SignOn, Depends(service(SignOn))]
_AWAY = "gridgov-sign-on"
_HOME = "/login?home=true"
"""Whoever named no page goes where their role works, as after a login with a password."""
_PLAIN = "/?&=#%:@+,~!$*()"


@router.post("/login", responses=WRONG | TOO_MANY, dependencies=[Depends(auth.require_same_origin)])
def log_in(given: LoginIn, request: Request, response: Response, entrance: TheEntrance) -> EnteredOut:
    """Log in for a page: the session comes as a cookie, under a new secret each time. Programs use tokens."""
    left = auth.session(request)
    entered = entrance.log_in(
        given.login,
        given.password.get_secret_value(),
        auth.origin(request),
        replaced=caller_of(left) if left else None,
    )
    return _kept(request, response, entered)


@router.post("/logout", status_code=status.HTTP_204_NO_CONTENT)
def log_out(caller: TheCaller, request: Request, response: Response, entrance: TheEntrance) -> None:
    """End the session, or the token, that this is asked with."""
    entrance.me(caller)
    entrance.log_out(caller)
    auth.drop(request, response)


@router.get("/me", responses=REFUSED)
def who_am_i(caller: TheCaller, request: Request, response: Response, entrance: TheEntrance) -> MeOut:
    """Return who calls, with the grants in force and what they allow."""
    response.headers["Cache-Control"] = "no-store"
    left = None if "authorization" in request.headers else auth.session(request)
    return MeOut(**local(entrance.me(caller)), csrf=csrf_of(left) if left else None)


@router.post("/password", responses=TOO_MANY)
def change_password(
    given: PasswordIn, caller: TheCaller, request: Request, response: Response, entrance: TheEntrance
) -> EnteredOut:
    """Set another password: every other session ends, and tokens unless they are to stay; go on with the new cookie."""
    old, new = given.old.get_secret_value(), given.new.get_secret_value()
    entered = entrance.change_password(caller, old, new, auth.origin(request), keep_tokens=given.keep_tokens)
    return _kept(request, response, entered)


@router.get("/tokens", responses=REFUSED)
def list_tokens(caller: TheCaller, keys: TheKeys) -> Page[TokenOut]:
    """List one's own tokens in force, without their secrets."""
    return Page(items=[TokenOut(**local(row)) for row in keys.tokens(caller)])


@router.post(
    "/tokens",
    status_code=status.HTTP_201_CREATED,
    responses={200: {"model": NewTokenOut, "description": "It was made before"}, **TAKEN},
)
def make_token(given: TokenIn, caller: TheCaller, response: Response, keys: TheKeys) -> NewTokenOut:
    """Make a token for a program: limited to scopes, ending on a day, its secret told this once."""
    response.headers["Cache-Control"] = "no-store"
    row, secret = keys.make(caller, NewToken(given.name, frozenset(given.scopes), given.days, given.id))
    if secret is None:
        response.status_code = status.HTTP_200_OK
    return NewTokenOut(**local(row), token=secret)


@router.delete("/tokens/{token_id}", status_code=status.HTTP_204_NO_CONTENT)
def end_token(token_id: UUID, caller: TheCaller, keys: TheKeys) -> None:
    """End one of one's own tokens."""
    keys.end(caller, "token", token_id)


@router.get("/sessions", responses=REFUSED)
def list_sessions(caller: TheCaller, keys: TheKeys) -> Page[SessionOut]:
    """List one's own open sessions."""
    return Page(items=[SessionOut(**local(row)) for row in keys.sessions(caller)])


@router.delete("/sessions/{session_id}", status_code=status.HTTP_204_NO_CONTENT)
def end_session(session_id: UUID, caller: TheCaller, keys: TheKeys) -> None:
    """End one of one's own sessions."""
    keys.end(caller, "session", session_id)


@router.get("/oidc/login", include_in_schema=False)
def depart(
    request: Request, signing: TheSignOn, wanted: Annotated[str, Query(alias="next", max_length=500)] = "/"
) -> RedirectResponse:
    """Send the browser to the provider of the single sign-on."""
    address, browser = signing.depart(wanted, _back(request))
    answer = RedirectResponse(address, status.HTTP_303_SEE_OTHER, headers={"Cache-Control": "no-store"})
    # Lax: the browser comes back from another site, and brings a strict cookie to nobody then.
    answer.set_cookie(
        _AWAY, browser, path="/api/v1/oidc", secure=auth.is_secure(request), httponly=True, samesite="lax", max_age=600
    )
    return answer


@router.get("/oidc/callback", include_in_schema=False)
def arrive(request: Request, signing: TheSignOn) -> HTMLResponse:
    """Let in whoever comes back, and go on from a page of our own: along a way from afar no strict cookie is sent."""
    back = Return(dict(request.query_params), request.cookies.get(_AWAY, ""), _back(request))
    entered, wanted = signing.arrive(back, auth.origin(request))
    wanted = _HOME if wanted == "/" else wanted
    shown = '<!doctype html><meta charset="utf-8"><title>gridgov</title>'
    answer = HTMLResponse(
        shown, headers={"Refresh": f"0; url={quote(wanted, safe=_PLAIN)}", "Cache-Control": "no-store"}
    )
    answer.delete_cookie(_AWAY, path="/api/v1/oidc")
    auth.keep(request, answer, entered)
    return answer


def _back(request: Request) -> str:
    return f"{auth.own_origin(request)}/api/v1/oidc/callback"


def _kept(request: Request, response: Response, entered: Entered) -> EnteredOut:
    auth.keep(request, response, entered)
    response.headers["Cache-Control"] = "no-store"
    return EnteredOut(
        login=entered.login,
        csrf=csrf_of(entered.secret),
        expires_at=local(entered.expires_at),
        must_change=entered.must_change,
    )
