"""At the desk a district changes the rules it lives by, takes mistakes back, and loses nothing that was typed."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.screens.conftest import Town
from tests.screens.desking import COMMUNITY, act, choose, dialog, get

pytestmark = pytest.mark.browser

MATTER = "10102"


def kind_of(page: Page, code: str) -> dict[str, Any]:
    return next(kind for kind in get(page, "whistle-kinds")["items"] if kind["code"] == code)


def changed_elsewhere(page: Page, code: str, **fields: Any) -> None:
    kind = {name: value for name, value in kind_of(page, code).items() if name not in {"code", "etag"}}
    act(page, "PUT", f"whistle-kinds/{code}", {**kind, **fields})


def test_who_was_overtaken_sees_both_versions_and_loses_nothing_typed(town: Town):
    with town.page("admin") as watched:
        watched.forgive("412")
        page = watched.page
        page.goto("/desk/whistle-kinds")
        kind = kind_of(page, "key_work")
        page.get_by_role("button", name=f"修改 {kind['name']}").click()
        deadline = dialog(page).get_by_label(re.compile("^报到（分钟）"))
        deadline.fill("41")
        changed_elsewhere(page, "key_work", check_in_minutes=43)
        dialog(page).get_by_role("button", name="保存").click()
        both = page.get_by_role("dialog", name="别人刚刚改过")
        expect(both.get_by_role("row", name=re.compile("报到时限.*41.*43"))).to_be_visible()
        expect(both.locator("tbody tr")).to_have_count(1)
        both.get_by_role("button", name="回到我填写的内容").click()
        expect(deadline).to_have_value("41")
        expect(dialog(page).get_by_text("别人已经改过")).to_be_visible()
        assert kind_of(page, "key_work")["check_in_minutes"] == 43
        changed_elsewhere(page, "key_work", check_in_minutes=44)
        dialog(page).get_by_role("button", name="保存").click()
        expect(both.get_by_role("row", name=re.compile("41.*44"))).to_be_visible()
        both.get_by_role("button", name="用我的版本").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        assert kind_of(page, "key_work")["check_in_minutes"] == 41
        changed_elsewhere(page, "key_work", check_in_minutes=kind["check_in_minutes"])


def test_what_the_other_side_stored_may_stay(town: Town):
    with town.page("admin") as watched:
        watched.forgive("412")
        page = watched.page
        page.goto("/desk/account")
        hour = page.get_by_label(re.compile("每天几点发"))
        hour.select_option("9")
        body = get(page, "me/preferences")
        act(page, "PUT", "me/preferences", {**body, "digest_hour": 11})
        page.get_by_role("region", name="消息提醒方式").get_by_role("button", name="保存").click()
        both = page.get_by_role("dialog", name="别人刚刚改过")
        expect(both.get_by_role("row", name=re.compile("9.*11"))).to_be_visible()
        both.get_by_role("button", name="保留已保存的版本").click()
        expect(hour).to_have_value("11")
        hour.select_option("8")
        act(page, "PUT", "me/preferences", {**body, "digest_hour": 12})
        page.get_by_role("region", name="消息提醒方式").get_by_role("button", name="保存").click()
        both.get_by_role("button", name="用我的版本").click()
        expect(page.get_by_text("已保存。")).to_be_visible()
        assert get(page, "me/preferences")["digest_hour"] == 8


def test_a_list_is_published_once_its_difference_was_seen_and_taken_back_the_same_way(town: Town):
    with town.page("admin") as watched:
        page = watched.page
        page.goto("/desk/matters")
        before = get(page, "matters")
        matter = next(one for one in before["items"] if one["code"] == MATTER)
        page.get_by_role("searchbox", name=re.compile("事项")).fill(MATTER)
        page.get_by_role("button", name=f"修改 {matter['name']}").click()
        form = dialog(page)
        form.get_by_label(re.compile("^处置时限")).fill("1440")
        choose(form, re.compile("^配合"), "大数据", re.compile("历下区大数据服务中心"))
        expect(form.get_by_role("button", name="去掉 历下区大数据服务中心")).to_be_visible()
        form.get_by_role("button", name="放入草稿").click()
        expect(page.get_by_text(re.compile("草稿里有 1 处改动"))).to_be_visible()
        page.get_by_role("link", name="人员", exact=True).click()
        page.get_by_role("button", name="继续填写").click()
        expect(page.get_by_text(re.compile("草稿里有 1 处改动"))).to_be_visible()
        page.get_by_role("button", name="看差异并发布…").click()
        expect(dialog(page).get_by_role("row", name=re.compile(f"{MATTER}.*修改.*1440"))).to_be_visible()
        dialog(page).get_by_label(re.compile("依据")).fill("网格办2026 年 1 号")
        dialog(page).get_by_role("button", name="发布，即刻生效").click()
        expect(page.get_by_role("rowheader", name=str(before["version"] + 1), exact=True)).to_be_visible()
        now = next(one for one in get(page, "matters")["items"] if one["code"] == MATTER)
        assert (now["handle_within_minutes"], "370102-D-DSJ" in now["cooperating"]) == (1440, True)
        # It was a mistake: the version before is put in force again.
        page.get_by_role("button", name=f"第 {before['version']} 版作为草稿").click()
        page.get_by_role("button", name="看差异并发布…").click()
        dialog(page).get_by_label(re.compile("依据")).fill("恢复上一版")
        dialog(page).get_by_role("button", name="发布，即刻生效").click()
        expect(page.get_by_role("rowheader", name=str(before["version"] + 2), exact=True)).to_be_visible()
        assert get(page, "matters")["items"] == before["items"]


def test_next_years_holidays_are_entered_with_the_days_that_make_up(town: Town):
    with town.page("admin") as watched:
        page = watched.page
        page.goto("/desk/calendar")
        year = max(one["year"] for one in get(page, "calendar")["years"]) + 1
        page.get_by_role("button", name=f"新增 {year} 年").click()
        expect(page.get_by_text(re.compile(f"还没有 {year} 年的日历"))).to_be_visible()
        saturday = next(
            day for day in (date(year, 9, 1) + timedelta(days=n) for n in range(7)) if day.isoweekday() == 6
        )
        for name, first, last, works in [
            ("元旦", f"{year}-01-01", f"{year}-01-03", []),
            ("劳动节", f"{year}-05-01", f"{year}-05-05", []),
            ("国庆节", f"{year}-10-01", f"{year}-10-07", [saturday.isoformat()]),
        ]:
            page.get_by_role("button", name="加一个假期…").click()
            form = dialog(page)
            form.get_by_label(re.compile("^名称")).fill(name)
            form.get_by_label(re.compile("^放假第一天")).fill(first)
            form.get_by_label(re.compile("^放假最后一天")).fill(last)
            for place, day in enumerate(works, start=1):
                form.get_by_label(f"调休上班日 {place}").fill(day)
            form.get_by_role("button", name="加入这一年").click()
        expect(page.get_by_text("休 15 天，调休上班 1 天")).to_be_visible()
        page.get_by_role("button", name=str(year - 1), exact=True).click()
        page.get_by_role("button", name="继续填写").click()  # or the year would be lost
        page.get_by_label(re.compile("依据")).fill(f"国办发明电 {year - 1} 年 7 号")
        page.get_by_role("button", name="保存这一年").click()
        expect(page.get_by_text("日历已保存。")).to_be_visible()
        stored = next(one for one in get(page, "calendar")["years"] if one["year"] == year)
        named = {day["day"]: day["kind"] for day in stored["days"]}
        assert (named[f"{year}-10-07"], named[saturday.isoformat()], len(named)) == ("holiday", "work", 16)
        # One day is put right by a click.
        page.locator(f'[data-day="{year}-10-07"]').click()
        dialog(page).get_by_label(re.compile("^这一天")).select_option("")
        dialog(page).get_by_role("button", name="确定").click()
        page.get_by_role("button", name="保存这一年").click()
        expect(page.get_by_text("日历已保存。").last).to_be_visible()
        expect(page.get_by_role("button", name=re.compile("保存这一年"))).to_have_attribute("aria-disabled", "true")
        stored = next(one for one in get(page, "calendar")["years"] if one["year"] == year)
        assert f"{year}-10-07" not in {day["day"] for day in stored["days"]}


def test_who_would_lose_what_they_typed_is_asked_first(town: Town):
    with town.page("admin") as watched:
        page = watched.page
        page.goto("/desk/organisations")
        page.goto("/desk/people")
        page.get_by_role("button", name="新增人员").click()
        dialog(page).get_by_role("button", name="关闭").click()
        expect(page.get_by_role("dialog")).to_have_count(0)  # nothing was typed, nothing is asked
        page.get_by_role("button", name="新增人员").click()
        page.get_by_label(re.compile("^姓名")).fill("赵一半")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="继续填写").click()
        expect(page.get_by_label(re.compile("^姓名"))).to_have_value("赵一半")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="放弃填写的内容").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.goto("/desk/matters")
        page.get_by_role("link", name="工作日历").click()
        page.get_by_label(re.compile("依据")).fill("一半")
        page.go_back()
        page.get_by_role("button", name="继续填写").click()
        expect(page.get_by_label(re.compile("依据"))).to_have_value("一半")
        page.go_back()
        page.get_by_role("button", name="放弃填写的内容").click()
        expect(page.get_by_role("heading", name="事项清单")).to_be_visible()


def test_what_the_server_refuses_is_said_in_the_tongue_of_the_reader(town: Town):
    with town.page("admin") as watched:
        watched.forgive("409")
        page = watched.page
        page.goto("/desk/organisations")
        page.get_by_role("searchbox").fill(f"{COMMUNITY}-C")
        page.get_by_role("button", name=re.compile("^撤销 ")).click()
        dialog(page).get_by_role("button", name="撤销").click()
        expect(dialog(page).get_by_text(re.compile("名下还有：.*名在岗人员.*请先移交"))).to_be_visible()
        page.reload()
        page.get_by_role("button", name="English").click()
        page.get_by_role("searchbox").fill(f"{COMMUNITY}-C")
        page.get_by_role("button", name=re.compile("^Close ")).click()
        dialog(page).get_by_role("button", name="Close", exact=True).last.click()
        expect(dialog(page).get_by_text(re.compile("still holds .* people in service"))).to_be_visible()


def test_hours_are_kept_by_another_kind_and_by_one_organisation(town: Town):
    with town.page("admin") as watched:
        page = watched.page
        page.goto("/desk/hours")
        page.get_by_role("button", name="新增工作时间").click()
        form = dialog(page)
        form.get_by_label(re.compile("^编码")).fill("hall")
        form.get_by_label(re.compile("^中文名")).fill("窗口时间")
        form.get_by_label(re.compile("^英文名")).fill("Hall")
        for day in ("周一", "周二", "周三", "周四", "周五", "调休上班日"):
            form.get_by_label(day).fill("08:30-12:00 13:30-17:30")
        form.get_by_label(re.compile("^依据")).fill("公告")
        form.get_by_role("button", name="保存").click()
        page.get_by_role("button", name="为一个机构单独规定").click()
        choose(dialog(page), re.compile("^机构"), "大数据", re.compile("历下区大数据服务中心"))
        dialog(page).get_by_label(re.compile("^遵守")).select_option("hall")
        dialog(page).get_by_role("button", name="保存").click()
        expect(page.get_by_role("row", name=re.compile("历下区大数据服务中心.*窗口时间"))).to_be_visible()
        page.get_by_role("button", name=re.compile("更换：企业")).click()
        dialog(page).get_by_label(re.compile("^遵守")).select_option("hall")
        dialog(page).get_by_role("button", name="保存").click()
        expect(page.get_by_role("row", name=re.compile("企业.*窗口时间"))).to_be_visible()
        hall = next(one for one in get(page, "hours")["items"] if one["code"] == "hall")
        assert (hall["kinds"], hall["organisations"]) == (["enterprise"], ["370102-D-DSJ"])


def test_a_code_that_is_taken_changes_nothing(town: Town):
    with town.page("admin") as watched:
        page = watched.page
        page.goto("/desk/whistle-kinds")
        before = get(page, "whistle-kinds")
        page.get_by_role("button", name="新增类型").click()
        dialog(page).get_by_label(re.compile("^编码")).fill("emergency")
        dialog(page).get_by_label(re.compile("^名称")).fill("应急")
        dialog(page).get_by_label(re.compile("^依据")).fill("试")
        dialog(page).get_by_role("button", name="保存").click()
        expect(dialog(page).get_by_text("已经有这一条").first).to_be_visible()
        assert get(page, "whistle-kinds") == before


def test_a_checklist_is_walked_by_what_people_answer_as(town: Town):
    with town.page("admin") as watched:
        page = watched.page
        page.goto("/desk/checklists")
        page.get_by_role("button", name="新增清单").click()
        form = dialog(page)
        form.get_by_label(re.compile("^编码")).fill("stairs")
        form.get_by_label(re.compile("^中文名")).fill("楼道巡查")
        form.get_by_label(re.compile("^英文名")).fill("Stairs")
        form.get_by_label(re.compile("^多久")).select_option("weekly")
        form.get_by_label("兼职网格员").check()
        form.get_by_label(re.compile("^检查什么")).fill("bike | 电动车 | Bicycles\nfire | 消防通道")
        form.get_by_label(re.compile("^依据")).fill("试")
        form.get_by_role("button", name="保存").click()
        expect(form.get_by_text(re.compile("第 2 行")).first).to_be_visible()
        form.get_by_label(re.compile("^检查什么")).fill("bike | 电动车 | Bicycles\nfire | 消防通道 | Fire exit")
        form.get_by_role("button", name="保存").click()
        expect(page.get_by_role("row", name=re.compile("楼道巡查.*兼职网格员.*2"))).to_be_visible()
        stored = next(one for one in get(page, "checklists")["items"] if one["code"] == "stairs")
        assert (stored["roles"], [item["code"] for item in stored["items"]]) == (
            ["grid_worker_part_time"],
            ["bike", "fire"],
        )
