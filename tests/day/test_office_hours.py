"""What the day did not need: the desk work of everybody, through the same doors."""

import pytest

from tests.day.test_the_day import CLEANING, MARKET_COMMUNITY, MARKET_STREET, RUBBISH
from tests.day.town import Person, Town, beside_the_market, here, now_of

NEXT_YEAR = {
    "source": "国务院办公厅关于2027年部分节假日安排的通知（演示）",
    "days": [
        {"day": "2027-01-01", "kind": "holiday", "name": "元旦"},
        {"day": "2027-05-01", "kind": "holiday", "name": "劳动节"},
        {"day": "2027-10-01", "kind": "holiday", "name": "国庆节"},
    ],
}
TWO_HOURS = {"kind": "handle", "matter": RUBBISH, "limit": {"amount": 2, "unit": "hours"}, "source": "本区处置规范"}
STEP = {"after": {"amount": 0, "unit": "minutes"}, "level": "district", "role": "command_centre", "source": "本区决定"}
HALL = {
    "name_zh": "政务大厅",
    "name_en": "Hall",
    "source": "本区公告",
    "week": {str(d): "08:30-17:00" for d in range(6)},
}
HOOK = {"name": "工单系统", "url": "https://tickets.example/gridgov", "kinds": ["case.dispatched"]}


@pytest.mark.slow
def test_the_rules_are_looked_after(town: Town, administrator: Person):
    admin = administrator
    admin.ask("PUT", "calendar/2027", status=200, json=NEXT_YEAR)
    admin.ask("PUT", "limits", status=204, json=TWO_HOURS)
    admin.ask("PUT", "escalations/file", status=204, json={"steps": [STEP]})
    admin.ask("PUT", "hours/hall", status=204, json=HALL)
    admin.ask("PUT", "hours/hall/keepers", status=204, json={"organisation": CLEANING})
    kind = next(k for k in admin.get("whistle-kinds")["items"] if k["code"] == "emergency")
    flood = {**{name: value for name, value in kind.items() if name not in {"code", "etag"}}, "name": "防汛哨"}
    admin.ask("PUT", "whistle-kinds/flood", status=200, json=flood)
    for path in ("matter-lists", "calendar", "hours", "limits", "escalations", "rule-changes"):
        admin.get(path)
    admin.get("limits/due", kind="handle", matter=RUBBISH, organisation=CLEANING)
    admin.get(f"matters/{RUBBISH}/answerers", street=MARKET_STREET)
    town.passes(days=165)  # the sample's list is in force from when it was loaded
    items = admin.get("matters")["items"]
    items[0]["handle_within_minutes"] += 30
    admin.post("matter-lists", source="本区决定", items=items)


@pytest.mark.slow
def test_accounts_programs_and_messages_are_looked_after(town: Town, administrator: Person):
    admin = administrator
    made = admin.post("accounts", status=201, id=town.new_id(), login="new-here", name="新来的", area_code="370102")
    admin.ask("PATCH", f"accounts/{made['id']}", status=200, json={"name": "新同事", "email": "new@example.org"})
    admin.post(f"accounts/{made['id']}/password")
    for path in ("roles", "accounts", f"accounts/{made['id']}", f"accounts/{made['id']}/events"):
        admin.get(path)
    token = admin.post("tokens", status=201, id=town.new_id(), name="报表程序", scopes=["inbox.read"], days=30)
    admin.get("tokens")
    admin.ask("DELETE", f"tokens/{token['id']}", status=204)
    endpoint = admin.post("endpoints", status=201, id=town.new_id(), district_code="370102", **HOOK)
    admin.ask("PUT", f"endpoints/{endpoint['id']}", status=200, json={**HOOK, "name": "工单系统二期"})
    admin.post(f"endpoints/{endpoint['id']}/secret")
    wishes = admin.get("me/preferences")
    admin.ask("PUT", "me/preferences", status=200, json={**wishes, "digest_hour": 8})
    for path in ("endpoints", "deliveries", "sessions", "inbox"):
        admin.get(path)


@pytest.mark.slow
def test_a_worker_on_duty_and_the_street_that_looks(town: Town, administrator: Person):
    street = town.hire(administrator, "street", "street_officer", MARKET_STREET)
    centre = town.hire(administrator, "centre", "command_centre", "370102")
    worker = town.hire(administrator, "worker", "grid_worker", MARKET_COMMUNITY)
    said = {
        "reported_at": now_of(town.clock),
        "channel": "grid_worker",
        "matter": RUBBISH,
        "text": "市场旁堆了一车垃圾",
    }
    reporter = {"name": "王某", "phone": "13800000000"}
    case = worker.post(
        "incidents", status=201, id=town.new_id(), position=here(beside_the_market()), reporter=reporter, **said
    )
    for path in ("", "/acts", "/facts", "/hops", "/evidence", "/reporter"):
        centre.get(f"incidents/{case['id']}{path}")
    centre.post(f"incidents/{case['id']}/reporter/looks", id=town.new_id(), purpose="回访：垃圾是否清走")
    centre.act(case["id"], "file")
    centre.act(case["id"], "dispatch", organisation_code=CLEANING)
    town.passes(minutes=30)
    centre.act(case["id"], "urge", text="请尽快")
    centre.act(case["id"], "supervise", text="区级督办")
    centre.act(case["id"], "note", text="已电话联系市场管理方")
    street.get("cells/" + case["cell_code"] + "/duties")
    team = street.post(
        "teams",
        status=201,
        id=town.new_id(),
        kind="group",
        name="市容组",
        area_code=MARKET_STREET,
        members=[CLEANING],
        lead=CLEANING,
    )
    street.get("teams")
    street.ask("DELETE", f"teams/{team['id']}", status=200)
    for path in ("incidents", "summary", "whistles", "me"):
        centre.get(path)
    town.hire(administrator, "auditor", "auditor", "370102").get("looks")
    centre.get("locate", lon=117.0902, lat=36.6512, datum="wgs84")
    centre.get("addresses", text="齐鲁路1号")
