"""How tests send a file: announced, cut, sent part by part, completed; and what is left of it."""

import hashlib
import io
from pathlib import Path
from typing import Any
from uuid import UUID

from gridgov.access import Caller
from gridgov.evidence import LINGERING, PART_BYTES, Announcement
from gridgov.ids import new_id
from gridgov.services.sweeps.evidence import sweep_uploads
from tests.evidence.files import mp4

NOBODY = Caller(bytes(32))
BIG = mp4(data=bytes(2 * PART_BYTES + 5))


def announcement(file: bytes, incident_id: UUID | None, **changes: Any) -> Announcement:
    said: dict[str, Any] = {
        "id": new_id(),
        "incident_id": incident_id,
        "whistle_id": None,
        "name": "现场.jpg",
        "media_type": "image/jpeg",
        "size": len(file),
        "sha256": hashlib.sha256(file).digest(),
    }
    return Announcement(**{**said, **changes})


def cut(file: bytes) -> list[bytes]:
    return [file[at : at + PART_BYTES] for at in range(0, len(file), PART_BYTES)]


def send(attaching, caller, upload_id, number, part):
    return attaching.receive(caller, upload_id, number, io.BytesIO(part), hashlib.sha256(part).digest())


def sent(attaching, caller, file, incident_id, **changes: Any):
    """Announce a file and send its parts."""
    wanted = announcement(file, incident_id, **changes)
    attaching.announce(caller, wanted)
    for number, part in enumerate(cut(file), start=1):
        send(attaching, caller, wanted.id, number, part)
    return wanted


def attached(attaching, caller, file, incident_id, **changes: Any):
    return attaching.complete(caller, sent(attaching, caller, file, incident_id, **changes).id)


def facts(store, incident_id):
    with store.transaction() as unit:
        return unit.incidents.facts("370102", incident_id)


def orphans(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "kept" / "uploads").rglob("*") if path.is_file()]


def swept(store, clock, objects) -> None:
    clock.move(LINGERING)
    with store.transaction() as unit:
        sweep_uploads(unit, clock(), 10, objects)
