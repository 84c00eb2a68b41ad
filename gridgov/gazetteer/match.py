"""Which addresses a reading may mean, and how well each fits: a sum over parts, with every weight in one table."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from gridgov.gazetteer.answer import Whole
from gridgov.gazetteer.index import NAMED_PARTS, Book, Entry, Group, split
from gridgov.gazetteer.names import Sense, Span
from gridgov.gazetteer.parse import ANCHORS, Reading

# What a stated part adds when it fits, and takes away when the address has another value for it.
WEIGHTS: dict[str, tuple[float, float]] = {
    # part        fits  contradicts
    "district": (0.5, 2.5),  # seldom wrong, so a contradiction means another place
    "street": (0.7, 0.9),  # people often name the neighbouring street office
    "community": (0.7, 0.7),  # the same, more often still
    "road": (2.5, 2.0),
    "number": (3.0, 3.0),
    "estate": (3.0, 2.5),
    "building": (3.0, 3.0),
    "unit": (0.5, 0.3),  # often not in the book at all
    "name": (4.0, 3.0),
}
UNEXPLAINED = 0.4
"""Taken away for each character that nothing explains, as a share of one unit of weight."""
UNEXPLAINED_MOST = 2.0

BESIDE = 0.6
"""Quality of a number that the book does not have for the two known ones around it."""

MANY = 3
"""So many readings of a road are tried for crossings and for numbers in between; these are guesses already."""

TELLING = frozenset({"road", "number", "estate", "building", "name"})

WHOLES: tuple[Whole, ...] = ("estate", "road", "community", "street")

MAIN_NUMBER = 0.8
"""Quality of 12号-3 for 12号 and the reverse: the gate is the same, the shop is not."""

ONE_OF_MANY = 0.25
"""Quality of a number or building for a group that has it among others: the group does not say which."""

OLD_NAME = 0.93
"""Quality of an old name after it ceased to be valid; people keep using it, but a present name comes first."""


@dataclass(frozen=True, slots=True)
class Match:
    """A group with its score (at most 1, below 0 when more speaks against it) and the mentions for and against it."""

    group: Group
    score: float
    fitting: tuple[Span, ...]
    contradicting: tuple[Span, ...]
    anchor: float
    """Quality of the best fitting anchor."""
    telling: int
    """How many parts fit that are more telling than an area: one alone must be written well."""


def matches(book: Book, reading: Reading, at: datetime | None) -> list[Match]:
    """Return what the reading may mean, best first."""
    mentions = [_dated(mention, at) for mention in reading.mentions]
    found: dict[frozenset[str], Match] = {}
    for group in _groups(book, mentions):
        match = _score(group, mentions, reading)
        kept = found.get(group.ids)
        if kept is None or kept.score < match.score:
            found[group.ids] = match
    return sorted(found.values(), key=lambda match: (-match.score, len(match.group.entries), match.group.first_id))


def _dated(mention: Span, at: datetime | None) -> Span:
    """Return the mention with old names discounted unless `at` lies within their time."""
    if all(sense.until is None for sense in mention.senses):
        return mention
    senses = (s.scaled(OLD_NAME) if s.until and (at is None or at > s.until) else s for s in mention.senses)
    return Span(mention.start, mention.end, tuple(sorted(senses, key=lambda sense: -sense.quality)))


def _values(mentions: Iterable[Span], part: str) -> list[str]:
    return list(dict.fromkeys(sense.value for mention in mentions for sense in mention.senses if sense.part == part))


def _groups(book: Book, mentions: list[Span]) -> Iterator[Group]:
    """Yield candidate groups, from the most telling pairs to whole roads, estates and communities."""
    stated = {part: _values(mentions, part) for part in WEIGHTS}
    anchored = False
    for pair in ("name+building", "road+number", "estate+building", "estate+number"):
        for rows in _rows_of_pair(book, stated, pair):
            anchored = True
            yield from _refined(rows, pair, stated)
    if not anchored:
        for pair in ("community+number", "street+number"):
            for rows in _rows_of_pair(book, stated, pair):
                yield from _refined(rows, pair, stated)
    for name in stated["name"]:
        rows = [book.entries[index] for index in book.by_part.get(("name", name), ())]
        yield from split(rows, ["street", "road", "number"], "estate" if len(rows) > 1 else "building")
    yield from _between(book, stated)
    for whole in WHOLES:
        for name in stated[whole]:
            yield from book.whole(whole, name)


def _rows_of_pair(book: Book, stated: dict[str, list[str]], pair: str) -> Iterator[list[Entry]]:
    name_part, _, number_part = pair.partition("+")
    for name in stated[name_part]:
        for number in stated[number_part]:
            if rows := _rows_of(book, pair, name, number):
                yield rows


def _between(book: Book, stated: dict[str, list[str]]) -> Iterator[Group]:
    """Yield the places between two known numbers, and crossings of two roads."""
    roads, numbers = stated["road"][:MANY], stated["number"][:MANY]
    for road in roads:
        for number in numbers:
            if not _rows_of(book, "road+number", road, number):
                yield from book.beside(road, number)
    if not numbers:
        for first, second in combinations(roads, 2):
            yield from book.crossing(first, second)


def _rows_of(book: Book, kind: str, name: str, other: str) -> list[Entry]:
    indexes: Sequence[int] = book.by_pair.get((kind, name, other), ())
    if not indexes and kind == "road+number":
        main = other.partition("-")[0]
        indexes = book.by_pair.get((kind, name, main), ()) or book.by_pair.get(("road+main", name, main), ())
    return [book.entries[index] for index in indexes]


def _refined(rows: list[Entry], pair: str, stated: dict[str, list[str]]) -> Iterator[Group]:
    """Yield the groups of `rows` at the finest level that the text states."""
    inside = rows
    if pair.endswith("number"):
        keys = ["street", "estate" if pair == "estate+number" else "road", "number"]
        yield from split(rows, keys, "number")
        inside = [row for row in rows if row.parts["building"] in stated["building"]]
    keys = ["street", "road", "number", "estate", "building"]
    yield from split(inside, keys, "building")
    yield from split([row for row in inside if row.parts["unit"] in stated["unit"]], [*keys, "unit"], "unit")


def _score(group: Group, mentions: list[Span], reading: Reading) -> Match:
    support = stated = anchor = 0.0
    fitting, contradicting = [], []
    for mention in mentions:
        sense, quality = _fit(group, mention)
        if sense is None:
            continue
        weight = WEIGHTS[sense.part][0]
        stated += weight
        if quality > 0:
            support += weight * quality
            fitting.append((mention, sense.part))
            anchor = max(anchor, quality if sense.part in ANCHORS else 0.0)
        elif quality < 0:
            contradicting.append((mention, sense.part))
    against = min(UNEXPLAINED * reading.loose, UNEXPLAINED_MOST)
    against += _penalty(group, {part for _, part in fitting}, [part for _, part in contradicting])
    score = (support - against) / stated if stated else 0.0
    speaking, against_it = (tuple(mention for mention, _ in found) for found in (fitting, contradicting))
    telling = len({part for _, part in fitting} & TELLING)
    return Match(group, min(score, 1.0), speaking, against_it, anchor, telling)


def _penalty(group: Group, fitting: set[str], contradicting: list[str]) -> float:
    """Return what contradictions cost: nothing where the text names two (16号楼和17号楼) and one of them fits."""
    coarse = {"number", "building", "unit"} if group.level in WHOLES else set()
    return sum(WEIGHTS[part][1] for part in contradicting if part not in fitting and part not in coarse)


def _fit(group: Group, mention: Span) -> tuple[Sense | None, float]:
    """Return the sense that fits best and its quality; below 0 the group has another value; None says nothing."""
    best, best_quality = None, 0.0
    for sense in mention.senses:
        quality = sense.quality * _agreement(group, sense)
        if quality > best_quality:
            best, best_quality = sense, quality
    if best is not None:
        return best, best_quality
    first = next((sense for sense in mention.senses if sense.part in WEIGHTS), None)
    if first is None:
        return None, 0.0
    if first.part == "name":
        return first, 0.0
    if not group.parts[first.part]:
        return (None, 0.0) if first.part == "unit" else (first, 0.0)
    return first, -1.0


def _agreement(group: Group, sense: Sense) -> float:
    if sense.part == "name":
        return 1.0 if all(sense.value in entry.names for entry in group.entries) else 0.0
    values = group.parts.get(sense.part)
    if not values:
        return 0.0
    if sense.value in values:
        return 1.0 if len(values) == 1 or sense.part in NAMED_PARTS else ONE_OF_MANY
    if sense.part == "number":
        main = sense.value.partition("-")[0]
        if any(value.partition("-")[0] == main for value in values):
            return MAIN_NUMBER
    return BESIDE if (sense.part, sense.value) in group.accepts else 0.0
