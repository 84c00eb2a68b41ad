"""The application as a phone meets it, with one keeper of what decides for all tests of a worker."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pandas as pd
import pytest
from fastapi.testclient import TestClient

from gridgov.ids import new_id
from gridgov.services import knowledge
from gridgov.services.knowledge import KnowledgeKeeper
from tests.api.conftest import proof_of, stranger
from tests.conftest import SAMPLE
from tests.support import EVER, FAR, NOON, SavepointStore, keeper, secret_of, store

__all__ = ["As", "keeper", "store", "stranger"]

As = Callable[..., dict[str, str]]
"""Makes an account with a role over an area, maybe for an organisation, and returns the header that proves it."""


@pytest.fixture
def phone(stranger: TestClient, store: SavepointStore, keeper: KnowledgeKeeper) -> TestClient:
    """Return a client that nobody has logged in yet; the clock stands at noon."""
    knowledge._keepers[store] = keeper
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


class Crew:
    """The people around one cell of the sample, each with the header that proves who they are."""

    cell = "370102011014002"

    def __init__(self, phone: TestClient, as_: As) -> None:
        self.phone = phone
        self.people = {
            "worker": as_("grid_worker", self.cell),
            "other": as_("grid_worker", self.cell),
            "far": as_("grid_worker", "370102001"),
            "office": as_("street_officer", self.cell[:9]),
            "department": as_("department_officer", "370102", "370102-D-ZF"),
            "stranger_department": as_("department_officer", "370102", "370102-D-GA"),
            "centre": as_("command_centre", "370102"),
            "city": as_("command_centre", "3701"),
            "planner": as_("planner", "370102"),
            "auditor": as_("auditor", "370102"),
            "administrator": as_("administrator", "3701"),
        }

    def get(self, who: str, path: str, **more: Any) -> Any:
        """Return what somebody is answered who reads."""
        answer = self.phone.get(f"/api/v1/{path}", headers=self.people[who], **more)
        assert answer.status_code == 200, (who, path, answer.text)
        return answer.json()

    def post(self, who: str, path: str, *, status: int | set[int] = 200, **body: Any) -> Any:
        """Return what somebody is answered who sends; with an id of its own unless one is given."""
        answer = self.phone.post(f"/api/v1/{path}", json={"id": str(new_id()), **body}, headers=self.people[who])
        assert answer.status_code in (status if isinstance(status, set) else {status}), (who, path, answer.text)
        return answer.json()

    def act(self, who: str, incident_id: str, act: str, **body: Any) -> Any:
        """Act upon a case."""
        return self.post(who, f"incidents/{incident_id}/acts/{act}", **body)

    def report(self, who: str = "worker", **changes: Any) -> str:
        """Report something in the crew's cell, and return its id."""
        said = {
            "channel": "grid_worker",
            "matter": "20601",
            "text": "楼顶加盖，正在浇筑",
            "position": {"datum": "wgs84", "lon": 117.0902, "lat": 36.6512},
            "reported_at": (NOON - timedelta(minutes=3)).isoformat(),
        }
        return str(self.post(who, "incidents", status=201, **{**said, **changes})["id"])


@pytest.fixture
def crew(phone: TestClient, as_: As) -> Crew:
    """Return people around one cell."""
    return Crew(phone, as_)


@dataclass
class Walker:
    """A member of the sample's staff with cells of their own."""

    person: tuple[str, UUID]
    cells: list[str]
    proof: dict[str, str]


@pytest.fixture
def walker(store: SavepointStore, as_: As) -> Walker:
    """Return whoever of the sample answers for most cells as a grid worker, with an account over them."""
    duties = pd.read_csv(SAMPLE / "duties.csv", dtype=str, keep_default_na=False)
    held = duties[(duties["role"] == "grid_worker") & (duties["valid_to"] == "") & (duties["target_kind"] == "cell")]
    held = held[held["target_code"].str.startswith("370102011")]
    code = str(held["staff_code"].value_counts().sort_index(kind="stable").idxmax())
    cells = sorted(held.loc[held["staff_code"] == code, "target_code"])
    with store.transaction() as unit:
        person = ("370102", unit.people.person_ids("370102")[code])
    return Walker(person, cells, as_("grid_worker", cells[0][:9], person=person))
