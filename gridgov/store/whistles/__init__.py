"""Whistles as they are kept."""

from gridgov.store.whistles.kinds import KindStore
from gridgov.store.whistles.whistles import WhistleStore

__all__ = ["KindStore", "WhistleStore"]
