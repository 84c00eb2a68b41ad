"""What the doors show: the revision of a case, the mask of a reporter, who looked, where staff are."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text, update

from api.app import create_app
from gridgov.ids import new_id
from gridgov.settings import Settings
from gridgov.store.tables import credential
from tests.rows.making import make_incidents
from tests.support import NOON, SavepointStore, SetClock, secret_of, somebody

PURPOSE = {"purpose": "回访：居民说问题没有解决"}


@pytest.fixture
def made(store: SavepointStore) -> list:
    with store.transaction() as unit:
        return make_incidents(unit.connection, 30)


@pytest.fixture
def door(store: SavepointStore):
    app = create_app(store, Settings(), clock=SetClock(NOON), names=["testserver"])

    def of(
        role: str, area: str = "370102", organisation: str | None = None, scopes: list[str] | None = None
    ) -> TestClient:
        login = f"{role}-{new_id().hex[-12:]}"
        caller = somebody(store, role, area, organisation, login=login)
        with store.owning() as unit:
            mine = credential.c.secret_hash == caller.secret_hash
            unit.connection.execute(update(credential).where(mine).values(scopes=scopes))
        client = TestClient(app, raise_server_exceptions=False)
        client.headers["Authorization"] = f"Bearer {secret_of(login)}"
        return client

    return of


def home(made) -> str:
    return next(str(one["id"]) for one in made if one["district_code"] == "370102")


def test_a_case_tells_its_revision_as_an_etag(door, made):
    answer = door("command_centre").get(f"/api/v1/incidents/{home(made)}")
    assert answer.status_code == 200
    assert answer.headers["ETag"] == '"1"'


def test_a_list_is_filtered_and_walked(door, made):
    client, found, cursor = door("command_centre", "37"), [], None
    while True:
        asked = {"stage": "closed", "limit": 3, **({"cursor": cursor} if cursor else {})}
        page = client.get("/api/v1/incidents", params=asked).json()
        found += [row["id"] for row in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    wanted = sorted((str(one["id"]) for one in made if one["stage"] == "closed"), reverse=True)
    assert found == wanted


@pytest.mark.parametrize("bad", ["stage=gone", "since=2026-06-15", "number=x", "cell_code=1", "limit=0", "cursor=x"])
def test_a_filter_that_means_nothing_is_a_problem(door, bad):
    answer = door("command_centre").get(f"/api/v1/incidents?{bad}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_is_not_ones_own_is_not_found_whatever_is_asked_of_it(door, made):
    worker, hidden = door("grid_worker", "370102013999001"), home(made)
    for path in ("", "/facts", "/reporter"):
        assert worker.get(f"/api/v1/incidents/{hidden}{path}").status_code == 404
    look = worker.post(f"/api/v1/incidents/{hidden}/reporter/looks", json={"id": str(new_id()), **PURPOSE})
    assert look.status_code == 404


def test_a_reporter_is_masked_and_revealed_with_a_purpose_that_the_auditor_reads(door, made):
    centre, auditor, hidden = door("command_centre"), door("auditor"), home(made)
    assert centre.get(f"/api/v1/incidents/{hidden}/reporter").json() == {"name": "胡**", "phone": "000****0078"}
    look = {"id": str(new_id()), **PURPOSE}
    for _ in range(2):
        shown = centre.post(f"/api/v1/incidents/{hidden}/reporter/looks", json=look)
        assert shown.json() == {"name": "胡某某", "phone": "00012340078"}
    (kept,) = auditor.get("/api/v1/looks").json()["items"]
    assert (kept["purpose"], kept["incident_id"]) == (PURPOSE["purpose"], hidden)
    assert kept["login"].startswith("command_centre")
    other = centre.post(f"/api/v1/incidents/{hidden}/reporter/looks", json={**look, "purpose": "别的用途"})
    assert other.status_code == 409


def test_a_reporter_is_revealed_by_a_token_that_may_do_nothing_else(door, made):
    program, hidden = door("command_centre", scopes=["case.read", "reporter.reveal"]), home(made)
    look = {"id": str(new_id()), **PURPOSE}
    for _ in range(2):
        shown = program.post(f"/api/v1/incidents/{hidden}/reporter/looks", json=look)
        assert (shown.status_code, shown.json()["phone"]) == (200, "00012340078")
    (kept,) = door("auditor").get("/api/v1/looks").json()["items"]
    assert kept["id"] == look["id"]
    assert told_of_looks(program, hidden) == [look["id"]]


def told_of_looks(client: TestClient, incident_id: str) -> list[str]:
    facts = client.get(f"/api/v1/incidents/{incident_id}/facts").json()["items"]
    return [fact["payload"]["look"] for fact in facts if fact["kind"] == "reporter_revealed"]


def test_whoever_reads_a_case_learns_that_somebody_looked_and_not_who(door, made):
    centre, street, hidden = door("command_centre"), door("street_officer"), home(made)
    look = {"id": str(new_id()), **PURPOSE}
    assert centre.post(f"/api/v1/incidents/{hidden}/reporter/looks", json=look).status_code == 200
    assert told_of_looks(street, hidden) == [look["id"]]
    facts = street.get(f"/api/v1/incidents/{hidden}/facts").text
    assert "command_centre" not in facts
    assert PURPOSE["purpose"] not in facts
    assert street.get("/api/v1/looks").status_code == 403


def test_the_nonce_of_a_look_is_shown_to_nobody(door, made, store):
    centre, auditor, hidden = door("command_centre"), door("auditor"), home(made)
    centre.post(f"/api/v1/incidents/{hidden}/reporter/looks", json={"id": str(new_id()), **PURPOSE})
    with store.owning() as unit:
        nonce = unit.connection.execute(text("SELECT nonce::text FROM look")).scalar_one()
    assert nonce not in auditor.get("/api/v1/looks").text
    assert nonce not in auditor.get(f"/api/v1/incidents/{hidden}/facts").text


@pytest.mark.parametrize(
    ("name", "phone", "shown"),
    [
        ("欧", "88123456", ("**", "****56")),
        ("欧阳某", "0531-88123456", ("欧**", "053****3456")),
        ("某", "110", ("**", "****")),
        ("某某", None, ("某**", None)),
        (None, "0001234007", (None, "****07")),
    ],
)
def test_a_mask_hides_most_of_a_short_number_and_all_of_a_short_name(store, door, made, name, phone, shown):
    with store.owning() as unit:
        unit.connection.execute(
            text("UPDATE reporter SET name = :name, phone = :phone"), {"name": name, "phone": phone}
        )
    found = door("command_centre").get(f"/api/v1/incidents/{home(made)}/reporter").json()
    assert (found["name"], found["phone"]) == shown


@pytest.mark.parametrize("role", ["street_officer", "auditor"])
def test_without_the_role_a_reporter_stays_masked_and_no_look_is_kept(door, made, role):
    answer = door(role).post(f"/api/v1/incidents/{home(made)}/reporter/looks", json={"id": str(new_id()), **PURPOSE})
    assert answer.status_code == 403
    assert "00012340078" not in answer.text
    assert door("auditor").get("/api/v1/looks").json()["items"] == []


@pytest.mark.parametrize("purpose", ["", "x", "    "])
def test_a_look_without_a_purpose_is_refused(door, made, purpose):
    look = {"id": str(new_id()), "purpose": purpose}
    assert door("command_centre").post(f"/api/v1/incidents/{home(made)}/reporter/looks", json=look).status_code == 422


def test_looks_are_read_by_who_may(door):
    assert door("command_centre").get("/api/v1/looks").status_code == 403


def test_positions_need_a_person_and_a_look_a_purpose(door):
    centre = door("command_centre")
    assert centre.post("/api/v1/shifts", json={"id": str(new_id())}).status_code == 403
    assert centre.get("/api/v1/positions").status_code == 422
    assert centre.get("/api/v1/positions", params={"purpose": "值班大屏"}).json()["items"] == []
    assert door("grid_worker").get("/api/v1/positions", params={"purpose": "值班大屏"}).status_code == 403


@pytest.mark.usefixtures("made")
def test_the_day_is_counted_as_far_as_it_is_seen(door):
    centre, nobody = door("command_centre", "37"), door("administrator")
    assert centre.get("/api/v1/summary").json()["reports"] > 0
    assert nobody.get("/api/v1/summary").json()["reports"] == 0
