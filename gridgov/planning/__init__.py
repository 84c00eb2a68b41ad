"""Planning: what a district's grid carries, a fairer one, who looks after it, and what would change.

Everything here is pure: frames in, frames out. Nothing is kept before a draft is published
(`gridgov.services.drafting`).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gridgov.planning.adjacency import Adjacency, adjacency_of, crossed, parts_of
    from gridgov.planning.bounds import least_for_spread, least_within
    from gridgov.planning.metrics import (
        barriers_m,
        borders_m,
        cells_touched,
        cut_m,
        deviation,
        fairness,
        gini,
        households_moved,
        polsby_popper,
        share_within,
        staff_kept,
        variation,
    )
    from gridgov.planning.plan import Plan
    from gridgov.planning.rebalancing import rebalance
    from gridgov.planning.staffing import Limits, Staffing, staff
    from gridgov.planning.tessellation import Drawing, atoms

_HOMES = {
    "Adjacency": "gridgov.planning.adjacency",
    "Drawing": "gridgov.planning.tessellation",
    "adjacency_of": "gridgov.planning.adjacency",
    "atoms": "gridgov.planning.tessellation",
    "crossed": "gridgov.planning.adjacency",
    "parts_of": "gridgov.planning.adjacency",
    "Limits": "gridgov.planning.staffing",
    "Plan": "gridgov.planning.plan",
    "Staffing": "gridgov.planning.staffing",
    "rebalance": "gridgov.planning.rebalancing",
    "barriers_m": "gridgov.planning.metrics",
    "borders_m": "gridgov.planning.metrics",
    "cells_touched": "gridgov.planning.metrics",
    "cut_m": "gridgov.planning.metrics",
    "deviation": "gridgov.planning.metrics",
    "fairness": "gridgov.planning.metrics",
    "gini": "gridgov.planning.metrics",
    "households_moved": "gridgov.planning.metrics",
    "least_for_spread": "gridgov.planning.bounds",
    "least_within": "gridgov.planning.bounds",
    "polsby_popper": "gridgov.planning.metrics",
    "share_within": "gridgov.planning.metrics",
    "staff": "gridgov.planning.staffing",
    "staff_kept": "gridgov.planning.metrics",
    "variation": "gridgov.planning.metrics",
}
"""Name -> module. To add one: here, in `__all__`, and under TYPE_CHECKING."""

__all__ = [
    "Adjacency",
    "Drawing",
    "Limits",
    "Plan",
    "Staffing",
    "adjacency_of",
    "atoms",
    "barriers_m",
    "borders_m",
    "cells_touched",
    "crossed",
    "cut_m",
    "deviation",
    "fairness",
    "gini",
    "households_moved",
    "least_for_spread",
    "least_within",
    "parts_of",
    "polsby_popper",
    "rebalance",
    "share_within",
    "staff",
    "staff_kept",
    "variation",
]


def __getattr__(name: str) -> Any:
    # Compilers and solvers take seconds to load: whoever wants a metric should not wait for them.
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
