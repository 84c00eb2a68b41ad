"""One box for numbers, codes, names, people and addresses, as far as whoever asks sees them."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.api.conftest import proof_of
from tests.splitting import split
from tests.support import NOON, somebody


def found(client, words, **asked: str):
    answer = client.get("/api/v1/search", params={"text": words, **asked})
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def test_nobody_who_is_not_logged_in_searches(stranger):
    assert stranger.get("/api/v1/search", params={"text": "370102"}).status_code == 401


@pytest.mark.parametrize("query", ["text=", "text=a&limit=0", "text=a&x=1", "text=%00", f"text={'a' * 81}", ""])
def test_a_bad_question_is_refused(client, query):
    assert client.get(f"/api/v1/search?{query}").status_code == 422


@pytest.mark.parametrize("words", ["%", "' OR 1=1 --", "_____", "🙂", "   ", "\\", "a" * 80])
def test_odd_signs_find_nothing_and_break_nothing(client, words):
    assert found(client, words) == []


def test_an_incident_is_found_by_its_number_its_beginning_and_its_eight_signs(client, cast):
    play = cast.drafted()
    number = client.get(f"/api/v1/whistles/{play.whistle_id}").json()["incident_number"]
    signs = number.rpartition("-")[2]
    for words in (number, number.lower(), number[:-3], signs, signs[:6].lower()):
        items = found(client, words)
        assert {(one["kind"], one["code"]) for one in items} >= {("incident", number), ("whistle", number)}, words
    first, second = found(client, signs)[:2]
    assert (first["kind"], second["kind"]) == ("incident", "whistle")
    assert second["id"] == str(play.whistle_id)
    west, south, east, north = first["bounds"]
    assert west <= first["lon"] <= east
    assert south <= first["lat"] <= north


def test_a_street_finds_its_own_incidents_only(stranger, cast):
    number = cast.reported_inside().number
    street = cast.reported_inside().cell_code[:9]
    somebody(cast.store, "street_officer", street, login="here")
    somebody(cast.store, "street_officer", "370103002", login="there")
    for login, is_found in (("here", True), ("there", False)):
        stranger.headers |= proof_of(login)
        for words in (number, number.rpartition("-")[2]):
            assert any(one["code"] == number for one in found(stranger, words)) is is_found


def test_places_are_found_by_code_name_and_the_way_they_are_typed(client):
    for words in ("370102001", "解放路街道", "解放路", "jfljd", "JFL", "jiefanglu"):
        streets = [one for one in found(client, words) if one["code"] == "370102001"]
        assert len(streets) == 1, words
        (street,) = streets
        assert (street["kind"], street["detail"], street["label"]["zh"]) == ("area", "street", "解放路街道")
        assert street["label"]["en"] == "Jiefanglujiedao"
        assert street["bounds"][0] < street["lon"] < street["bounds"][2]
    cells = found(client, "370102001002001")
    assert (cells[0]["kind"], cells[0]["score"]) == ("cell", 1.0)


def test_cells_are_found_as_the_grid_of_the_moment_has_them(client, store):
    then = NOON - timedelta(minutes=1)
    done = split(store, "370102001002001", now=NOON)
    whole, half = (
        next(one for one in found(client, done.code, **asked) if one["code"] == done.code)["bounds"]
        for asked in ({"as_of": then.isoformat()}, {})
    )
    assert whole == pytest.approx(done.before.bounds)
    assert half != whole
    assert [one["code"] for one in found(client, done.new_code)] == [done.new_code]
    assert found(client, done.new_code, as_of=then.isoformat()) == []
    assert found(client, done.new_code, as_of="9999-12-31T00:00:00Z") == found(client, done.new_code)


def test_organisations_and_people_are_found_and_no_telephone_number_is(client, store):
    assert ("organisation", "370102-D-CG") in {(one["kind"], one["code"]) for one in found(client, "370102-D-CG")}
    with store.owning() as unit:
        row = unit.connection.execute(
            text("SELECT name, staff_code, phone FROM person WHERE phone IS NOT NULL LIMIT 1")
        )
        person = row.one()
    for words in (person.staff_code, person.name):
        items = client.get("/api/v1/search", params={"text": words, "limit": 100})
        assert person.staff_code in {one["code"] for one in items.json()["items"]}
        assert person.phone not in items.text
    assert found(client, person.phone) == []


def test_people_lie_where_their_duties_are_and_organisations_where_they_answer(client, store):
    with store.owning() as unit:
        asked = """
            SELECT h.staff_code, c.code AS cell FROM person AS h JOIN duty AS d ON d.person_id = h.id
            JOIN cell AS c ON c.id = d.cell_id WHERE upper_inf(d.valid) AND upper_inf(c.valid) LIMIT 1
        """
        row = unit.connection.execute(text(asked)).one()
    (person,) = (one for one in found(client, row.staff_code) if one["code"] == row.staff_code)
    (cell,) = (one for one in found(client, row.cell) if one["code"] == row.cell)
    (office,) = (one for one in found(client, "370102001-S") if one["kind"] == "organisation")
    (street,) = (one for one in found(client, "370102001") if one["code"] == "370102001")
    assert person["bounds"][0] <= cell["bounds"][0] < cell["bounds"][2] <= person["bounds"][2]
    assert person["bounds"][1] <= person["lat"] <= person["bounds"][3]
    assert office["bounds"] == street["bounds"]


def test_an_address_is_found_by_the_book(client, store):
    with store.owning() as unit:
        road = unit.connection.execute(text("SELECT road || number FROM address WHERE road <> '' LIMIT 1")).scalar_one()
    addresses = [one for one in found(client, road) if one["kind"] == "address"]
    assert addresses
    assert addresses[0]["lon"] is not None


def test_who_may_not_read_the_grid_or_cases_finds_none(stranger, cast):
    number = cast.reported_inside().number
    somebody(cast.store, "administrator", "370102", login="admin")
    stranger.headers |= proof_of("admin")
    assert found(stranger, number) == []
    assert found(stranger, "解放路街道")
