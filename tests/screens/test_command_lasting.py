"""The wall stays right: over a server that stops and starts, a session that ends, and a storm of changes."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import uvicorn
from playwright.sync_api import Page, expect
from sqlalchemy import text

from api.app import create_app
from api.streams import LiveServer
from gridgov.clock import SHANGHAI, system_clock
from gridgov.services.relaying import Relay
from gridgov.settings import Settings
from tests.screens.conftest import Town
from tests.screens.test_command_whistle import NARROW
from tests.screens.test_field_journeys import LAMP, do, report

pytestmark = pytest.mark.browser


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def _served(town: Town, port: int) -> Iterator[None]:
    """Serve the town's store on a port, as a server does that is started and stopped."""
    app = create_app(town.store, Settings(rate_per_caller=0, rate_per_address=0))
    config = uvicorn.Config(app, port=port, log_config=None, lifespan="off", timeout_graceful_shutdown=5)
    server = LiveServer(config, app.state.services.of(Relay).close)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.05)
        yield
    finally:
        server.should_exit = True
        thread.join(30)


def _until_drawn(page: Page) -> None:
    """Return once the map says that all of it is there, its worker as well."""
    for _ in range(400):
        if page.evaluate("performance.getEntriesByName('drawn').length"):
            return
        page.wait_for_timeout(100)
    message = "The map was never drawn."
    raise AssertionError(message)


def test_a_server_that_stops_and_starts_is_survived_without_a_reload(town: Town):
    port = _free_port()
    place = replace(town, address=f"http://127.0.0.1:{port}")
    with place.page("centre") as watched:
        watched.forgive("ERR_|Failed to load|AJAXError|Failed to fetch|NetworkError")
        page = watched.page
        with _served(town, port):
            page.goto("/command")
            expect(page.locator(".c-badge.live")).to_be_visible()
            case = page.request.get("/api/v1/incidents?stage=reported&limit=1").json()["items"][0]
            page.goto(f"/command/cases/{case['id']}")
            page.evaluate("window.kept = true")
            expect(page.locator(".c-story")).to_be_visible()
            expect(page.locator(".c-badge.live")).to_be_visible()
            _until_drawn(page)
        badge = page.locator(".c-badge.stale")
        expect(badge).to_contain_text("画面可能已过时")
        expect(badge).to_contain_text("停在")
        expect(page.locator(".c-case")).to_be_visible()
        do(town, "centre", f"incidents/{case['id']}/acts/file")  # by another of the town's servers
        with _served(town, port):
            expect(page.locator(".c-badge.live")).to_be_visible(timeout=40_000)
            expect(page.locator(".c-case .c-standing .c-stage").first).to_have_text("已立案")
            page.locator("[data-act=note]").click()
            page.get_by_label("写下什么").fill("停机后照常办理")
            page.get_by_role("button", name="确认备注").click()
            expect(page.locator(".c-story")).to_contain_text("停机后照常办理")
            assert page.evaluate("window.kept") is True
            page.goto("about:blank")


def _end_session(town: Town, login: str) -> None:
    with town.store.transaction() as unit:
        account_id = unit.accounts.id_of(login)
        assert account_id
        unit.accounts.revoke(account_id, now=system_clock())


def _let_expire(town: Town, login: str) -> None:
    """Let sessions be over, as they are after some hours."""
    with town.store.transaction() as unit:
        ended = "UPDATE credential SET expires_at = now() FROM account AS a WHERE a.id = account_id AND login = :login"
        unit.connection.execute(text(ended), {"login": login})


def test_a_session_that_ends_leads_to_login_and_back_to_the_same_view(town: Town):
    with town.page("centre-next") as watched:
        watched.forgive("401")
        page = watched.page
        page.goto("/command?theme=night")
        expect(page.locator(".c-badge.live")).to_be_visible()
        _let_expire(town, "centre-next")
        page.locator("body").press("0")
        page.evaluate("dispatchEvent(new Event('online'))")
        expect(page.get_by_role("alertdialog")).to_contain_text("登录已过期", timeout=60_000)
        page.wait_for_url(re.compile(r"/login\?next=%2Fcommand%3F.*theme%3Dnight"))


def test_what_somebody_was_writing_outlives_the_session(town: Town):
    with town.page("centre", size=NARROW) as watched:
        watched.forgive("401|403")
        page = watched.page
        page.goto(f"/command/cases/{report(town, LAMP, '写到一半的灯')}")
        page.locator("[data-act=note]").click()
        form = page.locator(".c-act-form")
        form.get_by_role("textbox").fill("已联系路灯所")
        _end_session(town, "centre")
        page.evaluate("dispatchEvent(new Event('online'))")
        over = page.get_by_role("alertdialog")
        expect(over).to_contain_text("没办完的内容还在", timeout=60_000)
        expect(over.get_by_role("button", name="去登录")).to_be_focused()
        page.keyboard.press("?")
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        expect(over).to_be_visible()
        expect(page.get_by_role("dialog", name="快捷键")).to_have_count(0)
        beside = {"login": "centre", "password": town.passwords["centre"]}
        assert page.request.post("/api/v1/login", data=beside, headers={"Origin": town.address}).ok
        page.evaluate("dispatchEvent(new Event('focus'))")
        expect(over).to_have_count(0)
        form.get_by_role("button", name="确认备注").click()
        expect(page.get_by_text("已联系路灯所").first).to_be_visible()


def test_a_session_whose_end_is_near_says_so_and_is_renewed_without_leaving_what_is_seen(town: Town):
    case, ends_at = report(town, LAMP, "快下班时的灯"), system_clock() + timedelta(minutes=20)
    with town.page(None) as watched:
        watched.forgive("401")
        page = watched.page
        page.context.add_cookies([town._cookie("centre", expires_at=ends_at)])
        page.clock.install()
        page.goto(f"/command/cases/{case}")
        page.locator("[data-act=note]").click()
        note = page.locator(".c-act-form")
        note.get_by_role("textbox").fill("已联系路灯所")
        expect(page.locator(".c-badge.live")).to_be_visible()
        page.evaluate("window.kept = true")
        ending, header = page.locator(".c-badge.ending"), page.locator(".c-header")
        expect(ending).to_have_count(0)
        before = header.bounding_box()
        for _ in range(4):  # the server is asked each minute whether it puts the end off
            with page.expect_response("**/api/v1/me"):
                page.clock.fast_forward("01:01")
        expect(ending).to_contain_text(f"登录将于 {ends_at.astimezone(SHANGHAI):%H:%M} 到期")
        expect(page.locator(".c-badge.live")).to_be_visible()
        assert header.bounding_box() == before
        ending.get_by_role("button", name="重新登录").click()
        dialog = page.get_by_role("dialog", name="重新登录")
        password = dialog.get_by_label("centre 的密码")
        for given in ("不是这个", town.passwords["centre"]):
            expect(password).to_be_visible()
            password.fill(given)
            password.press("Enter")
            if given == "不是这个":
                expect(dialog.get_by_role("alert")).to_be_visible()
        expect(dialog).to_have_count(0)
        expect(ending).to_have_count(0)
        note.get_by_role("button", name="确认备注").click()
        expect(page.locator(".c-story")).to_contain_text("已联系路灯所")
        expect(page.locator(".c-badge.live")).to_be_visible()
        expect(page.get_by_role("alertdialog")).to_have_count(0)
        assert page.evaluate("window.kept") is True
