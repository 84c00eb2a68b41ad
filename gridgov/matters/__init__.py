"""Matters and the responsibility list: what can be wrong with a city, who leads, who cooperates, how fast.

The list is versioned data; a case keeps the version it was judged by.
"""

from gridgov.matters.contradictions import contradictions, refuse_contradictions
from gridgov.matters.dispatch import Answerers, Dispatch, check_dispatch, require_admitted, who_answers
from gridgov.matters.listing import STREET_OFFICE, Counted, Matter, MatterList, Part, Responsibility

__all__ = [
    "STREET_OFFICE",
    "Answerers",
    "Counted",
    "Dispatch",
    "Matter",
    "MatterList",
    "Part",
    "Responsibility",
    "check_dispatch",
    "contradictions",
    "refuse_contradictions",
    "require_admitted",
    "who_answers",
]
