"""The wall for others and from afar: links, paper, sounds, and sizes that are read across a room."""

import re

import pytest
from playwright.sync_api import expect

from tests.screens.conftest import LAPTOP, WALL, Town
from tests.screens.mapping import colours, open_layers, placed_case, poll, until_drawn
from tests.screens.test_field_journeys import ILLEGAL_BUILDING, do, report

pytestmark = pytest.mark.browser


def test_a_link_shows_somebody_else_the_same_view(town: Town):
    with town.page("centre", permissions=["clipboard-read", "clipboard-write"]) as one:
        page = one.page
        page.goto("/command?layers=streets,incidents_by_stage~60&theme=night&map=14.5/36.66/117.08")
        until_drawn(page)
        page.get_by_role("button", name="复制本画面的链接").click()
        expect(page.locator(".ui-toasts")).to_contain_text("链接已复制")
        link = page.evaluate("navigator.clipboard.readText()")
    assert town.address in link
    with town.page("city") as other:
        page = other.page
        page.goto("/command?layers=districts")
        expect(page).to_have_url(re.compile("layers=districts"))
        page.goto(link)
        expect(page).to_have_url(re.compile("map=14.50/36.66000/117.08000"))
        expect(page).to_have_url(re.compile("layers=streets,incidents_by_stage~60"))
        expect(page.locator("html")).to_have_attribute("data-theme", "night")


def test_a_link_of_layers_as_at_first_shows_them_to_who_keeps_others(town: Town):
    with town.page("centre", permissions=["clipboard-read", "clipboard-write"]) as one:
        page = one.page
        page.goto("/command")
        until_drawn(page)
        page.get_by_role("button", name="复制本画面的链接").click()
        expect(page.locator(".ui-toasts")).to_contain_text("链接已复制")
        link = page.evaluate("navigator.clipboard.readText()")
        page.evaluate("""localStorage.setItem("gridgov.command.layers", '[{"name":"districts","opacity":1}]')""")
        page.goto(link)
        open_layers(page)
        expect(page.locator("[data-layer=incidents_by_stage] input[type=checkbox]")).to_be_checked()


def test_paper_holds_the_map_as_it_is_drawn(town: Town):
    with town.page("centre", sharp=True) as watched:
        page = watched.page
        page.add_init_script("window.print = () => dispatchEvent(new Event('beforeprint'))")
        page.goto("/command?theme=night")
        until_drawn(page)
        paper, words = page.locator(".c-paper canvas"), page.locator(".c-paper figcaption")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")  # as the browser's own menu does
        expect(words).to_contain_text("地图为夜间配色")
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        page.get_by_role("button", name="打印").click()
        expect(paper).to_be_attached()
        page.emulate_media(media="print")
        expect(paper).to_be_visible()
        found = colours(paper.screenshot())
        assert len(found) > 50
        # White paper, whatever the screen shows: most of it is light.
        assert sum(count for colour, count in found.items() if sum(colour) > 3 * 170) > found.total() / 2
        expect(words).to_contain_text(re.compile("CGCS2000.* · 网格：第 1 版$"))
        page.emulate_media(media="screen")
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        expect(paper).to_have_count(0)
        assert page.pdf().startswith(b"%PDF")


_TONES = 3
"""So many tones are a call."""

_HEAR = """
    window.heard = 0;
    const make = AudioContext.prototype.createOscillator;
    AudioContext.prototype.createOscillator = function () { window.heard += 1; return make.call(this); };
"""


def test_an_emergency_is_heard_once_and_the_choice_stays(town: Town):
    with town.page("street") as watched:
        page = watched.page
        page.add_init_script(_HEAR)
        page.goto("/command")
        button = page.locator("[data-sound]")
        expect(page.locator("[data-figure=open] strong")).to_have_text(re.compile(r"\d+"))
        assert page.evaluate("window.heard") == 0
        with page.expect_response(re.compile("within_minutes=10080")):  # what is there already is no news
            button.click()
        expect(button).to_have_attribute("aria-label", "应急提示音：开")
        poll(page, lambda: page.evaluate("window.heard") == _TONES, "Who switches it on does not hear it.")
        _blow_an_emergency(town)
        rung = 2 * _TONES
        poll(page, lambda: page.evaluate("window.heard") == rung, "Nobody was called, or too often.")
        page.locator("body").press("[")
        expect(page.locator(".c-past")).to_be_visible()
        _blow_an_emergency(town)
        called = page.get_by_role("alert").filter(has_text="新的应急案件：1 件")
        expect(called).to_be_visible()
        rung += _TONES
        poll(page, lambda: page.evaluate("window.heard") == rung, "Who looks at the past is not called.")
        called.get_by_role("button", name="回到实时").click()
        expect(page.locator(".c-badge.live")).to_be_visible()
        page.wait_for_timeout(3_000)
        assert page.evaluate("window.heard") == rung
        page.reload()
        expect(button).to_have_attribute("aria-pressed", "true")


def _blow_an_emergency(town: Town) -> None:
    case = report(town, ILLEGAL_BUILDING, "院内违建，墙要倒")
    do(town, "street", f"incidents/{case}/whistles", kind="emergency")


def test_a_wall_is_read_from_afar_and_a_desk_from_near(town: Town):
    sizes = {}
    for name, size in {"wall": WALL, "laptop": LAPTOP}.items():
        with town.page("centre", size=size, sharp=True) as watched:
            page = watched.page
            page.goto("/command")
            until_drawn(page)
            scale = page.locator(".c-map canvas").bounding_box()
            assert scale
            drawn = page.evaluate("document.querySelector('.c-canvas').clientWidth")
            words = page.evaluate(
                "parseFloat(getComputedStyle(document.querySelector('.c-row-who, .c-figure span')).fontSize)"
            )
            sizes[name] = (words, scale["width"] / drawn)
            box = page.locator(".c-map").bounding_box()
            assert box
            assert abs(scale["width"] - box["width"]) <= 2
            assert abs(scale["height"] - box["height"]) <= 2
    assert sizes["laptop"][1] == pytest.approx(1, abs=0.01)
    # Words of 12 pixels of the map, and of the lists: 16 minutes of arc at 3 m are 14 mm, on pixels of 0.63 mm 22.
    assert 12 * sizes["wall"][1] >= 22
    assert sizes["wall"][0] >= 22


def test_a_click_on_a_wall_hits_what_it_points_at(town: Town):
    with town.page("centre", size=WALL) as watched:
        page = watched.page
        case, lon, lat = placed_case(page, "reported")
        page.goto(f"/command?map=18.5/{lat}/{lon}&layers=streets,incidents_by_stage")
        until_drawn(page)
        box = page.locator(".c-map").bounding_box()
        assert box
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        expect(page).to_have_url(re.compile(case))


def test_the_size_is_chosen_by_hand_and_kept(town: Town):
    with town.page("centre", size=(1920, 1080)) as watched:
        page = watched.page
        page.goto("/command")
        page.get_by_role("button", name="字号：自动").click()
        page.get_by_role("button", name="字号：100%").click()
        expect(page.get_by_role("button", name="字号：125%")).to_be_visible()
        page.reload()
        expect(page.get_by_role("button", name="字号：125%")).to_be_visible()
        assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"
        assert page.evaluate("document.documentElement.scrollWidth") <= 1920
