"""Every screen opens, asks nobody but this server, and sends whoever is not logged in to log in."""

import re

import pytest
from playwright.sync_api import expect

from tests.screens.conftest import PHONE, Town

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("where", ["/field", "/command", "/desk"])
def test_a_screen_sends_strangers_to_log_in_and_back(town: Town, where: str):
    with town.page(None, size=PHONE) as watched:
        watched.forgive("401")
        watched.page.goto(where)
        watched.page.wait_for_url(re.compile(f"/login\\?next=%2F{where[1:]}"))
        watched.page.fill("input[name=login]", "worker")
        watched.page.fill("input[name=password]", town.passwords["worker"])
        watched.page.keyboard.press("Enter")
        watched.page.wait_for_url(f"{town.address}{where}")


@pytest.mark.parametrize("where", ["/field", "/command", "/desk"])
def test_a_screen_opens(town: Town, where: str):
    with town.page("centre") as watched:
        watched.page.goto(where)
        expect(watched.page.locator("main")).to_be_visible()
