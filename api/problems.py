"""Every error leaves as problem+json (RFC 9457). One table says which status a meaning has."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from gridgov import errors

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


def unexpected() -> JSONResponse:
    """Return what a caller is told of an error that nobody foresaw: nothing of the inside."""
    detail = "The server met an error of its own; nothing of this request was stored. Its log says more."
    return response(HTTPStatus.INTERNAL_SERVER_ERROR, "internal-error", detail)
