"""At the desk people get accounts, duties and teams, programs are told, and an end that was a mistake is taken back."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from tests.screens.conftest import Town
from tests.screens.desking import CELL, COMMUNITY, HOME, act, choose, dialog, get, open_person, person, today

pytestmark = pytest.mark.browser


def test_an_account_is_made_for_a_worker_given_a_role_and_used(town: Town):
    with town.page("admin") as watched:
        page = watched.page
        page.goto("/desk/accounts")
        person(page, "白新来", "370102-P9911")
        page.get_by_role("button", name="新增账号").click()
        form = dialog(page)
        form.get_by_label(re.compile("^用户名")).fill("bai")
        form.get_by_label(re.compile("^姓名")).fill("白新来")
        choose(form, re.compile("^人员"), "白新", re.compile("P9911"))
        form.get_by_role("button", name="新增").click()
        first = page.locator("[data-secret]").inner_text()
        dialog(page).get_by_role("button", name="接着授予角色").click()
        page.get_by_role("button", name="授予角色").click()
        dialog(page).get_by_label(re.compile("^角色")).select_option("grid_worker")
        choose(dialog(page), re.compile("^范围"), "jfq", re.compile("解放桥社区"))
        dialog(page).get_by_role("button", name="授予", exact=True).click()
        expect(page.get_by_text("角色已授予。")).to_be_visible()
        expect(dialog(page).get_by_role("rowheader", name="网格员")).to_be_visible()
    with town.page(None) as watched:
        watched.forgive("401|403")
        page = watched.page
        page.goto("/login?next=/desk/account")
        page.locator("#login").fill("bai")
        page.locator("#password").fill(first)
        page.keyboard.press("Enter")
        page.locator("#new").fill("four words nobody joins")
        page.locator("#again").fill("four words nobody joins")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="我的账号")).to_be_visible()
        me = get(page, "me")
        assert [(grant["role"], grant["area_code"]) for grant in me["grants"]] == [("grid_worker", COMMUNITY)]
        assert me["person_id"]


def save_what_was_overtaken(page: Page) -> None:
    """Save an account that was tied to somebody else meanwhile; both are told by name, and one's own version holds."""
    (account,) = get(page, "accounts?q=gu")["items"]
    quicker = {"district_code": HOME, "id": person(page, "顾抢先", "370102-P9914")["id"]}
    act(page, "PATCH", f"accounts/{account['id']}", {"person": quicker})
    dialog(page).get_by_role("button", name="保存").click()
    both = page.get_by_role("dialog", name="别人刚刚改过")
    names = re.compile("人员 顾失联（370102-P9913） 顾抢先（370102-P9914）")
    expect(both.get_by_role("row", name=names)).to_be_visible()
    both.get_by_role("button", name="用我的版本").click()


def test_an_account_whose_first_password_was_lost_is_looked_after_all_the_same(town: Town):
    with town.page("admin") as watched:
        watched.forgive("ERR_FAILED|412")
        page = watched.page
        page.goto("/desk/accounts")
        found = person(page, "顾失联", "370102-P9913")
        page.get_by_role("button", name="新增账号").click()
        form = dialog(page)
        for label, words in (("用户名", "gu"), ("姓名", "顾失联"), ("邮箱", "gu@example.org")):
            form.get_by_label(re.compile(f"^{label}")).fill(words)

        def lose(route: Route) -> None:
            route.fetch()
            route.abort()

        page.route("**/api/v1/accounts", lose, times=1)
        form.get_by_role("button", name="新增").click()
        expect(form.get_by_text(re.compile("^服务器没有应答"))).to_be_visible()
        form.get_by_role("button", name="新增").click()
        expect(dialog(page).get_by_text(re.compile("之前已建好.*重置密码"))).to_be_visible()
        dialog(page).get_by_role("button", name="打开账号").click()
        form = dialog(page)
        form.get_by_role("button", name="重置密码").click()
        dialog(page).get_by_role("button", name="重置", exact=True).click()
        expect(page.locator("[data-secret]")).not_to_be_empty()
        page.keyboard.press("Escape")
        form.get_by_role("button", name="修改").click()
        dialog(page).get_by_label(re.compile("^邮箱")).fill("")
        choose(dialog(page), re.compile("^人员"), "顾失", re.compile("P9913"))
        expect(dialog(page).get_by_text(re.compile("登录和令牌全部结束"))).to_be_visible()
        save_what_was_overtaken(page)
        expect(form.get_by_text("顾失联（370102-P9913）")).to_be_visible()
        expect(form.get_by_role("row", name=re.compile("关联人员.*370102-P9913"))).to_be_visible()
        (account,) = get(page, "accounts?q=gu")["items"]
        assert (account["email"], account["person_id"]) == (None, found["id"])
        form.get_by_role("button", name="授予角色").click()
        dialog(page).get_by_label(re.compile("^角色")).select_option("grid_worker")
        choose(dialog(page), re.compile("^范围"), "jfq", re.compile("解放桥社区"))
        dialog(page).get_by_role("button", name="授予", exact=True).click()
        form.get_by_role("button", name=re.compile("^收回 网格员")).click()
        expect(page.get_by_text("角色已收回。")).to_be_visible()
        form = page.get_by_role("dialog", name="顾失联", exact=True)
        asking = page.get_by_role("dialog", name="停用 gu")
        for answer in ("关闭", "停用"):
            assert get(page, f"accounts/{account['id']}")["disabled_at"] is None
            form.get_by_role("button", name="停用").click()
            asking.get_by_role("button", name=answer).click()
            expect(asking).to_have_count(0)
        expect(form.get_by_text("已停用", exact=True)).to_be_visible()
        account = get(page, f"accounts/{account['id']}")
        assert (bool(account["disabled_at"]), account["grants"]) == (True, [])
        form.get_by_role("button", name="启用").click()
        expect(form.get_by_role("button", name="停用")).to_be_visible()
        assert get(page, f"accounts/{account['id']}")["disabled_at"] is None


def test_a_duty_is_ended_and_an_end_of_service_taken_back(town: Town):
    with town.page("admin") as watched:
        watched.forgive("409")
        page = watched.page
        page.goto("/desk/people")
        found = person(page, "黄错办", "370102-P9912")
        form = open_person(page, "黄错办")
        form.get_by_role("button", name="新增职责").click()
        choose(dialog(page), re.compile("^负责的网格"), "解放桥 2", re.compile("第2网格"))
        dialog(page).get_by_role("button", name="保存").click()
        form.get_by_role("button", name=re.compile("^结束职责")).click()
        tomorrow = today() + timedelta(days=1)
        dialog(page).get_by_label(re.compile("^最后一天")).fill(tomorrow.isoformat())
        dialog(page).get_by_role("button", name="结束职责").click()
        expect(form.get_by_role("cell", name=re.compile(tomorrow.isoformat()))).to_be_visible()
        form.get_by_role("button", name=re.compile("^结束职责")).click()
        expect(dialog(page).get_by_text(f"已定最后一天是 {tomorrow.isoformat()}", exact=False)).to_be_visible()
        dialog(page).get_by_label(re.compile("^最后一天")).fill((tomorrow + timedelta(days=1)).isoformat())
        dialog(page).get_by_role("button", name="结束职责").click()
        expect(dialog(page).get_by_text(re.compile("只能提前：以后的时间")).last).to_be_visible()
        dialog(page).get_by_label(re.compile("^最后一天")).fill(today().isoformat())
        dialog(page).get_by_role("button", name="结束职责").click()
        expect(form.get_by_role("cell", name=f"{today()} – {today()}")).to_be_visible()
        form.get_by_role("button", name="办理离岗").click()
        dialog(page).get_by_label(re.compile("^最后一天")).fill(today().isoformat())
        dialog(page).get_by_role("button", name="办理离岗").click()
        expect(form.get_by_text(f"将于 {today()} 离岗")).to_be_visible()
        expect(form.get_by_role("button", name="修改")).not_to_have_attribute("aria-disabled", "true")
        assert get(page, f"people/{found['id']}")["ended_at"]
        form.get_by_role("button", name="撤回离岗").click()
        dialog(page).get_by_role("button", name="撤回离岗").click()
        expect(form.get_by_text("在岗", exact=True)).to_be_visible()
        assert get(page, f"people/{found['id']}")["ended_at"] is None


def test_a_cell_is_found_by_its_community_and_chosen_by_the_keyboard(town: Town):
    with town.page("planner") as watched:
        page = watched.page
        page.goto("/desk/duties")
        cell = page.get_by_role("combobox", name=re.compile("^网格"))
        cell.press_sequentially("解放桥社区")
        expect(page.get_by_role("option", name=re.compile(CELL))).to_be_visible()
        cell.press("ArrowDown")
        expect(page.get_by_role("listbox").get_by_role("option").first).to_have_attribute("aria-selected", "true")
        cell.press("Escape")
        expect(cell).to_have_attribute("aria-expanded", "false")
        cell.fill("")
        cell.press_sequentially("解放桥 1")
        page.get_by_role("option", name=re.compile(CELL)).click()
        expect(cell).to_have_value(re.compile(CELL))
        page.get_by_role("button", name="查询").click()
        answering = page.get_by_role("table", name=re.compile(CELL))
        expect(answering.get_by_role("cell", name="专职网格员").first).to_be_visible()
        page.get_by_label("区县", exact=True).select_option(HOME)
        ending = page.get_by_role("button", name=re.compile("^结束职责.*您的角色不管理人员与职责")).first
        expect(ending).to_have_attribute("aria-disabled", "true")


def test_a_program_is_told_a_secret_once_and_turned_off(town: Town):
    with town.page("admin") as watched:
        watched.forgive("422")
        page = watched.page
        page.goto("/desk/webhooks")
        page.get_by_role("button", name="新增接收程序").click()
        form = dialog(page)
        form.get_by_label(re.compile("^名称")).fill("大屏")
        form.get_by_label(re.compile("^地址")).fill("http://board.example.org/hook")
        form.get_by_label(re.compile("^区县")).select_option(HOME)
        for words in ("结案", "立案"):
            choose(form, re.compile("^只推送这些"), words, re.compile(f"^{words}"))
        form.get_by_role("button", name="去掉 立案").press("Enter")
        expect(form.get_by_role("button", name="去掉 结案")).to_be_focused()
        form.get_by_role("button", name="保存").click()
        expect(form.get_by_text(re.compile("请用 https")).first).to_be_visible()
        form.get_by_label(re.compile("^地址")).fill("https://board.example.org/hook")

        def lost(route: Route) -> None:
            """Let the server do it, and its answer get lost."""
            route.fetch()
            route.abort()

        watched.forgive("ERR_FAILED")
        page.route("**/api/v1/endpoints", lost, times=1)
        form.get_by_role("button", name="保存").click()
        expect(form.get_by_text("服务器没有应答")).to_be_visible()
        form.get_by_role("button", name="保存").click()
        expect(dialog(page).get_by_text("上一次保存时它已经建好")).to_be_visible()
        dialog(page).get_by_role("button", name="关闭").click()
        page.get_by_role("button", name="更换密钥：大屏").click()
        expect(dialog(page).get_by_text("旧密钥立即作废")).to_be_visible()
        dialog(page).get_by_role("button", name="更换密钥").click()
        expect(page.locator("[data-secret]")).to_have_text(re.compile("^whsec_"))
        dialog(page).get_by_role("button", name="关闭").click()
        # Of the dialog that it was opened from nothing is left: the focus is where that was opened from.
        expect(page.get_by_role("button", name="更换密钥：大屏")).to_be_focused()
        page.get_by_role("button", name="停用 大屏").click()
        expect(page.get_by_role("row", name=re.compile("大屏.*已停用"))).to_be_visible()
        (endpoint,) = get(page, "endpoints")["items"]
        assert (endpoint["kinds"], bool(endpoint["disabled_at"])) == (["case.closed"], True)


def test_a_street_makes_a_team_and_retires_it(town: Town):
    with town.page("street") as watched:
        page = watched.page
        street = get(page, "me")["grants"][0]["area_code"]
        page.goto("/desk/teams")
        page.get_by_role("button", name="新建").click()
        form = dialog(page)
        form.get_by_label(re.compile("^名称")).fill("拆违指挥组")
        choose(form, re.compile("^用于哪里"), street, re.compile(street))
        for words in ("城市管理局", "公安分局"):
            choose(form, re.compile("^成员"), f"历下区{words}", re.compile(words))
        form.get_by_role("button", name="保存").click()
        expect(page.get_by_role("rowheader", name="拆违指挥组")).to_be_visible()
        (team,) = get(page, "teams")["items"]
        assert (team["area_code"], len(team["members"])) == (street, 2)
        page.get_by_role("button", name="解散 拆违指挥组").click()
        dialog(page).get_by_role("button", name="解散").click()
        expect(page.get_by_role("rowheader", name="拆违指挥组")).to_have_count(0)
    with town.page("admin") as watched:
        watched.page.goto("/desk/teams")
        expect(watched.page.get_by_role("button", name="新建")).to_have_attribute("aria-disabled", "true")
