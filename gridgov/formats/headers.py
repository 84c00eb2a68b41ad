"""What columns are called in the files districts have, and what we call them."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

SYNONYMS: Final[dict[str, tuple[str, ...]]] = {
    "code": (
        *("code", "cell_code", "网格编码", "网格代码", "网格编号", "网格码", "单元网格编码", "单元网格代码"),
        *("wgbm", "wgdm", "gridcode", "grid_code", "gridid", "编码", "代码", "区划代码"),
    ),
    "name": ("name", "网格名称", "网格名", "单元网格名称", "wgmc", "gridname", "grid_name", "名称"),
    "community_code": (
        *("community_code", "社区编码", "社区代码", "所属社区编码", "所属社区代码", "村居编码", "村居代码"),
        *("sqbm", "sqdm", "commcode"),
    ),
    "community": ("community", "所属社区", "社区名称", "社区", "所属村居", "村居", "sqmc", "所属社区村"),
    "street_code": (
        *("street_code", "街道编码", "街道代码", "所属街道编码", "所属街道代码", "街镇编码", "乡镇编码", "乡镇代码"),
        *("jdbm", "jddm", "xzdm"),
    ),
    "street": ("street", "所属街道", "街道名称", "街道", "街镇", "所属街镇", "所属乡镇", "乡镇街道", "jdmc"),
    "district_code": ("district_code", "区县编码", "区县代码", "所属区县编码", "区划编码", "qxbm", "qxdm"),
    "district": ("district", "所属区县", "区县名称", "区县", "所属区", "qxmc"),
    "kind": ("kind", "网格类型", "网格类别", "类型", "wglx"),
    "households": ("households", "户数", "总户数", "居民户数", "hs"),
    "x": ("x", "lon", "lng", "long", "longitude", "经度", "坐标经度", "x坐标", "横坐标", "东坐标", "jd"),
    "y": ("y", "lat", "latitude", "纬度", "坐标纬度", "y坐标", "纵坐标", "北坐标", "wd"),
    "datum": ("datum", "crs", "srs", "坐标系", "坐标系统", "坐标类型", "坐标系类型"),
    "geometry_wkt": ("geometry_wkt", "wkt", "geometry", "geom", "the_geom", "几何", "空间数据", "几何信息", "坐标串"),
    "accuracy_m": ("accuracy_m", "accuracy", "定位精度", "精度"),
    "address": ("address", "地址", "详细地址", "事发地址", "案发地址", "发生地址", "事件地址", "地点"),
    "number": ("number", "案件编号", "事件编号", "工单编号", "工单号", "任务号", "流水号", "编号"),
    "reported_at": ("reported_at", "上报时间", "发现时间", "受理时间", "来电时间", "创建时间", "登记时间"),
    "channel": ("channel", "来源", "问题来源", "事件来源", "上报渠道", "渠道"),
    "matter_code": ("matter_code", "事项编码", "事项代码", "案由编码", "小类编码"),
    "text": ("text", "问题描述", "事件描述", "诉求内容", "描述", "内容", "情况描述"),
    "reporter_name": ("reporter_name", "上报人", "反映人", "来电人", "诉求人", "联系人"),
    "reporter_phone": ("reporter_phone", "联系电话", "电话", "手机号", "来电号码", "联系方式"),
}
"""Our column name -> the headers it has elsewhere, the likeliest first. Compared without case, blanks and brackets."""

CODE_COLUMNS: Final = {
    "code": "cell",
    "community_code": "community",
    "street_code": "street",
    "district_code": "district",
}
"""Columns that hold codes, always as text -> the level they are of."""

TEXT_COLUMNS: Final = frozenset({*CODE_COLUMNS, "number", "matter_code", "reporter_phone"})
"""Columns whose digits are names, not amounts."""

_BRACKETS: Final = re.compile(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】")
_FILLERS: Final = re.compile(r"[\s*_\-:.\u200b\ufeff]")
_DBF_NAME_BYTES: Final = 10


def rename_headers(headers: Sequence[object], *, shortened: bool = False) -> dict[int, str]:
    """Return which column gets which of our names, by position; other columns keep theirs.

    A name is given once: to the header that stands first in `SYNONYMS`.

    Parameters
    ----------
    headers
        As read.
    shortened
        Whether headers may have been cut to ten bytes, as Shapefiles do (``所属社区编码`` becomes ``所属社区编``).
    """
    plain = [_plain(header) for header in headers]
    found: dict[int, str] = {}
    for name, synonyms in SYNONYMS.items():
        wanted = [_plain(synonym) for synonym in synonyms]
        position = _first(plain, wanted, taken=found)
        if position is not None:
            found[position] = name
    if shortened:
        found |= _cut_short(plain, found)
    return found


def recognised(headers: Iterable[object]) -> int:
    """Return how many of the headers are known, to find the row of headers below a title."""
    known = {_plain(synonym) for synonyms in SYNONYMS.values() for synonym in synonyms}
    return sum(_plain(header) in known for header in headers)


def _first(plain: list[str], wanted: list[str], *, taken: dict[int, str]) -> int | None:
    for synonym in wanted:
        for position, header in enumerate(plain):
            if header == synonym and position not in taken:
                return position
    return None


def _cut_short(plain: list[str], found: dict[int, str]) -> dict[int, str]:
    result: dict[int, str] = {}
    for position, header in enumerate(plain):
        if position in found or not header or header.isascii():
            continue
        names = {
            name
            for name, synonyms in SYNONYMS.items()
            for synonym in synonyms
            if any(_cut(synonym, encoding) == header for encoding in ("gb18030", "utf-8"))
        }
        names -= {*found.values(), *result.values()}
        # Names and codes of one noun may be cut to the same letters: what the column holds decides later.
        stems = {name.removesuffix("_code") for name in names}
        if len(names) == 1 or (len(stems) == 1 and stems <= names):
            result[position] = min(names, key=len)
    return result


def _cut(synonym: str, encoding: str) -> str:
    return _plain(synonym.encode(encoding)[:_DBF_NAME_BYTES].decode(encoding, errors="ignore"))


def _plain(header: object) -> str:
    text = unicodedata.normalize("NFKC", str(header)[:200]).lower()
    return _FILLERS.sub("", _BRACKETS.sub("", text))
