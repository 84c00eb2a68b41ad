"""Whistles: a street summons departments; what straddles a border is whistled for by several streets together."""

from gridgov.whistles.drafting import (
    CombinedDraft,
    Counterpart,
    Side,
    StreetShare,
    Summons,
    draft_combined,
    issuing_streets,
)
from gridgov.whistles.kinds import (
    Answerer,
    IssuerLevel,
    Vouching,
    WhistleKind,
    answerer,
    issuer_level,
    require_sound,
)
from gridgov.whistles.starting import STARTING_KINDS

__all__ = [
    "STARTING_KINDS",
    "Answerer",
    "CombinedDraft",
    "Counterpart",
    "IssuerLevel",
    "Side",
    "StreetShare",
    "Summons",
    "Vouching",
    "WhistleKind",
    "answerer",
    "draft_combined",
    "issuer_level",
    "issuing_streets",
    "require_sound",
]
