"""Who calls: the proof in a request, as the core knows it. What it is worth is decided in the transaction."""

import hashlib
from typing import Annotated

from fastapi import Depends, Request

from api.deps import Services
from gridgov.access import Caller, Subject
from gridgov.errors import NotAuthenticatedError


def _caller(request: Request) -> Caller:
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret:
        message = "You are not logged in: send a token as `Authorization: Bearer ...`."
        raise NotAuthenticatedError(message)
    return Caller(hashlib.sha256(secret.encode()).digest())


TheCaller = Annotated[Caller, Depends(_caller)]
"""The caller's proof; a request without one is answered with 401."""


def logged_in(caller: TheCaller, request: Request) -> Subject:
    """Return who calls, found out before anything else is done: for routes whose service does not ask itself."""
    services: Services = request.app.state.services
    with services.store.acting(caller, now=services.clock()) as unit:
        return unit.subject


TheSubject = Annotated[Subject, Depends(logged_in)]
"""Who calls, with the grants in force; anybody else is answered with 401."""
