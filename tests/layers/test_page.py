import re

import pytest

from gridgov.errors import SetupError
from gridgov.store.unit import Unit
from layers import district_map, render
from tests.layers.conftest import HOSTILE, SINCE, UNTIL
from tests.support import NOON

pytestmark = pytest.mark.browser
BLOCK = ".whistles button:has-text('66.7%')"


def test_the_file_names_nothing_outside(page_text):
    markup = re.sub(r"<script>.*?</script>", "", page_text, flags=re.DOTALL)
    assert not re.search(r"""(src|href|url\(|@import)\s*=?\s*["'(]?\s*(https?:)?//""", markup)
    assert not re.search(
        r"""(fetch|XMLHttpRequest|importScripts|new WebSocket)\(""", page_text.partition("gridgovMap")[2]
    )


def test_the_file_stays_small(page_text):
    assert len(page_text.encode()) < 6_000_000


def test_no_text_of_a_report_is_markup(page_text):
    assert HOSTILE not in page_text
    assert "<img src=x" not in page_text


def test_without_a_grid_the_map_says_what_to_do(unit: Unit):
    with pytest.raises(SetupError, match="gridgov load"):
        district_map(unit, at=NOON.replace(year=1980), since=SINCE, until=UNTIL)


def test_it_opens_in_chinese_and_turns_english_at_a_click(page_text, opened):
    page = opened(page_text)
    assert page.locator("h1").inner_text() == "历下区网格一张图"
    assert page.get_by_text("图层与图例").is_visible()
    page.locator("button.language").click()
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.get_by_text("Layers and legend").is_visible()
    assert not page.get_by_text("图层与图例").is_visible()
    page.reload()
    assert page.locator("html").get_attribute("lang") == "en"


def test_it_says_that_the_geometry_is_synthetic_and_simplified_and_how_classes_are_cut(page_text, opened):
    page = opened(page_text)
    assert page.get_by_text("几何为合成数据").is_visible()
    assert page.get_by_text("边界仅为显示而简化").is_visible()
    assert page.get_by_text("分级：零值单列").is_visible()


def test_it_shows_no_flag_and_no_attribution(page_text, opened):
    page = opened(page_text)
    assert page.locator(".leaflet-control-attribution, .leaflet-attribution-flag").count() == 0


def test_the_combined_whistle_opens_with_shares_lead_and_deadlines(page_text, opened):
    page = opened(page_text)
    page.locator(BLOCK).click()
    card = page.locator(".card.whistle")
    said = card.inner_text()
    assert "66.7%" in said
    assert "33.3%" in said
    assert "牵头" in said
    assert "各方确认截止" in said
    assert "主责" in said
    assert "</script><script>" in said  # the hostile words are read as words
    labels = page.locator(".label.share").all_inner_texts()
    assert any("66.7%" in text for text in labels)
    assert any("33.3%" in text for text in labels)
    assert page.evaluate("window.broken") is None


def test_an_incident_opens_by_its_number_in_the_address_and_its_words_stay_words(page_text, opened):
    number = re.search(r'"number":\["([^"]+)"', page_text)
    every = re.search(r'"number":\[((?:"[^"]+",?)+)\]', page_text)
    assert number
    assert every
    texts = []
    for one in re.findall(r'"([^"]+)"', every.group(1)):
        page = opened(page_text, fragment=f"#{one}")
        texts.append(page.locator(".leaflet-popup-content").inner_text())
        assert one in texts[-1]
        assert page.evaluate("window.broken") is None
    assert any("onerror=window.broken=1" in text for text in texts)


def test_pointing_at_a_cell_names_it(page_text, opened):
    page = opened(page_text)
    page.mouse.move(700, 450)
    page.mouse.move(705, 455)
    card = page.locator(".leaflet-tooltip .card")
    card.wait_for()
    said = card.inner_text()
    for word in ("编码", "街道", "社区", "本期上报"):
        assert word in said


def test_of_the_two_ways_to_colour_cells_one_is_shown(page_text, opened):
    page = opened(page_text)
    reports = page.get_by_label("网格：本期上报件数")
    rate = page.get_by_label("网格：每千户上报件数")
    assert reports.is_checked()
    rate.check()
    assert not reports.is_checked()
    assert page.get_by_text("不足 30 户，不计").is_visible()


def test_boxes_do_not_overlap_and_stay_within_the_window(page_text, opened):
    page = opened(page_text)
    for width, height in ((1440, 900), (1024, 700), (820, 1180), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        left, right = (page.locator(f".box.{side}").bounding_box() for side in ("left", "right"))
        for box in (left, right):
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
            assert box["y"] + box["height"] <= height
        apart = left["x"] + left["width"] <= right["x"] or left["y"] + left["height"] <= right["y"]
        assert apart, (width, height)


def test_a_day_without_anything_still_draws_the_grid(unit, opened):
    page = opened(render(district_map(unit, at=NOON, since=UNTIL, until=UNTIL)))
    assert page.get_by_text("上报 0 件").is_visible()
    assert page.locator(".whistles").count() == 0
