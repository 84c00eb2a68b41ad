"""Every page of the desk can be read by everybody: by axe's rules, by day and by night, and on a phone's width."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.screens.conftest import PHONE, Town

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "api/web/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAGES = [
    "inbox",
    "account",
    "people",
    "duties",
    "organisations",
    "matters",
    "whistle-kinds",
    "teams",
    "calendar",
    "hours",
    "checklists",
    "accounts",
    "webhooks",
    "history",
]


def violations(page: Page) -> list[str]:
    """Return what axe finds wrong, each with the first place."""
    page.add_script_tag(path=AXE)
    found: dict[str, Any] = page.evaluate("(tags) => axe.run({ runOnly: { type: 'tag', values: tags } })", RULES)
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]


def settled(page: Page) -> None:
    """Wait until the page shows what it is for."""
    expect(page.locator("main h1")).to_be_visible()
    expect(page.get_by_text("正在读取…")).to_have_count(0)


@pytest.mark.parametrize("theme", ["day", "night"])
def test_no_page_breaks_a_rule_of_accessibility(town: Town, theme: str):
    with town.page("admin", bypass_csp=True) as watched:
        page = watched.page
        page.add_init_script(f"localStorage.setItem('gridgov.theme', '{theme}')")
        for name in PAGES:
            page.goto(f"/desk/{name}")
            settled(page)
            assert violations(page) == [], name
        page.goto("/desk/people")
        page.get_by_role("button", name="新增人员").click()
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_text("请填写这一项。").first).to_be_visible()
        assert violations(page) == []
        page.keyboard.press("Escape")
        page.get_by_role("button", name="导入…").click()
        watched.forgive("422")
        faulty = {"name": "people.csv", "mimeType": "text/csv", "buffer": b"name\nx"}
        page.locator("#import-file").set_input_files(files=faulty)
        expect(page.get_by_role("dialog").get_by_role("alert").first).to_be_visible()
        assert violations(page) == []


def test_every_page_fits_a_phone(town: Town):
    with town.page("admin", size=PHONE, bypass_csp=True) as watched:
        page = watched.page
        for name in PAGES:
            page.goto(f"/desk/{name}")
            settled(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], name
        assert violations(page) == []
        page.get_by_role("button", name="菜单").click()
        page.get_by_role("link", name="我的账号").click()
        expect(page.get_by_role("heading", name="我的账号")).to_be_focused()
        assert violations(page) == []


def test_whoever_may_not_work_there_is_told_why(town: Town):
    with town.page("worker", size=PHONE) as watched:
        watched.page.goto("/desk/people")
        expect(watched.page.get_by_text("您的角色没有", exact=False)).to_be_visible()
        expect(watched.page.get_by_role("table")).to_have_count(0)
