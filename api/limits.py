"""What is refused before it is read: bodies that are too large. And what every answer says to the browser."""

import re
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import response
from gridgov.evidence import PART_BYTES
from gridgov.formats.sheets import MOST_BYTES
from gridgov.services.drafting.files import MOST_BYTES as MOST_OF_A_DRAFT

LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")
"""The names by which this machine calls itself. Others are refused: a page elsewhere could point its name at us."""


_OWN_LIMITS = {
    ("PUT", re.compile(r"/api/v1/evidence/uploads/[^/]+/parts/[^/]+")): PART_BYTES,
    ("POST", re.compile(r"/api/v1/tables/[^/]+")): MOST_BYTES,
    ("POST", re.compile(r"/api/v1/drafts")): MOST_OF_A_DRAFT,
    ("PUT", re.compile(r"/api/v1/drafts/[^/]+/file")): MOST_OF_A_DRAFT,
}
"""Bodies of whole files, with the largest there may be; their routes read them as they come."""


class BodyLimit:
    """Refuse bodies over a limit with 413, by their declared length or by counting.

    What has a limit of its own is not gathered here: its route knows who sends it before it reads, and counts itself.

    Parameters
    ----------
    app
        What is protected.
    max_bytes
        The largest body that is passed on.
    """

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with 413."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        own = _own_limit(scope)
        limit = self._max_bytes if own is None else own
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isdecimal() and int(declared) > limit:
            await self._refuse(scope, receive, send, limit)
            return
        if own is not None:
            await self._app(scope, receive, send)
            return
        body = await self._read(receive)
        if body is None:
            await self._refuse(scope, receive, send, limit)
            return
        await self._app(scope, _replay(body, receive), send)

    async def _read(self, receive: Receive) -> bytes | None:
        """Return the whole body, or None once it grows beyond the limit."""
        parts, size = [], 0
        while True:
            message = await receive()
            part = message.get("body", b"")
            size += len(part)
            if size > self._max_bytes:
                return None
            parts.append(part)
            if not message.get("more_body", False):
                return b"".join(parts)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        detail = f"The body is larger than {limit} bytes: send less at once."
        await response(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large", detail)(scope, receive, send)


def is_gathered(scope: Scope) -> bool:
    """Return whether the body of a request is read as a whole before its route is reached."""
    return _own_limit(scope) is None


def _own_limit(scope: Scope) -> int | None:
    """Return the largest body of a request that has a limit of its own, or None."""
    found = (
        limit
        for (method, path), limit in _OWN_LIMITS.items()
        if scope["method"] == method and path.fullmatch(scope["path"])
    )
    return next(found, None)


def _replay(body: bytes, receive: Receive) -> Receive:
    read = False

    async def replay() -> Message:
        nonlocal read
        if read:
            return await receive()
        read = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


STRICT = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; frame-src 'self'; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'self'; object-src 'none'"
)
"""For our own pages: nothing from elsewhere, no inline script."""

SEALED = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)
"""For a map that carries everything inside itself: it may run its own script and reach nothing at all."""


class SecurityHeaders:
    """Set the headers that tell a browser to trust nothing but this server; a route may set a policy of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and add headers to its answer."""

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", STRICT)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "same-origin")
                headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
            await send(message)

        await self._app(scope, receive, secured)
