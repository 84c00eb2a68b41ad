"""A store with the sample district, undone after each test, and whoever takes part in a whistle over it."""

import pytest

from gridgov.services.intake import Intake
from gridgov.services.whistling import Whistling
from tests.support import NOON, SavepointStore, SetClock, keeper, store
from tests.whistles.stage import Cast

__all__ = ["keeper", "store"]


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture
def intake(store: SavepointStore, clock: SetClock, keeper) -> Intake:
    return Intake(store, clock=clock, home_district="370102", keeper=keeper)


@pytest.fixture
def whistling(store: SavepointStore, clock: SetClock) -> Whistling:
    return Whistling(store, clock=clock)


@pytest.fixture
def cast(store: SavepointStore, clock: SetClock, intake: Intake, whistling: Whistling) -> Cast:
    return Cast(store, clock, intake, whistling)
