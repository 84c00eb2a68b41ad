"""What the process that cleans says to the one that started it: JSON, for it reads strangers' bytes and may lie."""

import base64
import json
from dataclasses import asdict
from datetime import datetime

from gridgov.errors import FileFormatError
from gridgov.evidence.cleaning import Cleaned
from gridgov.evidence.kinds import ACCEPTED
from gridgov.evidence.told import Told


def pack(done: Cleaned) -> bytes:
    """Return what was found, as an answer."""
    told = asdict(done.told)
    told["taken_at"] = done.told.taken_at.isoformat() if done.told.taken_at else None
    found = {"kind": done.kind.media_type, "width": done.width, "height": done.height, "duration_s": done.duration_s}
    small = base64.b64encode(done.thumbnail).decode() if done.thumbnail else None
    return json.dumps({**found, "thumbnail": small, "told": told}).encode()


def pack_refusal(why: str) -> bytes:
    """Return why a file is refused, as an answer."""
    return json.dumps({"refused": why}).encode()


def unpack(answer: bytes) -> Cleaned:
    """Return what was found.

    Raises
    ------
    FileFormatError
        If the answer is a refusal.
    ValueError
        If it is no answer.
    """
    try:
        said = json.loads(answer)
        if "refused" in said:
            raise FileFormatError(str(said["refused"]), field="file")
        told, taken = said["told"], said["told"]["taken_at"]
        return Cleaned(
            ACCEPTED[said["kind"]],
            width=said["width"],
            height=said["height"],
            duration_s=said["duration_s"],
            thumbnail=base64.b64decode(said["thumbnail"]) if said["thumbnail"] else None,
            told=Told(**{**told, "taken_at": datetime.fromisoformat(taken) if taken else None}),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = "this is no answer"
        raise ValueError(message) from error
