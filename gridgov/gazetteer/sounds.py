"""Which characters people confuse: by sound (input methods, dictation) and by shape (handwriting, recognition).

A syllable is folded to one private character, so that the sound of a text is a string of the same length and a stretch
of it is found in a dictionary by slicing. Folding follows the confusions that Chinese input methods offer as "fuzzy
pinyin": zh/z, ch/c, sh/s, n/l, ang/an, eng/en, ing/in (options of the same names in ibus-libpinyin and Sogou).
"""

from functools import lru_cache
from itertools import islice, product

from pypinyin import Style, pinyin

_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))
_FINALS = (("ang", "an"), ("eng", "en"), ("ing", "in"))

# Groups of characters that look alike. Compact on purpose: what is missing here still passes as "one character differs".
_SHAPES = """
己已巳 未末 土士 日曰目 人入八 千干于 王玉主壬 大太犬天夫 木本术 东车乐 田由甲申电 白百自 历厉 力刀九 井并开 贝见 牛午 予矛 风凤 免兔 乌鸟岛
候侯 园圆元 泉皇 洛泺烁 佛拂沸 解鲜 放故 文丈 化华代 建健键 新斯 甸旬句 柳卯抑 燕蒸 姚桃挑 家冢 龙尤 洞同桐侗 智知 远运 明朋 湖胡 湘 关美
突穴 趵豹 城诚成 路跪 街衔 苑宛 院完 花茶 村材 校较 桥娇 山出 泥泾 径经 纬伟 环坏 杆扦 科料 学字 青清情晴 春舂 阳阴 和知 平乎 胜性 兴头 永水冰
堂常 棋祺 盘盆 贡贾 按接 察蔡 司同 县具 曲由 亭享 菜莱 仓苍 长张 盛威 吉古 第弟 师帅 范苑 羊半 峪裕浴 中申 创枪 庄压 清请 豪毫 恒桓 熙照 霖
绿录 景影 嘉喜 广厂 场扬杨汤 治冶 银根 座坐 幢撞 栋拣 号另 单弹 侧测 府俯 市布 丰羊 祥详 福副 安宴 康庚 荣宋 富官 宫 凯 金全 鑫 宁守 海悔
丽鹂 雅稚 静净 慧惠 翠萃 竹 梅悔海 兰三 松讼 柏伯 槐愧 杏否 榆愉 桂挂 汇江 润涧 浆桨 奥粤 际标 鼎 辰展 晨震 旭旮 昌冒 晶品 星旱 月用 云去
苏办 虹虾 蓝监 紫索 彩采 玺尔 御卸 帝常 豪 郡群 邸 墅野 舍含 宿缩 属嘱 委季 居屈 社杜 区医 办为 厅 局届 所听 站沾 医 药约 店占 商高 场 超
"""


def _shape_groups() -> dict[str, frozenset[str]]:
    groups: dict[str, frozenset[str]] = {}
    for word in _SHAPES.split():
        for character in word:
            groups[character] = groups.get(character, frozenset()) | frozenset(word)
    return groups


_ALIKE = _shape_groups()
_CODES: dict[str, str] = {}


@lru_cache(maxsize=32768)
def readings(character: str) -> tuple[str, ...]:
    """Return the syllables of one character without tones, the commonest first; the character itself if it has none."""
    return tuple(dict.fromkeys(pinyin(character, style=Style.NORMAL, heteronym=True)[0]))


@lru_cache(maxsize=4096)
def fold(syllable: str) -> str:
    """Return `syllable` without the differences that fuzzy pinyin ignores.

    >>> fold("zhang"), fold("nin")
    ('zan', 'lin')
    """
    for sound, folded in _INITIALS:
        if syllable.startswith(sound):
            syllable = folded + syllable.removeprefix(sound)
            break
    for sound, folded in _FINALS:
        if syllable.endswith(sound):
            return syllable.removesuffix(sound) + folded
    return syllable


@lru_cache(maxsize=32768)
def _code(character: str) -> tuple[str, ...]:
    if not _is_han(character):
        return (character,)
    return tuple(
        dict.fromkeys(_CODES.setdefault(fold(each), chr(0xE000 + len(_CODES))) for each in readings(character))
    )


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or character == "〇"


def sound(text: str) -> str:
    """Return `text` as one private character per folded syllable, other characters unchanged; same length."""
    return "".join(_code(character)[0] for character in text)


def sounds(text: str, *, limit: int = 4) -> list[str]:
    """Return the sounds of `text` under different readings of its characters (长 as chang or zhang), at most `limit`."""
    return ["".join(each) for each in islice(product(*(_code(character) for character in text)), limit)]


@lru_cache(maxsize=65536)
def similarity(left: str, right: str) -> float:
    """Return how easily one character is typed for another: 1 the same, 0 nothing in common."""
    if left == right:
        return 1.0
    if not (_is_han(left) and _is_han(right)):
        return 0.0
    if readings(left)[0] == readings(right)[0]:
        return 0.9
    if _code(left)[0] == _code(right)[0]:
        return 0.85
    if not set(_code(left)).isdisjoint(_code(right)):
        return 0.7
    return 0.8 if right in _ALIKE.get(left, ()) else 0.0
