"""One day of a district, from the first report to the last rating, by everybody who works in it, through the API."""

from uuid import UUID

import pytest

from gridgov.incidents import first_break
from tests.day.town import Person, Town, across_the_border, beside_the_market, here, now_of, photo

RUBBISH = "20401"
ILLEGAL_BUILDING = "20601"
CLEANING = "370102-D-HW"
MARKET_STREET = "370102001"
MARKET_COMMUNITY = "370102001006"
FIVE = ("370112-D-ZF", "370112-D-ZR", "370102-D-ZF", "370102-D-GA", "370112-D-GA")


@pytest.fixture
def staff(town: Town, administrator: Person) -> dict[str, Person]:
    """Everybody who works in the district, each with an account of their own."""
    town.hire(administrator, "worker", "grid_worker", MARKET_COMMUNITY)
    town.hire(administrator, "centre", "command_centre", "370102")
    town.hire(administrator, "next-centre", "command_centre", "370112")
    town.hire(administrator, "market-street", "street_officer", MARKET_STREET)
    town.hire(administrator, "cleaning", "department_officer", "370102", CLEANING)
    town.hire(administrator, "planner", "planner", "370102")
    for code in FIVE:
        town.hire(administrator, code.lower(), "department_officer", code[:6], code)
    return town.people


@pytest.mark.slow
def test_a_day_of_the_district(town: Town, staff: dict[str, Person]):
    the_planner_and_the_administrator_do_their_work_and_see_no_more(town, staff)
    the_morning_rubbish_beside_a_market(town, staff)
    at_noon_an_illegal_building_across_the_border(town, staff)


def the_morning_rubbish_beside_a_market(town: Town, staff: dict[str, Person]):
    worker, centre, street, cleaning = (staff[n] for n in ("worker", "centre", "market-street", "cleaning"))

    # The worker reports it, is cut off, and sends it again: it is one case.
    said = {
        "id": town.new_id(),
        "reported_at": now_of(town.clock),
        "channel": "grid_worker",
        "matter": RUBBISH,
        "text": "市场旁堆了一车垃圾",
        "position": here(beside_the_market()),
    }
    receipt = worker.post("incidents", status=201, **said)
    assert worker.post("incidents", **said) == receipt
    case, cell = receipt["id"], receipt["cell_code"]
    assert (cell[:12], receipt["lead_organisation_code"]) == (MARKET_COMMUNITY, CLEANING)

    # What was only reported the department does not see; nobody but the centre or the street may file it.
    cleaning.get(f"incidents/{case}", status=404)
    worker.act(case, "file", status=403)
    town.passes(minutes=5)
    centre.act(case, "file")
    centre.act(case, "dispatch", organisation_code=CLEANING)

    # Handed back with a reason, and dispatched again: the first organisation stays accountable.
    town.passes(minutes=20)
    cleaning.act(case, "return", status=422)
    handed_back = cleaning.act(case, "return", reason="属于市场自管范围")
    assert (handed_back["stage"], handed_back["handling_organisation_code"]) == ("filed", None)
    town.passes(minutes=10)
    office = f"{MARKET_STREET}-S"
    centre.act(case, "dispatch", status=422, organisation_code=office)
    again = centre.act(case, "dispatch", organisation_code=office, reason="市场由街道代管")
    assert (again["stage"], again["transfers"]) == ("dispatched", 1)
    assert (again["first_organisation_code"], again["handling_organisation_code"]) == (CLEANING, office)

    # The street's own people take it on, do it, and feed back with a photo.
    handler = town.hire(_administrator(town), "cleaner", "street_officer", MARKET_STREET, office)
    town.passes(minutes=15)
    handler.act(case, "accept")
    town.passes(hours=2)
    picture = handler.attach(case, photo())
    handler.act(case, "feed_back", report="已清运", evidence=[picture])

    # Whoever handled it may not verify it; somebody else does, and it is closed.
    handler.act(case, "verify", status=403)
    town.passes(minutes=30)
    worker.act(case, "verify", report="现场已看，已清干净")
    closed = centre.act(case, "close")
    assert (closed["stage"], closed["clock"], closed["deadline_at"]) == ("closed", "stopped", None)

    # The resident says it is not fixed: it is reopened, and the clock goes on with what was left.
    town.passes(days=1)
    assert town.sweep() == 0
    reopened = centre.act(case, "reopen", reason="居民来电：又堆上了")
    assert (reopened["stage"], reopened["clock"], reopened["reopenings"]) == ("handling", "running", 1)
    assert reopened["handling_organisation_code"] == office
    handler.act(case, "feed_back", report="再次清运并加派保洁")
    # Its office is the street's: whoever sits there may not verify either, with whatever role.
    street.act(case, "verify", status=403)
    assert centre.act(case, "verify", report="复查合格")["stage"] == "verified"
    centre.act(case, "close")

    # Everything is on record: whose hands, how long idle, and a chain that holds.
    hops = centre.get(f"incidents/{case}/hops")["items"]
    assert [(h["organisation_code"], h["ended_by"], h["waited_s"]) for h in hops][:2] == [
        (CLEANING, "return", 20 * 60),
        (office, "feed_back", 15 * 60),
    ]
    kinds = [fact["kind"] for fact in centre.get(f"incidents/{case}/facts")["items"]]
    for kind in ("reported", "filed", "dispatched", "returned", "evidence_added", "fed_back", "verified", "reopened"):
        assert kind in kinds
    with town.store.transaction() as unit:
        assert first_break(unit.incidents.facts("370102", unit.incidents.stored(UUID(case)).id)) is None


def at_noon_an_illegal_building_across_the_border(  # noqa: PLR0915 - a day is long
    town: Town, staff: dict[str, Person]
):
    administrator, centre = _administrator(town), staff["centre"]
    town.passes(hours=(12 - town.clock().hour) % 24)
    block = across_the_border()
    receipt = centre.post(
        "incidents",
        status=201,
        id=town.new_id(),
        reported_at=now_of(town.clock),
        channel="inspection",
        matter=ILLEGAL_BUILDING,
        text="跨界违建",
        position={"datum": "wgs84", "geometry": block.__geo_interface__},
    )
    whistle_id, case = receipt["whistle_id"], receipt["id"]
    drafted = centre.get(f"whistles/{whistle_id}")
    sides = [side["street_code"] for side in drafted["sides"]]
    assert [code[:6] for code in sides] == ["370112", "370102"]
    streets = [town.hire(administrator, f"street-{code}", "street_officer", code) for code in sides]

    # The leading side says who is to come; both streets confirm, and five departments are summoned.
    streets[0].whistle(whistle_id, "summons", by_list=False, organisations=FIVE, reason="联合执法")
    streets[0].whistle(whistle_id, "confirm")
    staff["market-street"].whistle(whistle_id, "confirm", status=404)
    town.passes(minutes=6)
    blown = streets[1].whistle(whistle_id, "confirm")
    assert (blown["stage"], sorted(blown["says"]["summoned"])) == ("blown", sorted(FIVE))

    def sighting(code: str, east_m: float = 0.0) -> dict:
        at = {"device_time": now_of(town.clock), "sent_at": now_of(town.clock)}
        return {"organisation_code": code, "position": here(block, east_m=east_m), **at}

    # Three check in on site within their thirty minutes; one from four kilometres away is refused, and written down.
    town.passes(minutes=18)
    for code in FIVE[:3]:
        staff[code.lower()].whistle(whistle_id, "acknowledge", organisation_code=code)
        staff[code.lower()].whistle(whistle_id, "check-in", **sighting(code))
    far = staff[FIVE[3].lower()].whistle(whistle_id, "check-in", status=422, **sighting(FIVE[3], 4_000))
    assert far["details"][0]["distance_m"] == pytest.approx(4_000, abs=60)
    centre.whistle(whistle_id, "check-in", status=403, **sighting(FIVE[4]))

    # At 30:00 the district hears who is missing, at 60:00 again, and however often it is looked, never twice.
    town.passes(minutes=11, seconds=59)
    assert town.sweep() == 0
    town.passes(seconds=1)
    assert (town.sweep() > 0, town.sweep()) == (True, 0)
    heard = [told_late(person, whistle_id) for person in (centre, staff["next-centre"])]
    assert heard == [[(FIVE[3], 1)], [(FIVE[3], 1), (FIVE[4], 1)]]
    staff[FIVE[3].lower()].whistle(whistle_id, "check-in", **sighting(FIVE[3]))
    town.passes(minutes=30)
    assert (town.sweep() > 0, town.sweep()) == (True, 0)
    assert told_late(staff["next-centre"], whistle_id) == [(FIVE[3], 1), (FIVE[4], 1), (FIVE[4], 2)]
    facts = centre.get(f"incidents/{case}/facts")["items"]
    raised = sorted((f["payload"]["target"], f["payload"]["step"]) for f in facts if f["kind"] == "whistle_escalated")
    assert raised == [(FIVE[3], 1), (FIVE[4], 1), (FIVE[4], 2)]

    # Nobody leaves before release; each files its measure.
    staff[FIVE[0].lower()].whistle(whistle_id, "leave", status=422, organisation_code=FIVE[0])
    for code in FIVE[:4]:
        staff[code.lower()].whistle(whistle_id, "measures", organisation_code=code, text="责令停工，限期拆除")

    # One side closes, the whistle stays open; the other closes, and it closes.
    for street, code, left in ((streets[0], sides[0], [sides[1]]), (streets[1], sides[1], [])):
        street.whistle(whistle_id, "close", status=422)
        for department in FIVE[:4]:
            street.whistle(whistle_id, "release", organisation_code=department, street_code=code)
        street.whistle(whistle_id, "excuse", organisation_code=FIVE[4], street_code=code, reason="另有防汛任务")
        assert street.whistle(whistle_id, "close")["says"]["open_sides"] == left
    assert centre.get(f"whistles/{whistle_id}")["stage"] == "closed"
    staff[FIVE[0].lower()].whistle(whistle_id, "leave", organisation_code=FIVE[0])

    # Each street rates each department; both districts read the same.
    for street in streets:
        for code in FIVE:
            street.whistle(whistle_id, "rate", organisation_code=code, score=2 if code == FIVE[4] else 5, words="已评")
    mine = centre.get(f"whistles/{whistle_id}")
    theirs = staff["next-centre"].get(f"whistles/{whistle_id}")
    assert mine == theirs
    assert len(mine["ratings"]) == 10
    took = {call["organisation_code"]: call["time_to_scene_s"] for call in mine["summons"]}
    assert [took[code] for code in FIVE] == [18 * 60, 18 * 60, 18 * 60, 30 * 60, None]


def told_late(person: Person, whistle_id: str) -> list[tuple[str, int]]:
    """Return of whom somebody's inbox says that they are late at a whistle, and at which step."""
    names = {call["name"]: call["organisation_code"] for call in person.get(f"whistles/{whistle_id}")["summons"]}
    told = person.get("inbox", limit=200)["items"]
    late = [one for one in told if (one["kind"], one["whistle_id"]) == ("whistle.escalated", whistle_id)]
    said = [dict(line.split(": ", 1) for line in one["lines"] if ": " in line) for one in late]
    return sorted((names.get(of["对象"], of["对象"]), int(of["第几次升级"])) for of in said)


def the_planner_and_the_administrator_do_their_work_and_see_no_more(town: Town, staff: dict[str, Person]):
    planner, administrator = staff["planner"], _administrator(town)
    assert len(planner.get("cells")["features"]) > 700
    assert planner.get("me")["grants"][0]["role"] == "planner"
    planner.get("accounts", status=403)
    assert administrator.get("incidents")["items"] == []
    assert {a["login"] for a in administrator.get("accounts", limit=200)["items"]} >= set(staff)
    town.stranger("nobody").get("incidents", status=401)


def _administrator(town: Town) -> Person:
    return town.people["admin"]
