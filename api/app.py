"""The application: routes, errors, limits and pages, around one store."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

import structlog
from fastapi import Depends, FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from api import refusals
from api.deps import Services
from api.document import Documented
from api.limits import LOOPBACK, BodyLimit, SecurityHeaders
from api.logs import RequestLog
from api.maps import MapKeeper
from api.ranges import Ranges
from api.rates import RateLimit
from api.routes import (
    accounts,
    audit,
    authority,
    cases,
    drafts,
    events,
    evidence,
    exports,
    field,
    grid,
    health,
    incidents,
    messages,
    pages,
    proactive,
    registers,
    rules,
    screens,
    staff,
    tables,
    tiles,
    watch,
    whistles,
)
from api.texts import require_storable
from gridgov.clock import Clock, system_clock
from gridgov.errors import GridgovError
from gridgov.services.intake import Intake
from gridgov.services.looking import Desk
from gridgov.settings import Settings
from gridgov.store.unit import Store

_log = structlog.get_logger(__name__)
_ROOMS = (
    exports,
    incidents,
    cases,
    whistles,
    evidence,
    grid,
    rules,
    registers,
    tables,
    tiles,
    staff,
    field,
    drafts,
    proactive,
    messages,
    events,
    audit,
    accounts,
    health,
    authority,
    pages,
    screens,
    watch,
)


def create_app(
    store: Store, settings: Settings, *, clock: Clock = system_clock, names: Sequence[str] = LOOPBACK
) -> FastAPI:
    """Return the application over `store`.

    Parameters
    ----------
    store
        Where everything is kept; the caller closes it.
    settings
        The installation's settings.
    clock
        Tells the time to every rule.
    names
        The names by which requests may call this server.
    """
    app = Documented(
        title="gridgov",
        version=version("gridgov"),
        summary="Govern a city by its grid",
        docs_url=None,  # FastAPI's own pages load their scripts from elsewhere; ours are at the same address
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        generate_unique_id_function=_operation_id,
        lifespan=_lifespan,
    )
    app.state.store = store
    app.state.services = Services(store, settings, clock)
    app.state.intake = Intake.configured(store, settings, clock=clock)
    app.state.desk = Desk(store, clock=clock)
    app.state.maps = MapKeeper(clock)
    for room in _ROOMS:
        app.include_router(room.router, dependencies=[Depends(require_storable)])
    pages.mount(app)
    screens.mount(app)
    refusals.install(app)
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes)
    app.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=4)
    app.add_middleware(Ranges)
    app.add_middleware(RateLimit, per_caller=settings.rate_per_caller, per_address=settings.rate_per_address)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(names))
    app.add_middleware(RequestLog)
    app.add_middleware(SecurityHeaders)  # outermost, so that refusals and errors carry them as well
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    # What decides about reports is read before the first one comes; if it is missing, /health/ready says so.
    warm: Callable[[], Any] = app.state.intake.knowledge
    try:
        await run_in_threadpool(warm)
    except GridgovError as error:
        _log.warning("not ready", reason=error.message)
    yield


def _operation_id(route: APIRoute) -> str:
    return route.name
