"""One log line a request, with an id that the answer carries too."""

import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import unexpected
from gridgov.ids import new_id
from gridgov.logs import context

_log = structlog.get_logger("gridgov.http")
_HEADER = "X-Request-Id"
_LONGEST_ID = 64


class RequestLog:
    """Log method, path, status and duration; neither query nor body, which may name people."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its id bound to every log line that it causes."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope))
        started, status = time.perf_counter(), 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
                MutableHeaders(scope=message)[_HEADER] = request_id
            await send(message)

        with context(request=request_id):
            try:
                await self._app(scope, receive, watched)
            except Exception as error:
                if status:  # the answer has begun: it can only be cut off
                    raise
                _log.error("unexpected error", path=scope["path"], exc_info=error)
                await unexpected()(scope, receive, watched)
            finally:
                took = round((time.perf_counter() - started) * 1000, 1)
                _log.info("answered", method=scope["method"], path=scope["path"], status=status, ms=took)


def _request_id(headers: Headers) -> str:
    """Return the caller's id if it is a plain one, else a new one: a log line is no place for others' line breaks."""
    given = headers.get(_HEADER, "")
    return given if 0 < len(given) <= _LONGEST_ID and given.replace("-", "").isalnum() else str(new_id())
