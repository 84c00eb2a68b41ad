"""The application as a phone meets it, with one keeper of what decides for all tests of a worker."""

import hashlib
from collections.abc import Callable
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from gridgov.clock import Clock
from gridgov.ids import new_id
from gridgov.services.foretelling import Foretelling
from gridgov.services.knowledge import KnowledgeKeeper
from tests.api.conftest import proof_of, stranger
from tests.support import EVER, FAR, SavepointStore, keeper, secret_of, store

__all__ = ["As", "keeper", "store", "stranger"]

As = Callable[..., dict[str, str]]
"""Makes an account with a role over an area, maybe for an organisation, and returns the header that proves it."""


@pytest.fixture
def phone(stranger: TestClient, store: SavepointStore, keeper: KnowledgeKeeper) -> TestClient:
    """Return a client that nobody has logged in yet; the clock stands at noon."""
    services = stranger.app.state.services  # type: ignore[attr-defined]  # FastAPI's
    clock: Clock = services.clock
    services._made[Foretelling] = Foretelling(store, clock=clock, keeper=keeper)
    return stranger


@pytest.fixture
def as_(store: SavepointStore) -> As:
    """Return what makes accounts; `person` names whose, `scopes` limits the token."""

    def made(
        role: str,
        area_code: str = "370102",
        organisation_code: str | None = None,
        *,
        person: tuple[str, UUID] | None = None,
        scopes: list[str] | None = None,
    ) -> dict[str, str]:
        login = f"{role}-{new_id().hex[-12:]}"
        secret_hash = hashlib.sha256(secret_of(login).encode()).digest()
        with store.transaction() as unit:
            account_id = unit.access.add_account(login, login, now=EVER, person=person)
            unit.access.grant(account_id, role, area_code, organisation_code, now=EVER, by="test")
            unit.access.add_credential(account_id, "token", secret_hash, now=EVER, expires_at=FAR, scopes=scopes)
        return proof_of(login)

    return made
