"""Acts on the phone: each is asked for once, what is filled in stays, and what was refused can be mended."""

import re

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import text

from gridgov.clock import system_clock
from tests.screens.conftest import PHONE, Town
from tests.screens.test_field_journeys import card_of, do, go_to, handled, stage_of
from tests.screens.test_field_outbox import CUT, large_photo, photos, write
from tests.screens.test_field_outbox_ways import AT_THE_SITE, arrivals, call_to
from tests.screens.test_field_report import HERE, reports, send

pytestmark = pytest.mark.browser


def look_again(page: Page) -> None:
    """Have the page ask what is new, as it does every minute and whenever somebody comes back to it."""
    with page.expect_response(re.compile("/api/v1/field/today")):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_a_finger_that_taps_twice_checks_in_once(town: Town) -> None:
    case = call_to(town)
    with town.page("dept-zf", size=PHONE, **AT_THE_SITE) as watched:
        watched.forgive(CUT)
        page = watched.page
        page.goto("/field/whistles")
        card = card_of(town, page, case)
        expect(card.get_by_text("已在现场")).to_be_visible()
        page.context.set_offline(offline=True)
        come = card.get_by_role("button", name="报到", exact=True)
        come.evaluate("button => { button.click(); button.click(); }")
        expect(page.get_by_text("已记下时间和位置")).to_be_visible()
        expect(page.get_by_text("待发送 1")).to_be_visible()
        expect(come).to_be_disabled()
        expect(card.get_by_role("button", name="签收")).to_be_disabled()
        page.context.set_offline(offline=False)
        expect(card.get_by_text("已到场").first).to_be_visible()
        expect(page.get_by_text("需处理")).to_have_count(0)
    assert arrivals(town, case) == ["accepted"]


COVERED = """dialog => {
    const boxes = (which) => [...dialog.querySelectorAll(which)].map((one) => [one, one.getBoundingClientRect()]);
    const messages = boxes(".ui-toast");
    const isUnder = ([, { left, right, top, bottom }]) => messages.some(([, over]) =>
        left < over.right && over.left < right && top < over.bottom && over.top < bottom);
    return boxes("header button, .body button").filter(isUnder).map(([button]) => button.innerText);
}"""
"""The buttons of a dialog that its messages lie over."""


def test_whoever_arrives_after_a_colleague_sees_both_versions(town: Town) -> None:
    case = call_to(town)
    asked = text("SELECT id FROM whistle WHERE incident_id = :case")
    with town.store.transaction() as unit:
        whistle = unit.connection.execute(asked, {"case": case}).scalar_one()
    with town.page("dept-zf", size=PHONE, **AT_THE_SITE) as watched:
        watched.forgive(f"{CUT}|422")
        page = watched.page
        page.goto("/field/whistles")
        card = card_of(town, page, case)
        expect(card.get_by_text("已在现场")).to_be_visible()
        page.context.set_offline(offline=True)
        card.get_by_role("button", name="报到", exact=True).click()
        position = {"datum": "wgs84", "lon": 117.0782, "lat": 36.6632, "accuracy_m": 8}
        come = {"organisation_code": "370102-D-ZF", "position": position, "device_time": system_clock().isoformat()}
        do(town, "dept-zf", f"whistles/{whistle}/check-in", **come)
        page.context.set_offline(offline=False)
        expect(page.get_by_text("1 件需处理")).to_be_visible()
        go_to(page, "我的")
        page.get_by_role("button", name="对照两个版本").click()
        both = page.get_by_role("dialog")
        expect(both.get_by_text("您看过之后，别人已经办理")).to_be_visible()
        theirs = both.get_by_role("table").get_by_role("cell").nth(1)
        expect(theirs).to_contain_text("已到场")
        both.get_by_role("button", name="放弃我的这一版").click()
        both.get_by_role("button", name="再点一次").click()
        expect(page.get_by_text("已全部发送")).to_be_visible()
    assert arrivals(town, case) == ["accepted"]


def test_what_is_filled_in_outlives_the_task_and_shows_that_somebody_was_quicker(town: Town) -> None:
    case = handled(town, "边写边被办掉")
    with town.page("worker", size=PHONE, **HERE) as watched:
        watched.forgive("412|422")
        page = watched.page
        page.goto("/field/tasks")
        card = page.locator("li.f-card").filter(has_text="边写边被办掉")
        card.get_by_role("button", name="退回重办").click()
        page.get_by_label("为什么退回").fill("还有一盏")
        do(town, "centre", f"incidents/{case}/acts/verify")
        look_again(page)
        expect(card).to_have_count(0)
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_text("填写期间这件事有了变化")).to_be_visible()
        dialog.get_by_role("button", name="关闭").click()
        page.reload()
        left = page.get_by_role("listitem").filter(has_text="还有一盏")
        left.get_by_role("button", name="继续填写").click()
        expect(page.get_by_label("为什么退回")).to_have_value("还有一盏")
        page.locator("dialog .f-go").click()
        expect(page.get_by_text("1 件需处理")).to_be_visible()
        expect(left).to_have_count(0)
        go_to(page, "我的")
        page.get_by_role("button", name="对照两个版本").click()
        expect(dialog.get_by_text("还有一盏")).to_be_visible()
        expect(dialog.get_by_text("已核查")).to_be_visible()
        dialog.get_by_role("button", name="复制内容").click()
        expect(dialog.get_by_text("已复制")).to_be_visible()
        assert dialog.evaluate(COVERED) == []
    assert stage_of(town, case) == "verified"


NARROW_BYTES = 3_500_000
"""What is larger does not pass the proxy of these tests."""


def test_a_photo_that_is_too_large_to_pass_goes_smaller_or_another_goes_in_its_stead(town: Town) -> None:
    words = "代理不让过"

    def proxy(route: Route) -> None:
        if len(route.request.post_data_buffer or b"") > NARROW_BYTES:
            route.fulfill(status=413, content_type="text/html", body="<h1>Too large</h1>")
        else:
            route.continue_()

    with town.page("worker", size=PHONE, service_workers="block", **HERE) as watched:
        watched.forgive("413")
        page = watched.page
        page.goto("/field")
        page.route("**/parts/*", proxy)
        write(page, words)
        for at, side in enumerate((1_900, 1_901), start=1):
            page.get_by_label("拍照或选择照片").set_input_files(large_photo(side))
            expect(page.locator(".f-shot")).to_have_count(at)
        send(page)
        expect(page.get_by_text("2 件需处理")).to_be_visible(timeout=60_000)
        go_to(page, "我的")
        mend = page.get_by_role("button", name="查看原因并处理")
        mend.first.click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_text("太大，送不过去")).to_be_visible()
        dialog.get_by_role("button", name="缩小后重发").click()
        expect(page.get_by_text("1 件需处理")).to_be_visible()
        mend.click()
        dialog.get_by_label("拍照或选择照片").set_input_files(large_photo(60))
        expect(page.get_by_text("已全部发送")).to_be_visible()
    assert (reports(town, words), photos(town, words)) == (1, 2)


def test_what_the_server_refuses_is_said_in_the_tongue_of_the_page(town: Town) -> None:
    case = handled(town, "不能再退回")
    with town.page("worker", size=PHONE, **HERE) as watched:
        watched.forgive(f"412|422|{CUT}")
        page = watched.page
        page.goto("/field/tasks")
        card = page.locator("li.f-card").filter(has_text="不能再退回")
        expect(card).to_be_visible()
        page.context.set_offline(offline=True)
        card.get_by_role("button", name="核查通过").click()
        page.locator("dialog .f-go").click()
        expect(card.get_by_role("button", name="退回重办")).to_be_disabled()
        do(town, "centre", f"incidents/{case}/acts/verify")
        page.context.set_offline(offline=False)
        go_to(page, "我的")
        page.get_by_role("button", name="对照两个版本").click()
        said = page.locator("dialog .body > p.f-soft")
        # The book of sentences comes after the first that needs it: until then it stands there as the server said it.
        expect(said.first).to_have_attribute("lang", "zh-CN")
        tongues = [(line.get_attribute("lang"), line.inner_text()) for line in said.all()]
        assert [tongue for tongue, _ in tongues] == ["zh-CN"] * len(tongues), tongues
