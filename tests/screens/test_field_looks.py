"""The phone's page for wet hands, bright sun and screen readers: sizes, contrast, keyboard; and by plain http."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from api.app import create_app
from api.limits import LOOPBACK
from gridgov.clock import system_clock
from gridgov.services.intake import Intake
from gridgov.settings import Settings
from tests.api.conftest import serving
from tests.screens.conftest import PHONE, Town
from tests.screens.test_field_journeys import AXE, ILLEGAL_BUILDING, do, go_to, handled, report
from tests.screens.test_field_report import DOT, HERE, photo, reports, send

pytestmark = pytest.mark.browser

LEAST_PX, LEAST_FONT_PX = 44, 16
SMALL = """() => {
  const top = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  const ours = (one) => !one.closest(".maplibregl-map") && !one.closest(".hidden-but-read");
  const shown = (one) => one.getClientRects().length > 0 && getComputedStyle(one).visibility === "visible";
  const said = (one) => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 20)}`;
  const found = [];
  for (const one of top.querySelectorAll("a, button, input, select, textarea, summary")) {
    if (!ours(one) || !shown(one)) continue;
    const { width, height } = (one.closest("label") ?? one).getBoundingClientRect();
    if (Math.min(width, height) < LEAST_PX) found.push(`${said(one)} is ${Math.round(width)} x ${Math.round(height)}`);
    if (!/^(INPUT|TEXTAREA)$/.test(one.tagName) && one.scrollWidth > one.clientWidth + 1) {
      found.push(`${said(one)} is cut off`);
    }
  }
  const texts = document.createTreeWalker(top, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const one = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !ours(one) || !shown(one)) continue;
    const size = parseFloat(getComputedStyle(one).fontSize);
    if (size < LEAST_FONT_PX) found.push(`${said(one)} is written in ${size} px`);
  }
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) found.push(`the page is ${wide} px too wide`);
  return found;
}""".replace("LEAST_PX", str(LEAST_PX)).replace("LEAST_FONT_PX", str(LEAST_FONT_PX))
RULES = "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
LOOKS = [(tongue, theme) for tongue in ("zh", "en") for theme in ("day", "night")]


@contextmanager
def looking(town: Town, login: str, tongue: str, theme: str, **more: Any) -> Iterator[Page]:
    """Yield the phone's page in a tongue and a theme, with what checks it."""
    with town.page(login, size=PHONE, bypass_csp=True, **{**HERE, **more}) as watched:
        page = watched.page
        choice = {"gridgov.language": tongue, "gridgov.theme": theme}
        page.add_init_script(f"Object.entries({choice}).forEach(([key, value]) => localStorage.setItem(key, value))")
        page.goto("/field")
        expect(page.locator(".f-told")).to_be_visible()
        page.add_script_tag(path=AXE)
        yield page


def require_fit(page: Page, where: str) -> None:
    """Fail for what is too small, cut off, or keeps somebody out."""
    page.wait_for_timeout(300)
    assert page.evaluate(SMALL) == [], where
    found = page.evaluate(RULES)
    assert [(one["id"], [n["html"] for n in one["nodes"]][:3]) for one in found["violations"]] == [], where


def tab(page: Page, at: int) -> None:
    """Open a tab by its place, whatever its name."""
    page.locator(".f-tabs button").nth(at).click()


def close(page: Page) -> None:
    """Close a dialog as a keyboard does."""
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def crowd(town: Town) -> None:
    """Give the worker a task, and a whistle to look at."""
    handled(town, "大小与对比")
    case = report(town, ILLEGAL_BUILDING, "院内违建")
    do(town, "street", f"incidents/{case}/whistles", kind="comprehensive_enforcement", by_list=True)


@pytest.mark.parametrize(("tongue", "theme"), LOOKS)
def test_everything_is_large_enough_and_read_by_everybody_on_every_tab(town: Town, tongue: str, theme: str) -> None:
    if (tongue, theme) == LOOKS[0]:
        crowd(town)
    with looking(town, "worker", tongue, theme) as page:
        page.locator("input[type=file]").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": DOT})
        expect(page.locator(".f-shot")).to_be_visible()
        for at in range(5):
            tab(page, at)
            require_fit(page, f"tab {at}")


@pytest.mark.parametrize(("tongue", "theme"), [LOOKS[0], LOOKS[3]])
def test_dialogs_are_large_enough_and_read_by_everybody_and_give_the_focus_back(
    town: Town, tongue: str, theme: str
) -> None:
    handled(town, f"对话框 {tongue}")
    dialogs = [
        (0, ".f-chip.more", None),
        (0, ".f-pair .f-wide", ".f-modes button >> nth=1"),
        (1, ".f-acts button >> nth=1", None),
        (3, "li.f-card .f-wide", ".f-item >> nth=0 >> button >> nth=1"),
        (4, "[role=switch] + .f-wide", None),
    ]
    with looking(town, "worker", tongue, theme) as page:
        for at, opener, inside in dialogs:
            tab(page, at)
            page.locator(opener).first.click()
            expect(page.get_by_role("dialog")).to_be_visible()
            if inside:
                page.get_by_role("dialog").locator(inside).click()
            require_fit(page, opener)
            close(page)
            expect(page.locator(opener).first).to_be_focused()


def test_a_keyboard_alone_reports(town: Town) -> None:
    with town.page("worker", size=PHONE, **HERE) as watched:
        page = watched.page
        page.goto("/field")
        expect(page.get_by_text("第2网格").first).to_be_visible()
        reached: list[str] = []
        for _ in range(30):
            page.keyboard.press("Tab")
            name = page.evaluate("document.activeElement.textContent.trim() || document.activeElement.id")
            ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            if not page.evaluate("document.activeElement.matches('[type=file]')"):
                assert ring != "none", name
            reached.append(name)
            if name == "路灯不亮":
                page.keyboard.press("Enter")
            if name == "words":
                page.keyboard.type("只用键盘")
            if name == "上报":
                page.keyboard.press("Enter")
                break
        expect(page.get_by_text("请先选择事项")).to_be_visible()  # the phone has it, and begins a new one
        expect(page.get_by_text("已全部发送")).to_be_visible()
    assert reports(town, "只用键盘") == 1, reached


def test_nothing_moves_by_itself_where_that_is_not_wanted(town: Town) -> None:
    with town.page("worker", size=PHONE, **HERE) as watched:
        page = watched.page
        page.goto("/field")
        page.get_by_role("button", name="搜索全部").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert page.evaluate("document.getAnimations().length") == 0


def test_what_the_phone_is_to_keep_of_the_page_is_all_there(town: Town) -> None:
    with town.page(None, size=PHONE) as watched:
        asked = watched.page.request
        files = re.findall(r'"(assets/[^"]+)"', asked.get("/field/worker.js").text())
        assert any("maplibre-gl-worker" in name for name in files)
        assert [name for name in files if asked.get(f"/app/{name}").status != 200] == []


@pytest.fixture
def intranet(town: Town, keeper: Any, tmp_path: Path) -> Iterator[Town]:
    """Yield the town as it is called by plain http under a name of its own, which browsers do not trust."""
    app = create_app(town.store, Settings(data_dir=tmp_path), names=[*LOOPBACK, "grid.intranet"])
    app.state.intake = Intake(town.store, clock=system_clock, home_district="370102", keeper=keeper)
    with serving(app) as address:
        yield replace(town, address=address.replace("127.0.0.1", "grid.intranet"), pages=[])


def test_by_plain_http_it_reports_by_hand_and_says_what_is_missing(intranet: Town) -> None:
    with intranet.page(None, size=PHONE) as watched:
        watched.forgive("401|Cross-Origin-Opener-Policy header has been ignored")
        page = watched.page
        page.goto("/field")
        page.fill("input[name=login]", "worker")
        page.fill("input[name=password]", intranet.passwords["worker"])
        page.keyboard.press("Enter")
        page.wait_for_url(f"{intranet.address}/field")
        assert page.evaluate("isSecureContext") is False
        expect(page.get_by_text("普通 http 下浏览器不提供定位")).to_be_visible()
        page.get_by_role("button", name="路灯不亮").click()
        photo(page)
        page.get_by_role("button", name="在地图上选点").click()
        page.get_by_role("dialog").get_by_role("button", name="用这个位置").click()
        page.get_by_label("说明").fill("普通 http 上报")
        send(page)
        expect(page.get_by_text("已全部发送")).to_be_visible()
        go_to(page, "我的")
        expect(page.get_by_text("此处缺少")).to_be_visible()
        expect(page.get_by_text("浏览器只在 https 下保存页面")).to_be_visible()
        page.reload()
        expect(page.get_by_text("此处缺少")).to_be_visible()
    assert reports(intranet, "普通 http 上报") == 1
