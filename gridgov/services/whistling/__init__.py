"""Whistling: what people do with whistles."""

from gridgov.services.whistling.arranging import Arranging, TeamOrder
from gridgov.services.whistling.asked import Asked, BlowOrder, Callers, Sighting
from gridgov.services.whistling.blowing import tell_draft
from gridgov.services.whistling.whistling import Answer, Measure, Rating, Which, Whistling
from gridgov.store.whistles import WhistleFilter

__all__ = [
    "Answer",
    "Arranging",
    "Asked",
    "BlowOrder",
    "Callers",
    "Measure",
    "Rating",
    "Sighting",
    "TeamOrder",
    "Which",
    "WhistleFilter",
    "Whistling",
    "tell_draft",
]
