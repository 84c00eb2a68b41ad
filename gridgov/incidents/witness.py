"""What the first fact of a chain witnesses of the report's own row, so that a word changed there is found."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

WITNESSED = (
    "district_code",
    "number",
    "reported_at",
    "received_at",
    "channel",
    "external_number",
    "list_version",
    "matter_code",
    "text",
)
"""The columns of the row. Its own digest covers the reporter too, and is therefore not on the chain."""


def row_digest(row: Mapping[str, Any]) -> bytes:
    """Return the SHA-256 of what a report's row says, without its reporter."""
    body = [_plain(row[name]) for name in WITNESSED]
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()).digest()


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
