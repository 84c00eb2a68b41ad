"""A district with cases that lived and were sealed; each test tampers with it in a transaction of its own."""

import hashlib
import io
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import geopandas as gpd
import pytest
from sqlalchemy import text

from gridgov.access import Caller
from gridgov.evidence import Announcement
from gridgov.ids import new_id
from gridgov.incidents import Reporter, Stage
from gridgov.services.attaching import Attaching
from gridgov.services.auditing import Verdict, examine
from gridgov.services.intake import Intake
from gridgov.services.sealing import seal_district
from gridgov.settings import Settings
from gridgov.store.cluster.database import connected
from gridgov.store.entering import jobs_url
from gridgov.store.objects import Objects
from gridgov.store.unit import Store, Unit
from tests.apart import cluster, own_sample_url, sample_url
from tests.cases.conftest import begin
from tests.conftest import _SAMPLE, SAMPLE
from tests.evidence.files import photo
from tests.support import NOON, SetClock, keeper, over, report

__all__ = ["cluster", "keeper", "own_sample_url", "sample_url"]

DISTRICT = "370102"


@dataclass
class Sealed:
    """A sealed district, and who lived in it; `serving` is its store as programs that serve have it."""

    store: Store
    serving: Store
    objects: Objects
    clock: SetClock
    life: UUID
    quiet: UUID
    people: dict[str, Caller]

    @contextmanager
    def tampered(self) -> Iterator["Tampering"]:
        """Yield a transaction in which anything can be done by SQL; nothing of it stays."""
        with self.store.engine.connect() as connection:
            transaction = connection.begin()
            yield Tampering(Unit(connection), self.clock)
            transaction.rollback()


@dataclass
class Tampering:
    """What an owner of the database can do, and what verifying says to it."""

    unit: Unit
    clock: SetClock

    def run(self, sql: str, **values: Any) -> int:
        return self.unit.connection.execute(text(sql), values).rowcount

    def ask(self, sql: str, **values: Any) -> Any:
        return self.unit.connection.execute(text(sql), values).scalar_one()

    def verdict(self, *heads: str) -> Verdict:
        return examine(self.unit, DISTRICT, now=self.clock(), heads=heads)

    def found(self) -> set[tuple[str, int | None]]:
        return {(finding.what.value, finding.seq) for finding in self.verdict().findings}


def seal_now(store: Store, clock: SetClock) -> int:
    clock.move(timedelta(minutes=2))
    with store.transaction() as unit:
        return seal_district(unit, DISTRICT, clock())


@pytest.fixture(scope="session")
def sealed(cluster: Any, sample_url: str, keeper: Any, tmp_path_factory: Any) -> Iterator[Sealed]:  # noqa: ARG001 - it makes the template
    name = f"gridgov_audit_{uuid.uuid4().hex}"
    with connected(cluster.server.socket) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {_SAMPLE} STRATEGY wal_log")
    store, serving = Store(cluster.url(name)), Store(jobs_url(cluster.url(name)))
    try:
        yield _lived(store, serving, keeper, tmp_path_factory.mktemp("files"))
    finally:
        serving.close()
        store.close()
        with connected(cluster.server.socket) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _lived(store: Store, serving: Store, keeper: Any, folder: Path) -> Sealed:
    clock = SetClock(NOON)
    objects = Objects.configured(Settings(evidence_url=(folder / "kept").as_uri()))
    intake = Intake(store, clock=clock, home_district=DISTRICT, keeper=keeper)
    life = begin(store, clock, keeper, intake)
    life.to(Stage.CLOSED)
    seal_now(store, clock)
    attach(Attaching(store, objects, clock=clock, most=10**7), life.people["worker"], life.receipt.id)
    buildings = gpd.read_parquet(SAMPLE / "buildings.parquet")
    border = buildings.loc[buildings["id"] == "B-BORDER-1", "geometry"].iloc[0]
    intake.take(report(position=over(border)), author="test")
    intake.take(report(position=None, address="泉城广场"), author="test")
    intake.take(report(district_code=DISTRICT, external_number="H-1", reporter=Reporter("某甲", "000")), author="test")
    quiet = intake.take(report(text="路灯不亮"), author="test").id
    seal_now(store, clock)
    return Sealed(store, serving, objects, clock, life.receipt.id, quiet, life.people)


def attach(attaching: Attaching, caller: Caller, incident_id: UUID) -> None:
    file = photo()
    digest = hashlib.sha256(file).digest()
    announced = Announcement(new_id(), incident_id, None, "现场.jpg", "image/jpeg", len(file), digest)
    attaching.announce(caller, announced)
    attaching.receive(caller, announced.id, 1, io.BytesIO(file), digest)
    attaching.complete(caller, announced.id)
