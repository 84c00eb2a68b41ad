"""What a phone shows of a day: what waits for its holder and nobody else, reports and their outcome, whistles."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from tests.field.conftest import Crew
from tests.support import NOON

ONWARD = {"file", "dispatch", "accept", "return", "feed_back", "verify", "send_back", "close"} | {
    "grant_extension",
    "refuse_extension",
}
WATCHED = ("worker", "other", "office", "department", "centre", "city")
LIFE = [
    ("office", "file", {}),
    ("office", "dispatch", {"organisation_code": "370102-D-ZF"}),
    ("department", "accept", {}),
    ("department", "ask_extension", {"reason": "等材料", "minutes": 60}),
    ("centre", "grant_extension", {}),
    ("department", "feed_back", {"report": "已拆除"}),
    ("other", "send_back", {"reason": "还有一半"}),
    ("department", "feed_back", {"report": "已全部拆除"}),
    ("other", "verify", {}),
    ("office", "close", {}),
]


def _waits_for(crew: Crew, who: str, incident_id: str) -> set[str]:
    """Return what somebody may do with a case that brings it on, as the case itself says; and all they may do."""
    answer = crew.phone.get(f"/api/v1/incidents/{incident_id}/acts", headers=crew.people[who])
    if answer.status_code != 200:
        return set()
    said = answer.json()
    acts = {one["act"] for one in said["acts"] if one["possible"]}
    redispatch = {"dispatch"} if said["case"]["stage"] == "dispatched" else set()
    return acts if (acts & ONWARD) - redispatch else set()


def test_a_stranger_has_no_day(phone):
    assert phone.get("/api/v1/field/today").status_code == 401


def test_a_case_waits_for_whoever_may_bring_it_on_and_for_nobody_else(crew):
    incident_id = crew.report()
    for doer, act, body in [("", "", {}), *LIFE]:
        if act:
            crew.act(doer, incident_id, act, **body)
        for who in WATCHED if act != "close" else crew.people:
            day = crew.get(who, "field/today")
            tasks = {task["incident_id"]: set(task["acts"]) for task in day["tasks"]}
            expected = _waits_for(crew, who, incident_id)
            assert tasks == ({incident_id: expected} if expected else {}), (who, act)


def test_a_task_says_what_it_is_until_when_and_where(crew):
    incident_id = crew.report(address="化纤厂路1号")
    task = crew.get("office", "field/today")["tasks"][0]
    case = crew.get("office", f"incidents/{incident_id}")
    for name in ("number", "stage", "due_kind", "deadline_at", "cell_code", "revision", "matter_code", "text"):
        assert task[name] == case[name], name
    assert task["address"] == "化纤厂路1号"
    assert (task["lon"], task["lat"]) == pytest.approx((117.0902, 36.6512))
    assert "matter" in task
    assert task["matter"]


def test_the_first_due_comes_first(crew):
    ids = [crew.report(matter=matter) for matter in ("20908", "10101", "20601")]
    tasks = crew.get("office", "field/today")["tasks"]
    assert {task["incident_id"] for task in tasks} == set(ids)
    due = [task["deadline_at"] for task in tasks]
    assert due == sorted(due)


def test_whoever_reported_hears_what_became_of_it(crew):
    incident_id = crew.report()
    heard = []
    for doer, act, body in LIFE:
        crew.act(doer, incident_id, act, **body)
        mine = crew.get("worker", "field/today")["reports"]
        assert [report["incident_id"] for report in mine] == [incident_id]
        heard.append((mine[0]["stage"], mine[0]["said"]))
    assert heard[-1] == ("closed", "已全部拆除")
    assert heard[6] == ("handling", "还有一半")
    assert mine[0]["outcome_zh"] == "已结案"
    assert crew.get("other", "field/today")["reports"] == []


def test_what_was_reported_long_ago_is_shown_no_more(crew, phone):
    crew.report()
    phone.app.state.services.clock.move(timedelta(days=31))
    assert crew.get("worker", "field/today")["reports"] == []


def test_a_merged_report_names_what_goes_on_for_it(crew):
    first, second = crew.report("other"), crew.report()
    crew.act("office", second, "merge", into_id=first)
    mine = crew.get("worker", "field/today")["reports"][0]
    number = crew.get("worker", f"incidents/{first}")["number"]
    assert (mine["stage"], mine["merged_into"]) == ("merged", number)
    assert number in mine["outcome_zh"]
    assert number in mine["outcome_en"]


def test_a_whistle_is_shown_to_whom_it_calls_and_where_it_lies(crew):
    incident_id = crew.report()
    crew.act("office", incident_id, "file")
    blown = crew.post("office", f"incidents/{incident_id}/whistles", status=201, kind="comprehensive_enforcement")
    whistle = blown["whistle_id"]
    seen = {who: [one["whistle_id"] for one in crew.get(who, "field/today")["whistles"]] for who in crew.people}
    nobody = {"far", "administrator"}
    assert {who for who, ids in seen.items() if ids != [whistle]} == nobody
    called = crew.get("department", "field/today")["whistles"][0]
    mine = [call for call in called["summons"] if call["mine"]]
    assert [(call["organisation_code"], call["due_kind"], call["arrived"]) for call in mine] == [
        ("370102-D-ZF", "check_in", False)
    ]
    assert called["site"]["radius_m"] == 200
    assert called["site"]["geometry"]["type"] == "Point"
    position = {"datum": "wgs84", "lon": 117.0902, "lat": 36.6512, "accuracy_m": 8}
    there = {"organisation_code": "370102-D-ZF", "device_time": NOON.isoformat(), "position": position}
    crew.post("department", f"whistles/{whistle}/check-in", **there)
    mine = [call for call in crew.get("department", "field/today")["whistles"][0]["summons"] if call["mine"]]
    assert [(call["due_kind"], call["arrived"]) for call in mine] == [("measure", True)]


def test_a_day_costs_the_same_however_many_cases_wait(crew, store):
    def statements() -> int:
        sent = []

        def count(*_: object) -> None:
            sent.append(1)

        event.listen(store.engine, "before_cursor_execute", count)
        crew.get("office", "field/today")
        event.remove(store.engine, "before_cursor_execute", count)
        return len(sent)

    crew.report()
    one = statements()
    for _ in range(5):
        crew.report()
    assert statements() <= one
