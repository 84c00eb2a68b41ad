"""What decides about a whistle: the case and its place, the responsibility list, the organisations, the kind."""

from dataclasses import dataclass

from gridgov.errors import InputError, RuleError
from gridgov.incidents import Standing
from gridgov.incidents.standing import Stage as CaseStage
from gridgov.matters import MatterList
from gridgov.organisations import OrganisationBook
from gridgov.store.unit import Unit
from gridgov.store.whistles import Ground
from gridgov.whistles import StreetShare, WhistleKind, issuing_streets

_OVER = {CaseStage.CLOSED, CaseStage.REJECTED, CaseStage.MERGED}


@dataclass(frozen=True, slots=True)
class Basis:
    """What decides about a whistle that is blown or drafted now."""

    standing: Standing
    ground: Ground
    matters: MatterList
    book: OrganisationBook
    kind: WhistleKind

    @property
    def shares(self) -> list[StreetShare]:
        """The streets that become its sides, largest share first; one where nothing reaches over a border."""
        return shares_of(self.standing, self.ground, self.kind)


def basis_of(unit: Unit, standing: Standing, kind: str | None) -> Basis:
    """Return what decides about a whistle for a case; `kind` None is the one that the list gives its matter.

    Raises
    ------
    RuleError
        If the case is over or nobody has placed it, or its matter may not be whistled.
    InputError
        If there is no such kind to blow.
    """
    ground = ground_of(unit, standing)
    matters = unit.rules.matters(standing.list_version)
    return Basis(standing, ground, matters, unit.people.book(), _kind(unit, matters, standing, kind))


def ground_of(unit: Unit, standing: Standing) -> Ground:
    """Return where the people would come who are whistled for a case.

    Raises
    ------
    RuleError
        If the case is over, or nobody has placed it.
    """
    require_worked_on(standing)
    ground = unit.whistles.live.ground(standing.district_code, standing.incident_id)
    if ground is None or not ground.cells:
        message = "Nobody can come to a place that is not known: place the incident in a cell first."
        raise RuleError(message, field="incident_id")
    return ground


def kinds_for(unit: Unit, matters: MatterList, standing: Standing) -> list[WhistleKind]:
    """Return the kinds of whistle that a case may be whistled by, that which the list gives its matter first.

    Raises
    ------
    RuleError
        If its matter may not be whistled.
    """
    matter = matters.matter(standing.matter_code)
    if matter.whistle_kind is None:
        message = f"{matter.name} ({matter.code}) may not be whistled by the responsibility list: dispatch it."
        raise RuleError(message, field="matter")
    blown = [kind for kind in unit.whistles.kinds.all().values() if not kind.retired]
    return sorted(blown, key=lambda kind: kind.code != matter.whistle_kind)


def require_worked_on(standing: Standing) -> None:
    """Refuse to whistle for a case that is over.

    Raises
    ------
    RuleError
        Naming its stage.
    """
    if standing.stage in _OVER:
        message = f"The case is {standing.stage}: a whistle is blown for a case that is being worked on."
        raise RuleError(message, field="incident_id")


def may_be_drafted(unit: Unit, standing: Standing) -> bool:
    """Return whether a combined whistle can be drafted for a case as it stands, if its place reaches over a border."""
    if standing.stage in _OVER or standing.cell_code is None:
        return False
    wanted = unit.rules.matters(standing.list_version).matter(standing.matter_code).whistle_kind
    kind = unit.whistles.kinds.all().get(wanted or "")
    return kind is not None and not kind.retired


def shares_of(standing: Standing, ground: Ground, kind: WhistleKind) -> list[StreetShare]:
    """Return the streets that are the sides of a whistle of this kind at a place, largest share first."""
    street = (standing.cell_code or ground.cells[0])[:9]
    return issuing_streets(ground.shares, kind.min_share) or [StreetShare(street, 1.0, 0.0)]


def _kind(unit: Unit, matters: MatterList, standing: Standing, wanted: str | None) -> WhistleKind:
    kinds = {kind.code: kind for kind in kinds_for(unit, matters, standing)}
    code = wanted or matters.matter(standing.matter_code).whistle_kind or ""
    if code not in kinds:
        message = f"There is no kind of whistle {code!r} to blow: choose one of {', '.join(kinds)}."
        raise InputError(message, field="kind")
    return kinds[code]
