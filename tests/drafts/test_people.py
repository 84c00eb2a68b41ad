"""Whose duties a draft changes is told with stars in it; whole names are for those who look after these people."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.app import create_app
from gridgov.services.connecting import Gov
from gridgov.services.drafting.people import starred
from gridgov.settings import Settings
from gridgov.store.tables import look
from tests.drafts.conftest import DISTRICT, code
from tests.support import EVER, secret_of


@pytest.fixture
def made(town, merged):
    """Return a draft of somebody who plans, and who may be given more than that."""
    town.give("王小明", code(1, 1, 2))
    return town.drafting.create(town.other, merged, title="并网格")


def looks(town) -> list[tuple[str, str, str]]:
    with town.store.owning() as unit:
        query = select(look.c.login, look.c.kind, look.c.purpose).where(look.c.district_code == DISTRICT)
        return [tuple(row) for row in unit.connection.execute(query)]


def grant(town, made, role: str, area_code: str) -> None:
    with town.store.owning() as unit:
        unit.access.grant(made.author_id, role, area_code, None, now=EVER, by="test")


def told(town, made, caller) -> list[tuple[str, bool, str, str]]:
    staff = town.drafting.preview(caller, made.id).staff
    return list(staff[["name", "name_is_whole", "cell", "to"]].itertuples(index=False, name=None))


def test_a_planner_is_told_of_hands_that_change_with_stars_and_that_is_no_look(town, made):
    assert told(town, made, town.other) == [("王**", False, code(1, 1, 2), code(1, 1, 1))]
    assert looks(town) == []


def test_who_looks_after_these_people_is_told_whole_names_and_each_look_is_written_down(town, made):
    grant(town, made, "administrator", DISTRICT)
    assert told(town, made, town.other) == [("王小明", True, code(1, 1, 2), code(1, 1, 1))]
    assert looks(town) == [("other", "table", f"draft {made.id} preview, names of 1 people")]
    assert told(town, made, town.planner)[0][0] == "王**"
    assert len(looks(town)) == 1


def test_who_looks_after_other_people_is_told_stars(town, made):
    grant(town, made, "administrator", f"{DISTRICT}001")  # the person belongs to the district's own office
    assert told(town, made, town.other)[0][0] == "王**"
    assert looks(town) == []


def test_every_door_hides_the_same_names(town, made):
    client = TestClient(create_app(town.store, Settings(), clock=town.clock), base_url="http://localhost")
    headers = {"Authorization": f"Bearer {secret_of('other')}"}
    gov = Gov(town.store, clock=town.clock, caller=town.other)
    for name in ("王**", "王小明"):
        answer = client.get(f"/api/v1/drafts/{made.id}/preview", headers=headers).json()["staff"]
        assert [one["name"] for one in answer] == gov.preview(made).staff["name"].tolist() == [name]
        grant(town, made, "administrator", DISTRICT)
    assert len(looks(town)) == 2


def test_a_name_of_one_character_is_all_stars():
    assert [starred(name) for name in ("王", "王强", "欧阳小明")] == ["**", "王**", "欧**"]
