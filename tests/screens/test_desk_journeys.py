"""At the desk people look after themselves, and administrators after people, duties, files and rules."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import text

from gridgov.clock import system_clock
from gridgov.ids import new_id
from gridgov.messages import Audience, Notice
from gridgov.services.accounts import Administration, NewAccount, NewGrant
from gridgov.services.accounts.wanted import Machine
from gridgov.services.messaging import Fan
from tests.screens.conftest import PHONE, Town

pytestmark = pytest.mark.browser

STREET = "370102001"


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog").last


def csv_of(page: Page, name: str) -> str:
    """Return a table as whoever is logged in takes it away."""
    answer = page.request.get(f"/api/v1/tables/{name}.csv?language=en")
    assert answer.ok, answer.text()
    return answer.body().decode("utf-8-sig")


def bring(page: Page, tmp_path: Path, content: str) -> None:
    """Choose a file that says `content`, in the dialog that brings files."""
    file = tmp_path / "people.csv"
    file.write_text(content, encoding="utf-8-sig")
    page.locator("#import-file").set_input_files(file)


def fewer(url: str) -> str:
    """Return an address that asks for a single row."""
    return url.replace("limit=100", "limit=1")


def tell_of_a_case(town: Town, login: str) -> None:
    """Tell somebody that a case is theirs, as the sweep does."""
    with town.store.transaction() as unit:
        incident = unit.connection.execute(
            text("SELECT id FROM incident WHERE district_code = '370102' LIMIT 1")
        ).scalar()
        audience = Audience(account_id=unit.accounts.id_of(login))
        notice = Notice("case.dispatched", "370102", audience, str(new_id()), incident_id=incident)
        unit.messages.post([notice], at=system_clock())
        assert Fan({}).sweep(unit, system_clock(), 500)


def test_a_person_and_a_duty_are_added_and_answer_for_the_cell(town: Town):
    with town.page("admin") as watched:
        page = watched.page
        page.goto("/desk/people")
        page.get_by_role("button", name="新增人员").click()
        form = dialog(page)
        form.get_by_role("button", name="保存").click()
        expect(form.get_by_text("请填写这一项。")).to_have_count(3)
        expect(form.get_by_label("姓名")).to_be_focused()
        form.get_by_label("姓名").fill("林晓燕")
        form.get_by_label("工号").fill("370102-P9901")
        form.get_by_role("combobox", name="机构").fill("370102001002-C")
        form.get_by_role("button", name="保存").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.get_by_role("searchbox").fill("p9901")
        page.get_by_role("button", name="打开 林晓燕").click()
        person = dialog(page)
        person.get_by_role("button", name="新增职责").click()
        duty = dialog(page)
        duty.get_by_role("combobox", name=re.compile("负责的网格")).fill("370102001002001")
        duty.get_by_role("button", name="保存").click()
        expect(person.get_by_text("在任")).to_be_visible()
        expect(person.get_by_text("新增", exact=True)).to_be_visible()  # its history says so
        page.goto("/desk/duties")
        page.get_by_role("combobox", name=re.compile("^网格")).fill("370102001002001")
        page.get_by_role("button", name="查询").click()
        expect(page.get_by_role("rowheader", name="林晓燕")).to_be_visible()


def test_a_faulty_file_stores_nothing_and_a_good_one_stands_in_the_history(town: Town, tmp_path: Path):
    with town.page("admin") as watched:
        watched.forgive("422")
        page = watched.page
        page.goto("/desk/people")
        before = csv_of(page, "people")
        head, first, *_ = before.splitlines()
        page.get_by_role("button", name="导入…").click()
        bring(page, tmp_path, "\n".join([head, first.replace("full-time", "now and then"), "x"]))
        expect(dialog(page).get_by_text(re.compile("处错误，什么都没有保存"))).to_be_visible()
        expect(dialog(page).get_by_role("rowheader", name="3", exact=True).first).to_be_visible()
        expect(dialog(page).get_by_role("button", name="确认导入")).to_have_attribute("aria-disabled", "true")
        assert csv_of(page, "people") == before
        name = first.split(",")[head.split(",").index("name")]
        bring(page, tmp_path, "\n".join([head, first.replace(name, "钱改名")]))
        expect(dialog(page).get_by_text("修改 1", exact=True)).to_be_visible()
        expect(dialog(page).get_by_role("cell", name="钱改名")).to_be_visible()
        dialog(page).get_by_role("button", name="确认导入").click()
        expect(page.get_by_text(re.compile("导入完成"))).to_be_visible()
        assert "钱改名" in csv_of(page, "people")
        # What the history says it was is what it becomes again.
        page.get_by_role("button", name="导入…").click()
        bring(page, tmp_path, before)
        dialog(page).get_by_role("button", name="确认导入").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        assert csv_of(page, "people") == before
        # There are hundreds in a year: as many are read as one asks for.
        page.route("**/register-changes?*", lambda route: route.continue_(url=fewer(route.request.url)))
        page.goto("/desk/history")
        told = page.get_by_role("table", name=re.compile("谁在何时改了什么"))
        expect(told.locator("tbody tr")).to_have_count(1)
        page.get_by_role("button", name="更早的记录").click()
        expect(told.locator("tbody tr")).to_have_count(2)
        expect(page.get_by_text("钱改名").first).to_be_visible()


def test_a_streets_administrator_sees_the_street_and_no_other(town: Town):
    administration = Administration(town.store, clock=system_clock)
    account, _ = administration.add(Machine("test"), NewAccount("street-admin", "街道管理员", STREET))
    administration.give(Machine("test"), account["id"], NewGrant("administrator", STREET))
    with town.page("admin") as watched:
        whole = watched.page.request.get("/api/v1/accounts?limit=200").json()["items"]
    with town.page(None) as watched:
        page = watched.page
        first = administration.reset_password(Machine("test"), account["id"])[1]
        watched.forgive("401|403")
        page.goto("/desk/accounts")
        page.locator("#login").fill("street-admin")
        page.locator("#password").fill(first)
        page.keyboard.press("Enter")
        page.locator("#new").fill("four words nobody joins")
        page.locator("#again").fill("four words nobody joins")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="账号与角色")).to_be_visible()
        mine = page.request.get("/api/v1/accounts?limit=200").json()["items"]
        assert len(mine) < len(whole)
        page.goto("/desk/people")
        page.get_by_role("searchbox").wait_for()
        codes = {row["organisation_code"] for row in page.request.get("/api/v1/people?limit=200").json()["items"]}
        assert codes
        refused = page.request.post(
            "/api/v1/people",
            headers={"X-CSRF-Token": page.request.get("/api/v1/me").json()["csrf"], "Origin": town.address},
            data={
                "id": str(new_id()),
                "staff_code": "370102-P9902",
                "name": "赵",
                "organisation_code": "370102002001-C",
                "employment": "full_time",
            },
        )
        assert (refused.status, "370102002001" in refused.text()) == (422, True), refused.text()


def test_a_token_is_made_shown_once_and_used(town: Town):
    with town.page("planner") as watched:
        page = watched.page
        page.goto("/desk/account")
        page.get_by_role("button", name="新建令牌").click()
        dialog(page).get_by_label("用途").fill("QGIS")
        dialog(page).get_by_role("button", name="新建").click()
        secret = page.locator("[data-secret]").inner_text()
        expect(dialog(page).get_by_text(re.compile("GDAL_HTTP_HEADERS"))).to_be_visible()
        fresh = town.browser.new_context()
        headers = {"Authorization": f"Bearer {secret}"}
        assert fresh.request.get(f"{town.address}/api/v1/areas/streets", headers=headers).ok
        assert fresh.request.get(f"{town.address}/api/v1/inbox", headers=headers).status == 403
        dialog(page).get_by_role("button", name="关闭").click()
        page.get_by_role("button", name="停用 QGIS").click()
        expect(page.get_by_text("令牌已停用。")).to_be_visible()
        assert fresh.request.get(f"{town.address}/api/v1/areas/streets", headers=headers).status == 401
        fresh.close()


def test_a_password_is_changed_and_the_page_goes_on(town: Town):
    with town.page("auditor") as watched, town.page("auditor") as elsewhere:
        watched.forgive("422")
        page = watched.page
        page.goto("/desk/account")
        assert elsewhere.page.request.get("/api/v1/me").ok
        page.get_by_role("table", name="登录").get_by_role("button", name="结束").first.click()  # the newest
        expect(page.get_by_text("这次登录已结束。")).to_be_visible()
        assert elsewhere.page.request.get("/api/v1/me").status == 401
        page.get_by_label("新密码（必填）", exact=True).fill("four words nobody joins")
        page.get_by_label("现在的密码").fill(town.passwords["auditor"])
        page.get_by_label("再输一次新密码").fill("four words somebody joins")
        page.get_by_role("button", name="更换密码").click()
        expect(page.get_by_text("⚠ 两次输入不一样。")).to_be_visible()
        expect(page.get_by_text(re.compile("服务器不接受"))).to_have_count(0)
        page.get_by_label("现在的密码").fill(town.passwords["auditor"])
        page.get_by_label("新密码（必填）", exact=True).fill("1234567890")
        page.get_by_label("再输一次新密码").fill("1234567890")
        page.get_by_role("button", name="更换密码").click()
        expect(page.get_by_text(re.compile("服务器不接受"))).to_be_visible()
        page.get_by_label("新密码（必填）", exact=True).fill("four words nobody joins")
        page.get_by_label("再输一次新密码").fill("four words nobody joins")
        page.get_by_role("button", name="更换密码").click()
        expect(page.get_by_text(re.compile("密码已更换"))).to_be_visible()
        page.get_by_role("button", name="新建令牌").click()  # what is sent now goes out under the new secret
        dialog(page).get_by_label("用途").fill("after")
        dialog(page).get_by_role("button", name="新建").click()
        expect(page.locator("[data-secret]")).to_be_visible()


def test_a_notice_appears_by_itself_and_leads_to_its_case(town: Town):
    with town.page("street") as watched:
        page = watched.page
        page.goto("/desk/inbox")
        expect(page.get_by_text("没有消息。")).to_be_visible()
        tell_of_a_case(town, "street")
        notices = page.locator("[data-notice]")
        expect(notices.first).to_be_visible()
        expect(page.locator(".places [data-unread]")).to_be_visible()
        href = notices.first.get_by_role("link", name="查看案卷").get_attribute("href")
        assert href
        assert re.fullmatch(r"/command/cases/[0-9a-f-]{36}", href)
        page.get_by_role("button", name="全部标为已读").click()
        expect(page.locator(".places [data-unread]")).to_have_count(0)


@pytest.mark.parametrize(
    ("login", "size", "home"),
    [("worker", PHONE, "/field"), ("centre", (1440, 900), "/command"), ("admin", (1440, 900), "/desk/people")],
)
def test_whoever_logs_in_lands_where_their_role_works(town: Town, login: str, size: tuple[int, int], home: str):
    with town.page(None, size=size) as watched:
        page = watched.page
        page.goto("/")
        page.locator("#login").fill(login)
        page.locator("#password").fill(town.passwords[login])
        page.keyboard.press("Enter")
        page.wait_for_url(f"{town.address}{home}")
        page.goto("/")
        expect(page.get_by_role("link", name=re.compile("工作台|Desk"))).to_be_visible()
        page.goto("/login?home=true")  # as whoever comes back from the single sign-on without naming a page
        page.wait_for_url(f"{town.address}{home}")
        page.goto("/login?home=true&next=/desk/account")
        expect(page.get_by_role("heading", name="我的账号")).to_be_visible()
