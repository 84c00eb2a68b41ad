"""What tests of the desk share: asking the API beside the page, and filling in its forms."""

import re
from datetime import date
from typing import Any

from playwright.sync_api import Locator, Page

from gridgov.clock import SHANGHAI, system_clock
from gridgov.ids import new_id

HOME, COMMUNITY, CELL = "370102", "370102001002", "370102001002001"


def today() -> date:
    return system_clock().astimezone(SHANGHAI).date()


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog").last


def get(page: Page, path: str) -> Any:
    answer = page.request.get(f"/api/v1/{path}")
    assert answer.ok, answer.text()
    return answer.json()


def act(page: Page, method: str, path: str, body: Any = None) -> Any:
    """Do something beside the page, as somebody else at another desk would."""
    headers = {"X-CSRF-Token": get(page, "me")["csrf"], "Origin": page.evaluate("location.origin")}
    answer = page.request.fetch(f"/api/v1/{path}", method=method, headers=headers, data=body)
    assert answer.ok, answer.text()
    return answer.json() if answer.body() else None


def choose(form: Locator, label: str | re.Pattern[str], words: str, option: str | re.Pattern[str]) -> None:
    """Choose in a field by typing."""
    form.get_by_label(label).first.press_sequentially(words)
    form.get_by_role("option", name=option).first.click()


def person(page: Page, name: str, code: str) -> dict[str, Any]:
    """Add somebody to the community, and return them."""
    body = {"id": str(new_id()), "staff_code": code, "name": name}
    found: dict[str, Any] = act(
        page, "POST", "people", {**body, "organisation_code": f"{COMMUNITY}-C", "employment": "full_time"}
    )
    return found


def open_person(page: Page, name: str) -> Locator:
    page.goto("/desk/people")
    page.get_by_role("searchbox").fill(name)
    page.get_by_role("button", name=f"打开 {name}").click()
    return dialog(page)
