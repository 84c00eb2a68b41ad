"""How often one caller, and one address, may ask: a program gone wild must not take the service from the others."""

import math
import time
from http import HTTPStatus

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage  # the one beside it starts a thread for nearly every request
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.auth import secret_in
from api.problems import response
from gridgov.access.secrets import digest
from gridgov.access.throttle import network_of

_FREE = ("/static/", "/health/")
"""What costs next to nothing, and what must answer when everything else is refused."""


class RateLimit:
    """Answer 429 to whoever asks too often, with the seconds to wait.

    Each caller has an allowance, and each address one for all its callers together: somebody who invents a new token
    for each request is stopped by the second. Counted in this process's memory: a restart forgets, and several
    processes count each for itself.

    Parameters
    ----------
    app
        What is protected.
    per_caller, per_address
        Requests a minute; 0 switches a limit off.
    """

    def __init__(self, app: ASGIApp, *, per_caller: int, per_address: int) -> None:
        self._app = app
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._per_caller = RateLimitItemPerMinute(per_caller) if per_caller else None
        self._per_address = RateLimitItemPerMinute(per_address) if per_address else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with 429."""
        if scope["type"] != "http" or f"{scope['path']}/".startswith(_FREE):
            await self._app(scope, receive, send)
            return
        wait = await self._wait(scope)
        if wait is None:
            await self._app(scope, receive, send)
            return
        detail = f"Too many requests: wait {wait} seconds, and ask for changes at /api/v1/events instead of polling."
        answer = response(HTTPStatus.TOO_MANY_REQUESTS, "too-many", detail)
        answer.headers["Retry-After"] = str(wait)
        await answer(scope, receive, send)

    async def _wait(self, scope: Scope) -> int | None:
        """Return after how many seconds to ask again, or None where the request is within both limits."""
        address = network_of(scope["client"][0]) if scope.get("client") else "local"
        secret = secret_in(Request(scope))
        caller = digest(secret).hex() if secret else address
        for limit, kind, key in ((self._per_address, "address", address), (self._per_caller, "caller", caller)):
            if limit and not await self._limiter.hit(limit, kind, key):
                return await self._seconds(limit, kind, key)
        return None

    async def _seconds(self, limit: RateLimitItem, kind: str, key: str) -> int:
        stats = await self._limiter.get_window_stats(limit, kind, key)
        return max(1, math.ceil(stats.reset_time - time.time()))
