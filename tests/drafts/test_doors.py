"""Drafts through the API and the command line: the same service, the same rights."""

from contextlib import nullcontext
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.app import create_app
from gridgov.cli import draft
from gridgov.settings import Settings
from tests.drafts.conftest import DISTRICT
from tests.support import secret_of

GPKG = {"Content-Type": "application/geopackage+sqlite3"}


@pytest.fixture
def client(town) -> TestClient:
    return TestClient(create_app(town.store, Settings(), clock=town.clock), base_url="http://localhost")


def proof(login: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret_of(login)}"}


@pytest.fixture
def made(town, merged):
    return town.drafting.create(town.planner, merged, title="并网格")


def test_strangers_are_told_that_they_are_strangers(client, made):
    for path in ("", f"/{made.id}", f"/{made.id}/file", f"/{made.id}/preview"):
        assert client.get(f"/api/v1/drafts{path}").status_code == 401
    assert client.post(f"/api/v1/drafts/{made.id}/publish", json={}).status_code == 401


def test_a_draft_goes_all_the_way_over_the_api(client, town, made):
    base, mine, centre = f"/api/v1/drafts/{made.id}", proof("planner"), proof("centre")
    file = client.get(f"{base}/file", headers=mine)
    assert file.headers["content-type"] == GPKG["Content-Type"]
    back = client.put(f"{base}/file", content=file.content, headers=mine | GPKG | {"If-Match": '"1"'})
    assert (back.status_code, back.json()["faults"], back.headers["etag"]) == (200, [], '"2"')
    again = client.put(f"{base}/file", content=file.content, headers=mine | GPKG | {"If-Match": '"1"'})
    assert again.status_code == 412
    preview = client.get(f"{base}/preview", headers=centre).json()
    assert preview["counts"] == {"unchanged": 14, "relabelled": 0, "changed": 1, "new": 0, "closed": 1}
    assert preview["heirs"][0].keys() == {"from", "to", "share", "household_share"}
    assert client.post(f"{base}/propose", json={"note": "请审"}, headers=mine).status_code == 200
    assert client.post(f"{base}/approve", json={}, headers=mine).status_code == 403
    early = {"at": "2020-01-01T00:00:00+08:00"}
    assert client.post(f"{base}/approve", json=early, headers=centre).status_code == 422
    assert client.post(f"{base}/approve", json={}, headers=centre).status_code == 200
    done = client.post(f"{base}/publish", json={}, headers=mine).json()
    assert (done["state"], done["published_version"]) == ("published", 2)
    assert client.post(f"{base}/withdraw", json={}, headers=mine).status_code == 422
    acts = [step["act"] for step in client.get(f"{base}/steps", headers=centre).json()["items"]]
    assert acts == ["create", "edit", "propose", "approve", "publish"]
    cells = client.get(f"{base}/cells", headers=mine)
    assert (cells.headers["content-type"], len(cells.json()["features"])) == ("application/geo+json", 15)
    assert len(town.grid()) == 15


def test_a_step_that_is_sent_twice_is_taken_once_and_the_second_is_told_so(client, town, made):
    base, mine, centre = f"/api/v1/drafts/{made.id}", proof("planner"), proof("centre")
    for number, (act, who) in enumerate([("propose", mine), ("approve", centre), ("publish", mine)], start=1):
        sent = [client.post(f"{base}/{act}", json={}, headers=who | {"If-Match": f'"{number}"'}) for _ in range(2)]
        assert [one.status_code for one in sent] == [200, 422], act
        assert sent[0].json()["state"] in sent[1].json()["detail"]
    steps = client.get(f"{base}/steps", headers=mine).json()["items"]
    assert [(one["revision"], one["act"]) for one in steps][1:] == [(2, "propose"), (3, "approve"), (4, "publish")]
    assert len(town.grid()) == 15


def test_a_draft_is_made_of_a_file_and_listed(client, made):
    file = client.get(f"/api/v1/drafts/{made.id}/file", headers=proof("planner")).content
    new = client.post("/api/v1/drafts?title=乙", content=file, headers=proof("other") | GPKG)
    assert (new.status_code, new.json()["author"]) == (201, "other")
    page = client.get("/api/v1/drafts?limit=1", headers=proof("centre")).json()
    assert [one["title"] for one in page["items"]] == ["乙"]
    rest = client.get(f"/api/v1/drafts?limit=1&cursor={page['next']}", headers=proof("centre")).json()
    assert [one["title"] for one in rest["items"]] == ["并网格"]
    broken = client.post("/api/v1/drafts?title=丙", content=b"no file", headers=proof("other") | GPKG)
    assert broken.status_code == 422


def test_undoing_over_the_api_is_a_draft(client, town, merged):
    town.published(merged)
    body = {"to": "2026-06-01T00:00:00+08:00", "district_code": DISTRICT}
    made = client.post("/api/v1/drafts/undo", json=body, headers=proof("planner"))
    assert (made.status_code, made.json()["state"], made.json()["base_version"]) == (201, "draft", 2)


def test_a_publication_for_later_is_called_off_over_the_api(client, town, merged):
    done = town.published(merged, at=town.clock() + timedelta(days=7))
    path, said = f"/api/v1/drafts/{done.id}/call-off", {"note": "街道反对"}
    assert client.post(path, json=said).status_code == 401
    assert client.post(path, json=said, headers=proof("centre")).status_code == 403
    assert client.post(path, json=said, headers=proof("planner") | {"If-Match": '"3"'}).status_code == 412
    back = client.post(path, json=said, headers=proof("planner") | {"If-Match": '"4"'})
    assert (back.status_code, back.json()["state"], back.headers["etag"]) == (200, "approved", '"5"')
    assert client.post(path, json=said, headers=proof("planner")).status_code == 422


@pytest.mark.usefixtures("as_before")
def test_the_command_line_leads_a_draft_too(town, merged, tmp_path, monkeypatch):
    acting = [town.planner]
    monkeypatch.setattr(draft, "_drafting", lambda: nullcontext((town.drafting, acting[-1])))

    def say(*words: object) -> str:
        done = CliRunner().invoke(draft.app, [str(word) for word in words])
        assert done.exit_code == 0, done.output + repr(done.exception)
        return done.output

    made = town.drafting.create(town.planner, merged, title="并网格")
    town.give("王小明", merged["cell"].iloc[0])
    file = tmp_path / "draft.gpkg"
    assert "revision 1" in say("export", made.id, file)
    assert "revision 2" in say("load", made.id, file)
    assert "王小明" in say("preview", made.id)
    assert "proposed" in say("propose", made.id)
    acting.append(town.centre)
    assert "approved" in say("approve", made.id, "--at", "2026-07-01T00:00:00+08:00")
    acting.append(town.planner)
    assert "as version 2" in say("publish", made.id)
    assert "published" in say("list")
    assert "approved, revision 6" in say("call-off", made.id)
    assert "published" in say("publish", made.id)
    assert "draft, revision 1" in say("undo", "2026-06-01T00:00:00+08:00")
