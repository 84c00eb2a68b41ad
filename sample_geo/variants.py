"""Disturbed address texts with their truth, made from an address book and a seed: the yardstick of the gazetteer.

A text starts as people speak (`SPOKEN`: mostly without street and community) and gets one to three disturbances
(`HOW_MANY`) out of the table `disturbances.FREQUENCIES`. Nothing is shared with what is measured.

What a text says, once disturbed, must still mean one place: a part is left out, or a name exchanged, only if all
addresses of the book that agree with what is left lie within 50 m of the truth, and a typing error that happens to
write another name of the book is not made. Texts that fit two places are thus left out by construction, and every text
counts. A typing error that is as near to a second name as to the true one stays in: it counts against the gazetteer.

About three texts in a hundred name nothing that is in the book (no address at all, other cities, names of strange
characters, and names in the book's own style that it does not hold) and one names a house number that does not exist:
being sure about them is wrong, anything else is right.
"""

import argparse
import sys
from collections import defaultdict
from pathlib import Path
from random import Random

import pandas as pd

from sample_geo.confusions import sound_of
from sample_geo.disturbances import AREAS, DISTURB, FREQUENCIES, Draft, Variants, drop, other_names

SEED = 20_260_412
COUNT = 5_000
NOTHING = 0.03
NO_SUCH_NUMBER = 0.01

HOW_MANY = {1: 0.4, 2: 0.4, 3: 0.2}
"""Share of texts with one, two and three disturbances."""

SPOKEN: dict[tuple[str, ...], float] = {
    (): 0.3,
    ("community",): 0.1,
    ("street", "community"): 0.2,
    ("district", "community"): 0.1,
    ("district", "street"): 0.05,
    ("district", "street", "community"): 0.25,
}
"""Areas that a speaker leaves out from the start, with their shares; kept if the text would mean several places."""


def make(addresses: pd.DataFrame, *, count: int = COUNT, seed: int = SEED) -> pd.DataFrame:
    """Return `count` texts with their truth; the same book, count and seed give the same texts.

    Parameters
    ----------
    addresses
        An address book in the columns of ``sample_geo/data/addresses.csv``.

    Returns
    -------
    DataFrame
        text, address_id, lon, lat (EPSG:4326; empty for texts that name nothing), disturbances (joined by ``+``).
    """
    texts = addresses.astype(str).replace("nan", "")
    rows = [dict(zip(texts.columns, row, strict=True)) for row in texts.itertuples(index=False, name=None)]
    maker = _maker(rows)
    random = Random(seed)
    records: list[tuple[str, str, str, str, str]] = []
    while len(records) < count:
        chance = random.random()
        if chance < NOTHING:
            records.append((_nothing(random, maker), "", "", "", "nothing"))
        elif chance < NOTHING + NO_SUCH_NUMBER:
            row = random.choice(rows)
            text = f"{row['district']}{row['road']}{random.randint(7000, 9999)}号"
            records.append((text, "", "", "", "no_such_number"))
        elif draft := _disturbed(random, maker, random.choice(rows)):
            row = draft.row
            records.append((draft.text(), row["id"], row["lon"], row["lat"], "+".join(draft.done)))
    frame = pd.DataFrame(records, columns=["text", "address_id", "lon", "lat", "disturbances"])
    return frame.assign(lon=pd.to_numeric(frame["lon"]), lat=pd.to_numeric(frame["lat"]))


def _maker(rows: list[dict[str, str]]) -> Variants:
    holders: dict[tuple[str, str], set[int]] = defaultdict(set)
    for index, row in enumerate(rows):
        for part in (*AREAS, "road", "number", "estate", "building", "unit"):
            if row[part]:
                holders[part, row[part]].add(index)
        for name in filter(None, (row["name"], row["estate"], *other_names(row))):
            holders["name", name].add(index)
            holders["estate", name].add(index)
    names = frozenset(value for part, value in holders if part in {"name", "road", "estate", *AREAS})
    sounds = frozenset(map(sound_of, names))
    return Variants(rows, names, sounds, {key: frozenset(found) for key, found in holders.items()})


def _plain(row: dict[str, str]) -> Draft:
    """Return the address written out in full; only what is written counts as stated."""
    parts = {part: row[part] for part in (*AREAS, "road")}
    parts["number"] = _with(row["number"], "号")
    parts["estate"] = row["estate"]
    parts["building"] = _with(row["building"], "号楼")
    parts["unit"] = _with(row["unit"], "单元")
    parts["name"] = row["name"]
    stated = {part: row[part] for part in parts if row[part]}
    return Draft(row, parts, stated)


def _with(value: str, marker: str) -> str:
    return value + marker if value and value[-1].isascii() and "号" not in value else value


def _disturbed(random: Random, maker: Variants, row: dict[str, str]) -> Draft | None:
    for _ in range(40):
        draft = _plain(row)
        if not maker.one_place(draft):
            return None
        drop(draft, *random.choices(list(SPOKEN), list(SPOKEN.values()))[0])
        draft.done = _draw(random)
        if maker.one_place(draft) and all(_step(random, maker, draft, kind) for kind in draft.done):
            return draft
    return None


def _draw(random: Random) -> list[str]:
    wanted = random.choices(list(HOW_MANY), list(HOW_MANY.values()))[0]
    kinds: set[str] = set()
    while len(kinds) < wanted:
        kinds.update(random.choices(list(FREQUENCIES), list(FREQUENCIES.values())))
    return [kind for kind in FREQUENCIES if kind in kinds]


def _step(random: Random, maker: Variants, draft: Draft, kind: str) -> bool:
    """Do one disturbance; return whether it changed the text and left it meaning one place."""
    before = draft.text()
    return DISTURB[kind](random, maker, draft) and draft.text() != before and maker.one_place(draft)


_STRANGE = "棠苇雁鲸砚驼磬翎皖蜀漠帆锚琥珀莺鹭蕉椰榕漓渝沅鄱黔岷峨"
_ENDINGS = ("路{}号", "街{}号", "小区{}号楼", "花园{}号楼", "家园{}栋", "苑{}号楼3单元", "小学", "大厦", "农贸市场")
_ELSEWHERE = (
    "青岛市市南区香港中路12号", "北京市海淀区中关村大街27号", "烟台市芝罘区南大街100号", "上海市浦东新区世纪大道8号",
    "潍坊市奎文区胜利东街", "泰安市岱岳区", "杭州西湖区文三路90号", "成都市武侯区天府大道北段1700号",
)  # fmt: skip
_TALK = (
    "有人乱停车没人管", "垃圾好几天没有清运了", "路灯不亮晚上看不见", "电话一直打不通", "你好请问怎么办理居住证",
    "不知道具体位置", "就在老地方", "井盖坏了快来修", "12345", "噪音扰民", "没有地址", "？？？",
)  # fmt: skip


def _nothing(random: Random, maker: Variants) -> str:
    """Return a text that names nothing of the book, nor anything that sounds like a name of the book."""
    kind = random.random()
    if kind < 0.15:
        return random.choice(_TALK)
    if kind < 0.3:
        return random.choice(_ELSEWHERE)
    area = random.choice(("", "", random.choice(maker.rows)["district"]))
    while True:
        stem = "".join(random.sample(_STRANGE, 2)) if kind < 0.6 else _in_style(random, maker)
        name = stem + random.choice(_ENDINGS)
        if stem and sound_of(name.partition("{")[0]) not in maker.sounds:
            return area + name.format(random.randint(1, 90))


def _in_style(random: Random, maker: Variants) -> str:
    """Return two characters as the book's estates and roads begin with, from two of them."""
    first, second = (row["estate"] or row["road"] for row in random.choices(maker.rows, k=2))
    return first[:1] + second[1:2]


def main() -> None:
    """Write variants of an address book as CSV to standard output."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("book", type=Path)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    book = pd.read_csv(given.book, dtype=str, keep_default_na=False)
    make(book, count=given.count, seed=given.seed).to_csv(sys.stdout, index=False)


if __name__ == "__main__":
    main()
