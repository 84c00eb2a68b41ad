"""What is refused, in problems that say what to do: by the services, and before any service is reached.

Whoever is nobody we know is told just that, whatever else is wrong with what they sent.
"""

import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import Match, Mount

from api.auth import find_caller
from api.deps import Services
from api.problems import Fault, response, status_of
from gridgov import errors
from gridgov.access import Caller

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_NOWHERE = "There is nothing at this address: check how it is spelled; /docs lists all there are."


def install(app: FastAPI) -> None:
    """Make every error of `app` leave as a problem."""
    app.add_exception_handler(errors.GridgovError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


async def _ours(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, errors.GridgovError):  # pragma: no cover - registered for this class only
        raise error
    faults = [Fault(field=error.field, message=error.message)] if error.field else []
    answer = response(status_of(type(error)), error.code, error.message, faults=faults, details=error.details)
    wait = next((fact["retry_after_s"] for fact in error.details if "retry_after_s" in fact), None)
    if wait is not None:
        answer.headers["Retry-After"] = str(wait)
    return answer


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):  # pragma: no cover - registered for this class only
        raise error
    stranger = await run_in_threadpool(_stranger, request)
    if stranger is not None:
        return await _ours(request, stranger)
    if isinstance(error.body, bytes):
        return _untyped(request)
    if isinstance(error.__cause__, json.JSONDecodeError):
        return _unreadable(error.__cause__)
    faults = [Fault(field=_field(fault), message=_say(fault)) for fault in error.errors()]
    detail = "; ".join(f"{fault.field}: {fault.message}" for fault in faults[:5])
    return response(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-input", detail, faults=faults)


def _stranger(request: Request) -> errors.GridgovError | None:
    """Return why whoever calls is nobody we know: they are not told what is wrong with what they sent.

    What a proof is worth is found out by the service, which an invalid request never reaches; and a body that cannot be
    read is refused before anybody asks for a proof.
    """
    services: Services = request.app.state.services
    try:
        caller: Caller | None = getattr(request.state, "caller", None)
        if caller is None and _is_closed(request):
            caller = find_caller(request)
        if caller is not None:
            with services.store.acting(caller, now=services.clock()):
                pass
    except errors.GridgovError as error:
        return error
    return None


def _is_closed(request: Request) -> bool:
    route = request.scope.get("route")
    return isinstance(route, APIRoute) and _asks_who(route.dependant)


def _asks_who(dependant: Dependant) -> bool:
    return dependant.call is find_caller or any(map(_asks_who, dependant.dependencies))


async def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):  # pragma: no cover - registered for this class only
        raise error
    status = HTTPStatus(error.status_code)
    if status is HTTPStatus.BAD_REQUEST and error.__cause__ is not None:
        stranger = await run_in_threadpool(_stranger, request)
        return await _ours(request, stranger) if stranger else _unreadable(error.__cause__)
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        return _not_done_here(request)
    said = _NOWHERE if status is HTTPStatus.NOT_FOUND and error.detail == status.phrase else str(error.detail)
    answer = response(status, status.phrase.lower().replace(" ", "-"), said)
    answer.headers.update(error.headers or {})
    return answer


def _not_done_here(request: Request) -> Response:
    allowed = ", ".join(methods_of(request))
    if request.method == "OPTIONS":
        return Response(status_code=HTTPStatus.NO_CONTENT, headers={"Allow": allowed})
    detail = f"{request.method} is not done at this address, but {allowed}: /docs says what each of them does."
    answer = response(HTTPStatus.METHOD_NOT_ALLOWED, "method-not-allowed", detail)
    answer.headers["Allow"] = allowed
    return answer


def methods_of(request: Request) -> list[str]:
    """Return the methods that the address of a request takes, by whichever of its routes."""
    scope = {name: request.scope[name] for name in ("type", "path", "root_path", "headers")}
    routes = [route for route in request.app.routes if not isinstance(route, Mount)]
    taken = [m for m in _METHODS if any(r.matches({**scope, "method": m})[0] is Match.FULL for r in routes)]
    return [*(taken or ("GET", "HEAD")), "OPTIONS"]  # files are only read


def _untyped(request: Request) -> JSONResponse:
    given = request.headers.get("content-type", "")[:80]
    said = f"The body comes as {given!r}" if given else "The body comes without a Content-Type"
    detail = f"{said}: send JSON, with the header Content-Type: application/json."
    answer = response(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", detail)
    answer.headers["Accept"] = "application/json"
    return answer


def _unreadable(why: BaseException) -> JSONResponse:
    detail = f"{_broken(why)} Nothing of it was stored."
    return response(HTTPStatus.BAD_REQUEST, "unreadable-body", detail, faults=[Fault(field="body", message=detail)])


def _broken(why: BaseException) -> str:
    if isinstance(why, json.JSONDecodeError):
        return (
            f"The body is not JSON from character {why.pos} on: check quotes and commas, and that all of it was sent."
        )
    if isinstance(why, UnicodeDecodeError):
        return f"The body is not UTF-8 from byte {why.start} on: send JSON in UTF-8, whatever it was written in."
    if isinstance(why, RecursionError):
        return "The body is nested too deeply: /docs shows what it looks like."
    return "The body holds what cannot be read, like a number of thousands of digits: /docs shows what it looks like."


def _field(fault: dict[str, Any]) -> str:
    location: Sequence[int | str] = fault["loc"]
    parts = [str(part) for part in location if part not in {"body", "query", "path"}]
    return ".".join(parts) or "body"


def _say(fault: dict[str, Any]) -> str:
    """Return the validator's words, with what to do where they do not say it."""
    hints = {
        "timezone_aware": "The time has no offset: write it like 2026-03-05T14:30:00+08:00.",
        "missing": "This is missing: it must be given.",
        "finite_number": "This must be a finite number, not NaN or infinity.",
        "extra_forbidden": "There is no such field: see the API's documentation at /docs.",
    }
    return hints.get(str(fault["type"]), str(fault["msg"]))
