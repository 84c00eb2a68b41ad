"""From matches to one of three answers: when to be sure, and what to ask when not."""

from collections.abc import Sequence

from gridgov.gazetteer.answer import Answer, Candidate, Sure, Unknown, Unsure
from gridgov.gazetteer.index import PARTS, Group, distance_m
from gridgov.gazetteer.match import WHOLES, Match
from gridgov.gazetteer.names import Span
from gridgov.gazetteer.parse import CERTAIN, Reading

# Calibrated on the disturbed addresses of sample_geo/variants.py with another seed than the tests use.
SURE_SCORE = 0.8
SURE_MARGIN = 0.08
SURE_ANCHOR = 0.7
SURE_ANCHOR_ALONE = 0.88
SURE_RADIUS_M = 50.0
LEAST_SCORE = 0.25
SAME_PLACE_M = 50.0
"""Two candidates nearer than this are one place for a report: a building is as long."""

# Radius in metres that a level leaves open at a single address: half a building, half a plot.
LEVEL_M = {
    "unit": 15.0,
    "building": 20.0,
    "number": 25.0,
    "estate": 40.0,
    "road": 60.0,
    "community": 80.0,
    "street": 80.0,
}

_FINER = {
    "street": "road",
    "community": "road",
    "road": "number",
    "estate": "building",
    "number": "building",
    "building": "unit",
    "unit": "unit",
}


def decide(matches: Sequence[Match], reading: Reading, limit: int) -> Answer:
    """Return the answer that `matches` (best first) justify, with at most `limit` candidates."""
    if not matches or (matches[0].score < LEAST_SCORE and all(match.anchor < CERTAIN for match in matches)):
        return Unknown(_reason(reading))
    best = matches[0]
    candidates = [_candidate(match, reading) for match in _distinct(matches, limit)]
    rival = _rival(matches)
    if rival is None and _is_plain(best, reading, candidates[0].score):
        return Sure(candidates[0])
    asks, question = _question(best, rival, reading)
    return Unsure(tuple(candidates), question, asks)


def _distinct(matches: Sequence[Match], limit: int) -> list[Match]:
    """Return the first `limit` matches without the estates, roads and streets around one that stands before them."""
    kept: list[Match] = []
    for match in matches:
        if len(kept) == limit:
            break
        if not any(match.group.ids > other.group.ids for other in kept):
            kept.append(match)
    return kept


def _is_plain(best: Match, reading: Reading, score: float) -> bool:
    return (
        score >= SURE_SCORE
        and best.anchor >= _needed(best, reading)
        and best.group.radius_m <= SURE_RADIUS_M
        and best.group.level in {"unit", "building", "number", "estate"}
        and not best.contradicting
        and not reading.foreign
    )


def _needed(best: Match, reading: Reading) -> float:
    """Return how well the name must fit: 清洲庄 is not 清洲里 with a 庄 too many, 梅礼市场 alone is not 凤礼市场."""
    if reading.loose >= 1:
        return CERTAIN
    return SURE_ANCHOR if best.telling > 1 else SURE_ANCHOR_ALONE


def _rival(matches: Sequence[Match]) -> Match | None:
    """Return the next best match at another place, unless it falls behind by the margin."""
    best = matches[0]
    here = (best.group.middle.lon, best.group.middle.lat)
    for match in matches[1:]:
        if match.score < best.score - SURE_MARGIN:
            return None
        there = (match.group.middle.lon, match.group.middle.lat)
        if distance_m(here, there) > SAME_PLACE_M and not match.group.ids >= best.group.ids:
            return match
    return None


def _candidate(match: Match, reading: Reading) -> Candidate:
    group, entry = match.group, match.group.middle
    single = len(group.entries) == 1
    fitting = {(span.start, span.end) for span in match.fitting}
    rest = [
        (m.start, m.end) for m in reading.mentions if (m.start, m.end) not in fitting and m.senses[0].part != "region"
    ]
    return Candidate(
        address_id=entry.address_id if single else None,
        label=group.label,
        lon=entry.lon,
        lat=entry.lat,
        score=round(max(0.0, match.score) * reading.relation_factor, 4),
        level=group.level,
        accuracy_m=round(LEVEL_M[group.level] + group.radius_m + reading.relation_m, 1),
        matched=tuple(reading.source.original(*each) for each in sorted(fitting)),
        unmatched=tuple(reading.source.original(*each) for each in sorted(rest + reading.unexplained)),
    )


def _question(best: Match, rival: Match | None, reading: Reading) -> tuple[str, str]:
    if reading.foreign:
        return "district", f"Is it really in {reading.foreign}? This address book does not reach there."
    if best.contradicting:
        return _contradiction(best.contradicting[0], best.group, reading)
    if rival is not None:
        return _difference(best.group, rival.group)
    if best.group.radius_m > SURE_RADIUS_M or best.group.level not in {"unit", "building", "number"}:
        asks = _FINER[best.group.level]
        return asks, f"Which {asks} of {best.group.label}?"
    return "address", f"Is it {best.group.label}?"


def _contradiction(mention: Span, group: Group, reading: Reading) -> tuple[str, str]:
    part = mention.senses[0].part
    said = reading.source.original(mention.start, mention.end)
    if group.level in WHOLES and part in {"number", "building", "unit"}:
        return part, f"Which {part} of {group.label}? The address book has no {said} there."
    known = "/".join(sorted(group.parts.get(part, ()))[:3])
    return part, f"Which {part}: {said}, as it was said, or {known}, as the address book has it?"


def _difference(first: Group, second: Group) -> tuple[str, str]:
    for part in PARTS:
        options = [_written(group, part) for group in (first, second)]
        if first.parts[part].isdisjoint(second.parts[part]) and all(options):
            return part, f"Which {part}: {options[0]} or {options[1]}?"
    return "address", f"Which of the two: {first.label} or {second.label}?"


def _written(group: Group, part: str) -> str:
    return group.middle.written[part]


def _reason(reading: Reading) -> str:
    if not reading.source.text:
        return "The text holds no word: give a road and number, an estate and building, or the name of a place."
    if reading.foreign:
        return f"The text names {reading.foreign}, which this address book does not cover."
    parts = sorted({mention.senses[0].part for mention in reading.mentions} - {"room", "region"})
    if parts:
        said = ", ".join(parts)
        return f"The text says only {said}: add a road and number, an estate and building, or the name of a place."
    return "Nothing in the text is known to the address book: ask for a road, an estate or a place nearby."
