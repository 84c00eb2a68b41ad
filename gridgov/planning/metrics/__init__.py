"""How good a grid is, and what a new one would change: each figure with its formula, its source, a worked example.

Of cells, atoms and people a figure is a named Series on the index of what it is of; of a whole grid it is a number.
"""

from gridgov.planning.metrics.changes import cells_touched, households_moved, staff_kept
from gridgov.planning.metrics.fairness import deviation, fairness, gini, share_within, variation
from gridgov.planning.metrics.shapes import barriers_m, borders_m, cut_m, polsby_popper

__all__ = [
    "barriers_m",
    "borders_m",
    "cells_touched",
    "cut_m",
    "deviation",
    "fairness",
    "gini",
    "households_moved",
    "polsby_popper",
    "share_within",
    "staff_kept",
    "variation",
]
