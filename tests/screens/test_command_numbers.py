"""The wall's numbers, the API's and the notebook's are the same."""

import pytest
from playwright.sync_api import expect

from gridgov.services.connecting import Gov
from tests.screens.conftest import Town

pytestmark = pytest.mark.browser

PATIENCE_MS = 20_000


def test_the_wall_the_api_and_the_notebook_say_the_same(town: Town):
    # The city's command centre sees the whole sample, as a notebook beside the database does.
    with town.page("city") as watched:
        page = watched.page
        page.goto("/command")
        told = page.request.get("/api/v1/figures").json()
        counted = Gov(town.store).figures()
        for name in ("reports_24h", "open", "late", "soon", "by_stage"):
            assert told[name] == counted[name], name
        for name in ("open", "combined"):
            assert told["whistles"][name] == counted["whistles"][name], name
        assert told["open"] > 0
        for name in ("reports_24h", "open", "late", "soon"):
            shown = page.locator(f"[data-figure={name}] strong")
            expect(shown).to_have_text(str(told[name]), timeout=PATIENCE_MS)
        expect(page.locator("[data-figure=whistles] strong")).to_have_text(str(told["whistles"]["open"]))
        stages = page.locator(".c-stages strong")
        expect(stages).to_have_text([str(count) for count in told["by_stage"].values()])
