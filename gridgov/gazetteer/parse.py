"""A text read into mentions: what is named, which numbers stand where, what is noise and what nobody understands."""

import re
from dataclasses import dataclass, field

from gridgov.gazetteer.names import NameIndex, Sense, Span, best_cover
from gridgov.gazetteer.normalise import HAN_DIGITS, NUMERAL, CleanText, building_key, number_key, numeral, unit_key
from gridgov.gazetteer.sounds import fold, readings

# Words for a place beside the named one: (word, metres that it leaves open, factor on the score).
RELATIONS: tuple[tuple[str, float, float], ...] = (
    ("斜对面", 80.0, 0.86),
    ("对面", 60.0, 0.88),
    ("对过", 60.0, 0.88),
    ("马路对面", 60.0, 0.88),
    ("附近", 80.0, 0.95),
    ("周边", 100.0, 0.93),
    ("一带", 150.0, 0.9),
    ("旁边", 30.0, 0.97),
    ("边上", 30.0, 0.97),
    ("隔壁", 40.0, 0.95),
    ("东侧", 40.0, 0.96),
    ("西侧", 40.0, 0.96),
    ("南侧", 40.0, 0.96),
    ("北侧", 40.0, 0.96),
    ("后面", 40.0, 0.96),
    ("前面", 40.0, 0.96),
    ("门前", 20.0, 0.98),
    ("门口", 20.0, 0.98),
    ("大门口", 20.0, 0.98),
    ("楼下", 15.0, 0.99),
    ("路口", 60.0, 0.9),
    ("旁", 30.0, 0.97),
)
# Words that say nothing about the place.
NOISE = (
    "交叉口", "地址", "位于", "在", "的", "那个", "这个", "那边", "这边", "这里", "那里", "里面", "院内", "院里", "内", "里", "处", "位置", "靠近", "临近",
    "大概", "好像", "应该", "就是", "我家", "我们", "我", "住", "有", "和", "与", "到", "中国", "请", "往", "左右", "大约", "从", "是",
    "反映", "投诉", "小区", "社区", "市民", "居民", "楼", "院", "号", "路段", "附属", "沿街", "商铺", "底商", "一楼", "那儿", "这儿", "啊", "呢",
)  # fmt: skip
_NOISE = re.compile(
    "|".join(sorted([word for word, *_ in RELATIONS] + list(NOISE), key=len, reverse=True)) + r"|[-|#]+"
)
_RELATION = re.compile("|".join(sorted([word for word, *_ in RELATIONS], key=len, reverse=True)))
_RELATION_OF = {word: (metres, factor) for word, metres, factor in RELATIONS}

_MARK = r"(?:号楼|号栋|号幢|号座|#楼|栋楼|幢楼|座楼|栋|幢|座|#)"
_NOT_NUMBER = rf"(?!{_MARK[3:-1]}|[0-9{HAN_DIGITS}]|号楼|号栋|号幢|号座|单元)"
_TOKENS = re.compile(
    rf"(?P<pair>{NUMERAL}-{NUMERAL}){_MARK}"
    rf"|(?P<number>[甲乙丙丁戊]?{NUMERAL}[甲乙丙丁戊A-Z]?(?:[-之附]{NUMERAL})?号(?!楼|栋|幢|座|门(?![口前])|房)(?:院(?!里|内))?"
    rf"(?:[甲乙丙丁戊](?![A-Z栋座]))?(?:[-之附]{NUMERAL}(?:号(?!楼|栋|幢|座))?{_NOT_NUMBER})?)"
    rf"|第?(?P<building>(?:[A-Z]?{NUMERAL}[A-Z]?|[A-Z]|[甲乙丙丁戊]){_MARK})"
    rf"|(?P<unit>(?:{NUMERAL}|[A-Z]|[东西中](?=单元))(?:单元|(?:号)?门(?![口诊前市店卫面])))"
    rf"|(?P<floor>(?:负|地下)?{NUMERAL}(?:层|楼|F))"
    rf"|(?P<room>{NUMERAL}(?:室|户|房|号房))"
    rf"|(?P<run>{NUMERAL}(?:-{NUMERAL}){{1,3}})"
    rf"|(?P<bare>[0-9]{{1,6}}|[{HAN_DIGITS}]{{1,8}})"
)
_FOREIGN = re.compile(r"(?:[一-鿿]{2,3}省)?(?:[一-鿿]{2,3}市)?(?:[一-鿿]{2,3}[区县])?")
_NOT_DISTRICT = ("小区", "社区", "校区", "园区", "厂区", "新区", "东区", "西区", "南区", "北区", "中区", "院区", "景区")

# Markers as they sound, to see 3耗搂 as 3号楼; only directly behind a number.
_SOUNDING = {"hao": "号", "lou": "楼", "don": "栋", "dong": "栋", "zuan": "幢", "zuo": "座", "dan": "单", "yuan": "元"}
_KEPT_AS_WRITTEN = frozenset("号楼栋幢座单元东院园苑路街层室户房门附之甲乙丙丁戊")
_BEHIND_NUMBER = re.compile(rf"(?<=[0-9{HAN_DIGITS}])([一-鿿])([一-鿿])?")


ANCHORS = frozenset({"road", "estate", "name"})
"""Parts of which one must be named before a text says where: areas are too large, a number finds an address by luck."""


@dataclass(slots=True)
class Reading:
    """What was read from one text: the parts it names, and everything that is left."""

    source: CleanText
    mentions: list[Span] = field(default_factory=list)
    unexplained: list[tuple[int, int]] = field(default_factory=list)
    relation_m: float = 0.0
    relation_factor: float = 1.0
    foreign: str = ""


def read(text: CleanText, names: NameIndex) -> Reading:
    """Read `text` with the help of the known `names`."""
    written = text.text
    cover = best_cover(names.exact(written), len(written))
    repaired = _repair_markers(written, cover)
    numbers = _numbers(repaired, cover)
    anchored = any(sense.part in ANCHORS for span in cover for sense in span.senses)
    if not anchored or any(_strip_noise(written, *gap) for gap in _gaps(len(written), cover + numbers)):
        cover = _with_similar(written, cover, numbers, names)
        numbers = _numbers(repaired, cover)
    reading = Reading(text)
    _interpret(reading, repaired, cover, numbers)
    _leftovers(reading, written)
    return reading


def _gaps(length: int, spans: list[Span]) -> list[tuple[int, int]]:
    gaps, at = [], 0
    for span in sorted(spans, key=lambda span: span.start):
        if span.start > at:
            gaps.append((at, span.start))
        at = max(at, span.end)
    if at < length:
        gaps.append((at, length))
    return gaps


def _repair_markers(written: str, cover: list[Span]) -> str:
    """Return the text with 3耗搂 written 3号楼: same length, names untouched."""
    named = {at for span in cover for at in range(span.start, span.end)}
    letters = list(written)

    def repair(at: int) -> bool:
        character = letters[at]
        if at in named or character in _KEPT_AS_WRITTEN:
            return character in "号单"
        marker = _SOUNDING.get(fold(readings(character)[0]))
        if marker:
            letters[at] = marker
        return marker in {"号", "单"}

    for found in _BEHIND_NUMBER.finditer(written):
        if found.start() not in named and repair(found.start()) and found[2]:
            repair(found.start() + 1)
    return "".join(letters)


def _numbers(written: str, cover: list[Span]) -> list[Span]:
    spans = []
    for left, right in _gaps(len(written), cover):
        for found in _TOKENS.finditer(written, left, right):
            kind = found.lastgroup or ""
            if kind == "bare" and found[0] in HAN_DIGITS and (found.start(), found.end()) != (left or -1, right):
                continue  # a single 三 is a number only when it stands alone behind a name
            spans.append(Span(found.start(), found.end(), (Sense(kind, found[kind], 1.0),)))
    return spans


def _with_similar(written: str, cover: list[Span], numbers: list[Span], names: NameIndex) -> list[Span]:
    """Return the cover improved by names that are not written exactly, near what is still unexplained."""
    spans = names.exact(written)
    anchored = any(sense.part in ANCHORS for span in cover for sense in span.senses)
    for left, right in _gaps(
        len(written), [n for n in numbers if written[n.start : n.end].isascii() or n.senses[0].part != "bare"]
    ):
        if not anchored or _strip_noise_outside(written, left, right, cover):
            spans += names.similar(written, left, right)
    return best_cover(_merge(spans), len(written))


def _strip_noise_outside(written: str, left: int, right: int, cover: list[Span]) -> bool:
    inside = [
        Span(max(s.start, left) - left, min(s.end, right) - left, ()) for s in cover if s.start < right and s.end > left
    ]
    return any(_strip_noise(written, left + a, left + b) for a, b in _gaps(right - left, inside))


def _merge(spans: list[Span]) -> list[Span]:
    """Return one span per stretch with all that it may mean."""
    merged: dict[tuple[int, int], dict[tuple[str, str], Sense]] = {}
    for span in spans:
        senses = merged.setdefault((span.start, span.end), {})
        for sense in span.senses:
            kept = senses.get((sense.part, sense.value))
            if kept is None or kept.quality < sense.quality:
                senses[sense.part, sense.value] = sense
    return [
        Span(start, end, tuple(sorted(senses.values(), key=lambda s: (-s.quality, s.part, s.value))))
        for (start, end), senses in merged.items()
    ]


def _strip_noise(written: str, left: int, right: int) -> str:
    return _NOISE.sub("", written[left:right])


def _interpret(reading: Reading, written: str, cover: list[Span], numbers: list[Span]) -> None:
    """Add names and numbers as mentions; what a number means depends on what stands before it."""
    before = ""
    seen: set[str] = set()
    names = {id(span) for span in cover}
    for span in sorted(cover + numbers, key=lambda span: span.start):
        found = [span] if id(span) in names else _number_mentions(span, before, seen)
        for mention in found:
            reading.mentions.append(mention)
            before = mention.senses[0].part
            seen.update(sense.part for sense in mention.senses)


def _number_mentions(span: Span, before: str, seen: set[str]) -> list[Span]:
    token = span.senses[0]
    match token.part:
        case "number":
            key = number_key(token.value)
            inside = before in {"estate", "number"} or "number" in seen
            return [_mention(span, ("number", key, 1.0), ("building", key, 0.9 if inside else 0.6))]
        case "building":
            key = building_key(token.value)
            # 路16号楼下 is building 16 or the foot of number 16
            number = [("number", key, 0.9)] if before == "road" and token.value.endswith("号楼") else []
            return [_mention(span, ("building", key, 1.0), *number)]
        case "unit":
            return [_mention(span, ("unit", unit_key(token.value), 1.0))]
        case "pair":
            return _split(span, ("number", "building"))
        case "run" | "bare":
            return _unmarked(span, before, seen)
        case "floor" if "building" not in seen and before == "estate":
            return [_mention(span, ("building", building_key(token.value), 0.7))]
        case "floor" if before == "road":
            return [_mention(span, ("number", building_key(token.value), 0.85))]
        case _:
            return [_mention(span, ("room", token.value, 1.0))]


def _mention(span: Span, *senses: tuple[str, str, float]) -> Span:
    return Span(span.start, span.end, tuple(Sense(*sense) for sense in senses))


def _split(span: Span, parts: tuple[str, ...]) -> list[Span]:
    """Return one mention per number of 12-3-201; numbers beyond `parts` are a room."""
    mentions, at = [], span.start
    pieces = span.senses[0].value.split("-")
    for index, piece in enumerate(pieces):
        end = span.end if index == len(pieces) - 1 else at + len(piece) + 1
        part = parts[index] if index < len(parts) else "room"
        mentions.append(Span(at, end, (Sense(part, numeral(piece) or piece, 0.9 if len(pieces) > 1 else 1.0),)))
        at = end
    return mentions


def _unmarked(span: Span, before: str, seen: set[str]) -> list[Span]:
    """Read 12-3-201, 112 or 二〇三 without a marker by what stands before: an estate has buildings, a road has numbers."""
    value = span.senses[0].value
    parts = [numeral(part) or part for part in value.split("-")]
    if before in {"unit", "room", "building"}:
        return _split(span, ("unit",) if before == "building" and len(parts) > 1 else ())
    if before in {"estate", "number"} and parts[0].isdigit() and int(parts[0]) < 100:
        if len(parts) > 1:
            few = len(parts[1]) < 3
            return _split(span, ("building", "unit") if few else ("building",))
        return [_mention(span, ("building", parts[0], 0.9), ("number", parts[0], 0.7))]
    if "number" in seen:
        return _split(span, ())
    return [_mention(span, ("number", "-".join(parts[:2]), 0.9), ("building", parts[0], 0.7))]


def _leftovers(reading: Reading, written: str) -> None:
    """Note what no mention explains, the relation to the named place, and a region that the book does not cover."""
    for left, right in _gaps(len(written), reading.mentions):
        for found in _RELATION.finditer(written, left, right):
            metres, factor = _RELATION_OF[found[0]]
            reading.relation_m = max(reading.relation_m, metres)
            reading.relation_factor = min(reading.relation_factor, factor)
        rest = _strip_noise(written, left, right)
        if not rest:
            continue
        reading.unexplained.append((left, right))
        if all(mention.start >= right or mention.senses[0].part == "region" for mention in reading.mentions):
            foreign = _FOREIGN.match(written, left, right)
            reading.foreign = foreign[0] if foreign and not foreign[0].endswith(_NOT_DISTRICT) else ""
