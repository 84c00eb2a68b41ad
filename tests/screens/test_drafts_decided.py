"""What is decided about a draft holds for everybody who looks at it, whatever was decided beside it meanwhile."""

import re
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from gridgov.clock import SHANGHAI
from tests.axe import violations
from tests.screens.conftest import PHONE, Town
from tests.screens.desking import dialog, get, today
from tests.screens.test_desk_access import prefer
from tests.screens.test_desk_changes import press
from tests.screens.test_desk_planning import bring, decide, street_with_two_cells_in_one

pytestmark = pytest.mark.browser

REASON = "东侧请按主干道划分"


def write(page: Page, what: str, label: str, words: str) -> None:
    """Open the dialog of an act, and write into it."""
    press(page, f"{what}…")
    dialog(page).get_by_label(re.compile(f"^{label}")).fill(words)


def test_what_is_sent_back_says_why_and_can_be_proposed_again(town: Town, tmp_path: Path):
    cells, _, _ = street_with_two_cells_in_one(town)
    with town.page("planner") as watched, town.page("centre", size=PHONE) as other:
        bring(watched.page, "退回再提", cells, tmp_path / "street.geojson")
        decide(watched.page, "提请审批")
        other.page.goto(watched.page.url)
        press(other.page, "退回…")
        press(dialog(other.page), "退回")
        expect(dialog(other.page).get_by_text("请填写这一项。")).to_be_visible()
        dialog(other.page).get_by_label(re.compile("^退回理由")).fill(REASON)
        press(dialog(other.page), "退回")
        expect(other.page.get_by_role("dialog")).to_have_count(0)
        expect(other.page.get_by_text("编制中")).to_be_visible()
        watched.page.reload()
        expect(watched.page.get_by_role("cell", name=REASON)).to_be_visible()
        decide(watched.page, "提请审批")
        expect(watched.page.get_by_text("待审批")).to_be_visible()


def test_what_is_approved_for_a_later_moment_can_be_called_off_until_then(town: Town, tmp_path: Path):
    cells, _, gone = street_with_two_cells_in_one(town)
    day = today() + timedelta(days=2)
    with town.page("planner") as watched, town.page("centre") as other:
        page = watched.page
        bring(page, "后天起", cells, tmp_path / "street.geojson")
        decide(page, "提请审批")
        other.page.goto(page.url)
        write(other.page, "批准", "生效日期", f"{day}")
        dialog(other.page).get_by_label(re.compile("^生效时刻")).fill("06:30")
        press(dialog(other.page), "批准")
        expect(other.page.get_by_text("已批准")).to_be_visible()
        # The hour that was typed is the hour that is told, not that of another zone.
        expect(other.page.get_by_role("cell", name=f"{day} 06:30 起生效")).to_be_visible()
        named = get(page, f"drafts/{page.url.rsplit('/', 1)[1]}")["publish_at"]
        assert datetime.fromisoformat(named) == datetime.combine(day, time(6, 30), SHANGHAI)
        page.reload()
        press(page, "发布…")
        expect(dialog(page).get_by_text(f"{day} 06:30 起生效")).to_be_visible()
        press(dialog(page), "发布")
        expect(page.get_by_text("已发布")).to_be_visible()
        decide(page, "取消发布")
        expect(page.get_by_text("已批准")).to_be_visible()
        assert gone in {one["properties"]["code"] for one in get(page, "cells")["features"]}


def test_whoever_decides_what_was_decided_meanwhile_is_told_and_loses_nothing(town: Town, tmp_path: Path):
    cells, _, _ = street_with_two_cells_in_one(town)
    with town.page("planner") as watched, town.page("centre") as other:
        bring(watched.page, "两个人同时决定", cells, tmp_path / "street.geojson")
        decide(watched.page, "提请审批")
        page = other.page
        page.goto(watched.page.url)
        other.forgive("412")
        write(page, "退回", "退回理由", REASON)
        second = page.context.new_page()
        second.goto(page.url)
        decide(second, "批准")
        press(dialog(page), "退回")
        expect(dialog(page).get_by_text("草案已是第 3 稿，而您看的是第 2 稿")).to_be_visible()
        expect(dialog(page).get_by_label(re.compile("^退回理由"))).to_have_value(REASON)
        assert get(page, f"drafts/{page.url.rsplit('/', 1)[1]}")["state"] == "approved"


def test_a_planner_reads_a_draft_in_english(town: Town, tmp_path: Path):
    cells, _, _ = street_with_two_cells_in_one(town)
    with town.page("planner") as watched:
        page = watched.page
        bring(page, "Two cells in one", cells, tmp_path / "street.geojson")
        prefer(page, "en", "day")
        page.reload()
        expect(page.get_by_role("img", name=re.compile("Picture of the changes"))).to_be_visible()
        assert violations(page) == []
        press(page, "Propose…")
        expect(dialog(page).get_by_text("Somebody else who may must approve it.")).to_be_visible()
        assert violations(page) == []
        press(dialog(page), "Propose")
        expect(page.get_by_text("Proposed", exact=True).first).to_be_visible()
        page.goto("/desk/drafts")
        expect(page.get_by_role("link", name="Two cells in one")).to_be_visible()
        assert violations(page) == []
