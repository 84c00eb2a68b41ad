"""Incidents: one report, one case, one chain of facts."""

from gridgov.incidents.case import Case, CellChance, CellRef, CellShare, Origin, Place, Stored
from gridgov.incidents.duplicates import DuplicateRule, Neighbour, Suggestion, suggest
from gridgov.incidents.facts import Fact, FactKind, chain, first_break
from gridgov.incidents.report import (
    Channel,
    Finding,
    GivenPosition,
    Placement,
    Report,
    Reporter,
    public_number,
    require_valid,
)
from gridgov.incidents.standing import ENDED, Clock, Head, Stage, Standing

__all__ = [
    "ENDED",
    "Case",
    "CellChance",
    "CellRef",
    "CellShare",
    "Channel",
    "Clock",
    "DuplicateRule",
    "Fact",
    "FactKind",
    "Finding",
    "GivenPosition",
    "Head",
    "Neighbour",
    "Origin",
    "Place",
    "Placement",
    "Report",
    "Reporter",
    "Stage",
    "Standing",
    "Stored",
    "Suggestion",
    "chain",
    "first_break",
    "public_number",
    "require_valid",
    "suggest",
]
