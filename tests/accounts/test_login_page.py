"""The login page in a real Chromium: in, out, by keyboard, on a phone and on a wall, asking nobody else."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from api.app import create_app
from gridgov.clock import system_clock
from gridgov.services.accounts import Administration, Machine, NewAccount, NewGrant
from gridgov.services.intake import Intake
from gridgov.settings import Settings
from gridgov.store.unit import Store
from tests.api.conftest import serving
from tests.axe import violations

pytestmark = pytest.mark.browser
FIRST = "a first word for you"
CHOSEN = "four words nobody joins"


@pytest.fixture(autouse=True)
def _patient() -> Iterator[None]:
    """Let the pages take their time: one of them is the API's documentation, which takes some seconds to make."""
    expect.set_options(timeout=60_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def address(own_sample_url: str, keeper) -> Iterator[str]:
    """Yield the address of a running server with an account whose first password must be changed."""
    store = Store(own_sample_url)
    administration = Administration(store, clock=system_clock)
    account, _ = administration.add(Machine("test"), NewAccount("wang", "王小明", "370102"), password=FIRST)
    administration.give(Machine("test"), account["id"], NewGrant("planner", "370102"))
    app = create_app(store, Settings())
    app.state.intake = Intake(store, clock=system_clock, home_district="370102", keeper=keeper)
    with serving(app) as address:
        yield address
    store.close()


@pytest.fixture
def page(browser) -> Iterator[Page]:
    context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield page
    context.close()


def shot(page: Page, name: str) -> None:
    """Keep a picture where whoever runs the tests wants to look at it."""
    folder = os.environ.get("PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png")


def require_readable(page: Page, zh: str, en: str) -> None:
    """Fail for what keeps anybody from reading or using the page, in Chinese and in English, and go on in Chinese."""
    for words, other in ((zh, en), (en, zh)):
        expect(page.locator("main")).to_contain_text(words, use_inner_text=True)
        expect(page.locator("main")).not_to_contain_text(other, use_inner_text=True)
        assert violations(page) == [], words
        page.locator("#language").click()


def test_somebody_comes_in_chooses_a_password_sees_the_start_page_and_goes(page: Page, address: str):
    asked, wrong = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(address)
    expect(page).to_have_url(f"{address}/login?next=/")
    expect(page.locator("h1")).to_have_text("网格治理", use_inner_text=True)
    shot(page, "login")
    page.keyboard.type("wang")  # the first field has the focus
    page.keyboard.press("Tab")
    page.keyboard.type("not the password")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("用户名或密码不对")
    shot(page, "login_wrong")
    page.keyboard.type(FIRST)  # what was wrong is marked, to be typed over
    page.keyboard.press("Enter")
    expect(page.locator("#change")).to_be_visible()
    page.keyboard.type(CHOSEN)
    page.keyboard.press("Tab")
    page.keyboard.type("something else")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("不一样")
    require_readable(page, "两次输入的新密码不一样", "The two new passwords differ")
    page.locator("#again").fill(CHOSEN)
    shot(page, "login_change")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{address}/")
    expect(page.locator("header .who")).to_have_text("王小明")
    page.frame_locator("iframe").locator(".leaflet-container").wait_for()
    shot(page, "start")
    (cookie,) = page.context.cookies()
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    assert page.evaluate("document.cookie") == ""
    page.locator("#log-out").click()
    expect(page).to_have_url(f"{address}/login")
    page.goto(address)
    expect(page).to_have_url(f"{address}/login?next=/")
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
    assert wrong == []


@pytest.mark.parametrize(("width", "height"), [(360, 640), (3840, 2160)])
def test_the_page_fits_a_phone_and_a_wall(page: Page, address: str, width: int, height: int):
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{address}/login")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for control in page.locator("input:visible, button:visible").all():
        box = control.bounding_box()
        assert box is not None
        assert box["height"] >= 44
    assert float(page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")) >= width / 240
    shot(page, f"login_{width}")
    require_readable(page, "用户名", "Login")
    page.locator("#login").fill("wang")
    page.locator("#password").fill("not the password")
    page.keyboard.press("Enter")
    require_readable(page, "用户名或密码不对", "The login or the password is wrong")
    page.locator("#language").click()
    shot(page, f"login_en_{width}")
    expect(page.locator("button[type=submit]:visible")).to_have_text("Log in", use_inner_text=True)


def test_whoever_is_logged_in_may_come_in_as_somebody_else(page: Page, address: str):
    page.goto(f"{address}/login?next=/docs")
    for password in (FIRST, CHOSEN):
        page.locator("#login").fill("wang")
        page.locator("#password").fill(password)
        page.keyboard.press("Enter")
        if password == FIRST:
            page.locator("#new").fill(CHOSEN)
            page.locator("#again").fill(CHOSEN)
            page.keyboard.press("Enter")
        expect(page).to_have_url(f"{address}/docs")
        page.goto(f"{address}/login?next=/docs")
        expect(page).to_have_url(f"{address}/docs")
        page.goto(f"{address}/login?next=/docs&anew=true")
        expect(page.locator("#log-in")).to_be_visible()


def test_along_a_link_from_elsewhere_whoever_is_logged_in_stays_so(page: Page, address: str):
    page.goto(address)
    page.locator("#login").fill("wang")
    page.locator("#password").fill(FIRST)
    page.keyboard.press("Enter")
    page.locator("#new").fill(CHOSEN)
    page.locator("#again").fill(CHOSEN)
    page.keyboard.press("Enter")
    expect(page.locator("header .who")).to_have_text("王小明")
    elsewhere = address.replace("127.0.0.1", "localhost")
    page.goto(f"{elsewhere}/login")
    page.evaluate("(where) => { location.href = where; }", f"{address}/docs")
    expect(page.locator("#docs")).to_be_visible()
    expect(page).to_have_url(f"{address}/docs")


def test_who_logs_in_before_the_page_can_send_it_is_kept_waiting_and_not_sent_astray(page: Page, address: str):
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/static/login.js", hold)
    page.goto(f"{address}/login", wait_until="commit")
    page.locator("#login").fill("wang")
    page.locator("#password").fill(FIRST)
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    assert page.url == f"{address}/login"
    assert page.locator("#password").input_value() == FIRST
    for route in held:
        route.continue_()
    expect(page.locator("#change")).to_be_visible()
