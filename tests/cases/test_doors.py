"""The doors of cases: the API and the command line do the same acts through the same service."""

import shlex
from contextlib import nullcontext
from datetime import timedelta
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.app import create_app
from gridgov import cli
from gridgov.cli import _hand
from gridgov.ids import new_id
from gridgov.incidents import Stage
from gridgov.incidents.lifecycle import Act
from gridgov.settings import Settings
from tests.cases.people import Life, never_close
from tests.openapi import document
from tests.support import secret_of, somebody


@pytest.fixture
def doors(life: Life):
    """Yield a function that posts an act as somebody with a role."""
    app = create_app(life.store, Settings(), clock=life.clock, names=["testserver"])
    roles = {
        "centre": ("command_centre", None),
        "handler": ("department_officer", life.lead),
        "worker": ("grid_worker", None),
    }
    for login, (role, organisation) in roles.items():
        somebody(life.store, role, "370102", organisation, login=login)
    with TestClient(app, raise_server_exceptions=False) as client:

        def ask(who: str, act: str | None, body: dict | None = None, *, revision: str | None = None, path: str = ""):
            headers = {"Authorization": f"Bearer {secret_of(who)}"}
            headers |= {"If-Match": revision} if revision else {}
            address = path or f"/api/v1/incidents/{life.receipt.id}/acts"
            if act is None:
                return client.get(address, headers=headers)
            return client.post(f"{address}/{act}", headers=headers, json={"id": str(new_id()), **(body or {})})

        yield ask


def test_a_case_lives_through_its_doors(life, doors):
    way = [
        ("centre", "file", {}),
        ("centre", "dispatch", {"organisation_code": life.lead}),
        ("handler", "accept", {}),
        ("handler", "feed_back", {"report": "<b>已清运</b>"}),
        ("worker", "verify", {}),
        ("centre", "close", {}),
        ("centre", "reopen", {"reason": "居民反映未解决"}),
    ]
    for revision, (who, act, body) in enumerate(way, start=2):
        answer = doors(who, act, body, revision=f'"{revision - 1}"')
        assert answer.status_code == 200, answer.text
        assert answer.headers["ETag"] == f'"{revision}"'
        assert answer.json()["revision"] == revision
    found = answer.json()
    assert (found["stage"], found["first_organisation_code"]) == ("handling", life.lead)
    assert found["deadline_at"].endswith("+08:00")
    hops = doors("centre", None, path=f"/api/v1/incidents/{life.receipt.id}/hops").json()["items"]
    assert [(hop["organisation_code"], hop["ended_by"]) for hop in hops] == [
        (life.lead, "feed_back"),
        (life.lead, None),
    ]


def test_a_stale_act_is_412_with_both_versions_and_any_revision_will_do_for_a_star(life, doors):
    assert doors("centre", "note", {"text": "a"}, revision="*").status_code == 200
    answer = doors("centre", "file", {}, revision='"1"')
    assert answer.status_code == 412
    both = answer.json()["details"][0]
    assert (both["yours"]["revision"], both["stored"]["revision"]) == (1, 2)
    for wrong in ("7", "abc", '"x"', '""'):
        assert doors("centre", "file", {}, revision=wrong).status_code == 422
    assert life.standing().stage is Stage.REPORTED


def test_the_same_body_sent_twice_is_answered_the_same_and_another_under_its_id_with_409(doors):
    body = {"id": str(new_id()), "text": "a"}
    first, again = doors("centre", "note", body), doors("centre", "note", body)
    assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert doors("centre", "note", {**body, "text": "b"}).status_code == 409


def test_what_is_wrong_is_said_with_its_status(doors):
    assert doors("handler", "file").status_code == 403
    assert doors("centre", "close").status_code == 422
    assert doors("centre", "dance").status_code == 404
    assert doors("centre", "reject", {"reason": ""}).status_code == 422
    assert doors("centre", "reject", {"reason": "x", "colour": "red"}).status_code == 422
    assert doors("centre", "file", path=f"/api/v1/incidents/{new_id()}/acts").status_code == 404
    until = {"reason": "x", "until": "2026-07-01T09:00:00"}
    assert doors("centre", "suspend", until).status_code == 422


def test_what_can_be_done_is_told_with_the_revision(doors):
    answer = doors("centre", None)
    assert answer.headers["ETag"] == '"1"'
    said = {each["act"]: each for each in answer.json()["acts"]}
    assert set(said) == set(Act)
    assert (said["file"]["possible"], said["file"]["to"]) == (True, "filed")
    assert said["close"]["why_not"]
    assert answer.json()["case"]["stage"] == "reported"


def test_every_act_has_an_address_with_an_example():
    paths, schemas = document()["paths"], document()["components"]["schemas"]
    for act in Act:
        operation = paths[f"/api/v1/incidents/{{incident_id}}/acts/{act.value}"]["post"]
        name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        assert schemas[name]["examples"]
        assert {"401", "403", "404", "409", "412", "422"} <= set(operation["responses"])


@pytest.fixture
def shell(life: Life, monkeypatch, as_before):  # noqa: ARG001 - it undoes what a command does to the process
    """Return a function that runs `gridgov case` over the test's store, as somebody."""

    def run(who: str, line: str):
        monkeypatch.setattr(_hand, "opened_store", lambda: nullcontext(life.store))
        monkeypatch.setattr(_hand, "system_clock", life.clock)
        monkeypatch.setattr(_hand.saved, "saved_caller", lambda _: life.people[who])
        return CliRunner().invoke(cli.app, ["case", *shlex.split(line)])

    return run


def test_a_case_lives_on_the_command_line(life, shell):
    number = life.receipt.number
    lines = [
        ("centre", f"file {number}"),
        ("centre", f"dispatch {number} {life.lead}"),
        ("handler", f"return {number} --reason 非本部门职责"),
        ("centre", f"dispatch {number.lower()} {life.other} --reason 就近处置"),
        ("other_department", f"accept {life.receipt.id}"),
        ("other_department", f"ask-extension {number} --reason 吊车 --minutes 30"),
        ("centre", f"grant-extension {number}"),
        ("other_department", f"suspend {number} --reason 汛期 --until 2026-06-20T09:00:00+08:00"),
        ("other_department", f"resume {number}"),
        ("other_department", f"feed-back {number} --report 已清运"),
        ("worker", f"send-back {number} --reason 残留"),
        ("other_department", f"feed-back {number} --report 已清运 --measures 围挡"),
        ("worker", f"verify {number}"),
        ("centre", f"close {number}"),
        ("centre", f"reopen {number} --reason 未解决"),
        ("centre", f"urge {number} 请尽快"),
        ("centre", f"supervise {number} 督办"),
        ("centre", f"note {number} 已联系"),
    ]
    for who, line in lines:
        result = shell(who, line)
        assert result.exit_code == 0, (line, result.output, result.exception)
    assert life.standing().stage is Stage.HANDLING
    shown = shell("centre", f"show {number}").output
    assert life.other in shown
    assert "supervise -> handling" in shown


def test_the_past_of_a_case_is_told_on_the_command_line(life, shell):
    number, taken_in = life.receipt.number, life.clock()
    life.clock.move(timedelta(minutes=1))
    life.to(Stage.HANDLING)
    shown = shell("centre", f"show {number} --as-of {taken_in.isoformat()}").output
    assert f"{number}: reported, revision 1" in shown
    assert "file until" in shown
    assert "You may" not in shown
    never_close(life, life.lead)
    shown = shell("centre", f"show {number} --as-of {life.clock().isoformat()}").output
    assert f"{number}: handling, revision 4" in shown
    assert "not told of then" in shown
    assert " until " not in shown
    assert shell("centre", f"show {number} --as-of yesterday").exit_code


def test_an_act_of_a_script_carries_its_own_id_and_revision(life, shell):
    act_id = new_id()
    first = shell("centre", f"file {life.receipt.number} --id {act_id} --revision 1")
    again = shell("centre", f"file {life.receipt.number} --id {act_id} --revision 1")
    assert "nothing changed" not in first.output
    assert "nothing changed" in again.output
    assert shell("centre", f"note {life.receipt.number} x --revision 1").exit_code != 0
    assert life.standing().revision == 2


@pytest.mark.parametrize(
    "line",
    [
        "suspend {n} --reason x --until tomorrow",
        "file 370102-000000-00000000",
        "relocate {n} --reason x --lon 117.0",
        "relocate {n} --reason x",
        "close {n}",
    ],
)
def test_what_cannot_be_is_refused_on_the_command_line(life, shell, line):
    assert shell("centre", line.format(n=life.receipt.number)).exit_code != 0
    assert life.standing().revision == 1


def test_what_is_refused_says_its_times_as_people_read_them(life, shell):
    number = life.receipt.number
    assert shell("centre", f"file {number}").exit_code == 0
    stale = shell("centre", f"note {number} x --revision 1").exception
    assert stale.details[0]["stored"]["deadline_at"].endswith("+08:00")
    assert shell("centre", f"dispatch {number} {life.lead}").exit_code == 0
    assert shell("handler", f"accept {number}").exit_code == 0
    late = shell("handler", f"suspend {number} --reason x --until 2020-01-01T00:00:00+00:00").exception
    assert "2020-01-01T08:00:00+08:00" in str(late)


def test_the_past_of_a_case_is_told_to_whoever_may_see_it(life, doors):
    life.clock.move(timedelta(minutes=1))
    taken_in = life.clock() - timedelta(minutes=1)
    life.to(Stage.HANDLING)
    address = f"/api/v1/incidents/{life.receipt.id}?as_of={{}}"

    def then(moment: str, who: str = "centre"):
        return doors(who, None, path=address.format(quote(moment)))

    now = doors("centre", None, path=f"/api/v1/incidents/{life.receipt.id}")
    past = then(taken_in.isoformat())
    assert (past.status_code, past.json()["stage"], past.json()["revision"]) == (200, "reported", 1)
    assert past.json()["hops"] == []
    assert "ETag" in now.headers
    assert "ETag" not in past.headers
    assert past.json()["deadline_at"] is not None
    never_close(life, life.lead)
    changed = then(life.clock().isoformat())
    assert (changed.json()["stage"], "deadline_at" in changed.json()) == ("handling", False)
    assert set(now.json()["hops"][0]) - set(changed.json()["hops"][0]) == {"waited_working_s", "held_working_s"}
    assert then((taken_in - timedelta(days=1)).isoformat()).json()["faults"][0]["field"] == "as_of"
    assert then((taken_in - timedelta(days=1)).isoformat()).status_code == 404
    assert then(taken_in.isoformat(), "worker").status_code == 200
    somebody(life.store, "command_centre", "370112", login="stranger")
    assert then(taken_in.isoformat(), "stranger").status_code == 404
    assert then("2026-03-05T14:30:00").status_code == 422
