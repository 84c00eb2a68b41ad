"""The grid worker reports: in a few taps, without signal, through a restart, and with a session that is over."""

import base64
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from tests.screens.conftest import PHONE, Town

pytestmark = pytest.mark.browser

HERE: dict[str, Any] = {
    "geolocation": {"latitude": 36.6631, "longitude": 117.0772, "accuracy": 9},
    "permissions": ["geolocation"],
}
DOT = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgy"
    "PC4zNDL/wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AVN//2Q=="
)
"""A grey JPEG of one pixel."""


def photo(page: Page, name: str = "现场.jpg") -> None:
    """Take a photo, and wait until the phone has it."""
    page.get_by_label("拍照或选择照片").set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": DOT})
    expect(page.get_by_role("button", name="删除照片")).not_to_have_count(0)


def send(page: Page) -> None:
    """Send what is written."""
    page.locator("main").get_by_role("button", name="上报", exact=True).click()


def reports(town: Town, words: str) -> int:
    """Return how many incidents say `words`."""
    asked = text("SELECT count(*) FROM incident WHERE text = :words")
    with town.store.transaction() as unit:
        return int(unit.connection.execute(asked, {"words": words}).scalar_one())


def test_what_is_reported_without_signal_is_sent_once_there_is_some(town: Town) -> None:
    with town.page("worker", size=PHONE, **HERE) as watched:
        watched.forgive("ERR_INTERNET_DISCONNECTED")
        page = watched.page
        page.goto("/field")
        page.get_by_role("button", name="井盖破损或缺失").click()
        page.context.set_offline(True)
        photo(page)
        page.get_by_label("说明").fill("离线上报一件")
        send(page)
        expect(page.get_by_text("待发送 2")).to_be_visible()
        page.context.set_offline(False)
        expect(page.get_by_text("已全部发送")).to_be_visible()
    assert reports(town, "离线上报一件") == 1
