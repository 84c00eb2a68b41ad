"""A session that ends costs nobody what they typed, and a line that breaks is tied again."""

import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, Route, expect

from tests.screens.conftest import Town, Watched
from tests.screens.desking import COMMUNITY, dialog, get
from tests.screens.test_desk_inbox import tell
from tests.screens.test_desk_journeys import bring, csv_of
from tests.screens.test_field_journeys import LAMP, report

pytestmark = pytest.mark.browser


def write_somebody(page: Page, name: str, code: str) -> None:
    """Fill a person in, and do not save yet."""
    page.goto("/desk/people")
    page.get_by_role("button", name="新增人员").click()
    form = dialog(page)
    form.get_by_label("姓名").fill(name)
    form.get_by_label("工号").fill(code)
    form.get_by_role("combobox", name="机构").fill(f"{COMMUNITY}-C")


def end_session(watched: Watched) -> None:
    """End the session as its hours do: the browser keeps a cookie that is worth nothing."""
    watched.forgive("401|403")
    page = watched.page
    headers = {"X-CSRF-Token": get(page, "me")["csrf"], "Origin": page.evaluate("location.origin")}
    cookies = page.context.cookies()
    assert page.request.post("/api/v1/logout", headers=headers).ok
    page.context.add_cookies(cookies)


def log_in(page: Page, town: Town, login: str) -> None:
    page.fill("#login", login)
    page.fill("#password", town.passwords[login])
    page.press("#password", "Enter")
    page.wait_for_url(re.compile(r"^[^?]+/desk/"))


def test_whoever_is_logged_out_while_typing_logs_in_beside_and_saves(town: Town):
    with town.page("admin") as watched:
        page = watched.page
        write_somebody(page, "赵会话", "370102-P9801")
        end_session(watched)
        form = dialog(page)
        form.get_by_role("button", name="保存").click()
        expect(form.get_by_text("登录已过期，请重新登录。")).to_be_visible()
        with page.expect_popup() as popped:
            form.get_by_role("link", name="去登录").click()
        log_in(popped.value, town, "admin")
        popped.value.close()
        expect(form.get_by_label("姓名")).to_have_value("赵会话")
        form.get_by_role("button", name="保存").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        assert "赵会话" in csv_of(page, "people")


def test_whoever_logged_in_anew_in_another_tab_saves_without_a_word(town: Town):
    with town.page("admin") as watched:
        page = watched.page
        write_somebody(page, "钱新签", "370102-P9802")
        end_session(watched)
        other = page.context.new_page()
        other.goto("/login?next=/desk/people")
        log_in(other, town, "admin")
        other.close()
        dialog(page).get_by_role("button", name="保存").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        assert "钱新签" in csv_of(page, "people")


def test_whoever_finds_somebody_else_logged_in_is_told_whom_and_saves_once_they_are_back(town: Town):
    with town.page("admin") as watched:
        watched.forgive("403")
        page = watched.page
        write_somebody(page, "孙换人", "370102-P9803")
        other = page.context.new_page()
        other.goto("/login?anew=true&next=/desk/account")
        log_in(other, town, "auditor")
        other.close()
        form = dialog(page)
        form.get_by_role("button", name="保存").click()
        said = form.get_by_role("alert").filter(has_text="没有办成")
        expect(said).to_contain_text("现在登录的是审计员（auditor），而这一页是系统管理员（admin）打开的")
        expect(said).not_to_contain_text("权限")
        with page.expect_popup() as popped:
            said.get_by_role("link", name="去登录").click()
        log_in(popped.value, town, "admin")
        popped.value.close()
        form.get_by_role("button", name="保存").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        assert "孙换人" in csv_of(page, "people")


@pytest.mark.parametrize("status", [502, 401])
def test_the_inbox_lives_again_after_the_line_was_refused(town: Town, status: int):
    incident = report(town, LAMP, f"线路断过的灯 {status}")
    with town.page("centre") as watched:
        watched.forgive(str(status))
        page = watched.page
        page.clock.install()
        tries: list[int] = []

        def refuse(route: Route) -> None:
            tries.append(status)
            if len(tries) < 3:
                route.fulfill(status=status, body="")
            else:
                route.fallback()

        page.route("**/api/v1/events", refuse)
        page.goto("/desk/inbox")
        expect(page.get_by_role("heading", name="消息")).to_be_visible()
        for _ in range(20):
            page.clock.run_for(10_000)
            page.wait_for_timeout(200)
            if len(tries) >= 3:
                break
        assert len(tries) >= 3
        tell(town, "centre", incident)
        expect(page.locator(f"a[href='/command/cases/{incident}']")).to_be_visible()


def test_a_workbook_is_taken_away_changed_and_brought_back(town: Town, tmp_path: Path):
    with town.page("admin") as watched:
        page = watched.page
        page.goto("/desk/organisations")
        with page.expect_download() as download:
            page.get_by_role("link", name="导出 XLSX").click()
        file = tmp_path / download.value.suggested_filename
        download.value.save_as(file)
        book = openpyxl.load_workbook(file)
        rows = list(book.active.iter_rows())
        (name,) = (cell.column for cell in rows[0] if cell.value == "名称")
        rows[1][name - 1].value = "改名的机构"
        book.save(file)
        page.get_by_role("button", name="导入…").click()
        page.locator("#import-file").set_input_files(file)
        expect(dialog(page).get_by_text("修改 1", exact=True)).to_be_visible()
        expect(dialog(page).get_by_role("cell", name="改名的机构")).to_be_visible()
        dialog(page).get_by_role("button", name="确认导入").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.get_by_role("searchbox").fill("改名的机构")
        expect(page.get_by_role("rowheader", name="改名的机构")).to_be_visible()
        assert "改名的机构" in csv_of(page, "organisations")


def test_what_is_imported_stands_in_the_lists_at_once(town: Town, tmp_path: Path):
    with town.page("admin") as watched:
        page = watched.page
        page.goto("/desk/people")
        expect(page.get_by_role("button", name=re.compile("^打开 ")).first).to_be_visible()
        head, first, *_ = csv_of(page, "people").splitlines()
        name = first.split(",")[head.split(",").index("name")]
        page.get_by_role("button", name="导入…").click()
        bring(page, tmp_path, "\n".join([head, first.replace(name, "孙导入")]))
        dialog(page).get_by_role("button", name="确认导入").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.get_by_role("searchbox").fill("孙导入")
        expect(page.get_by_role("button", name="打开 孙导入")).to_be_visible()
