"""Every way a name of the address book may be written, and where in a text one of them stands."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gridgov.gazetteer.normalise import HAN_DIGITS, numeral
from gridgov.gazetteer.sounds import similarity, sound, sounds

LONGEST = 24
"""Longer stretches of text are not compared with names."""

LEAST_QUALITY = 0.5
"""A stretch that agrees less with a name is not taken for it; taking less brought no more right answers (measured)."""

_SHORT = 0.8
"""Two characters that only resemble a name are weak evidence: most pairs of syllables are many names."""

_FEW_SAME, _NONE_SAME = 0.8, 0.65
"""Factors on a likeness in which few characters, or none at all, are the very same."""

_MORE_ERRORS = 0.93
"""Factor for each error after the first: two errors in one name are far rarer than two names."""

_ADDED_COST = 0.6
"""What a character too many costs, as a share of what it would tell; one typed twice costs a third of that."""

_ESTATE_WORDS = ("小区", "花园", "家属院", "宿舍", "院", "公寓", "社区")
"""Said for any estate, whatever the book calls it."""

# (ending of the name in the book, endings people write instead, quality of the match)
ENDINGS: dict[str, tuple[tuple[str, tuple[str, ...], float], ...]] = {
    "district": (("区", ("",), 0.9), ("县", ("",), 0.9), ("市", ("",), 0.9)),
    "street": (
        ("街道", ("街道办事处", "街道办", "办事处", "街办"), 1.0),
        ("街道", ("街",), 0.7),
        ("镇", ("镇政府", "镇人民政府"), 1.0),
        ("乡", ("乡政府",), 1.0),
    ),
    "community": (
        ("社区居民委员会", ("社区", "社区居委会", "居委会", "居民委员会"), 1.0),
        ("居民委员会", ("居委会", "社区", "社区居委会"), 1.0),
        ("村民委员会", ("村", "村委会", "社区"), 1.0),
        ("社区", ("居委会", "社区居委会", "社区居民委员会", "居民委员会"), 1.0),
    ),
    "road": (
        ("大街", ("街", "大道"), 0.85),
        ("大道", ("大街", "路"), 0.85),
        *((ending, ("",), 0.75) for ending in ("路", "街", "大街", "大道", "巷", "胡同", "里")),
    ),
    "estate": tuple(
        (ending, tuple(other for other in ("", *_ESTATE_WORDS) if other != ending), 0.9)
        for ending in (*_ESTATE_WORDS, "家属区", "家属楼", "宿舍区", "大院", "住宅区", "")
    ),
}


@dataclass(frozen=True, slots=True)
class Sense:
    """What a written form may mean: a part of an address with its value in the book, and how well it says so."""

    part: str
    value: str
    quality: float
    until: datetime | None = None
    """For an old name: the last instant at which it was valid, UTC."""

    def scaled(self, factor: float) -> "Sense":
        """Return the same sense with its quality times `factor`."""
        return Sense(self.part, self.value, self.quality * factor, self.until)


@dataclass(slots=True)
class Span:
    """A stretch of text and what it may mean, best first."""

    start: int
    end: int
    senses: tuple[Sense, ...]
    added: int = 0
    """Characters within the stretch that its best form does not have."""

    @property
    def quality(self) -> float:
        """Quality of the best sense."""
        return self.senses[0].quality

    def joined(self, better: "Span") -> "Span":
        """Return one span with the senses of both, for the stretch and the added characters of the `better` one."""
        return Span(better.start, better.end, _best_senses((*better.senses, *self.senses)), better.added)


def forms_of(part: str, name: str) -> Iterator[tuple[str, float]]:
    """Yield (written form, quality) for a normalised `name` of a `part`; the name itself first, at 1."""
    yield from _with_numerals(name, 1.0)
    for ending, others, quality in ENDINGS.get(part, ()):
        stem = name.removesuffix(ending)
        if not name.endswith(ending) or len(stem) < 2:
            continue
        for other in others:
            if other or ending:
                yield from _with_numerals(stem + other, quality if other else min(quality, 0.9))


_HAN_RUN = re.compile(f"[{HAN_DIGITS}]+")
_DIGITS = re.compile("[0-9]{1,2}")
_HAN_NUMBERS = "〇一二三四五六七八九"


def _with_numerals(name: str, quality: float) -> Iterator[tuple[str, float]]:
    yield name, quality
    other = _HAN_RUN.sub(lambda run: numeral(run[0]) or run[0], name)
    if other == name:
        other = _DIGITS.sub(lambda run: _han_number(run[0]), name)
    if other != name:
        yield other, quality * 0.97


def _han_number(digits: str) -> str:
    tens, ones = divmod(int(digits), 10)
    head = "" if tens == 0 else ("十" if tens == 1 else _HAN_NUMBERS[tens] + "十")
    return head + (_HAN_NUMBERS[ones] if ones or not tens else "")


@dataclass
class NameIndex:
    """All written forms, found exactly, by sound, or with one character wrong, missing or added.

    A form is kept under its sound and, from three characters on, under its sound without each of its characters in
    turn; a text that differs in one place then shares one of these keys (the deletion neighbourhood of Mor and
    Fraenkel, "A hash code method for detecting and correcting spelling errors", CACM 25(12), 1982).
    """

    forms: dict[str, tuple[Sense, ...]] = field(default_factory=dict)
    _lengths: dict[str, tuple[int, ...]] = field(default_factory=dict)
    _by_sound: dict[str, list[str]] = field(default_factory=dict)
    _by_gap: dict[str, list[str]] = field(default_factory=dict)
    _weights: dict[str, float] = field(default_factory=dict)
    _longest: int = 0

    @classmethod
    def build(cls, senses: Mapping[str, Iterable[Sense]], names: Iterable[str]) -> "NameIndex":
        """Index forms with their senses; `names` (the book's own, once each) say how telling each character is."""
        index = cls(forms={form: _best_senses(found) for form, found in senses.items() if 2 <= len(form) <= LONGEST})
        index._weigh(names)
        lengths: dict[str, set[int]] = defaultdict(set)
        for form in index.forms:
            lengths[form[0]].add(len(form))
            index._add_sounds(form)
        index._lengths = {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}
        index._longest = max(map(len, index.forms), default=0)
        return index

    def _weigh(self, names: Iterable[str]) -> None:
        counts: Counter[str] = Counter()
        total = 0
        for name in names:
            total += 1
            counts.update(set(name))
        self._weights = {each: math.log(1 + (total + 1) / count) for each, count in counts.items()}

    def _add_sounds(self, form: str) -> None:
        for key in sounds(form):
            self._by_sound.setdefault(key, []).append(form)
        if len(form) < 3:
            return
        key = sound(form)
        for gap in {key[:at] + key[at + 1 :] for at in range(len(key))}:
            self._by_gap.setdefault(gap, []).append(form)

    def weight(self, character: str) -> float:
        """Return how telling a character is: log(1 + names / names with it), so 路 weighs little and 泺 much."""
        return self._weights.get(character, 3.0)

    def exact(self, text: str) -> list[Span]:
        """Return every stretch of `text` that is a known form."""
        spans = []
        for start, first in enumerate(text):
            for length in self._lengths.get(first, ()):
                senses = self.forms.get(text[start : start + length])
                if senses and start + length <= len(text):
                    spans.append(Span(start, start + length, senses))
        return spans

    def similar(self, text: str, start: int, end: int) -> list[Span]:
        """Return stretches of ``text[start:end]`` that sound like a known form or differ from one in one place."""
        found: dict[tuple[int, int], dict[str, float]] = defaultdict(dict)
        key = sound(text)
        for left in range(start, end - 1):
            for right in range(left + 2, min(end, left + self._longest + 1) + 1):
                window = text[left:right]
                for form in self._near(key[left:right]):
                    quality = self.quality(window, form) * (_SHORT if len(form) == 2 and window != form else 1.0)
                    if quality >= LEAST_QUALITY:
                        found[left, right][form] = quality
        return [
            Span(
                left,
                right,
                self._senses(forms),
                max(0, right - left - len(max(forms, key=lambda form: (forms[form], form)))),
            )
            for (left, right), forms in found.items()
        ]

    def _near(self, key: str) -> set[str]:
        near = set(self._by_sound.get(key, ()))
        near.update(self._by_gap.get(key, ()))
        if len(key) < 3:
            return near
        for at in range(len(key)):
            rest = key[:at] + key[at + 1 :]
            near.update(self._by_gap.get(rest, ()))
            if len(rest) > 2:
                near.update(self._by_sound.get(rest, ()))
        return near

    def _senses(self, forms: Mapping[str, float]) -> tuple[Sense, ...]:
        return _best_senses(sense.scaled(quality) for form, quality in forms.items() for sense in self.forms[form])

    def quality(self, text: str, form: str) -> float:
        """Return the share of the form's telling characters that `text` holds, 0..1, less a cost for what it adds.

        Both may differ in length by one; the odd character is where they first cease to sound alike.
        """
        if len(text) == len(form):
            return self._agreed(text, form) / self._total(form)
        longer, shorter = (form, text) if len(form) > len(text) else (text, form)
        pairs = zip(sound(longer), sound(shorter), strict=False)
        at = next((index for index, (a, b) in enumerate(pairs) if a != b), len(shorter))
        rest = longer[:at] + longer[at + 1 :]
        if longer is form:
            return self._agreed(text, rest) / self._total(form)
        twice = at > 0 and longer[at] == longer[at - 1]
        cost = self.weight(longer[at]) * _ADDED_COST * (1 / 3 if twice else 1)
        return self._agreed(rest, form) / (self._total(form) + cost)

    def _total(self, form: str) -> float:
        return sum(map(self.weight, form))

    def _agreed(self, text: str, form: str) -> float:
        """Return the weight of the characters of `form` that `text` has, less a share for each further error."""
        agreed = sum(self.weight(b) * similarity(a, b) for a, b in zip(text, form, strict=True))
        same = sum(a == b for a, b in zip(text, form, strict=True))
        agreed *= _MORE_ERRORS ** max(0, len(form) - same - 1)
        if same * 5 >= len(form) * 2:
            return agreed
        return agreed * (_FEW_SAME if same else _NONE_SAME)


def _best_senses(senses: Iterable[Sense]) -> tuple[Sense, ...]:
    best: dict[tuple[str, str], Sense] = {}
    for sense in senses:
        key = (sense.part, sense.value)
        if key not in best or best[key].quality < sense.quality:
            best[key] = sense
    return tuple(sorted(best.values(), key=lambda sense: (-sense.quality, sense.part, sense.value)))


def best_cover(spans: Iterable[Span], length: int) -> list[Span]:
    """Return the spans, none overlapping, that explain most of a text: characters times squared quality, few spans."""
    ending: dict[int, list[Span]] = defaultdict(list)
    for span in spans:
        ending[span.end].append(span)
    worth = [0.0] * (length + 1)
    chosen: list[Span | None] = [None] * (length + 1)
    for end in range(1, length + 1):
        worth[end] = worth[end - 1]
        for span in ending.get(end, ()):
            value = worth[span.start] + (end - span.start - span.added) * span.quality**2 - 0.1
            if value > worth[end]:
                worth[end], chosen[end] = value, span
    return _walk_back(chosen)


def _walk_back(chosen: list[Span | None]) -> list[Span]:
    cover = []
    end = len(chosen) - 1
    while end > 0:
        span = chosen[end]
        if span is None:
            end -= 1
            continue
        cover.append(span)
        end = span.start
    return cover[::-1]
