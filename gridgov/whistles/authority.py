"""Who acts as what in a whistle: which side somebody speaks for, whom they answer for, whether they stand above."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from gridgov.access import Grant, Subject
from gridgov.errors import NotAllowedError, RuleError
from gridgov.whistles.drafting import StreetShare
from gridgov.whistles.kinds import IssuerLevel, WhistleKind, issuer_level
from gridgov.whistles.lifecycle import ON_SITE, SummonsAct, WhistleAct
from gridgov.whistles.live import LiveSide, Whistle
from gridgov.whistles.teams import STREET_DIGITS

ABOVE = "whistle.escalated"
"""The permission of whoever answers for what escalates."""

_AS_SIDE: Mapping[str, str] = MappingProxyType(
    {
        WhistleAct.CONFIRM: "whistle.confirm",
        WhistleAct.CHOOSE_LEAD: "whistle.confirm",
        WhistleAct.CHOOSE_SUMMONS: "whistle.confirm",
        WhistleAct.WITHDRAW: "whistle.close",
        WhistleAct.CLOSE: "whistle.close",
        SummonsAct.RELEASE: "whistle.release",
        SummonsAct.EXCUSE: "whistle.release",
        SummonsAct.RATE: "whistle.rate",
    }
)
"""The acts of sides, and by which permission somebody does them for one."""
_IN_STEAD = frozenset(
    {WhistleAct.CONFIRM, WhistleAct.WITHDRAW, WhistleAct.CLOSE, SummonsAct.RELEASE, SummonsAct.EXCUSE}
)
"""Those of them that the area above does as well."""
_BELOW_STREETS = frozenset({IssuerLevel.COMMUNITY, IssuerLevel.LANE_CHIEF})
_RANK = {level: rank for rank, level in enumerate(IssuerLevel)}


def issuer(subject: Subject, cells: Iterable[str], kind: WhistleKind) -> tuple[IssuerLevel, str]:
    """Return at which level and for which area somebody may blow a whistle of `kind` over any of `cells`.

    Raises
    ------
    NotAllowedError
        If none of the cells lies in an area that they may blow for.
    RuleError
        If they may, but not a whistle of this kind.
    """
    codes = tuple(cells)
    own = [g for g in _granted(subject, "whistle.blow") if any(code.startswith(g.area_code) for code in codes)]
    if not own:
        message = f"{subject.login} may not blow a whistle here: its street, its community or its lane chief does."
        raise NotAllowedError(message)
    levels = sorted({(issuer_level(g.role, g.area_code), g.area_code) for g in own}, key=lambda o: _RANK[o[0]])
    chosen = next((one for one in levels if one[0] in kind.issuers), None)
    if chosen is None:
        who = ", ".join(sorted(kind.issuers))
        message = f"A whistle of kind {kind.code} is blown by {who}: ask them, or choose another kind."
        raise RuleError(message, field="kind")
    return chosen


def require_arranges(subject: Subject, area_code: str) -> None:
    """Refuse whoever may not make a team for an area: who blows there does, for a street or more at that level.

    Raises
    ------
    NotAllowedError
        Naming the area.
    """
    subject.require("whistle.blow", area_code)
    own = [g for g in _granted(subject, "whistle.blow") if area_code.startswith(g.area_code)]
    if len(area_code) <= STREET_DIGITS and all(issuer_level(g.role, g.area_code) in _BELOW_STREETS for g in own):
        message = f"A team for {area_code} is made by its street or its district, for all whistles there: ask them."
        raise NotAllowedError(message, field="area_code")


def stands_for(sides: Iterable[LiveSide | StreetShare], area_code: str) -> str | None:
    """Return the side that whoever blows for an area stands for, or None: its street, of a district the largest."""
    mine = (s for s in sides if s.street_code.startswith(area_code) or area_code.startswith(s.street_code))
    first = min(mine, key=lambda s: (-s.share, s.street_code), default=None)
    return first.street_code if first else None


def require_part(subject: Subject, act: str, whistle: Whistle) -> None:
    """Refuse whoever may not do `act` to any part of a whistle, whichever side or organisation it is asked for.

    Raises
    ------
    NotAllowedError
        Saying who may.
    """
    permission = _AS_SIDE.get(act)
    if permission is not None:
        if act not in _IN_STEAD or not may_stand_above(subject, whistle):
            side_for(subject, permission, whistle)
        return
    if any(subject.acts_for("whistle.answer", call.organisation_code) for call in whistle.summons):
        return  # for whom, and whether for themselves, stands in the act
    if act == SummonsAct.VOUCH:
        _require_beside(subject, whistle)
    else:
        message = f"{subject.login} acts for nobody who is summoned: only their own people answer a summons."
        raise NotAllowedError(message)


def side_for(subject: Subject, permission: str, whistle: Whistle, street_code: str | None = None) -> str:
    """Return the street that somebody acts for: its own people, and whoever blew this whistle inside it.

    A district's people are a side only of what they blew: they would otherwise confirm what they have to decide about.

    Raises
    ------
    NotAllowedError
        If they act for no side, or not for the one they name.
    """
    mine = [s for s in sides_for(subject, permission, whistle) if street_code in {None, s}]
    if not mine:
        sides = ", ".join(sorted(whistle.streets))
        message = f"{subject.login} may not do this for street {street_code or sides}: only its own people may."
        raise NotAllowedError(message)
    return mine[0]


def sides_for(subject: Subject, permission: str, whistle: Whistle) -> list[str]:
    """Return the streets that somebody may do this for."""
    granted = _granted(subject, permission)
    return sorted(s for s in whistle.streets if any(_speaks(grant, s, whistle) for grant in granted))


def require_answers(subject: Subject, organisation_code: str) -> None:
    """Refuse whoever does not act for the organisation.

    Raises
    ------
    NotAllowedError
        Naming the organisation.
    """
    if not subject.acts_for("whistle.answer", organisation_code):
        message = f"{subject.login} does not act for {organisation_code}: only its own people answer its summons."
        raise NotAllowedError(message)


def may_stand_above(subject: Subject, whistle: Whistle) -> bool:
    """Return whether somebody answers for the area above all sides."""
    return any(whistle.parent.startswith(g.area_code) for g in _granted(subject, ABOVE))


def require_above(subject: Subject, whistle: Whistle) -> str:
    """Return the common parent that somebody acts for.

    Raises
    ------
    NotAllowedError
        If they do not answer for the area above all sides.
    """
    if not may_stand_above(subject, whistle):
        message = f"{subject.login} may not do this: only the sides, or the area above them ({whistle.parent}), may."
        raise NotAllowedError(message)
    return whistle.parent


def require_voucher(subject: Subject, whistle: Whistle, organisation_code: str) -> None:
    """Refuse whoever may not vouch: people of a side, or of another organisation that is on site.

    Raises
    ------
    NotAllowedError
        If they are neither, or of the organisation itself.
    """
    if subject.acts_for("whistle.answer", organisation_code):
        message = f"{subject.login} belongs to {organisation_code}: somebody else on site must vouch for it."
        raise NotAllowedError(message)
    _require_beside(subject, whistle)


def _require_beside(subject: Subject, whistle: Whistle) -> None:
    local = any(
        g.area_code.startswith(street) for g in _granted(subject, "whistle.vouch") for street in whistle.streets
    )
    beside = any(
        s.stage in ON_SITE and subject.acts_for("whistle.answer", s.organisation_code) for s in whistle.summons
    )
    if not local and not beside:
        message = f"{subject.login} may not vouch here: people of the street or of a department on site may."
        raise NotAllowedError(message)


def _speaks(grant: Grant, street_code: str, whistle: Whistle) -> bool:
    if grant.area_code == street_code:
        return True
    blew = grant.area_code == whistle.issuer_area_code
    return blew and stands_for(whistle.sides, grant.area_code) == street_code


def _granted(subject: Subject, permission: str) -> list[Grant]:
    if subject.scopes is not None and permission not in subject.scopes:
        return []
    return [grant for grant in subject.grants if permission in grant.permissions]
