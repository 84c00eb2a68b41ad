"""What changes while a report is written: the worker walks on, a photo takes its time, a place is refused."""

from typing import Any

from playwright.sync_api import Page, Route, expect
from shapely import box, intersection
from shapely.geometry import mapping, shape

from tests.screens.conftest import PHONE, Town
from tests.screens.test_field_journeys import go_to
from tests.screens.test_field_outbox import CUT, opened, photos, write
from tests.screens.test_field_report import DOT, HERE, photo, pytestmark, reports, send, stored_place
from tests.screens.test_field_rounds import tap_twice

__all__ = ["pytestmark"]

AT: Any = HERE["geolocation"]
ON_THE_BUS: Any = {**AT, "longitude": AT["longitude"] + 0.01}
NEXT_DOOR = "界边综合楼"

SLOW_TO_READ = """
const read = createImageBitmap;
globalThis.createImageBitmap = async (...given) => {
    await new Promise((go) => { globalThis.developed = go; });
    return read(...given);
};
"""

MEETS_ITSELF = """async (where) => {
    const ask = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result); });
    const database = await ask(indexedDB.open("gridgov-field"));
    const store = database.transaction(where, "readwrite").objectStore(where);
    const [west, south, east, north] = [117.0772, 36.6631, 117.0773, 36.6632];
    const ring = [[west, south], [east, north], [east, south], [west, north], [west, south]];
    const geometry = { type: "Polygon", coordinates: [ring] };
    if (where === "kept") {
        const [key] = (await ask(store.getAllKeys())).filter((one) => one.startsWith("draft:"));
        await ask(store.put({ ...(await ask(store.get(key))), place: { kind: "shape", geometry, ids: [] } }, key));
    } else {
        const [report] = (await ask(store.getAll())).filter(({ kind }) => kind === "report");
        report.request.body.position = { datum: "wgs84", geometry };
        await ask(store.put(report));
    }
    database.close();
}"""
"""Makes an outline of a report that is written (kept) or waits (outbox) into one that no server takes."""


def touch_report(page: Page) -> Any:
    """Return the button that sends."""
    return page.locator("main").get_by_role("button", name="上报", exact=True)


def test_who_takes_a_photo_and_finishes_on_the_bus_reports_where_the_photo_was_taken(town: Town) -> None:
    with town.page("worker", size=PHONE, **HERE) as watched:
        page = watched.page
        page.goto("/field")
        expect(page.get_by_text("定位精度 ±9 米")).to_be_visible()
        photo(page)
        write(page, "现场拍照车上写")
        page.context.set_geolocation(ON_THE_BUS)
        expect(page.get_by_role("button", name="用我的定位")).to_be_visible()
        send(page)
        write(page, "车上所见")
        expect(page.get_by_text("定位精度 ±9 米")).to_be_visible()
        photo(page)
        page.context.set_geolocation(AT)
        page.get_by_role("button", name="用我的定位").click()
        expect(page.get_by_role("button", name="用我的定位")).to_have_count(0)
        send(page)
        expect(page.get_by_text("已全部发送")).to_be_visible()
    for words in ("现场拍照车上写", "车上所见"):
        assert abs(stored_place(town, words)[1] - AT["longitude"]) < 1e-4


def test_what_is_written_waits_for_its_photo(town: Town) -> None:
    with town.page("worker", size=PHONE, **HERE) as watched:
        page = watched.page
        page.add_init_script(SLOW_TO_READ)
        page.goto("/field")
        write(page, "照片来得慢")
        picture: Any = {"name": "慢.jpg", "mimeType": "image/jpeg", "buffer": DOT}
        page.get_by_label("拍照或选择照片").set_input_files(picture)
        page.wait_for_function("() => Boolean(globalThis.developed)")
        touch_report(page).click(force=True)
        expect(page.get_by_text("照片处理中，请稍候")).to_be_visible()
        page.get_by_label("说明").fill("照片来得慢，字先到")
        page.evaluate("developed()")
        expect(page.get_by_role("button", name="删除照片")).to_have_count(1)
        send(page)
        expect(page.get_by_text("已全部发送")).to_be_visible()
        expect(page.get_by_role("button", name="删除照片")).to_have_count(0)
    assert (reports(town, "照片来得慢，字先到"), photos(town, "照片来得慢，字先到")) == (1, 1)


def with_a_neighbour(route: Route) -> None:
    """Give out the pack with one building as two that share a wall."""
    answer = route.fetch()
    pack = answer.json()
    buildings = pack["buildings"]["features"]
    one = next(found for found in buildings if found["properties"]["name"] == NEXT_DOOR)
    whole = shape(one["geometry"])
    west, south, east, north = whole.bounds
    halves = [
        mapping(intersection(whole, box(left, south, right, north)))
        for left, right in ((west, whole.centroid.x), (whole.centroid.x, east))
    ]
    one["geometry"] = halves[0]
    other = {"id": "next-door", "name": "隔壁楼", "kind": one["properties"]["kind"]}
    buildings.append({**one, "properties": {**one["properties"], **other}, "geometry": halves[1]})
    route.fulfill(response=answer, json=pack)


def test_two_buildings_that_share_a_wall_are_one_outline(town: Town) -> None:
    at = {"latitude": 36.67023, "longitude": 117.07243, "accuracy": 6}
    with town.page("worker", size=PHONE, service_workers="block", **{**HERE, "geolocation": at}) as watched:
        page = watched.page
        page.route("**/api/v1/field/pack", with_a_neighbour)
        page.goto("/field")
        write(page, "两栋相连的楼")
        page.get_by_role("button", name="大地图").click()
        large = page.get_by_role("dialog")
        large.get_by_role("button", name="点选建筑").click()
        for name in (NEXT_DOOR, "隔壁楼"):
            large.get_by_label(name).check()
        large.get_by_role("button", name="用这个位置").click()
        send(page)
        expect(page.get_by_text("已全部发送")).to_be_visible()
    assert stored_place(town, "两栋相连的楼")[0] == "POLYGON"


def test_a_report_whose_place_is_refused_gets_another_and_takes_its_photo_along(town: Town) -> None:
    with town.page("worker", size=PHONE, **HERE) as watched:
        watched.forgive(f"{CUT}|422")
        page = opened(watched.page)
        page.context.set_offline(offline=True)
        expect(page.get_by_text("定位精度 ±9 米")).to_be_visible()
        write(page, "位置画错了")
        photo(page)
        send(page)
        page.evaluate(MEETS_ITSELF, "outbox")
        page.context.set_offline(offline=False)
        expect(page.get_by_text("1 件需处理")).to_be_visible()
        go_to(page, "我的")
        expect(page.get_by_text("等待上一件")).to_be_visible()
        page.get_by_role("button", name="查看原因并处理").click()
        page.get_by_role("button", name="在地图上改位置").click()
        page.get_by_role("button", name="用这个位置").click()
        tap_twice(page.get_by_role("button", name="改好，重新发送"))
        expect(page.get_by_text("已全部发送")).to_be_visible()
    assert (reports(town, "位置画错了"), photos(town, "位置画错了")) == (1, 1)
    assert stored_place(town, "位置画错了")[0] == "POINT"


def test_a_place_that_would_be_refused_is_told_before_it_is_sent(town: Town) -> None:
    with town.page("worker", size=PHONE, **HERE) as watched:
        watched.forgive("422")
        page = watched.page
        page.goto("/field")
        write(page, "早先画错的轮廓")
        expect(page.get_by_text("定位精度 ±9 米")).to_be_visible()
        page.evaluate(MEETS_ITSELF, "kept")
        page.reload()
        expect(page.get_by_label("说明")).to_have_value("早先画错的轮廓")
        expect(page.get_by_text("这样上报会被退回：")).to_be_visible(
            timeout=90_000
        )  # once the server is known to be there
        page.get_by_role("button", name="用我的定位").click()
        expect(page.get_by_text("这样上报会被退回：")).to_have_count(0)
