"""What was typed at the desk and is stored nowhere yet goes only when somebody has said so."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.screens.conftest import PHONE, Town
from tests.screens.desking import dialog, get
from tests.screens.test_desk_changes import at_desk, fill, press
from tests.screens.test_desk_session import end_session, log_in

pytestmark = pytest.mark.browser


def steps(page: Page) -> int:
    """Return how many steps follow a missed acceptance."""
    return next(len(one["steps"]) for one in get(page, "escalations")["items"] if one["kind"] == "accept")


def test_a_step_that_was_begun_is_added_or_not_but_never_forgotten(town: Town):
    with town.page("admin") as watched:
        page = watched.page
        page.goto("/desk/hours")
        before = steps(page)
        page.get_by_role("button", name="修改 接单", exact=True).click()
        form = dialog(page)
        form.get_by_text("加一步").click()
        fill(form, {"多久": "7", "依据": "试"})
        save = form.get_by_role("button", name="保存", exact=True)
        expect(save).to_have_attribute("aria-disabled", "true")
        expect(form.get_by_text("填写的还没有加上")).to_be_visible()
        press(form, "不加了")
        expect(form.get_by_label(re.compile("^多久"))).to_have_value("1")
        expect(save).not_to_have_attribute("aria-disabled", "true")
        fill(form, {"多久": "7", "依据": "试"})
        press(form, "加上")
        expect(form.get_by_text("超时 7 小时")).to_be_visible()
        # What goes wrong inside a dialog is told inside it, where it is heard and can be closed.
        end_session(watched)
        save.click()
        told = form.get_by_role("status").filter(has_text="登录已过期")
        with page.expect_popup() as popped:
            told.get_by_role("link", name="去登录").click()
        log_in(popped.value, town, "admin")
        popped.value.close()
        told.get_by_role("button", name="收起这条消息").click()
        expect(form.get_by_text("登录已过期")).to_have_count(0)
        save.click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.get_by_role("status").filter(has_text="已保存。")).to_be_visible()
        assert steps(page) == before + 1


@pytest.mark.parametrize("size", [PHONE, (1440, 900)], ids=["phone", "laptop"])
def test_whoever_logs_out_is_asked_what_becomes_of_a_draft(town: Town, size: tuple[int, int]):
    with town.page("admin", size=size) as watched:
        page = watched.page
        page.goto("/desk/calendar")
        source = page.get_by_label(re.compile("依据"))
        source.fill("写到一半")
        if size == PHONE:
            press(page, "菜单")
        else:
            # The link that skips to the page leaves nothing.
            page.get_by_role("link", name="跳到正文").press("Enter")
            expect(page.locator("#page")).to_be_focused()
            expect(page.get_by_role("dialog")).to_have_count(0)
            press(page, "导入…")
            expect(page.get_by_text("先保存（发布）或放弃，再导入")).to_be_visible()
            expect(page.get_by_role("dialog")).to_have_count(0)
        press(page, "退出")
        press(dialog(page), "继续填写")
        expect(source).to_have_value("写到一半")
        assert get(page, "me")["login"] == "admin"
        press(page, "退出")
        press(dialog(page), "放弃填写的内容")
        page.wait_for_url("**/login")
        assert page.request.get("/api/v1/me").status == 401


def test_a_draft_of_the_list_is_dropped_or_replaced_only_after_asking(town: Town):
    with at_desk(town, "matters") as page:
        matter, version = get(page, "matters")["items"][0], get(page, "matters")["version"]
        page.get_by_role("searchbox", name=re.compile("事项")).fill(matter["code"])

        def write() -> None:
            press(page, f"修改 {matter['name']}")
            fill(dialog(page), {"处置时限": "1440" if matter["handle_within_minutes"] != 1440 else "2880"})
            press(dialog(page), "放入草稿")

        changed = page.get_by_text(re.compile("草稿里有 1 处改动"))
        write()
        press(page, "放弃草稿")
        expect(dialog(page).get_by_text("草稿里的 1 处改动还没有发布")).to_be_visible()
        press(dialog(page), "关闭")
        expect(changed).to_be_visible()
        press(page, "放弃草稿")
        press(dialog(page), "放弃草稿")
        expect(changed).to_have_count(0)
        # Whoever stood on what is gone stands on the next thing, not at the page's top.
        expect(page.locator("main :focus")).to_have_count(1)
        assert get(page, "matters")["version"] == version
