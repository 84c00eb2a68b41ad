"""A small invented address book: roads with numbers, estates with buildings, places with other and older names."""

from random import Random

import pandas as pd
import pytest

from gridgov.gazetteer import Gazetteer

STREETS = {
    "历下区": {
        "文东街道": ("文化东路社区", "师东新村社区", "山大路社区", "羊头峪社区"),
        "姚家街道": ("姚家社区", "浆水泉社区", "丁家庄社区"),
        "千佛山街道": ("佛山苑社区", "棋盘街社区", "历山名郡社区"),
        "龙洞街道": ("龙奥社区", "转山社区"),
    },
    "市中区": {"舜玉路街道": ("舜玉北区社区", "玉函社区"), "七里山街道": ("七里山社区", "英雄山社区")},
    "历城区": {"洪家楼街道": ("洪楼社区", "花园路社区")},
}
STEMS_FIRST = "舜泉历济明锦翠玉金青云秀文德和瑞祥泰安康永兴隆盛嘉凤龙鹤松柏桂兰荷竹石岭溪泽清"
STEMS_SECOND = "山水河湖泉溪湾洲坡谷台阁亭园林城桥门华辉光阳月星云霞宁平乐福德礼信昌达远新春雅韵"
ROAD_ENDINGS = ("路", "路", "路", "街", "大街", "巷", "东路", "西路")
ESTATE_ENDINGS = ("花园", "小区", "新村", "家园", "苑", "宿舍", "佳园", "嘉苑", "")
PLACES = ("小学", "中学", "医院", "商场", "农贸市场", "公园", "派出所", "大厦")
COLUMNS = "id kind district street community road number estate building unit name aliases old_names lon lat".split()
METRE = 1 / 111_000


def stems(random: Random) -> list[str]:
    found = [a + b for a in STEMS_FIRST for b in STEMS_SECOND if a != b]
    random.shuffle(found)
    return found


def make_book(seed: int = 7) -> pd.DataFrame:
    random = Random(seed)
    names = iter(stems(random))
    areas = [(d, s, c) for d, streets in STREETS.items() for s, found in streets.items() for c in found]
    rows: list[list[object]] = []
    for index, area in enumerate(areas):
        lon, lat = 117.02 + 0.012 * (index % 4), 36.61 + 0.012 * (index // 4)
        for turn in range(4):
            road = next(names) + random.choice(ROAD_ENDINGS)
            _fill_road(rows, random, names, (area, road, lon, lat + turn * 300 * METRE))
    return pd.DataFrame(rows, columns=COLUMNS)


def _fill_road(rows, random, names, where):
    area, road, lon, lat = where
    number = 1
    for step in range(12):
        x, y = lon + step * 75 * METRE, lat
        number += random.choice((1, 2, 2, 4))
        if step % 6 == 2:
            estate = next(names) + random.choice(ESTATE_ENDINGS)
            aliases = estate[:2] + "老院" if random.random() < 0.3 else ""
            old = next(names) + "大院@2012-06-30" if random.random() < 0.2 else ""
            for building in range(1, random.randint(4, 14)):
                place = (x + building % 4 * 30 * METRE, y + (60 + building // 4 * 55) * METRE)
                _add(rows, "building", area, road, number, estate, building, "", aliases, old, *place)
        elif random.random() < 0.25:
            name = next(names) + random.choice(PLACES)
            _add(rows, "place", area, road, number, "", "", name, name[0] + name[2:] + ";" + name + "北门", "", x, y)
        else:
            text = f"{number}-{random.randint(1, 6)}" if random.random() < 0.1 else f"{number}"
            _add(rows, "building", area, road, text, "", "", "", "", "", x, y)


def _add(rows, kind, area, road, number, estate, building, name, aliases, old, lon, lat):
    text = f"{building}号楼" if building else ""
    rows.append([f"A{len(rows):05d}", kind, *area, road, f"{number}号", estate, text, "", name, aliases, old, lon, lat])


@pytest.fixture(scope="session")
def book() -> pd.DataFrame:
    return make_book()


@pytest.fixture(scope="session")
def gazetteer(book: pd.DataFrame) -> Gazetteer:
    return Gazetteer.from_frame(book)
