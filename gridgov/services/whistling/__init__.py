"""Whistling: what people do with whistles."""

from gridgov.services.whistling.asked import Asked, BlowOrder, Callers, Sighting
from gridgov.services.whistling.whistling import Answer, Measure, Rating, Which, Whistling

__all__ = ["Answer", "Asked", "BlowOrder", "Callers", "Measure", "Rating", "Sighting", "Which", "Whistling"]
