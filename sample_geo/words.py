"""Word stock for invented names of roads, estates, places and people. Nothing here is meant to name anything real."""

from functools import cache

import numpy as np

from sample_geo.common import NAMES, read_rows

_FIRST = (
    "舜泉历济明鲁岱锦翠玉金银青云秀文德仁义和瑞祥泰安康宁永兴隆盛华丰嘉鸿凤龙鹤松柏槐"
    "柳桂兰梅荷莲竹枫石岭溪泽波澄清朝东南西北中新"
)
_SECOND = (
    "山水河湖泉溪湾泽源洲坡岭谷峪台阁亭园苑林屏城桥门井华辉明光阳月星云霞虹宁安和平康"
    "乐福寿德贤礼信义兴盛昌隆达通顺远新春秋晴雅韵章"
)

ROAD_ENDINGS = {
    "express": ("快速路",),
    "main": ("路", "大街", "大道"),
    "secondary": ("路", "街", "路"),
    "lane": ("巷", "街", "胡同", "小街", "里", "支路"),
}
ESTATE_ENDINGS = (
    "花园",
    "小区",
    "新村",
    "家园",
    "苑",
    "公寓",
    "宿舍",
    "名郡",
    "佳园",
    "雅居",
    "华府",
    "庭院",
    "新苑",
    "嘉苑",
    "里",
)

SURNAMES = (
    "王李张刘陈杨赵孙周徐马朱胡林郭何高罗郑梁谢宋唐许韩冯邓曹彭曾田董袁潘于蒋蔡余杜叶"
    "程苏魏吕丁任沈姚卢姜崔钟谭陆汪范石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯史陶黎贺"
    "顾毛郝龚邵万钱严"
)
GIVEN_FIRST = "建志国文明海春晓玉秀桂丽雪红慧淑艳永庆德宝金云少家立学振兆延荣俊思雨子佳欣梦一若景承书恩"
GIVEN_SECOND = "华军平强伟杰峰磊涛斌亮波刚勇辉鹏飞龙林成东民生英兰芳敏霞娟燕萍玲莉梅琴洁静颖琳瑶涵轩宇博然彤琪怡宁"


@cache
def _pool() -> list[str]:
    real = "|".join(row["name"] for kind in ("streets", "communities") for row in read_rows(NAMES / f"{kind}.csv"))
    return [a + b for a in _FIRST for b in _SECOND if a != b and a + b not in real]


def stems(random: np.random.Generator, count: int) -> list[str]:
    """Return `count` different two-character stems, none of them part of a real street's or community's name."""
    pool = _pool()
    return [pool[index] for index in random.permutation(len(pool))[:count]]


def person(random: np.random.Generator) -> str:
    """Return an invented name of two or three characters; a likeness to anybody living is chance."""
    name = SURNAMES[int(random.integers(len(SURNAMES)) * random.random() ** 0.7)]
    if random.random() < 0.82:
        name += GIVEN_FIRST[int(random.integers(len(GIVEN_FIRST)))]
    return name + GIVEN_SECOND[int(random.integers(len(GIVEN_SECOND)))]
