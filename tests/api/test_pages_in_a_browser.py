"""The served pages in a real Chromium: they work, and no request leaves this server."""

from collections.abc import Iterator

import geopandas as gpd
import pytest
from playwright.sync_api import Page, expect

from api.app import create_app
from gridgov.clock import system_clock
from gridgov.services.intake import Intake
from gridgov.settings import Settings
from gridgov.store.unit import Store
from tests.api.conftest import let_in, serving
from tests.conftest import SAMPLE
from tests.support import over, report

pytestmark = pytest.mark.browser


@pytest.fixture
def address(own_sample_url: str, keeper) -> Iterator[str]:
    """Yield the address of a running server whose newest report lies across the district's border."""
    store = Store(own_sample_url)
    intake = Intake(store, clock=system_clock, home_district="370102", keeper=keeper)
    with store.transaction() as unit:
        matter = next(m for m in unit.rules.matters() if m.whistle_allowed and "违" in m.name)
    buildings = gpd.read_parquet(SAMPLE / "buildings.parquet")
    block = buildings.loc[buildings["id"] == "B-BORDER-1", "geometry"].iloc[0]
    intake.take(report(reported_at=system_clock(), text="<b>楼下</b>施工"), author="test")
    crossing = report(
        reported_at=system_clock(), matter=matter.code, position=over(block), text="<script>违建</script>"
    )
    intake.take(crossing, author="test")
    app = create_app(store, Settings())
    app.state.intake = intake
    with serving(app) as address:
        yield address
    store.close()


@pytest.fixture
def page(browser, address: str, own_sample_url: str) -> Iterator[Page]:
    context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(30_000)
    store = Store(own_sample_url)
    let_in(page, store, address)
    store.close()
    yield page
    context.close()


def test_the_start_page_shows_the_day_in_chinese_and_english_and_asks_nobody_else(page: Page, address: str):
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address)
    expect(page.locator("h1")).to_have_text("网格治理", use_inner_text=True)
    expect(page.locator(".figures li").first).to_contain_text("2")
    expect(page.locator(".whistle").first).to_contain_text("66.7%")
    expect(page.locator(".whistle p").first).to_have_text("<script>违建</script>")
    page.frame_locator("iframe").locator(".leaflet-container").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the second thing to reach by keyboard is the language
    expect(page.locator("h1")).to_have_text("gridgov", use_inner_text=True)
    page.reload()
    expect(page.locator("h1")).to_have_text("gridgov", use_inner_text=True)
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
    assert said == []


def test_a_whistle_leads_to_its_place_on_the_map(page: Page, address: str):
    page.goto(address)
    page.frame_locator("iframe").locator(".leaflet-container").wait_for()
    page.locator(".whistle a").first.click()
    expect(page.frame_locator("iframe").locator(".card.whistle")).to_contain_text("66.7")


def test_the_documentation_of_the_api_draws_itself_from_here(page: Page, address: str):
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{address}/docs")
    page.locator(".opblock").first.wait_for()
    assert page.locator(".opblock").count() >= 14
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
    assert said == []


def test_the_start_page_fits_a_small_phone(page: Page, address: str):
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for control in page.locator("header a, header button").all():
        box = control.bounding_box()
        assert box is not None
        assert box["height"] >= 44
