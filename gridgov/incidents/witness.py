"""What facts witness of the rows beside them, so that a word changed there is found.

The first fact witnesses the report's own row. The last fact that an act appends says, for each table in which the act
changed something of the case, the digest of the case's rows before it and after it. So each act's "before" must be
what an earlier one left, and what stands now must be what the newest left.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from gridgov.incidents.facts import FactKind

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


Digests = Mapping[str, str]
"""The digest of a case's rows in each table that has any."""

Rows = dict[str, list[str | None]]
"""By table: the digest before an act, and after it; None where there were no rows."""


def changed(before: Digests, after: Digests) -> Rows:
    """Return the tables in which something changed."""
    names = sorted({*before, *after})
    return {name: [before.get(name), after.get(name)] for name in names if before.get(name) != after.get(name)}


def witnessing(facts: Iterable[tuple[FactKind, dict[str, Any]]], rows: Rows) -> list[tuple[FactKind, dict[str, Any]]]:
    """Return what is to be appended, the last of it as the witness of what was changed."""
    said = list(facts)
    if rows and said:
        kind, payload = said[-1]
        said[-1] = kind, {**payload, "rows": rows}
    return said


def rows_of(payload: Any) -> Rows:
    """Return what a stored fact witnesses; nothing, where somebody wrote something else there."""
    found = payload.get("rows") if isinstance(payload, dict) else None
    pairs = found.items() if isinstance(found, dict) else ()
    return {name: pair for name, pair in pairs if isinstance(pair, list) and len(pair) == len(("before", "after"))}
