"""Looking at whistles: for what, where, who is summoned until when, and what was done."""

from collections.abc import Iterable, Sequence
from typing import Any

from gridgov.cli._attaching import attach_all
from gridgov.cli._giving import AsOf, Before, Files, Identity, Limit, WhistleArgument, maybe_moment
from gridgov.cli._hand import at_hand
from gridgov.cli._saying import say, say_fields, say_more, say_table
from gridgov.errors import GridgovError
from gridgov.services.whistling import Whistling

_LOGS: dict[str, Sequence[str]] = {
    "check_ins": ("received_at", "organisation_code", "verdict", "distance_m", "reasons", "vouched_by", "author"),
    "measures": ("at", "organisation_code", "text", "evidence", "author"),
    "attempts": ("at", "organisation_code", "act", "stage", "author"),
    "releases": ("at", "organisation_code", "street_code", "excused", "reason", "author"),
    "ratings": ("at", "organisation_code", "street_code", "score", "words", "author"),
}
"""What is told of everything that was done in a whistle."""


def list_whistles(*, limit: Limit = 20, before: Before = None) -> None:
    """List the whistles that you may see, newest first."""
    with at_hand() as hand:
        rows = hand.of(Whistling).whistles(hand.caller, limit=limit, before=before)
    headers = ("whistle", "case", "kind", "stage", "sides", "summoned", "on site")
    say_table(headers, map(_line, rows), none="No whistle that you may see.")
    say_more(rows, limit)


def show(whistle: WhistleArgument, as_of: AsOf = None) -> None:
    """Say what a whistle is for and where, who is to come until when, and everything that was done."""
    moment = maybe_moment(as_of, "as-of")
    with at_hand() as hand:
        row = hand.of(Whistling).whistle(hand.caller, hand.whistle(whistle), as_of=moment)
        try:
            incident = hand.desk.incident(hand.caller, row["incident_id"], as_of=moment)
            matter = hand.desk.matters(hand.caller).matter(row["matter_code"]).name
        except GridgovError:  # whoever may see the whistle may have no case of it to see
            incident, matter = {}, ""
    say(f"whistle {row['id']}: {row['stage']}, revision {row['revision']}")
    say_fields(_told(row, incident, matter))
    _say_sides(row["sides"])
    _say_summons(row["summons"])
    for name, columns in _LOGS.items():
        _say_log(name, columns, row[name])


def attach(whistle: WhistleArgument, files: Files, identity: Identity = None) -> None:
    """Attach photos or short videos to a whistle. What breaks off goes on with the --id that is said then."""
    with at_hand() as hand:
        attach_all(hand, files, identity, whistle_id=hand.whistle(whistle))


def _line(row: dict[str, Any]) -> tuple[Any, ...]:
    came = sum(call["arrived_at"] is not None for call in row["summons"])
    called = sum(call["stage"] != "withdrawn" for call in row["summons"])
    sides = [side["street_name"] or side["street_code"] for side in row["sides"]]
    return (row["id"], row["incident_number"], row["kind"], row["stage"], sides, called, came)


def _told(row: dict[str, Any], incident: dict[str, Any], matter: str) -> dict[str, Any]:
    point = row["geometry"].representative_point()
    return {
        "kind": row["kind"],
        "case": row["incident_number"],
        "matter": f"{row['matter_code']} {matter}",
        "text": row["text"],
        "address": incident.get("address"),
        "place": f"{point.x:.6f}, {point.y:.6f} (wgs84)",
        "cell": incident.get("cell_code"),
        "drafted_at": row["drafted_at"],
        "blown_at": row["blown_at"],
        "blown_by": row["issued_by"],
        "reason": row["reason"],
        "to_close_until": row["close_due_at"] if row["closed_at"] is None else None,
        "closed_at": row["closed_at"],
        "withdrawn_at": row["withdrawn_at"],
    }


def _say_sides(sides: Iterable[dict[str, Any]]) -> None:
    rows = [
        (
            side["street_code"],
            side["street_name"],
            f"{side['share']:.1%}",
            side["leads"],
            "closed" if side["closed_at"] else "confirmed" if side["confirmed_at"] else "to confirm",
            None if side["confirmed_at"] else side["confirm_due_at"],
        )
        for side in sides
    ]
    say_table(("side", "name", "share", "leads", "state", "until"), rows)


def _say_summons(summons: Iterable[dict[str, Any]]) -> None:
    rows = [
        (
            call["organisation_code"],
            call["name"],
            _stage(call),
            call.get("due_at"),
            call["arrived_at"],
            None if call["time_to_scene_s"] is None else f"{call['time_to_scene_s'] / 60:.1f}",
        )
        for call in summons
    ]
    say_table(("organisation", "name", "stage", "due", "arrived", "minutes to scene"), rows, none="Nobody is summoned.")


def _stage(call: dict[str, Any]) -> str:
    unmeasured = call["released_at"] and call["arrived_at"] and not call["measured_at"]
    return f"{call['stage']}, no measure filed" if unmeasured else str(call["stage"])


def _say_log(name: str, columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        say(f"{name.replace('_', '-')}:")
        say_table([column.replace("_", " ") for column in columns], [[row[c] for c in columns] for row in rows])
