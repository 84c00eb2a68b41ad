"""Drafting: what straddles a border is whistled for by several streets together, and who is to come."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from gridgov.matters import STREET_OFFICE, MatterList
from gridgov.whistles.kinds import WhistleKind

Counterpart = Callable[[str, str], str]
"""Returns, for an organisation's code and a district's, the code of who does the same work there."""


@dataclass(frozen=True, slots=True)
class StreetShare:
    """How much of a footprint lies in one street; `measure` is m2 for an area, m for a line."""

    street_code: str
    share: float
    measure: float


@dataclass(frozen=True, slots=True)
class Side:
    """One issuing street of a whistle."""

    street_code: str
    share: float
    measure: float
    leads: bool
    confirm_due_at: datetime


@dataclass(frozen=True, slots=True)
class Summons:
    """One organisation that must come, and until when at the latest."""

    organisation_code: str
    leads: bool
    due_at: datetime


@dataclass(frozen=True, slots=True)
class CombinedDraft:
    """A combined whistle as drafted: whose it is and who is to come. Nobody is summoned before the sides confirm."""

    kind: WhistleKind
    matter_code: str
    sides: tuple[Side, ...]
    summons: tuple[Summons, ...]
    crosses_district: bool
    drafted_at: datetime


def issuing_streets(shares: Sequence[StreetShare], min_share: float) -> list[StreetShare]:
    """Return the streets whose share reaches `min_share`, largest first; equal shares by the lower code.

    A sliver of a footprint in the next street is a matter of survey, not of government: it makes no side.
    """
    sides = [s for s in shares if s.share >= min_share]
    return sorted(sides, key=lambda s: (-s.share, s.street_code))


def draft_combined(
    shares: Sequence[StreetShare],
    matters: MatterList,
    matter_code: str,
    kinds: dict[str, WhistleKind],
    now: datetime,
    *,
    counterpart: Counterpart = lambda code, _: code,
) -> CombinedDraft | None:
    """Draft the combined whistle for a footprint, or None where one street can answer alone.

    Parameters
    ----------
    shares
        The footprint's share per street; need not add to 1 when a part lies outside every street.
    matters, matter_code
        The responsibility list and the matter it is judged by.
    kinds
        The kinds of whistle by code.
    now
        When the draft is made, UTC.
    counterpart
        Returns who does the work of an organisation of the list in another district.

    Notes
    -----
    The side with the largest share leads until the sides agree otherwise. Departments named for the matter are
    summoned once in each district that a side lies in; the street offices are sides themselves and so are not. Until
    it is blown, a summons' deadline is the latest it can become: the last moment to confirm plus the time to arrive.
    """
    matter = matters.matter(matter_code)
    if matter.whistle_kind is None:
        return None
    kind = kinds[matter.whistle_kind]
    issuers = issuing_streets(shares, kind.min_share)
    if kind.retired or len(issuers) < 2:
        return None
    confirm_due_at = now + kind.confirm_within
    sides = tuple(
        Side(s.street_code, s.share, s.measure, leads=rank == 0, confirm_due_at=confirm_due_at)
        for rank, s in enumerate(issuers)
    )
    return CombinedDraft(
        kind=kind,
        matter_code=matter_code,
        sides=sides,
        summons=_summons(matters, matter_code, confirm_due_at + kind.check_in_within, sides, counterpart),
        crosses_district=len({s.street_code[:6] for s in issuers}) > 1,
        drafted_at=now,
    )


def _summons(
    matters: MatterList, matter_code: str, due_at: datetime, sides: Sequence[Side], counterpart: Counterpart
) -> tuple[Summons, ...]:
    lead = matters.lead(matter_code)
    names = [name for name in (lead, *matters.cooperating(matter_code)) if name != STREET_OFFICE]
    districts = dict.fromkeys(side.street_code[:6] for side in sides)
    called = dict.fromkeys(counterpart(name, district) for district in districts for name in names)
    leading = counterpart(lead, sides[0].street_code[:6])
    return tuple(Summons(name, leads=name == leading, due_at=due_at) for name in called)
