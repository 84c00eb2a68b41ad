"""The API's document: what FastAPI finds out of the routes, and what holds for all of them.

Which proofs let somebody in, and what an operation may refuse, follow from its form and are said here, once. A route
declares only what is its own; its words go before those here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from api.auth import CSRF_HEADER
from api.examples import shown
from api.problems import Problem

TOKEN, SESSION, CSRF = "token", "session", "csrf"
_PROOFS: dict[str, Any] = {
    SESSION: {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-gridgov",
        "description": "A page's session: POST /api/v1/login leaves it. By plain http, which only the server's own "
        "machine may speak, its name is `gridgov-<port>`",
    },
    CSRF: {
        "type": "apiKey",
        "in": "header",
        "name": CSRF_HEADER,
        "description": "`csrf` of POST /api/v1/login or GET /api/v1/me. Whatever a session changes must come from a "
        "page of this server (`Origin`, `Sec-Fetch-Site`) and bring this",
    },
}
_READS = ("get", "head")
_PROBLEM: dict[str, Any] = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_RETRY: dict[str, Any] = {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}}


@dataclass(frozen=True, slots=True)
class _Operation:
    """What the form of an operation says of it."""

    method: str
    path: str
    said: dict[str, Any]
    schemas: dict[str, Any]

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/")

    @property
    def is_closed(self) -> bool:
        return bool(self.said.get("security"))

    @property
    def changes(self) -> bool:
        return self.method not in _READS

    @property
    def has_body(self) -> bool:
        return "requestBody" in self.said

    @property
    def takes_json(self) -> bool:
        return self._json is not None

    @property
    def is_asked(self) -> bool:
        return self.has_body or bool(self.said.get("parameters"))

    @property
    def names_something(self) -> bool:
        """Whether its path holds an id."""
        parameters = self.said.get("parameters", ())
        return any(p["in"] == "path" and p["schema"].get("format") == "uuid" for p in parameters)

    @property
    def brings_id(self) -> bool:
        """Whether the sender makes the id of what is sent, by which it is known again."""
        schema = (self._json or {}).get("schema", {})
        found = self.schemas.get(schema.get("$ref", "").rpartition("/")[2], schema)
        return self.changes and "id" in found.get("properties", {})

    @property
    def is_conditional(self) -> bool:
        return any(p["name"] == "If-Match" for p in self.said.get("parameters", ()))

    @property
    def _json(self) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.said.get("requestBody", {}).get("content", {}).get("application/json")
        return found


@dataclass(frozen=True, slots=True)
class _Refusal:
    """What may be refused, and to which operations."""

    words: str
    to: Callable[[_Operation], bool]
    headers: dict[str, Any] | None = None


_CHALLENGE: dict[str, Any] = {"WWW-Authenticate": {"description": "What to send", "schema": {"type": "string"}}}
REFUSALS: dict[HTTPStatus, _Refusal] = {
    HTTPStatus.BAD_REQUEST: _Refusal("The body is not JSON; `detail` says where it breaks", lambda o: o.takes_json),
    HTTPStatus.UNAUTHORIZED: _Refusal("Nobody is logged in, or no longer", lambda o: o.is_closed, _CHALLENGE),
    HTTPStatus.FORBIDDEN: _Refusal(
        "Somebody is logged in and may not do this; or the page that asks is not this server's, or is out of date",
        lambda o: o.changes,
    ),
    HTTPStatus.NOT_FOUND: _Refusal("There is no such thing, or it is not yours to see", lambda o: o.names_something),
    HTTPStatus.CONFLICT: _Refusal("The id stands for something else already", lambda o: o.brings_id),
    HTTPStatus.PRECONDITION_FAILED: _Refusal(
        "It was changed since it was looked at; `details` holds what is wanted and what is stored",
        lambda o: o.is_conditional,
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _Refusal("The body is too large", lambda o: o.has_body),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: _Refusal(
        "The body's Content-Type is not application/json", lambda o: o.takes_json
    ),
    HTTPStatus.UNPROCESSABLE_ENTITY: _Refusal(
        "Something in it is wrong; `faults` names the field and what to do", lambda o: o.is_asked
    ),
    HTTPStatus.TOO_MANY_REQUESTS: _Refusal("Too many requests in too short a time", lambda o: o.is_api, _RETRY),
    HTTPStatus.SERVICE_UNAVAILABLE: _Refusal(
        "The database does not answer, or something is not loaded yet; try again", lambda o: o.is_api, _RETRY
    ),
}
"""What operations refuse, by the form of these; each leaves as a problem."""


class Documented(FastAPI):
    """An application whose document says all that holds for its operations, and shows examples."""

    def openapi(self) -> dict[str, Any]:
        """Return the document."""
        if self.openapi_schema is None:
            self.openapi_schema = shown(completed(super().openapi()))
        return self.openapi_schema


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document with the proofs, the refusals and a summary of every operation."""
    parts = document["components"]
    parts["schemas"] |= _schemas_of_problems()
    parts["responses"] = {status.name: _refused(refusal) for status, refusal in REFUSALS.items()}
    parts["securitySchemes"] |= _PROOFS
    for path, item in document["paths"].items():
        for method, said in item.items():
            _complete(_Operation(method, path, said, parts["schemas"]))
    for name in ("HTTPValidationError", "ValidationError"):  # FastAPI's own form of 422, which nothing is answered in
        parts["schemas"].pop(name, None)
    return document


def first_sentence(text: str) -> str:
    """Return what an operation does, in a line."""
    return " ".join(text.partition("\n\n")[0].split()).partition(". ")[0].removesuffix(".")


def _complete(operation: _Operation) -> None:
    said = operation.said
    said["summary"] = first_sentence(said["description"])
    if operation.is_closed:
        said["security"] = [{TOKEN: []}, {SESSION: [], CSRF: []} if operation.changes else {SESSION: []}]
    common = {str(int(status)): status for status, refusal in REFUSALS.items() if refusal.to(operation)}
    own = {status: _own(status, answer) for status, answer in said["responses"].items() if not _is_foreign(answer)}
    answers = {**{code: _by_name(status) for code, status in common.items()}, **own}
    said["responses"] = dict(sorted(answers.items()))


def _own(status: str, answer: dict[str, Any]) -> dict[str, Any]:
    """Return a route's own words; what is refused is a problem, where FastAPI writes the media type of the route."""
    if status < "400":
        return answer
    known = REFUSALS.get(HTTPStatus(int(status)))
    headers = {**((known.headers if known else None) or {}), **answer.get("headers", {})}
    content = {"content": _PROBLEM} if "content" in answer else {}
    return {**answer, **content, **({"headers": headers} if headers else {})}


def _is_foreign(answer: dict[str, Any]) -> bool:
    schemas = (content.get("schema", {}) for content in answer.get("content", {}).values())
    return any(schema.get("$ref", "").endswith("/HTTPValidationError") for schema in schemas)


def _refused(refusal: _Refusal) -> dict[str, Any]:
    headers = {"headers": refusal.headers} if refusal.headers else {}
    return {"description": refusal.words, **headers, "content": _PROBLEM}


def _by_name(status: HTTPStatus) -> dict[str, Any]:
    return {"$ref": f"#/components/responses/{status.name}"}


def _schemas_of_problems() -> dict[str, Any]:
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    return {**schema.pop("$defs", {}), "Problem": schema}
