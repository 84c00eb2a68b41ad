"""Text as people type it, brought to one form without losing where each character stood."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

MAX_CHARACTERS = 300
"""A text longer than this is no address: the caller gets an answer that says so, in constant time."""

HAN_DIGITS = "〇零○一二三四五六七八九十百千两壹贰叁肆伍陆柒捌玖拾佰"
NUMERAL = rf"(?:[0-9]{{1,6}}|[{HAN_DIGITS}]{{1,8}})"

_POSITIONAL = str.maketrans("〇零○一二三四五六七八九壹贰叁肆伍陆柒捌玖", "000123456789123456789")
_DASHES = frozenset("-\u2010\u2011\u2012–\u2014\u2015－~～_")
_TENS = frozenset("十百千拾佰两")


@dataclass(frozen=True, slots=True)
class CleanText:
    """A text in normal form.

    Parameters
    ----------
    text
        Han characters, capital letters, digits, ``-`` and ``#``; a ``|`` where a gap keeps two numbers apart.
    origin
        For every character of `text`, the index of the character of `source` that it came from.
    source
        The text as given.
    """

    text: str
    origin: tuple[int, ...]
    source: str

    def original(self, start: int, end: int) -> str:
        """Return the given text behind ``text[start:end]``."""
        return self.source[self.origin[start] : self.origin[end - 1] + 1] if start < end else ""


def clean(source: str) -> CleanText:
    """Bring `source` to normal form: NFKC (full-width digits and letters), capitals, no white space or punctuation."""
    letters: list[str] = []
    origin: list[int] = []
    gap = False
    for index, raw in enumerate(source):
        for character in unicodedata.normalize("NFKC", raw).upper():
            kept = _kept(character)
            if not kept:
                gap = True
                continue
            if gap and letters and _is_ascii_word(kept) and _is_ascii_word(letters[-1]):
                letters.append("|")
                origin.append(index)
            letters.append(kept)
            origin.append(index)
            gap = False
    return CleanText("".join(letters), tuple(origin), source)


@lru_cache(maxsize=65536)
def name_text(value: str) -> str:
    """Return a name of the address book in normal form, without marks."""
    return clean(value).text.replace("|", "")


def _kept(character: str) -> str:
    if character in _DASHES:
        return "-"
    if character in "#○" or character.isalnum():
        return character
    return ""


def _is_ascii_word(character: str) -> bool:
    return character.isascii() and character.isalnum()


@lru_cache(maxsize=65536)
def numeral(text: str) -> str | None:
    """Return the number that `text` writes, in ASCII digits without leading zeros; None if it writes none.

    >>> numeral("一百二十三"), numeral("二〇三"), numeral("007")
    ('123', '203', '7')
    """
    if text.isascii():
        return str(int(text)) if text.isdigit() else None
    if _TENS.isdisjoint(text):
        digits = text.translate(_POSITIONAL)
        return str(int(digits)) if digits.isdigit() else None
    import cn2an  # noqa: PLC0415 - its dictionaries are slow to load: only where they are used

    try:
        return str(int(cn2an.cn2an(text.replace("\u3007", "零").replace("○", "零"), "smart")))
    except (ValueError, KeyError):
        return None


_SIDES = "[甲乙丙丁戊东西南北中]"
_NUMBER_PARTS = re.compile(
    rf"(?P<before>[甲乙丙丁戊])?(?P<main>{NUMERAL})(?P<after>[甲乙丙丁戊A-Z])?号?院?(?P<last>[甲乙丙丁戊])?"
    rf"(?:[-之附](?P<sub>{NUMERAL})号?)?"
)
_BUILDING_PARTS = re.compile(rf"第?(?P<key>[A-Z]?{NUMERAL}[A-Z]?|[A-Z]|{_SIDES})(?:号|#)?(?:楼|栋|幢|座|院|#)*")
_UNIT_PARTS = re.compile(rf"第?(?P<key>{NUMERAL}|[A-Z]|{_SIDES})(?:号)?(?:单元|门|单)?")


def number_key(text: str) -> str:
    """Return one form for a house number: ``12-3`` for 12号-3, 12之3号 and 12附3号, ``甲12`` for 甲12号 and 12号甲."""
    found = _NUMBER_PARTS.fullmatch(text)
    main = numeral(found["main"]) if found else None
    if not found or main is None:
        return text
    mark = found["before"] or found["after"] or found["last"] or ""
    sub = numeral(found["sub"]) if found["sub"] else None
    return f"{mark}{main}-{sub}" if sub else f"{mark}{main}"


def building_key(text: str) -> str:
    """Return one form for a building: ``3`` for 3号楼, 三栋, 3幢, 3号院, ``A`` for A座; other names stay."""
    return _simple_key(_BUILDING_PARTS, text)


def unit_key(text: str) -> str:
    """Return one form for a unit: ``2`` for 2单元, 二单元 and 2门."""
    return _simple_key(_UNIT_PARTS, text)


def _simple_key(parts: re.Pattern[str], text: str) -> str:
    found = parts.fullmatch(text)
    if not found:
        return text
    key = found["key"]
    return numeral(key) or re.sub(NUMERAL, lambda run: numeral(run[0]) or run[0], key)
