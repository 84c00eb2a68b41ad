"""At the desk a grid is redrawn by one, approved by another and published; what stands out is decided by a person."""

import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from playwright.sync_api import Page, expect

from gridgov.clock import system_clock
from gridgov.proactive import Kind, Suspicion
from gridgov.store.proactive import ProactiveStore
from tests.axe import violations
from tests.screens.conftest import PHONE, Town
from tests.screens.desking import dialog, get
from tests.screens.test_desk_access import settled
from tests.screens.test_desk_changes import press

pytestmark = pytest.mark.browser

STREET = "370102001"


def street_with_two_cells_in_one(town: Town) -> tuple[gpd.GeoDataFrame, str, str]:
    """Return the cells of a street with one dissolved into its neighbour: the code that stays, the one that goes."""
    with town.store.transaction() as unit:
        cells = unit.cells.frame(at=system_clock())
    mine = cells[cells["street_code"] == STREET].set_index("code")
    for kept, gone in ((one, other) for one in mine.index for other in mine.index if one[:12] == other[:12]):
        if kept < gone and mine.geometry[kept].intersection(mine.geometry[gone]).length:
            whole = shapely.coverage_union_all([mine.geometry[kept], mine.geometry[gone]])
            drawn = mine[["geometry"]].drop(index=gone).reset_index()
            drawn.loc[drawn["code"] == kept, "geometry"] = gpd.GeoSeries([whole], crs=4326).to_numpy()
            return drawn, str(kept), str(gone)
    raise AssertionError(STREET)


def bring(page: Page, title: str, cells: gpd.GeoDataFrame, file: Path) -> None:
    """Make a draft of a file, and wait until its preview stands there."""
    cells.to_file(file, driver="GeoJSON" if file.suffix == ".geojson" else "GPKG")
    page.goto("/desk/drafts")
    press(page, "新建草案…")
    form = dialog(page)
    form.get_by_label(re.compile("^名称")).fill(title)
    form.locator("#draft-file").set_input_files(file)
    press(form, "建立草案")
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.get_by_text("取消 1 个编码").first).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("改动示意图"))).to_be_visible()


def decide(page: Page, what: str) -> None:
    """Press the button of an act, and the one of the same name in its dialog."""
    press(page, f"{what}…")
    dialog(page).get_by_role("button", name=what, exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_what_one_draws_another_approves_and_it_is_in_force(town: Town, tmp_path: Path):
    cells, kept, gone = street_with_two_cells_in_one(town)
    with town.page("planner") as watched:
        page = watched.page
        bring(page, "并两个网格", cells, tmp_path / "street.geojson")
        expect(page.get_by_role("cell", name=re.compile(f"{kept}.*{gone}"))).to_be_visible()
        expect(page.get_by_role("cell", name="专职网格员", exact=True).first).to_be_visible()
        expect(page.get_by_role("button", name="批准…")).to_have_count(0)
        assert violations(page) == []
        decide(page, "提请审批")
        expect(page.get_by_text("待审批")).to_be_visible()
        where = page.url
        with town.page("centre", size=PHONE) as other:
            other.page.goto(where)
            expect(other.page.get_by_role("button", name="发布…")).to_have_count(0)
            decide(other.page, "批准")
            expect(other.page.get_by_text("已批准")).to_be_visible()
            assert other.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
            assert violations(other.page) == []
        page.reload()
        decide(page, "发布")
        expect(page.get_by_text("网格第 2 版")).to_be_visible()
        codes = {one["properties"]["code"] for one in get(page, "cells")["features"]}
        assert kept in codes
        assert gone not in codes
        page.goto("/desk/drafts")
        press(page, "恢复旧版…")
        dialog(page).get_by_label(re.compile("^恢复到")).select_option(index=1)
        press(dialog(page), "建立草案")
        expect(page.get_by_text("新增", exact=False).first).to_be_visible()
        assert get(page, "drafts")["items"][0]["base_version"] == 2


def test_a_draft_with_faults_names_them_and_cannot_be_proposed(town: Town, tmp_path: Path):
    cells, kept, _ = street_with_two_cells_in_one(town)
    wide = shapely.buffer(cells.geometry[cells["code"] == kept].to_numpy(), 0.0005)
    cells.loc[cells["code"] == kept, "geometry"] = wide
    with town.page("planner") as watched:
        page = watched.page
        bring(page, "画坏了", cells, tmp_path / "street.gpkg")
        expect(page.get_by_role("rowheader", name="重叠", exact=True).first).to_be_visible()
        expect(page.get_by_role("rowheader", name="超出所属社区")).to_be_visible()
        propose = page.get_by_role("button", name="提请审批…")
        expect(propose).to_have_attribute("aria-disabled", "true")
        expect(propose).to_have_attribute("title", "请先改正错误")
        assert violations(page) == []


def suspected(town: Town, reason: str) -> None:
    with town.store.transaction() as unit:
        cells = unit.cells.frame(at=system_clock())
        first = cells[cells["street_code"] == STREET].iloc[0]
        spot, matter = first.geometry.representative_point(), next(iter(unit.rules.matters())).code
        now = system_clock()
        made = Suspicion(
            Kind.HOTSPOT, first["code"], reason, matter, now.replace(year=now.year - 1), now, spot.x, spot.y,
            reason, f"{reason} (en)", {"count": 9, "expected": 2.5, "q": 0.0004},
        )  # fmt: skip
        assert ProactiveStore(unit.connection).propose([made], at=now, author="machine")


def weigh(page: Page, reason: str) -> Any:
    page.get_by_role("button", name=f"打开 {reason}").click()
    return dialog(page)


def test_what_is_suspected_becomes_a_case_or_is_dismissed_with_a_reason(town: Town):
    suspected(town, "夜间噪声比以往多")
    suspected(town, "占道经营比以往多")
    with town.page("planner", size=PHONE) as watched:
        watched.forgive("422")
        watched.page.goto("/desk/proposals")
        form = weigh(watched.page, "夜间噪声比以往多")
        expect(form.get_by_text("由有确认权限的人决定。")).to_be_visible()
        expect(form.get_by_role("button", name="确认并立案")).to_have_count(0)
    with town.page("centre") as watched:
        watched.forgive("422")  # of a town that is a morning old nothing can be told of next month
        page = watched.page
        page.goto("/desk/proposals")
        settled(page)
        expect(page.get_by_text("至少要 6 个整月才能预计下月")).to_be_visible()
        form = weigh(page, "夜间噪声比以往多")
        expect(form.get_by_text("< 0.1 %")).to_be_visible()
        assert violations(page) == []
        press(form, "确认并立案")
        expect(page.get_by_role("button", name="打开 夜间噪声比以往多")).to_have_count(0)
        form = weigh(page, "占道经营比以往多")
        press(form, "不处理…")
        press(form, "记为不处理")
        expect(form.get_by_text("请填写这一项。")).to_be_visible()
        form.get_by_label(re.compile("^为什么不处理")).fill("已知的夜市")
        press(form, "记为不处理")
        expect(page.get_by_role("dialog")).to_have_count(0)
        found = {one["reason"]["zh"]: one for one in get(page, "proactive/proposals")["items"]}
        case = get(page, f"incidents/{found['夜间噪声比以往多']['incident_id']}")
        assert case["channel"] == "proactive"
        assert found["占道经营比以往多"]["note"] == "已知的夜市"
