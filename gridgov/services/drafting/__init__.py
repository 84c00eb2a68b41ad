"""Drafting: the next version of a district's grid, from a plan or an edited file to the moment it is in force."""

from gridgov.services.drafting.drafting import Drafting
from gridgov.services.drafting.previewing import Preview
from gridgov.store.drafts import DraftRow

__all__ = ["DraftRow", "Drafting", "Preview"]
