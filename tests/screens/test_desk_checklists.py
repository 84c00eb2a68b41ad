"""The items of a checklist are written in rows: by hand, by keyboard alone, out of a spreadsheet, and on a phone."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.screens.conftest import LAPTOP, PHONE, Town
from tests.screens.desking import act, choose, dialog, get
from tests.screens.test_desk_access import violations

pytestmark = pytest.mark.browser

CODE = "small_shop_fire"
RHYTHMS = {"daily": "每天", "weekly": "每周", "monthly": "每月"}


@contextmanager
def editing(town: Town, *, forgiving: str | None = None, **more: Any) -> Iterator[tuple[Page, Locator]]:
    """Yield the desk's page of checklists and the form of one of the sample's, opened by the admin."""
    with town.page("admin", **more) as watched:
        if forgiving:
            watched.forgive(forgiving)
        page = watched.page
        page.goto("/desk/checklists")
        page.get_by_role("button", name=f"修改 {stored(page)['name_zh']}").click()
        yield page, dialog(page)


def stored(page: Page) -> dict[str, Any]:
    return next(one for one in get(page, "checklists")["items"] if one["code"] == CODE)


def words(page: Page) -> list[str]:
    return [item["zh"] for item in stored(page)["items"]]


def row(form: Locator, place: int) -> Locator:
    return form.get_by_role("group", name=f"第 {place} 项", exact=True)


def cell(form: Locator, place: int, label: str) -> Locator:
    return row(form, place).get_by_label(re.compile(f"^{label}")).first  # a list of what to choose is called so, too


def press(inside: Page | Locator, name: str) -> None:
    inside.get_by_role("button", name=name, exact=True).click()


def save(page: Page) -> None:
    press(dialog(page), "保存")
    expect(page.get_by_role("dialog")).to_have_count(0)


def copied(page: Page, text: str) -> None:
    """Copy a text, as out of another program."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", text)


def test_rows_are_moved_and_taken_out_and_put_back_and_the_focus_stays(town: Town):
    with editing(town) as (page, form):
        before = words(page)
        press(form, "第 2 项上移")
        expect(form.get_by_role("button", name="第 1 项上移", exact=True)).to_be_focused()
        page.keyboard.press("Enter")  # it is the first already
        expect(cell(form, 1, "中文")).to_have_value(before[1])
        press(form, "去掉第 1 项")
        back = form.get_by_role("button", name=f"放回“{before[1]}”")
        expect(back).to_be_focused()
        page.keyboard.press("Enter")
        expect(form.get_by_role("button", name="去掉第 1 项", exact=True)).to_be_focused()
        press(form, "第 1 项下移")
        expect(form.get_by_role("button", name="第 2 项下移", exact=True)).to_be_focused()
        press(form, "去掉第 1 项")
        save(page)
        assert words(page) == before[1:]


def test_a_row_is_added_by_keyboard_alone_and_what_is_missing_is_said_at_it(town: Town):
    with editing(town) as (page, form):
        before = stored(page)["items"]
        new = len(before) + 1
        cell(form, new - 1, "英文").focus()
        page.keyboard.press("Enter")
        expect(cell(form, new, "中文")).to_be_focused()
        page.keyboard.type("门店无人住宿")
        press(form, "保存")
        expect(row(form, new).get_by_text(f"第 {new} 项，英文：请填写这一项。")).to_be_visible()
        expect(cell(form, new, "英文")).to_be_focused()
        page.keyboard.type("Nobody sleeps in the shop")
        expect(row(form, new).get_by_text("编码 nobody_sleeps_in_the_shop")).to_be_visible()
        cell(form, new, "发现").fill("没有这样的事项")
        press(form, "保存")
        expect(row(form, new).get_by_text("清单里没有这个事项")).to_be_visible()
        cell(form, new, "发现").fill("")
        choose(row(form, new), re.compile("^发现"), "消防", re.compile("消防"))
        save(page)
        items = stored(page)["items"]
        assert items[:-1] == before
        assert items[-1]["code"] == "nobody_sleeps_in_the_shop"
        assert items[-1]["matter"]
        page.goto("/desk/history")
        told = page.get_by_role("row", name=re.compile("巡查清单.*新增: 门店无人住宿"))
        expect(told.first).to_be_visible()


def test_lines_of_a_spreadsheet_become_rows(town: Town):
    with editing(town) as (page, form):
        before = words(page)
        matter = get(page, "matters")["items"][0]
        press(form, "加一项")
        copied(page, f"电动车不进楼\tNo e-bikes inside\t{matter['name']}\r\n疏散图在位\tEscape plan on the wall\r\n")
        page.keyboard.press("Control+v")
        place = len(before) + 1
        expect(cell(form, place, "英文")).to_have_value("No e-bikes inside")
        expect(cell(form, place, "发现")).to_have_value(re.compile(matter["code"]))
        expect(cell(form, place + 1, "中文")).to_be_focused()
        save(page)
        assert words(page) == [*before, "电动车不进楼", "疏散图在位"]
        assert stored(page)["items"][-2]["matter"] == matter["code"]


def test_what_the_server_refuses_of_a_row_is_said_at_it(town: Town):
    with editing(town, forgiving="422") as (page, form):
        used = {item["matter"] for item in stored(page)["items"]}
        code = next(one["code"] for one in get(page, "matters")["items"] if one["code"] not in used)

        def outdated(route: Route) -> None:
            """Send the matter as one that has left the list since the page was opened."""
            route.continue_(post_data=(route.request.post_data or "").replace(f'"{code}"', '"gone"'))

        page.route(f"**/checklists/{CODE}", outdated)
        cell(form, 2, "发现").fill("")
        choose(row(form, 2), re.compile("^发现"), code, re.compile(code))
        press(form, "保存")
        expect(row(form, 2).get_by_text("第 2 项，发现问题按哪个事项上报：服务器不接受")).to_be_visible()


def test_who_was_overtaken_sees_the_items_by_their_names(town: Town):
    with editing(town, forgiving="412", bypass_csp=True) as (page, form):
        kept = stored(page)
        one, two = kept["items"][:2]
        cell(form, 1, "英文").fill("Said another way")
        rhythm = next(one for one in RHYTHMS if one != kept["every"])
        body = {name: kept[name] for name in ("name_zh", "name_en", "every", "roles", "source", "retired")}
        act(page, "PUT", f"checklists/{CODE}", {**body, "every": rhythm, "items": [two, one, *kept["items"][3:]]})
        press(form, "保存")
        both = page.get_by_role("dialog", name="别人刚刚改过")
        expect(both.get_by_role("row", name=f"{one['zh']} · 英文 Said another way {one['en']}")).to_be_visible()
        expect(both.get_by_role("row", name=re.compile(f"^顺序 1 {one['zh']}; 2 {two['zh']}"))).to_be_visible()
        expect(both.get_by_role("row", name=f"多久一次 {RHYTHMS[kept['every']]} {RHYTHMS[rhythm]}")).to_be_visible()
        assert violations(page) == []
        gone = kept["items"][2]["zh"]
        expect(both.get_by_role("row", name=f"{gone} · 有没有 {gone} –")).to_be_visible()
        press(both, "用我的版本")
        expect(page.get_by_role("dialog")).to_have_count(0)
        assert stored(page)["items"] == [{**one, "en": "Said another way"}, *kept["items"][1:]]


@pytest.mark.parametrize("theme", ["day", "night"])
@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_the_rows_are_for_everybody(town: Town, size: tuple[int, int], theme: str):
    with editing(town, size=size, bypass_csp=True) as (page, form):
        page.evaluate("theme => (document.documentElement.dataset.theme = theme)", theme)
        cell(form, 1, "英文").fill("")
        press(form, "去掉第 2 项")
        press(form, "保存")
        expect(row(form, 1).get_by_text("请填写这一项")).to_be_visible()
        assert violations(page) == []
        assert page.evaluate("document.querySelector('dialog').scrollWidth") <= size[0]
        if size == PHONE:
            for act_of_row in row(form, 1).get_by_role("button").all():
                box = act_of_row.bounding_box()
                assert box
                assert min(box["width"], box["height"]) >= 44
