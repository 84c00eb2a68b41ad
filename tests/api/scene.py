"""A scene with one of everything that a path can name, and somebody who may do everything to it."""

import base64
import hashlib
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from fastapi.testclient import TestClient

from gridgov.access.roles import ROLES
from gridgov.ids import new_id
from gridgov.store.unit import Store
from tests.api.conftest import EVERYWHERE, proof_of
from tests.day.town import photo
from tests.support import EVER, somebody

STREET, ORGANISATION = "370102001", "370102-D-CG"


def everybody(store: Store) -> dict[str, str]:
    """Make somebody who holds every role, over the province and for an organisation, and return the proof of it."""
    somebody(store, "grid_worker", EVERYWHERE, login="everybody")
    with store.transaction() as unit:
        account_id = unit.accounts.id_of("everybody")
        assert account_id
        for role in ROLES:
            unit.access.grant(account_id, role.code, EVERYWHERE, None, now=EVER, by="test")
            unit.access.grant(account_id, role.code, EVERYWHERE, ORGANISATION, now=EVER, by="test")
    return proof_of("everybody")


def set_scene(client: TestClient, mine: dict[str, str]) -> dict[str, str]:
    """Make one of everything, and return the names that paths use for it."""

    def made(path: str, **body: Any) -> dict[str, Any]:
        answer = client.post(f"/api/v1/{path}", json={"id": str(new_id()), **body}, headers=mine)
        assert answer.status_code in {200, 201}, (path, answer.status_code, answer.text)
        return dict(answer.json())

    def first(path: str) -> dict[str, Any]:
        return dict(client.get(f"/api/v1/{path}", headers=mine).json()["items"][0])

    incident = made(
        "incidents",
        channel="grid_worker",
        matter="20601",
        text="楼顶加盖，正在浇筑",
        position={"datum": "wgs84", "lon": 117.0902, "lat": 36.6512},
        reported_at="2026-06-15T11:57:00+08:00",
    )
    incident_id = str(incident["id"])
    made(f"incidents/{incident_id}/acts/file")
    whistle = made(f"incidents/{incident_id}/whistles", organisations=[ORGANISATION], reason="no one else may")
    person = made("people", staff_code="S-1", name="林晓燕", organisation_code=f"{STREET}-S", employment="full_time")
    duty = {"person_id": person["id"], "target_code": STREET, "role": "grid_worker"}
    return {
        "incident_id": incident_id,
        "whistle_id": str(whistle["whistle_id"]),
        "evidence_id": _attached(client, mine, incident_id),
        "upload_id": str(_announced(client, mine, incident_id, b"12345")["id"]),
        "number": "1",
        "account_id": str(made("accounts", login="somebody-new", name="新人", area_code="370102")["id"]),
        "endpoint_id": str(made("endpoints", name="n", url="https://hooks.example/in", district_code="370102")["id"]),
        "person_id": str(person["id"]),
        "duty_id": str(made("duties", since="2026-06-01T00:00:00+08:00", **duty)["id"]),
        "organisations/{code}": f"{STREET}-S",
        "whistle-kinds/{code}": str(first("whistle-kinds")["code"]),
        "hours/{code}": str(first("hours")["code"]),
        "checklists/{code}": str(first("checklists")["code"]),
        "tables/{name}": "people",
        "matter_code": "20908",
        "year": "2026",
        "kind": "handle",
        "level": "cell",
    }


def names_in(path: str, there: Mapping[str, str]) -> dict[str, str]:
    """Return what stands in a scene for the names in a path; what a `code` is of, the word before it says."""
    parts = [part.partition(".")[0] for part in path.split("/")]
    said = {part: there.get(f"{before}/{part}", there.get(part.strip("{}"))) for before, part in pairwise(parts)}
    return {part.strip("{}"): value for part, value in said.items() if part.startswith("{") and value is not None}


def _announced(client: TestClient, mine: dict[str, str], incident_id: str, content: bytes) -> dict[str, Any]:
    said = {"name": "现场.jpg", "media_type": "image/jpeg", "size": len(content)}
    body = {"id": str(new_id()), "incident_id": incident_id, "sha256": hashlib.sha256(content).hexdigest(), **said}
    answer = client.post("/api/v1/evidence/uploads", json=body, headers=mine)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def _attached(client: TestClient, mine: dict[str, str], incident_id: str) -> str:
    content = photo()
    upload = f"/api/v1/evidence/uploads/{_announced(client, mine, incident_id, content)['id']}"
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    headers = {"Content-Digest": f"sha-256=:{digest}:", "Content-Type": "application/octet-stream", **mine}
    assert client.put(f"{upload}/parts/1", content=content, headers=headers).status_code == 200
    return str(client.post(f"{upload}/complete", headers=mine).json()["id"])
