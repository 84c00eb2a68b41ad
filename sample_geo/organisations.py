"""Who governs: governments, departments, street offices, communities, stations and enterprises, with stable codes."""

from dataclasses import dataclass

import geopandas as gpd

from sample_geo.common import DATA, HOME, write_rows

COLUMNS = ("code", "name", "kind", "district_code", "area_code", "parent_code")

DEPARTMENTS = {
    "CG": "城市管理局", "ZF": "综合行政执法大队", "GA": "公安分局", "JJ": "交通警察大队", "SJ": "市场监督管理局",
    "XF": "消防救援大队", "ZJ": "住房和城乡建设局", "HJ": "生态环境分局", "SW": "城乡水务局", "YL": "园林绿化服务中心",
    "HW": "环境卫生服务中心", "JT": "教育和体育局", "WJ": "卫生健康局", "MZ": "民政局", "RS": "人力资源和社会保障局",
    "YJ": "应急管理局", "ZR": "自然资源分局", "SWJ": "商务局", "WL": "文化和旅游局", "JTYS": "交通运输局",
    "SF": "司法局", "XFJ": "信访局", "NY": "农业农村局", "TJ": "退役军人事务局", "DSJ": "大数据服务中心",
    "ZX": "城市运行指挥中心",
}  # fmt: skip
"""Short words (used in names/matters.csv) of the departments that districts commonly have."""

ENTERPRISES = {
    "RQ": "燃气公司", "RL": "热力公司", "GD": "供电公司", "GS": "供水公司", "PS": "排水公司", "TX": "通信设施公司",
    "GJ": "公交公司", "TC": "停车管理公司", "DC": "共享单车运维公司",
}  # fmt: skip

STATIONS = {"PC": "派出所", "SJ": "市场监管所", "ZF": "综合执法中队", "SF": "司法所"}
STREET_OFFICE = "STREET_OFFICE"


@dataclass(frozen=True)
class Organisation:
    """One row of organisations.csv."""

    code: str
    name: str
    kind: str
    district_code: str
    area_code: str
    parent_code: str = ""


def code_of(word: str, district: str = HOME) -> str:
    """Return the code of a department or enterprise by its short word, or STREET_OFFICE for `SO`."""
    if word == "SO":
        return STREET_OFFICE
    return f"{district}-{'E' if word in ENTERPRISES else 'D'}-{word}"


def make(districts: gpd.GeoDataFrame, streets: gpd.GeoDataFrame, communities: gpd.GeoDataFrame) -> list[Organisation]:
    """Return all organisations, ordered by code."""
    found: list[Organisation] = []
    for code, name in zip(districts["code"], districts["name"], strict=True):
        found.extend(_district(code, name))
    for code, name, district in zip(streets["code"], streets["name"], streets["district_code"], strict=True):
        found.extend(_street(code, name, district))
    for code, name, street in zip(communities["code"], communities["name"], communities["street_code"], strict=True):
        found.append(Organisation(f"{code}-C", name, "community", code[:6], code, f"{street}-S"))
    return sorted(found, key=lambda organisation: organisation.code)


def _district(code: str, name: str) -> list[Organisation]:
    """Return a district's government, its departments, and the enterprises that serve it."""
    government = f"{code}-G"
    found = [Organisation(government, f"{name}人民政府", "government", code, code)]
    for word, what in DEPARTMENTS.items():
        found.append(Organisation(code_of(word, code), name + what, "department", code, code, government))
    for word, what in ENTERPRISES.items():
        found.append(Organisation(code_of(word, code), name + what, "enterprise", code, code))
    return found


def _street(code: str, name: str, district: str) -> list[Organisation]:
    office = f"{code}-S"
    parents = {"PC": "GA", "SJ": "SJ", "ZF": "ZF", "SF": "SF"}
    found = [Organisation(office, f"{name}办事处", "street_office", district, code, f"{district}-G")]
    for word, what in STATIONS.items():
        parent = code_of(parents[word], district)
        found.append(
            Organisation(f"{code}-T-{word}", name.removesuffix("街道") + what, "station", district, code, parent)
        )
    return found


def write(organisations: list[Organisation]) -> None:
    """Write organisations.csv."""
    rows = ((o.code, o.name, o.kind, o.district_code, o.area_code, o.parent_code) for o in organisations)
    write_rows(DATA / "organisations.csv", COLUMNS, rows)
