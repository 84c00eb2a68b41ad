"""Who calls: the proof in a request, as the core knows it. What it is worth is decided in the transaction.

A program sends a token in a header, which nobody can make a browser send. A page's session is a cookie, which a browser
sends whoever asks it to: so a request that changes anything by a cookie must come from one of our own pages, and show a
word that only they can read.
"""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response, Security
from fastapi.security import HTTPBearer

from api.deps import Services
from gridgov.access import Caller, Subject
from gridgov.access.secrets import SESSION, caller_of, csrf_of, same
from gridgov.errors import NotAllowedError, NotAuthenticatedError
from gridgov.services.accounts import Entered, Entrance, Origin

CSRF_HEADER = "X-CSRF-Token"
_SAFE = {"GET", "HEAD", "OPTIONS"}
_scheme = HTTPBearer(
    auto_error=False, scheme_name="token", description="A token: POST /api/v1/tokens makes one, or `gridgov login`"
)


def find_caller(request: Request, _shown: Annotated[object, Security(_scheme)] = None) -> Caller:
    """Return the proof that a request brings.

    Raises
    ------
    NotAuthenticatedError
        If it brings none.
    NotAllowedError
        If another page than ours asks.
    """
    secret = bearer(request)
    if secret is None:
        secret = session(request)
        if secret is None:
            message = "You are not logged in: send a token as `Authorization: Bearer ...`, or log in at /login."
            raise NotAuthenticatedError(message)
        if request.method not in _SAFE:
            _require_ours(request, secret)
    caller = caller_of(secret)
    request.state.caller = caller  # an invalid request is refused before its service asks who that is
    services_of(request).of(Entrance).seen(caller)
    return caller


TheCaller = Annotated[Caller, Depends(find_caller)]
"""The caller's proof; a request without one is answered with 401."""


def logged_in(caller: TheCaller, request: Request) -> Subject:
    """Return who calls, found out before anything else is done: for routes whose service does not ask itself."""
    services = services_of(request)
    with services.store.acting(caller, now=services.clock()) as unit:
        return unit.subject


TheSubject = Annotated[Subject, Depends(logged_in)]
"""Who calls, with the grants in force; anybody else is answered with 401."""


def services_of(request: Request) -> Services:
    """Return the services of the running application."""
    services: Services = request.app.state.services
    return services


def bearer(request: Request) -> str | None:
    """Return the token of a program, or None where the request brings none at all.

    Raises
    ------
    NotAuthenticatedError
        If it brings something else: then a cookie beside it must not count either.
    """
    given = request.headers.get("authorization")
    if given is None:
        return None
    kind, _, secret = given.partition(" ")
    if kind.lower() != "bearer" or not secret or secret.startswith(SESSION):
        message = "This proof is not accepted: send a token as `Authorization: Bearer gg_...`."
        raise NotAuthenticatedError(message)
    return secret


def secret_in(request: Request) -> str | None:
    """Return the secret that a request brings, worth something or not, or None: whatever else it brings beside it."""
    given = request.headers.get("authorization")
    return session(request) if given is None else given.partition(" ")[2].strip()


def session(request: Request) -> str | None:
    """Return the secret in the session's cookie, or None."""
    secret = request.cookies.get(cookie_name(request), "")
    return secret if secret.startswith(SESSION) else None


def is_secure(request: Request) -> bool:
    """Return whether the browser came by https, to us or to the proxy before us."""
    return request.url.scheme == "https" or services_of(request).settings.behind_proxy


def cookie_name(request: Request) -> str:
    """Return the name of the session's cookie.

    By https its name itself forbids other hosts and plain http to set it. By http, on this machine only, the port is in
    the name: cookies of one machine's servers are all in one jar.
    """
    return "__Host-gridgov" if is_secure(request) else f"gridgov-{request.url.port or 80}"


def keep(request: Request, response: Response, entered: Entered) -> None:
    """Leave a session in the browser."""
    response.set_cookie(
        cookie_name(request), entered.secret, path="/", secure=is_secure(request), httponly=True, samesite="strict"
    )


def drop(request: Request, response: Response) -> None:
    """Take the session out of the browser."""
    response.delete_cookie(cookie_name(request), path="/", secure=is_secure(request), httponly=True, samesite="strict")


def origin(request: Request) -> Origin:
    """Return where a request comes from."""
    return Origin(request.client.host if request.client else "local", request.headers.get("user-agent", ""))


def require_same_origin(request: Request) -> None:
    """Refuse a request that a page of somebody else's makes; programs say nothing of where they come from.

    Raises
    ------
    NotAllowedError
        If the browser says that another page asks.
    """
    site = request.headers.get("sec-fetch-site", "same-origin")
    asking = request.headers.get("origin")
    foreign = asking is not None and asking != own_origin(request)
    if site not in {"same-origin", "none"} or foreign:
        message = "This was asked by another page than gridgov's own, and is refused: open gridgov itself."
        raise NotAllowedError(message)


def _require_ours(request: Request, secret: str) -> None:
    require_same_origin(request)
    says = "origin" in request.headers or "sec-fetch-site" in request.headers
    if not says or not same(request.headers.get(CSRF_HEADER, ""), csrf_of(secret)):
        message = f"This page is out of date: load it again. (Programs use a token; pages send {CSRF_HEADER}.)"
        raise NotAllowedError(message)


def own_origin(request: Request) -> str:
    """Return this server's origin as the browser spells it: the port that belongs to the scheme is left out."""
    scheme = "https" if is_secure(request) else "http"
    host = request.headers.get("host", "").lower()
    port = urlsplit(f"//{host}").port
    usual = {"https": 443, "http": 80}[scheme]
    return f"{scheme}://{host.removesuffix(f':{usual}') if port == usual else host}"
