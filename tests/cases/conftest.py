"""A case in the sample district with everybody around it, undone after each test."""

import pytest

from gridgov.matters import who_answers
from gridgov.services.casework import Casework
from gridgov.services.intake import Intake
from tests.cases.people import MATTER, Life, cast
from tests.support import NOON, SavepointStore, SetClock, keeper, report, store

__all__ = ["keeper", "store"]


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture
def intake(store: SavepointStore, clock: SetClock, keeper) -> Intake:
    return Intake(store, clock=clock, home_district="370102", keeper=keeper)


@pytest.fixture
def life(store: SavepointStore, clock: SetClock, keeper, intake: Intake) -> Life:
    """Return a case that was just reported."""
    return begin(store, clock, keeper, intake)


def begin(store, clock, keeper, intake) -> Life:
    """Take a report in, and make everybody around it."""
    receipt = intake.take(report(matter=MATTER), author="test")
    knowledge = intake.knowledge()
    answerers = who_answers(
        knowledge.matters,
        knowledge.organisations,
        MATTER,
        street_code=receipt.cell_code[:9],
        district_code=receipt.cell_code[:6],
    )
    other = "370102-D-HW" if answerers.lead != "370102-D-HW" else "370102-D-CG"
    people = cast(store, receipt.cell_code, answerers.lead, other)
    casework = Casework(store, clock=clock, keeper=keeper)
    return Life(store, clock, casework, intake, people, answerers.lead, other, receipt)
