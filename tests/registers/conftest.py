"""A store with the sample district, the registers' services, and those who look after a district, a street, nothing."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from gridgov.access import Caller
from gridgov.services.intake import Intake
from gridgov.services.knowledge import KnowledgeKeeper
from gridgov.settings import Settings
from tests.support import NOON, SavepointStore, SetClock, keeper, secret_of, somebody, store

__all__ = ["keeper", "store"]

HOME = "370102"
STREET = f"{HOME}001"
OTHER_STREET = f"{HOME}002"


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture
def administrator(store: SavepointStore) -> Caller:
    return somebody(store, "administrator", HOME, login="keeper")


@pytest.fixture
def street(store: SavepointStore) -> Caller:
    return somebody(store, "administrator", STREET, login="street")


@pytest.fixture
def client(
    store: SavepointStore,
    clock: SetClock,
    keeper: KnowledgeKeeper,
    administrator: Caller,  # noqa: ARG001 - makes the account
    street: Caller,  # noqa: ARG001 - the same
) -> Iterator[TestClient]:
    """Yield a client of the district's administrator; `as_login` makes requests as others."""
    somebody(store, "planner", HOME, login="planner")
    somebody(store, "command_centre", HOME, login="centre")
    somebody(store, "grid_worker", f"{STREET}001001", login="worker")
    app = create_app(store, Settings(), clock=clock, names=["testserver"])
    app.state.intake = Intake(store, clock=clock, home_district=HOME, keeper=keeper)
    with TestClient(app, raise_server_exceptions=False) as client:
        client.headers |= proof_of("keeper")
        yield client


def proof_of(login: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret_of(login)}"}


def get(client: TestClient, path: str, login: str = "keeper", **query: Any) -> Any:
    answer = client.get(f"/api/v1/{path}", params=query, headers=proof_of(login))
    assert answer.status_code == 200, (path, answer.status_code, answer.text)
    return answer.json()
