"""Every error leaves as problem+json (RFC 9457). One table says which status a meaning has."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from api.deps import Services
from gridgov import errors
from gridgov.access import Caller

STATUS: dict[type[errors.GridgovError], HTTPStatus] = {
    errors.InputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.NotAuthenticatedError: HTTPStatus.UNAUTHORIZED,
    errors.NotAllowedError: HTTPStatus.FORBIDDEN,
    errors.TooManyError: HTTPStatus.TOO_MANY_REQUESTS,
    errors.NotFoundError: HTTPStatus.NOT_FOUND,
    errors.ConflictError: HTTPStatus.CONFLICT,
    errors.StaleError: HTTPStatus.PRECONDITION_FAILED,
    errors.UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.SetupError: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The nearest class above an error decides; a test demands that every error has one."""


_HEADERS = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": 'Bearer realm="gridgov"'},
    HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": "5"},
}


_STALE = {
    "description": "It was changed since it was looked at; `details` holds what is wanted and what is stored",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


class Fault(BaseModel):
    """One thing that is wrong with the input."""

    field: str | None = Field(description="The part of the input, dotted: position.datum")
    message: str = Field(description="What is wrong and what to do")


class Problem(BaseModel):
    """An error, as RFC 9457 writes it."""

    type: str = Field(examples=["/problems/invalid-coordinate"])
    title: str = Field(examples=["Unprocessable Entity"])
    status: int = Field(examples=[422])
    detail: str = Field(description="What happened and what to do next")
    faults: list[Fault] = Field(default_factory=list)
    details: list[dict[str, Any]] = Field(default_factory=list, description="Facts for programs")


def status_of(kind: type[errors.GridgovError]) -> HTTPStatus:
    """Return the HTTP status that an error's meaning has."""
    return next((STATUS[base] for base in kind.__mro__ if base in STATUS), HTTPStatus.INTERNAL_SERVER_ERROR)


def response(
    status: HTTPStatus,
    code: str,
    detail: str,
    *,
    faults: Sequence[Fault] = (),
    details: Sequence[dict[str, Any]] = (),
) -> JSONResponse:
    """Return a problem as a response."""
    problem = Problem(
        type=f"/problems/{code}",
        title=status.phrase,
        status=status,
        detail=detail,
        faults=list(faults),
        details=list(details),
    )
    return JSONResponse(
        problem.model_dump(), status_code=status, media_type="application/problem+json", headers=_HEADERS.get(status)
    )


def install(app: FastAPI) -> None:
    """Make every error of `app` leave as a problem."""
    app.add_exception_handler(errors.GridgovError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    plain = app.openapi
    app.openapi = lambda: describe(plain())  # type: ignore[method-assign]  # the way FastAPI's own docs extend it


def describe(document: dict[str, Any]) -> dict[str, Any]:
    """Return an OpenAPI document in which every error is a problem+json; FastAPI gives it the route's media type.

    What every edit under a condition may be answered is added where it is not said: nobody declares it once more.
    """
    operations = [operation for item in document["paths"].values() for operation in item.values()]
    for operation in operations:
        if any(parameter["name"] == "If-Match" for parameter in operation.get("parameters", ())):
            operation["responses"].setdefault("412", _STALE)
    answers = (pair for operation in operations for pair in operation["responses"].items())
    for status, answer in answers:
        if status >= "400" and "content" in answer:
            schema = next(iter(answer["content"].values()))
            answer["content"] = {"application/problem+json": schema}
    return document


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
    faults = [Fault(field=_field(fault), message=_say(fault)) for fault in error.errors()]
    detail = "; ".join(f"{fault.field}: {fault.message}" for fault in faults[:5])
    return response(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-input", detail, faults=faults)


def _stranger(request: Request) -> errors.GridgovError | None:
    """Return why whoever calls is nobody we know: they are not told what is wrong with what they sent.

    What a proof is worth is found out by the service, which an invalid request never reaches.
    """
    caller: Caller | None = getattr(request.state, "caller", None)
    if caller is None:
        return None
    services: Services = request.app.state.services
    try:
        with services.store.acting(caller, now=services.clock()):
            return None
    except errors.GridgovError as error:
        return error


async def _http(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):  # pragma: no cover - registered for this class only
        raise error
    status = HTTPStatus(error.status_code)
    answer = response(status, status.phrase.lower().replace(" ", "-"), str(error.detail))
    answer.headers.update(error.headers or {})
    return answer


def unexpected() -> JSONResponse:
    """Return what a caller is told of an error that nobody foresaw: nothing of the inside."""
    detail = "The server met an error of its own; nothing of this request was stored. Its log says more."
    return response(HTTPStatus.INTERNAL_SERVER_ERROR, "internal-error", detail)


def _field(fault: dict[str, Any]) -> str:
    # What is not JSON has no fields: there the location counts characters.
    location: Sequence[int | str] = () if fault["type"] == "json_invalid" else fault["loc"]
    parts = [str(part) for part in location if part not in {"body", "query", "path"}]
    return ".".join(parts) or "body"


def _say(fault: dict[str, Any]) -> str:
    """Return the validator's words, with what to do where they do not say it."""
    hints = {
        "timezone_aware": "The time has no offset: write it like 2026-03-05T14:30:00+08:00.",
        "missing": "This is missing: it must be given.",
        "json_invalid": "This is not JSON: check the quotes and commas.",
        "finite_number": "This must be a finite number, not NaN or infinity.",
        "extra_forbidden": "There is no such field: see the API's documentation at /docs.",
    }
    return hints.get(str(fault["type"]), str(fault["msg"]))
