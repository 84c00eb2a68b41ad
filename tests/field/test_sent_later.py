"""Whatever a phone keeps without signal is sent later without harm: again, hours late, or after the case moved on."""

import base64
import hashlib
from datetime import datetime, timedelta
from typing import Any

import pytest

from gridgov.ids import new_id
from tests.day.town import photo
from tests.field.conftest import Crew
from tests.support import NOON

LATE = timedelta(hours=2)
SPOT = {"datum": "wgs84", "lon": 117.0902, "lat": 36.6512, "accuracy_m": 8}


def ask(crew: Crew, who: str, method: str, path: str, **more: Any) -> Any:
    headers = crew.people[who] | more.pop("headers", {})
    return crew.phone.request(method, f"/api/v1/{path}", headers=headers, **more)


def passes(crew: Crew, time: timedelta) -> None:
    crew.phone.app.state.services.clock.move(time)  # type: ignore[attr-defined]  # FastAPI's


@pytest.fixture
def fed_back(crew: Crew) -> str:
    """Return a case that waits to be verified."""
    incident_id = crew.report("other")
    crew.act("office", incident_id, "file")
    crew.act("office", incident_id, "dispatch", organisation_code="370102-D-ZF")
    crew.act("department", incident_id, "accept")
    crew.act("department", incident_id, "feed_back", report="已拆除")
    return incident_id


def test_a_report_is_taken_in_once_also_two_hours_later(crew):
    body = {
        "id": str(new_id()),
        "channel": "grid_worker",
        "matter": "20601",
        "text": "楼顶加盖",
        "position": {"datum": "wgs84", "lon": 117.0902, "lat": 36.6512},
        "reported_at": NOON.isoformat(),
    }
    passes(crew, LATE)
    first = ask(crew, "worker", "POST", "incidents", json=body)
    again = ask(crew, "worker", "POST", "incidents", json=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    case = crew.get("worker", f"incidents/{body['id']}")
    assert datetime.fromisoformat(case["reported_at"]) == NOON
    assert datetime.fromisoformat(case["received_at"]) >= NOON
    assert ask(crew, "worker", "POST", "incidents", json=body | {"text": "别的"}).status_code == 409


def test_an_act_that_is_sent_later_keeps_when_it_was_done_and_is_done_once(crew, fed_back):
    passes(crew, LATE)
    body = {"id": str(new_id()), "device_time": NOON.isoformat(), "sent_at": (NOON + LATE).isoformat()}
    first = ask(crew, "worker", "POST", f"incidents/{fed_back}/acts/verify", json=body)
    again = ask(
        crew,
        "worker",
        "POST",
        f"incidents/{fed_back}/acts/verify",
        json=body | {"sent_at": (NOON + 2 * LATE).isoformat()},
    )
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.headers["Idempotency-Replayed"] == "true"
    facts = [fact for fact in crew.get("worker", f"incidents/{fed_back}/facts")["items"] if fact["kind"] == "verified"]
    assert len(facts) == 1
    said = facts[0]["payload"]
    assert (datetime.fromisoformat(said["device_time"]), said["sent_late"]) == (NOON, True)
    assert datetime.fromisoformat(facts[0]["at"]) == NOON + LATE


@pytest.mark.parametrize("device", [NOON + timedelta(days=300), NOON - timedelta(days=9_000)])
def test_no_act_is_refused_for_the_sake_of_a_phones_clock(crew, fed_back, device):
    crew.act("worker", fed_back, "verify", device_time=device.isoformat(), sent_at=device.isoformat())
    facts = crew.get("worker", f"incidents/{fed_back}/facts")["items"]
    assert facts[-1]["payload"]["sent_late"] is False


def test_what_is_done_at_once_says_nothing_of_a_phones_clock(crew, fed_back):
    crew.act("worker", fed_back, "verify")
    assert "device_time" not in crew.get("worker", f"incidents/{fed_back}/facts")["items"][-1]["payload"]


def test_an_act_upon_a_case_that_moved_on_is_shown_both_and_stores_nothing(crew, fed_back):
    seen = crew.get("worker", f"incidents/{fed_back}")["revision"]
    crew.act("worker", fed_back, "send_back", reason="还有一半")
    answer = ask(
        crew,
        "office",
        "POST",
        f"incidents/{fed_back}/acts/verify",
        json={"id": str(new_id())},
        headers={"If-Match": f'"{seen}"'},
    )
    assert answer.status_code == 412
    both = answer.json()["details"][0]
    assert both["yours"]["act"] == "verify"
    assert (both["stored"]["stage"], both["stored"]["revision"]) == ("handling", seen + 1)


def test_an_act_that_the_stage_allows_no_more_says_what_can_be_done(crew, fed_back):
    crew.act("other", fed_back, "verify")
    answer = ask(crew, "worker", "POST", f"incidents/{fed_back}/acts/verify", json={"id": str(new_id())})
    assert answer.status_code == 422
    assert "close" in {one["act"] for one in answer.json()["details"]}


def test_a_note_sent_later_is_kept_once_whatever_became_of_the_case(crew, fed_back):
    crew.act("other", fed_back, "verify")
    crew.act("office", fed_back, "close")
    passes(crew, LATE)
    body = {"id": str(new_id()), "text": "现场已清理", "device_time": NOON.isoformat()}
    for _ in range(2):
        assert ask(crew, "worker", "POST", f"incidents/{fed_back}/acts/note", json=body).status_code == 200
    notes = [fact for fact in crew.get("worker", f"incidents/{fed_back}/facts")["items"] if fact["kind"] == "noted"]
    assert [fact["payload"]["text"] for fact in notes] == ["现场已清理"]


@pytest.fixture
def blown(crew: Crew) -> str:
    """Return a whistle that was blown at noon, with half an hour to come."""
    incident_id = crew.report()
    crew.act("office", incident_id, "file")
    made = crew.post("office", f"incidents/{incident_id}/whistles", status=201, kind="comprehensive_enforcement")
    return str(made["whistle_id"])


def arrival(minutes: float, **more: Any) -> dict[str, Any]:
    moment = (NOON + timedelta(minutes=minutes)).isoformat()
    return {"id": str(new_id()), "organisation_code": "370102-D-ZF", "device_time": moment, "position": SPOT, **more}


def mine(crew: Crew, whistle_id: str) -> dict[str, Any]:
    calls = crew.get("department", f"whistles/{whistle_id}")["summons"]
    return next(call for call in calls if call["organisation_code"] == "370102-D-ZF")


@pytest.mark.parametrize("late", [timedelta(minutes=20), LATE])
def test_a_check_in_that_is_sent_late_arrived_when_the_device_says(crew, blown, late):
    body = arrival(10)
    passes(crew, timedelta(minutes=10) + late)
    first = ask(crew, "department", "POST", f"whistles/{blown}/check-in", json=body)
    assert first.status_code == 200, first.text
    again = ask(crew, "department", "POST", f"whistles/{blown}/check-in", json=body)
    assert (again.json()["says"], again.headers["Idempotency-Replayed"]) == (first.json()["says"], "true")
    assert "offline" in str(first.json()["says"])
    call = mine(crew, blown)
    assert datetime.fromisoformat(call["arrived_at"]) == NOON + timedelta(minutes=10)
    assert call["time_to_scene_s"] == 600


def test_a_check_in_from_longer_ago_than_the_kind_allows_is_refused_and_written_down(crew, blown):
    passes(crew, timedelta(hours=13))
    answer = ask(crew, "department", "POST", f"whistles/{blown}/check-in", json=arrival(10))
    assert answer.status_code == 422
    tried = crew.get("department", f"whistles/{blown}")["check_ins"]
    assert [one["verdict"] for one in tried] == ["refused"]


def test_a_check_in_by_a_clock_that_is_hours_off_counts_by_what_passed(crew, blown):
    passes(crew, timedelta(minutes=30))
    off = 60 * 7
    sent = (NOON + timedelta(minutes=30 + off)).isoformat()
    answer = ask(crew, "department", "POST", f"whistles/{blown}/check-in", json=arrival(10 + off, sent_at=sent))
    assert answer.status_code == 200, answer.text
    assert datetime.fromisoformat(mine(crew, blown)["arrived_at"]) == NOON + timedelta(minutes=10)


def test_a_photo_is_sent_in_parts_that_go_on_where_they_stopped(crew):
    incident_id, content = crew.report(), photo()
    said = {"name": "现场.jpg", "media_type": "image/jpeg", "size": len(content)}
    body = {"id": str(new_id()), "incident_id": incident_id, "sha256": hashlib.sha256(content).hexdigest(), **said}
    passes(crew, LATE)
    first = ask(crew, "worker", "POST", "evidence/uploads", json=body)
    again = ask(crew, "worker", "POST", "evidence/uploads", json=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["missing"] == first.json()["missing"] == [1]
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    headers = {"Content-Digest": f"sha-256=:{digest}:", "Content-Type": "application/octet-stream"}
    upload = f"evidence/uploads/{body['id']}"
    for _ in range(2):
        assert ask(crew, "worker", "PUT", f"{upload}/parts/1", content=content, headers=headers).status_code == 200
    assert ask(crew, "worker", "GET", upload).json()["missing"] == []
    done = [ask(crew, "worker", "POST", f"{upload}/complete") for _ in range(2)]
    assert [answer.status_code for answer in done] == [200, 200]
    assert done[0].json()["id"] == done[1].json()["id"]
