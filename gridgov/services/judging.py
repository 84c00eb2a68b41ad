"""What a placed report means: whose it is, until when, what a person should look at, and the facts that say so."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from shapely.geometry import mapping

from gridgov.errors import CodeError
from gridgov.gazetteer import Answer, Unknown, Unsure
from gridgov.incidents import (
    Case,
    FactKind,
    Finding,
    Place,
    Report,
    Suggestion,
    public_number,
)
from gridgov.incidents.timing import begin
from gridgov.incidents.witness import row_digest
from gridgov.matters import STREET_OFFICE, Matter
from gridgov.services.knowledge import Knowledge
from gridgov.services.placing import Placed, street_shares
from gridgov.whistles import CombinedDraft, draft_combined
from gridgov.worktime import WorkRules

_Fact = tuple[FactKind, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Reception:
    """When, by whom and where a report was received."""

    now: datetime
    author: str
    home_district: str
    account_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """A case ready to be stored, and the combined whistle drafted with it, if any."""

    case: Case
    draft: CombinedDraft | None


def judge(
    report: Report,
    placed: Placed,
    duplicates: list[Suggestion],
    knowledge: Knowledge,
    reception: Reception,
    *,
    rules: WorkRules,
) -> Judgement:
    """Decide about a report by the rules in force.

    Raises
    ------
    RuleError
        If its matter is not on the list.
    CodeError
        If it names a district that has no grid here.
    """
    matter = knowledge.matters.matter(report.matter)
    place = placed.place
    lead, findings = lead_of(matter, place, knowledge)
    if duplicates:
        findings.append(Finding.POSSIBLE_DUPLICATE)
    if not matter.admitted and report.channel.is_field:
        findings.append(Finding.NOT_ADMITTED)
    draft = draft_of(place, matter, knowledge, reception.now)
    district_code = _district(report, place, knowledge, reception)
    number = public_number(district_code, report.id)
    row = _row(report, district_code, number, knowledge, reception)
    said = [*_said(report, placed, matter, lead, row), *_suggested(duplicates), *_drafted(draft)]
    case = Case(
        report=report,
        district_code=district_code,
        number=number,
        received_at=reception.now,
        list_version=knowledge.matters.version,
        place=place,
        placement=placed.placement,
        findings=(*placed.findings, *findings),
        lead_organisation_code=lead,
        clock=begin(rules, matter.code, matter.priority, knowledge.matters.version, reception.now),
        duplicates=tuple(duplicates),
        facts=tuple(said),
        priority=matter.priority,
        account_id=reception.account_id,
    )
    return Judgement(case, draft)


def _district(report: Report, place: Place | None, knowledge: Knowledge, reception: Reception) -> str:
    """Return whose the case is for good: it stands first in every key, so a slip of the pen must not get there."""
    if report.district_code is None:
        return place.cell.district_code if place and place.cell else reception.home_district
    if report.district_code not in {reception.home_district, *knowledge.grid.districts}:
        message = f"District {report.district_code} has no grid here: correct the code, or leave it out."
        raise CodeError(message, field="district_code")
    return report.district_code


def lead_of(matter: Matter, place: Place | None, knowledge: Knowledge) -> tuple[str | None, list[Finding]]:
    """Return the code of who leads a matter at a place, and what a person should look at in that."""
    lead = knowledge.matters.lead(matter.code)
    if lead != STREET_OFFICE:
        here = place.cell.district_code if place and place.cell else lead[:6]
        return knowledge.organisations.counterpart(lead, here), []
    office = knowledge.organisations.street_office(place.cell.street_code) if place and place.cell else None
    return (office.code, []) if office else (None, [Finding.NO_STREET_OFFICE])


def draft_of(place: Place | None, matter: Matter, knowledge: Knowledge, now: datetime) -> CombinedDraft | None:
    """Return the combined whistle that a matter at a place is drafted with, or None where it needs none."""
    if place is None or not place.shares:
        return None
    return draft_combined(
        street_shares(place.shares),
        knowledge.matters,
        matter.code,
        knowledge.kinds,
        now,
        counterpart=knowledge.organisations.counterpart,
    )


def _row(report: Report, district_code: str, number: str, knowledge: Knowledge, reception: Reception) -> dict[str, Any]:
    """Return the columns of the report's row that the first fact witnesses."""
    return {
        "district_code": district_code,
        "number": number,
        "reported_at": report.reported_at,
        "received_at": reception.now,
        "channel": report.channel.value,
        "external_number": report.external_number,
        "list_version": knowledge.matters.version,
        "matter_code": report.matter,
        "text": report.text,
    }


def _said(report: Report, placed: Placed, matter: Matter, lead: str | None, row: dict[str, Any]) -> list[_Fact]:
    return [
        (FactKind.REPORTED, {**_reported(report), "row": row_digest(row).hex()}),
        (FactKind.LOCATED, located(placed)),
        (FactKind.CLASSIFIED, {"matter": matter.code, "lead": lead, "priority": matter.priority}),
    ]


def _reported(report: Report) -> dict[str, Any]:
    said = {"digest": report.public_digest().hex(), "channel": report.channel.value}
    said |= {"datum": report.position.datum} if report.position else {}
    said |= {"district": report.district_code} if report.district_code else {}
    return {**said, "address": report.address} if report.address else said


def _suggested(duplicates: list[Suggestion]) -> list[_Fact]:
    """Say of the others only what those can match who see them: whoever sees this case may not see those."""
    others = [sha256(f"{d.incident_id} {d.score}".encode()).hexdigest() for d in duplicates]
    return [(FactKind.DUPLICATES_SUGGESTED, {"others": others})] if others else []


def located(placed: Placed) -> dict[str, Any]:
    """Return what the fact of where something lies says."""
    place = placed.place
    said: dict[str, Any] = {"placement": placed.placement.value, **_heard(placed.answer)}
    if place is None:
        return said
    return {
        **said,
        "source": place.origin.source,
        "datum": place.origin.datum,
        "raw": place.origin.raw_wkt,
        "geometry": mapping(place.geometry),
        "accuracy_m": place.origin.accuracy_m,
        "cell": place.cell.code if place.cell else None,
        "grid": place.grid_checksum,
    }


def _heard(answer: Answer | None) -> dict[str, Any]:
    match answer:
        case Unsure():
            names = [[c.address_id, c.label, round(c.score, 4)] for c in answer.candidates]
            return {"question": answer.question, "candidates": names}
        case Unknown():
            return {"unknown": answer.reason}
        case _:
            return {}


def _drafted(draft: CombinedDraft | None) -> list[_Fact]:
    if draft is None:
        return []
    payload = {
        "kind": draft.kind.code,
        "sides": [[s.street_code, s.share, s.leads] for s in draft.sides],
        "summons": [s.organisation_code for s in draft.summons],
    }
    return [(FactKind.WHISTLE_DRAFTED, payload)]
