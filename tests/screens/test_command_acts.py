"""Acts at the wall: three clicks to a whistle, refusals that lose nothing, and who reported behind a purpose."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from gridgov.clock import system_clock
from tests.screens.conftest import LAPTOP, Town
from tests.screens.mapping import until_drawn
from tests.screens.test_command_whistle import NARROW
from tests.screens.test_field_journeys import ILLEGAL_BUILDING, IN_THE_CELL, LAMP, acting, do, report

pytestmark = pytest.mark.browser

SINKHOLE = "20301"  # of the first priority: once filed it is dispatched within ten minutes, and so in the list

COUNTED = """
window.touched = [];
for (const kind of ["click", "keydown"])
  addEventListener(kind, (event) => event.isTrusted && window.touched.push(kind), { capture: true });
"""


@contextmanager
def _at_the_wall(town: Town) -> Iterator[Page]:
    """Yield the wall as the street sees it at first, where touches are counted from now on."""
    with town.page("street") as watched:
        watched.page.add_init_script(COUNTED)
        watched.page.goto("/command")
        expect(watched.page.locator(".c-dues .c-row").first).to_be_visible()
        yield watched.page


@contextmanager
def _at_the_case(
    town: Town, login: str, case: str, *, forgiving: str | None = None, size: tuple[int, int] = LAPTOP
) -> Iterator[Page]:
    """Yield the page of a case as `login` sees it; what matches `forgiving` may be complained about."""
    with town.page(login, size=size) as watched:
        if forgiving:
            watched.forgive(forgiving)
        watched.page.goto(f"/command/cases/{case}")
        yield watched.page


def _stage(page: Page) -> Locator:
    return page.locator(".c-case > .c-standing .c-stage")


def _facts(town: Town, case: str, kind: str) -> list[dict[str, Any]]:
    with acting(town, "centre") as client:
        facts: list[dict[str, Any]] = client.get(f"/api/v1/incidents/{case}/facts").json()["items"]
    return [fact for fact in facts if fact["kind"] == kind]


def _due(town: Town, words: str) -> str:
    """Report something that is to be dispatched within minutes, and return its id."""
    case = report(town, SINKHOLE, words)
    do(town, "centre", f"incidents/{case}/acts/file")
    return case


def _row_of(page: Page, case: str) -> int:
    """Return which row of the list is this case."""
    watch = page.request.get("/api/v1/watch").json()
    rows = [*watch["late"], *watch["soon"]]
    return next(at for at, row in enumerate(rows) if row["subject"] == "case" and row["incident_id"] == case)


def test_a_whistle_is_blown_in_three_clicks_from_the_first_look_at_the_wall(town: Town):
    case = _due(town, "路面塌陷，三下吹哨")
    with _at_the_wall(town) as page:
        page.locator(f".c-dues [data-at='{_row_of(page, case)}']").click()
        page.locator(".c-blow [data-kind]").first.click()
        page.locator(".c-blow [data-confirm]").click()
        expect(page.locator(".c-whistle .c-stage").first).to_have_text("已吹哨")
        assert page.evaluate("window.touched") == ["click", "click", "click"]


AT_ONCE = """async () => {
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "b", bubbles: true }));
    for (let drawn = 0; drawn < 50; drawn += 1) await null;
    return document.activeElement.matches("[data-confirm]");
}"""
"""Says whether a key that follows b, however soon, means the confirmation."""


def test_a_whistle_is_blown_by_keyboard_alone(town: Town):
    case = _due(town, "路面塌陷，键盘吹哨")
    with _at_the_wall(town) as page:
        for _ in range(_row_of(page, case) + 1):
            page.keyboard.press("j")
        page.keyboard.press("Enter")
        kinds = page.locator(".c-blow [data-kind]")
        expect(kinds.first).to_be_visible()
        assert page.evaluate(AT_ONCE), "Enter would have gone somewhere else"
        expect(kinds.first).to_have_attribute("aria-pressed", "true")
        page.keyboard.press("b")
        expect(kinds.nth(1)).to_have_attribute("aria-pressed", "true")
        expect(page.locator("[data-confirm]")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator(".c-whistle .c-stage").first).to_have_text("已吹哨")
        page.keyboard.press("w")
        expect(page).to_have_url(re.compile("/command/whistles/"))
        page.keyboard.press("w")
        expect(page).to_have_url(re.compile("/command/cases/"))
        assert "click" not in page.evaluate("window.touched.filter((kind, at, all) => all[at - 1] !== 'keydown')")


def test_others_than_the_list_names_are_summoned_with_a_reason(town: Town):
    case = report(town, ILLEGAL_BUILDING, "院内违建，另请环卫")
    with _at_the_case(town, "street", case) as page:
        page.locator(".c-blow [data-kind=comprehensive_enforcement]").click()
        confirm = page.get_by_role("group", name="确认吹哨")
        confirm.get_by_text("加减召集单位").click()
        wanted = str(confirm.get_by_label("另请单位").locator("option[value$='-D-HW']").first.get_attribute("value"))
        confirm.get_by_label("另请单位").select_option(wanted)
        expect(confirm.locator("[data-confirm]")).to_have_attribute("aria-disabled", "true")
        confirm.get_by_label("为什么与清单不同").fill("渣土要清运")
        confirm.locator("[data-confirm]").click()
        expect(page.locator(f".c-summons tr[data-organisation='{wanted}']")).to_contain_text("已召集")
        expect(page.locator(".c-whistle")).to_contain_text("渣土要清运")


def test_two_who_blow_at_once_make_one_whistle_and_the_second_is_told(town: Town):
    case = report(town, ILLEGAL_BUILDING, "院内违建，两人同时吹")
    with (
        _at_the_case(town, "street", case, size=NARROW) as one,
        _at_the_case(town, "street", case, size=NARROW) as other,
    ):
        other.locator(".c-blow [data-kind=emergency]").click()
        one.locator(".c-blow [data-kind=comprehensive_enforcement]").click()
        one.locator("[data-confirm]").click()
        expect(one.locator(".c-whistle .c-stage")).to_have_text("已吹哨")
        expect(other.get_by_text("别人刚为这件案子吹了哨")).to_be_visible()
        expect(other.locator(".c-whistle")).to_have_count(1)


def test_what_the_rules_forbid_says_what_to_do_and_keeps_what_was_typed(town: Town):
    case = report(town, LAMP, "路灯不亮，派错单位")
    do(town, "centre", f"incidents/{case}/acts/file")
    with _at_the_case(town, "centre", case, forgiving="422") as page:
        expect(page.locator("[data-of=case] [data-act=dispatch]")).to_contain_text("城市管理局")
        page.keyboard.press("d")
        form = page.get_by_role("form", name="派遣")
        form.get_by_label("单位").select_option("370102-D-GA")
        form.get_by_role("button", name="确认派遣").click()
        expect(form.get_by_role("alert")).to_contain_text("您填的还在")
        expect(form.get_by_label("单位")).to_have_value("370102-D-GA")
        form.get_by_label("理由").fill("公安值守，先去看护")
        form.get_by_role("button", name="确认派遣").click()
        expect(_stage(page)).to_have_text("已派遣")


HASTE = """async () => {
    const press = (key) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    press("Escape");
    for (let drawn = 0; drawn < 50; drawn += 1) await null;
    press("t");
    await new Promise((done) => setTimeout(done, 100));
}"""
"""Leaves a form and opens it again before any timer runs; then lets them run."""


def test_a_form_that_was_left_by_mistake_is_found_as_it_was(town: Town):
    case = report(town, LAMP, "路灯不亮，写了一半")
    with _at_the_case(town, "centre", case) as page:
        page.locator("[data-act=note]").click()
        page.get_by_label("写下什么").fill("已联系电力公司，等回话")
        page.keyboard.press("Escape")
        expect(page.get_by_role("form", name="备注")).to_have_count(0)
        page.keyboard.press("t")
        expect(page.get_by_label("写下什么")).to_have_value("已联系电力公司，等回话")
        page.evaluate(HASTE)
        expect(page.get_by_label("写下什么")).to_be_focused()
        page.keyboard.press("Control+Enter")
        expect(page.locator(".c-story")).to_contain_text("已联系电力公司，等回话")
        page.keyboard.press("t")
        expect(page.get_by_label("写下什么")).to_have_value("")


def test_whoever_writes_while_another_acts_is_told_before_they_send(town: Town):
    case = report(town, LAMP, "路灯不亮，两人同办")
    with _at_the_case(town, "centre", case, forgiving="412|422") as page:
        expect(_stage(page)).to_have_text("已上报")
        page.keyboard.press("f")
        form = page.get_by_role("form", name="立案", exact=True)
        form.get_by_label("说明").fill("已与上报人核实")
        do(town, "street", f"incidents/{case}/acts/file")
        expect(_stage(page)).to_have_text("已立案")
        expect(form.get_by_role("status")).to_contain_text("现在不能立案了")
        form.get_by_role("button", name="确认立案").click()
        expect(form.get_by_role("alert")).to_contain_text("别人已经改过")
        expect(form.get_by_label("说明")).to_have_value("已与上报人核实")


def test_an_act_whose_answer_was_lost_is_done_once(town: Town):
    case = report(town, LAMP, "路灯不亮，应答丢失")

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    with _at_the_case(town, "centre", case, forgiving="ERR_|Failed to load") as page:
        page.route("**/acts/note", lose, times=1)
        page.locator("[data-act=note]").click()
        page.get_by_label("写下什么").fill("只记一次")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_role("alert")).to_contain_text("重复发送也只办一次")
        expect(page.locator(".c-story")).to_contain_text("只记一次")
        page.get_by_role("button", name="确认备注").click()
        expect(page.get_by_text("已完成：备注")).to_be_visible()
        expect(page.get_by_role("form", name="备注")).to_have_count(0)
    assert len(_facts(town, case, "noted")) == 1


def _from_a_resident(town: Town, words: str) -> str:
    at = (system_clock() - timedelta(minutes=3)).isoformat()
    told = {"reported_at": at, "channel": "grid_worker", "matter": LAMP, "text": words, "position": IN_THE_CELL}
    return str(do(town, "worker", "incidents", **told, reporter={"name": "王小明", "phone": "13812345678"})["id"])


def test_who_reported_is_masked_until_a_purpose_was_said_and_the_look_is_on_record(town: Town):
    case = _from_a_resident(town, "路灯不亮，请回电")
    with _at_the_case(town, "centre", case) as page:
        reporter = page.get_by_role("region", name="上报人")
        expect(reporter).to_contain_text("*")
        assert "王小明" not in page.content()
        assert "13812345678" not in page.content()
        reporter.get_by_role("button", name="查看联系方式").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("这次查看会记录")
        look = dialog.get_by_role("button", name="记录并查看")
        expect(look).to_have_attribute("aria-disabled", "true")
        dialog.get_by_label("为什么要看").fill("致电核实案情")
        look.click()
        expect(reporter).to_contain_text("王小明 · 13812345678")
        expect(page.locator(".c-story")).to_contain_text("查看上报人")
        reporter.get_by_role("button", name="遮住").click()
        assert "13812345678" not in page.content()
    assert len(_facts(town, case, "reporter_revealed")) == 1
    with acting(town, "auditor") as client:
        looks = client.get("/api/v1/looks").json()["items"]
    assert [one["purpose"] for one in looks if one["incident_id"] == case] == ["致电核实案情"]


def test_whoever_has_no_right_to_it_sees_the_mask_and_no_way_behind_it(town: Town):
    case = _from_a_resident(town, "路灯不亮，部门不可看")
    with _at_the_case(town, "street", case) as page:
        reporter = page.get_by_role("region", name="上报人")
        expect(reporter).to_contain_text("*")
        expect(reporter.get_by_role("button")).to_have_count(0)


def test_who_types_on_and_presses_enter_goes_where_the_new_words_lead(town: Town):
    case = report(town, LAMP, "路灯不亮，按编号找")
    with town.page("centre") as watched:
        page = watched.page
        number = page.request.get(f"/api/v1/incidents/{case}").json()["number"]
        page.goto("/command")
        page.locator("#search").fill("解放路")
        expect(page.get_by_role("option").first).to_be_visible()
        page.locator("#search").fill(number)
        page.keyboard.press("Enter")
        expect(page.locator(".c-number")).to_have_text(number)
        until_drawn(page)
        with acting(town, "admin") as client:
            person = client.get("/api/v1/people?limit=1").json()["items"][0]["name"]
        for words, kinds in (("解放路", {"address", "area"}), (person, {"person"}), ("370102001006006", {"cell"})):
            _go_to_what_is_found(page, words, kinds)


def _go_to_what_is_found(page: Page, words: str, kinds: set[str]) -> None:
    """Search for words, hold the first that is found against the API's, and go where it lies."""
    first = page.request.get("/api/v1/search", params={"text": words}).json()["items"][0]
    assert first["kind"] in kinds
    label = first["label"] if isinstance(first["label"], str) else first["label"]["zh"]
    page.locator("#search").fill(words)
    expect(page.get_by_role("option").first).to_contain_text(label)
    before = page.url
    page.keyboard.press("Enter")
    expect(page.locator("#search")).to_have_value("")
    if first["bounds"] or first["lon"] is not None:
        expect(page).not_to_have_url(before)
    else:
        expect(page.locator(".ui-toasts")).to_contain_text("地图上没有它的位置")
