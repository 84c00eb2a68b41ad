"""Attachments over HTTP: in parts, resumed, and handed out so that a browser trusts them with nothing."""

import base64
import hashlib
from collections.abc import Iterator
from threading import BoundedSemaphore
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from gridgov.evidence import PART_BYTES
from gridgov.ids import new_id
from gridgov.settings import Settings
from tests.evidence.files import LAT, mp4, photo
from tests.support import SavepointStore, SetClock, secret_of, somebody

FILE = photo()
FILM = mp4(data=bytes(PART_BYTES))


@pytest.fixture
def door(store: SavepointStore, settings: Settings, clock: SetClock) -> TestClient:
    app = create_app(store, settings, clock=clock, names=["testserver"])
    return TestClient(app, raise_server_exceptions=False)  # not entered: no report comes here, so nothing is warmed


@pytest.fixture
def client(door: TestClient, store: SavepointStore) -> TestClient:
    somebody(store, "street_officer", "370102", login="street")
    door.headers["Authorization"] = f"Bearer {secret_of('street')}"
    return door


def checksum(part: bytes) -> dict[str, str]:
    return {"Content-Digest": f"sha-256=:{base64.b64encode(hashlib.sha256(part).digest()).decode()}:"}


def announce(client: TestClient, file: bytes, incident_id: UUID, **changes: object):
    said = {"id": str(new_id()), "incident_id": str(incident_id), "name": "现场 “1”.jpg", "media_type": "image/jpeg"}
    said |= {"size": len(file), "sha256": hashlib.sha256(file).hexdigest(), **changes}
    return client.post("/api/v1/evidence/uploads", json=said)


def send(client: TestClient, upload_id: str, number: int, part: bytes, headers: dict[str, str] | None = None):
    address = f"/api/v1/evidence/uploads/{upload_id}/parts/{number}"
    return client.put(address, content=part, headers=checksum(part) if headers is None else headers)


def attach(client: TestClient, file: bytes, incident_id: UUID) -> dict:
    upload = announce(client, file, incident_id).json()
    for number in upload["missing"]:
        at = (number - 1) * upload["part_size"]
        assert send(client, upload["id"], number, file[at : at + upload["part_size"]]).status_code == 200
    answer = client.post(f"/api/v1/evidence/uploads/{upload['id']}/complete")
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("POST", "evidence/uploads"),
        ("GET", "evidence/uploads/{id}"),
        ("PUT", "evidence/uploads/{id}/parts/1"),
        ("POST", "evidence/uploads/{id}/complete"),
        ("DELETE", "evidence/uploads/{id}"),
        ("GET", "incidents/{id}/evidence"),
        ("GET", "evidence/{id}"),
        ("GET", "evidence/{id}/exif"),
        ("GET", "evidence/{id}/content"),
        ("GET", "evidence/{id}/thumbnail"),
    ],
)
def test_anonymous_gets_401(door, method, address):
    answer = door.request(method, f"/api/v1/{address.format(id=new_id())}", headers=checksum(b""))
    assert answer.status_code == 401


def test_a_phone_goes_on_where_it_broke_off(client, incident_id):
    upload = announce(client, FILM, incident_id, name="a.mp4").json()
    assert (upload["missing"], upload["part_size"]) == ([1, 2], PART_BYTES)
    assert send(client, upload["id"], 2, FILM[PART_BYTES:]).json()["missing"] == [1]
    assert client.get(f"/api/v1/evidence/uploads/{upload['id']}").json()["received"] == [2]
    refusal = client.post(f"/api/v1/evidence/uploads/{upload['id']}/complete")
    assert (refusal.status_code, refusal.json()["details"]) == (409, [{"missing": [1]}])
    assert send(client, upload["id"], 1, FILM[:PART_BYTES]).json()["missing"] == []
    done = client.post(f"/api/v1/evidence/uploads/{upload['id']}/complete").json()
    assert (done["media_type"], done["duration_s"], done["has_thumbnail"]) == ("video/mp4", 5.0, False)
    assert client.get(f"/api/v1/evidence/{done['id']}/thumbnail").status_code == 404


def test_announcing_twice_is_answered_with_200(client, incident_id):
    identity = str(new_id())
    assert announce(client, FILE, incident_id, id=identity).status_code == 201
    assert announce(client, FILE, incident_id, id=identity).status_code == 200
    assert announce(client, FILE + b"x", incident_id, id=identity).status_code == 409


def test_two_gigabytes_are_refused_before_they_are_sent(client, incident_id):
    answer = announce(client, FILE, incident_id, size=2 * 1024**3)
    assert answer.status_code == 422
    assert "67108864" in answer.json()["detail"]


def test_a_part_may_be_larger_than_other_bodies_and_no_larger_than_a_part(client, incident_id):
    upload = announce(client, FILM, incident_id).json()
    assert send(client, upload["id"], 1, bytes(PART_BYTES + 1)).status_code == 413
    assert send(client, upload["id"], 2, bytes(PART_BYTES)).status_code == 422


def test_a_stream_without_a_length_is_cut_off_where_the_part_ends(client, incident_id):
    upload = announce(client, FILE, incident_id).json()

    def endless() -> Iterator[bytes]:
        for _ in range(500):
            yield bytes(65_536)

    answer = client.put(
        f"/api/v1/evidence/uploads/{upload['id']}/parts/1", content=endless(), headers=checksum(b"whatever")
    )
    assert answer.status_code == 422


@pytest.mark.parametrize("header", [{}, {"Content-Digest": "md5=:x:"}, {"Content-Digest": "sha-256=::"}])
def test_a_part_without_its_checksum_is_refused(client, incident_id, header):
    upload = announce(client, FILE, incident_id).json()
    assert send(client, upload["id"], 1, FILE, header).status_code == 422


def test_a_wrong_checksum_is_refused(client, incident_id):
    upload = announce(client, FILE, incident_id).json()
    assert send(client, upload["id"], 1, FILE, checksum(b"other")).status_code == 422


def test_an_upload_can_be_given_up(client, incident_id):
    upload = announce(client, FILE, incident_id).json()
    assert client.delete(f"/api/v1/evidence/uploads/{upload['id']}").status_code == 204
    assert send(client, upload["id"], 1, FILE).status_code == 409


def test_who_must_wait_for_a_turn_is_told_how_long_and_others_are_answered(client, incident_id, monkeypatch):
    upload = announce(client, FILE, incident_id).json()
    assert upload["expires_at"] is not None
    send(client, upload["id"], 1, FILE)
    with monkeypatch.context() as patched:
        patched.setattr("gridgov.services.preparing._room", BoundedSemaphore(1))
        patched.setattr("gridgov.services.preparing._decoders", full := BoundedSemaphore(1))
        patched.setattr("gridgov.services.preparing._PATIENCE_S", 0.01)
        full.acquire()
        answer = client.post(f"/api/v1/evidence/uploads/{upload['id']}/complete")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert client.post(f"/api/v1/evidence/uploads/{upload['id']}/complete").status_code == 200
    closed = client.get(f"/api/v1/evidence/uploads/{upload['id']}").json()
    assert (closed["stage"], closed["missing"], closed["expires_at"]) == ("complete", [], None)


def test_a_file_that_is_refused_stays_refused_with_the_same_words(client, incident_id):
    upload = announce(client, b"#!/bin/sh\n", incident_id).json()
    send(client, upload["id"], 1, b"#!/bin/sh\n")
    address = f"/api/v1/evidence/uploads/{upload['id']}"
    first, second = (client.post(f"{address}/complete") for _ in range(2))
    assert first.status_code == second.status_code == 422
    assert first.json() == second.json()
    assert client.get(address).json()["stage"] == "refused"


def test_what_is_listed_is_what_was_attached(client, incident_id):
    done = attach(client, FILE, incident_id)
    assert client.get(f"/api/v1/incidents/{incident_id}/evidence").json()["items"] == [done]
    assert client.get(f"/api/v1/evidence/{done['id']}").json() == done
    assert done["original_sha256"] == hashlib.sha256(FILE).hexdigest()


def test_a_file_is_handed_out_so_that_a_browser_trusts_it_with_nothing(client, incident_id):
    done = attach(client, FILE, incident_id)
    answer = client.get(f"/api/v1/evidence/{done['id']}/content")
    assert hashlib.sha256(answer.content).hexdigest() == done["sha256"]
    headers = answer.headers
    assert headers["content-type"] == "image/jpeg"
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]
    assert headers["content-disposition"].startswith("inline; filename=")
    assert "filename*=UTF-8''%E7%8E%B0" in headers["content-disposition"]
    assert "immutable" in headers["cache-control"]
    assert "private" in headers["cache-control"]


def test_a_file_that_has_not_changed_is_not_sent_again(client, incident_id):
    address = f"/api/v1/evidence/{attach(client, FILE, incident_id)['id']}/content"
    tag = client.get(address).headers["etag"]
    again = client.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_byte_ranges_and_head_are_answered(client, incident_id):
    address = f"/api/v1/evidence/{attach(client, FILM, incident_id)['id']}/content"
    whole = client.get(address).content
    some = client.get(address, headers={"Range": "bytes=10-19"})
    assert (some.status_code, some.content) == (206, whole[10:20])
    assert some.headers["content-range"] == f"bytes 10-19/{len(whole)}"
    assert client.get(address, headers={"Range": "bytes=-5"}).content == whole[-5:]
    assert client.get(address, headers={"Range": f"bytes={len(whole)}-"}).status_code == 416
    head = client.head(address)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(whole)))


def test_a_thumbnail_is_a_small_jpeg(client, incident_id):
    answer = client.get(f"/api/v1/evidence/{attach(client, FILE, incident_id)['id']}/thumbnail")
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.content.startswith(b"\xff\xd8\xff")


def test_what_the_file_told_is_shown_to_the_street_only(client, store, incident_id):
    done = attach(client, FILE, incident_id)
    told = client.get(f"/api/v1/evidence/{done['id']}/exif").json()
    assert told["lat"] == pytest.approx(LAT)
    assert told["taken_at"] == "2026-06-15T11:58:00+08:00"
    somebody(store, "auditor", login="auditor")
    client.headers["Authorization"] = f"Bearer {secret_of('auditor')}"
    assert client.get(f"/api/v1/evidence/{done['id']}/content").status_code == 200
    assert client.get(f"/api/v1/evidence/{done['id']}/exif").status_code == 403


def test_a_file_that_the_store_lost_is_an_error_and_no_empty_answer(client, incident_id, tmp_path):
    done = attach(client, FILE, incident_id)
    for path in (tmp_path / "kept" / "sha256").rglob("*"):
        if path.is_file():
            path.unlink()
    answer = client.get(f"/api/v1/evidence/{done['id']}/content")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
