"""A migrated database that commits, people in it, notices for them, and channels that remember."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, insert, select, text, update

from gridgov.access import Caller
from gridgov.ids import new_id
from gridgov.messages import Address, AddressKind, Audience, Capabilities, Message, Notice, Preferences, Receipt
from gridgov.services.messaging import Courier, Fan
from gridgov.store.cluster import Cluster
from gridgov.store.cluster.database import connected
from gridgov.store.tables import (
    account,
    account_grant,
    change,
    credential,
    delivery,
    delivery_item,
    endpoint,
    inbox,
    organisation,
    preference,
)
from gridgov.store.tables import notice as notices
from gridgov.store.unit import Store
from tests.support import NOON, SetClock, somebody

WEBHOOK = Capabilities(AddressKind.ENDPOINT)
EMAIL = Capabilities(AddressKind.EMAIL, html=True, digests=True)
_EMPTIED = (delivery_item, delivery, endpoint, inbox, preference, notices, change)
NEVER_QUIET = Preferences(quiet_from=NOON.time(), quiet_until=NOON.time())


@pytest.fixture(scope="session")
def messages_url(cluster: Cluster, database_url: str) -> Iterator[str]:  # noqa: ARG001 - it makes the template
    """Yield the URL of a migrated database for tests of messages that commit."""
    name = f"gridgov_messages_{uuid.uuid4().hex}"
    with connected(cluster.server.socket) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE gridgov_template STRATEGY wal_log")
    yield cluster.url(name)
    with connected(cluster.server.socket) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def kept(messages_url: str) -> Iterator[Store]:
    """Yield a store whose transactions commit; what a test leaves behind is removed."""
    store = Store(messages_url)
    yield store
    with store.transaction() as unit:
        unit.connection.execute(text(f"TRUNCATE {', '.join(table.name for table in _EMPTIED)}"))
        for table in (credential, account_grant, account):
            unit.connection.execute(delete(table))
    store.close()


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON)


@dataclass
class Memory:
    """A channel that remembers what it was given; `answers` are raised in turn before it takes anything."""

    name: str = "email"
    capabilities: Capabilities = EMAIL
    sent: list[tuple[Message, str]] = field(default_factory=list)
    answers: list[BaseException] = field(default_factory=list)
    _lock: Any = field(default_factory=Lock)

    def send(self, message: Message, address: Address) -> Receipt:
        with self._lock:
            if self.answers:
                raise self.answers.pop(0)
            self.sent.append((message, address.value))
            return Receipt("ok")


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def fan(kept: Store, clock: SetClock) -> Callable[..., int]:
    """Return a function that passes on all notices, with the channels given."""

    def run(**channels: Capabilities) -> int:
        fanned = 0
        while True:
            with kept.transaction() as unit:
                done = Fan(channels or {"email": EMAIL, "webhook": WEBHOOK}).sweep(unit, clock(), 200)
            if not done:
                return fanned
            fanned += done

    return run


@pytest.fixture
def courier(kept: Store, clock: SetClock, memory: Memory) -> Courier:
    return Courier(kept, clock=clock, channels={memory.name: memory}, chance=lambda: 0.0)


def person(
    store: Store,
    role: str = "command_centre",
    area: str = "370102",
    organisation_code: str | None = None,
    **wishes: Any,
) -> tuple[UUID, Caller]:
    """Make somebody with an e-mail address, who sleeps never unless `wishes` say so; return account and proof."""
    if organisation_code:
        with store.transaction() as unit:
            if not unit.messages.names([f"organisation:{organisation_code}"]):
                make_organisation(unit.connection, organisation_code)
    login = f"{role}-{new_id().hex[-12:]}"
    caller = somebody(store, role, area, organisation_code, login=login)
    quiet = {"quiet_from": NEVER_QUIET.quiet_from, "quiet_until": NEVER_QUIET.quiet_until}
    with store.transaction() as unit:
        who = unit.connection.execute(select(account.c.id).where(account.c.login == login)).scalar_one()
        unit.connection.execute(update(account).where(account.c.id == who).values(email=f"{login}@example.org"))
        unit.messages.set_preferences(who, Preferences(**{**quiet, **wishes}), now=NOON)
    return who, caller


def make_organisation(connection: Any, code: str, name: str = "城管局") -> None:
    values = {"id": new_id(), "code": code, "name": name, "kind": "department", "area_code": "370102"}
    connection.execute(insert(organisation).values(values))


def notice(kind: str = "case.dispatched", *, to: Audience, district: str = "370102", **changes: Any) -> Notice:
    plain: dict[str, Any] = {"data": {"number": "370102-20260615-7K2M9QXA"}, "dedup": new_id().hex}
    return Notice(kind, district, to, **{**plain, **changes})


def post(store: Store, *notices: Notice, at: datetime = NOON) -> None:
    with store.transaction() as unit:
        unit.messages.post(notices, at=at)


def inbox_of(store: Store, who: UUID) -> list[str]:
    with store.transaction() as unit:
        return [row.kind for row in unit.messages.inbox(who, limit=10_000)]


def deliveries(store: Store) -> list[Any]:
    with store.transaction() as unit:
        return list(unit.connection.execute(select(delivery).order_by(delivery.c.id)))
