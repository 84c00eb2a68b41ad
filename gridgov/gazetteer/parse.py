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
    ("交叉口", 40.0, 0.95),
    ("路口", 60.0, 0.9),
    ("旁", 30.0, 0.97),
)
# Words that say nothing about the place.
NOISE = tuple(
    """
    交叉 地址 位于 在 的 那个 这个 那边 这边 这里 那里 那儿 这儿 里面 院内 院里 内 里 处 口 位置 靠近 临近 大概
    大约 左右 好像 应该 就是 我家 我们 我 住 有人 有 和 与 到 从 往 是 请 中国 反映 投诉 市民 居民 小区 社区 楼 院 号
    路段 沿街 商铺 底商 一楼 啊 呢
    """.split()  # noqa: SIM905 - fifty words read better in rows
)
_NOISE = re.compile(
    "|".join(sorted([word for word, *_ in RELATIONS] + list(NOISE), key=len, reverse=True)) + r"|[-|#]+"
)
_RELATION = re.compile("|".join(sorted([word for word, *_ in RELATIONS], key=len, reverse=True)))
_RELATION_OF = {word: (metres, factor) for word, metres, factor in RELATIONS}

_MARK = r"(?:号楼|号栋|号幢|号座|#楼|栋楼|幢楼|座楼|栋|幢|座|#)"
_NOT_NUMBER = rf"(?!{_MARK[3:-1]}|[0-9{HAN_DIGITS}]|号楼|号栋|号幢|号座|单元|室|户|房|层|楼)"
_TOKENS = re.compile(
    rf"[往向以]?(?:[东南西北]{{1,2}}[侧边面]?|[前后])大?约?(?P<offset>{NUMERAL}米)(?:处|左右)?"
    rf"|(?P<pair>{NUMERAL}-{NUMERAL}){_MARK}"
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
_FIRST_MARKERS = {"hao": "号", "don": "栋", "dong": "栋", "zuan": "幢", "zuo": "座", "dan": "单"}
_SECOND_MARKERS = {"号": {"lou": "楼"}, "单": {"yuan": "元"}}
_KEPT_AS_WRITTEN = frozenset("东")  # sounds like 栋, and stands behind many numbers: 12东侧
_BEHIND_NUMBER = re.compile(rf"(?<=[0-9{HAN_DIGITS}])([一-鿿])([一-鿿])?")


ANCHORS = frozenset({"road", "estate", "name"})
"""Parts of which one must be named before a text says where: areas are too large, a number finds an address by luck."""

FLOOR_AS = {"estate": ("building", 0.7), "name": ("building", 0.7), "road": ("number", 0.85)}
"""What 3楼 may mean behind a name, when no building is said: mostly a floor, sometimes the house itself."""

OFFSET_ERROR, OFFSET_FACTOR = 1.2, 0.85
"""路口往东100米: the place lies within 1.2 times the stated metres, whatever the direction, and is less sure."""

TOLD = 0.1
"""What a character counts that stands behind the whole address and names no place: people tell what happened there."""
_PLACE_WORD = re.compile(
    "路(?![灯面边上人过])|[街巷弄村庄苑园厦馆站桥校店厂营]|小区|广场|市场|商场|大学|公司|银行|超市|酒店|医院|庭院|华府|郡"
)

CERTAIN = 0.99
"""A name written as the book has it; below, a better reading is looked for."""


@dataclass(slots=True)
class Reading:
    """What was read from one text: the parts it names, and everything that is left."""

    source: CleanText
    mentions: list[Span] = field(default_factory=list)
    unexplained: list[tuple[int, int]] = field(default_factory=list)
    loose: float = 0.0
    """Characters without meaning to anybody: neither named, nor numbers, nor noise; what is told counts less."""
    relation_m: float = 0.0
    relation_factor: float = 1.0
    foreign: str = ""


def read(text: CleanText, names: NameIndex) -> Reading:
    """Read `text` with the help of the known `names`."""
    written = text.text
    exact = names.exact(written)
    cover = best_cover(exact, len(written))
    repaired = _repair_markers(written, cover)
    numbers = _numbers(repaired, cover)
    clear = [span for span in cover if _is_clear(span)] if _is_anchored(cover) else []
    if len(clear) < len(cover) or any(_strip_noise(written, *gap) for gap in _gaps(len(written), cover + numbers)):
        known = {(span.start, span.end) for span in exact if span.quality >= CERTAIN}
        similar = [s for s in _similar(written, clear, numbers, names) if (s.start, s.end) not in known]
        cover = best_cover(_merge(exact + similar), len(written))
        numbers = _numbers(repaired, cover)
    reading = Reading(text)
    _interpret(reading, cover, numbers)
    _leftovers(reading, written)
    return reading


def _is_anchored(cover: list[Span]) -> bool:
    return any(sense.part in ANCHORS for span in cover for sense in span.senses)


def _is_clear(span: Span) -> bool:
    return span.quality >= CERTAIN or span.senses[0].part not in ANCHORS


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
    """Return the text with 3耗搂2单园 written 3号楼2单元: same length, names untouched."""
    named = {at for span in cover for at in range(span.start, span.end)}
    letters = list(written)
    for found in _BEHIND_NUMBER.finditer(written):
        at = found.start()
        if at in named:
            continue
        letters[at] = _marker(letters[at], _FIRST_MARKERS)
        if found[2] and at + 1 not in named and letters[at] in _SECOND_MARKERS:
            letters[at + 1] = _marker(letters[at + 1], _SECOND_MARKERS[letters[at]])
    return "".join(letters)


def _marker(character: str, markers: dict[str, str]) -> str:
    """Return the marker that `character` sounds like, or itself."""
    if character in _KEPT_AS_WRITTEN:
        return character
    return markers.get(fold(readings(character)[0]), character)


def _numbers(written: str, cover: list[Span]) -> list[Span]:
    spans = []
    for left, right in _gaps(len(written), cover):
        for found in _TOKENS.finditer(written, left, right):
            kind = found.lastgroup or ""
            if kind == "bare" and found[0] in HAN_DIGITS and (found.start(), found.end()) != (left or -1, right):
                continue  # a single 三 is a number only when it stands alone behind a name
            spans.append(Span(found.start(), found.end(), (Sense(kind, found[kind], 1.0),)))
    return spans


def _similar(written: str, cover: list[Span], numbers: list[Span], names: NameIndex) -> list[Span]:
    """Return names that are not written exactly, in stretches between numbers that `cover` leaves unexplained."""
    spans = []
    firm = [each for each in numbers if written[each.start : each.end].isascii() or each.senses[0].part != "bare"]
    firm += [Span(*word.span(), ()) for gap in _gaps(len(written), cover) for word in _RELATION.finditer(written, *gap)]
    for left, right in _gaps(len(written), firm):
        inside = [span for span in cover if span.start < right and span.end > left]
        if any(_strip_noise(written, max(left, start), min(right, end)) for start, end in _open(inside, left, right)):
            spans += names.similar(written, left, right)
    return spans


def _open(spans: list[Span], left: int, right: int) -> list[tuple[int, int]]:
    """Return the gaps between `spans` within ``[left, right)``."""
    return [
        (left + a, left + b) for a, b in _gaps(right - left, [Span(s.start - left, s.end - left, ()) for s in spans])
    ]


def _merge(spans: list[Span]) -> list[Span]:
    """Return one span per stretch with all that it may mean."""
    merged: dict[tuple[int, int], Span] = {}
    for span in spans:
        known = merged.get((span.start, span.end))
        if known is None or known.quality < span.quality:
            merged[span.start, span.end] = span if known is None else known.joined(span)
        else:
            merged[span.start, span.end] = span.joined(known)
    return list(merged.values())


def _strip_noise(written: str, left: int, right: int) -> str:
    return _NOISE.sub("", written[left:right])


def _interpret(reading: Reading, cover: list[Span], numbers: list[Span]) -> None:
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
        case "pair":
            return _split(span, ("number", "building"))
        case "run" | "bare":
            return _unmarked(span, before, seen)
        case "offset":
            return [span]
        case _:
            return [_mention(span, *_marked(token.part, token.value, before, seen))]


def _marked(kind: str, value: str, before: str, seen: set[str]) -> list[tuple[str, str, float]]:
    """Return what a number with a marker may mean: (part, value, quality), the likeliest first."""
    if kind == "number":
        key = number_key(value)
        if before not in {"road", "number"} and value.endswith("院"):  # villages count their yards: 7号院
            return [("building", key, 1.0), ("number", key, 0.8)]
        inside = before in {"estate", "number", "name"} or ("number" in seen and before != "road")
        return [("number", key, 1.0), ("building", key, 0.9 if inside else 0.6)]
    if kind == "building":
        key = building_key(value)
        # 路16号楼下 is building 16 or the foot of number 16
        foot = before == "road" and value.endswith("号楼")
        return [("building", key, 1.0), *([("number", key, 0.9)] if foot else [])]
    if kind == "unit":
        return [("unit", unit_key(value), 1.0)]
    if kind == "floor" and before in FLOOR_AS and "building" not in seen:
        part, quality = FLOOR_AS[before]
        return [(part, building_key(value), quality)]
    return [("room", value, 1.0)]


def _mention(span: Span, *senses: tuple[str, str, float]) -> Span:
    return Span(span.start, span.end, tuple(Sense(*sense) for sense in senses))


def _split(span: Span, parts: tuple[str, ...]) -> list[Span]:
    """Return one mention per number of 12-3-201; numbers beyond `parts` are a room."""
    mentions, at = [], span.start
    pieces = span.senses[0].value.split("-")
    for index, piece in enumerate(pieces):
        end = span.end if index == len(pieces) - 1 else at + len(piece)
        part = parts[index] if index < len(parts) else "room"
        mentions.append(Span(at, end, (Sense(part, numeral(piece) or piece, 0.9 if len(pieces) > 1 else 1.0),)))
        at = end + 1
    return mentions


def _unmarked(span: Span, before: str, seen: set[str]) -> list[Span]:
    """Read 12-3-201, 112 or 二〇三 by what stands before: an estate has buildings, a road has numbers."""
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


def _offset_m(mention: Span) -> float:
    sense = mention.senses[0]
    return float(numeral(sense.value.removesuffix("米")) or 0) if sense.part == "offset" else 0.0


def _leftovers(reading: Reading, written: str) -> None:
    """Note what no mention explains, the relation to the named place, and a region that is not the book's."""
    if offset_m := max(map(_offset_m, reading.mentions), default=0.0):
        reading.relation_m, reading.relation_factor = OFFSET_ERROR * offset_m, OFFSET_FACTOR
    for left, right in _gaps(len(written), reading.mentions):
        for found in _RELATION.finditer(written, left, right):
            metres, factor = _RELATION_OF[found[0]]
            reading.relation_m = max(reading.relation_m, metres)
            reading.relation_factor = min(reading.relation_factor, factor)
        rest = _strip_noise(written, left, right)
        if not rest:
            continue
        reading.unexplained.append((left, right))
        told = right == len(written) and not _PLACE_WORD.search(rest)
        reading.loose += len(rest) * (TOLD if told else 1.0)
        if all(mention.start >= right or mention.senses[0].part == "region" for mention in reading.mentions):
            foreign = _FOREIGN.match(written, left, right)
            reading.foreign = foreign[0] if foreign and not foreign[0].endswith(_NOT_DISTRICT) else ""
