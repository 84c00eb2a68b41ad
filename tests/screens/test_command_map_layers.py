"""What the wall's list of layers says is what its map shows, in either tongue; what could not be fetched is told."""

import math
import re
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import h3
import mapbox_vector_tile
import pytest
import shapely
from playwright.sync_api import Locator, Page, Route, expect
from shapely import Point

from gridgov.clock import system_clock
from gridgov.ids import new_id
from gridgov.services.knowledge import KnowledgeKeeper
from layers.tiles import drawing
from tests.screens.conftest import Town
from tests.screens.mapping import (
    Colour,
    Sight,
    View,
    near,
    open_layers,
    painted,
    placed_case,
    poll,
    until_drawn,
    whistled,
)
from tests.screens.test_field_journeys import LAMP, acting, report
from tests.splitting import Split, split

pytestmark = pytest.mark.browser

DISTRICT = View(13, 117.08, 36.66)

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


def _look_of(page: Page, name: str, **asked: str) -> tuple[dict[str, Any], datetime]:
    """Return how the catalogue says that a layer is painted, and since when it counts."""
    told = page.request.get("/tiles", params=asked).json()
    return next(one for one in told["layers"] if one["name"] == name)["look"], datetime.fromisoformat(told["since"])


def _colour_of(look: dict[str, Any], value: float) -> Colour:
    """Return the colour of the class that a figure belongs to."""
    fitting = (one["paint"] for one in look["classes"] if value <= one["upTo"] + 1e-6)
    return painted(next(fitting) if value else look["none"]["paint"])


def _reported(page: Page, since: datetime, until: datetime | None = None) -> list[dict[str, Any]]:
    """Return what was reported in a period, all of it."""
    found, asked = [], {"limit": "200"}
    while asked:
        told = page.request.get("/api/v1/incidents", params=asked).json()
        found += told["items"]
        asked = told["next"] and {"limit": "200", "cursor": told["next"]}
    moments = ((datetime.fromisoformat(one["reported_at"]), one) for one in found)
    return [one for at, one in moments if since <= at and (until is None or at <= until)]


def _legend(page: Page, name: str) -> Locator:
    return page.locator(f"[data-layer={name}] .c-legend li")


def test_cells_are_drawn_in_the_class_of_what_the_api_says_was_reported_in_them(town: Town):
    for _ in range(3):
        report(town, LAMP, "路灯不亮")
    with town.page("centre", sharp=True) as watched:
        page = watched.page
        page.goto(DISTRICT.link("cells_by_reports"))
        until_drawn(page)
        sight = Sight.of(page, DISTRICT)
        look, since = _look_of(page, "cells_by_reports")
        counts = Counter(one["cell_code"] for one in _reported(page, since))
        seen = set()
        with town.store.transaction() as unit:
            cells = unit.cells.frame(at=system_clock())
        circles = shapely.maximum_inscribed_circle(cells.geometry.to_numpy(), tolerance=5e-4)
        for code, (lon, lat) in zip(cells["code"], shapely.get_coordinates(circles)[::2], strict=True):
            x, y = sight.spot(lon, lat)
            if code.startswith("370102") and sight.is_clear(x, y):
                assert near(sight.colour(x, y), _colour_of(look, counts[code])), (code, counts[code])
                seen.add(counts[code])
        assert len(seen) > 2
        open_layers(page)
        titles = [one["title"]["zh"] for one in (look["none"], *look["classes"])]
        expect(_legend(page, "cells_by_reports")).to_have_text([re.compile(rf"\s*{title}$") for title in titles])


def test_heat_is_drawn_by_hexagon_as_dense_as_what_the_api_says_was_reported_there(town: Town):
    with town.page("centre", sharp=True) as watched:
        page = watched.page
        page.goto(DISTRICT.link("heat"))
        until_drawn(page)
        sight = Sight.of(page, DISTRICT)
        look, since = _look_of(page, "heat")
        shapes = [shapely.geometry.shape(one["geometry"]) for one in _reported(page, since) if one["geometry"]]
        wide = shapely.union_all([one for one in shapes if one.geom_type != "Point"])
        counts = Counter(h3.latlng_to_cell(one.y, one.x, 9) for one in shapes if one.geom_type == "Point")
        drawn = 0
        for hexagon, count in counts.items():
            lat, lon = h3.cell_to_latlng(hexagon)
            x, y = sight.spot(lon, lat)
            if sight.is_clear(x, y) and wide.distance(Point(lon, lat)) > 0.005:
                expected = _colour_of(look, count / h3.cell_area(hexagon, "km^2"))
                assert near(sight.colour(x, y), expected), (hexagon, count)
                drawn += 1
        assert drawn > 5
        # From afar all of it is one tile, in which nobody is lost.
        afar = mapbox_vector_tile.decode(page.request.get("/tiles/heat/5/26/12.mvt").body())["heat"]["features"]
        assert sum(one["properties"]["count"] for one in afar) == len(shapes)


def test_people_on_duty_are_drawn_where_the_api_says_that_they_are(town: Town):
    here = {"datum": "wgs84", "lon": 117.0742, "lat": 36.6612, "accuracy_m": 8}
    with acting(town, "worker") as worker, town.page("centre", sharp=True) as watched:
        assert worker.post("/api/v1/shifts", json={"id": str(new_id())}).is_success
        body = {"positions": [{"at": system_clock().isoformat(), **here}]}
        assert worker.post("/api/v1/positions", json=body).json()["kept"] == 1
        page = watched.page
        page.goto(DISTRICT.link("streets"))
        until_drawn(page)
        (told,) = page.request.get("/api/v1/positions?purpose=值班调度").json()["items"]
        assert (told["lon"], told["lat"]) == pytest.approx((here["lon"], here["lat"]))

        def is_drawn() -> bool:
            sight = Sight.of(page, DISTRICT)
            x, y = sight.spot(told["lon"], told["lat"])
            return all(near(sight.colour(x + by, y), PERSON) for by in (-8, 8))  # beside the sign

        assert not is_drawn()
        open_layers(page)
        row = page.get_by_role("checkbox", name="在岗人员")
        row.click()
        page.get_by_label("为什么要看").fill("值班调度")
        page.get_by_role("button", name="记录并查看").click()
        poll(page, is_drawn, "Nobody is drawn.")
        row.click()
        poll(page, lambda: not is_drawn(), "Somebody is still drawn.")


PERSON = (0x1B, 0x6B, 0x3A)


def test_marks_that_leave_others_out_say_so(town: Town, monkeypatch: pytest.MonkeyPatch):
    with town.page("centre") as watched:
        page = watched.page
        _, lon, lat = placed_case(page, "reported")
        told = page.locator(".c-left-out")
        for most, said in ((5_000, 0), (1, 1)):
            monkeypatch.setattr(drawing, "MOST", most)
            page.goto(View(18, lon, lat).link("incidents_by_stage"))
            until_drawn(page)
            expect(told).to_have_count(said)


def test_a_new_grid_is_drawn_at_once_and_the_one_before_it_for_the_past(town: Town):
    with town.page("centre", sharp=True) as watched:
        page = watched.page
        code, shape = _reported_in(town, page)
        view = View(16, *(round(at, 5) for at in shape.centroid.coords[0]))
        page.goto(view.link("cells_by_reports"))
        until_drawn(page)
        _require_version(page, re.compile("^网格：第 1 版$"))
        page.evaluate("window.kept = true")
        done = split(town.store, code, now=system_clock())
        _until_seen(page, view, done, is_split=True)
        _require_version(page, re.compile("^网格：第 2 版（"))
        _require_found(page, done.new_code, is_there=True)
        page.locator(".c-time").get_by_role("button", name="回看").click()
        slider = page.get_by_role("slider", name="时刻")
        slider.press("ArrowLeft")
        slider.press("ArrowLeft")
        expect(page.locator(".c-past")).to_contain_text(re.compile("· 网格：第 1 版$"))
        _until_seen(page, view, done, is_split=False)
        _require_found(page, done.new_code, is_there=False)
        page.get_by_role("button", name="回到实时").click()
        _until_seen(page, view, done, is_split=True)
        _require_version(page, re.compile("^网格：第 2 版（"))
        assert page.evaluate("window.kept") is True


def _reported_in(town: Town, page: Page) -> tuple[str, shapely.Polygon]:
    """Return a cell in which something was reported, both now and half an hour ago."""
    now, edge = system_clock(), timedelta(minutes=30)
    counts = Counter(one["cell_code"] for one in _reported(page, now - timedelta(days=1) + edge, now - edge))
    with town.store.transaction() as unit:
        grid = unit.cells.frame(at=now).set_index("code").geometry
    return next((code, grid[code]) for code in counts if code and not grid[code].interiors)


def _until_seen(page: Page, view: View, done: Split, *, is_split: bool) -> None:
    """Wait until the two sides of the new border are drawn as one cell, or as two: nothing was reported in the new."""

    def is_so() -> bool:
        sight = Sight.of(page, view)
        (west, south), (east, north) = (sight.spot(*at) for at in done.along.coords)
        (x, y), long = ((west + east) / 2, (south + north) / 2), math.hypot(east - west, north - south)
        aside = (8 * (south - north) / long, 8 * (east - west) / long)
        one, other = (sight.colour(x + by * aside[0], y + by * aside[1]) for by in (-1, 1))
        return near(one, other) is not is_split

    expect(page.locator("main.c-map")).to_have_attribute("aria-busy", "false")
    poll(page, is_so, f"The cell is {'still whole' if is_split else 'still split'}.")


def _require_version(page: Page, words: re.Pattern[str]) -> None:
    open_layers(page)
    expect(page.locator(".c-grid")).to_have_text(words)
    open_layers(page)  # closed again: it lies over the map


def _require_found(page: Page, code: str, *, is_there: bool) -> None:
    box = page.get_by_role("combobox")
    box.fill(code)
    expect(page.get_by_role("option").filter(has_text="网格")).to_have_count(int(is_there))
    expect(page.locator(".c-hits")).to_be_visible()
    box.press("Escape")
