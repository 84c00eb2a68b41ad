"""HEAD, and parts of an answer: what GDAL and QGIS ask before they open a layer by its address.

RFC 9110, 9.3.2 and 14. GDAL's `/vsicurl/`, which QGIS and pyogrio use for web addresses, refuses a server that only
ever sends everything.
"""

import re
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_NOTHING = range(0)
_OWN_WAY = re.compile(r"/api/v1/evidence/[^/]+/content")
"""Kept files, of which the route reads no more than is asked for."""


class Ranges:
    """Answer HEAD like GET without a body, and one byte range of a GET whose length is known.

    Several ranges at once, and `If-Range`, are answered with the whole, as the standard allows.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; of the answer, send what was asked for."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        if _OWN_WAY.fullmatch(scope["path"]):
            head = scope["method"] == "HEAD"
            await self._app({**scope, "method": "GET", "gridgov.head": head}, receive, send)
            return
        headers = Headers(scope=scope)
        asked = None if "if-range" in headers else asked_range(headers.get("range", ""))
        if scope["method"] == "HEAD":
            await self._app(_whole(scope), receive, _Head(send))
        elif asked:
            await self._app(_whole(scope), receive, _Part(send, asked))
        else:
            await self._app(scope, receive, send)


def asked_range(header: str) -> tuple[str, str] | None:
    """Return the two ends of a range as they were written, or None where the header is none or makes no sense."""
    match = _ONE_RANGE.fullmatch(header)
    if match is None or not any(match.groups()) or (all(match.groups()) and int(match[1]) > int(match[2])):
        return None
    return match[1], match[2]


def _whole(scope: Scope) -> Scope:
    """Return the request for the whole answer as it is: bytes are counted before any compression."""
    dropped = {b"range", b"accept-encoding"}
    return {**scope, "method": "GET", "headers": [h for h in scope["headers"] if h[0] not in dropped]}


class _Part:
    """Sends on the part of an answer that was asked for."""

    def __init__(self, send: Send, asked: tuple[str, str] | None) -> None:
        self._send = send
        self._asked = asked
        self._at = 0
        self._kept: range | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._cut(message)
        elif message["type"] == "http.response.body" and self._kept is not None:
            message = {**message, "body": self._of(message.get("body", b""), self._kept)}
        await self._send(message)

    def _cut(self, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        length = headers.get("content-length", "")
        if message["status"] != HTTPStatus.OK or not length.isdecimal():
            return
        headers["Accept-Ranges"] = "bytes"
        if self._asked is None:
            return
        size = int(length)
        self._kept = span_of(*self._asked, size)
        if self._kept:
            message["status"] = HTTPStatus.PARTIAL_CONTENT
            headers["Content-Range"] = f"bytes {self._kept.start}-{self._kept.stop - 1}/{size}"
        else:
            message["status"] = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
            headers["Content-Range"] = f"bytes */{size}"
        headers["Content-Length"] = str(len(self._kept))

    def _of(self, body: bytes, kept: range) -> bytes:
        start, self._at = self._at, self._at + len(body)
        return body[max(kept.start - start, 0) : max(kept.stop - start, 0)]


class _Head(_Part):
    """Sends on the beginning of an answer, and ends it there: a body without an end would keep the connection busy."""

    def __init__(self, send: Send) -> None:
        super().__init__(send, None)

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._cut(message)
            await self._send(message)
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})


def span_of(first: str, last: str, size: int) -> range:
    """Return which bytes of `size` are meant; none if the range begins beyond the end."""
    if not first:
        return range(max(size - int(last), 0), size) if int(last) else _NOTHING
    start = int(first)
    stop = min(int(last) + 1, size) if last else size
    return range(start, stop) if start < stop else _NOTHING
