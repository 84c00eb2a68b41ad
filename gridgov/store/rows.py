"""A case as the rows of its tables."""

from typing import Any

from sqlalchemy import Table

from gridgov.incidents import Case, CellChance, CellShare, Fact, Place, Suggestion
from gridgov.store.geometry import to_store
from gridgov.store.tables import incident_position, incident_probability, incident_share

FIRST_POSITION = 1


def one_or_many(rows: list[dict[str, Any]]) -> dict[str, Any] | list[dict[str, Any]]:
    """Return what to send a statement with: a single row costs half as much when it is not sent as a list."""
    return rows[0] if len(rows) == 1 else rows


def incident(case: Case) -> dict[str, Any]:
    """Return the row of what was reported."""
    report = case.report
    return {
        "district_code": case.district_code,
        "id": report.id,
        "number": case.number,
        "reported_at": report.reported_at,
        "received_at": case.received_at,
        "channel": report.channel.value,
        "external_number": report.external_number,
        "list_version": case.list_version,
        "matter_code": report.matter,
        "text": report.text,
        "digest": report.digest(),
    }


def link(district_code: str, fact: Fact) -> dict[str, Any]:
    """Return the row of one fact of the chain."""
    return {
        "district_code": district_code,
        "incident_id": fact.incident_id,
        "seq": fact.seq,
        "kind": fact.kind.value,
        "at": fact.at,
        "author": fact.author,
        "payload": fact.payload,
        "previous_hash": fact.previous_hash,
        "hash": fact.hash,
    }


def head(case: Case) -> dict[str, Any]:
    """Return the key of a case's side rows."""
    return {"district_code": case.district_code, "incident_id": case.report.id}


def parties(case: Case) -> list[dict[str, str]]:
    """Return who sees a case from the start: the areas it lies in, and whoever reported it."""
    areas = {case.district_code} | (places(case.place) if case.place else set())
    seen = [{"party": code, "part": "place"} for code in sorted(areas)]
    return [*seen, {"party": str(case.account_id), "part": "reporter"}] if case.account_id else seen


def places(place: Place) -> set[str]:
    """Return the codes of every area that a place lies in, from the district down to the cell."""
    cells = {place.cell.code} if place.cell else set()
    cells |= {s.cell.code for s in place.shares if s.cell and not s.sliver}
    return {code[:digits] for code in cells for digits in (6, 9, 12, 15)}


def state(case: Case) -> dict[str, Any]:
    """Return the row of where a case stands when it was taken in."""
    place = case.place
    return {
        "district_code": case.district_code,
        "incident_id": case.report.id,
        "stage": "reported",
        **(placed(place) if place else {}),
        "placement": case.placement.value,
        "findings": [finding.value for finding in case.findings],
        "position_seq": FIRST_POSITION if place else None,
        "lead_organisation_code": case.lead_organisation_code,
        **case.clock,
        "matter_code": case.report.matter,
        "priority": case.priority,
        "reported_at": case.report.reported_at,
    }


def placed(place: Place) -> dict[str, Any]:
    """Return the columns of a state that say where a case lies."""
    return {
        "placement": place.placement.value,
        "cell_district_code": place.cell.district_code if place.cell else None,
        "cell_code": place.cell.code if place.cell else None,
        "geom": to_store(place.geometry.representative_point()),
    }


def place(place: Place) -> list[tuple[Table, list[dict[str, Any]]]]:
    """Return the rows of a place by their table, without the key; tables without rows are left out."""
    chances = [{"rank": rank, **chance(c)} for rank, c in enumerate(place.chances)]
    shares = [{"rank": rank, **share(s)} for rank, s in enumerate(place.shares)]
    found = [(incident_position, [position(place)]), (incident_probability, chances), (incident_share, shares)]
    return [(table, rows) for table, rows in found if rows]


def position(place: Place) -> dict[str, Any]:
    """Return the row of where it is."""
    origin = place.origin
    return {
        "source": origin.source,
        "datum": origin.datum,
        "raw_wkt": origin.raw_wkt,
        "address": origin.address,
        "accuracy_m": origin.accuracy_m,
        "geom": to_store(place.geometry),
        "grid_checksum": place.grid_checksum,
        **cell(place),
    }


def cell(part: Place | CellChance | CellShare) -> dict[str, Any]:
    """Return the cell of a place or of a part of it."""
    cell = part.cell
    return {
        "cell_district_code": cell.district_code if cell else None,
        "cell_id": cell.id if cell else None,
        "cell_code": cell.code if cell else None,
    }


def chance(chance: CellChance) -> dict[str, Any]:
    """Return the row of the probability of one cell."""
    return {**cell(chance), "probability": chance.probability}


def share(part: CellShare) -> dict[str, Any]:
    """Return the row of the share of one cell."""
    sizes = {"area_m2": part.area_m2, "length_m": part.length_m, "sliver": part.sliver}
    return {**cell(part), "share": part.share, **sizes}


def duplicate(suggestion: Suggestion) -> dict[str, Any]:
    """Return the row of a suggested duplicate."""
    return {
        "other_district_code": suggestion.district_code,
        "other_id": suggestion.incident_id,
        "score": suggestion.score,
        "distance_m": suggestion.distance_m,
        "similarity": suggestion.similarity,
    }
