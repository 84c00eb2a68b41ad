"""Two address books: a hand-written town for single scenarios, and a seeded one to disturb by the thousand."""

from dataclasses import dataclass, field
from random import Random

import pandas as pd
import pytest

from gridgov.gazetteer import Gazetteer
from gridgov.gazetteer.index import COLUMNS

METRE = 1 / 111_000

TOWN = """
id,kind,district,street,community,road,number,estate,building,unit,name,aliases,old_names,lon,lat
B01,building,历下区,文东街道,科院路社区,文化东路,24号,师东新村,1号楼,,,教师新村,,117.0500,36.6500
B02,building,历下区,文东街道,科院路社区,文化东路,24号,师东新村,2号楼,,,教师新村,,117.0510,36.6500
B03,building,历下区,文东街道,科院路社区,文化东路,24号,师东新村,3号楼,1单元,,教师新村,,117.0520,36.6500
B04,building,历下区,文东街道,科院路社区,文化东路,24号,师东新村,3号楼,2单元,,教师新村,,117.0522,36.6500
B05,building,历下区,文东街道,科院路社区,文化东路,26号,,,,,,,117.0530,36.6490
B06,building,历下区,文东街道,科院路社区,文化东路,30号,,,,,,,117.0540,36.6490
B07,building,历下区,文东街道,山大路社区,山大路,12号,,,,,,,117.0550,36.6520
B08,building,历下区,文东街道,山大路社区,山大路,12-3号,,,,,,,117.0551,36.6521
B09,building,历下区,文东街道,山大路社区,山大路,甲12号,,,,,,,117.0560,36.6530
B10,building,历下区,文东街道,山大路社区,山大路,123号,,,,,,,117.0570,36.6600
B11,building,历下区,姚家街道,姚家社区,浆水泉路,8号,阳光花园,1号楼,,,,,117.0900,36.6700
B12,building,历下区,姚家街道,姚家社区,浆水泉路,8号,阳光花园,2号楼,,,,,117.0910,36.6700
B13,building,市中区,舜玉路街道,舜玉社区,舜玉路,5号,阳光花园,1号楼,,,,,117.0100,36.6300
B14,building,市中区,舜玉路街道,舜玉社区,舜玉路,5号,阳光花园,2号楼,,,,,117.0110,36.6300
B15,building,历下区,姚家街道,姚家社区,浆水泉路,10号,,,,浆水泉大厦,泉厦,长城大厦@2012-06-30,117.0920,36.6710
B16,building,历下区,姚家街道,姚家社区,经十路,77号,,,,,,南外环路77号@2001-10-01,117.0930,36.6650
B17,building,历下区,姚家街道,姚家社区,经十路,79号,,,,,,南外环路79号@2001-10-01,117.0935,36.6650
B21,building,历下区,姚家街道,姚家社区,浆水泉路,2号,,,,,,,117.0931,36.6662
B18,building,历下区,姚家街道,二七新村社区,二七新村路,3号,,,,,,,117.0940,36.6750
B19,building,历下区,姚家街道,姚家社区,浆水泉路,20号,下井庄,1号院,,,,,117.0950,36.6720
B20,building,历下区,姚家街道,姚家社区,浆水泉路,20号,下井庄,2号院,,,,,117.0958,36.6720
P01,place,历下区,文东街道,科院路社区,文化东路,28号,,,,文东小学,文小,,117.0535,36.6492
P02,place,历下区,姚家街道,姚家社区,经十路,81号,,,,长城商场,,,117.0938,36.6652
P03,place,历下区,姚家街道,姚家社区,浆水泉路,15号,,,,姚家医院,,,117.0960,36.6730
P04,building,历下区,姚家街道,姚家社区,浆水泉路,15号,,2号楼,,姚家医院,,,117.0970,36.6731
"""


@pytest.fixture(scope="session")
def town_book() -> pd.DataFrame:
    rows = [line.split(",") for line in TOWN.split()]
    return pd.DataFrame(rows[1:], columns=rows[0])


@pytest.fixture(scope="session")
def town(town_book: pd.DataFrame) -> Gazetteer:
    return Gazetteer.from_frame(town_book)


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
FIRST = "舜泉历济明锦翠玉金青云秀文德和瑞祥泰安康永兴隆盛嘉凤龙鹤松柏桂兰荷竹石岭溪泽清"
SECOND = "山水河湖泉溪湾洲坡谷台阁亭园林城桥门华辉光阳月星云霞宁平乐福德礼信昌达远新春雅韵"
ROADS = ("路", "路", "路", "街", "大街", "巷", "东路", "西路")
ESTATES = ("花园", "小区", "新村", "家园", "苑", "宿舍", "佳园", "嘉苑", "")
PLACES = ("小学", "中学", "医院", "商场", "农贸市场", "公园", "派出所", "大厦")


@dataclass
class BookMaker:
    """Makes a book whose names are drawn from two dozen characters, so that many differ in one character only."""

    random: Random
    rows: list[dict[str, object]] = field(default_factory=list)

    def make(self) -> pd.DataFrame:
        stems = [a + b for a in FIRST for b in SECOND if a != b]
        self.random.shuffle(stems)
        self.stems = iter(stems)
        areas = [(d, s, c) for d, streets in STREETS.items() for s, found in streets.items() for c in found]
        for index, area in enumerate(areas):
            for turn in range(4):
                self.road(area, 117.02 + 0.012 * (index % 4), 36.61 + 0.012 * (index // 4) + turn * 300 * METRE)
        return pd.DataFrame([{**dict.fromkeys(COLUMNS, ""), **row} for row in self.rows])

    def road(self, area: tuple[str, str, str], lon: float, lat: float) -> None:
        base = dict(zip(("district", "street", "community"), area, strict=True))
        base["road"] = next(self.stems) + self.random.choice(ROADS)
        number = 1
        for step in range(12):
            number += self.random.choice((1, 2, 2, 4))
            here = {**base, "number": f"{number}号", "lon": lon + step * 75 * METRE, "lat": lat}
            if step % 6 == 2:
                self.estate(here)
            elif self.random.random() < 0.25:
                name = next(self.stems) + self.random.choice(PLACES)
                self.add(here, kind="place", name=name, aliases=f"{name[0]}{name[2:]};{name}北门")
            else:
                sub = f"-{self.random.randint(1, 6)}号" if self.random.random() < 0.1 else "号"
                self.add(here, number=f"{number}{sub}")

    def estate(self, here: dict[str, object]) -> None:
        estate = next(self.stems) + self.random.choice(ESTATES)
        aliases = estate[:2] + "老院" if self.random.random() < 0.3 else ""
        old = next(self.stems) + "大院@2012-06-30" if self.random.random() < 0.2 else ""
        for building in range(1, self.random.randint(4, 14)):
            east, north = building % 4 * 30 * METRE, (60 + building // 4 * 55) * METRE
            place = {"lon": float(str(here["lon"])) + east, "lat": float(str(here["lat"])) + north}
            self.add(here, **place, estate=estate, building=f"{building}号楼", aliases=aliases, old_names=old)

    def add(self, here: dict[str, object], **more: object) -> None:
        self.rows.append({"id": f"A{len(self.rows):05d}", "kind": "building", **here, **more})


@pytest.fixture(scope="session")
def dense_book() -> pd.DataFrame:
    return BookMaker(Random(7)).make()  # noqa: S311 - a seeded book, not cryptography
