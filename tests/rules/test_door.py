"""The doors of rules: what is shown, what is set, and what is refused."""

import pytest

from tests.rules.conftest import proof_of
from tests.support import somebody

READS = ["matters", "matter-lists", "calendar", "hours", "limits", "escalations", "rule-changes"]
LIMIT = {"kind": "handle", "matter": "10102", "limit": {"amount": 5, "unit": "hours"}, "source": "本区决定"}
YEAR = {
    "source": "a notice",
    "days": [{"day": day, "kind": "holiday", "name": "节"} for day in ("2027-01-01", "2027-05-01", "2027-10-01")],
}
STEP = {"after": {"amount": 0, "unit": "minutes"}, "level": "district", "role": "command_centre", "source": "s"}
HALL = {"name_zh": "大厅", "name_en": "Hall", "source": "s", "week": {str(d): "08:30-12:00" for d in range(6)}}


def get(client, path: str, **query: object):
    return client.get(f"/api/v1/{path}", params=query)


@pytest.mark.parametrize(
    "path", [*READS, "matters/10102/answerers", "limits/due?kind=handle", "dispatches-against-the-list"]
)
def test_whoever_is_not_logged_in_reads_no_rule(client, path):
    assert client.get(f"/api/v1/{path}", headers={"Authorization": ""}).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "limits", LIMIT),
        ("DELETE", "limits?kind=close", None),
        ("PUT", "calendar/2027", YEAR),
        ("PUT", "escalations/file", {"steps": [STEP]}),
        ("PUT", "hours/hall", HALL),
        ("PUT", "hours/office/keepers", {"kind": "station"}),
        ("POST", "matter-lists", {"source": "s", "items": []}),
    ],
)
def test_who_does_not_manage_rules_sets_none(client, store, method, path, body):
    somebody(store, "command_centre", "370102", login="centre")
    anonymous = client.request(method, f"/api/v1/{path}", json=body, headers={"Authorization": ""})
    other = client.request(method, f"/api/v1/{path}", json=body, headers=proof_of("centre"))
    assert anonymous.status_code == 401
    assert other.status_code == (422 if method == "POST" else 403)  # an empty list is none, whoever sends it


@pytest.mark.parametrize("path", READS)
def test_everybody_who_is_logged_in_reads_the_rules(client, store, path):
    somebody(store, "grid_worker", "370102001", login="worker")
    assert client.get(f"/api/v1/{path}", headers=proof_of("worker")).status_code == 200


def test_the_matters_of_any_version_are_shown(client):
    now = get(client, "matters").json()
    assert now["version"] == get(client, "matter-lists").json()["items"][0]["version"]
    assert get(client, "matters", version=now["version"]).json() == now
    assert get(client, "matters", version=999).status_code == 404
    lamp = next(item for item in now["items"] if item["code"] == "10102")
    assert (lamp["handle_within_minutes"], lamp["counted"], lamp["lead"]) == (4320, "days", "370102-D-CG")


def test_a_limit_is_set_shown_used_and_taken_away(client):
    due = {"kind": "handle", "matter": "10102", "organisation": "370102-D-CG", "start": "2026-06-15T09:00:00+08:00"}
    assert get(client, "limits/due", **due).json() == {"due_at": "2026-06-18T18:00:00+08:00"}
    for _ in range(2):
        assert client.put("/api/v1/limits", json=LIMIT).status_code == 204
    assert get(client, "limits/due", **due).json() == {"due_at": "2026-06-15T15:00:00+08:00"}
    rows = get(client, "limits").json()["items"]
    shown = [{name: value for name, value in row.items() if name != "etag"} for row in rows]
    assert {**LIMIT, "priority": None, "limit": {**LIMIT["limit"], "around_the_clock": False}} in shown
    assert client.delete("/api/v1/limits", params={"kind": "handle", "matter": "10102"}).status_code == 204
    assert client.delete("/api/v1/limits", params={"kind": "handle", "matter": "10102"}).status_code == 404
    assert [c["author"] for c in get(client, "rule-changes").json()["items"]] == ["keeper", "keeper"]


def test_changes_are_walked_by_their_cursor_to_the_first_of_all(client):
    for hours in range(1, 6):
        wanted = {**LIMIT, "limit": {"amount": hours, "unit": "hours"}}
        assert client.put("/api/v1/limits", json=wanted).status_code == 204
    seen, cursor = [], None
    while True:
        page = get(client, "rule-changes", limit=2, **({"cursor": cursor} if cursor else {})).json()
        seen += [change["id"] for change in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [change["id"] for change in get(client, "rule-changes").json()["items"]]
    assert len(set(seen)) == 5


def test_a_year_is_loaded_and_the_calendar_reaches_further(client):
    assert get(client, "calendar").json()["last_day"] == "2026-12-31"
    assert client.put("/api/v1/calendar/2027", json=YEAR).json()["last_day"] == "2027-12-31"


def test_past_the_calendar_nothing_is_reckoned_and_the_answer_says_so(client):
    query = {"kind": "handle", "matter": "10102", "organisation": "370102-D-CG", "start": "2026-12-30T09:00:00+08:00"}
    answer = get(client, "limits/due", **query)
    assert answer.status_code == 503
    assert "2026-12-31" in answer.json()["detail"]
    assert "gridgov rules calendar" in answer.json()["detail"]


def test_a_start_beyond_the_calendar_is_refused_as_the_askers(client):
    query = {"kind": "handle", "matter": "10102", "organisation": "370102-D-CG", "start": "2199-12-30T09:00:00+08:00"}
    answer = get(client, "limits/due", **query)
    assert answer.status_code == 422
    assert "2026-12-31" in answer.json()["detail"]


def test_steps_and_hours_are_set(client):
    assert client.put("/api/v1/escalations/file", json={"steps": [STEP]}).status_code == 204
    steps = {item["kind"]: item["steps"] for item in get(client, "escalations").json()["items"]}
    assert [step["role"] for step in steps["file"]] == ["command_centre"]
    assert client.put("/api/v1/hours/hall", json=HALL).status_code == 204
    assert client.put("/api/v1/hours/hall/keepers", json={"organisation": "370102-D-CG"}).status_code == 204
    hall = next(h for h in get(client, "hours").json()["items"] if h["code"] == "hall")
    assert hall["organisations"] == ["370102-D-CG"]
    assert hall["week"]["0"] == "08:30-12:00"


def as_sent(client) -> list[dict]:
    return get(client, "matters").json()["items"]


def test_a_list_is_published_and_what_it_says_again_makes_no_version(client, clock):
    items = as_sent(client)
    items[0]["handle_within_minutes"] = 90
    before = get(client, "matters").json()["version"]
    first = client.post("/api/v1/matter-lists", json={"source": "decision", "items": items})
    again = client.post("/api/v1/matter-lists", json={"source": "decision", "items": items})
    assert first.json() == again.json() == {"version": before + 1}
    versions = get(client, "matter-lists").json()["items"]
    assert [v["until"] is None for v in versions[:2]] == [True, False]
    assert versions[0]["since"].endswith("+08:00")
    items[0]["handle_within_minutes"] = 91
    assert client.post("/api/v1/matter-lists", json={"source": "decision", "items": items}).status_code == 409
    assert clock


def test_a_list_that_contradicts_itself_names_every_contradiction(client):
    items = as_sent(client)
    items[0]["lead"] = "nobody"
    items[1]["cooperating"] = [items[1]["lead"]]
    answer = client.post("/api/v1/matter-lists", json={"source": "decision", "items": items})
    assert answer.status_code == 422
    assert [fault["matter"] for fault in answer.json()["details"]] == [items[0]["code"], items[1]["code"]]


def test_a_place_says_whose_a_matter_is(client):
    found = get(client, "matters/10102/answerers", street_code="370102001").json()
    assert found["lead"] == "370102-D-CG"
    assert get(client, "matters/x/answerers").status_code == 422


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("limits", {**LIMIT, "limit": {"amount": -1, "unit": "hours"}}),
        ("limits", {**LIMIT, "limit": {"amount": 9_999, "unit": "working_days"}}),
        ("limits", {**LIMIT, "limit": {"amount": 1, "unit": "fortnights"}}),
        ("limits", {**LIMIT, "kind": "nap"}),
        ("limits", {**LIMIT, "priority": 0}),
        ("limits", {**LIMIT, "matter": "nothing"}),
        ("limits", {**LIMIT, "matter": "x\x00"}),
        ("limits", {**LIMIT, "source": " "}),
        ("limits", {**LIMIT, "source": "a\x00b"}),
        ("limits", {**LIMIT, "more": 1}),
        ("calendar/2028", YEAR),
        ("calendar/2027", {**YEAR, "days": YEAR["days"][:2]}),
        ("calendar/2027", {**YEAR, "days": [*YEAR["days"], {"day": "2028-01-01", "kind": "holiday", "name": "节"}]}),
        ("calendar/0", YEAR),
        ("escalations/file", {"steps": [{**STEP, "role": "emperor"}]}),
        ("escalations/nap", {"steps": []}),
        ("escalations/file", {"steps": [{**STEP, "after": {"amount": 5, "unit": "minutes"}}, STEP]}),
        ("hours/hall", {**HALL, "week": {"1": "08:30-12:00"}}),
        ("hours/hall", {**HALL, "week": {"9": "08:30-12:00"}}),
        ("hours/hall", {**HALL, "week": {"0": "08:30-12:00", "1": "all day"}}),
        ("hours/around_the_clock", HALL),
        ("hours/office/keepers", {}),
        ("hours/office/keepers", {"kind": "army"}),
    ],
)
def test_what_cannot_be_a_rule_is_refused_with_its_field(client, path, body):
    answer = client.put(f"/api/v1/{path}", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["faults"]
    assert get(client, "rule-changes").json()["items"] == []


@pytest.mark.parametrize("cursor", ["x", "1_2_3", "1_019a5f3e-7c00-7abc-8def-0123456789ab_-1", f"{10**30}_x_1"])
def test_a_cursor_of_another_list_is_refused(client, store, cursor):
    somebody(store, "command_centre", "370102", login="centre")
    query = {"since": "2026-01-01T00:00:00+08:00", "until": "2027-01-01T00:00:00+08:00", "cursor": cursor}
    answer = client.get("/api/v1/dispatches-against-the-list", params=query, headers=proof_of("centre"))
    assert answer.status_code == 422
