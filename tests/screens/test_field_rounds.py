"""A worker's rounds: a checklist is walked, a finding becomes a report, and whoever is on duty sees their own trace."""

import io
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import text

from tests.screens.conftest import PHONE, Town
from tests.screens.mapping import near, painted, poll
from tests.screens.test_field_journeys import acting, go_to
from tests.screens.test_field_report import HERE, photo, send

pytestmark = pytest.mark.browser

SHOPS, DRAINS = "沿街小商铺消防巡查", "汛期排水巡查"
EXITS = "疏散通道、安全出口畅通"


OWN = painted({"fillColor": "#0b4f6c", "fillOpacity": 0.16})
"""One's own cells, by day."""


def begin(page: Page, checklist: str) -> None:
    """Begin the first patrol of a checklist that is due."""
    cards = page.locator("li.f-card").filter(has_text=checklist)
    cards.get_by_role("button", name="开始巡查").first.click()
    expect(page.get_by_role("dialog", name=checklist)).to_be_visible()


def tap_twice(button: Locator) -> None:
    """Tap twice before anything could come of the first."""
    button.evaluate("button => { button.click(); button.click(); }")


def one(town: Town, query: str, **values: Any) -> Any:
    """Return the one value that the store gives."""
    with town.store.transaction() as unit:
        return unit.connection.execute(text(query), values).scalar_one()


def test_ones_cells_lie_on_the_map_over_the_list_of_what_one_answers_for(town: Town) -> None:
    with acting(town, "worker") as client:
        duties = client.get("/api/v1/field/today").json()["duties"]
    assert duties
    with town.page("worker", size=PHONE, sharp=True, **HERE) as watched:
        page = watched.page
        page.goto("/field/grid")
        for duty in duties:
            card = page.locator("li.f-card").filter(has_text=duty["code"])
            expect(card.filter(has_text=duty["role_zh"])).to_contain_text(duty["name"])
        drawn = page.locator(".f-big-map .f-map[data-ready=true]")

        def share_that_is_ones_own() -> float:
            shot = Image.open(io.BytesIO(drawn.screenshot())).convert("RGB")
            found: Any = shot.getcolors(shot.width * shot.height)
            return float(sum(count for count, colour in found if near(colour, OWN)) / (shot.width * shot.height))

        poll(page, lambda: share_that_is_ones_own() > 0.1, "No cell of the worker's is drawn.")


def test_a_finding_becomes_a_report_and_the_walk_goes_on(town: Town) -> None:
    with town.page("worker", size=PHONE, **HERE) as watched:
        page = watched.page
        page.goto("/field")
        page.get_by_role("button", name="路灯不亮").click()
        page.get_by_label("说明").fill("写到一半的上报")
        go_to(page, "网格")
        due = page.get_by_role("button", name="开始巡查")
        before = due.count()
        begin(page, SHOPS)
        walk = page.get_by_role("dialog")
        expect(walk.get_by_text("还有 6 项")).to_be_visible()
        exits = walk.get_by_role("group", name=EXITS)
        exits.get_by_role("button", name="有问题").click()
        exits.get_by_label("说明").fill("货物堵门")
        exits.get_by_role("button", name="拍照上报").click()
        expect(page.get_by_text(EXITS)).to_be_visible()
        expect(page.get_by_role("button", name="消防通道堵塞")).to_have_attribute("aria-pressed", "true")
        expect(page.get_by_label("说明")).to_have_value("货物堵门")
        photo(page)
        send(page)
        expect(exits.get_by_text("已上报")).to_be_visible()
        for button in walk.get_by_role("button", name="正常").all()[1:]:
            button.click()
        tap_twice(walk.get_by_role("button", name="完成巡查"))
        expect(due).to_have_count(before - 1)
        expect(page.get_by_text("已全部发送")).to_be_visible()
        go_to(page, "上报")
        expect(page.get_by_label("说明")).to_have_value("写到一半的上报")
    case = str(one(town, "SELECT id FROM incident WHERE text = '货物堵门'"))
    with acting(town, "street") as client:
        # One, whatever finger taps twice.
        (patrol,) = client.get("/api/v1/patrols", params={"incident_id": case}).json()["items"]
    assert [(said["item"], said["incident_id"]) for said in patrol["answers"] if said["answer"] == "found"] == [
        ("exits", case)
    ]


def test_a_finding_may_be_left_unreported_and_a_walk_goes_on_after_the_page_was_closed(town: Town) -> None:
    with town.page("worker", size=PHONE, **HERE) as watched:
        page = watched.page
        page.goto("/field/grid")
        begin(page, DRAINS)
        grates = page.get_by_role("dialog").get_by_role("group", name="雨水箅子无堵塞")
        grates.get_by_role("button", name="有问题").click()
        grates.get_by_role("button", name="拍照上报").click()
        page.get_by_role("button", name="不上报，返回巡查").click()
        expect(grates.get_by_role("button", name="拍照上报")).to_be_visible()
        page.reload()
        begin(page, DRAINS)
        expect(grates.get_by_role("button", name="有问题")).to_have_attribute("aria-pressed", "true")
        expect(page.get_by_text("还有 3 项")).to_be_visible()
        page.get_by_role("dialog").get_by_role("button", name="关闭").click()
        go_to(page, "上报")
        expect(page.get_by_text("请先选择事项")).to_be_visible()


def test_positions_are_taken_between_the_two_touches_of_the_switch_and_ones_own_trace_shows_them(town: Town) -> None:
    with town.page("worker", size=PHONE, **HERE) as watched:
        page = watched.page
        page.goto("/field/mine")
        expect(page.get_by_text("未上岗：不记录位置")).to_be_visible()
        switch = page.get_by_role("switch")
        expect(switch).to_have_attribute("aria-checked", "false")
        tap_twice(switch)
        expect(page.get_by_text("在岗，自")).to_be_visible()
        page.context.set_geolocation({"latitude": 36.6631, "longitude": 117.0781, "accuracy": 9})
        expect(page.get_by_text("已采集 1 点")).to_be_visible()
        switch.click()
        expect(page.get_by_text("未上岗：不记录位置")).to_be_visible()
        expect(page.get_by_text("已全部发送")).to_be_visible()
        page.context.set_geolocation({"latitude": 36.67, "longitude": 117.09, "accuracy": 9})
        go_to(page, "上报")
        go_to(page, "我的")
        page.get_by_role("button", name="我的轨迹").click()
        trace = page.get_by_role("dialog")
        expect(trace.get_by_text("位置：1 点")).to_be_visible()
        expect(trace.get_by_text("班次：1")).to_be_visible()
        expect(trace.get_by_text("没有人查看过")).to_be_visible()
        expect(trace.locator(".f-map[data-ready=true] canvas")).to_be_visible()
        trace.get_by_role("button", name="关闭").click()
        expect(page.get_by_text("需处理")).to_have_count(0)
    assert one(town, "SELECT count(*) FROM shift WHERE ended_at IS NOT NULL") == 1
