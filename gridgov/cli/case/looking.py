"""Finding cases and looking at them: what it is, where, whose, and what may be done."""

from pathlib import Path
from typing import Annotated, Any

import typer

from gridgov.cli._attaching import attach_all
from gridgov.cli._giving import AsOf, Before, CaseArgument, Files, Identity, Limit, fitting, maybe_moment
from gridgov.cli._hand import Hand, at_hand
from gridgov.cli._saying import say, say_fields, say_more, say_table, shown
from gridgov.errors import GridgovError
from gridgov.ids import new_id
from gridgov.incidents import Placement
from gridgov.incidents.lifecycle import Possibility
from gridgov.incidents.replay import BY_RULES
from gridgov.incidents.standing import Stage
from gridgov.services.casework import Casework
from gridgov.services.looking import Filter
from gridgov.services.revealing import Revealing
from gridgov.services.showing import Gallery
from gridgov.services.tabling import Tabling

_SHORT = 24
_HOPS = ("hop", "organisation", "dispatched", "waited, s", "held, s", "ended by")
_HOP = ("seq", "organisation_code", "dispatched_at", "waited_s", "held_s", "ended_by")


def list_cases(  # noqa: PLR0913 - one option for each filter
    *,
    district: Annotated[str | None, typer.Option(help="A district's six digits.")] = None,
    street: Annotated[str | None, typer.Option(help="A street's nine digits: what touches it.")] = None,
    cell: Annotated[str | None, typer.Option(help="A cell's fifteen digits: what touches it.")] = None,
    placement: Annotated[Placement | None, typer.Option(help="What locating found out.")] = None,
    stage: Annotated[Stage | None, typer.Option(help="Where it is on its way.")] = None,
    matter: Annotated[str | None, typer.Option(help="Code of a matter.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what is past its deadline.")] = False,
    handled_by: Annotated[str | None, typer.Option(help="Code of the organisation that handles it now.")] = None,
    number: Annotated[str | None, typer.Option(help="The number, or how it begins: at least the day.")] = None,
    since: Annotated[str | None, typer.Option(help="Reported then or later, like 2026-03-05T14:30:00+08:00.")] = None,
    until: Annotated[str | None, typer.Option(help="Reported before then.")] = None,
    limit: Limit = 20,
    before: Before = None,
    csv: Annotated[
        Path | None, typer.Option(help="Write all of them into this file instead, a .csv for a spreadsheet.")
    ] = None,
) -> None:
    """List the cases that you may see, newest first. All that is asked for must hold."""
    which = Filter(
        district_code=fitting(district, "[0-9]{6}", "district", "370102"),
        street_code=fitting(street, "[0-9]{9}", "street", "370102001"),
        cell_code=fitting(cell, "[0-9]{15}", "cell", "370102001001001"),
        placement=placement.value if placement else None,
        stage=stage.value if stage else None,
        matter=matter,
        overdue=overdue,
        handling_organisation=handled_by,
        number=fitting(
            number and number.upper(), "[0-9]{6}-[0-9]{6}(-[0-9A-Z]{0,8})?", "number", "370102-260305, or all of it"
        ),
        since=maybe_moment(since, "since"),
        until=maybe_moment(until, "until"),
    )
    with at_hand() as hand:
        if csv:
            from gridgov.formats import write_stream  # noqa: PLC0415 - slow to load: only where it is used

            write_stream(hand.of(Tabling).incidents(hand.caller, which), csv)
            say(f"The cases are in {csv}.")
            return
        rows = hand.desk.incidents(hand.caller, which, limit=limit, before=before)
        names = _matters(hand)
    headers = ("case", "stage", "matter", "text", "cell", "handled by", "due")
    say_table(headers, (_line(row, names) for row in rows), none="No case that you may see.")
    say_more(rows, limit)


def show(case: CaseArgument, as_of: AsOf = None) -> None:
    """Say what a case is, where it stands, whose hands it went through, what you may do, and why not the rest."""
    moment = maybe_moment(as_of, "as-of")
    with at_hand() as hand:
        incident_id = hand.incident(case)
        row = hand.desk.incident(hand.caller, incident_id, as_of=moment)
        acts = [] if moment else hand.of(Casework).prospect(hand.caller, incident_id).acts
        names, attached = _matters(hand), hand.of(Gallery).of_incident(hand.caller, incident_id)
    say(f"{row['number']}: {row['stage']}, revision {row['revision']}")
    say_fields(_told(row, names))
    say_fields({"attached": [str(one.id) for one in attached if not moment or one.added_at <= moment]})
    if row["hops"]:
        say_table(_HOPS, [tuple(hop[column] for column in _HOP) for hop in row["hops"]])
    if moment:
        say_fields({"not_told_of_then": [name for name in BY_RULES if name not in row]})
        return
    _say_acts(acts)


def facts(
    case: CaseArgument,
    as_of: Annotated[str | None, typer.Option(help="Only what was known then, like 2026-03-05T14:30:00+08:00.")] = None,
) -> None:
    """Tell a case's facts in order: what was said, by whom, each with the beginning of its hash."""
    with at_hand() as hand:
        found = hand.desk.facts(hand.caller, hand.incident(case), as_of=maybe_moment(as_of, "as-of"))
    headers = ("#", "at", "what", "by", "said", "hash")
    say_table(headers, [(f.seq, f.at, f.kind, f.author, f.payload, f.hash.hex()[:12]) for f in found])


def attach(case: CaseArgument, files: Files, identity: Identity = None) -> None:
    """Attach photos or short videos to a case. What breaks off goes on with the --id that is said then."""
    with at_hand() as hand:
        attach_all(hand, files, identity, incident_id=hand.incident(case))


def reporter(
    case: CaseArgument,
    *,
    purpose: Annotated[
        str | None, typer.Option(help="Why you must know: then it is not masked, and written down with your name.")
    ] = None,
    identity: Identity = None,
) -> None:
    """Say who reported, masked; with a purpose, in full."""
    with at_hand() as hand:
        incident_id, revealing = hand.incident(case), hand.of(Revealing)
        if purpose is None:
            found = revealing.masked(hand.caller, incident_id)
        else:
            found = revealing.reveal(hand.caller, incident_id, purpose, look_id=identity or new_id())
    say(f"{found.name or 'no name'}, {found.phone or 'no phone'}")


def _matters(hand: Hand) -> dict[str, str]:
    """Return the names of matters by their codes; none where no list is in force."""
    try:
        return {matter.code: matter.name for matter in hand.desk.matters(hand.caller)}
    except GridgovError:
        return {}


def _line(row: dict[str, Any], names: dict[str, str]) -> tuple[Any, ...]:
    text = " ".join(row["text"].split())
    short = text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"
    matter = names.get(row["matter_code"], row["matter_code"])
    due = row["deadline_at"] or row["suspended_until"]
    return (row["number"], row["stage"], matter, short, row["cell_code"], row["handling_organisation_code"], due)


def _told(row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    point = row["geometry"].representative_point() if row["geometry"] is not None else None
    return {
        "id": row["id"],
        "matter": f"{row['matter_code']} {names.get(row['matter_code'], '')}",
        "text": row["text"],
        "address": row["address"],
        "place": f"{point.x:.6f}, {point.y:.6f} (wgs84, {row['placement']})" if point else row["placement"],
        "cell": row["cell_code"],
        "shares": [f"{part['cell_code']} {part['share']:.1%}" for part in row["shares"] if part.get("cell_code")],
        "reported": f"{shown(row['received_at'])} by {row['channel']}",
        "look_at": row["findings"],
        "priority": row["priority"],
        "clock": row["clock"],
        "due": f"{row['due_kind']} until {shown(row['deadline_at'])}" if row.get("deadline_at") else None,
        "suspended_until": row["suspended_until"],
        "lead": row["lead_organisation_code"],
        "first_dispatched_to": row["first_organisation_code"],
        "handled_by": row["handling_organisation_code"],
        "merged_into": row["merged_into_id"],
        "transfers": row["transfers"],
        "reopenings": row["reopenings"],
        "whistles": row["whistles"],
        "possible_duplicates": [each["other_id"] for each in row["possible_duplicates"]],
    }


def _say_acts(acts: list[Possibility]) -> None:
    may = [f"{one.act} -> {one.to}" for one in acts if one.possible]
    say(f"You may: {', '.join(may) or 'nothing'}")
    for one in acts:
        if not one.possible:
            say(f"  not {one.act:<20} {one.why_not}")
