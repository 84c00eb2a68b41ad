"""The application over a store inside a savepoint, with a clock that stands at noon."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from gridgov.services.intake import Intake
from gridgov.services.knowledge import KnowledgeKeeper
from gridgov.settings import Settings
from tests.support import NOON, SavepointStore, SetClock, keeper, store

__all__ = ["keeper", "store"]


@pytest.fixture
def client(store: SavepointStore, keeper: KnowledgeKeeper) -> Iterator[TestClient]:
    clock = SetClock(NOON)
    app = create_app(store, Settings(), clock=clock, names=["testserver"])
    app.state.intake = Intake(store, clock=clock, home_district="370102", keeper=keeper)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client
