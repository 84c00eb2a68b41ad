"""A worker's day: a session that ends, a case that moved meanwhile, a whistle, a block across a border."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import text

from gridgov.access.secrets import csrf_of
from gridgov.clock import system_clock
from gridgov.ids import new_id
from tests.screens.conftest import PHONE, Town
from tests.screens.test_field_report import HERE, photo, reports, send

pytestmark = pytest.mark.browser

LAMP, SINKHOLE, ILLEGAL_BUILDING = "10102", "20301", "20601"
IN_THE_CELL = {"datum": "wgs84", "lon": 117.0782, "lat": 36.6632, "accuracy_m": 5}
AT_THE_BORDER: dict[str, Any] = {
    "geolocation": {"latitude": 36.67023, "longitude": 117.07243, "accuracy": 6},
    "permissions": ["geolocation"],
}
AXE = Path(__file__).parents[2] / "api" / "web" / "node_modules" / "axe-core" / "axe.min.js"
METRES = re.compile(r"距现场 (8\d|9\d) 米")
"""From where the worker stands to the middle of their cell."""
COUNTDOWN = re.compile("还剩")
SHARES = re.compile(r"(1/3 \S+、2/3 \S+|2/3 \S+、1/3 \S+)：将起草联合哨")
TABS = ["上报", "任务", "哨", "网格", "我的"]


@contextmanager
def acting(town: Town, login: str) -> Iterator[httpx.Client]:
    """Yield a client of the API that acts as `login`."""
    cookie = town._cookie(login)
    headers = {"Origin": town.address, "X-CSRF-Token": csrf_of(cookie["value"])}
    jar = {cookie["name"]: cookie["value"]}
    with httpx.Client(base_url=town.address, headers=headers, cookies=jar, timeout=60) as client:
        yield client


def do(town: Town, login: str, path: str, **body: Any) -> dict[str, Any]:
    """Do something as `login`, and return what it led to."""
    with acting(town, login) as client:
        answer = client.post(f"/api/v1/{path}", json={"id": str(new_id()), **body})
    assert answer.is_success, answer.text
    told: dict[str, Any] = answer.json()
    return told


def report(town: Town, matter: str, words: str) -> str:
    """Report something in the worker's cell as the worker, and return its id."""
    at = (system_clock() - timedelta(minutes=3)).isoformat()
    told = {"reported_at": at, "channel": "grid_worker", "matter": matter, "text": words, "position": IN_THE_CELL}
    return str(do(town, "worker", "incidents", **told)["id"])


def handled(town: Town, words: str, matter: str = LAMP, by: str = "CG") -> str:
    """Return the id of something, a lamp mostly, that a department has mended and that waits to be looked at."""
    case, login = report(town, matter, words), f"dept-{by.lower()}"
    do(town, "centre", f"incidents/{case}/acts/file")
    do(town, "centre", f"incidents/{case}/acts/dispatch", organisation_code=f"370102-D-{by}")
    do(town, login, f"incidents/{case}/acts/accept")
    do(town, login, f"incidents/{case}/acts/feed_back", report="已修复")
    return case


def go_to(page: Page, tab: str) -> None:
    """Open a tab."""
    page.get_by_role("navigation", name="功能").get_by_role("button", name=tab).click()


def stage_of(town: Town, case: str) -> str:
    """Return where a case is."""
    asked = text("SELECT stage FROM incident_state WHERE incident_id = :case")
    with town.store.transaction() as unit:
        return str(unit.connection.execute(asked, {"case": case}).scalar_one())


def number_of(town: Town, case: str) -> str:
    """Return the number under which people know a case."""
    asked = text("SELECT number FROM incident WHERE id = :case")
    with town.store.transaction() as unit:
        return str(unit.connection.execute(asked, {"case": case}).scalar_one())


def card_of(town: Town, page: Page, case: str) -> Locator:
    """Return what the phone shows of the whistle of a case."""
    return page.locator("li.f-card").filter(has_text=number_of(town, case))


def who_answers(town: Town, matter: str) -> tuple[str, str]:
    """Return the organisation that leads a matter in the worker's cell, and the person who answers for the cell."""
    position = {"datum": "wgs84", "lon": HERE["geolocation"]["longitude"], "lat": HERE["geolocation"]["latitude"]}
    with acting(town, "worker") as client:
        answers = client.post("/api/v1/places", json={"position": position, "matter": matter}).json()["answers"]
    return answers["lead"]["name"], answers["cell_people"][0]["name"]


def test_a_report_with_a_photo_takes_three_touches(town: Town) -> None:
    with town.page("worker", size=PHONE, **HERE) as watched:
        page = watched.page
        page.goto("/field")
        expect(page.get_by_text("第2网格").first).to_be_visible()
        photo(page)  # one
        page.get_by_role("button", name="路灯不亮").click()  # two
        expect(page.get_by_text("负责：")).to_have_text("负责：" + " · ".join(who_answers(town, LAMP)))
        send(page)  # three
        expect(page.get_by_text("已全部发送")).to_be_visible()
    assert reports(town, "路灯不亮") >= 1


def test_a_session_that_ended_loses_nothing(town: Town) -> None:
    with town.page("worker", size=PHONE, **HERE) as watched:
        watched.forgive("401")
        page = watched.page
        page.goto("/field")
        page.get_by_role("button", name="路灯不亮").click()
        page.get_by_label("说明").fill("登录过期时上报")
        page.context.clear_cookies()
        send(page)
        page.get_by_role("button", name="重新登录后发送").click()
        page.fill("input[name=login]", "worker")
        page.fill("input[name=password]", town.passwords["worker"])
        page.keyboard.press("Enter")
        page.wait_for_url(f"{town.address}/field")
        expect(page.get_by_text("已全部发送")).to_be_visible()
    assert reports(town, "登录过期时上报") == 1


def test_what_another_account_left_is_neither_shown_nor_sent(town: Town) -> None:
    with town.page("worker", size=PHONE, **HERE) as watched:
        watched.forgive("ERR_INTERNET_DISCONNECTED|401|403")
        page = watched.page
        page.goto("/field")
        page.get_by_role("button", name="路灯不亮").click()
        page.get_by_label("说明").fill("别人不能看")
        page.context.set_offline(offline=True)
        send(page)
        expect(page.get_by_text("待发送 1")).to_be_visible()
        page.context.clear_cookies()
        page.context.add_cookies([town._cookie("community")])
        page.context.set_offline(offline=False)
        page.reload()
        expect(page.get_by_text("其他账号的 1 件待发送")).to_be_visible()
        go_to(page, "我的")
        expect(page.get_by_text("没有待发送的内容")).to_be_visible()
        expect(page.get_by_text("别人不能看")).to_have_count(0)
    assert reports(town, "别人不能看") == 0


def test_a_case_that_moved_meanwhile_is_shown_with_both_versions(town: Town) -> None:
    case = handled(town, "灯又亮了，等人核查")
    handled(town, "塌陷已填，等人核查", SINKHOLE, "ZJ")  # within two hours by day and night
    handled(town, "灯也亮了，等人核查")
    with town.page("worker", size=PHONE, **HERE) as watched:
        watched.forgive("ERR_INTERNET_DISCONNECTED|412|422")
        page = watched.page
        page.goto("/field")
        go_to(page, "任务")
        tasks = page.locator("li.f-card").filter(has_text=re.compile("灯又亮了|塌陷已填|灯也亮了"))
        expect(tasks).to_contain_text(["塌陷已填", "灯又亮了", "灯也亮了"])
        card = page.get_by_role("listitem").filter(has_text="灯又亮了，等人核查")
        expect(card.get_by_text("还剩")).to_be_visible()
        page.context.set_offline(offline=True)
        card.get_by_role("button", name="退回重办").click()
        page.get_by_label("为什么退回").fill("还有一盏不亮")
        page.locator("dialog .f-go").click()
        expect(card.get_by_text("待发送")).to_be_visible()
        do(town, "centre", f"incidents/{case}/acts/verify")
        page.context.set_offline(offline=False)
        go_to(page, "我的")
        page.get_by_role("button", name="对照两个版本").click()
        both = page.get_by_role("dialog")
        expect(both.get_by_text("还有一盏不亮")).to_be_visible()
        expect(both.get_by_text("已核查")).to_be_visible()
        both.get_by_role("button", name="改存为备注").click()
        expect(page.get_by_text("已全部发送")).to_be_visible()
        told = page.get_by_role("listitem").filter(has_text=number_of(town, case))
        expect(told.get_by_text("已核查，待结案")).to_be_visible()
    assert stage_of(town, case) == "verified"
    with acting(town, "centre") as client:
        facts = client.get(f"/api/v1/incidents/{case}/facts").json()["items"]
    assert any("还有一盏不亮" in str(fact["payload"]) for fact in facts if fact["kind"] == "noted")


def test_whoever_is_called_sees_how_far_it_is_and_checks_in(town: Town) -> None:
    case = report(town, ILLEGAL_BUILDING, "院内违建")
    whistle = do(town, "street", f"incidents/{case}/whistles", kind="comprehensive_enforcement", by_list=True)
    assert whistle
    with town.page("dept-zf", size=PHONE, **HERE) as watched:
        page = watched.page
        page.goto("/field")
        go_to(page, "哨")
        card = card_of(town, page, case)
        expect(card.get_by_text("综合执法哨")).to_be_visible()
        expect(card.get_by_text(METRES)).to_be_visible()
        own = card.get_by_role("listitem").filter(has=page.get_by_role("button", name="报到", exact=True))
        left = own.get_by_text(COUNTDOWN)
        expect(left).not_to_have_text(left.inner_text())  # it goes on while one looks
        page.context.set_geolocation({"latitude": 36.6632, "longitude": 117.0782, "accuracy": 8})
        expect(card.get_by_text("已在现场")).to_be_visible()
        own.get_by_role("button", name="报到", exact=True).click()
        expect(card.get_by_text("已到场")).to_be_visible()
        expect(page.get_by_text("已全部发送")).to_be_visible()
    asked = text("SELECT count(*) FROM summons WHERE organisation_code = '370102-D-ZF' AND arrived_at IS NOT NULL")
    with town.store.transaction() as unit:
        assert unit.connection.execute(asked).scalar_one() == 1


def test_a_block_across_a_border_is_said_to_draft_a_combined_whistle(town: Town) -> None:
    with town.page("worker", size=PHONE, **AT_THE_BORDER) as watched:
        page = watched.page
        page.goto("/field")
        page.get_by_role("button", name="搜索全部").click()
        page.get_by_label("拼音首字母").fill(ILLEGAL_BUILDING)
        page.keyboard.press("Enter")
        page.get_by_role("button", name="大地图").click()
        page.get_by_role("button", name="点选建筑").click()
        page.get_by_label("界边综合楼").check()
        expect(page.get_by_role("dialog").get_by_text(SHARES)).to_be_visible()
        page.get_by_role("button", name="用这个位置").click()
        page.get_by_label("说明").fill("跨界违建")
        send(page)
        expect(page.get_by_text("已全部发送")).to_be_visible()
    asked = text("SELECT count(*) FROM whistle w JOIN incident i ON i.id = w.incident_id WHERE i.text = '跨界违建'")
    with town.store.transaction() as unit:
        assert unit.connection.execute(asked).scalar_one() == 1


@pytest.mark.parametrize(("tongue", "theme"), [("zh", "day"), ("en", "night")])
def test_no_tab_keeps_anybody_out(town: Town, tongue: str, theme: str) -> None:
    handled(town, f"无障碍 {tongue}")
    with town.page("worker", size=PHONE, bypass_csp=True, **HERE) as watched:
        page = watched.page
        choice = {"gridgov.language": tongue, "gridgov.theme": theme}
        page.add_init_script(f"Object.entries({choice}).forEach(([key, value]) => localStorage.setItem(key, value))")
        page.goto("/field")
        expect(page.locator(".f-told")).to_be_visible()
        page.add_script_tag(path=AXE)
        for at in range(len(TABS)):
            page.locator(".f-tabs button").nth(at).click()
            page.wait_for_timeout(400)
            found = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})")
            assert [(one["id"], [n["html"] for n in one["nodes"]][:3]) for one in found["violations"]] == [], TABS[at]
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, TABS[at]
