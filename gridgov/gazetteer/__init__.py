"""Chinese address text to places: sure, unsure with a question, or unknown."""

from gridgov.gazetteer.answer import Answer, Candidate, Level, Sure, Unknown, Unsure
from gridgov.gazetteer.gazetteer import Gazetteer
from gridgov.gazetteer.index import written_out
from gridgov.gazetteer.port import Geocoder, find_with_fallback

__all__ = [
    "Answer",
    "Candidate",
    "Gazetteer",
    "Geocoder",
    "Level",
    "Sure",
    "Unknown",
    "Unsure",
    "find_with_fallback",
    "written_out",
]
