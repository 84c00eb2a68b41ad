"""What people write: places in the many ways they are said, and sentences composed of phrases per matter."""

import numpy as np

from sample_geo.matters import Matter
from sample_geo.words import SURNAMES

_DIGITS = "零一二三四五六七八九"
_SINCE = (
    "今天早上",
    "昨天晚上",
    "这两天",
    "从上周开始",
    "已经一个多月了",
    "刚才",
    "一连好几天",
    "最近",
    "下雨之后",
    "",
)
_ASKS = (
    "请尽快处理。", "麻烦派人来看看。", "希望有关部门管一管。", "给个答复。", "反映过一次了，没人管。", "急！",
    "望协调解决。", "老人孩子出行不方便，请解决。", "谢谢。", "",
)  # fmt: skip
_OPENERS = {
    "grid_worker": ("网格巡查发现：", "入户走访发现，", "日常巡查，", ""),
    "hotline_12345": ("市民来电反映：", "来电人称，", "市民反映", ""),
    "resident_app": ("", "", "拍照上报：", "我要反映："),
    "camera": ("视频巡查发现：", "监控画面显示，"),
    "inspection": ("现场检查发现：", "专项检查：", "核查："),
}


def chinese_number(value: int) -> str:
    """Return a whole number below 1000 as it is read.

    Examples
    --------
    >>> chinese_number(12), chinese_number(20), chinese_number(105), chinese_number(310)
    ('十二', '二十', '一百零五', '三百一十')
    """
    if value < 10:
        return _DIGITS[value]
    if value < 20:
        return "十" + (_DIGITS[value - 10] if value > 10 else "")
    if value < 100:
        return _DIGITS[value // 10] + "十" + (_DIGITS[value % 10] if value % 10 else "")
    rest = value % 100
    head = _DIGITS[value // 100] + "百"
    if rest == 0:
        return head
    if rest < 10:
        return head + "零" + _DIGITS[rest]
    return head + _DIGITS[rest // 10] + "十" + (_DIGITS[rest % 10] if rest % 10 else "")


def full_width(text: str) -> str:
    """Return the text with its ASCII digits in full width."""
    return "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isdigit() else c for c in text)


def address(row: dict[str, str], random: np.random.Generator) -> str:
    """Return one of the ways in which people say an address of the book."""
    text = _area(row, random) + _spot(row, random)
    if random.random() < 0.05:
        text = full_width(text)
    return text


def _area(row: dict[str, str], random: np.random.Generator) -> str:
    style = random.random()
    if style < 0.2:
        return f"济南市{row['district']}{row['street']}{row['community']}"
    if style < 0.45:
        return f"{row['district']}{row['street']}"
    if style < 0.7:
        return row["district"]
    if style < 0.82:
        return row["street"]
    return row["community"] if style < 0.9 else ""


def _spot(row: dict[str, str], random: np.random.Generator) -> str:
    if row["kind"] == "place" or (row["name"] and not row["building"]):
        names = [row["name"], *[alias for alias in row["aliases"].split(";") if alias]]
        name = names[0] if random.random() < 0.8 else names[-1]
        lead = f"{row['road']}{row['number']}" if row["number"] and random.random() < 0.3 else ""
        return lead + name + str(random.choice(["", "", "", "门口", "对面", "旁边"]))
    if row["estate"] or row["building"]:
        estate = row["estate"] or row["name"]
        aliases = [alias for alias in row["aliases"].split(";") if alias]
        old = [entry.split("@")[0] for entry in row["old_names"].split(";") if "@" in entry and "号" not in entry]
        if row["estate"] and (aliases or old) and random.random() < 0.15:
            estate = (aliases + old)[0]
        lead = f"{row['road']}{row['number']}" if random.random() < 0.35 else ""
        return lead + estate + _building(row["building"], random) + _unit(row["unit"], random)
    return row["road"] + _numbered(row["number"], random)


def _building(building: str, random: np.random.Generator) -> str:
    if not building:
        return ""
    digits = building.rstrip("号楼院")
    if not building.endswith("楼"):
        return building
    written = chinese_number(int(digits)) if random.random() < 0.12 else digits
    return written + str(random.choice(["号楼", "号楼", "号楼", "栋", "幢", "#楼"]))


def _unit(unit: str, random: np.random.Generator) -> str:
    if unit:
        return unit
    if random.random() < 0.35:
        floor = int(random.integers(1, 7))
        return f"{int(random.integers(1, 5))}单元{floor}0{int(random.integers(1, 4))}" + str(random.choice(["", "室"]))
    return ""


def _numbered(number: str, random: np.random.Generator) -> str:
    digits = number.rstrip("号")
    style = random.random()
    if style < 0.08 and digits.isdigit() and int(digits) < 1000:
        return chinese_number(int(digits)) + "号"
    return digits if style < 0.12 else number


def sentence(matter: Matter, channel: str, where: str, random: np.random.Generator) -> str:
    """Return a report's text."""
    phrase = matter.phrases[int(random.integers(len(matter.phrases)))]
    since = _SINCE[int(random.integers(len(_SINCE)))]
    ask = _ASKS[int(random.integers(len(_ASKS)))] if channel in {"hotline_12345", "resident_app"} else ""
    opener = _OPENERS[channel][int(random.integers(len(_OPENERS[channel])))]
    place = where if random.random() < 0.75 else "这里"
    head = f"{since}{place}" if random.random() < 0.5 else f"{place}{since}"
    return f"{opener}{head}{phrase}。{ask}"


def reporter(random: np.random.Generator) -> str:
    """Return how a caller is noted down: a family name and a form of address."""
    return SURNAMES[int(random.integers(len(SURNAMES)))] + str(random.choice(["先生", "女士", "女士", "大爷", "阿姨"]))


def telephone(random: np.random.Generator) -> str:
    """Return a telephone number that cannot exist: no area code and no mobile prefix is 000."""
    return f"000-{int(random.integers(10_000)):04d}-{int(random.integers(10_000)):04d}"
