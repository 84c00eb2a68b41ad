"""Drafts: proposed cells of a district, on their way to becoming the next version of its grid.

A draft is read from a frame or a file (`taken_up`), compared with the grid that it was drawn on (`compared`), gets
codes by the standard's order (`coded`), follows a grid that moved on meanwhile (`carried`), and passes through the
states of `lifecycle`. What it leads to is told by `handed_over` for people and by `expressed` for figures.
"""

from gridgov.drafts.comparing import Comparison, compared, is_same_ground
from gridgov.drafts.figures import expressed, fairness
from gridgov.drafts.following import carried, touched
from gridgov.drafts.handover import Duty, Handover, Outcome, handed_over
from gridgov.drafts.lifecycle import TABLE, Act, Move, State, move
from gridgov.drafts.numbering import coded
from gridgov.drafts.parents import emptied, strangers
from gridgov.drafts.reading import COLUMNS, Within, as_draft, taken_up, tidy

__all__ = [
    "COLUMNS",
    "TABLE",
    "Act",
    "Comparison",
    "Duty",
    "Handover",
    "Move",
    "Outcome",
    "State",
    "Within",
    "as_draft",
    "carried",
    "coded",
    "compared",
    "emptied",
    "expressed",
    "fairness",
    "handed_over",
    "is_same_ground",
    "move",
    "strangers",
    "taken_up",
    "tidy",
    "touched",
]
