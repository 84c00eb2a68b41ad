"""What people and machines do to an address when they say, type, write or scan it: one function per disturbance.

Each takes a draft, changes it, and returns whether the address had a place for it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from sample_geo.confusions import (
    HAN,
    by_syllable,
    digit_by_digit,
    look_alikes,
    near_syllables,
    replace_digits,
    spelled,
    syllable,
)

SAME_PLACE_M = 50.0

# How often each disturbance is drawn, relative to the others, in the order in which they are done to a text. A set that
# an address has no place for is drawn again, so plain addresses show fewer kinds than the table says.
FREQUENCIES: dict[str, float] = {
    "drop_area": 10,  # district, street or community left out, some or all
    "drop_road": 10,  # the estate and building alone
    "drop_estate": 6,  # the road and number alone
    "wrong_area": 1.5,  # a neighbouring street or district is named
    "other_name": 8,  # an alias or an old name
    "estate_word": 4,  # 家属院 for 小区, or 小区 added
    "building_word": 8,  # 栋, 幢, 座, # for 号楼
    "unit_word": 2,  # 门 for 单元
    "sub_number": 2,  # 12-3号, 12号之3 for 12号-3
    "no_marker": 4,  # 112 for 112号
    "hyphens": 3,  # 3-2-201 for 3号楼2单元201室
    "room": 5,
    "han_numerals": 8,
    "full_width": 5,
    "sound": 8,  # a character of the same sound
    "near_sound": 5,  # n/l, zh/z, in/ing, h/f, r/l
    "shape": 6,  # a character of a similar shape
    "marker_sound": 3,  # 3好楼 for 3号楼
    "lost_character": 3,
    "doubled_character": 1,
    "reorder": 5,
    "region": 7,  # 山东省济南市 before it
    "noise": 8,  # 在, 的, 附近, 门口
    "opposite": 3,
    "separators": 5,
}


AREAS = ("district", "street", "community")


@dataclass
class Draft:
    """An address on its way to a text: its parts in speaking order, and what is said of it."""

    row: dict[str, str]
    parts: dict[str, str]
    stated: dict[str, str]
    """Part -> the book's value that the text still states (whatever its spelling)."""
    done: list[str] = field(default_factory=list)
    joiner: str = ""
    before: str = ""
    after: str = ""

    def text(self) -> str:
        """Return the text as it stands."""
        return self.before + self.joiner.join(part for part in self.parts.values() if part) + self.after


@dataclass(frozen=True)
class Variants:
    """The maker: knows the book, and whether what is left of a text still means one place."""

    rows: list[dict[str, str]]
    names: frozenset[str]
    sounds: frozenset[str]
    """How the names sound."""
    holders: dict[tuple[str, str], frozenset[int]]
    """(part, value) -> the rows that have it; "name" holds names, aliases and old names."""

    def one_place(self, draft: Draft) -> bool:
        """Return whether all addresses that agree with what `draft` states lie within 50 m of its own."""
        sets = [self.holders[part, value] for part, value in draft.stated.items() if value]
        if not any(part in draft.stated for part in ("road", "estate", "name")):
            return False
        found = frozenset.intersection(*sets) if sets else frozenset()
        return bool(found) and all(distance_m(draft.row, self.rows[index]) <= SAME_PLACE_M for index in found)


def other_names(row: dict[str, str]) -> list[str]:
    """Return the aliases and old names of a row, without their dates."""
    old = [name.partition("@")[0] for name in row["old_names"].split(";")]
    return [name for name in (*row["aliases"].split(";"), *old) if name]


def distance_m(a: dict[str, str], b: dict[str, str]) -> float:
    """Return metres between two rows with lon and lat (degrees), on a plane good for Jinan (36.65 N)."""
    east = (float(a["lon"]) - float(b["lon"])) * 89_310.0
    north = (float(a["lat"]) - float(b["lat"])) * 110_970.0
    return math.hypot(east, north)


def drop(draft: Draft, *parts: str) -> bool:
    """Leave out parts; return whether any was there."""
    present = [part for part in parts if draft.parts.get(part)]
    for part in present:
        draft.parts[part] = ""
        draft.stated.pop(part, None)
    return bool(present)


def _drop_area(random: Random, _: Variants, draft: Draft) -> bool:
    return drop(
        draft, *random.choice((AREAS, AREAS, ("community",), ("street", "community"), ("district",), ("street",)))
    )


def _drop_road(_: Random, __: Variants, draft: Draft) -> bool:
    return bool(draft.parts["estate"] or draft.parts["name"]) and drop(draft, "road", "number")


def _drop_estate(_: Random, __: Variants, draft: Draft) -> bool:
    return bool(draft.parts["road"] and draft.parts["number"]) and drop(draft, "estate")


def _mistyped(random: Random, maker: Variants, draft: Draft, options: Callable[[str], list[str]]) -> bool:
    """Exchange one character of one name for one of its `options`, unless that writes another name of the book."""
    groups = [("road", "estate", "name"), AREAS]
    random.shuffle(groups)
    if random.random() < 0.5:  # people err in names more than in the district that they live in
        groups.sort(reverse=True)
    places: list[tuple[str, int]] = []
    for parts in groups:
        group = [(part, at) for part in parts for at in range(len(draft.parts[part]))]
        places += random.sample(group, len(group))
    for part, at in places:
        name = draft.parts[part]
        others = [other for other in options(name[at]) if other != name[at]]
        if not others:
            continue
        changed = name[:at] + random.choice(others) + name[at + 1 :]
        if changed not in maker.names and len(name) > 2:
            draft.parts[part] = changed
            return True
    return False


def _sound(random: Random, maker: Variants, draft: Draft) -> bool:
    return _mistyped(random, maker, draft, lambda c: by_syllable().get(syllable(c), []))


def _near_sound(random: Random, maker: Variants, draft: Draft) -> bool:
    return _mistyped(
        random, maker, draft, lambda c: [o for s in near_syllables(syllable(c)) for o in by_syllable().get(s, [])]
    )


def _shape(random: Random, maker: Variants, draft: Draft) -> bool:
    return _mistyped(random, maker, draft, lambda c: look_alikes().get(c, []))


def _lost_character(random: Random, maker: Variants, draft: Draft) -> bool:
    return _mistyped(random, maker, draft, lambda _: [""])


def _doubled_character(random: Random, maker: Variants, draft: Draft) -> bool:
    return _mistyped(random, maker, draft, lambda c: [c + c])


def _marker_sound(random: Random, _: Variants, draft: Draft) -> bool:
    part = random.choice(("number", "building", "unit"))
    said = draft.parts[part]
    wrong = random.choice(
        (
            ("号", "好"),
            ("号", "浩"),
            ("楼", "搂"),
            ("楼", "娄"),
            ("栋", "动"),
            ("幢", "撞"),
            ("单元", "单园"),
            ("单元", "丹元"),
        )
    )
    draft.parts[part] = said.replace(*wrong)
    return draft.parts[part] != said


def _full_width(_: Random, __: Variants, draft: Draft) -> bool:
    wide = {ord(c): chr(ord(c) + 0xFEE0) for c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    draft.parts = {part: value.translate(wide) for part, value in draft.parts.items()}
    return True


def _han_numerals(random: Random, _: Variants, draft: Draft) -> bool:
    spell = spelled if random.random() < 0.6 else digit_by_digit
    for part in ("number", "building", "unit"):
        draft.parts[part] = replace_digits(draft.parts[part], spell)
    return True


def _building_word(random: Random, _: Variants, draft: Draft) -> bool:
    said = draft.parts["building"]
    if not said.endswith("号楼"):
        return False
    draft.parts["building"] = said.removesuffix("号楼") + random.choice(("栋", "幢", "座", "#楼", "#", "栋楼"))
    return True


def _unit_word(_: Random, __: Variants, draft: Draft) -> bool:
    draft.parts["unit"] = draft.parts["unit"].replace("单元", "门")
    return True


def _estate_word(random: Random, maker: Variants, draft: Draft) -> bool:
    name = draft.parts["estate"]
    for ending in ("小区", "花园", "家属院", "公寓", "宿舍"):
        if name.endswith(ending):
            name = name.removesuffix(ending) + random.choice(("小区", "花园", "家属院", "宿舍"))
            break
    else:
        name += random.choice(("小区", "家属院"))
    if not draft.parts["estate"] or name in maker.names:
        return False
    draft.parts["estate"] = name
    return True


def _no_marker(_: Random, __: Variants, draft: Draft) -> bool:
    draft.parts["number"] = draft.parts["number"].removesuffix("号")
    return not (draft.parts["building"] and not draft.parts["estate"])


def _sub_number(random: Random, _: Variants, draft: Draft) -> bool:
    main, _mark, sub = draft.row["number"].replace("号", "").partition("-")
    if not sub or not draft.parts["number"]:
        return False
    draft.parts["number"] = random.choice(
        (f"{main}-{sub}号", f"{main}号之{sub}", f"{main}号附{sub}号", f"{main}号-{sub}")
    )
    return True


def _hyphens(random: Random, _: Variants, draft: Draft) -> bool:
    said = draft.parts["building"]
    if not said.endswith("号楼") or not said[0].isdigit():
        return False
    unit = draft.parts["unit"].removesuffix("单元")
    draft.parts["building"] = "-".join(
        filter(None, (said.removesuffix("号楼"), unit, f"{random.randint(1, 6)}0{random.randint(1, 4)}"))
    )
    draft.parts["unit"] = ""
    return bool(draft.parts["estate"])


def _room(random: Random, _: Variants, draft: Draft) -> bool:
    digits = f"{random.randint(1, 18)}0{random.randint(1, 4)}"
    zero_written = "".join("\u3007" if digit == "0" else HAN[int(digit)] for digit in digits)
    room = random.choice((digits + "室", digits, zero_written, f"{random.randint(2, 6)}楼"))
    if not draft.parts["building"] or "0" in draft.parts["building"]:
        return False
    draft.parts["unit"] += room
    return True


def _reorder(random: Random, _: Variants, draft: Draft) -> bool:
    blocks = [AREAS, ("road", "number"), ("estate", "building", "unit"), ("name",)]
    blocks = [block for block in blocks if any(draft.parts[part] for part in block)]
    random.shuffle(blocks)
    order = [part for block in blocks for part in block]
    draft.parts = {
        part: draft.parts[part] for part in sorted(draft.parts, key=lambda p: order.index(p) if p in order else 99)
    }
    draft.joiner = draft.joiner or random.choice(("", " ", "，"))
    return len(blocks) > 1


def _region(random: Random, _: Variants, draft: Draft) -> bool:
    draft.before += random.choice(("山东省济南市", "济南市", "山东济南", "济南"))
    return True


def _noise(random: Random, _: Variants, draft: Draft) -> bool:
    draft.before = random.choice(("", "", "在", "位于", "我家住", "地址是")) + draft.before
    draft.after += random.choice(("附近", "旁边", "门口", "楼下", "这里", "院内", "那边", "东侧", "的"))
    return True


def _opposite(_: Random, __: Variants, draft: Draft) -> bool:
    draft.after += "对面"
    return bool(draft.parts["name"])


def _separators(random: Random, _: Variants, draft: Draft) -> bool:
    draft.joiner = random.choice((" ", "，", "、", "/", "  ", "-"))
    return True


def _other_name(random: Random, _: Variants, draft: Draft) -> bool:
    others = other_names(draft.row)
    if not others:
        return False
    other = random.choice(others)
    part = "road" if other.endswith("号") else ("name" if draft.parts["name"] else "estate")
    if not draft.parts[part]:
        return False
    if part == "road":
        drop(draft, "number")
    draft.stated.pop(part)
    draft.parts[part] = draft.stated["name"] = other
    return True


def _wrong_area(random: Random, maker: Variants, draft: Draft) -> bool:
    part = random.choice(("street", "street", "district"))
    other = random.choice(maker.rows)[part]
    if not draft.parts[part] or other == draft.row[part]:
        return False
    draft.stated.pop(part)
    draft.parts[part] = other
    return True


DISTURB: dict[str, Callable[[Random, Variants, Draft], bool]] = {
    "drop_area": _drop_area, "drop_road": _drop_road, "drop_estate": _drop_estate, "wrong_area": _wrong_area,
    "other_name": _other_name, "estate_word": _estate_word, "building_word": _building_word, "unit_word": _unit_word,
    "sub_number": _sub_number, "no_marker": _no_marker, "hyphens": _hyphens, "room": _room,
    "han_numerals": _han_numerals, "full_width": _full_width, "sound": _sound, "near_sound": _near_sound,
    "shape": _shape, "marker_sound": _marker_sound, "lost_character": _lost_character,
    "doubled_character": _doubled_character, "reorder": _reorder, "region": _region, "noise": _noise,
    "opposite": _opposite, "separators": _separators,
}  # fmt: skip
