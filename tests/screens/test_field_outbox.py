"""As a stranger who wants the phone to lose something: two tabs, a wrong clock, a lost session, a network that lies."""

import functools
import os
import random
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect
from sqlalchemy import text

from gridgov.clock import system_clock
from tests.conftest import HOME
from tests.screens.conftest import PHONE, Town
from tests.screens.test_field_journeys import go_to
from tests.screens.test_field_report import HERE, photo, reports, send

pytestmark = pytest.mark.browser

PART_BYTES = 4_194_304
CUT = "ERR_INTERNET_DISCONNECTED|ERR_FAILED"


@functools.cache
def large_photo(side: int) -> Path:
    """Return where a JPEG of noise lies; a side of 1,900 pixels makes more than four megabytes.

    By its place a browser reads it itself: handed over as bytes it takes seconds.
    """
    folder = Path(os.environ[HOME]) / f"photos-{os.getpid()}"
    folder.mkdir(exist_ok=True)
    noise = random.Random(side).randbytes(side * side * 3)  # noqa: S311 - a picture, no secret
    photo = folder / f"{side}.jpg"
    Image.frombytes("RGB", (side, side), noise).save(photo, "JPEG", quality=98)
    return photo


def write(page: Page, words: str) -> None:
    """Write a report of a lamp."""
    page.get_by_role("button", name="路灯不亮").click()
    page.get_by_label("说明").fill(words)


def opened(page: Page) -> Page:
    """Return the page once the phone carries all that it needs without signal, its worker and its map included."""
    page.goto("/field")
    expect(page.get_by_label("说明")).to_be_visible()
    expect(page.locator(".f-small-map .f-map[data-ready=true]")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    # Its reserve is taken last.
    page.wait_for_function("navigator.storage.estimate().then(({usage}) => usage > 8 * 1024 * 1024)", timeout=60_000)
    return page


def reload_without_a_word(page: Page) -> Page:
    """Close a page as a phone does that needs the memory, and open it again."""
    context = page.context
    page.close(run_before_unload=False)
    again = context.new_page()
    again.goto("/field")
    return again


def log_in(page: Page, town: Town, door: Locator) -> None:
    """Go through the login as the worker, by the door that the page shows."""
    door.click()
    enter(page, town)


def enter(page: Page, town: Town, login: str = "worker") -> None:
    """Say who one is where the page asks for that."""
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", town.passwords[login])
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/field"))


def photos(town: Town, words: str) -> int:
    """Return how many photos hang on what was reported in these words."""
    asked = text("SELECT count(*) FROM evidence e JOIN incident i ON i.id = e.incident_id WHERE i.text = :words")
    with town.store.transaction() as unit:
        return int(unit.connection.execute(asked, {"words": words}).scalar_one())


def test_two_tabs_send_each_thing_once_and_both_show_it(town: Town) -> None:
    with town.page("worker", size=PHONE, **HERE) as watched:
        watched.forgive(CUT)
        one = opened(watched.page)
        two = one.context.new_page()
        two.goto("/field")
        one.context.set_offline(offline=True)
        for number, page in enumerate([one, two, one, two]):
            write(page, f"两个窗口 {number}")
            send(page)
            expect(page.get_by_label("说明")).to_have_value("")
        expect(one.get_by_text("待发送 4")).to_be_visible()
        expect(two.get_by_text("待发送 4")).to_be_visible()
        one.context.set_offline(offline=False)
        expect(one.get_by_text("已全部发送")).to_be_visible()
        expect(two.get_by_text("已全部发送")).to_be_visible()
    assert [reports(town, f"两个窗口 {number}") for number in range(4)] == [1, 1, 1, 1]


WORDS = ("还要补一张", "这件不报", "那件不报")


def test_what_waits_can_get_another_photo_or_be_taken_back(town: Town) -> None:
    with town.page("worker", size=PHONE, **HERE) as watched:
        watched.forgive(f"{CUT}|404")
        page = opened(watched.page)
        page.context.set_offline(offline=True)
        for words in WORDS:
            write(page, words)
            photo(page)
            send(page)
            expect(page.get_by_label("说明")).to_have_value("")
        go_to(page, "我的")
        more, *others = (page.get_by_role("listitem").filter(has_text=words) for words in WORDS)
        with page.expect_file_chooser() as chosen:
            more.get_by_label("拍照或选择照片").click()
        chosen.value.set_files(large_photo(60))
        expect(page.get_by_text("照片 2")).to_be_visible()
        for one in others:
            one.get_by_role("button", name="撤回").click()
            one.get_by_role("button", name="再点一次").click()
            # At once, or once there is signal to ask: the first may have arrived.
            expect(one.get_by_role("button", name="撤回")).to_have_count(0)
        page = reload_without_a_word(page)
        page.context.set_offline(offline=False)
        expect(page.get_by_text("已全部发送")).to_be_visible()
    assert [reports(town, words) for words in WORDS] == [1, 0, 0]
    assert photos(town, "还要补一张") == 2


def test_a_session_that_ends_in_the_middle_of_a_photo_goes_on_with_its_next_part(town: Town) -> None:
    sent: list[str] = []
    with town.page("worker", size=PHONE, service_workers="block", **HERE) as watched:
        watched.forgive("401")
        page = watched.page

        def end_after_the_first(route: Route) -> None:
            sent.append(route.request.url.rpartition("/")[2])
            answer = route.fetch()
            if len(sent) == 1:
                page.context.clear_cookies()
            route.fulfill(response=answer)

        page.route("**/parts/*", end_after_the_first)
        page.goto("/field")
        write(page, "传到一半登录过期")
        content = large_photo(1_900)
        assert content.stat().st_size > PART_BYTES
        page.get_by_label("拍照或选择照片").set_input_files(content)
        expect(page.locator(".f-shot")).to_have_count(1)
        send(page)
        log_in(page, town, page.get_by_role("button", name="重新登录后发送"))
        expect(page.get_by_text("已全部发送")).to_be_visible()
    assert sent[:2] == ["1", "2"]  # the second by no session
    assert sent.count("1") == 1
    assert photos(town, "传到一半登录过期") == 1


AHEAD = """
    const Real = Date, ahead = 3 * 3600 * 1000;
    globalThis.Date = class extends Real {
        constructor(...given) { given.length ? super(...given) : super(Real.now() + ahead); }
        static now() { return Real.now() + ahead; }
    };
"""


def test_a_phone_whose_clock_is_hours_ahead_is_refused_nothing(town: Town) -> None:
    began = text("SELECT extract(epoch FROM started_at) FROM shift ORDER BY started_at DESC LIMIT 1")
    told = text("SELECT extract(epoch FROM reported_at) FROM incident WHERE text = '钟快三小时'")
    before = system_clock().timestamp()
    with town.page("worker", size=PHONE, **HERE) as watched:
        watched.forgive(CUT)
        page = watched.page
        page.context.add_init_script(AHEAD)
        opened(page)
        page.context.set_offline(offline=True)
        write(page, "钟快三小时")
        send(page)
        go_to(page, "我的")
        page.get_by_role("switch", name="上岗").click()
        expect(page.get_by_text("在岗")).to_be_visible()
        expect(page.get_by_text("待发送 2")).to_be_visible()
        page.context.set_offline(offline=False)
        expect(page.get_by_text("已全部发送")).to_be_visible()
    with town.store.transaction() as unit:
        moments = [float(unit.connection.execute(asked).scalar_one()) for asked in (told, began)]
    assert all(before - 60 < moment < system_clock().timestamp() + 60 for moment in moments)


def test_a_shift_without_signal_keeps_its_positions_and_says_which_were_refused(town: Town) -> None:
    at = text("SELECT count(*) FROM shift WHERE device_started_at IS NOT NULL AND ended_at IS NOT NULL")
    with town.page("worker", size=PHONE, **HERE) as watched:
        watched.forgive(CUT)
        page = opened(watched.page)
        page.context.set_offline(offline=True)
        go_to(page, "我的")
        switch = page.get_by_role("switch")
        if switch.get_attribute("aria-checked") == "true":
            switch.click()
        switch.click()
        page.context.set_geolocation({"latitude": 36.6640, "longitude": 117.0772, "accuracy": 9})
        expect(page.get_by_text("已采集 1 点")).to_be_visible()
        switch.click()
        expect(page.get_by_text("未上岗")).to_be_visible()
        # What was taken a moment before the shift began, as a receiver may hand it out.
        early = "item.request.body.positions[0].at = new Date(Date.now() - 7200000).toISOString()"
        page.evaluate(
            """async () => {
                const ask = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result); });
                const database = await ask(indexedDB.open("gridgov-field"));
                const store = database.transaction("outbox", "readwrite").objectStore("outbox");
                for (const item of await ask(store.getAll())) {
                    if (item.kind !== "positions") continue;
                    EARLY;
                    await ask(store.put(item));
                }
                database.close();
            }""".replace("EARLY", early)
        )
        page = reload_without_a_word(page)
        page.context.set_offline(offline=False)
        expect(page.get_by_text("已全部发送")).to_be_visible()
        go_to(page, "我的")
        expect(page.get_by_text("1 点未被接受：不在班次时间内").first).to_be_visible()
        heard = page.get_by_role("button", name="知道了")
        for _ in range(heard.count()):  # a batch each
            heard.first.click()
        expect(page.get_by_text("没有待发送的内容")).to_be_visible()
    with town.store.transaction() as unit:
        assert unit.connection.execute(at).scalar_one() >= 1


def test_a_network_that_wants_a_login_takes_no_report(town: Town) -> None:
    def portal(route: Route) -> None:
        route.fulfill(status=200, content_type="text/html", body="<h1>Free network: log in</h1>")

    with town.page("worker", size=PHONE, service_workers="block", **HERE) as watched:
        page = watched.page
        page.goto("/field")
        expect(page.get_by_label("说明")).to_be_visible()
        page.route("**/api/v1/**", portal)
        write(page, "网络要求登录")
        photo(page)
        send(page)
        expect(page.get_by_text("无信号")).to_be_visible()
        expect(page.get_by_text("待发送 2")).to_be_visible()
        page.reload()
        expect(page.get_by_text("待发送 2")).to_be_visible()
        page.unroute("**/api/v1/**")
        expect(page.get_by_text("已全部发送")).to_be_visible()
    assert (reports(town, "网络要求登录"), photos(town, "网络要求登录")) == (1, 1)


def test_a_server_that_never_answers_does_not_keep_the_page_shut(town: Town) -> None:
    with town.page("worker", size=PHONE, service_workers="block", **HERE) as watched:
        page = watched.page
        page.goto("/field")
        expect(page.get_by_label("说明")).to_be_visible()
        page.route("**/api/v1/**", lambda _: None)
        page.reload()
        write(page, "没有应答")
        send(page)
        expect(page.get_by_text("待发送 1")).to_be_visible()
        page.unroute_all()
        page = reload_without_a_word(page)
        expect(page.get_by_text("已全部发送")).to_be_visible()
    assert reports(town, "没有应答") == 1


def test_whoever_logs_out_while_it_is_sent_finds_it_again_and_nobody_else_does(town: Town) -> None:
    words = "退出时还在发送"
    held: list[Route] = []
    with town.page("worker", size=PHONE, service_workers="block", **HERE) as watched:
        watched.forgive("ERR_ABORTED|ERR_FAILED|401")
        page = watched.page
        page.goto("/field")
        write(page, words)
        page.route("**/api/v1/incidents", lambda route: held.append(route))  # noqa: PLW0108 - it marks what it is given
        send(page)
        go_to(page, "我的")
        page.get_by_role("button", name="退出登录").click()
        page.get_by_role("button", name="仍然退出").click()
        page.wait_for_url("**/login*")
        assert held
        page.unroute_all()
        for who in ("community", "worker"):
            enter(page, town, who)
            if who == "worker":
                break
            expect(page.get_by_text("其他账号的 1 件待发送")).to_be_visible()
            assert reports(town, words) == 0
            go_to(page, "我的")
            page.get_by_role("button", name="退出登录").click()
            page.wait_for_url("**/login*")
        expect(page.get_by_text("已全部发送")).to_be_visible()
    asked = text("SELECT f.author FROM incident_fact f JOIN incident i ON i.id = f.incident_id WHERE i.text = :words")
    with town.store.transaction() as unit:
        assert unit.connection.execute(asked, {"words": words}).scalars().first() == "worker"


def test_without_signal_nobody_is_sent_to_a_login_that_does_not_come(town: Town) -> None:
    with town.page("worker", size=PHONE, **HERE) as watched:
        watched.forgive(f"{CUT}|401")
        page = opened(watched.page)
        page.context.clear_cookies()
        write(page, "过期后断网")
        send(page)
        again = page.get_by_role("button", name="重新登录后发送")
        expect(again).to_be_visible()
        page.context.set_offline(offline=True)
        again.click()
        expect(page.get_by_text("没有信号，暂时不能登录")).to_be_visible()
        expect(page.get_by_label("说明")).to_be_visible()
        page.context.set_offline(offline=False)
        log_in(page, town, again)
        expect(page.get_by_text("已全部发送")).to_be_visible()
        go_to(page, "我的")
        page.get_by_role("button", name="退出登录").click()
        page.wait_for_url("**/login*")
        page.context.set_offline(offline=True)
        page.goto("/field")  # from the phone itself
        expect(page.get_by_text("没有信号，暂时不能登录")).to_be_visible()
        page.context.set_offline(offline=False)
        page.wait_for_url("**/login*")
    assert reports(town, "过期后断网") == 1
