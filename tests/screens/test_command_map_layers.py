"""What the wall's list of layers says is what its map shows, in either tongue; what could not be fetched is told."""

import re

import pytest
from playwright.sync_api import Route, expect

from gridgov.services.knowledge import KnowledgeKeeper
from tests.screens.conftest import Town
from tests.screens.mapping import open_layers, poll, until_drawn, whistled

pytestmark = pytest.mark.browser

TILES = re.compile(r"/tiles/[^/]*incidents[^/]*/")


@pytest.fixture(scope="module", autouse=True)
def blown(town: Town, keeper: KnowledgeKeeper) -> int:
    """Draft whistles; return how many lie in the district."""
    return whistled(town, keeper)


def test_marks_of_whistles_go_come_and_fade_with_their_row(town: Town, blown: int):
    with town.page("centre") as watched:
        page = watched.page
        # As browsers kept it when the outlines were a layer of their own.
        page.goto("/command?layers=streets,whistle_parts,whistles")
        until_drawn(page)
        open_layers(page)
        row = page.locator("[data-layer=whistle_parts]")
        marks = page.locator(".c-marker")
        expect(marks).not_to_have_count(0)
        assert marks.count() >= blown
        expect(row.locator("[data-by='1']")).to_have_attribute("aria-disabled", "true")
        row.get_by_label("不透明度").fill("50")
        expect(marks.first).to_have_css("opacity", "0.5")
        row.get_by_role("checkbox").uncheck()
        expect(marks).to_have_count(0)
        expect(page).to_have_url(re.compile(r"layers=streets(&|$)"))
        row.get_by_role("checkbox").check()
        expect(marks).not_to_have_count(0)


def test_the_map_speaks_the_tongue_of_the_page_and_stays_where_it_is(town: Town):
    with town.page("centre") as watched:
        page = watched.page
        page.goto("/command?map=14.20/36.66000/117.08000&theme=day")
        until_drawn(page)
        sign = page.locator(".c-marker b").first
        canvas = page.locator("canvas.maplibregl-canvas")
        expect(canvas).to_have_attribute("aria-label", "地图")
        expect(sign).to_have_text(re.compile("[哨联急]"))
        page.get_by_role("button", name="English").click()
        expect(canvas).to_have_attribute("aria-label", "Map")
        expect(canvas).to_have_count(1)
        expect(sign).to_have_text(re.compile("[WC!]"))
        expect(page.locator(".maplibregl-ctrl-attrib")).to_contain_text("The district's own base map")
        expect(page).to_have_url(re.compile("map=14.20/36.66000/117.08000"))


def test_holes_in_the_map_are_told_until_they_are_filled(town: Town):
    with town.page("centre") as watched:
        watched.forgive("503|AJAXError")
        page = watched.page
        page.goto("/command?map=13.00/36.66000/117.08000&layers=streets,incidents_by_stage")
        until_drawn(page)
        expect(page.locator(".c-badge.live")).to_be_visible()
        refused = []

        def refuse(route: Route) -> None:
            refused.append(route.request.url)
            route.fulfill(status=503, json={"type": "/problems/busy"})

        page.route(TILES, refuse)
        canvas = page.locator("canvas.maplibregl-canvas")
        canvas.focus()
        for _ in range(4):
            page.keyboard.press("ArrowRight")
            page.wait_for_timeout(400)
        poll(page, lambda: refused, "No tile was asked for.")
        expect(page.locator(".c-badge.stale")).to_be_visible()
        page.unroute(TILES)
        expect(page.locator(".c-badge.live")).to_be_visible(timeout=90_000)


def test_a_map_that_nobody_moved_shows_the_whole_however_large_the_window_is(town: Town):
    with town.page("centre", size=(900, 500)) as watched:
        page = watched.page
        page.goto("/command?layers=streets")
        until_drawn(page)
        scale = page.locator(".maplibregl-ctrl-scale")
        small = scale.inner_text()
        for size in ((1900, 1000), (700, 420), (1900, 1000)):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            page.wait_for_timeout(600)
        expect(scale).not_to_have_text(small)
        assert "map=" not in page.url
        page.locator(".c-map").click(position={"x": 30, "y": 200})
        page.keyboard.press("+")
        expect(page).to_have_url(re.compile("map="))
