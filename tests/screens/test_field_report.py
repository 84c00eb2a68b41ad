"""The grid worker reports: without signal, by initials, with the pin dragged, and with a building tapped."""

import base64
import math
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from shapely.geometry import shape
from sqlalchemy import text

from tests.screens.conftest import PHONE, Town

pytestmark = pytest.mark.browser

HERE: dict[str, Any] = {
    "geolocation": {"latitude": 36.6631, "longitude": 117.0772, "accuracy": 9},
    "permissions": ["geolocation"],
}
DOT = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgy"
    "PC4zNDL/wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AVN//2Q=="
)
"""A grey JPEG of one pixel."""


def photo(page: Page, name: str = "现场.jpg") -> None:
    """Take a photo, and wait until the phone has it."""
    page.get_by_label("拍照或选择照片").set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": DOT})
    expect(page.get_by_role("button", name="删除照片")).not_to_have_count(0)


def send(page: Page) -> None:
    """Send what is written, and wait until the phone has it: a new report is begun, or the walk goes on."""
    page.locator("main").get_by_role("button", name="上报", exact=True).click()
    expect(page.get_by_text("请先选择事项").or_(page.get_by_role("dialog"))).to_be_visible()


def reports(town: Town, words: str) -> int:
    """Return how many incidents say `words`."""
    asked = text("SELECT count(*) FROM incident WHERE text = :words")
    with town.store.transaction() as unit:
        return int(unit.connection.execute(asked, {"words": words}).scalar_one())


def test_what_is_reported_without_signal_is_sent_once_there_is_some(town: Town) -> None:
    with town.page("worker", size=PHONE, **HERE) as watched:
        watched.forgive("ERR_INTERNET_DISCONNECTED")
        page = watched.page
        page.goto("/field")
        page.get_by_role("button", name="井盖破损或缺失").click()
        page.context.set_offline(True)
        photo(page)
        page.get_by_label("说明").fill("离线上报一件")
        send(page)
        expect(page.get_by_text("待发送 2")).to_be_visible()
        page.context.set_offline(False)
        expect(page.get_by_text("已全部发送")).to_be_visible()
    assert reports(town, "离线上报一件") == 1


def stored_place(town: Town, words: str) -> tuple[Any, Any, Any, Any]:
    """Return the type of the place that was reported with `words`, its middle (lon, lat), and its accuracy (m)."""
    asked = text(
        "SELECT GeometryType(p.geom), ST_X(ST_Centroid(p.geom)), ST_Y(ST_Centroid(p.geom)), p.accuracy_m "
        "FROM incident_position AS p JOIN incident AS i ON i.id = p.incident_id WHERE i.text = :words"
    )
    with town.store.transaction() as unit:
        kind, lon, lat, accuracy = unit.connection.execute(asked, {"words": words}).one()
    return kind, lon, lat, accuracy


def drag(page: Page, what: Locator, right: int, down: int) -> None:
    """Drag the middle of something."""
    box = what.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right / 2, y + down / 2)
    page.mouse.move(x + right, y + down)
    page.mouse.up()


def test_a_matter_is_found_by_the_initials_of_its_pinyin_without_touching_anything(town: Town) -> None:
    with town.page("worker", size=PHONE, **HERE) as watched:
        page = watched.page
        page.goto("/field")
        more = page.get_by_role("button", name="搜索全部")
        more.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_label("拼音首字母")).to_be_focused()
        page.keyboard.type("jgps")
        expect(page.get_by_role("dialog").get_by_role("listitem").first).to_contain_text("井盖破损或缺失")
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(more).to_be_focused()
        expect(page.get_by_role("button", name="井盖破损或缺失")).to_have_attribute("aria-pressed", "true")


def test_the_pin_is_dragged_on_the_small_map_and_goes_back_at_a_touch(town: Town) -> None:
    at = HERE["geolocation"]
    with town.page("worker", size=PHONE, **HERE) as watched:
        page = watched.page
        page.goto("/field")
        page.get_by_role("button", name="路灯不亮").click()
        expect(page.get_by_text("定位精度 ±9 米")).to_be_visible()
        expect(page.locator(".f-small-map .f-map[data-ready=true]")).to_be_visible()
        drag(page, page.locator(".f-small-map .f-pin"), 60, 0)
        expect(page.get_by_text("定位精度")).to_have_count(0)
        page.get_by_label("说明").fill("图钉向东拖")
        send(page)
        page.get_by_role("button", name="路灯不亮").click()
        drag(page, page.locator(".f-small-map .f-pin"), 0, 50)
        page.get_by_role("button", name="用我的定位").click()
        expect(page.get_by_text("定位精度 ±9 米")).to_be_visible()
        page.get_by_label("说明").fill("图钉回到定位")
        send(page)
        expect(page.get_by_text("已全部发送")).to_be_visible()
    _, lon, lat, accuracy = stored_place(town, "图钉向东拖")
    assert lon > at["longitude"] + 1e-4
    assert (lat, accuracy) == (pytest.approx(at["latitude"], abs=2e-5), None)
    _, lon, lat, accuracy = stored_place(town, "图钉回到定位")
    assert (lon, lat, accuracy) == (pytest.approx(at["longitude"]), pytest.approx(at["latitude"]), 9)


def test_on_the_large_map_the_map_is_dragged_or_a_place_is_tapped(town: Town) -> None:
    at = HERE["geolocation"]
    with town.page("worker", size=PHONE, **HERE) as watched:
        page = watched.page
        page.goto("/field")
        page.get_by_role("button", name="路灯不亮").click()
        page.get_by_role("button", name="大地图").click()
        large = page.get_by_role("dialog")
        expect(large.locator(".f-map[data-ready=true]")).to_be_visible()
        canvas = large.locator("canvas").bounding_box()
        assert canvas
        page.mouse.click(canvas["x"] + canvas["width"] / 2 + 90, canvas["y"] + canvas["height"] / 2)
        drag(page, large.locator(".f-pin"), 0, -60)
        large.get_by_role("button", name="用这个位置").click()
        page.get_by_label("说明").fill("大地图选点")
        send(page)
        expect(page.get_by_text("已全部发送")).to_be_visible()
    _, lon, lat, _ = stored_place(town, "大地图选点")
    assert lon > at["longitude"] + 1e-4
    assert lat > at["latitude"] + 1e-4


METRES_A_PIXEL = 40_075_016.7 * math.cos(math.radians(36.67)) / (512 * 2**17)
"""Of the large map as it opens."""


def test_a_building_that_is_tapped_gives_its_outline(town: Town) -> None:
    at = {"latitude": 36.67023, "longitude": 117.07243}
    with town.page("worker", size=PHONE, geolocation={**at, "accuracy": 6}, permissions=["geolocation"]) as watched:
        page = watched.page
        page.goto("/field")
        page.get_by_role("button", name="路灯不亮").click()
        page.get_by_role("button", name="大地图").click()
        large = page.get_by_role("dialog")
        large.get_by_role("button", name="点选建筑").click()
        expect(large.locator(".f-map[data-ready=true]")).to_be_visible()
        inside = page.evaluate(
            "fetch('/api/v1/field/pack').then((answer) => answer.json()).then(({buildings}) => "
            "buildings.features.find((one) => one.properties.name === '界边综合楼').geometry)"
        )
        point = shape(inside).representative_point()
        right = (point.x - at["longitude"]) * 111_320 * math.cos(math.radians(36.67)) / METRES_A_PIXEL
        down = (at["latitude"] - point.y) * 111_195 / METRES_A_PIXEL
        canvas = large.locator("canvas").bounding_box()
        assert canvas
        page.touchscreen.tap(canvas["x"] + canvas["width"] / 2 + right, canvas["y"] + canvas["height"] / 2 + down)
        expect(large.get_by_label("界边综合楼")).to_be_checked()
        large.get_by_role("button", name="用这个位置").click()
        page.get_by_label("说明").fill("点选一栋楼")
        send(page)
        expect(page.get_by_text("已全部发送")).to_be_visible()
    kind, lon, lat, _ = stored_place(town, "点选一栋楼")
    assert kind in {"POLYGON", "MULTIPOLYGON"}
    assert (lon, lat) == (pytest.approx(point.x, abs=1e-3), pytest.approx(point.y, abs=1e-3))
