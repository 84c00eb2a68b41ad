"""A day in the sample district that shows everything a map can show, and things no map should do."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import geopandas as gpd
import pytest
from playwright.sync_api import Browser, Page
from shapely import LineString
from sqlalchemy import create_engine

from gridgov.services.intake import Intake
from gridgov.services.knowledge import KnowledgeKeeper
from gridgov.store.cluster import Cluster
from gridgov.store.unit import Unit
from layers import View, district_map, render
from tests.conftest import SAMPLE, sample_of_its_own
from tests.support import NOON, SavepointStore, SetClock, at, over, report

HOSTILE = "</script><script>window.broken=1</script><img src=x onerror=window.broken=1> {{ 7*7 }} & \u2028 '\""
SINCE, UNTIL = NOON - timedelta(hours=12), NOON


@pytest.fixture(scope="session")
def border_block():
    buildings = gpd.read_parquet(SAMPLE / "buildings.parquet")
    return buildings.loc[buildings["id"] == "B-BORDER-1", "geometry"].iloc[0]


@pytest.fixture(scope="session")
def day_url(cluster: Cluster, sample_url: str) -> Iterator[str]:  # noqa: ARG001 - it makes the template
    """Yield the URL of a database of the day's own: its transaction lasts as long as the worker."""
    with sample_of_its_own(cluster) as url:
        yield url


@pytest.fixture(scope="session")
def day(day_url: str, border_block) -> Iterator[SavepointStore]:
    """Yield a store with the sample district and a few reports; all of it is undone at the end."""
    engine = create_engine(day_url)
    west, south, east, north = border_block.bounds
    reports = [
        report(text="井盖松动"),
        report(text=HOSTILE, position=at(117.0905, 36.6515)),
        report(text="边界附近的噪声", position=at(west, south, accuracy_m=60.0)),
        report(text="城外", position=at(117.6, 36.9)),
        report(text="说不清在哪", position=None, address="不知道哪里的那个地方"),
        report(text=f"违建 {HOSTILE}", matter="20301", position=over(border_block)),
        report(text="路面破损", matter="20301", position=over(LineString([(west, south), (east, north)]))),
        report(text="昨天的事", reported_at=NOON - timedelta(hours=30)),
    ]
    with engine.connect() as connection:
        transaction = connection.begin()
        store = SavepointStore(connection)
        keeper = KnowledgeKeeper(Path(os.environ["GRIDGOV_CACHE_DIR"]))
        intake = Intake(store, clock=SetClock(NOON), home_district="370102", keeper=keeper)
        for one in reports:
            intake.take(one, author="test")
        yield store
        transaction.rollback()
    engine.dispose()


@pytest.fixture(scope="session")
def unit(day: SavepointStore) -> Iterator[Unit]:
    with day.transaction() as unit:
        yield unit


@pytest.fixture(scope="session")
def view() -> View:
    return View(NOON, SINCE, UNTIL, ("370102", "370103", "370112"))


@pytest.fixture(scope="session")
def page_text(unit: Unit) -> str:
    return render(district_map(unit, at=NOON, since=SINCE, until=UNTIL))


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Callable[[str], Page]]:
    """Yield a function that opens a page from a file; at the end nothing was asked for and nothing went wrong."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    asked: list[str] = []
    wrong: list[str] = []

    def open_page(html: str, *, fragment: str = "") -> Page:
        file = tmp_path / "map.html"
        file.write_text(html, encoding="utf-8")
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if said.type in {"error", "warning"} else None)
        page.goto(file.as_uri() + fragment)
        return page

    yield open_page
    context.close()
    assert wrong == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
