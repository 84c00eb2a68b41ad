"""Which characters people confuse: by sound (input methods, dictation) and by shape (handwriting, recognition).

A syllable is folded to one private character, so that the sound of a text is a string of the same length and a stretch
of it is found in a dictionary by slicing. Folding follows the confusions that Chinese input methods offer as "fuzzy
pinyin": zh/z, ch/c, sh/s, n/l, ang/an, eng/en, ing/in (options of the same names in ibus-libpinyin and Sogou).
"""

from functools import lru_cache
from itertools import islice, product

_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))
_FINALS = (("ang", "an"), ("eng", "en"), ("ing", "in"))

# Groups of characters that look alike; compact, because what is missing here still passes as "one character differs".
_SHAPES = """
己已巳 未末 土士 日曰目 人入八 千干于 王玉主壬 大太犬天夫 木本术禾 东车乐 田由甲申电 白百自 历厉 力刀九 井并开 贝见
牛午 予矛 风凤 免兔 鸟乌岛 候侯 园圆 泉皋 洛泺 佛拂沸 解懈 放故 文丈 化华 建健 新斯 甸旬 柳卯抑 燕蒸 姚桃挑 家冢
龙尤 洞同桐 智知 明朋 湖胡糊 关美 趵豹 城诚成 路跪 苑宛怨 院完 村材 校较 桥娇侨 泥泾 径经轻 纬伟 环坏 杆扦秆
青清情晴请 春舂 阳阴 平乎 头买 永水冰 堂常 棋祺 贡贾 蔡察 司同 县具 曲由 亭享 菜莱采 仓苍 吉古 第弟 师帅 羊半 峪裕浴
庄压 桓恒 熙照 绿录 景影 嘉喜 厂广 场扬杨汤 银根 座坐 幢撞 栋拣 单弹 府俯 市布 丰羊 祥详 福副 安宴 康庚 荣宋 官宫
宁守 海悔梅 雅稚 静净 慧惠 翠萃 兰三 松讼 柏伯 槐愧 杏否 榆愉 桂挂 汇江 润涧 浆桨 粤奥 展辰 晨震 昌冒晶 虹虾 蓝监
紫索 彩采 御卸 郡群 邸底 墅野 舍含 宿缩 居屈届 社杜 区医 药约 店占 商高 金全 河何 溪奚 泽译择 沂折 坡披波 岭岑 州洲
瑞端 泰秦 盛咸 隆降 鹤鹊 荷苛 竹行 枫讽 石右 云去 秀季 义叉 信倍 礼札 顺须 寿涛 辉挥 光先 霞暇 星皇 章草 号另 侧测
学字 街衔 花茶
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
    """Return the two commonest syllables of a character without tones; further readings are seldom met in names."""
    from pypinyin import Style, pinyin  # noqa: PLC0415 - its dictionaries are slow to load: only where they are used

    return tuple(dict.fromkeys(pinyin(character, style=Style.NORMAL, heteronym=True)[0]))[:2]


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
    return "\u3400" <= character <= "\u9fff" or character == "\u3007"  # the zero


def sound(text: str) -> str:
    """Return `text` as one private character per folded syllable, other characters unchanged; same length."""
    return "".join(_code(character)[0] for character in text)


def sounds(text: str, *, limit: int = 4) -> list[str]:
    """Return the sounds of `text` under the readings of its characters (长 as chang or zhang), at most `limit`."""
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
