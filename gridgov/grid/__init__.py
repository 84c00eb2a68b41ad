"""The grid: cells that partition their district, each one connected polygon inside one community.

A partition has no gap and no overlap, and neighbours name the same vertices along the border they share. `check_cells`
finds what is not so, with place and size; `propose_repair` mends what can be mended without guessing; `number_cells`
numbers cells west to east, north to south inside their community.
"""

from gridgov.grid.check import check_cells, require_partition
from gridgov.grid.faults import KINDS, CheckReport, Fault
from gridgov.grid.inheriting import shares_between
from gridgov.grid.numbering import number_cells
from gridgov.grid.repair import Repair, propose_repair

__all__ = [
    "KINDS",
    "CheckReport",
    "Fault",
    "Repair",
    "check_cells",
    "number_cells",
    "propose_repair",
    "require_partition",
    "shares_between",
]
