"""Blowing: who blows, which streets are its sides, and who is summoned."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from gridgov.access import Subject, party_of
from gridgov.clock import shown
from gridgov.errors import ConflictError, NotAllowedError, RuleError
from gridgov.ids import new_id
from gridgov.incidents import FactKind
from gridgov.incidents.standing import Head, Standing
from gridgov.services.whistling import telling
from gridgov.services.whistling.asked import BlowOrder, Callers
from gridgov.services.whistling.deciding import (
    Basis,
    basis_of,
    ground_of,
    kinds_for,
    may_be_drafted,
    shares_of,
)
from gridgov.services.whistling.scene import Outcome
from gridgov.services.whistling.summoning import all_listed, summons_of
from gridgov.store.unit import Unit
from gridgov.store.whistles import Ground
from gridgov.whistles import IssuerLevel, LiveSide, Stage, StreetShare, Whistle, WhistleKind, acts
from gridgov.whistles.authority import issuer, stands_for


@dataclass(frozen=True, slots=True)
class Made:
    """A whistle as it is blown, and each side's part of the footprint in m2 or m."""

    whistle: Whistle
    measures: dict[str, float]


def make(unit: Unit, standing: Standing, order: BlowOrder, now: datetime) -> Made:
    """Return the whistle that an order asks for; the incident must be locked.

    In one street it is blown at once. Where several streets have their share it is a combined whistle: the street of
    whoever blows has confirmed it, and nobody is summoned before the others have.

    Raises
    ------
    RuleError
        If the matter may not be whistled, the case is over, nobody would come, or the kind is not theirs to blow.
    ConflictError
        If the incident has a whistle that is neither closed nor withdrawn.
    NotAllowedError
        If the place is not theirs.
    """
    here = basis_of(unit, standing, order.kind)
    _require_alone(unit, standing)
    subject = unit.subject
    issue = _issue(subject, standing, here.ground, here.kind)
    made = _drafted(unit, here, order.callers, now)
    whistle = replace(
        made.whistle,
        level=issue.level,
        issuer_area_code=issue.area_code,
        issued_by=subject.login,
        reason=order.callers.said,
    )
    return replace(made, whistle=acts.confirm(whistle, issue.street_code, by=subject.login, at=now))


def blowable(unit: Unit, standing: Standing, living: Whistle | None) -> list[str]:
    """Return the kinds of whistle that who acts may blow over a case now, that which the list gives its matter first.

    Judged as `make` judges; who would come is chosen with the order.
    """
    if living is not None or not unit.subject.may("whistle.blow"):
        return []
    try:
        ground = ground_of(unit, standing)
        kinds = kinds_for(unit, unit.rules.matters(standing.list_version), standing)
    except RuleError:
        return []
    return [kind.code for kind in kinds if _may_issue(unit.subject, standing, ground, kind)]


@dataclass(frozen=True, slots=True)
class _Issue:
    """At which level somebody blows, for which area, and which side that makes them."""

    level: IssuerLevel
    area_code: str
    street_code: str


def _issue(subject: Subject, standing: Standing, ground: Ground, kind: WhistleKind) -> _Issue:
    level, area_code = issuer(subject, ground.cells, kind)
    street = stands_for(shares_of(standing, ground, kind), area_code)
    if street is None:
        message = f"{subject.login} has too small a part of the place to blow for it: {kind.min_share:.0%} at least."
        raise RuleError(message, field="incident_id")
    return _Issue(level, area_code, street)


def _may_issue(subject: Subject, standing: Standing, ground: Ground, kind: WhistleKind) -> bool:
    try:
        _issue(subject, standing, ground, kind)
    except (NotAllowedError, RuleError):
        return False
    return True


def draft(unit: Unit, standing: Standing, now: datetime) -> Made | None:
    """Return the combined whistle that nobody asked for but the place does, or None where one street can answer alone.

    As with a report, and for the same reasons: two streets or more have their share, and the list lets the matter be
    whistled and names somebody to come.
    """
    if not may_be_drafted(unit, standing):
        return None
    here = basis_of(unit, standing, None)
    shares = here.shares
    if len(shares) == 1 or not all_listed(here, [share.street_code for share in shares]):
        return None
    return _drafted(unit, here, Callers(), now)


def _drafted(unit: Unit, here: Basis, callers: Callers, now: datetime) -> Made:
    shares, standing = here.shares, here.standing
    whistle = Whistle(
        district_code=standing.district_code,
        id=new_id(),
        incident_id=standing.incident_id,
        kind=here.kind,
        stage=Stage.DRAFTED,
        sides=tuple(_side(share, rank, here, now) for rank, share in enumerate(shares)),
        summons=summons_of(unit, here, callers, [share.street_code for share in shares]),
        drafted_at=now,
        list_version=standing.list_version,
    )
    return Made(whistle, {share.street_code: share.measure for share in shares})


def outcome(whistle: Whistle) -> Outcome:
    """Return what follows from a whistle that was blown or drafted by somebody."""
    if whistle.stage is Stage.BLOWN:
        return blown(whistle)
    sides = [[s.street_code, s.share, s.leads] for s in whistle.sides]
    fact: dict[str, Any] = {"whistle": str(whistle.id), "kind": whistle.kind.code, "sides": sides}
    fact["summons"] = [s.organisation_code for s in whistle.summons]
    due_at = min(s.confirm_due_at for s in whistle.sides if s.confirm_due_at)
    return Outcome(
        whistle,
        "drafted",
        facts=[(FactKind.WHISTLE_DRAFTED, fact)],
        notices=telling.to_sides(whistle, "drafted", confirm_due_at=shown(due_at)),
        admits=sides_of(whistle),
        says={"confirm_due_at": shown(due_at)},
    )


def tell_draft(unit: Unit, whistle: Whistle, *, at: datetime) -> None:
    """Tell the sides of a whistle that was drafted with a report, and let them see its incident."""
    found = outcome(whistle)
    head = Head(whistle.district_code, whistle.incident_id)
    for party, part in found.admits:
        unit.cases.admit(head, party, part)
    telling.tell(unit, [(whistle, found.notices)], at=at)


def blown(whistle: Whistle) -> Outcome:
    """Return what follows when the summons go out."""
    codes = [s.organisation_code for s in whistle.called]
    due_at = next(s.due_at for s in whistle.summons if s.due_at)
    fact = {
        "whistle": str(whistle.id),
        "kind": whistle.kind.code,
        "streets": sorted(whistle.streets),
        "summons": codes,
        "due_at": due_at.isoformat(),
        "level": whistle.level.value if whistle.level else None,
        "reason": whistle.reason,
        "list_version": whistle.list_version,
    }
    return Outcome(
        whistle,
        "blown",
        facts=[(FactKind.WHISTLE_BLOWN, fact)],
        notices=telling.summoned(whistle),
        admits=[*sides_of(whistle), *((party_of(code), "summoned") for code in codes)],
        says={"summoned": codes, "due_at": shown(due_at)},
    )


def sides_of(whistle: Whistle) -> list[tuple[str, str]]:
    """Return who sees the incident for being a side: its street, its district, and the street's office."""
    codes = {code for s in whistle.streets for code in (s, s[:6])}
    offices = {party_of(s.organisation_code) for s in whistle.sides if s.organisation_code}
    return [(code, "side") for code in sorted(codes | offices)]


def _require_alone(unit: Unit, standing: Standing) -> None:
    live = unit.whistles.live.of_incident(standing.district_code, standing.incident_id)
    if live is not None:
        what = "confirm your side of it" if live.stage is Stage.DRAFTED else "it is being answered"
        message = f"This incident has whistle {live.id} already, {live.stage}: {what}."
        raise ConflictError(message, field="incident_id", details=[{"whistle_id": str(live.id), "stage": live.stage}])


def _side(share: StreetShare, rank: int, here: Basis, now: datetime) -> LiveSide:
    office = here.book.street_office(share.street_code)
    return LiveSide(
        street_code=share.street_code,
        organisation_code=office.code if office else None,
        share=share.share,
        leads=rank == 0,
        confirm_due_at=now + here.kind.confirm_within,
    )
