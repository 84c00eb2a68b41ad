"""What the tests of the wall's map share: waiting until it is drawn, and looking at what was drawn."""

import io
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
import shapely
from PIL import Image
from playwright.sync_api import Page

from gridgov.clock import system_clock
from gridgov.services.intake import Intake
from gridgov.services.knowledge import KnowledgeKeeper
from gridgov.services.sample import day_of_reports
from tests.conftest import SAMPLE
from tests.screens.conftest import Town


def until_drawn(page: Page) -> None:
    """Return once the map says that all of it is there."""
    poll(page, lambda: page.evaluate("performance.getEntriesByName('drawn').length"), "The map was never drawn.")


def poll(page: Page, found: Callable[[], object], message: str) -> None:
    for _ in range(300):
        if found():
            return
        page.wait_for_timeout(100)
    raise AssertionError(message)


def colours(shot: bytes) -> Counter[tuple[int, int, int]]:
    picture = Image.open(io.BytesIO(shot)).convert("RGB")
    middle = picture.crop(_inner(*picture.size)).tobytes()
    return Counter(zip(middle[::3], middle[1::3], middle[2::3], strict=True))


def _inner(width: int, height: int) -> tuple[int, int, int, int]:
    """Return the middle of a picture, where no control lies."""
    return (width // 4, height // 3, 3 * width // 4, 2 * height // 3)


def placed_case(page: Page, stage: str) -> tuple[str, float, float]:
    for case in page.request.get(f"/api/v1/incidents?stage={stage}&limit=100").json()["items"]:
        found = page.request.get(f"/api/v1/incidents/{case['id']}").json()
        if found["geometry"] and found["geometry"]["type"] == "Point" and not found["whistles"]:
            lon, lat = found["geometry"]["coordinates"]
            return case["id"], lon, lat
    pytest.fail(f"no case in stage {stage} has a place")


def open_layers(page: Page) -> None:
    page.get_by_role("button", name="图层与图例").click()


def whistled(town: Town, keeper: KnowledgeKeeper) -> int:
    """Take in what crosses a border all day, for which whistles are drafted; return how many lie in the district."""
    intake = Intake(town.store, clock=system_clock, home_district="370102", keeper=keeper)
    day = day_of_reports(SAMPLE, ending=system_clock() - timedelta(minutes=2))
    wide = [one for one in day if one.position and shapely.get_dimensions(one.position.geometry) == 2]
    receipts = [intake.take(report, author="sample") for report in wide]
    found = {one.whistle_id for one in receipts if one.whistle_id and one.district_code == "370102"}
    assert len(found) > 1
    return len(found)
