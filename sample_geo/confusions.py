"""What is mistaken for what: sounds, shapes and ways to write a number, for disturbing addresses.

These tables are not those of the gazetteer that is measured with them, and some of what stands here (h/f, r/l, many of
the look-alikes) has no counterpart there.
"""

from collections import defaultdict
from collections.abc import Callable
from functools import cache

from pypinyin import Style, lazy_pinyin

_SHAPES = """
历厉 下卞 山仙 文丈 东车 路露 千干 佛沸 泉帛 城域 大太 明朋 湖糊 关芙 建键 新析 甸甹 柳仰 燕蒸 姚跳 家豪 龙尤 洞恫
智暂 远近 解懈 放效 青责 云去 金全 玉王 银根 锦棉 翠卒 秀季 德得 仁仕 义叉 和种 瑞端 祥详 泰秦 安按 康廉 宁丁 永水
兴头 隆降 盛威 华毕 丰半 嘉喜 鸿鸠 凤风 鹤鹊 松讼 柏伯 槐愧 桂佳 兰三 梅海 荷何 莲连 竹什 枫讽 石右 岭岑 溪奚 泽择
波坡 澄橙 清请 朝潮 西酉 南甫 北比 中申 河何 湾弯 源原 洲州 坡披 谷合 台召 阁闺 亭享 园圆 苑怨 林木 屏屎 桥娇 门问
井开 辉挥 光先 阳阴 月目 星皇 霞假 虹虾 平乎 乐东 福副 寿涛 贤货 礼札 信言 昌冒 达边 通桶 顺须 春舂 秋愀 晴睛 雅稚
韵韶 章童 花化 小少 村材 公分 寓遇 宿缩 舍含 名各 郡群 庭廷 院完 里理 街衔 巷恭 胡葫 支友 学字 校较 医匠 社杜 区医
师帅 范苑 济挤 舜瞬 鲁鱼 岱贷 厦夏 商高 场扬 市布 厂广 幼幻 儿几 超起 银很 行衍 药约 店占 局屈 站沾 广厂 园元 环坏
经轻 纬讳 二三 七匕 十干 菜莱 棋祺 盘盆 朗郎 沟构 港巷 彩采 围图 体休 育肓
"""
_NEAR_SOUNDS = (
    ("zh", "z"), ("z", "zh"), ("ch", "c"), ("c", "ch"), ("sh", "s"), ("s", "sh"),
    ("n", "l"), ("l", "n"), ("h", "f"), ("f", "h"), ("r", "l"),
)  # fmt: skip
_NEAR_ENDS = (("ing", "in"), ("in", "ing"), ("eng", "en"), ("en", "eng"), ("ang", "an"), ("an", "ang"))
HAN = "零一二三四五六七八九"


@cache
def by_syllable() -> dict[str, list[str]]:
    """Return the 3,755 common characters of GB 2312 (level 1) by their syllable without tone."""
    found: dict[str, list[str]] = defaultdict(list)
    for high in range(0xB0, 0xD8):
        for low in range(0xA1, 0xFF):
            character = bytes((high, low)).decode("gb2312", errors="ignore")
            if character:
                found[syllable(character)].append(character)
    return dict(found)


@cache
def syllable(character: str) -> str:
    """Return the commonest syllable of a character, without tone."""
    return lazy_pinyin(character, style=Style.NORMAL)[0]


def sound_of(text: str) -> str:
    """Return the syllables of a text without tones."""
    return " ".join(syllable(character) for character in text)


def near_syllables(said: str) -> list[str]:
    """Return the syllables that `said` is taken for where people do not tell the two sounds apart."""
    starts = [b + said[len(a) :] for a, b in _NEAR_SOUNDS if said.startswith(a) and not said.startswith(a + "h")]
    return starts + [said.removesuffix(a) + b for a, b in _NEAR_ENDS if said.endswith(a)]


@cache
def look_alikes() -> dict[str, list[str]]:
    """Return the characters that look like each character."""
    found: dict[str, list[str]] = defaultdict(list)
    for pair in _SHAPES.split():
        found[pair[0]].append(pair[1])
        found[pair[1]].append(pair[0])
    return dict(found)


def replace_digits(text: str, spell: Callable[[str], str]) -> str:
    """Return `text` with every run of digits written by `spell`."""
    out, run = [], ""
    for character in text + "\0":
        if "0" <= character <= "9":
            run += character
            continue
        out.append((spell(run) if run else "") + character)
        run = ""
    return "".join(out)[:-1]


def digit_by_digit(digits: str) -> str:
    """Return 一二三 for 123; numbers under 100 are spelled out all the same."""
    return "".join(HAN[int(d)] for d in digits) if len(digits) > 2 else spelled(digits)


def spelled(digits: str) -> str:
    """Return 一百二十三 for 123."""
    number = int(digits)
    if number < 10 or number > 999:
        return "".join(HAN[int(d)] for d in digits)
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    ten = ("十" if tens == 1 and not hundreds else HAN[tens] + "十") if tens else ("零" if hundreds and ones else "")
    return (HAN[hundreds] + "百" if hundreds else "") + ten + (HAN[ones] if ones else "")
