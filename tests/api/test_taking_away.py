"""Lists that are taken away: scoped as on the screen, and harmless in a spreadsheet."""

import csv
import io

import pytest

from tests.support import EVER, NOON, report, secret_of, somebody


def rows(answer) -> list[dict[str, str]]:
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def as_a(store, role: str, area: str = "370102") -> dict[str, str]:
    somebody(store, role, area, login=f"taker-{role}-{area}")
    return {"Authorization": f"Bearer {secret_of(f'taker-{role}-{area}')}"}


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_text_that_a_spreadsheet_would_run_is_only_text(client, store, text):
    client.app.state.intake.take(report(text=text), author="test")
    answer = client.get("/api/v1/incidents.csv", headers=as_a(store, "command_centre"))
    assert answer.status_code == 200
    assert rows(answer)[0]["text"] == f"'{text}"


def test_the_table_is_the_list_page_after_page_without_reporters(client, store, monkeypatch):
    monkeypatch.setattr("gridgov.services.tabling.PAGE", 3)
    for _ in range(8):
        client.app.state.intake.take(report(), author="test")
    mine = as_a(store, "command_centre")
    listed = client.get("/api/v1/incidents", headers=mine).json()["items"]
    taken = rows(client.get("/api/v1/incidents.csv", headers=mine))
    assert [r["number"] for r in taken] == [i["number"] for i in listed]
    assert {r["reported_at"][-6:] for r in taken} == {"+08:00"}
    assert not any("reporter" in name or "phone" in name for name in taken[0])


def test_who_sees_nothing_takes_nothing_away(client, store):
    client.app.state.intake.take(report(), author="test")
    elsewhere = client.get("/api/v1/incidents.csv", headers=as_a(store, "command_centre", "370112"))
    assert (elsewhere.status_code, rows(elsewhere)) == (200, [])
    assert client.get("/api/v1/incidents.csv", headers=as_a(store, "grid_worker")).status_code == 403
    assert client.get("/api/v1/incidents.csv?stage=nonsense", headers=as_a(store, "auditor")).status_code == 422


def looks(client, store) -> list[dict[str, str]]:
    found = client.get("/api/v1/looks", headers=as_a(store, "auditor")).json()["items"]
    return [{name: one[name] for name in ("district_code", "kind", "login", "purpose")} for one in found]


def test_whoever_takes_a_table_away_is_written_down_once_for_each_district_before_it_leaves(client, store, monkeypatch):
    monkeypatch.setattr("gridgov.services.tabling.PAGE", 2)
    for _ in range(5):
        client.app.state.intake.take(report(), author="test")
    client.get("/api/v1/incidents.csv?matter=20908&overdue=false", headers=as_a(store, "command_centre"))
    said = {"district_code": "370102", "kind": "table", "login": "taker-command_centre-370102"}
    assert looks(client, store) == [{**said, "purpose": "incidents.csv matter=20908"}]


def test_a_table_of_nothing_is_no_look(client, store):
    client.get("/api/v1/incidents.csv", headers=as_a(store, "command_centre"))
    assert looks(client, store) == []


def test_a_role_that_takes_away_in_one_street_takes_nothing_of_what_another_role_shows(client, store):
    client.app.state.intake.take(report(), author="test")
    mine = as_a(store, "street_officer", "370112001")
    with store.transaction() as unit:
        account_id = unit.accounts.id_of("taker-street_officer-370112001")
        unit.access.grant(account_id, "grid_worker", "370102", None, now=EVER, by="test")
    assert len(client.get("/api/v1/incidents", headers=mine).json()["items"]) == 1
    assert rows(client.get("/api/v1/incidents.csv", headers=mine)) == []


def test_filters_hold_for_what_is_taken_away(client, store):
    client.app.state.intake.take(report(), author="test")
    mine = as_a(store, "command_centre")
    assert rows(client.get("/api/v1/incidents.csv?stage=closed", headers=mine)) == []
    assert len(rows(client.get(f"/api/v1/incidents.csv?until={NOON:%Y-%m-%dT%H:%M:%SZ}", headers=mine))) >= 1


@pytest.mark.parametrize("when", ["0001-01-01T00:00:00Z", "1969-12-31T00:00:00Z", "9999-12-31T23:59:59Z"])
@pytest.mark.parametrize("path", ["incidents", "incidents.csv"])
def test_the_ends_of_the_calendar_are_times_like_others(client, path, when):
    assert client.get(f"/api/v1/{path}", params={"since": when, "until": when}).status_code == 200


@pytest.mark.parametrize("path", ["incidents", "incidents.csv"])
@pytest.mark.parametrize("query", ["matter=%00", "handling_organisation=%00", "stagee=closed", "matter=%EF%BC%9D"])
def test_a_filter_that_is_none_is_refused_rather_than_showing_all(client, path, query):
    assert client.get(f"/api/v1/{path}?{query}").status_code == 422
