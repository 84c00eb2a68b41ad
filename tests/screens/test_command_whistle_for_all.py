"""What is filled in at the wall is for everybody: axe finds nothing in forms, dialogs and a whistle's page."""

import geopandas as gpd
import pytest
import shapely
from playwright.sync_api import expect

from tests.conftest import SAMPLE
from tests.screens.conftest import LAPTOP, PHONE, Town
from tests.screens.test_command_for_all import _violations
from tests.screens.test_command_whistle import _blown, _drafted
from tests.screens.test_field_journeys import ILLEGAL_BUILDING, report

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def block() -> shapely.Geometry:
    """Return the block that stands under both streets that have accounts."""
    return gpd.read_parquet(SAMPLE / "buildings.parquet").set_index("id").loc["B-BORDER-1", "geometry"]


@pytest.mark.parametrize(
    ("theme", "tongue", "size"), [("day", "zh", LAPTOP), ("night", "en", LAPTOP), ("night", "zh", PHONE)]
)
def test_axe_finds_nothing_in_a_combined_whistle_and_its_forms(
    town: Town, block: shapely.Geometry, theme: str, tongue: str, size: tuple[int, int]
):
    whistle = _drafted(town, block, f"跨界综合楼，无障碍 {theme} {tongue}")
    with town.page("street", size=size, bypass_csp=True) as watched:
        page = watched.page
        page.goto(f"/command/whistles/{whistle}?theme={theme}&lang={tongue}")
        expect(page.locator(".c-whistle.large .c-footprint")).to_be_visible()
        for summary in page.locator(".c-whistle.large .c-why-not summary").all():
            summary.click()
        assert _violations(page) == []
        for act in page.locator(".c-whistle.large [data-act]:not([data-act=confirm])").all():
            act.click()
            expect(page.locator(".c-act-form")).to_be_visible()
            assert _violations(page) == [], act.get_attribute("data-act")
            page.keyboard.press("Escape")


@pytest.mark.parametrize(("theme", "tongue"), [("day", "zh"), ("night", "en")])
def test_axe_finds_nothing_in_what_a_department_and_a_street_fill_in(town: Town, theme: str, tongue: str):
    whistle = _blown(town, f"院内违建，无障碍 {theme}")
    with town.page("dept-zf", bypass_csp=True) as watched:
        page = watched.page
        page.goto(f"/command/whistles/{whistle}?theme={theme}&lang={tongue}")
        page.locator(".c-whistle.large [data-act=check-in]").click()
        expect(page.locator(".c-position")).to_be_visible()
        assert _violations(page) == []
    case = report(town, ILLEGAL_BUILDING, f"院内违建，对话框 {theme}")
    with town.page("street", bypass_csp=True) as watched:
        page = watched.page
        page.goto(f"/command/cases/{case}?theme={theme}&lang={tongue}")
        page.locator(".c-blow [data-kind]").first.click()
        page.locator(".c-others summary").click()
        assert _violations(page) == []
        page.keyboard.press("Escape")
        page.keyboard.press("/")
        page.keyboard.type("370102")
        expect(page.get_by_role("option").first).to_be_visible()
        assert _violations(page) == []
