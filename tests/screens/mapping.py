"""What the tests of the wall's map share: waiting until it is drawn, and looking at what was drawn."""

import io
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias

import pytest
import shapely
from PIL import Image
from playwright.sync_api import Page

from gridgov.clock import system_clock
from gridgov.services.intake import Intake
from gridgov.services.knowledge import KnowledgeKeeper
from gridgov.services.sample import day_of_reports
from layers.styles import GROUND
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


Colour: TypeAlias = tuple[int, ...]


@dataclass(frozen=True)
class View:
    """Where a map is put, by a link: as seen from above this place, at this zoom level."""

    zoom: float
    lon: float
    lat: float

    def link(self, *layers: str) -> str:
        """Return the address of the wall that shows these layers alone, by day."""
        return f"/command?map={self.zoom}/{self.lat:.5f}/{self.lon:.5f}&layers={','.join(layers)}&theme=day"


@dataclass(frozen=True)
class Sight:
    """What a page's map shows, and where places lie in it; the map is drawn as large as its box, as at a desk."""

    picture: Image.Image
    view: View

    @classmethod
    def of(cls, page: Page, view: View) -> "Sight":
        """Take a picture of the map."""
        shot = page.locator(".c-map canvas.maplibregl-canvas").screenshot()
        return cls(Image.open(io.BytesIO(shot)).convert("RGB"), view)

    def spot(self, lon: float, lat: float) -> tuple[float, float]:
        """Return where a place lies, in pixels from the upper left corner."""
        (x, y), (middle_x, middle_y) = _mercator(lon, lat), _mercator(round(self.view.lon, 5), round(self.view.lat, 5))
        size = 512 * 2**self.view.zoom
        width, height = self.picture.size
        return width / 2 + (x - middle_x) * size, height / 2 + (y - middle_y) * size

    def colour(self, x: float, y: float) -> Colour:
        """Return the colour of a pixel."""
        found: Any = self.picture.getpixel((round(x), round(y)))
        return tuple(found)

    def is_clear(self, x: float, y: float) -> bool:
        """Return whether a spot lies where no button and no panel does."""
        width, height = self.picture.size
        return 0.08 * width < x < 0.92 * width and 0.12 * height < y < 0.8 * height


def _mercator(lon: float, lat: float) -> tuple[float, float]:
    return (lon + 180) / 360, (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2


def painted(paint: dict[str, Any], over: str = GROUND) -> Colour:
    """Return the colour of an area that the catalogue says is painted so, on the bare ground of the day."""
    share = paint["fillOpacity"]
    pairs = zip(_rgb(paint["fillColor"]), _rgb(over), strict=True)
    return tuple(round(share * upper + (1 - share) * lower) for upper, lower in pairs)


def _rgb(colour: str) -> Colour:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def near(one: Colour, other: Colour, by: int = 6) -> bool:
    return all(abs(a - b) <= by for a, b in zip(one, other, strict=True))


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
