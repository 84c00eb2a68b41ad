"""The authority's certificate, and how a phone is told to trust it: before anybody can log in there."""

from importlib.resources import files
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.templating import Jinja2Templates

from api.auth import services_of
from api.authority import Authority
from gridgov.errors import NotFoundError

router = APIRouter(include_in_schema=False)
_templates = Jinja2Templates(Path(str(files("api"))) / "templates")


def _authority(request: Request) -> Authority:
    """Return this installation's authority, where it serves by it."""
    settings = services_of(request).settings
    if not settings.https:
        message = "This server has no certificate authority of its own: `gridgov serve --https` makes one."
        raise NotFoundError(message)
    return Authority(settings.data_dir / "tls")


TheAuthority = Annotated[Authority, Depends(_authority)]


@router.get("/ca.crt")
def authority_certificate(authority: TheAuthority) -> Response:
    """Give the authority's certificate to whoever wants to trust it; its key never leaves."""
    headers = {"Content-Disposition": 'attachment; filename="gridgov-ca.crt"', "Cache-Control": "no-cache"}
    return Response(authority.certificate(), media_type="application/x-x509-ca-cert", headers=headers)


@router.get("/ca", response_class=HTMLResponse)
def authority_page(request: Request, authority: TheAuthority) -> HTMLResponse:
    """Say how the certificate is installed on a phone, and by which fingerprint it is known."""
    return _templates.TemplateResponse(request, "authority.html", {"fingerprint": authority.fingerprint()})
