"""Whistles over HTTP: the doors, their ETags, what they refuse."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.whistles import SightingIn
from gridgov.ids import new_id
from gridgov.settings import Settings
from gridgov.whistles import STARTING_KINDS
from tests.support import secret_of, somebody
from tests.whistles.stage import INSIDE

ZF = "370102-D-ZF"


@pytest.fixture
def http(cast) -> Iterator[TestClient]:
    app = create_app(cast.store, Settings(), clock=cast.clock, names=["testserver"])
    app.state.intake = cast.intake
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


class Door:
    """Sends requests as one person."""

    def __init__(self, http: TestClient, login: str) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bearer {secret_of(login)}"}

    def post(self, path: str, *, if_match: str | None = None, **body: Any):
        headers = self._headers | ({"If-Match": if_match} if if_match else {})
        return self._http.post(f"/api/v1{path}", json={"id": str(new_id()), **body}, headers=headers)

    def get(self, path: str):
        return self._http.get(f"/api/v1{path}", headers=self._headers)

    def send(self, method: str, path: str, body: Any, *, if_match: str | None = None):
        headers = self._headers | ({"If-Match": if_match} if if_match else {})
        return self._http.request(method, f"/api/v1{path}", json=body, headers=headers)


@pytest.fixture
def door(cast, http):
    def open_for(role: str, area: str, organisation: str | None = None) -> Door:
        login = f"{role}-{new_id().hex[-8:]}"
        somebody(cast.store, role, area, organisation, login=login)
        return Door(http, login)

    return open_for


def here(**changes: Any) -> dict[str, Any]:
    return {"datum": "wgs84", "lon": INSIDE.x, "lat": INSIDE.y, "accuracy_m": 8, **changes}


def test_without_a_login_every_door_is_shut(http):
    paths = create_paths(http)
    assert len(paths) > 15
    for method, path in paths:
        whole = path.replace("{whistle_id}", str(new_id())).replace("{incident_id}", str(new_id()))
        whole = whole.replace("{code}", "emergency").replace("{team_id}", str(new_id()))
        assert http.request(method, whole).status_code == 401, (method, path)


def create_paths(http: TestClient) -> list[tuple[str, str]]:
    paths = http.get("/api/v1/openapi.json").json()["paths"]
    return [(m.upper(), p) for p, item in paths.items() if "whistle" in p or "team" in p for m in item]


def test_every_act_has_an_example_that_its_schema_takes(http):
    document = http.get("/api/v1/openapi.json").json()
    for method, path in create_paths(http):
        if method != "POST":
            continue
        body = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
        schema = document["components"]["schemas"][body["$ref"].rpartition("/")[2]]
        (example,) = schema["examples"]
        assert set(schema["required"]) <= set(example) <= set(schema["properties"]), path


def test_a_whistle_lives_over_http(cast, door):
    receipt = cast.reported_inside()
    street = door("street_officer", receipt.cell_code[:9])
    department = door("department_officer", "370102", ZF)
    blown = street.post(f"/incidents/{receipt.id}/whistles", organisations=[ZF], by_list=False)
    assert blown.status_code == 201
    path = f"/whistles/{blown.json()['whistle_id']}"
    assert blown.headers["ETag"] == f'"{blown.json()["revision"]}"'

    read = department.post(f"{path}/acknowledge", organisation_code=ZF, if_match=blown.headers["ETag"])
    stale = department.post(
        f"{path}/check-in",
        organisation_code=ZF,
        device_time="2026-06-15T12:00:00+08:00",
        position=here(),
        if_match=blown.headers["ETag"],
    )
    assert (read.status_code, stale.status_code) == (200, 412)
    (both,) = stale.json()["details"]
    assert both["yours"] == {
        "revision": blown.json()["revision"],
        "act": "check_in",
        "organisation_code": ZF,
        "device_time": "2026-06-15T12:00:00+08:00",
        "evidence": [],
        "position": here(accuracy_m=8.0),
    }
    again = {name: value for name, value in both["yours"].items() if name not in {"revision", "act"}}
    assert SightingIn.model_validate({"id": str(new_id()), **again})
    now = department.get(path).json()
    for side in [*now["sides"], *both["stored"]["sides"]]:
        side.pop("part", None)  # whoever was overtaken needs no drawing
    assert both["stored"] == {name: now[name] for name in both["stored"]}
    assert (both["stored"]["revision"], both["stored"]["stage"]) == (read.json()["revision"], "blown")
    assert [call["acknowledged_at"] for call in both["stored"]["summons"]] == ["2026-06-15T12:00:00+08:00"]

    far = department.post(
        f"{path}/check-in",
        organisation_code=ZF,
        device_time="2026-06-15T12:00:00+08:00",
        position=here(lon=INSIDE.x + 0.045),
    )
    assert far.status_code == 422
    assert far.json()["details"][0]["distance_m"] == pytest.approx(4_023, abs=5)
    assert department.get(path).json()["check_ins"][0]["verdict"] == "refused"

    there = department.post(
        f"{path}/check-in", organisation_code=ZF, device_time="2026-06-15T12:00:00+08:00", position=here()
    )
    assert there.json()["says"]["time_to_scene_s"] == 0
    assert department.post(f"{path}/leave", organisation_code=ZF).status_code == 422
    assert department.post(f"{path}/measures", organisation_code=ZF, text="责令停工").status_code == 200
    assert department.post(f"{path}/release", organisation_code=ZF).status_code == 403
    assert street.post(f"{path}/release", organisation_code=ZF).status_code == 200
    assert street.post(f"{path}/release", organisation_code=ZF).status_code == 409
    assert street.post(f"{path}/close").json()["stage"] == "closed"
    assert street.post(f"{path}/rate", organisation_code=ZF, score=5, words="到场及时").status_code == 200

    shown = street.get(path)
    assert shown.headers["ETag"] == f'"{shown.json()["revision"]}"'
    assert (len(shown.json()["attempts"]), shown.json()["ratings"][0]["score"]) == (1, 5)
    assert shown.json()["blown_at"].endswith("+08:00")
    past = street.get(f"{path}?as_of=2026-06-15T12:00:00%2B08:00")
    assert (past.json(), "ETag" in past.headers) == (shown.json(), False)
    assert street.get(f"{path}?as_of=2026-06-15T11:59:00%2B08:00").status_code == 404
    assert street.get(f"{path}?as_of=2026-06-15T11:59:00").status_code == 422
    assert [w["id"] for w in street.get("/whistles").json()["items"]] == [blown.json()["whistle_id"]]


@pytest.mark.parametrize(
    ("act", "body"),
    [
        ("check-in", {"organisation_code": ZF, "device_time": "2026-06-15T12:00:00"}),
        ("check-in", {"organisation_code": ZF, "device_time": "9999-12-31T23:59:59-12:00", "position": here()}),
        ("check-in", {"organisation_code": ZF, "device_time": "2026-06-15T12:00:00Z", "position": here(lon="NaN")}),
        ("check-in", {"organisation_code": "'; DROP TABLE whistle; --", "device_time": "2026-06-15T12:00:00Z"}),
        ("measures", {"organisation_code": ZF, "text": ""}),
        ("measures", {"organisation_code": ZF, "text": "a\u0000b"}),
        ("rate", {"organisation_code": ZF, "score": 4.5, "words": "好"}),
        ("rate", {"organisation_code": ZF, "score": 6, "words": "好"}),
        ("confirm", {"street_code": "3701"}),
        ("close", {"no_such_field": 1}),
    ],
)
def test_bad_input_is_refused_at_the_door(cast, door, act, body):
    play = cast.blown()
    answer = door("department_officer", "370102", ZF).post(f"/whistles/{play.whistle_id}/{act}", **body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("tag", ['"x"', "7", '"99999999999"', "''"])
def test_an_etag_that_is_none_of_ours_is_refused(cast, door, tag):
    play = cast.blown()
    street = door("street_officer", play.now().lead.street_code)
    assert street.post(f"/whistles/{play.whistle_id}/close", if_match=tag).status_code == 422


def test_markup_and_sql_come_back_as_they_went_in(cast, door):
    play = cast.blown()
    play.check_in(ZF)
    text = "<script>alert(1)</script>'; DROP TABLE whistle; -- =cmd|' /C calc'!A0"
    department = door("department_officer", "370102", ZF)
    department.post(f"/whistles/{play.whistle_id}/measures", organisation_code=ZF, text=text)
    assert department.get(f"/whistles/{play.whistle_id}").json()["measures"][0]["text"] == text


def test_another_districts_whistle_is_not_there(cast, door):
    play = cast.blown()
    neighbour = door("department_officer", "370112", "370112-D-ZF")
    assert neighbour.get(f"/whistles/{play.whistle_id}").status_code == 404
    assert neighbour.post(f"/whistles/{play.whistle_id}/acknowledge", organisation_code=ZF).status_code == 404
    assert neighbour.get("/whistles").json()["items"] == []


def test_kinds_are_read_by_all_and_changed_by_whoever_looks_after_the_rules(door):
    admin, street = door("administrator", "370102"), door("street_officer", "370102001")
    kinds = {kind["code"]: kind for kind in street.get("/whistle-kinds").json()["items"]}
    assert set(kinds) == {kind.code for kind in STARTING_KINDS}
    assert all(kind["source"] for kind in kinds.values())
    local = {**kinds["emergency"], "name": "防汛哨", "check_in_minutes": 15}
    del local["code"], local["etag"]
    assert street.send("PUT", "/whistle-kinds/flood", local).status_code == 403
    assert admin.send("PUT", "/whistle-kinds/flood", {**local, "geofence_m": 0}).status_code == 422
    put = admin.send("PUT", "/whistle-kinds/flood", local)
    (listed,) = [kind for kind in street.get("/whistle-kinds").json()["items"] if kind["code"] == "flood"]
    assert put.json() == listed == {**local, "code": "flood", "etag": listed["etag"]}


TEAM = {"kind": "group", "name": "拆违组", "area_code": "370102001", "members": [ZF, "370102-D-GA"], "lead": ZF}


def test_a_team_sent_again_is_made_once_and_answered_as_it_is_retired_when_it_was_retired_since(door, cast):
    street = door("street_officer", "370102001")
    team = {**TEAM, "id": str(new_id())}
    made = street.send("POST", "/teams", team)
    again = street.send("POST", "/teams", {**team, "members": team["members"][::-1]})
    assert (made.status_code, again.status_code, again.json()) == (201, 200, made.json())
    assert made.json()["id"] == team["id"]
    other = street.send("POST", "/teams", {**team, "name": "另一组"})
    assert (other.status_code, other.json()["faults"][0]["field"]) == (409, "id")
    retired = street.send("DELETE", f"/teams/{team['id']}", None)
    assert datetime.fromisoformat(retired.json()["retired_at"]) == cast.clock()
    late = street.send("POST", "/teams", team)
    assert (late.status_code, late.json()) == (200, retired.json())
    assert {**late.json(), "retired_at": None, "etag": made.json()["etag"]} == made.json()
    assert street.get("/teams").json()["items"] == []


def test_a_kind_that_somebody_changed_meanwhile_is_answered_with_both_versions(door):
    admin = door("administrator", "370102")
    (seen,) = [kind for kind in admin.get("/whistle-kinds").json()["items"] if kind["code"] == "emergency"]
    mine = {name: value for name, value in seen.items() if name not in {"code", "etag"}}
    quick, late = {**mine, "geofence_m": 300.0}, {**mine, "geofence_m": 400.0}
    first = admin.send("PUT", "/whistle-kinds/emergency", quick, if_match=seen["etag"])
    assert admin.send("PUT", "/whistle-kinds/emergency", quick, if_match=seen["etag"]).json() == first.json()
    stale = admin.send("PUT", "/whistle-kinds/emergency", late, if_match=seen["etag"])
    assert (stale.status_code, stale.json()["details"]) == (412, [{"yours": late, "stored": first.json()}])
    assert admin.send("PUT", "/whistle-kinds/emergency", late, if_match=first.json()["etag"]).status_code == 200


def test_a_team_is_retired_only_as_it_was_seen(door):
    street = door("street_officer", "370102001")
    made = street.send("POST", "/teams", {**TEAM, "id": str(new_id())}).json()
    path = f"/teams/{made['id']}"
    stale = street.send("DELETE", path, None, if_match='"00000000000000000000000000000000"')
    assert (stale.status_code, stale.json()["details"][0]["stored"]) == (412, made)
    assert street.send("DELETE", path, None, if_match=made["etag"]).status_code == 200


def test_a_team_is_made_listed_and_retired(door):
    street = door("street_officer", "370102001")
    team = {**TEAM, "id": str(new_id())}
    made = street.send("POST", "/teams", team)
    assert made.status_code == 201
    assert street.send("POST", "/teams", {**team, "id": str(new_id())}).status_code == 409
    assert street.send("POST", "/teams", {**team, "area_code": "370102002"}).status_code == 403
    stranger = door("street_officer", "370102002")
    assert [t["id"] for t in stranger.get("/teams").json()["items"]] == [made.json()["id"]]
    assert stranger.send("DELETE", f"/teams/{made.json()['id']}", None).status_code == 403
    assert street.send("DELETE", f"/teams/{made.json()['id']}", None).status_code == 200
    assert street.get("/teams").json()["items"] == []


def test_whoever_may_read_a_whistle_and_not_act_upon_it_is_told_so(cast, door):
    whistle_id = cast.blown().whistle_id
    auditor, stranger = door("auditor", "370102"), door("grid_worker", "370112")
    refused = auditor.post(f"/whistles/{whistle_id}/close")
    assert (refused.status_code, "may read" in refused.json()["detail"]) == (403, True)
    assert stranger.post(f"/whistles/{whistle_id}/close").status_code == 404
