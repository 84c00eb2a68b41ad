"""The wall's numbers, the API's and the notebook's are the same."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from gridgov.clock import system_clock
from gridgov.services.connecting import Gov
from gridgov.services.intake import Intake
from gridgov.services.knowledge import KnowledgeKeeper
from gridgov.services.sample import day_of_reports
from tests.conftest import SAMPLE
from tests.screens.conftest import Town
from tests.support import SetClock

pytestmark = pytest.mark.browser

PATIENCE_MS = 20_000


@pytest.fixture
def _neglected(town: Town, keeper: KnowledgeKeeper) -> None:
    """Take in what nobody has touched since, through any holiday that may lie between."""
    then = system_clock() - timedelta(days=15)
    intake = Intake(town.store, clock=SetClock(then), home_district="370102", keeper=keeper)
    for one in day_of_reports(SAMPLE, ending=then)[:5]:
        intake.take(one, author="sample")
    with town.store.transaction() as unit:
        # One of today's was opened before anybody complained.
        unit.connection.execute(
            text("UPDATE incident SET channel = 'proactive' WHERE id = (SELECT max(id::text)::uuid FROM incident)")
        )


@pytest.mark.usefixtures("_neglected")
def test_the_wall_the_api_and_the_notebook_say_the_same(town: Town):
    # The city's command centre sees the whole sample, as a notebook beside the database does.
    with town.page("city") as watched:
        page = watched.page
        page.goto("/command")
        told = page.request.get("/api/v1/figures").json()
        counted = Gov(town.store).figures()
        for name in ("reports_24h", "proactive_24h", "open", "late", "soon", "by_stage"):
            assert told[name] == counted[name], name
        for name in ("open", "combined"):
            assert told["whistles"][name] == counted["whistles"][name], name
        assert told["open"] > 0
        for name in ("reports_24h", "open", "late", "soon"):
            shown = page.locator(f"[data-figure={name}] strong")
            expect(shown).to_have_text(str(told[name]), timeout=PATIENCE_MS)
        assert told["proactive_24h"] == 1
        expect(page.locator("[data-figure=reports_24h] small")).to_have_text("另有未诉先办 1")
        expect(page.locator("[data-figure=whistles] strong")).to_have_text(str(told["whistles"]["open"]))
        _require_the_same_late_things(page)
        stages = page.locator(".c-stages strong")
        expect(stages).to_have_text([str(count) for count in told["by_stage"].values()])


def _require_the_same_late_things(page: Page) -> None:
    """Hold each row that is late, in its order, against the API's."""
    late = page.request.get("/api/v1/watch").json()["late"]
    assert late
    rows = page.locator(".c-dues .c-rows").first.locator(".c-row")
    expect(rows.locator(".c-row-what")).to_have_text([one["matter"] or one["number"] for one in late])
    expect(rows.locator(".c-row-where")).to_have_text([one["street"] or "" for one in late])
