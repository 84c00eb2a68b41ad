"""The start page, the map it shows, and the API's own documentation, all without the internet."""

from dataclasses import asdict
from importlib.resources import files
from pathlib import Path

import fastapi_offline
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates

from api.deps import TheDesk, TheStore
from api.limits import SEALED
from api.maps import MapKeeper
from api.schemas import local

router = APIRouter(include_in_schema=False)
_HERE = Path(str(files("api")))
_templates = Jinja2Templates(_HERE / "templates")


def mount(app: FastAPI) -> None:
    """Serve the files that the pages need from this server."""
    app.mount(
        "/static/docs", StaticFiles(directory=Path(fastapi_offline.__file__).parent / "static"), name="docs-static"
    )
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")


@router.get("/", response_class=HTMLResponse)
def start(request: Request, desk: TheDesk) -> HTMLResponse:
    """Show the district: what came in, and the map."""
    shown = {"day": asdict(desk.last_day()), "whistles": desk.whistles(limit=5)}
    return _templates.TemplateResponse(request, "start.html", local(shown))


@router.get("/map", response_class=HTMLResponse)
def show_map(request: Request, store: TheStore) -> HTMLResponse:
    """Show the map by itself; it carries everything inside and may reach nothing."""
    keeper: MapKeeper = request.app.state.maps
    return HTMLResponse(keeper.html(store), headers={"Content-Security-Policy": SEALED})


@router.get("/docs", response_class=HTMLResponse)
def docs(request: Request) -> HTMLResponse:
    """Show the API's documentation, from this server's own files."""
    return _templates.TemplateResponse(request, "docs.html", {})
