"""The application over a store inside a savepoint, with a clock that stands at noon."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, create_engine

from api.app import create_app
from gridgov.services.intake import Intake
from gridgov.services.knowledge import KnowledgeKeeper
from gridgov.settings import Settings
from tests.support import NOON, SavepointStore, SetClock


@pytest.fixture(scope="session")
def sample_engine(sample_url: str) -> Iterator[Engine]:
    engine = create_engine(sample_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def keeper() -> KnowledgeKeeper:
    return KnowledgeKeeper(Path(os.environ["GRIDGOV_CACHE_DIR"]))


@pytest.fixture
def store(sample_engine: Engine) -> Iterator[SavepointStore]:
    with sample_engine.connect() as connection:
        transaction = connection.begin()
        yield SavepointStore(connection)
        transaction.rollback()


@pytest.fixture
def client(store: SavepointStore, keeper: KnowledgeKeeper) -> Iterator[TestClient]:
    clock = SetClock(NOON)
    app = create_app(store, Settings(), clock=clock)
    app.state.intake = Intake(store, clock=clock, home_district="370102", keeper=keeper)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client
