"""A combined whistle goes its whole way, by the hands of all whom it concerns, each at a page of their own."""

from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import geopandas as gpd
import pytest
import shapely
import shapely.geometry
from playwright.sync_api import Locator, Page, expect

from gridgov.clock import system_clock
from tests.conftest import SAMPLE
from tests.screens.conftest import Town
from tests.screens.test_field_journeys import ILLEGAL_BUILDING, do, report

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LEAD = "370102-D-ZF"
NARROW = (880, 900)
"""One panel is in front: several people's maps are not drawn at once on one machine."""
IN_THE_CELL = {"latitude": 36.6632, "longitude": 117.0782, "accuracy": 8}
FAR_AWAY = {"latitude": 36.70, "longitude": 117.20, "accuracy": 8}
ON_SITE: dict[str, Any] = {"permissions": ["geolocation"], "geolocation": IN_THE_CELL}


@pytest.fixture(scope="module")
def block() -> shapely.Geometry:
    """Return the block that stands under both streets that have accounts, in two districts."""
    return gpd.read_parquet(SAMPLE / "buildings.parquet").set_index("id").loc["B-BORDER-1", "geometry"]


def _drafted(town: Town, block: shapely.Geometry, words: str) -> str:
    """Return the id of the combined whistle that is drafted for a report over the block."""
    at = (system_clock() - timedelta(minutes=3)).isoformat()
    position = {"datum": "wgs84", "geometry": shapely.geometry.mapping(block)}
    told = {"reported_at": at, "channel": "grid_worker", "matter": ILLEGAL_BUILDING, "text": words}
    return str(do(town, "worker", "incidents", **told, position=position)["whistle_id"])


def _stage(page: Page) -> Locator:
    return page.locator(".c-whistle.large .c-standing .c-stage")


def _row(page: Page, code: str) -> Locator:
    return page.locator(f".c-whistle.large tr[data-organisation='{code}']")


def _form(page: Page, name: str) -> Locator:
    return page.get_by_role("form", name=name)


def _act(page: Page, name: str) -> Locator:
    return page.locator(f".c-whistle.large [data-act='{name}']")


def _by_key(page: Page, key: str, act: str, form: str) -> Locator:
    """Press an act's key once the page offers it, and return its form, which has the focus then."""
    expect(_act(page, act)).to_be_visible()  # a page that has not heard yet that it may offers nothing to a key
    page.locator("body").press(key)
    opened = _form(page, form)
    expect(opened.locator(":focus")).to_have_count(1)
    return opened


def _done(page: Page, name: str) -> None:
    expect(page.get_by_text(f"已完成：{name}").first).to_be_visible()


def test_a_combined_whistle_goes_its_whole_way_by_the_hands_of_all(town: Town, block: shapely.Geometry):
    whistle = _drafted(town, block, "跨界综合楼顶层加建")
    inside = block.representative_point()
    with ExitStack() as stack:
        far = {"permissions": ["geolocation"], "geolocation": FAR_AWAY}
        opened = {who: stack.enter_context(town.page(who, size=NARROW)) for who in ("street", "neighbour", "centre")}
        answers = stack.enter_context(town.page("dept-zf", size=NARROW, **far))
        answers.forgive("422")
        street, neighbour, centre = (watched.page for watched in opened.values())
        lead, watching = answers.page, (street, neighbour, centre)
        for page in watching:
            page.goto(f"/command/whistles/{whistle}")
            expect(_stage(page)).to_have_text("待确认")
        _confirm(street, neighbour)
        for page in watching:
            expect(_stage(page)).to_have_text("已吹哨")
        lead.goto(f"/command/whistles/{whistle}")
        _arrive(lead, centre, {"latitude": inside.y, "longitude": inside.x, "accuracy": 9})
        for page in watching:
            expect(_row(page, LEAD)).to_contain_text("已到场")
            expect(_row(page, LEAD)).to_contain_text("距现场 0 米")
        _file_a_measure(lead)
        for page in watching:
            expect(_row(page, LEAD)).to_contain_text("责令停工，限期三日拆除")
        _let_everybody_go(town, street, neighbour, whistle)
        expect(_row(lead, LEAD)).to_contain_text("已放行")
        _act(lead, "leave").click()
        _done(lead, "离场")
        for page, score in ((street, "5"), (neighbour, "4")):
            _rate(page, score)
            for seen in watching:  # who has not heard of it yet would be told so, and asked to decide again
                expect(_row(seen, LEAD)).to_contain_text(f"评 {score} 分：到场及时")
        _act(street, "close").click()
        for page in watching:
            expect(_stage(page)).to_have_text("销哨中")
        _by_key(neighbour, "Shift+S", "close", "销哨")
        neighbour.keyboard.press("Enter")
        for page in (*watching, lead):
            expect(_stage(page)).to_have_text("已销哨")
        _require_a_story_in_words(centre)


def _confirm(street: Page, neighbour: Page) -> None:
    """Let each side confirm: one by keyboard, the other by a click."""
    _by_key(street, "Shift+C", "confirm", "确认联合哨")
    street.keyboard.press("Enter")
    expect(neighbour.locator(".c-whistle.large > .c-standing")).to_contain_text("1/2 方已确认")
    _act(neighbour, "confirm").click()


def _arrive(lead: Page, centre: Page, here: Any) -> None:
    """Let the lead acknowledge, be refused far away, and arrive `here`."""
    _act(lead, "acknowledge").click()
    expect(_row(centre, LEAD)).to_contain_text("已签收")
    form = _by_key(lead, "Shift+I", "check-in", "报到")
    expect(form).to_contain_text("已定位，精度 ±8 米")
    form.get_by_role("button", name="确认报到").press("Enter")
    expect(form.get_by_role("alert")).to_contain_text("离现场太远")
    expect(_row(centre, LEAD)).to_contain_text("未通过：离现场太远")
    lead.context.set_geolocation(here)
    form.get_by_role("button", name="重新定位").click()
    expect(form).to_contain_text("已定位，精度 ±9 米")
    form.get_by_role("button", name="确认报到").click()


def _file_a_measure(lead: Page) -> None:
    expect(_act(lead, "leave")).to_have_count(0)  # nobody leaves before release
    _act(lead, "measures").click()
    _form(lead, "填报措施").get_by_label("做了什么").fill("责令停工，限期三日拆除")
    lead.keyboard.press("Control+Enter")


def _rate(page: Page, score: str) -> None:
    """Let a side rate the lead; the others, who were excused, may be rated as well."""
    _act(page, "rate").click()
    form = _form(page, "一事一考")
    who = form.locator(f"input[name=act-organisation_code][value='{LEAD}']")
    if who.count():
        who.check()
    form.locator(f"input[name=act-score][value='{score}']").check()
    form.get_by_label("评语").fill("到场及时")
    form.get_by_role("button", name="确认一事一考").click()
    _done(page, "一事一考")


def _require_a_story_in_words(page: Page) -> None:
    told = page.locator(".c-story")
    titles = told.locator("strong").all_inner_texts()
    for title in ("吹哨", "签收", "报到未通过", "报到", "填报措施", "放行", "一事一考", "一方销哨", "销哨"):
        assert any(title in one for one in titles), title
    labels = told.locator("dt").all_inner_texts()
    assert [label for label in labels if label.isascii()] == []


def _let_everybody_go(town: Town, street: Page, neighbour: Page, whistle: str) -> None:
    """Let both sides release who came; excuse one of the others by hand, and the rest as scripts do."""
    others = street.locator(".c-summons tbody tr")
    codes = [str(row.get_attribute("data-organisation")) for row in others.all()]
    rest = [code for code in codes if code != LEAD]
    for page, login in ((street, "street"), (neighbour, "neighbour")):
        _act(page, "release").click()
        _done(page, "放行")
        for code in rest[1:]:
            do(town, login, f"whistles/{whistle}/excuse", organisation_code=code, reason="另有任务")
        if rest:
            form = _by_key(page, "Shift+E", "excuse", "免除")
            who = form.locator(f"input[value='{rest[0]}']")
            if who.count():  # what was done by scripts may not be heard of yet
                who.check()
            form.get_by_label("理由").fill("另有防汛任务")
            form.get_by_role("button", name="确认免除").click()
            _done(page, "免除")


def _blown(town: Town, words: str) -> str:
    """Return the id of a whistle that the street blew over a new case."""
    case = report(town, ILLEGAL_BUILDING, words)
    return str(do(town, "street", f"incidents/{case}/whistles", kind="comprehensive_enforcement")["whistle_id"])


def test_who_checks_in_without_a_position_is_vouched_for_by_somebody_on_site(town: Town):
    whistle = _blown(town, "院内违建，等人见证")
    with town.page("dept-zf", size=NARROW) as department, town.page("street", size=NARROW, **ON_SITE) as street:
        department.page.goto(f"/command/whistles/{whistle}")
        street.page.goto(f"/command/whistles/{whistle}")
        _act(department.page, "check-in").click()
        form = _form(department.page, "报到")
        expect(form.get_by_role("status")).to_contain_text("要由在场的另一人见证")
        form.get_by_role("button", name="确认报到").click()
        expect(_row(street.page, LEAD)).to_contain_text("待在场的人见证")
        expect(_by_key(street.page, "Shift+O", "vouch", "见证报到")).to_contain_text("已定位")
        street.page.keyboard.press("Enter")
        expect(_row(department.page, LEAD)).to_contain_text("street 见证")
        expect(_row(department.page, LEAD)).to_contain_text("已到场")


def test_whoever_leaves_before_release_is_told_so_and_it_is_written_down(town: Town):
    whistle = _blown(town, "院内违建，先走一步")
    with town.page("dept-zf", size=NARROW, **ON_SITE) as department, town.page("street", size=NARROW) as street:
        department.page.goto(f"/command/whistles/{whistle}")
        street.page.goto(f"/command/whistles/{whistle}")
        _act(department.page, "check-in").click()
        _form(department.page, "报到").get_by_role("button", name="确认报到").click()
        expect(_row(department.page, LEAD)).to_contain_text("已到场")
        why_not = department.page.locator(".c-whistle.large .c-why-not")
        why_not.locator("summary").click()
        expect(why_not.get_by_role("listitem").filter(has_text="离场")).to_contain_text("未放行不得离场")
        with pytest.raises(AssertionError, match="You may not leave"):
            do(town, "dept-zf", f"whistles/{whistle}/leave", organisation_code=LEAD)
        for page in (department.page, street.page):
            expect(_row(page, LEAD)).to_contain_text("未放行想离场")


def test_one_of_several_is_let_go_by_being_named(town: Town):
    whistle = _blown(town, "院内违建，谁也没来")
    with town.page("street", size=NARROW) as watched:
        page = watched.page
        page.goto(f"/command/whistles/{whistle}")
        first = page.locator(".c-summons tbody tr").first
        expect(first).to_be_visible()
        _act(page, "excuse").click()
        form = _form(page, "免除")
        expect(form.get_by_role("radio").first).to_be_focused()
        assert form.get_by_role("radio", checked=True).count() == 0
        page.keyboard.press("Space")
        form.get_by_label("理由").fill("另有防汛任务")
        page.keyboard.press("Control+Enter")
        expect(first).to_contain_text("已免除")
        expect(page.locator(".c-summons [data-stage=excused]")).to_have_count(1)


def test_the_leading_side_says_who_comes_before_the_others_confirm(town: Town, block: shapely.Geometry):
    whistle = _drafted(town, block, "跨界综合楼，另请公安")
    with ExitStack() as stack:
        sides = [stack.enter_context(town.page(login, size=NARROW)).page for login in ("street", "neighbour")]
        for page in sides:
            page.goto(f"/command/whistles/{whistle}")
            expect(_stage(page)).to_have_text("待确认")
        leading = next(page for page in sides if _act(page, "summons").count())
        other = next(page for page in sides if page is not leading)
        form = _by_key(leading, "Shift+N", "summons", "改召集单位")
        form.get_by_label("按责任清单召集").uncheck()
        form.get_by_label("另请单位").select_option(label="历下区公安分局")
        form.get_by_label("为什么与清单不同").fill("只需公安到场")
        form.get_by_role("button", name="确认改召集单位").click()
        expect(other.locator(".c-summons")).to_contain_text("公安")
        expect(other.locator(".c-summons [data-stage=pending]")).to_have_count(1)
        expect(other.locator(".c-story")).to_contain_text("只需公安到场")
