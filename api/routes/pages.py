"""The pages: log in, the start page, the map it shows, and the API's documentation, all without the internet."""

from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import fastapi_offline
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request, status
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates

from api import auth
from api.deps import TheDesk, TheStore, service
from api.limits import SEALED
from api.maps import MapKeeper
from api.schemas import local
from gridgov.access import Caller
from gridgov.access.secrets import caller_of, csrf_of
from gridgov.errors import NotAuthenticatedError
from gridgov.services.accounts import Entrance, SignOn
from gridgov.services.accounts.signing_on import inside

router = APIRouter(include_in_schema=False)
_HERE = Path(str(files("api")))
_templates = Jinja2Templates(_HERE / "templates")
_PRIVATE = {"Cache-Control": "no-store"}
"""What a page shows of a person is gone from the machine when they have logged out, also by going back."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks at a page."""

    caller: Caller
    me: dict[str, Any]
    csrf: str


def mount(app: FastAPI) -> None:
    """Serve the files that the pages need from this server."""
    app.mount(
        "/static/docs", StaticFiles(directory=Path(fastapi_offline.__file__).parent / "static"), name="docs-static"
    )
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")


def _visitor(request: Request, entrance: Annotated[Entrance, Depends(service(Entrance))]) -> Visitor:
    """Return who looks, or send them to log in and back to where they wanted to be."""
    found = _known(request, entrance)
    if found is None or found.me["must_change"]:
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        raise HTTPException(
            status.HTTP_303_SEE_OTHER, "Log in first.", headers={"Location": f"/login?next={quote(wanted)}", **_PRIVATE}
        )
    return found


TheVisitor = Annotated[Visitor, Depends(_visitor)]


def _known(request: Request, entrance: Entrance) -> Visitor | None:
    try:
        secret = auth.bearer(request) or auth.session(request)
        if secret is None:
            return None
        caller = caller_of(secret)
        entrance.seen(caller)
        return Visitor(caller, entrance.me(caller), csrf_of(secret))
    except NotAuthenticatedError:
        return None


@router.get("/login", response_class=HTMLResponse)
def login(
    request: Request,
    entrance: Annotated[Entrance, Depends(service(Entrance))],
    signing: Annotated[SignOn, Depends(service(SignOn))],
    wanted: Annotated[str, Query(alias="next", max_length=500)] = "/",
    home: Annotated[bool, Query(description="Whoever names no page goes where their role works")] = False,  # noqa: FBT002 - a query parameter
    anew: Annotated[bool, Query(description="Whoever is logged in comes in as somebody else")] = False,  # noqa: FBT002 - the same
) -> Response:
    """Ask for login and password; whoever is logged in goes on, unless they want to come in as somebody else."""
    found, page = None if anew else _known(request, entrance), inside(wanted)
    known = found is not None and not found.me["must_change"]
    # Which page is a role's own, the page of the login knows, for it also knows how wide the screen is.
    going = known and home and page == "/"
    if known and not going:
        return RedirectResponse(page, status.HTTP_303_SEE_OTHER, headers=_PRIVATE)
    shown = {
        "next": page,
        "single_sign_on": signing.offered,
        # Along a link in a message the strict cookie stays behind; the page itself may ask once more with it.
        "from_afar": request.headers.get("sec-fetch-site") == "cross-site",
        "going": going,
        "visitor": found,
    }
    return _templates.TemplateResponse(request, "login.html", shown, headers=_PRIVATE)


@router.get("/", response_class=HTMLResponse)
def start(request: Request, desk: TheDesk, visitor: TheVisitor) -> HTMLResponse:
    """Show the district: what came in, and the map."""
    shown = local({"day": asdict(desk.last_day(visitor.caller)), "whistles": desk.whistles(visitor.caller, limit=5)})
    return _templates.TemplateResponse(request, "start.html", {**shown, "visitor": visitor}, headers=_PRIVATE)


@router.get("/map", response_class=HTMLResponse)
def show_map(request: Request, store: TheStore, visitor: TheVisitor) -> HTMLResponse:
    """Show the map by itself, with what its viewer may see; it carries everything inside and may reach nothing."""
    keeper: MapKeeper = request.app.state.maps
    return HTMLResponse(keeper.html(store, visitor.caller), headers={"Content-Security-Policy": SEALED, **_PRIVATE})


@router.get("/docs", response_class=HTMLResponse)
def docs(request: Request, visitor: TheVisitor) -> HTMLResponse:
    """Show the API's documentation, from this server's own files."""
    return _templates.TemplateResponse(request, "docs.html", {"visitor": visitor}, headers=_PRIVATE)
