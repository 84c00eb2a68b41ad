"""Two checklists of patrols, as examples: fire safety of small shops, and drains before heavy rain."""

from sample_geo.common import DATA, write_rows

SOURCE = "自拟样例清单，不是任何部门的规定；an example made for this sample, no authority's rule"

COLUMNS = ("code", "name_zh", "name_en", "every", "roles", "item", "zh", "en", "matter", "source")

_WALKED_BY = "grid_worker grid_worker_part_time"
_FIRE = ("small_shop_fire", "沿街小商铺消防巡查", "Fire safety of small shops", "weekly")
_DRAINS = ("flood_drains", "汛期排水巡查", "Drains before heavy rain", "daily")

_ITEMS = {
    _FIRE: (
        ("exits", "疏散通道、安全出口畅通", "Exits and passages are clear", "20901"),
        ("extinguisher", "灭火器在位、压力正常", "Extinguishers are in place and under pressure", "20903"),
        ("wiring", "无私拉乱接电线", "No improvised wiring", "20903"),
        ("charging", "电动车不在室内充电", "No electric bikes are charged inside", "20902"),
        ("lodging", "无住人与经营同处一室", "Nobody lodges where goods are sold", "20903"),
        ("hydrant", "附近消火栓完好、无遮挡", "The hydrant nearby is whole and not covered", "10103"),
    ),
    _DRAINS: (
        ("grates", "雨水箅子无堵塞", "Grates are not blocked", "10207"),
        ("covers", "井盖完好、无移位", "Manhole covers are whole and in place", "10101"),
        ("low_places", "低洼处、地下通道无积水", "No water stands in low places and underpasses", "20302"),
        ("signs", "易涝点警示标志在位", "Warning signs stand where it floods", "20302"),
    ),
}


def write() -> None:
    """Write checklists.csv: a row for each item, in the order in which it is looked at."""
    rows = [(*names, _WALKED_BY, *item, SOURCE) for names, items in _ITEMS.items() for item in items]
    write_rows(DATA / "checklists.csv", COLUMNS, rows)
