"""The command centre's page, as each of those uses it who look at it all day."""

import re
from datetime import timedelta
from typing import Any

import pytest
import shapely
from playwright.sync_api import Page, expect

from gridgov.clock import system_clock
from gridgov.incidents import Report
from gridgov.services.intake import Intake
from gridgov.services.sample import day_of_reports
from tests.conftest import SAMPLE
from tests.screens.conftest import PHONE, WALL, Town

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def crossing(town: Town, keeper) -> Any:
    """Return what became of reports over a border: a combined whistle is drafted for each."""
    intake = Intake(town.store, clock=system_clock, home_district="370102", keeper=keeper)
    day = day_of_reports(SAMPLE, ending=system_clock() - timedelta(minutes=2))
    receipts = [intake.take(report, author="sample") for report in day if _is_extent(report)]
    drafted = [receipt for receipt in receipts if receipt.whistle_id and receipt.district_code == "370102"]
    assert drafted
    return drafted[0]


def _is_extent(report: Report) -> bool:
    return report.position is not None and shapely.get_dimensions(report.position.geometry) == 2


def _cases(page: Page, **asked: str) -> list[dict[str, Any]]:
    """Return the cases that whoever is logged in sees."""
    answer = page.request.get("/api/v1/incidents", params={"limit": "100", **asked})
    assert answer.ok, answer.text()
    return list(answer.json()["items"])


def _stage(page: Page) -> Any:
    return page.locator(".c-case .c-standing").first.locator(".c-stage")


def test_an_act_by_keyboard_alone_moves_the_case_and_another_page_sees_it(town: Town):
    with town.page("centre") as one, town.page("centre") as other:
        case = _cases(one.page, stage="reported")[0]
        for watched in (one, other):
            watched.page.goto(f"/command/cases/{case['id']}")
            expect(_stage(watched.page)).to_have_text("已上报")
        one.page.keyboard.press("f")
        expect(one.page.get_by_role("form", name="立案")).to_be_visible()
        expect(_stage(other.page)).to_have_text("已上报")
        one.page.keyboard.press("Enter")
        expect(_stage(one.page)).to_have_text("已立案")
        expect(_stage(other.page)).to_have_text("已立案")


def test_an_act_that_somebody_overtook_shows_both_versions_and_is_decided_again(town: Town):
    with town.page("centre") as one:
        one.forgive("412")
        case = _cases(one.page, stage="reported")[1]
        one.page.goto(f"/command/cases/{case['id']}")
        one.page.locator("[data-act=note]").click()
        one.page.get_by_label("写下什么").fill("已电话联系")
        csrf = one.page.request.get("/api/v1/me").json()["csrf"]
        headers = {"X-CSRF-Token": csrf, "Origin": town.address}
        act = {"id": "019a5f3e-7c00-7abc-8def-0123456789ab"}
        done = one.page.request.post(f"/api/v1/incidents/{case['id']}/acts/file", data=act, headers=headers)
        assert done.ok, done.text()
        expect(_stage(one.page)).to_have_text("已立案")
        one.page.get_by_role("button", name="确认备注").click()
        refusal = one.page.get_by_role("alert")
        expect(refusal).to_contain_text("别人已经改过")
        expect(refusal).to_contain_text("现在的版本")
        refusal.get_by_role("button", name="按现在的情况仍要办").click()
        expect(one.page.locator(".c-story")).to_contain_text("已电话联系")


def test_a_whistle_is_blown_in_three_clicks(town: Town):
    with town.page("street") as watched:
        page = watched.page
        matters = {m["code"]: m for m in page.request.get("/api/v1/matters").json()["items"]}
        case = next(c for c in _cases(page) if c["cell_code"] and matters[c["matter_code"]]["whistle_kind"])
        page.goto(f"/command/cases/{case['id']}")
        page.locator(".c-blow [data-kind=emergency]").click()
        confirm = page.get_by_role("group", name="确认吹哨")
        expect(confirm).to_contain_text("将按清单召集")
        confirm.locator("[data-confirm]").click()
        expect(page.locator(".c-whistle .c-stage").first).to_have_text("已吹哨")
        expect(page.locator(".c-dues .c-row").first).to_be_visible()
        page.get_by_role("button", name="关闭案件").click()
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        expect(page.locator(".c-case")).to_be_visible()
        expect(page).to_have_url(re.compile("/command/whistles/"))


def test_the_combined_whistle_shows_its_parts_and_who_has_confirmed(town: Town, crossing: Any):
    with town.page("centre") as watched:
        page = watched.page
        page.goto(f"/command/whistles/{crossing.whistle_id}")
        figure = page.locator(".c-whistle.large .c-footprint")
        expect(figure.locator("path.part")).to_have_count(2)
        expect(figure.get_by_role("img")).to_have_attribute("aria-label", re.compile(r"\d+\.\d%.*\d+\.\d%"))
        sides = page.get_by_role("table", name="各方")
        expect(sides.get_by_role("row")).to_have_count(3)
        expect(sides).to_contain_text("还剩")
        expect(page.get_by_role("table", name="召集单位")).to_contain_text("主责")


def test_the_past_shows_the_earlier_stage_without_acts_and_one_click_leads_back(town: Town):
    with town.page("centre") as watched:
        page = watched.page
        case = _cases(page, stage="reported")[2]
        page.goto(f"/command/cases/{case['id']}")
        page.locator("[data-act=file]").click()
        expect(_stage(page)).to_have_text("已立案")
        page.locator(".c-story li").last.get_by_role("button", name=re.compile("回看")).click()
        expect(_stage(page)).to_have_text("已上报")
        expect(page.locator(".c-past")).to_contain_text("您在看过去")
        expect(page.locator(".c-acts, .c-blow")).to_have_count(0)
        expect(page).to_have_url(re.compile("at=20"))
        page.reload()
        expect(_stage(page)).to_have_text("已上报")
        watched.forgive("404")  # the day before there was no such case
        page.get_by_label("日期").fill((system_clock() - timedelta(days=1)).date().isoformat())
        slider = page.get_by_role("slider", name="时刻")
        slider.press("Home")
        expect(slider).to_have_attribute("aria-valuetext", "00:00")
        slider.press("ArrowRight")
        expect(slider).to_have_attribute("aria-valuetext", "00:05")
        expect(page.locator(".c-past")).to_contain_text("00:05:00")
        page.get_by_role("button", name="回到实时").click()
        expect(_stage(page)).to_have_text("已立案")
        expect(page.locator(".c-acts")).to_be_visible()


@pytest.mark.parametrize("login", ["auditor", "dept-zf", "neighbour"])
def test_others_see_what_is_theirs_and_do_what_they_may(town: Town, login: str):
    with town.page(login) as watched:
        page = watched.page
        page.goto("/command")
        mine = _cases(page)
        expect(page.locator("[data-figure=open] strong")).to_have_text(re.compile(r"\d+"))
        if login == "auditor":
            page.goto(f"/command/cases/{mine[0]['id']}")
            expect(page.locator(".c-acts")).to_contain_text("没有可办的动作")
            expect(page.locator("[data-act]")).to_have_count(0)
            expect(page.locator(".c-blow")).to_have_count(0)


def test_a_case_that_is_not_mine_is_not_shown(town: Town):
    with town.page("centre") as centre:
        theirs = {c["id"] for c in _cases(centre.page)}
    with town.page("neighbour") as watched:
        watched.forgive("404")
        other = next(iter(theirs - {c["id"] for c in _cases(watched.page)}))
        watched.page.goto(f"/command/cases/{other}")
        expect(watched.page.locator(".c-right")).to_contain_text("无权查看")


def test_layers_are_ordered_by_keyboard_and_the_link_says_so(town: Town):
    with town.page("centre") as watched:
        page = watched.page
        page.goto("/command")
        page.get_by_role("button", name="图层与图例").click()
        page.get_by_role("checkbox", name="建筑（联合哨周边）").uncheck()
        page.get_by_role("button", name="街道界：上移").press("Enter")
        page.get_by_label("街道界：不透明度").press("ArrowLeft")
        expect(page).to_have_url(re.compile(r"layers=(?!.*buildings).*districts,streets~95"))
        address = page.url
        page.evaluate("localStorage.clear()")
        page.goto(address)
        page.get_by_role("button", name="图层与图例").click()
        expect(page.get_by_role("checkbox", name="建筑（联合哨周边）")).not_to_be_checked()


def test_people_are_shown_once_a_purpose_was_said(town: Town):
    with town.page("centre") as watched:
        page = watched.page
        page.goto("/command")
        page.get_by_role("button", name="图层与图例").click()
        page.get_by_role("checkbox", name="在岗人员").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("每次查看都会记录")
        dialog.get_by_label("为什么要看").fill("值班调度")
        dialog.get_by_role("button", name="记录并查看").click()
        expect(page.locator(".c-people")).to_contain_text("查看已记录：值班调度")


def test_paper_holds_the_story_and_nothing_to_press(town: Town):
    with town.page("centre") as watched:
        page = watched.page
        page.goto(f"/command/cases/{_cases(page)[0]['id']}")
        expect(page.locator(".c-story")).to_be_visible()
        page.emulate_media(media="print")
        expect(page.locator(".c-story")).to_be_visible()
        expect(page.locator(".c-acts")).to_be_hidden()
        expect(page.locator(".c-tools")).to_be_hidden()


def test_a_phone_shows_one_panel_after_the_other_without_scrolling_sideways(town: Town):
    with town.page("centre", size=PHONE) as watched:
        page = watched.page
        page.goto("/command")
        page.get_by_role("navigation").get_by_role("button", name="预警").click()
        expect(page.locator("[data-figure=open] strong")).to_have_text(re.compile(r"\d+"))
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_the_wall_has_three_columns(town: Town):
    with town.page("centre", size=WALL) as watched:
        page = watched.page
        page.goto("/command")
        expect(page.locator(".c-map canvas")).to_be_visible()
        left, middle, right = (page.locator(name).bounding_box() for name in (".c-left", ".c-map", ".c-right"))
        assert left
        assert middle
        assert right
        assert left["x"] + left["width"] <= middle["x"] + 1
        assert middle["x"] + middle["width"] <= right["x"] + 1


def test_every_key_is_listed_and_single_keys_can_be_switched_off(town: Town):
    with town.page("centre") as watched:
        page = watched.page
        page.goto("/command")
        expect(page.locator("[data-figure=open]")).to_be_visible()
        page.keyboard.press("?")
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("立案")
        dialog.get_by_role("checkbox").uncheck()
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        page.keyboard.press("?")
        expect(dialog).to_have_count(0)
