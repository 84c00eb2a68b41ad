"""Possible duplicates: the same matter, near in place and time, in similar words. Suggested, never silently merged."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from rapidfuzz import fuzz


@dataclass(frozen=True, slots=True)
class DuplicateRule:
    """How near is near. The weights add to 1; the score is their sum over nearness in place, time and words."""

    within_m: float = 120.0
    within: timedelta = timedelta(days=7)
    weight_place: float = 0.45
    weight_time: float = 0.2
    weight_words: float = 0.35
    least_score: float = 0.5
    at_most: int = 5


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An earlier incident of the same matter, with its distance from the new one in metres."""

    district_code: str
    incident_id: UUID
    number: str
    reported_at: datetime
    text: str
    distance_m: float


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An incident that the new report may repeat; `score` runs from 0 to 1."""

    district_code: str
    incident_id: UUID
    number: str
    score: float
    distance_m: float
    similarity: float


def suggest(
    text: str, reported_at: datetime, neighbours: Iterable[Neighbour], rule: DuplicateRule | None = None
) -> list[Suggestion]:
    """Return the neighbours that the report may repeat, best first.

    Each nearness falls linearly from 1 to 0 at the rule's limit; words are compared by Indel similarity
    (Levenshtein without substitution, as in rapidfuzz's ``fuzz.ratio``), which suits short Chinese texts.
    """
    rule = rule or DuplicateRule()
    scored = (_score(text, reported_at, n, rule) for n in neighbours)
    kept = [s for s in scored if s is not None]
    return sorted(kept, key=lambda s: (-s.score, s.incident_id))[: rule.at_most]


def _score(text: str, reported_at: datetime, neighbour: Neighbour, rule: DuplicateRule) -> Suggestion | None:
    place = 1 - neighbour.distance_m / rule.within_m
    time = 1 - abs(reported_at - neighbour.reported_at) / rule.within
    if place < 0 or time < 0:
        return None
    words = fuzz.ratio(text, neighbour.text) / 100
    score = rule.weight_place * place + rule.weight_time * time + rule.weight_words * words
    if score < rule.least_score:
        return None
    return Suggestion(
        neighbour.district_code,
        neighbour.incident_id,
        neighbour.number,
        round(score, 4),
        round(neighbour.distance_m, 1),
        round(words, 4),
    )
