"""A store with the sample district, a book of its rules, and people who may and may not look after them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from gridgov.access import Caller
from gridgov.services.intake import Intake
from gridgov.services.knowledge import KnowledgeKeeper
from gridgov.services.rules import RuleBook
from gridgov.settings import Settings
from tests.support import SavepointStore, SetClock, keeper, secret_of, somebody, store

__all__ = ["keeper", "store"]

HOME = "370102"


@pytest.fixture
def clock(store: SavepointStore) -> SetClock:
    """Return a clock that stands an hour after the sample's list came into force."""
    with store.transaction() as unit:
        return SetClock(unit.rules.versions()[0]["since"] + timedelta(hours=1))


@pytest.fixture
def book(store: SavepointStore, clock: SetClock) -> RuleBook:
    return RuleBook(store, clock=clock, home_district=HOME)


@pytest.fixture
def intake(store: SavepointStore, clock: SetClock, keeper: KnowledgeKeeper) -> Intake:
    return Intake(store, clock=clock, home_district=HOME, keeper=keeper)


@pytest.fixture
def keeper_of_rules(store: SavepointStore) -> Caller:
    return somebody(store, "administrator", HOME, login="keeper")


@pytest.fixture
def centre(store: SavepointStore) -> Caller:
    return somebody(store, "command_centre", HOME, login="centre")


@pytest.fixture
def client(
    store: SavepointStore,
    clock: SetClock,
    intake: Intake,
    keeper_of_rules: Caller,  # noqa: ARG001 - makes the account
) -> Iterator[TestClient]:
    app = create_app(store, Settings(), clock=clock, names=["testserver"])
    app.state.intake = intake
    with TestClient(app, raise_server_exceptions=False) as client:
        client.headers |= proof_of("keeper")
        yield client


def proof_of(login: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret_of(login)}"}


def written(folder: Path, name: str, *lines: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path
