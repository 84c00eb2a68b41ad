"""The two screens and the desk: pages that were built from api/web, and the files they are made of.

A page itself holds nothing of anybody: what it shows it asks of the API, as whoever is logged in. So it may be kept on
a phone and opened without signal.
"""

from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

from gridgov.errors import SetupError

router = APIRouter(include_in_schema=False)
_BUILT = Path(str(files("api"))) / "pages"
_ASK_AGAIN = {"Cache-Control": "no-cache"}
_FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}

_MANIFEST: dict[str, Any] = {
    "id": "/field",
    "name": "网格治理 · 网格员",
    "short_name": "网格员",
    "lang": "zh-CN",
    "start_url": "/field",
    "scope": "/field",
    "display": "standalone",
    "orientation": "portrait",
    "background_color": "#f4f6f8",
    "theme_color": "#0b4f6c",
    "icons": [{"src": "/static/icon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
}


class _Hashed(StaticFiles):
    """Files whose names change with their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file that a browser need never ask for again."""
        answer = await super().get_response(path, scope)
        if answer.status_code == 200:
            answer.headers.update(_FOR_GOOD)
        return answer


def mount(app: FastAPI) -> None:
    """Serve the files that the pages are made of."""
    app.mount("/app/assets", _Hashed(directory=_BUILT / "assets", check_dir=False), name="app-assets")


@router.get("/field/manifest.webmanifest")
def manifest() -> JSONResponse:
    """Say how the phone's page is installed on a home screen."""
    return JSONResponse(_MANIFEST, media_type="application/manifest+json", headers=_ASK_AGAIN)


@router.get("/field/worker.js")
def worker() -> FileResponse:
    """Return what keeps the phone's page on the phone; it may look after /field and what lies below it."""
    headers = {**_ASK_AGAIN, "Service-Worker-Allowed": "/field"}
    return FileResponse(_built("field-worker.js"), media_type="text/javascript", headers=headers)


@router.get("/field")
@router.get("/field/{_place:path}")
def field(_place: str = "") -> FileResponse:
    """Show the grid worker's page."""
    return _page("field.html")


@router.get("/command")
@router.get("/command/{_place:path}")
def command(_place: str = "") -> FileResponse:
    """Show the command centre's page."""
    return _page("command.html")


@router.get("/desk")
@router.get("/desk/{_place:path}")
def desk(_place: str = "") -> FileResponse:
    """Show one's account, inbox, and the administration."""
    return _page("desk.html")


def _page(name: str) -> FileResponse:
    return FileResponse(_built(name), media_type="text/html", headers=_ASK_AGAIN)


def _built(name: str) -> Path:
    found = _BUILT / name
    if not found.is_file():
        message = "The pages were not built: `make pages` builds them (an installed gridgov brings them along)."
        raise SetupError(message)
    return found
