"""At the desk a district changes the rules it lives by, takes mistakes back, and loses nothing that was typed."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.screens.conftest import Town
from tests.screens.desking import COMMUNITY, act, choose, dialog, get

pytestmark = pytest.mark.browser

MATTER = "10102"


@contextmanager
def at_desk(town: Town, path: str, *, forgiving: str | None = None) -> Iterator[Page]:
    """Yield a page of the desk as the admin sees it; what matches `forgiving` may be complained about."""
    with town.page("admin") as watched:
        if forgiving:
            watched.forgive(forgiving)
        watched.page.goto(f"/desk/{path}")
        yield watched.page


def press(inside: Page | Locator, name: str) -> None:
    inside.get_by_role("button", name=name).click()


def fill(form: Locator, values: Mapping[str, str]) -> None:
    """Fill in the fields whose labels begin so."""
    for label, value in values.items():
        form.get_by_label(re.compile(f"^{label}")).fill(value)


def stored(page: Page, path: str, code: str) -> dict[str, Any]:
    """Return what is stored of a list under a code."""
    return next(one for one in get(page, path)["items"] if one["code"] == code)


def days_of(page: Page, year: int) -> dict[str, str]:
    """Return the days that are stored of a year of the calendar, and what kind each is."""
    found = next(one for one in get(page, "calendar")["years"] if one["year"] == year)
    return {day["day"]: day["kind"] for day in found["days"]}


def changed_elsewhere(page: Page, code: str, **fields: Any) -> None:
    kind = {name: value for name, value in stored(page, "whistle-kinds", code).items() if name not in {"code", "etag"}}
    act(page, "PUT", f"whistle-kinds/{code}", {**kind, **fields})


def test_who_was_overtaken_sees_both_versions_and_loses_nothing_typed(town: Town):
    with at_desk(town, "whistle-kinds", forgiving="412") as page:
        kind = stored(page, "whistle-kinds", "key_work")
        press(page, f"修改 {kind['name']}")
        deadline = dialog(page).get_by_label(re.compile("^报到（分钟）"))
        deadline.fill("41")
        changed_elsewhere(page, "key_work", check_in_minutes=43)
        press(dialog(page), "保存")
        both = page.get_by_role("dialog", name="别人刚刚改过")
        expect(both.get_by_role("row", name=re.compile("报到时限.*41.*43"))).to_be_visible()
        expect(both.locator("tbody tr")).to_have_count(1)
        press(both, "回到我填写的内容")
        expect(deadline).to_have_value("41")
        expect(dialog(page).get_by_text("别人已经改过")).to_be_visible()
        assert stored(page, "whistle-kinds", "key_work")["check_in_minutes"] == 43
        changed_elsewhere(page, "key_work", check_in_minutes=44)
        press(dialog(page), "保存")
        expect(both.get_by_role("row", name=re.compile("41.*44"))).to_be_visible()
        press(both, "用我的版本")
        expect(page.get_by_role("dialog")).to_have_count(0)
        assert stored(page, "whistle-kinds", "key_work")["check_in_minutes"] == 41
        changed_elsewhere(page, "key_work", check_in_minutes=kind["check_in_minutes"])


def test_what_the_other_side_stored_may_stay(town: Town):
    with at_desk(town, "account", forgiving="412") as page:
        hour = page.get_by_label(re.compile("每天几点发"))
        hour.select_option("9")
        body = get(page, "me/preferences")
        act(page, "PUT", "me/preferences", {**body, "digest_hour": 11})
        press(page.get_by_role("region", name="消息提醒方式"), "保存")
        both = page.get_by_role("dialog", name="别人刚刚改过")
        expect(both.get_by_role("row", name=re.compile("9.*11"))).to_be_visible()
        press(both, "保留已保存的版本")
        expect(hour).to_have_value("11")
        hour.select_option("8")
        act(page, "PUT", "me/preferences", {**body, "digest_hour": 12})
        press(page.get_by_role("region", name="消息提醒方式"), "保存")
        press(both, "用我的版本")
        expect(page.get_by_text("已保存。")).to_be_visible()
        assert get(page, "me/preferences")["digest_hour"] == 8


def test_a_list_is_published_once_its_difference_was_seen_and_taken_back_the_same_way(town: Town):
    with at_desk(town, "matters") as page:
        before = get(page, "matters")
        matter = next(one for one in before["items"] if one["code"] == MATTER)
        page.get_by_role("searchbox", name=re.compile("事项")).fill(MATTER)
        press(page, f"修改 {matter['name']}")
        form = dialog(page)
        fill(form, {"处置时限": "1440"})
        choose(form, re.compile("^配合"), "大数据", re.compile("历下区大数据服务中心"))
        expect(form.get_by_role("button", name="去掉 历下区大数据服务中心")).to_be_visible()
        press(form, "放入草稿")
        expect(page.get_by_text(re.compile("草稿里有 1 处改动"))).to_be_visible()
        page.get_by_role("link", name="人员", exact=True).click()
        press(page, "继续填写")
        expect(page.get_by_text(re.compile("草稿里有 1 处改动"))).to_be_visible()
        press(page, "看差异并发布…")
        expect(dialog(page).get_by_role("row", name=re.compile(f"{MATTER}.*修改.*1440"))).to_be_visible()
        dialog(page).get_by_label(re.compile("依据")).fill("网格办2026 年 1 号")
        press(dialog(page), "发布，即刻生效")
        expect(page.get_by_role("rowheader", name=str(before["version"] + 1), exact=True)).to_be_visible()
        now = stored(page, "matters", MATTER)
        assert (now["handle_within_minutes"], "370102-D-DSJ" in now["cooperating"]) == (1440, True)
        # It was a mistake: the version before is put in force again.
        press(page, f"第 {before['version']} 版作为草稿")
        expect(page.get_by_text(re.compile("草稿里有 1 处改动"))).to_be_visible()
        press(page, f"第 {before['version']} 版作为草稿")  # and once more, which would cost the draft there is
        expect(dialog(page).get_by_text(re.compile("草稿里的 1 处改动还没有发布"))).to_be_visible()
        press(dialog(page), f"以第 {before['version']} 版取代草稿")
        press(page, "看差异并发布…")
        dialog(page).get_by_label(re.compile("依据")).fill("恢复上一版")
        press(dialog(page), "发布，即刻生效")
        expect(page.get_by_role("rowheader", name=str(before["version"] + 2), exact=True)).to_be_visible()
        assert get(page, "matters")["items"] == before["items"]


def test_next_years_holidays_are_entered_with_the_days_that_make_up(town: Town):
    with at_desk(town, "calendar") as page:
        year = max(one["year"] for one in get(page, "calendar")["years"]) + 1
        press(page, f"新增 {year} 年")
        expect(page.get_by_text(re.compile(f"还没有 {year} 年的日历"))).to_be_visible()
        saturday = next(
            day for day in (date(year, 9, 1) + timedelta(days=n) for n in range(7)) if day.isoweekday() == 6
        )
        for name, first, last, works in [
            ("元旦", f"{year}-01-01", f"{year}-01-03", []),
            ("劳动节", f"{year}-05-01", f"{year}-05-05", []),
            ("国庆节", f"{year}-10-01", f"{year}-10-07", [saturday.isoformat()]),
        ]:
            press(page, "加一个假期…")
            form = dialog(page)
            makes_up = {f"调休上班日 {place}": day for place, day in enumerate(works, start=1)}
            fill(form, {"名称": name, "放假第一天": first, "放假最后一天": last, **makes_up})
            press(form, "加入这一年")
        expect(page.get_by_text("休 15 天，调休上班 1 天")).to_be_visible()
        page.get_by_role("button", name=str(year - 1), exact=True).click()
        press(page, "继续填写")  # or the year would be lost
        page.get_by_label(re.compile("依据")).fill(f"国办发明电 {year - 1} 年 7 号")
        press(page, "保存这一年")
        expect(page.get_by_text("日历已保存。")).to_be_visible()
        named = days_of(page, year)
        assert (named[f"{year}-10-07"], named[saturday.isoformat()], len(named)) == ("holiday", "work", 16)
        # One day is put right by a click.
        page.locator(f'[data-day="{year}-10-07"]').click()
        dialog(page).get_by_label(re.compile("^这一天")).select_option("")
        press(dialog(page), "确定")
        press(page, "保存这一年")
        expect(page.get_by_text("日历已保存。").last).to_be_visible()
        expect(page.get_by_role("button", name=re.compile("保存这一年"))).to_have_attribute("aria-disabled", "true")
        assert f"{year}-10-07" not in days_of(page, year)


def test_who_would_lose_what_they_typed_is_asked_first(town: Town):
    with at_desk(town, "organisations") as page:
        page.goto("/desk/people")
        press(page, "新增人员")
        press(dialog(page), "关闭")
        expect(page.get_by_role("dialog")).to_have_count(0)  # nothing was typed, nothing is asked
        press(page, "新增人员")
        page.get_by_label(re.compile("^姓名")).fill("赵一半")
        page.keyboard.press("Escape")
        press(page, "继续填写")
        expect(page.get_by_label(re.compile("^姓名"))).to_have_value("赵一半")
        page.keyboard.press("Escape")
        press(page, "放弃填写的内容")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.goto("/desk/matters")
        page.get_by_role("link", name="工作日历").click()
        page.get_by_label(re.compile("依据")).fill("一半")
        page.go_back()
        press(page, "继续填写")
        expect(page.get_by_label(re.compile("依据"))).to_have_value("一半")
        page.go_back()
        press(page, "放弃填写的内容")
        expect(page.get_by_role("heading", name="事项清单")).to_be_visible()


def test_what_the_server_refuses_is_said_in_the_tongue_of_the_reader(town: Town):
    with at_desk(town, "organisations", forgiving="409") as page:
        page.get_by_role("searchbox").fill(f"{COMMUNITY}-C")
        page.get_by_role("button", name=re.compile("^撤销 ")).click()
        press(dialog(page), "撤销")
        expect(dialog(page).get_by_text(re.compile("名下还有：.*名在岗人员.*请先移交"))).to_be_visible()
        page.reload()
        press(page, "English")
        page.get_by_role("searchbox").fill(f"{COMMUNITY}-C")
        page.get_by_role("button", name=re.compile("^Close ")).click()
        dialog(page).get_by_role("button", name="Close", exact=True).last.click()
        expect(dialog(page).get_by_text(re.compile("still holds .* people in service"))).to_be_visible()


def test_hours_are_kept_by_another_kind_and_by_one_organisation(town: Town):
    with at_desk(town, "hours") as page:
        press(page, "新增工作时间")
        form = dialog(page)
        days = ("周一", "周二", "周三", "周四", "周五", "调休上班日")
        fill(form, {"编码": "hall", "中文名": "窗口时间", "英文名": "Hall", "依据": "公告"})
        fill(form, dict.fromkeys(days, "08:30-12:00 13:30-17:30"))
        press(form, "保存")
        press(page, "为一个机构单独规定")
        choose(dialog(page), re.compile("^机构"), "大数据", re.compile("历下区大数据服务中心"))
        dialog(page).get_by_label(re.compile("^遵守")).select_option("hall")
        press(dialog(page), "保存")
        expect(page.get_by_role("row", name=re.compile("历下区大数据服务中心.*窗口时间"))).to_be_visible()
        page.get_by_role("button", name=re.compile("更换：企业")).click()
        dialog(page).get_by_label(re.compile("^遵守")).select_option("hall")
        press(dialog(page), "保存")
        expect(page.get_by_role("row", name=re.compile("企业.*窗口时间"))).to_be_visible()
        hall = stored(page, "hours", "hall")
        assert (hall["kinds"], hall["organisations"]) == (["enterprise"], ["370102-D-DSJ"])


def test_a_code_that_is_taken_changes_nothing(town: Town):
    with at_desk(town, "whistle-kinds") as page:
        before = get(page, "whistle-kinds")
        press(page, "新增类型")
        fill(dialog(page), {"编码": "emergency", "名称": "应急", "依据": "试"})
        press(dialog(page), "保存")
        expect(dialog(page).get_by_text("已经有这一条").first).to_be_visible()
        assert get(page, "whistle-kinds") == before


def test_a_checklist_is_walked_by_what_people_answer_as(town: Town):
    with at_desk(town, "checklists") as page:
        press(page, "新增清单")
        form = dialog(page)
        fill(form, {"编码": "stairs", "中文名": "楼道巡查", "英文名": "Stairs", "依据": "试"})
        form.get_by_label(re.compile("^多久")).select_option("weekly")
        form.get_by_label("兼职网格员").check()
        first, second = (form.get_by_role("group", name=f"第 {place} 项") for place in (1, 2))
        fill(first, {"中文": "电动车", "英文": "Bicycles"})
        press(form, "加一项")
        fill(second, {"中文": "消防通道"})
        press(form, "保存")
        expect(second.get_by_text("第 2 项，英文：请填写这一项。")).to_be_visible()
        fill(second, {"英文": "Fire exit"})
        press(form, "保存")
        expect(page.get_by_role("row", name=re.compile("楼道巡查.*兼职网格员.*2"))).to_be_visible()
        checklist = stored(page, "checklists", "stairs")
        assert (checklist["roles"], [item["code"] for item in checklist["items"]]) == (
            ["grid_worker_part_time"],
            ["bicycles", "fire_exit"],
        )
