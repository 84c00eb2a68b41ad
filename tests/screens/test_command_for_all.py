"""The wall is for everybody: axe finds nothing by day or night, in either tongue, on any screen."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.screens.conftest import LAPTOP, PHONE, WALL, Town

pytestmark = pytest.mark.browser


_AXE = Path(__file__).parents[2] / "api/web/node_modules/axe-core/axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def _violations(page: Page) -> list[Any]:
    page.add_script_tag(path=_AXE)
    asked = "(rules) => axe.run(document, {runOnly: {type: 'tag', values: rules}})"
    found = page.evaluate(asked, _RULES)["violations"]
    return [(one["id"], [(node["target"], node["failureSummary"]) for node in one["nodes"][:3]]) for one in found]


@pytest.mark.parametrize(
    ("theme", "tongue", "size"), [("day", "zh", LAPTOP), ("night", "en", WALL), ("night", "zh", PHONE)]
)
def test_axe_finds_nothing(town: Town, theme: str, tongue: str, size: tuple[int, int]):
    with town.page("street", size=size, bypass_csp=True) as watched:
        page = watched.page
        case = page.request.get("/api/v1/incidents?limit=1").json()["items"][0]
        page.goto(f"/command/cases/{case['id']}?theme={theme}&lang={tongue}")
        expect(page.locator(".c-story")).to_be_visible()
        page.locator(".c-why-not summary").first.click()
        page.locator("[data-act=note]").click()
        assert _violations(page) == []
        page.keyboard.press("Escape")
        if size == PHONE:
            page.get_by_role("navigation").get_by_role("button").nth(1).click()
        page.locator(".c-layers > button").click()
        page.locator(".c-time button").first.click()
        assert _violations(page) == []
        page.locator("#search").fill("历下")
        page.keyboard.press("Escape")
        page.locator("body").press("?")
        assert _violations(page) == []
