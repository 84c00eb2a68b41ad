"""Accounts with passwords, and the application over a store inside a savepoint."""

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient

from api.app import create_app
from gridgov.ids import new_id
from gridgov.services.accounts import Administration, Entrance, Machine
from gridgov.services.accounts.entering import Terms
from gridgov.services.accounts.hashing import Hasher
from gridgov.services.intake import Intake
from gridgov.services.knowledge import KnowledgeKeeper
from gridgov.settings import Settings
from tests.support import EVER, NOON, SavepointStore, SetClock, keeper, store

__all__ = ["keeper", "store"]

MACHINE = Machine("test")
PASSWORD = "correct horse battery"  # noqa: S105 - of accounts that live as long as a test
HERE = "http://testserver"
_QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

MakeAccount = Callable[..., UUID]


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture
def hasher() -> Hasher:
    """Return a hasher that is quick, because tests hash much."""
    return Hasher(_QUICK)


@pytest.fixture
def entrance(store: SavepointStore, clock: SetClock, hasher: Hasher) -> Entrance:
    return Entrance(store, clock=clock, terms=Terms.of(Settings()), hasher=hasher)


@pytest.fixture
def administration(store: SavepointStore, clock: SetClock, hasher: Hasher) -> Administration:
    return Administration(store, clock=clock, hasher=hasher)


@pytest.fixture
def account(store: SavepointStore, hasher: Hasher) -> MakeAccount:
    """Return what makes an account with a password and maybe a role."""
    hashed = hasher.hashed(PASSWORD)

    def make(
        login: str, role: str | None = None, area: str = "370102", *, organisation: str | None = None, home: str = ""
    ) -> UUID:
        with store.transaction() as unit:
            account_id = unit.access.add_account(login, login, now=EVER)
            unit.accounts.change(account_id, {"area_code": home or area})
            unit.accounts.set_password(account_id, hashed, must_change=False)
            if role:
                unit.access.grant(account_id, role, area, organisation, now=EVER, by="test")
        return account_id

    return make


@pytest.fixture
def client(
    store: SavepointStore,
    keeper: KnowledgeKeeper,
    clock: SetClock,
    entrance: Entrance,
    administration: Administration,
) -> Iterator[TestClient]:
    """Yield a browser that nobody has logged in with; it says where it comes from, as browsers do."""
    app = create_app(store, Settings(), clock=clock, names=["testserver"])
    app.state.intake = Intake(store, clock=clock, home_district="370102", keeper=keeper)
    app.state.services._made |= {Entrance: entrance, Administration: administration}
    with TestClient(app, raise_server_exceptions=False, headers={"Origin": HERE}) as client:
        yield client


def log_in(client: TestClient, login: str, password: str = PASSWORD) -> dict[str, str]:
    """Log a browser in, and return the header its pages send."""
    answer = client.post("/api/v1/login", json={"login": login, "password": password})
    assert answer.status_code == 200, answer.text
    return {"X-CSRF-Token": answer.json()["csrf"]}


def report_body() -> dict[str, object]:
    return {
        "id": str(new_id()),
        "reported_at": "2026-06-15T11:57:00+08:00",
        "channel": "grid_worker",
        "matter": "20908",
        "text": "楼下施工到半夜，没法休息",
        "position": {"datum": "wgs84", "lon": 117.0902, "lat": 36.6512, "accuracy_m": 8},
    }
