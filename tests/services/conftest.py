"""A store with the sample district, undone after each test, and the intake over it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from gridgov.services.intake import Intake
from gridgov.services.knowledge import KnowledgeKeeper
from tests.support import NOON, SavepointStore, SetClock


@pytest.fixture(scope="session")
def sample_engine(sample_url: str) -> Iterator[Engine]:
    engine = create_engine(sample_url)
    yield engine
    engine.dispose()


@pytest.fixture
def store(sample_engine: Engine) -> Iterator[SavepointStore]:
    with sample_engine.connect() as connection:
        transaction = connection.begin()
        yield SavepointStore(connection)
        transaction.rollback()


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture(scope="session")
def keeper() -> KnowledgeKeeper:
    return KnowledgeKeeper(Path(os.environ["GRIDGOV_CACHE_DIR"]))


@pytest.fixture
def intake(store: SavepointStore, clock: SetClock, keeper: KnowledgeKeeper) -> Intake:
    return Intake(store, clock=clock, home_district="370102", keeper=keeper)
