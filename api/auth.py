"""Who calls: the proof in a request, as the core knows it. What it is worth is decided in the transaction."""

import hashlib
from typing import Annotated

from fastapi import Depends, Request

from gridgov.access import Caller
from gridgov.errors import NotAuthenticatedError


def _caller(request: Request) -> Caller:
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret:
        message = "You are not logged in: send a token as `Authorization: Bearer ...`."
        raise NotAuthenticatedError(message)
    return Caller(hashlib.sha256(secret.encode()).digest())


TheCaller = Annotated[Caller, Depends(_caller)]
"""The caller's proof; a request without one is answered with 401."""
