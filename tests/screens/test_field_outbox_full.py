"""A phone whose disk is full: it says so before, keeps the words, and says what became of the photos."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.screens.conftest import PHONE, Town
from tests.screens.test_field_journeys import go_to
from tests.screens.test_field_outbox import (
    CUT,
    enter,
    large_photo,
    opened,
    photos,
    reload_without_a_word,
    write,
)
from tests.screens.test_field_report import HERE, reports, send

pytestmark = pytest.mark.browser


DISK_BYTES = 100_000_000

TOO_MUCH = """async (bytes) => {
    const asked = indexedDB.open("too-much", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("any");
    const database = await new Promise((done) => { asked.onsuccess = () => done(asked.result); });
    const all = new Uint8Array(bytes);
    for (let at = 0; at < bytes; at += 65_536) crypto.getRandomValues(all.subarray(at, at + 65_536));
    const transaction = database.transaction("any", "readwrite");
    transaction.objectStore("any").put(all, "any");
    return await new Promise((done) => {
        transaction.oncomplete = () => done("kept");
        transaction.onabort = () => done(transaction.error.name);
    }).finally(() => database.close());
}"""
"""Tries to keep so many bytes, and says what became of that."""


def of_a_small_disk(page: Page, address: str) -> Page:
    """Return the page after its phone got a small disk."""
    page.context.new_cdp_session(page).send(
        "Storage.overrideQuotaForOrigin", {"origin": address, "quotaSize": DISK_BYTES}
    )
    return page


def room(page: Page, left: int) -> None:
    """Leave so many bytes of room on the phone.

    For half a minute Chromium goes by the room that it found when it looked last, and looks anew before that only for
    what is larger: so it is asked to keep more than the small disk ever had.
    """
    origin, phone = page.evaluate("location.origin"), page.context.new_cdp_session(page)
    used = phone.send("Storage.getUsageAndQuota", {"origin": origin})["usage"]
    phone.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": used + left})
    assert page.evaluate(TOO_MUCH, DISK_BYTES) == "QuotaExceededError"


def test_a_phone_says_that_it_fills_up_before_anything_is_lost(town: Town) -> None:
    with town.page("worker", size=PHONE, **HERE) as watched:
        watched.forgive(CUT)
        page = opened(of_a_small_disk(watched.page, town.address))
        page.context.set_offline(offline=True)
        room(page, 2_000_000)
        write(page, "快满了")
        little = page.get_by_text("手机存储即将用完")
        expect(little).to_have_count(0)
        page.get_by_label("拍照或选择照片").set_input_files(large_photo(1_900))
        expect(page.locator(".f-shot")).to_have_count(1)
        expect(little).to_be_visible()
        send(page)
        expect(page.get_by_text("手机存储已满")).to_have_count(0)
        page = reload_without_a_word(page)
        page.context.set_offline(offline=False)
        expect(page.get_by_text("已全部发送")).to_be_visible(timeout=150_000)
    assert photos(town, "快满了") == 1


@pytest.mark.parametrize("killed", [False, True], ids=["goes on", "killed"])
def test_a_full_phone_keeps_the_words_and_says_what_became_of_the_photo(town: Town, *, killed: bool) -> None:
    words = f"存满 {killed}"
    with town.page("worker", size=PHONE, **HERE) as watched:
        watched.forgive(CUT)
        page = opened(of_a_small_disk(watched.page, town.address))
        page.context.set_offline(offline=True)
        room(page, 300_000)
        write(page, words)
        for at, side in enumerate((1_900, 1_901, 1_902), start=1):
            page.get_by_label("拍照或选择照片").set_input_files(large_photo(side))
            expect(page.locator(".f-shot")).to_have_count(at)
        send(page)
        expect(page.get_by_text("手机存储已满").first).to_be_visible()
        if killed:
            page = reload_without_a_word(page)
        page.context.set_offline(offline=False)
        standing = page.locator(".f-outbox")
        expect(standing).to_have_text(
            re.compile("已全部发送|3 件需处理|2 件需处理" if killed else "已全部发送"), timeout=150_000
        )
        told = re.search(r"(\d) 件需处理", standing.inner_text())
        missing = int(told[1]) if told else 0
        if missing:
            go_to(page, "我的")
            page.get_by_role("button", name="查看原因并处理").first.click()
            expect(page.get_by_role("dialog").get_by_text("照片已不在这部手机上")).to_be_visible()
        expect(page.get_by_text("手机存储已满")).to_have_count(0)
    assert reports(town, words) == 1
    assert photos(town, words) == 3 - missing
    assert killed == (missing > 0)


def test_a_phone_that_is_full_opens_all_the_same(town: Town) -> None:
    with town.page("worker", size=PHONE, **HERE) as watched:
        watched.forgive(CUT)
        page = opened(of_a_small_disk(watched.page, town.address))
        # A disk is as small as that for as long as the page lives that made it so.
        beside = of_a_small_disk(page.context.new_page(), town.address)
        beside.goto("/login?anew=true")
        page.context.set_offline(offline=True)
        write(page, "存满之前")
        send(page)
        expect(page.get_by_text("待发送 1")).to_be_visible()
        room(beside, 0)
        page = reload_without_a_word(page)
        expect(page.get_by_text("待发送 1")).to_be_visible()
        page.context.set_offline(offline=False)
        expect(page.get_by_text("已全部发送")).to_be_visible()
    assert reports(town, "存满之前") == 1


FULL = """() => {
    IDBObjectStore.prototype.put = () => { throw new DOMException("full", "QuotaExceededError"); };
}"""


@pytest.mark.parametrize("left", [False, True], ids=["its session ended", "its holder logged out"])
def test_what_only_the_page_of_a_full_phone_remembers_outlives_the_login(town: Town, *, left: bool) -> None:
    words = f"只在内存 {left}"
    with town.page("worker", size=PHONE, **HERE) as watched:
        # What the form asks just after the login beside it goes by the old word, is refused once, and asked by the new.
        watched.forgive(f"{CUT}|401|403")
        page = opened(watched.page)
        page.context.set_offline(offline=True)
        page.evaluate(FULL)
        write(page, words)
        send(page)
        expect(page.get_by_text("手机存储已满").first).to_be_visible()
        if left:
            held: list[Route] = []
            page.route("**/api/v1/incidents", lambda route: held.append(route))  # noqa: PLW0108 - it marks what it is given
        else:
            page.context.clear_cookies()
        page.context.set_offline(offline=False)
        if left:
            go_to(page, "我的")
            page.get_by_role("button", name="退出登录").click()
            expect(page.get_by_role("dialog").get_by_text("有的只在本页内存中")).to_be_visible()
            page.get_by_role("button", name="仍然退出").click()
            page.unroute_all()
        with page.context.expect_page() as beside:
            page.get_by_role("button", name="在新窗口登录").click()
        enter(beside.value, town)
        expect(page.get_by_text("已全部发送")).to_be_visible()
    assert reports(town, words) == 1
