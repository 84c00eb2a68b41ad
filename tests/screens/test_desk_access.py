"""Every page of the desk can be read by everybody: by axe, in both lights and tongues, and on a phone's width."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.axe import violations
from tests.screens.conftest import LAPTOP, PHONE, Town

pytestmark = pytest.mark.browser

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


Say = Callable[[str, str], str]
"""Chooses the saying of the tongue that a page is in."""


def settled(page: Page) -> None:
    """Wait until the page shows what it is for."""
    expect(page.locator("main h1")).to_be_visible()
    expect(page.get_by_text("正在读取…")).to_have_count(0)
    expect(page.get_by_text("Reading…")).to_have_count(0)


def prefer(page: Page, tongue: str, theme: str) -> Say:
    """Open all pages in a tongue and a light, and return what says things in that tongue."""
    kept = {"gridgov.language": tongue, "gridgov.theme": theme}
    page.add_init_script(f"Object.entries({kept}).forEach(([name, value]) => localStorage.setItem(name, value))")
    return lambda zh, en: zh if tongue == "zh" else en


@pytest.mark.parametrize(("theme", "tongue"), [("day", "zh"), ("night", "en")])
def test_no_page_breaks_a_rule_of_accessibility(town: Town, theme: str, tongue: str):
    with town.page("admin") as watched:
        page = watched.page
        say = prefer(page, tongue, theme)
        for name in PAGES:
            page.goto(f"/desk/{name}")
            settled(page)
            assert violations(page) == [], name
        page.goto("/desk/people")
        page.get_by_role("button", name=say("新增人员", "Add a person")).click()
        page.get_by_role("button", name=say("保存", "Save")).click()
        expect(page.get_by_text(say("请填写这一项。", "Fill this in.")).first).to_be_visible()
        assert violations(page) == []
        page.keyboard.press("Escape")
        page.get_by_role("button", name=say("导入…", "Import…")).click()
        watched.forgive("422")
        faulty = {"name": "people.csv", "mimeType": "text/csv", "buffer": b"name\nx"}
        page.locator("#import-file").set_input_files(files=faulty)
        expect(page.get_by_role("dialog").get_by_role("alert").first).to_be_visible()
        assert violations(page) == []


@pytest.mark.parametrize(
    ("login", "size", "tongue", "theme", "places"),
    [
        ("street", LAPTOP, "en", "day", ["Inbox", "My account", "Before the complaint", "Duties", "Teams"]),
        ("worker", PHONE, "en", "day", ["Inbox", "My account", "Duties"]),
        ("planner", PHONE, "zh", "day", ["消息", "我的账号", "网格草案", "主动治理清单", "职责与网格"]),
        ("auditor", LAPTOP, "zh", "night", ["消息", "我的账号", "职责与网格"]),
    ],
    ids=["street", "worker", "planner", "auditor"],
)
def test_each_sees_the_pages_of_their_roles_and_none_of_these_breaks_a_rule(
    town: Town, login: str, size: tuple[int, int], tongue: str, theme: str, places: list[str]
):
    with town.page(login, size=size) as watched:
        watched.forgive("422")  # of a town that is a morning old nothing can be told of next month
        page = watched.page
        say = prefer(page, tongue, theme)
        page.goto("/desk")
        listed = page.locator("#places a[href^='/desk/']")
        expect(listed).to_have_text([re.compile(f"^{name}") for name in places])
        for name in [one.get_attribute("href") for one in listed.all()]:
            page.goto(str(name))
            settled(page)
            assert violations(page) == [], name
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0], name
        page.goto("/desk/accounts")
        expect(page.get_by_text(say("您的角色没有", "no role of yours has"))).to_be_visible()
        assert violations(page) == []


def test_every_page_fits_a_phone(town: Town):
    with town.page("admin", size=PHONE) as watched:
        page = watched.page
        for name in PAGES:
            page.goto(f"/desk/{name}")
            settled(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], name
            # Beside buttons it is wide enough to read what one types, or has a line of its own.
            wide = page.get_by_role("searchbox").evaluate_all("(found) => found.map((one) => one.offsetWidth)")
            assert all(width >= 100 for width in wide), (name, wide)
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
