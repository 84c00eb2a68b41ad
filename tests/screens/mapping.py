"""What the tests of the wall's map share: waiting until it is drawn, and looking at what was drawn."""

import io
from collections import Counter
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Page


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
