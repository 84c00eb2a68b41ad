"""Checklists are versioned; a patrol is one walk through one of one's cells, sent when there is signal."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from gridgov.clock import SHANGHAI
from gridgov.ids import new_id
from gridgov.patrols import Checklist, Every, Item, due_walks, period
from gridgov.store.tables import change
from tests.support import NOON

FIRE = ("exits", "extinguisher", "wiring", "charging", "lodging", "hydrant")


def walk(where: str, **changes: Any) -> dict[str, Any]:
    """Return a patrol of the sample's first checklist as a phone sends it."""
    answers = [{"item": code, "answer": "ok"} for code in FIRE]
    times = {"started_at": (NOON - timedelta(minutes=30)).isoformat(), "ended_at": NOON.isoformat()}
    said = {"cell_code": where, "checklist_code": "small_shop_fire", "checklist_version": 1, "answers": answers}
    return {"id": str(new_id()), **said, **times, **changes}


def send(phone, proof, body, *, status=201):
    answer = phone.post("/api/v1/patrols", json=body, headers=proof)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_a_stranger_neither_reads_nor_walks(phone):
    for path in ("checklists", "patrols"):
        assert phone.get(f"/api/v1/{path}").status_code == 401
    assert phone.post("/api/v1/patrols", json=walk("370102011014002")).status_code == 401
    assert phone.put("/api/v1/checklists/x", json={}).status_code == 401


def test_the_sample_has_two_checklists_that_say_where_they_come_from(phone, walker):
    found = phone.get("/api/v1/checklists", headers=walker.proof).json()["items"]
    assert [(one["code"], one["every"]) for one in found] == [("flood_drains", "daily"), ("small_shop_fire", "weekly")]
    assert [item["code"] for item in found[1]["items"]] == list(FIRE)
    assert all("样例" in one["source"] for one in found)


def test_what_was_not_walked_in_its_period_is_due_and_then_no_more(phone, walker):
    def due() -> set[tuple[str, str]]:
        found = phone.get("/api/v1/field/today", headers=walker.proof).json()["patrols"]["due"]
        return {(one["cell_code"], one["checklist_code"]) for one in found}

    everything = {(cell, code) for cell in walker.cells for code in ("flood_drains", "small_shop_fire")}
    assert due() == everything
    send(phone, walker.proof, walk(walker.cells[0]))
    assert due() == everything - {(walker.cells[0], "small_shop_fire")}
    phone.app.state.services.clock.move(timedelta(days=7))
    assert due() == everything


def test_a_patrol_is_kept_once_with_both_clocks_and_screens_hear_of_it(phone, walker, store):
    body = walk(walker.cells[0])
    first = send(phone, walker.proof, body)
    assert first["sent_late"] is False
    phone.app.state.services.clock.move(timedelta(hours=2))
    again = send(phone, walker.proof, body | {"sent_at": (NOON + timedelta(hours=2)).isoformat()}, status=200)
    assert again == first
    with store.transaction() as unit:
        query = select(change.c.kind).where(change.c.subject_id == body["id"])
        assert unit.connection.execute(query).scalars().all() == ["patrol.filed"]


def test_a_patrol_sent_hours_later_keeps_when_it_was_walked_and_says_so(phone, walker):
    phone.app.state.services.clock.move(timedelta(hours=2))
    found = send(phone, walker.proof, walk(walker.cells[0]))
    assert found["sent_late"]
    assert found["ended_at"] == found["device_ended_at"] == NOON.astimezone(SHANGHAI).isoformat()
    assert found["received_at"] > found["ended_at"]


def test_a_phone_whose_clock_is_wrong_is_put_right_by_when_it_sent(phone, walker):
    wrong = timedelta(days=400)
    times = {"started_at": NOON - wrong - timedelta(minutes=30), "ended_at": NOON - wrong, "sent_at": NOON - wrong}
    found = send(phone, walker.proof, walk(walker.cells[0], **{k: v.isoformat() for k, v in times.items()}))
    assert found["ended_at"] == NOON.astimezone(SHANGHAI).isoformat()
    assert found["device_ended_at"] == (NOON - wrong).astimezone(SHANGHAI).isoformat()


def test_another_patrol_under_the_same_id_is_refused(phone, walker, as_):
    body = walk(walker.cells[0])
    send(phone, walker.proof, body)
    assert "id" in str(send(phone, walker.proof, walk(walker.cells[1], id=body["id"]), status=409))
    twin = as_("grid_worker", walker.cells[0][:9], person=walker.person)
    send(phone, twin, body, status=409)


def test_a_cell_that_is_none_of_ones_duties_is_refused_and_says_whose_are(phone, walker):
    elsewhere = "370102001002001"
    assert elsewhere not in walker.cells
    said = send(phone, walker.proof, walk(elsewhere), status=403)
    assert walker.cells[0] in str(said)


def test_an_account_without_a_person_and_a_role_without_patrols_are_refused(phone, walker, as_):
    send(phone, as_("grid_worker", walker.cells[0]), walk(walker.cells[0]), status=403)
    for role in ("planner", "auditor", "administrator", "command_centre", "department_officer", "street_officer"):
        send(phone, as_(role, "370102", person=walker.person), walk(walker.cells[0]), status=403)


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"answers": [{"item": "exits", "answer": "ok"}]}, 422, "answers"),
        ({"answers": [{"item": code, "answer": "ok"} for code in (*FIRE, "exits")]}, 422, "answers"),
        ({"answers": [{"item": code, "answer": "fine"} for code in FIRE]}, 422, "answers"),
        ({"answers": [{"item": c, "answer": "ok", "incident_id": str(new_id())} for c in FIRE]}, 422, "answers"),
        ({"checklist_version": 9}, 404, "checklist_code"),
        ({"checklist_code": "none"}, 404, "checklist_code"),
        ({"cell_code": "370102999999999"}, 404, "cell_code"),
        ({"ended_at": (NOON + timedelta(hours=1)).isoformat()}, 422, "ended_at"),
        ({"started_at": (NOON + timedelta(minutes=1)).isoformat()}, 422, "ended_at"),
        ({"started_at": (NOON - timedelta(days=2)).isoformat()}, 422, "ended_at"),
        ({"id": "0190e4e0-0000-4000-8000-000000000000"}, 422, "id"),
        ({"weather": "rain"}, 422, "weather"),
    ],
)
def test_what_cannot_be_is_refused_and_names_its_field(phone, walker, changes, status, field):
    assert field in str(send(phone, walker.proof, walk(walker.cells[0], **changes), status=status))


def test_a_finding_names_the_incident_that_is_reported_beside_it_whichever_comes_first(phone, walker):
    incident_id = str(new_id())
    answers = [{"item": code, "answer": "ok"} for code in FIRE[1:]]
    answers.append({"item": "exits", "answer": "found", "note": "货物堵门", "incident_id": incident_id})
    found = send(phone, walker.proof, walk(walker.cells[0], answers=answers))
    assert (found["found"], found["answers"][-1]["incident_id"]) == (1, incident_id)


def test_an_incident_leads_to_the_patrol_that_found_it_and_no_further(phone, walker, as_):
    incident_id = str(new_id())

    def with_finding(cell: str, code: str, named: str) -> str:
        answers = [{"item": code, "answer": "found", "incident_id": named}]
        answers += [{"item": other, "answer": "ok"} for other in FIRE if other != code]
        return str(send(phone, walker.proof, walk(cell, answers=answers))["id"])

    patrol = with_finding(walker.cells[0], "exits", incident_id)
    with_finding(walker.cells[1], "exits", str(new_id()))

    def found(proof, named: str):
        answer = phone.get("/api/v1/patrols", params={"incident_id": named}, headers=proof)
        return [one["id"] for one in answer.json()["items"]] if answer.status_code == 200 else answer.status_code

    assert (
        found(walker.proof, incident_id) == found(as_("street_officer", walker.cells[0][:9]), incident_id) == [patrol]
    )
    assert found(as_("street_officer", "370102001"), incident_id) == []
    assert found(walker.proof, str(new_id())) == []
    assert found(walker.proof, "0190e4e0-0000-4000-8000-000000000000") == 422


def test_patrols_are_listed_to_whoever_walked_them_and_to_offices_over_the_cell(phone, walker, as_):
    made = [send(phone, walker.proof, walk(cell))["id"] for cell in walker.cells[:2]]
    street = as_("street_officer", walker.cells[0][:9])
    beside = as_("street_officer", "370102001")
    department = as_("department_officer", "370102", "370102-D-CG")

    def seen(proof, **params: Any):
        return [one["id"] for one in phone.get("/api/v1/patrols", params=params, headers=proof).json()["items"]]

    for proof in (walker.proof, street, as_("command_centre", "370102")):
        assert seen(proof) == made[::-1]
        assert seen(proof, cell_code=walker.cells[0]) == made[:1]
        assert seen(proof, since=(NOON + timedelta(minutes=1)).isoformat()) == []
    assert seen(beside) == seen(department) == []
    page = phone.get("/api/v1/patrols", params={"limit": 1}, headers=street).json()
    assert seen(street, cursor=page["next"]) == made[:1]
    assert phone.get("/api/v1/patrols?color=red", headers=street).status_code == 422


CHECKLIST = {
    "name_zh": "冬季采暖与结冰",
    "name_en": "Winter heating and ice",
    "every": "monthly",
    "roles": ["grid_worker"],
    "items": [{"code": "ice", "zh": "路面无结冰", "en": "No ice on the way", "matter": "20303"}],
    "source": "区应急局 2026 年冬季方案",
}


def test_a_checklist_is_versioned_and_a_phone_may_go_on_with_the_old_one(phone, walker, as_):
    admin = as_("administrator", "3701")
    first = phone.put("/api/v1/checklists/winter", json=CHECKLIST, headers=admin)
    assert (first.status_code, first.json()["version"]) == (200, 1)
    same = phone.put("/api/v1/checklists/winter", json=CHECKLIST, headers=admin)
    assert same.json() == first.json()
    more = CHECKLIST | {"items": [*CHECKLIST["items"], {"code": "pipes", "zh": "管道无冻裂", "en": "No burst pipes"}]}
    second = phone.put("/api/v1/checklists/winter", json=more, headers=admin).json()
    assert second["version"] == 2
    old = {"checklist_code": "winter", "checklist_version": 1, "answers": [{"item": "ice", "answer": "ok"}]}
    assert send(phone, walker.proof, walk(walker.cells[0], **old))["checklist_version"] == 1
    gone = phone.put("/api/v1/checklists/winter", json=more | {"retired": True}, headers=admin).json()
    assert (gone["retired"], gone["version"]) == (True, 3)
    listed = phone.get("/api/v1/checklists", headers=walker.proof).json()["items"]
    assert "winter" not in [one["code"] for one in listed]


def test_the_history_names_what_came_changed_and_went_of_a_checklist(phone, as_):
    admin = as_("administrator", "3701")
    ice, pipes = CHECKLIST["items"][0], {"code": "pipes", "zh": "管道无冻裂", "en": "No burst pipes"}
    for items in ([ice], [ice, pipes], [pipes | {"en": "Pipes hold"}]):
        phone.put("/api/v1/checklists/winter", json=CHECKLIST | {"items": items}, headers=admin)
    changes = phone.get("/api/v1/rule-changes", params={"limit": 3}, headers=admin).json()["items"]
    ice_said, pipes_said = ({"zh": item["zh"], "en": item["en"]} for item in (ice, pipes))
    assert [change["data"]["items"] for change in changes] == [
        {"changed": [pipes_said | {"en": "Pipes hold"}], "removed": [ice_said]},
        {"added": [pipes_said]},
        {"added": [ice_said]},
    ]
    assert changes[0]["data"]["name"] == {"zh": CHECKLIST["name_zh"], "en": CHECKLIST["name_en"]}


def test_a_clock_that_went_back_still_puts_a_new_version_in_force(phone, as_):
    admin = as_("administrator", "3701")
    phone.put("/api/v1/checklists/winter", json=CHECKLIST, headers=admin)
    phone.app.state.services.clock.move(timedelta(minutes=-5))
    second = phone.put("/api/v1/checklists/winter", json=CHECKLIST | {"every": "weekly"}, headers=admin)
    assert (second.status_code, second.json()["version"], second.json()["every"]) == (200, 2, "weekly")
    listed = phone.get("/api/v1/checklists", headers=admin).json()["items"]
    assert [one["version"] for one in listed if one["code"] == "winter"] == [2]


def test_whoever_was_overtaken_is_shown_both_versions(phone, as_):
    admin = as_("administrator", "3701")
    seen = phone.put("/api/v1/checklists/winter", json=CHECKLIST, headers=admin).json()
    phone.put("/api/v1/checklists/winter", json=CHECKLIST | {"every": "weekly"}, headers=admin)
    headers = admin | {"If-Match": seen["etag"]}
    answer = phone.put("/api/v1/checklists/winter", json=CHECKLIST | {"every": "daily"}, headers=headers)
    assert answer.status_code == 412
    both = answer.json()["details"][0]
    assert (both["yours"]["every"], both["stored"]["every"]) == ("daily", "weekly")


@pytest.mark.parametrize("role", ["grid_worker", "street_officer", "command_centre", "planner", "auditor"])
def test_only_who_looks_after_rules_changes_a_checklist(phone, as_, role):
    answer = phone.put("/api/v1/checklists/winter", json=CHECKLIST, headers=as_(role, "370102"))
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"items": []}, "items"),
        ({"items": CHECKLIST["items"] * 2}, "items"),
        ({"items": [{"code": "ice", "zh": " ", "en": "x"}]}, "items"),
        ({"items": [{"code": "ice", "zh": "冰", "en": "ice", "matter": "99999"}]}, "items.0.matter"),
        ({"roles": ["king"]}, "roles"),
        ({"every": "hourly"}, "every"),
        ({"source": ""}, "source"),
    ],
)
def test_a_checklist_that_nobody_could_walk_is_refused(phone, as_, changes, field):
    answer = phone.put("/api/v1/checklists/winter", json=CHECKLIST | changes, headers=as_("administrator", "3701"))
    assert answer.status_code == 422
    assert field in answer.text


MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001 - made aware at once


@settings(deadline=None)
@given(every=st.sampled_from(Every), at=MOMENTS)
def test_every_moment_lies_in_one_period_of_shanghais_calendar(every, at):
    begin, end = period(every, at)
    assert begin <= at < end
    assert period(every, begin) == period(every, end - timedelta(seconds=1)) == (begin, end)
    assert period(every, end)[0] == end


@settings(deadline=None)
@given(every=st.sampled_from(Every), last=MOMENTS, now=MOMENTS)
def test_a_walk_is_due_just_when_none_lies_in_the_period(every, last, now):
    checklist = Checklist("370102", "x", "查", "x", every, (Item("a", "甲", "a"),), "s", ("grid_worker",), version=1)
    cell = "370102011014002"
    due = due_walks([checklist], {cell: frozenset({"grid_worker"})}, {(cell, "x"): last}, now)
    assert bool(due) == (last < period(every, now)[0])
    assert due_walks([checklist], {cell: frozenset({"police"})}, {}, now) == []
