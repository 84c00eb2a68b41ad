"""A store with the sample district, undone after each test, and the intake over it."""

import pytest

from gridgov.services.intake import Intake
from tests.support import NOON, SavepointStore, SetClock, keeper, store

__all__ = ["keeper", "store"]


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture
def intake(store: SavepointStore, clock: SetClock, keeper) -> Intake:
    return Intake(store, clock=clock, home_district="370102", keeper=keeper)
