"""The wall's map, as whoever stands before it uses it: layers, a base map, whistles, the keyboard, paper and links."""

import io
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from pydantic import SecretStr

from api.app import create_app
from gridgov.clock import system_clock
from gridgov.services.knowledge import KnowledgeKeeper
from gridgov.settings import Settings
from tests.api.conftest import serving
from tests.screens.conftest import LAPTOP, PHONE, WALL, Town
from tests.screens.mapping import colours, near, open_layers, placed_case, poll, until_drawn, whistled
from tests.screens.test_field_journeys import do

pytestmark = pytest.mark.browser

BLUE = (40, 120, 220)
"""The one colour of the province's base map."""


def _main_colour(page: Page) -> tuple[int, int, int]:
    shot = page.locator(".c-map canvas").screenshot()
    return colours(shot).most_common(1)[0][0]


def _names_of_layers(page: Page) -> list[str]:
    found = re.search(r"[?&]layers=([^&]*)", page.url)
    return [part.partition("~")[0] for part in found.group(1).split(",")] if found else []


class _Province(BaseHTTPRequestHandler):
    """A province's WMTS: every tile in one colour, for whoever says the key."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        """Answer with a tile."""
        self.asked.append(self.path)
        picture = io.BytesIO()
        Image.new("RGB", (256, 256), BLUE).save(picture, "PNG")
        self.send_response(200 if "tk=k3y" in self.path else 403)
        self.send_header("Content-Type", "image/png")
        self.end_headers()
        self.wfile.write(picture.getvalue())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def _with_base_map(town: Town) -> Iterator[Town]:
    """Serve the town with a WMTS base map, by configuration only."""
    province = ThreadingHTTPServer(("127.0.0.1", 0), _Province)
    threading.Thread(target=province.serve_forever, daemon=True).start()
    wmts = "vec_w/wmts?SERVICE=WMTS&REQUEST=GetTile&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={token}"
    settings = Settings(
        base_map_url=f"http://127.0.0.1:{province.server_port}/{wmts}",
        base_map_token=SecretStr("k3y"),
        base_map_name="天地图·山东",
        base_map_attribution="山东省地理信息公共服务平台 鲁S(2026)001号",
    )
    try:
        with serving(create_app(town.store, settings)) as address:
            yield replace(town, address=address)
    finally:
        province.shutdown()
        province.server_close()


def test_a_layer_is_dragged_over_another_and_stays_there(town: Town):
    with town.page("centre") as watched:
        page = watched.page
        page.goto("/command?layers=roads,streets,districts")
        open_layers(page)
        page.locator("[data-layer=roads] label").drag_to(page.locator("[data-layer=districts] label"))
        expect(page).to_have_url(re.compile("layers=streets,districts,roads"))
        rows = page.locator(".c-layer-list > ul > li")
        expect(rows.first).to_have_attribute("data-layer", "roads")
        page.goto("/command")
        expect(page).to_have_url(re.compile("layers=streets,districts,roads"))


def test_a_layer_is_moved_by_keyboard_step_by_step_and_the_focus_stays_with_it(town: Town):
    with town.page("centre") as watched:
        page = watched.page
        page.goto("/command?layers=roads,streets,districts")
        open_layers(page)
        page.locator("[data-layer=roads] [data-by='1']").focus()
        for _ in range(2):
            page.keyboard.press("Enter")
            expect(page.locator("[data-layer=roads] [data-by='1']")).to_be_focused()
            page.wait_for_timeout(100)
        expect(page.locator("[data-layer=roads] [data-by='1']")).to_have_attribute("aria-disabled", "true")
        expect(page).to_have_url(re.compile("layers=streets,districts,roads"))


def test_layers_as_at_first_come_back_and_every_shown_one_explains_its_colours(town: Town):
    with town.page("centre") as watched:
        page = watched.page
        page.goto("/command?layers=streets")
        open_layers(page)
        page.get_by_role("button", name="恢复默认").click()
        stages = page.locator("[data-layer=incidents_by_stage] .c-legend")
        expect(stages).to_contain_text("已上报")
        expect(page.locator("[data-layer=whistle_parts] input[type=checkbox]")).to_be_checked()
        page.locator("[data-layer=cells_by_reports] input[type=checkbox]").check()
        expect(page.locator("[data-layer=cells_by_reports] .c-legend li")).not_to_have_count(0)
        page.locator("[data-layer=heat] input[type=checkbox]").check()
        expect(page.locator("[data-layer=heat] .c-legend li")).not_to_have_count(0)


def test_a_provinces_base_map_needs_configuration_only_and_its_key_stays_with_the_server(town: Town):
    _Province.asked.clear()
    with _with_base_map(town) as place, place.page("centre") as watched:
        page = watched.page
        seen: list[str] = []
        page.on("request", lambda request: seen.append(request.url))
        page.goto("/command?layers=base_map&theme=day")
        until_drawn(page)
        assert near(_main_colour(page), BLUE)
        expect(page.locator(".maplibregl-ctrl-attrib")).to_contain_text("鲁S(2026)001号")
        open_layers(page)
        row = page.locator("[data-layer=base_map]")
        expect(row).to_contain_text("底图：天地图·山东")
        row.get_by_label("不透明度").fill("50")
        expect(page).to_have_url(re.compile("base_map~50"))
        half = tuple((a + b) // 2 for a, b in zip(BLUE, (0xEE, 0xF0, 0xEC), strict=True))
        poll(page, lambda: near(_main_colour(page), half), "The base map did not fade.")
        page.get_by_role("button", name="恢复默认").click()
        poll(page, lambda: _names_of_layers(page) == [], "The address still names layers.")
        rows = page.locator(".c-layer-list > ul > li:has(input:checked)")
        expect(rows.last).to_have_attribute("data-layer", "base_map")
        assert _Province.asked
        assert not any("k3y" in url for url in seen)


def _whistle_marks(page: Page) -> Locator:
    return page.locator(".c-marker:not(.under)")


@pytest.mark.parametrize("size", [LAPTOP, PHONE, WALL], ids=["laptop", "phone", "wall"])
def test_whistles_never_lie_over_each_other_and_none_is_lost(town: Town, blown: int, size: tuple[int, int]):
    with town.page("centre", size=size) as watched:
        page = watched.page
        page.goto("/command")
        until_drawn(page)
        expect(page.locator(".c-marker")).to_have_count(_open_whistles(page))
        boxes = [one.bounding_box() for one in _whistle_marks(page).all()]
        assert boxes
        for at, one in enumerate(boxes):
            for other in boxes[at + 1 :]:
                assert one
                assert other
                across = min(one["x"] + one["width"], other["x"] + other["width"]) - max(one["x"], other["x"])
                down = min(one["y"] + one["height"], other["y"] + other["height"]) - max(one["y"], other["y"])
                assert min(across, down) <= 0.25 * min(one["width"], one["height"])
        under = sum(int(words or 0) for words in page.locator(".c-marker:not(.under) i").all_text_contents())
        assert len(boxes) + under == page.locator(".c-marker").count()
        assert blown <= page.locator(".c-marker").count()


def _open_whistles(page: Page) -> int:
    answer = page.request.get("/api/v1/whistles?limit=200&open=true").json()
    return len([one for one in answer["items"] if one["stage"] not in {"closed", "withdrawn"}])


@pytest.fixture(scope="module")
def blown(town: Town, keeper: KnowledgeKeeper) -> int:
    """Draft whistles; return how many lie in the district."""
    return whistled(town, keeper)


def test_a_whistle_on_the_map_opens_by_keyboard_and_nothing_moves_for_who_wants_calm(town: Town, blown: int):
    with town.page("centre") as watched:
        page = watched.page
        page.goto("/command")
        until_drawn(page)
        assert blown
        marks = _whistle_marks(page)
        expect(marks.first).to_be_visible()
        assert page.evaluate("document.getAnimations().length") == 0
        reached = page.locator(".c-marker[tabindex='0']")
        expect(reached).to_have_count(1)
        reached.focus()
        if marks.count() > 1:
            page.keyboard.press("ArrowRight")
            expect(page.locator(".c-marker:focus")).to_have_count(1)
        expect(page.locator(".c-marker:focus")).to_have_accessible_name(re.compile("吹哨：.*(还剩|超时)"))
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("/command/whistles/"))


def test_whistles_pulse_for_everybody_else(town: Town, blown: int):
    with town.page("centre", reduced_motion="no-preference") as watched:
        page = watched.page
        page.goto("/command")
        assert blown
        expect(_whistle_marks(page).first).to_be_visible()
        assert page.evaluate("document.getAnimations().some((one) => one.animationName === 'pulse')")


def test_the_map_is_moved_zoomed_and_gone_through_by_keyboard(town: Town):
    with town.page("centre") as watched:
        page = watched.page
        _, lon, lat = placed_case(page, "reported")
        page.goto(f"/command?map=16/{lat}/{lon}&layers=streets,incidents_by_stage")
        until_drawn(page)
        page.keyboard.press(".")
        said = page.locator(".c-map [role=status].hidden-but-read")
        expect(said).to_contain_text(re.compile(r"地图上第 1/\d+：.+，已上报"))
        expect(page).to_have_url(re.compile("/command/cases/"))
        expect(page.locator(".c-case")).to_be_visible()
        canvas = page.locator(".c-map canvas")
        canvas.focus()
        before = page.url
        page.keyboard.press("ArrowRight")
        poll(page, lambda: _place(page) != _place_in(before), "The map did not move.")
        zoom = _place(page)[0]
        page.keyboard.press("+")
        poll(page, lambda: _place(page)[0] > zoom, "The map did not come nearer.")
        _require_it_stays(town, page)


def _require_it_stays(town: Town, page: Page) -> None:
    """Hold that the map stays where somebody moved it to, far from the case that is chosen, when that goes on."""
    for _ in range(8):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(150)
    page.wait_for_timeout(500)
    before = _place(page)
    do(town, "centre", f"incidents/{page.url.partition('cases/')[2][:36]}/acts/note", text="地图别动")
    expect(page.locator(".c-story")).to_contain_text("地图别动")
    page.wait_for_timeout(500)
    assert _place(page) == before


def _place(page: Page) -> tuple[float, ...]:
    return _place_in(page.url)


def _place_in(url: str) -> tuple[float, ...]:
    found = re.search(r"map=([\d.]+)/([\d.]+)/([\d.]+)", url)
    return tuple(map(float, found.groups())) if found else (0.0,)


def test_from_afar_the_keyboard_leads_nearer(town: Town):
    with town.page("centre") as watched:
        page = watched.page
        page.goto("/command?map=10/36.65/117.1&layers=streets,incidents_by_stage")
        until_drawn(page)
        page.keyboard.press(".")
        expect(page.locator(".c-map [role=status].hidden-but-read")).to_contain_text("已放大到最密的一处")
        poll(page, lambda: _place(page)[0] >= 12, "The map did not come nearer.")


def test_the_past_shows_incidents_at_the_stage_they_had(town: Town):
    with town.page("centre") as watched:
        page = watched.page
        case, lon, lat = placed_case(page, "reported")
        before = (system_clock() - timedelta(seconds=1)).isoformat().replace("+", "%2B")
        view = f"map=18/{lat}/{lon}&layers=incidents_by_stage"
        page.goto(f"/command/cases/{case}?{view}")
        page.locator("[data-act=file]").click()
        expect(page.locator(".c-case .c-standing .c-stage").first).to_have_text("已立案")
        said = page.locator(".c-map [role=status].hidden-but-read")
        for moment, stage in (("", "已立案"), (f"&at={before}", "已上报")):
            page.goto(f"/command?{view}{moment}")
            until_drawn(page)
            _go_to(page, case)
            expect(said).to_contain_text(stage)


def _go_to(page: Page, case: str) -> None:
    """Go from mark to mark until the case is the one that is chosen."""
    for _ in range(12):
        page.keyboard.press(".")
        page.wait_for_timeout(400)
        if case in page.url:
            return
    pytest.fail("the keyboard never came to the case")


def test_arrow_keys_lead_the_slider_over_midnight(town: Town):
    with town.page("centre") as watched:
        page = watched.page
        page.goto("/command")
        page.get_by_role("button", name="回看").click()
        slider, day = page.get_by_role("slider", name="时刻"), page.get_by_label("日期")
        today = day.input_value()
        slider.fill("0")
        expect(page.locator(".c-past")).to_contain_text("00:00")
        slider.press("ArrowLeft")
        expect(page.locator(".c-past")).to_contain_text("23:50")
        expect(day).not_to_have_value(today)
        slider.fill("1435")
        expect(page.locator(".c-past")).to_contain_text("23:55")
        slider.press("ArrowRight")
        expect(page.locator(".c-past")).to_contain_text("00:00")
        expect(day).to_have_value(today)


def test_play_goes_on_by_itself_and_one_key_leads_back(town: Town):
    with town.page("centre") as watched:
        page = watched.page
        yesterday = (system_clock() - timedelta(hours=20)).isoformat().replace("+", "%2B")
        page.goto(f"/command?at={yesterday}&layers=streets,incidents_by_stage")
        first = page.locator(".c-past")
        expect(first).to_contain_text("您在看过去")
        words = first.text_content()
        page.get_by_role("button", name="▶ 播放").click()
        expect(first).not_to_have_text(words or "")
        page.get_by_role("button", name="⏸ 暂停").click()
        page.locator("body").press("0")
        expect(page.locator(".c-badge.live")).to_be_visible()
