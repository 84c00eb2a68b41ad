"""A town of one's own for each day: a database that commits, the application, and the first administrator."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime

import pytest

from api.app import create_app
from gridgov.clock import SHANGHAI
from gridgov.services.accounts import Administration, Machine, NewAccount, NewGrant
from gridgov.services.intake import Intake
from gridgov.services.knowledge import KnowledgeKeeper
from gridgov.settings import Settings
from gridgov.store.unit import Store
from tests.day.town import Person, Town
from tests.support import SetClock, keeper

__all__ = ["keeper"]

MORNING = datetime(2026, 6, 15, 8, 30, tzinfo=SHANGHAI)
"""A Monday, and no holiday."""


@pytest.fixture
def town(own_sample_url: str, keeper: KnowledgeKeeper, tmp_path) -> Iterator[Town]:
    clock = SetClock(MORNING)
    store = Store(own_sample_url)
    settings = Settings(rate_per_caller=0, rate_per_address=0, evidence_url=f"file://{tmp_path}")
    app = create_app(store, settings, clock=clock, names=["testserver"])
    app.state.intake = Intake(store, clock=clock, home_district="370102", keeper=keeper)
    with ExitStack() as stack:
        yield Town(app, store, clock, stack)
    store.close()


@pytest.fixture
def administrator(town: Town) -> Person:
    administration = Administration(town.store, clock=town.clock)
    made, password = administration.add(Machine("test"), NewAccount("admin", "管理员", "3701"))
    administration.give(Machine("test"), made["id"], NewGrant("administrator", "3701", None))
    person = town.people["admin"] = town.stranger("admin")
    person.come_in(password)
    person.choose_password(password)
    return person
