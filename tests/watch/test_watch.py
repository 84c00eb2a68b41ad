"""What is late and what is soon, and the wall's numbers: of cases, sides and summons, as far as one sees them."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import text

from gridgov.services.connecting import Gov
from gridgov.services.watching import Watching
from tests.api.conftest import proof_of
from tests.rows.making import make_incidents
from tests.support import NOON, SetClock, at, report, somebody
from tests.whistles.stage import passed

DAY = timedelta(days=1)


@pytest.fixture
def watching(store, clock) -> Watching:
    return Watching(store, clock=clock)


@pytest.mark.parametrize("path", ["watch", "figures"])
def test_nobody_who_is_not_logged_in_watches(stranger, path):
    assert stranger.get(f"/api/v1/{path}").status_code == 401


@pytest.mark.parametrize(
    "query",
    [
        "watch?within_minutes=-1",
        "watch?limit=0",
        "watch?limit=1001",
        "watch?x=1",
        "figures?x=1",
        "watch?as_of=noon",
        "figures?as_of=2026-06-15T12:00:00",
        "watch?as_of=9999-12-31T23:59:59-18:00",
    ],
)
def test_a_bad_question_is_refused(client, query):
    assert client.get(f"/api/v1/{query}").status_code == 422


@pytest.mark.parametrize("path", ["watch", "figures"])
def test_who_reads_no_cases_is_told_so(stranger, store, path):
    somebody(store, "administrator", "370102", login="admin")
    assert stranger.get(f"/api/v1/{path}", headers=proof_of("admin")).status_code == 403


@pytest.mark.parametrize("as_of", [None, "2025-06-15T12:00:00+08:00"])
def test_where_nothing_happened_nothing_is_late(client, as_of):
    asked = {"as_of": as_of} if as_of else {}
    answer = client.get("/api/v1/watch", params=asked).json()
    assert (answer["late"], answer["soon"], answer["late_total"], answer["soon_total"]) == ([], [], 0, 0)
    figures = client.get("/api/v1/figures", params=asked).json()
    assert figures["open"] == figures["reports_24h"] == figures["whistles"]["open"] == 0
    assert set(figures["by_stage"].values()) == {0}


@pytest.mark.parametrize("as_of", ["0001-01-01T00:00:00Z", "0001-01-01T12:00:00Z", "1949-10-01T15:00:00+08:00"])
@pytest.mark.parametrize("path", ["watch?", "figures?", "incidents?", "incidents?since=0001-01-01T00:00:00Z&"])
def test_before_anything_there_was_nothing_not_even_where_the_calendar_begins(client, cast, path, as_of):
    cast.drafted()
    answer = client.get(f"/api/v1/{path}as_of={quote(as_of)}")
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert said.get("late", []) in ([], 0)
    assert said.get("items", []) == []
    assert said.get("open", 0) == 0


def kinds(rows) -> Counter:
    return Counter((row["subject"], row["due_kind"]) for row in rows)


def test_a_combined_whistle_is_late_side_by_side_and_then_whoever_does_not_come(cast, watching):
    play = cast.drafted()
    drafted = cast.clock()
    passed(cast, 30)
    soon = watching.watch(None, within=DAY).found.soon
    assert kinds(row for row in soon if row["subject"] == "side") == {("side", "confirm"): 2}
    passed(cast, 60 * 24)
    late = watching.watch(None).found.late
    assert kinds(late)["side", "confirm"] == 2
    first, second = play.now().sides
    play.confirm(cast.street(first.street_code))
    (silent,) = (row for row in watching.watch(None).found.late if row["subject"] == "side")
    assert (silent["street_code"], silent["number"][:6]) == (second.street_code, play.now().district_code)
    assert silent["street"]
    assert silent["organisation"]
    blown = passed(cast, 1)
    play.confirm(cast.street(second.street_code))
    called = play.organisations()
    soon = watching.watch(None, within=DAY).found.soon
    assert kinds(soon)["summons", "check_in"] == len(called)
    passed(cast, 40)
    came = called[0]
    play.check_in(came)
    late = watching.watch(None).found.late
    assert {row["organisation_code"] for row in late if row["subject"] == "summons"} == set(called[1:])
    arrived = passed(cast, 60 * 24 * 30)
    late = watching.watch(None).found.late
    assert kinds(late)["summons", "measure"] == 1
    assert kinds(late)["side", "close"] == 2
    assert watching.figures(None)["whistles"] == {
        "open": 1,
        "combined": 1,
        "drafted": 0,
        "late_confirm": 0,
        "late_check_in": len(called) - 1,
        "late_measure": 1,
        "late_close": 1,
    }
    play.measure(came)
    passed(cast, 1)
    check_past(
        watching,
        cast,
        play,
        [
            drafted,
            blown - timedelta(seconds=1),
            blown,
            blown + timedelta(minutes=39),
            blown + timedelta(minutes=41),
            arrived,
            arrived - DAY,
        ],
    )


def check_past(watching, cast, play, moments) -> None:
    """What is watched of the past is what the whistle tells of itself then."""
    centre = cast.centre("37")
    for moment in moments:
        then = cast.whistling.whistle(centre, play.whistle_id, as_of=moment)
        found = watching.watch(None, within=timedelta(days=400), as_of=moment).found
        rows = [row for row in (*found.late, *found.soon) if row["subject"] != "case"]
        drafted = then["stage"] == "drafted"
        sides = [s for s in then["sides"] if not (s["confirmed_at"] if drafted else s["closed_at"])]
        calls = [c for c in then["summons"] if c["stage"] in {"summoned", "acknowledged", "on_site"}]
        wanted = {("side", s["street_code"], then["stage"]) for s in sides}
        wanted |= {("summons", c["organisation_code"], c["stage"].value) for c in calls}
        assert wanted == {
            (row["subject"], row["street_code"] if row["subject"] == "side" else row["organisation_code"], row["stage"])
            for row in rows
        }, moment


def test_an_emergency_stands_before_what_is_longer_late(store, cast, watching):
    cast.reported_inside()
    passed(cast, 60 * 24 * 20)
    with store.owning() as unit:
        query = "SELECT code FROM matter WHERE whistle_kind = 'emergency' ORDER BY code LIMIT 1"
        emergency = unit.connection.execute(text(query)).scalar_one()
    cast.intake.take(report(matter=emergency, position=at(117.0902, 36.6512), reported_at=cast.clock()), author="test")
    passed(cast, 60 * 24 * 20)
    late = watching.watch(None).found.late
    assert [row["emergency"] for row in late][:2] == [True, False]
    assert late[0]["deadline_at"] > late[1]["deadline_at"]


def test_a_short_wall_still_says_how_many_there_are(client, store):
    with store.transaction() as unit:
        make_incidents(unit.connection, 120)
    whole = client.get("/api/v1/watch", params={"within_minutes": 10_080, "limit": 1000}).json()
    short = client.get("/api/v1/watch", params={"within_minutes": 10_080, "limit": 2}).json()
    assert short["late"] == whole["late"][:2]
    assert short["soon"] == whole["soon"][:2]
    assert (short["late_total"], short["soon_total"]) == (len(whole["late"]), len(whole["soon"]))
    assert all(row["late_s"] > 0 for row in whole["late"])
    ordered = [(not row["emergency"], row["deadline_at"]) for row in whole["late"]]
    assert ordered == sorted(ordered)


_HAND = {
    "open": "SELECT count(*) FROM incident_state WHERE stage NOT IN ('closed', 'rejected', 'merged')",
    "late": "SELECT count(*) FROM incident_state WHERE stage NOT IN ('closed', 'rejected', 'merged') "
    "AND coalesce(deadline_at, due_at) < :now",
    "soon": "SELECT count(*) FROM incident_state WHERE stage NOT IN ('closed', 'rejected', 'merged') "
    "AND coalesce(deadline_at, due_at) >= :now AND coalesce(deadline_at, due_at) < :now + interval '30 min'",
    "reports_24h": "SELECT count(*) FROM incident WHERE reported_at > :now - interval '1 day' AND reported_at <= :now",
}


def test_the_numbers_of_the_door_of_python_and_of_a_count_by_hand_are_one(client, store, cast):
    with store.transaction() as unit:
        make_incidents(unit.connection, 400)
    cast.confirmed()
    by_door = client.get("/api/v1/figures").json()
    in_python = Gov(store, clock=SetClock(NOON)).figures()
    with store.owning() as unit:
        by_hand = {name: unit.connection.execute(text(q), {"now": NOON}).scalar_one() for name, q in _HAND.items()}
        query = "SELECT left(cell_code, 9), count(*) FROM incident_state WHERE cell_code IS NOT NULL "
        query += "AND stage NOT IN ('closed', 'rejected', 'merged') GROUP BY 1"
        streets = dict(unit.connection.execute(text(query)).all())
    assert {name: in_python[name] for name in by_hand} == by_hand
    assert {s["street_code"]: s["open"] for s in in_python["streets"] if s["open"]} == streets
    assert sum(in_python["by_stage"].values()) == by_hand["open"]
    assert datetime.fromisoformat(by_door.pop("at")).astimezone(UTC) == in_python.pop("at")
    assert by_door == in_python
    late = client.get("/api/v1/incidents", params={"overdue": True, "limit": 500}).json()["items"]
    assert len(late) == by_door["late"]


@pytest.mark.parametrize(
    ("role", "area", "organisation"),
    [
        ("street_officer", "370102001", None),
        ("grid_worker", "370102001001001", None),
        ("department_officer", "370102", "370102-D-CG"),
        ("auditor", "37", None),
    ],
)
def test_everybody_watches_what_they_see(stranger, store, role, area, organisation):
    with store.transaction() as unit:
        make_incidents(unit.connection, 300)
    somebody(store, role, area, organisation, login="me")
    stranger.headers |= proof_of("me")
    late = stranger.get("/api/v1/incidents", params={"overdue": True, "limit": 500}).json()["items"]
    watched = stranger.get("/api/v1/watch", params={"limit": 1000}).json()
    figures = stranger.get("/api/v1/figures").json()
    assert {row["incident_id"] for row in watched["late"]} == {row["id"] for row in late}
    assert figures["late"] == len(late)
    day = {"since": (NOON - DAY + timedelta(seconds=1)).isoformat(), "until": (NOON + timedelta(seconds=1)).isoformat()}
    assert figures["reports_24h"] == len(
        stranger.get("/api/v1/incidents", params={**day, "limit": 500}).json()["items"]
    )


def test_only_who_may_locate_a_district_s_staff_learns_how_many_are_on_duty(stranger, store, watching):
    with store.owning() as unit:
        unit.connection.exec_driver_sql(
            "INSERT INTO shift (district_code, id, person_id, account_id, started_at, due_at) "
            "SELECT district_code, gen_random_uuid(), id, gen_random_uuid(), '2026-06-15T00:00Z', '2026-06-15T12:00Z' "
            "FROM person WHERE district_code = '370102' ORDER BY id LIMIT 7"
        )
    somebody(store, "command_centre", "370102", login="centre")
    somebody(store, "street_officer", "370102001", login="street")
    duty = {
        login: stranger.get("/api/v1/figures", headers=proof_of(login)).json()["on_duty"]
        for login in ("centre", "street")
    }
    assert duty == {"centre": 7, "street": None}
    assert watching.figures(None)["on_duty"] == 7
    assert watching.figures(None, as_of=NOON - timedelta(hours=5))["on_duty"] == 0
    assert watching.figures(None, as_of=NOON - timedelta(days=300))["on_duty"] is None
