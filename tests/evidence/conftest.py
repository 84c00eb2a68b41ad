"""Attachments over the sample district: a case, people who may see it and people who may not, and a folder of files."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from gridgov.access import Caller
from gridgov.services.attaching import Attaching
from gridgov.services.intake import Intake, Receipt
from gridgov.services.showing import Gallery
from gridgov.settings import Settings
from gridgov.store.objects import Objects
from tests.support import NOON, SavepointStore, SetClock, keeper, report, somebody, store

__all__ = ["keeper", "store"]


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture
def case(store: SavepointStore, clock: SetClock, keeper) -> Receipt:
    return Intake(store, clock=clock, home_district="370102", keeper=keeper).take(report(), author="test")


@pytest.fixture
def incident_id(case: Receipt) -> UUID:
    return case.id


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(evidence_url=(tmp_path / "kept").as_uri())


@pytest.fixture
def objects(settings: Settings) -> Objects:
    return Objects.configured(settings)


@pytest.fixture
def attaching(store: SavepointStore, objects: Objects, clock: SetClock) -> Attaching:
    return Attaching(store, objects, clock=clock, most=20_000_000)


@pytest.fixture
def gallery(store: SavepointStore, objects: Objects, clock: SetClock) -> Gallery:
    return Gallery(store, objects, clock=clock)


@pytest.fixture
def worker(store: SavepointStore, case: Receipt) -> Caller:
    """Return a grid worker of the case's cell."""
    return somebody(store, "grid_worker", str(case.cell_code))


@pytest.fixture
def street(store: SavepointStore, case: Receipt) -> Caller:
    """Return an officer of the case's street."""
    return somebody(store, "street_officer", str(case.cell_code)[:9])


@pytest.fixture
def stranger(store: SavepointStore) -> Caller:
    """Return a grid worker of another district."""
    return somebody(store, "grid_worker", "370103001001001")


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """Yield a folder on a disk of one megabyte."""
    folder = tmp_path / "small"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)], check=False)
    if made.returncode:
        pytest.skip("only root can mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
