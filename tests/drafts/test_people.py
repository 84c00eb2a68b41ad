"""Whose duties a draft changes is told by name, as the register of duties tells it, through every door."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.app import create_app
from gridgov.services.connecting import Gov
from gridgov.settings import Settings
from gridgov.store.tables import look
from tests.drafts.conftest import code
from tests.support import secret_of

NAME = "王小明"


@pytest.fixture
def made(town, merged):
    """Return a draft that takes a cell of somebody's."""
    town.give(NAME, code(1, 1, 2))
    return town.drafting.create(town.other, merged, title="并网格")


def test_whoever_plans_or_approves_is_told_whose_hands_change(town, made):
    for caller in (town.planner, town.other, town.centre):
        (one,) = town.drafting.preview(caller, made.id).staff.to_dict("records")
        assert (one["name"], one["cell"], one["to"]) == (NAME, code(1, 1, 2), code(1, 1, 1))


def test_every_door_tells_the_names_that_the_register_tells_and_that_is_no_look(town, made):
    client = TestClient(create_app(town.store, Settings(), clock=town.clock), base_url="http://localhost")
    headers = {"Authorization": f"Bearer {secret_of('other')}"}
    gov = Gov(town.store, clock=town.clock, caller=town.other)
    previewed = client.get(f"/api/v1/drafts/{made.id}/preview", headers=headers).json()["staff"]
    answer = client.get("/api/v1/duties", params={"cell": code(1, 1, 2)}, headers=headers)
    registered = {one["person_id"]: one["name"] for one in answer.json()["items"]}
    assert [one["name"] for one in previewed] == gov.preview(made).staff["name"].tolist() == [NAME]
    assert [registered[one["person_id"]] for one in previewed] == [NAME]
    with town.store.owning() as unit:
        assert unit.connection.execute(select(look.c.login)).all() == []


def test_no_preview_tells_by_which_number_people_are_called(town, made):
    assert "phone" not in town.drafting.preview(town.planner, made.id).staff
