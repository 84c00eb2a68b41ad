"""Texts that no database can keep: PostgreSQL holds every character but NUL."""

import json
from collections.abc import Iterator

from fastapi import Request
from fastapi.exceptions import RequestValidationError

from api.limits import is_gathered

_NUL = "\x00"
_SIGN = b"\\u0000"
"""How JSON writes it; written otherwise it is no JSON."""
_SAID = "This text holds the character NUL, which cannot be kept: leave it out."


async def require_storable(request: Request) -> None:
    """Refuse a JSON body in which a text holds a NUL, wherever in it.

    Raises
    ------
    RequestValidationError
        That names each of them.
    """
    if not is_gathered(request.scope) or "json" not in request.headers.get("content-type", ""):
        return
    body = await request.body()
    if _SIGN not in body:
        return
    faults = [{"type": "nul", "loc": ("body", *where), "msg": _SAID} for where in _held(json.loads(body), ())]
    if faults:
        raise RequestValidationError(faults)


def _held(told: object, where: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """Yield where a NUL is; where it is in a name, what that names a part of."""
    match told:
        case str() if _NUL in told:
            yield where
        case dict():
            for name, part in told.items():
                yield from [where] if _NUL in name else _held(part, (*where, name))
        case list():
            for number, part in enumerate(told):
                yield from _held(part, (*where, number))
