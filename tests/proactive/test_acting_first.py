"""What stands out is proposed once; a person confirms it, and one case is opened, counted apart."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from gridgov.errors import ConflictError, InputError, NotAllowedError, NotFoundError
from gridgov.ids import new_id
from gridgov.incidents import Channel
from gridgov.services.connecting import Gov
from gridgov.services.intake import Intake
from gridgov.services.proactive import Proactive
from gridgov.services.watching import Watching
from tests.proactive.conftest import FIRE, HOME, HOT
from tests.support import NOON, at, report, somebody


def test_what_burns_is_proposed_with_its_matter_its_numbers_and_its_period(fire):
    assert (fire["matter_code"], fire["area_code"], fire["state"]) == (FIRE, HOT, "proposed")
    assert fire["numbers"]["count"] >= 60
    assert 0 < fire["numbers"]["expected"] < 10
    assert (fire["since"], fire["until"]) == (NOON - timedelta(days=28), NOON)
    assert "占道经营" in fire["reason"]


def test_the_same_is_not_proposed_twice_whatever_became_of_it(proactive, fire, store, clock):
    proactive.dismiss(somebody(store, "command_centre"), fire["id"], reason="已知的夜市")
    clock.move(timedelta(days=1))
    again = proactive.scan(None)
    assert again.found >= 1
    places = [(one["kind"], one["place"], one["matter_code"]) for one in proactive.proposals(None, limit=200)]
    assert len(places) == len(set(places))


def test_confirmed_twice_opens_one_case_that_counts_apart(proactive, fire, store):
    centre = somebody(store, "command_centre")
    confirmed, before = proactive.confirm(centre, fire["id"])
    again, replayed = proactive.confirm(somebody(store, "command_centre"), fire["id"])
    assert (before, replayed, confirmed) == (False, True, again)
    with store.owning() as unit:
        row = unit.connection.execute(
            text("SELECT channel, matter_code, reported_at FROM incident WHERE id = :id"),
            {"id": confirmed["incident_id"]},
        ).one()
        opened = unit.connection.execute(text("SELECT count(*) FROM incident WHERE channel = 'proactive'")).scalar_one()
    assert tuple(row) == ("proactive", FIRE, NOON)
    assert opened == 1
    spot = proactive.hotspots(None, NOON - timedelta(days=28), NOON + timedelta(seconds=1)).loc[HOT]
    assert spot["count"] == fire["numbers"]["count"]  # what was opened so does not prove itself


def test_a_case_opened_so_is_placed_and_given_to_an_organisation_as_any_other(proactive, fire, store):
    confirmed, _ = proactive.confirm(somebody(store, "command_centre"), fire["id"])
    with store.owning() as unit:
        state = unit.incidents.state(HOME, confirmed["incident_id"])
    assert state["cell_code"] == HOT
    assert state["lead_organisation_code"] is not None


def test_dismissed_is_for_good_and_says_why(proactive, fire, store):
    centre = somebody(store, "command_centre")
    with pytest.raises(InputError):
        proactive.dismiss(centre, fire["id"], reason="  ")
    gone = proactive.dismiss(centre, fire["id"], reason="已知的夜市")
    assert (gone["state"], gone["note"]) == ("dismissed", "已知的夜市")
    with pytest.raises(ConflictError):
        proactive.confirm(centre, fire["id"])
    assert proactive.dismiss(centre, fire["id"], reason="别的话")["note"] == "已知的夜市"


def test_confirmed_is_not_dismissed_afterwards(proactive, fire, store):
    centre = somebody(store, "command_centre")
    proactive.confirm(centre, fire["id"])
    with pytest.raises(ConflictError):
        proactive.dismiss(centre, fire["id"], reason="晚了")


def test_only_who_may_looks_and_decides(proactive, fire, store):
    planner = somebody(store, "planner")
    assert proactive.proposal(planner, fire["id"])["id"] == fire["id"]
    for decide in (lambda: proactive.confirm(planner, fire["id"]),
                   lambda: proactive.dismiss(planner, fire["id"], reason="不")):  # fmt: skip
        with pytest.raises(NotAllowedError):
            decide()
    elsewhere = somebody(store, "street_officer", "370102001")
    with pytest.raises(NotFoundError):
        proactive.confirm(elsewhere, fire["id"])
    with pytest.raises(NotAllowedError):
        proactive.scan(somebody(store, "auditor"))
    with pytest.raises(NotAllowedError):
        proactive.proposals(somebody(store, "administrator"))
    with pytest.raises(NotAllowedError):
        proactive.hotspots(somebody(store, "department_officer", HOME, "370102-D-CG"), NOON - timedelta(7), NOON)


def test_a_street_looks_and_proposes_in_its_own_cells_alone(proactive, store):
    with store.owning() as unit:
        unit.connection.execute(text("DELETE FROM proposal"))
    street = somebody(store, "street_officer", HOT[:9])
    assert proactive.scan(street).added
    assert {one["area_code"][:9] for one in proactive.proposals(None, limit=200)} == {HOT[:9]}
    spots = proactive.hotspots(street, NOON - timedelta(days=28), NOON)
    assert spots.index.str.startswith(HOT[:9]).all()


def test_nobody_reports_by_the_channel_of_what_was_confirmed(store, keeper, clock):
    intake = Intake(store, clock=clock, home_district=HOME, keeper=keeper)
    caller = somebody(store, "command_centre")
    with store.acting(caller, now=NOON) as unit:
        subject = unit.subject
    with pytest.raises(NotAllowedError, match="confirm a proposal"):
        intake.take_from(subject, report(channel=Channel.PROACTIVE))


def test_what_was_opened_so_is_no_report_of_the_day(proactive, fire, store, clock):
    watching = Watching(store, clock=clock)
    before = watching.figures(None)
    proactive.confirm(somebody(store, "command_centre"), fire["id"])
    after = watching.figures(None)
    assert (after["reports_24h"], after["open"]) == (before["reports_24h"], before["open"] + 1)
    assert (before["proactive_24h"], after["proactive_24h"]) == (0, 1)


def test_a_case_opened_so_is_work_of_its_cell_and_no_complaint(proactive, fire, store, clock, keeper):
    gov, since = Gov(store, clock=clock), NOON - timedelta(days=28)
    intake = Intake(store, clock=clock, home_district=HOME, keeper=keeper)
    intake.take(report(position=at(fire["lon"], fire["lat"])), author="test")

    def told() -> tuple[list[float], list[float]]:
        work = [gov.loads("incidents")[HOT], gov.atoms(area=HOT[:12])["incidents"].sum()]
        month, quarter = gov.expected("2026-07", by_street=True), gov.repeats(NOON - timedelta(days=91), clock())
        rose, topics = gov.rising(since, clock()), gov.topics("2026-05")
        complaints = [gov.hotspots(since, clock()).loc[HOT, "count"], month.frame["last"].sum(), rose["count"].sum()]
        return work, [*complaints, quarter["count"].sum(), topics["incidents"].sum(), gov.figures()["reports_24h"]]

    clock.move(timedelta(seconds=1))
    (load, made_of), complaints = told()
    confirmed, _ = proactive.confirm(somebody(store, "command_centre"), fire["id"])
    clock.move(timedelta(seconds=1))
    (more, made_of_more), same = told()
    assert more == load + 1
    assert made_of_more > made_of
    assert same == complaints
    points = gov.incidents(cell_code=HOT, since=clock() - timedelta(days=365))
    assert len(points) == more
    assert points.set_index("id").loc[confirmed["incident_id"], "channel"] == "proactive"
    assert (points["channel"] != "proactive").sum() == load


def test_without_a_past_it_says_what_could_not_be_looked_for(proactive: Proactive):
    scan = proactive.scan(None, as_of=NOON - timedelta(days=400))
    assert (scan.added, scan.found) == ((), 0)
    assert set(scan.left_out) == {"hotspot", "rising"}


def test_what_is_to_come_is_not_looked_at(proactive):
    with pytest.raises(InputError, match="still to come"):
        proactive.scan(None, as_of=NOON + timedelta(days=1))


def test_hot_is_hot_on_hexagons_too_and_nothing_is_said_without_a_past(proactive):
    found = proactive.hotspots(None, NOON - timedelta(days=28), NOON, on="h3", matter=None)
    assert found.loc[found["ratio"].idxmax(), "class"] == "hot"
    with pytest.raises(InputError, match="no past"):
        proactive.hotspots(None, NOON - timedelta(days=252), NOON)
    with pytest.raises(InputError, match="cells, h3"):
        proactive.hotspots(None, NOON - timedelta(days=28), NOON, on="squares")


def test_against_households_a_cell_of_offices_is_not_told_of_and_through_the_weeks_it_is_hot(proactive):
    found = proactive.hotspots(None, NOON - timedelta(days=28), NOON, base="households")
    assert found.loc[HOT, "class"] == "no_base"  # offices and shops: nobody lives there
    assert 0 < (found["class"] != "no_base").sum() < len(found)
    assert proactive.courses(None, NOON, weeks=6).loc[HOT, "hot_weeks"] >= 3


def test_next_month_is_told_by_cell_and_by_street_of_whole_months_alone(proactive):
    told = proactive.expected(None, by_street=True)
    assert str(told.month) == "2026-07"
    assert set(told.frame.index) >= {"370102011", "370102001"}
    assert told.measured.loc[told.method, "ratio"] <= 1
    with pytest.raises(InputError, match="too far"):
        proactive.expected(None, "2026-09")


def test_topics_are_told_by_street_with_what_was_opened_so_apart(proactive, fire, store):
    proactive.confirm(somebody(store, "command_centre"), fire["id"])
    found = proactive.topics(None, "2026-06").groupby("month")[["incidents", "proactive"]].sum()
    assert found["proactive"].tolist()[-1] == 0  # the matter of the fire is a topic of May
    may = proactive.topics(None, "2026-05")
    assert may.loc[may["area"] == HOT[:9], "incidents"].sum() > 0
    with pytest.raises(InputError, match="2026-07 has not begun: topics are told up to 2026-06"):
        proactive.topics(None, "2026-07")


def test_who_decides_at_the_desk_and_by_hand_is_answered_the_same(phone, as_, fire):
    centre, path = as_("command_centre"), f"/api/v1/proactive/proposals/{fire['id']}"
    assert phone.get("/api/v1/proactive/proposals").status_code == 401
    listed = phone.get("/api/v1/proactive/proposals?state=proposed", headers=centre).json()["items"]
    assert str(fire["id"]) in {one["id"] for one in listed}
    assert phone.get(path, headers=centre).json()["reason"]["zh"] == fire["reason"]
    assert phone.post("/api/v1/proactive/scans", json={}, headers=centre).json()["added"] == []
    assert phone.post(f"{path}/confirm", headers=as_("planner")).status_code == 403
    first, again = (phone.post(f"{path}/confirm", headers=centre) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert phone.post(f"{path}/dismiss", json={"reason": "晚了"}, headers=centre).status_code == 409
    detail = phone.get(f"/api/v1/incidents/{first.json()['incident_id']}", headers=centre).json()
    assert detail["channel"] == "proactive"


LONG_AGO = "0001-01-02T00:00:00+00:00"


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (lambda gov: gov.hotspots(LONG_AGO, "0001-02-01T00:00:00+00:00"), "year 1 lies before any report"),
        (lambda gov: gov.rising(LONG_AGO, "0001-02-01T00:00:00+00:00"), "year 1 lies before any report"),
        (lambda gov: gov.courses(LONG_AGO), "year 1 lies before any report"),
        (lambda gov: gov.scan(as_of=LONG_AGO), "year 1 lies before any report"),
        (lambda gov: gov.topics("0001-01"), "year 1 lies before any report"),
        (lambda gov: gov.expected("0001-01"), "year 1 lies before any report"),
        (lambda gov: gov.expected(7), "7 is no month: write it like"),
        (lambda gov: gov.expected(""), "'' is no month: write it like"),
        (lambda gov: gov.topics(None), "None is no month: write it like"),
        (lambda gov: gov.courses(NOON, weeks=5.5), "4 to 52 show a course"),
        (lambda gov: gov.courses(NOON, weeks="x"), "4 to 52 show a course"),
        (lambda gov: gov.repeats(NOON - timedelta(days=9), NOON, within_m="x"), "`within_m` is a number, not 'x'"),
        (lambda gov: gov.repeats(NOON - timedelta(days=9), NOON, at_least="x"), "`at_least` is a number, not 'x'"),
        (lambda gov: gov.proposals(most=-1), "1 or more, not -1"),
        (lambda gov: gov.proposals(most="x"), "1 or more, not 'x'"),
        (lambda gov: gov.confirm("x"), r"'x' is no id of a proposal: gov\.proposals\(\)"),
        (lambda gov: gov.dismiss(5, reason="已知"), r"5 is no id of a proposal: gov\.proposals\(\)"),
        (lambda gov: gov.dismiss(new_id(), reason=None), "A reason is a few words, not None"),
    ],
)
def test_what_makes_no_sense_at_the_python_door_is_refused_in_words(store, clock, asked, says):
    with pytest.raises(InputError, match=says):
        asked(Gov(store, clock=clock, caller=somebody(store, "command_centre")))


def test_so_many_proposals_that_no_database_counts_them_are_all_there_are(store, clock, proactive):
    assert len(Gov(store, clock=clock).proposals(most=10**30)) == len(proactive.proposals(None, limit=10_000))


def test_a_year_before_any_report_is_refused_by_hand_too(phone, as_):
    centre = as_("command_centre")
    assert phone.get("/api/v1/proactive/expected?month=0001-01", headers=centre).status_code == 422
    assert phone.post("/api/v1/proactive/scans", json={"as_of": LONG_AGO}, headers=centre).status_code == 422
