"""A notice of the inbox leads each role to the screen it works on, and shows there what it is about."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from gridgov.clock import system_clock
from gridgov.ids import new_id
from gridgov.messages import Audience, Notice
from gridgov.services.messaging import Fan
from tests.screens.conftest import PHONE, Town
from tests.screens.test_field_journeys import LAMP, report

pytestmark = pytest.mark.browser


def tell(town: Town, login: str, incident: str) -> str:
    """Tell somebody of a case, and return its number."""
    with town.store.transaction() as unit:
        number = unit.connection.execute(text("SELECT number FROM incident WHERE id = :id"), {"id": incident}).scalar()
        audience = Audience(account_id=unit.accounts.id_of(login))
        notice = Notice("case.dispatched", "370102", audience, str(new_id()), incident_id=incident)
        unit.messages.post([notice], at=system_clock())
        assert Fan({}).sweep(unit, system_clock(), 500)
    return str(number)


@pytest.mark.parametrize("login", ["street", "centre", "auditor"])
def test_who_works_at_a_desk_comes_to_the_case_on_the_wall(town: Town, login: str):
    incident = report(town, LAMP, f"{login} 的灯")
    with town.page(login) as watched:
        page = watched.page
        page.goto("/desk/inbox")
        number = tell(town, login, incident)
        notice = page.locator("[data-notice]").first
        expect(notice).to_be_visible()
        notice.get_by_role("link", name="查看案卷").click()
        page.wait_for_url(f"{town.address}/command/cases/{incident}*")
        expect(page.get_by_text(number).first).to_be_visible()


def test_whoever_reads_by_keyboard_goes_on_where_they_are(town: Town):
    first, second = (report(town, LAMP, f"{words}盏灯") for words in ("头一", "第二"))
    with town.page("street") as watched:
        page = watched.page
        page.goto("/desk/inbox")
        for incident in (first, second):
            tell(town, "street", incident)
            expect(page.locator(f"a[href='/command/cases/{incident}']")).to_be_visible()
        page.get_by_role("button", name="只看未读").click()
        newest = page.locator("[data-notice]").first
        newest.get_by_role("button", name=re.compile("^标为已读")).press("Enter")
        expect(page.locator(f"a[href='/command/cases/{second}']")).to_have_count(0)
        expect(page.locator(f"a[href='/command/cases/{first}']")).to_be_focused()
        page.locator("[data-notice]").first.get_by_role("button", name=re.compile("^标为已读")).press("Enter")
        expect(page.locator(f"a[href='/command/cases/{first}']")).to_have_count(0)
        expect(page.locator("[data-notice]:focus-within, main h1:focus")).to_have_count(1)


def test_who_walks_the_grid_comes_to_the_tasks_on_the_phone(town: Town):
    incident = report(town, LAMP, "网格员的灯")
    with town.page("worker", size=PHONE) as watched:
        page = watched.page
        page.goto("/desk/inbox")
        tell(town, "worker", incident)
        page.locator("[data-notice]").first.get_by_role("link", name="查看案卷").click()
        page.wait_for_url(f"{town.address}/field/tasks")


def test_who_may_see_no_case_is_told_and_led_nowhere(town: Town):
    incident = report(town, LAMP, "管理员看不到的灯")
    with town.page("admin") as watched:
        page = watched.page
        page.goto("/desk/inbox")
        tell(town, "admin", incident)
        expect(page.locator("[data-notice]").first).to_be_visible()
        expect(page.locator("[data-notice]").get_by_role("link")).to_have_count(0)
