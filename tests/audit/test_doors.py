"""Audit from the command line and over HTTP."""

import json

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.app import create_app
from gridgov.cli.audit import app
from gridgov.errors import InputError
from gridgov.ids import new_id
from gridgov.settings import Settings
from tests.audit.conftest import DISTRICT
from tests.support import SetClock, secret_of, somebody


@pytest.fixture
def client(sealed) -> TestClient:
    return TestClient(
        create_app(sealed.serving, Settings(), clock=SetClock(sealed.clock()), names=["testserver"]),
        raise_server_exceptions=False,
    )


def proof(sealed, role: str, area_code: str = DISTRICT) -> dict[str, str]:
    login = f"{role}-{new_id().hex[-12:]}"
    somebody(sealed.store, role, area_code, login=login)
    return {"Authorization": f"Bearer {secret_of(login)}"}


@pytest.fixture
def command(sealed, monkeypatch, as_before):  # noqa: ARG001 - it undoes what a command does to this process
    monkeypatch.setenv("GRIDGOV_DATABASE_URL", sealed.store.engine.url.render_as_string(hide_password=False))
    return lambda *words: CliRunner().invoke(app, [*words, "--local"])


@pytest.mark.parametrize(
    "address", ["audit/heads", "audit/verifications", "incidents/01900000-0000-7000-8000-000000000000/story"]
)
def test_anonymous_gets_401(client, address):
    assert client.get(f"/api/v1/{address}").status_code == 401


def test_who_does_not_audit_gets_403(client, sealed):
    headers = proof(sealed, "street_officer")
    assert client.get("/api/v1/audit/heads", headers=headers).status_code == 403
    assert client.get("/api/v1/audit/verifications", headers=headers).status_code == 403


def test_a_whole_record_is_said_whole_and_written_down(command, client, sealed):
    done = command("verify", "--district", DISTRICT)
    assert done.exit_code == 0, done.output
    assert f"{DISTRICT}: whole" in done.output
    (found,) = client.get("/api/v1/audit/verifications", headers=proof(sealed, "auditor")).json()["items"]
    assert (found["whole"], found["findings"], found["district_code"]) == (True, 0, DISTRICT)
    assert client.get("/api/v1/audit/verifications", headers=proof(sealed, "auditor", "370103")).json()["items"] == []


def test_the_head_that_is_printed_is_the_one_that_is_served_and_fits(command, client, sealed):
    head = command("head").output.split()
    served = client.get("/api/v1/audit/heads", headers=proof(sealed, "auditor")).json()["items"]
    assert {one["head"] for one in served} <= set(head)
    assert command("verify", *(word for one in head for word in ("--head", one)), "--district", DISTRICT).exit_code == 0


def test_a_head_that_does_not_fit_ends_with_1(command):
    done = command("verify", "--district", DISTRICT, "--head", f"{DISTRICT}:1:{'00' * 32}")
    assert done.exit_code == 1
    assert "head_differs" in done.output


def test_of_several_heads_of_a_district_each_counts(command):
    (head,) = command("head", "--district", DISTRICT).output.split()
    done = command("verify", "--head", f"{DISTRICT}:1:{'00' * 32}", "--head", head)
    assert done.exit_code == 1
    assert "head_differs" in done.output


def test_a_head_of_a_district_that_is_not_verified_is_refused(command):
    done = command("verify", "--district", DISTRICT, "--head", f"370112:1:{'00' * 32}")
    assert done.exit_code != 0
    assert isinstance(done.exception, InputError)
    assert "370112" in done.exception.message


def test_a_story_is_written_as_a_page_and_as_json(command, sealed, tmp_path):
    with sealed.tampered() as tampering:
        number = tampering.ask("SELECT number FROM incident WHERE id = :id", id=sealed.quiet)
    page, data = tmp_path / "a.html", tmp_path / "a.json"
    done = command("export", number.lower(), "--html", str(page), "--json", str(data))
    assert done.exit_code == 0, done.output
    assert "路灯不亮" in page.read_text(encoding="utf-8")
    assert json.loads(data.read_text(encoding="utf-8"))["incident"]["number"] == number


def test_a_story_over_http_is_a_page_or_json_as_asked(client, sealed):
    headers = proof(sealed, "command_centre")
    address = f"/api/v1/incidents/{sealed.quiet}/story"
    data = client.get(address, headers=headers)
    assert data.json()["format"] == "gridgov-story/1"
    page = client.get(address, headers={**headers, "Accept": "text/html,*/*"})
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    assert client.get(f"{address}?format=json", headers={**headers, "Accept": "text/html"}).json()["facts"]
    assert client.get(f"{address}?format=html", headers=headers).text.startswith("<!doctype html>")
    assert client.get(address, headers=proof(sealed, "grid_worker")).status_code in {403, 404}
    assert client.get(f"/api/v1/incidents/{new_id()}/story", headers=headers).status_code == 404
