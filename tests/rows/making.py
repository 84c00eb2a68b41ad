"""Incidents of every kind, made row by row: quicker than taking them in, and odder."""

import hashlib
import random
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, text

from gridgov.access import party_of
from gridgov.ids import id_at
from gridgov.incidents import public_number
from gridgov.store.tables import (
    incident,
    incident_fact,
    incident_party,
    incident_state,
    matter,
    organisation,
    reporter,
)
from tests.support import NOON

HOME = "370102"
OTHER = "370112"
STAGES = ("reported", "filed", "dispatched", "handling", "fed_back", "closed", "closed", "closed", "rejected", "merged")
PLACEMENTS = ("located", "located", "located", "doubtful", "crossing", "outside", "unplaced")


def make_incidents(connection: Connection, number: int, *, seed: int = 1) -> list[dict[str, Any]]:
    """Make incidents all over two districts and a month, and return what a list should know of each."""
    chance = random.Random(seed)  # noqa: S311 - no secrets
    matters = connection.execute(select(matter.c.list_version, matter.c.code).order_by(matter.c.code)).all()
    offices = list(
        connection.execute(
            select(organisation.c.code).where(organisation.c.kind == "department").order_by(organisation.c.code)
        ).scalars()
    )
    cells = list(connection.execute(text("SELECT code FROM cell ORDER BY code")).scalars())
    made = [_one(chance, chance.choice(matters), offices[:3], cells) for _ in range(number)]
    _store(connection, made)
    return made


def _one(chance: random.Random, which: Any, offices: list[str], cells: list[str]) -> dict[str, Any]:
    reported_at = NOON - timedelta(minutes=chance.randrange(43_200))
    # Some ids tell another time than the report: drafts, imports, phones that lost years.
    made_at = reported_at + chance.choice([timedelta(0)] * 6 + [timedelta(days=d) for d in (-40, 5, 60, -3000)])
    identifier = id_at(made_at, chance.getrandbits(74))
    placement = chance.choice(PLACEMENTS)
    cell = chance.choice(cells) if placement in {"located", "doubtful", "crossing"} else None
    district = cell[:6] if cell and chance.random() < 0.9 else HOME
    stage = chance.choice(STAGES)
    handling = chance.choice([None, *offices])
    second = chance.choice(cells) if placement == "crossing" else None
    areas = {code[:digits] for code in (cell, second) if code for digits in (6, 9, 12, 15)}
    return {
        "id": identifier,
        "district_code": district,
        "number": public_number(district, identifier),
        "reported_at": reported_at,
        "placement": placement,
        "cell_code": cell,
        "stage": stage,
        "handling_organisation_code": handling,
        "deadline_at": NOON + timedelta(hours=chance.randrange(-40, 40)) if chance.random() < 0.6 else None,
        "list_version": which[0],
        "matter_code": which[1],
        "parties": {district, *areas, *([party_of(handling)] if handling else [])},
    }


def _store(connection: Connection, made: list[dict[str, Any]]) -> None:
    """Write all incidents down, table by table."""
    given = ("district_code", "id", "number", "reported_at", "list_version", "matter_code")
    stood = (
        "stage",
        "placement",
        "cell_code",
        "handling_organisation_code",
        "deadline_at",
        "matter_code",
        "reported_at",
    )
    rest = {"received_at": NOON, "channel": "camera", "text": "占道经营"}
    fact = {"seq": 1, "kind": "reported", "at": NOON, "author": "test", "payload": {}, "previous_hash": b""}
    rows: dict[Any, list[dict[str, Any]]] = {incident: [], incident_state: [], incident_fact: [], reporter: []}
    for one in made:
        head, digest = _head(one), hashlib.sha256(one["id"].bytes).digest()
        rows[incident].append({name: one[name] for name in given} | rest | {"digest": digest})
        state = {name: one[name] for name in stood} | {"findings": [], "due_at": one["deadline_at"]}
        rows[incident_state].append(head | state)
        rows[incident_fact].append(head | fact | {"hash": digest})
        rows[reporter].append(head | {"name": "胡某某", "phone": "00012340078"})
    for table, theirs in rows.items():
        connection.execute(insert(table), theirs)
    _take_part(connection, [(one, one["parties"]) for one in made])


def take_part(connection: Connection, one: dict[str, Any], parties: set[str]) -> None:
    """Let parties take part in an incident."""
    _take_part(connection, [(one, parties)])


def _take_part(connection: Connection, those: list[tuple[dict[str, Any], set[str]]]) -> None:
    rows = [{**_head(one), "party": party, "part": "place"} for one, parties in those for party in sorted(parties)]
    connection.execute(insert(incident_party), rows)
    asked = {"d": [one["district_code"] for one, _ in those], "i": [one["id"] for one, _ in those]}
    tell = "SELECT gridgov_tell_parties(m.d, m.i) FROM unnest(CAST(:d AS text[]), CAST(:i AS uuid[])) AS m (d, i)"
    connection.execute(text(tell), asked)


def _head(one: dict[str, Any]) -> dict[str, Any]:
    return {"district_code": one["district_code"], "incident_id": one["id"]}


def is_seen(one: dict[str, Any], areas: tuple[str, ...], organisations: tuple[str, ...], account_id: UUID) -> bool:
    """Return whether somebody with these areas and organisations sees it: the rule, said a third time and plainly."""
    if any(len(area) <= 6 and one["district_code"].startswith(area) for area in areas):
        return True
    return any(
        party in {f"org:{code}" for code in organisations} or party == str(account_id) or party in areas
        for party in one["parties"]
    ) or any(len(area) < 6 and party.startswith(area) and len(party) == 6 for party in one["parties"] for area in areas)


def moment(days: float) -> datetime:
    """Return a moment so many days before noon."""
    return NOON - timedelta(days=days)
