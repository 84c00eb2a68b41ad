"""The same outbox by other ways: through an update, by plain http under a name, by an authority of our own."""

import base64
import hashlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from api.app import create_app
from api.limits import LOOPBACK
from api.listening import listening
from api.routes import screens
from gridgov.clock import system_clock
from gridgov.services.intake import Intake
from gridgov.settings import Settings
from tests.api.conftest import serving, serving_config
from tests.screens.conftest import PHONE, Town
from tests.screens.test_field_journeys import ILLEGAL_BUILDING, card_of, do, go_to, report
from tests.screens.test_field_outbox import CUT, opened, photos, reload_without_a_word, write
from tests.screens.test_field_report import HERE, photo, reports, send

pytestmark = pytest.mark.browser

NAME = "grid.intranet"
"""The browser of these tests looks for it on this machine: see `browser`."""

AT_THE_SITE = {**HERE, "geolocation": {"latitude": 36.6632, "longitude": 117.0782, "accuracy": 8}}


@pytest.fixture
def newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Serve a newer page from now on."""
    pages = tmp_path / "pages"
    shutil.copytree(screens._BUILT, pages)
    shell, worker = pages / "field.html", pages / "field-worker.js"
    shell.write_text(shell.read_text().replace("<title>", "<title>新 "))
    worker.write_text(worker.read_text().replace("gridgov-field-", "gridgov-field-newer-"))
    monkeypatch.setattr(screens, "_BUILT", pages)


def test_an_update_of_the_page_waits_for_its_holder_and_takes_nothing_of_what_waits(
    town: Town, request: pytest.FixtureRequest
) -> None:
    with town.page("worker", size=PHONE, **HERE) as watched:
        watched.forgive("401")
        page = opened(watched.page)
        page.reload()
        other = page.context.new_page()
        other.goto("/field")
        page.context.clear_cookies()  # so that it waits, though there is signal
        write(page, "更新之前写的")
        photo(page)
        send(page)
        expect(page.get_by_text("待发送 2")).to_be_visible()
        request.getfixturevalue("newer")
        page.evaluate("navigator.serviceWorker.getRegistration().then((found) => found.update())")
        page.get_by_role("button", name="重新载入").click()
        expect(page).to_have_title("新 网格治理")
        expect(page.get_by_text("待发送 2")).to_be_visible()
        expect(other).to_have_title("网格治理")  # what is under somebody's hands stays there
        other.get_by_role("button", name="重新载入").click()
        expect(other).to_have_title("新 网格治理")
        page.context.add_cookies([town._cookie("worker")])
        page.reload()
        expect(page.get_by_text("已全部发送")).to_be_visible()
    assert (reports(town, "更新之前写的"), photos(town, "更新之前写的")) == (1, 1)


def call_to(town: Town) -> str:
    """Blow a whistle in the worker's cell, and return the id of its case."""
    case = report(town, ILLEGAL_BUILDING, "院内违建")
    do(town, "street", f"incidents/{case}/whistles", kind="comprehensive_enforcement", by_list=True)
    return case


def arrivals(town: Town, case: str) -> list[str]:
    """Return what became of each attempt to check in at the whistle of a case."""
    asked = text("SELECT c.verdict FROM check_in c JOIN whistle w ON w.id = c.whistle_id WHERE w.incident_id = :case")
    with town.store.transaction() as unit:
        return [str(verdict) for verdict in unit.connection.execute(asked, {"case": case}).scalars()]


def work_without_signal(page: Page, words: str, *, by_hand: bool) -> None:
    """Report with a photo, check in, and come back to signal after the page was killed."""
    page.get_by_role("button", name="路灯不亮").click()
    if by_hand:
        page.get_by_role("button", name="在地图上选点").click()
        page.get_by_role("dialog").get_by_role("button", name="用这个位置").click()
    photo(page)
    page.get_by_label("说明").fill(words)
    send(page)
    expect(page.get_by_text("待发送 2")).to_be_visible()


def log_in(page: Page, town: Town, login: str) -> None:
    """Enter by the door."""
    page.goto("/field")
    page.wait_for_url("**/login?*", wait_until="load")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", town.passwords[login])
    page.keyboard.press("Enter")
    page.wait_for_url(f"{town.address}/field")
    expect(page.get_by_role("navigation", name="功能")).to_be_visible()


def served(town: Town, keeper: Any, settings: Settings, *names: str) -> Any:
    """Return the application over the town, under other names."""
    app = create_app(town.store, settings, names=[*LOOPBACK, *names])
    app.state.intake = Intake(town.store, clock=system_clock, home_district="370102", keeper=keeper)
    return app


@pytest.fixture
def by_name(town: Town, keeper: Any, tmp_path: Path) -> Iterator[Town]:
    """Yield the town under a name of an intranet, by plain http: browsers take that for no secure place."""
    with serving(served(town, keeper, Settings(data_dir=tmp_path), NAME)) as address:
        yield replace(town, address=address.replace("127.0.0.1", NAME), pages=[])


def test_by_plain_http_two_tabs_keep_and_send_each_thing_once(by_name: Town) -> None:
    with by_name.page(None, size=PHONE) as watched:
        watched.forgive(f"401|{CUT}|Cross-Origin-Opener-Policy")
        page = watched.page
        log_in(page, by_name, "worker")
        expect(page.get_by_label("说明")).to_be_visible()
        lacks = "[isSecureContext, 'locks' in navigator, 'serviceWorker' in navigator, 'storage' in navigator]"
        assert page.evaluate(lacks) == [False, False, False, False]
        other = page.context.new_page()
        other.goto("/field")
        expect(other.get_by_label("说明")).to_be_visible()
        page.context.set_offline(offline=True)
        work_without_signal(page, "普通 http 断网", by_hand=True)
        write(other, "普通 http 另一窗口")
        other.get_by_role("button", name="在地图上选点").click()
        other.get_by_role("dialog").get_by_role("button", name="用这个位置").click()
        send(other)
        expect(page.get_by_text("待发送 3")).to_be_visible()
        other.close(run_before_unload=False)  # whichever of the two sends: it may be killed
        page.context.set_offline(offline=False)
        expect(page.get_by_text("已全部发送")).to_be_visible()
    found = [reports(by_name, words) for words in ("普通 http 断网", "普通 http 另一窗口")]
    assert (found, photos(by_name, "普通 http 断网")) == ([1, 1], 1)


SHOWN = ".f-big-map .f-map[data-ready=true] canvas"


def test_by_plain_http_the_map_is_there_before_it_is_wanted_without_signal(by_name: Town) -> None:
    with by_name.page(None, size=PHONE) as watched:
        watched.forgive(f"401|{CUT}|Cross-Origin-Opener-Policy")
        page = watched.page
        with page.expect_response(re.compile("maplibre-gl-worker"), timeout=60_000):
            log_in(page, by_name, "worker")
        page.wait_for_load_state("networkidle")
        page.context.set_offline(offline=True)
        page.get_by_role("button", name="在地图上选点").click()
        dialog = page.get_by_role("dialog")
        expect(dialog.locator(SHOWN)).to_be_visible()
        dialog.get_by_role("button", name="点选建筑").click()
        dialog.get_by_role("checkbox").first.check()
        expect(dialog.locator(".f-told strong")).to_be_visible()


def test_a_map_that_did_not_come_comes_with_the_signal(town: Town) -> None:
    with town.page("worker", size=PHONE, service_workers="block") as watched:
        watched.forgive(f"{CUT}|dynamically imported")
        page = watched.page
        page.route(re.compile(r"/app/assets/drawing-"), lambda route: route.abort())
        page.goto("/field")
        expect(page.get_by_label("说明")).to_be_visible()
        page.context.set_offline(offline=True)
        expect(page.get_by_text("无信号")).to_be_visible()
        page.get_by_role("button", name="在地图上选点").click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_text("地图还没有取到")).to_be_visible()
        page.unroute_all()
        page.context.set_offline(offline=False)
        expect(dialog.locator(SHOWN)).to_be_visible()


def test_by_plain_http_somebody_who_has_no_position_checks_in_all_the_same(town: Town, by_name: Town) -> None:
    case = call_to(town)
    with by_name.page(None, size=PHONE) as watched:
        watched.forgive(f"401|{CUT}|422|Cross-Origin-Opener-Policy")
        page = watched.page
        log_in(page, by_name, "dept-zf")
        go_to(page, "哨")
        expect(card_of(town, page, case)).to_be_visible()
        page.context.set_offline(offline=True)
        card_of(town, page, case).get_by_role("button", name="报到", exact=True).click()
        expect(page.get_by_text("待发送 1")).to_be_visible()
        page.context.set_offline(offline=False)
        expect(page.get_by_text("已全部发送")).to_be_visible()
    assert arrivals(by_name, case) == ["waiting"]


@pytest.fixture
def by_https(town: Town, keeper: Any, browser: Browser, tmp_path: Path) -> Iterator[Town]:
    """Yield the town by an authority of our own, and a browser of somebody who has installed that."""
    settings = Settings(https=True, host="127.0.0.1", names=NAME, data_dir=tmp_path)
    where = listening(settings)
    assert where.authority
    key = x509.load_pem_x509_certificate(where.authority.server.read_bytes()).public_key()
    named = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    trusted = f"--ignore-certificate-errors-spki-list={base64.b64encode(named).decode()}"
    program = shutil.which("chromium") or shutil.which("google-chrome")
    flags = ["--no-sandbox", "--disable-quic", "--disable-background-networking", trusted]
    flags.append(f"--host-resolver-rules=MAP {NAME} 127.0.0.1")
    app = served(town, keeper, settings, NAME)
    config = uvicorn.Config(app, port=0, log_config=None, lifespan="off", ssl_certfile=where.options["ssl_certfile"])
    phone = browser.browser_type.launch(executable_path=program, args=flags)
    with serving_config(config) as port:
        yield replace(town, address=f"https://{NAME}:{port}", browser=phone, pages=[])
        phone.close()


def test_by_https_a_day_without_signal_arrives_whole_after_the_page_was_killed(town: Town, by_https: Town) -> None:
    case = call_to(town)
    words = "https 断网一整天"
    with by_https.page(None, size=PHONE, **AT_THE_SITE) as watched:
        watched.forgive(f"401|{CUT}")
        page = watched.page
        log_in(page, by_https, "worker")
        expect(page.get_by_label("说明")).to_be_visible()
        assert page.evaluate("isSecureContext && 'locks' in navigator")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.context.set_offline(offline=True)
        page = reload_without_a_word(page)  # from the phone itself
        work_without_signal(page, words, by_hand=False)
        page = reload_without_a_word(page)
        expect(page.get_by_text("待发送 2")).to_be_visible()
        page.context.set_offline(offline=False)
        expect(page.get_by_text("已全部发送")).to_be_visible()
    with by_https.page(None, size=PHONE, **AT_THE_SITE) as watched:
        watched.forgive(f"401|{CUT}")
        page = watched.page
        log_in(page, by_https, "dept-zf")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        go_to(page, "哨")
        expect(card_of(town, page, case).get_by_text("已在现场")).to_be_visible()
        page.context.set_offline(offline=True)
        card_of(town, page, case).get_by_role("button", name="报到", exact=True).click()
        expect(page.get_by_text("待发送 1")).to_be_visible()
        page = reload_without_a_word(page)
        page.context.set_offline(offline=False)
        expect(page.get_by_text("已全部发送")).to_be_visible()
    assert (reports(by_https, words), photos(by_https, words)) == (1, 1)
    assert arrivals(by_https, case) == ["accepted"]
