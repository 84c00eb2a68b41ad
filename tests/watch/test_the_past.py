"""The list, the wall and its numbers as of a moment of the past: the same that each case tells of itself."""

import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from gridgov.errors import GridgovError, NotFoundError, RuleError, UnavailableError
from gridgov.incidents import ENDED
from gridgov.incidents.lifecycle import TABLE
from gridgov.services.looking import Desk, Filter
from gridgov.services.sweeps.cases import due_cases
from gridgov.services.sweeps.standing import untold_standings
from gridgov.services.watching import Watching
from tests.cases.conftest import begin
from tests.cases.people import asked_of, never_close
from tests.cases.test_random_lives import undone, who_does
from tests.rows.making import make_incidents
from tests.rows.test_lists import ROLES, some_filter
from tests.support import NOON, SetClock, somebody

LIVES = 3
steps = st.lists(
    st.tuples(st.integers(0, LIVES - 1), st.integers(0, 11), st.sampled_from([0, 1, 40, 6000]), st.booleans()),
    min_size=8,
    max_size=22,
)
_AS_UPGRADED = """
    DELETE FROM incident_standing WHERE until IS NOT NULL;
    UPDATE incident_standing AS s SET untold = f.oldest < f.newest, since = f.newest
    FROM (SELECT incident_id, max(at) AS newest, min(at) AS oldest FROM incident_fact GROUP BY 1) AS f
    WHERE f.incident_id = s.incident_id
"""
_AS_THEY_STAND = text("""
    INSERT INTO incident_standing (district_code, incident_id, since, stage, placement, cell_code, matter_code,
                                   handling_organisation_code, ends_at)
    SELECT district_code, incident_id, reported_at - interval '1 day', stage, placement, cell_code, matter_code,
           handling_organisation_code, coalesce(deadline_at, due_at)
    FROM incident_state
""")
_ALL = text(
    "SELECT incident_id, since, until, stage, placement, position_seq, cell_code, matter_code, priority, "
    "handling_organisation_code, due_kind, ends_at FROM incident_standing ORDER BY 1, 2"
)


def live(lives, clock, drawn) -> list[Any]:
    """Let things happen to cases, and return the moments between and at which they did."""
    moments = [clock()]
    for which, act, minutes, against in drawn:
        clock.move(timedelta(minutes=minutes))
        life = lives[which]
        there = [row.act for row in TABLE.values() if row.stage is life.standing().stage]
        wanted = there[act % len(there)]
        code = life.other if against else life.lead
        changes = {"organisation_code": code} if wanted.value == "dispatch" else {}
        try:
            life.do(who_does(life, wanted), asked_of(life, wanted, **changes))
        except GridgovError:
            with life.store.transaction() as unit:
                due_cases(unit, clock(), 10)
        moments += [clock(), clock() + timedelta(seconds=30)]
        clock.move(timedelta(minutes=1))
    return [moment for moment in moments if moment < clock()]


def told(desk, life, moment) -> dict[str, Any] | None:
    try:
        return desk.incident(None, life.receipt.id, as_of=moment)
    except NotFoundError:
        return None


def fits(one, which: Filter, moment) -> bool:
    areas = {one["cell_code"], *(p["cell_code"] for p in one["shares"] if not p["sliver"])} - {None}
    ends_at = one["deadline_at"] or one["due_at"]
    return (
        which.stage in {None, one["stage"]}
        and which.matter in {None, one["matter_code"]}
        and which.placement in {None, one["placement"]}
        and which.handling_organisation in {None, one["handling_organisation_code"]}
        and (which.place is None or any(code.startswith(which.place) for code in areas))
        and (which.number is None or one["number"].startswith(which.number))
        and (which.since is None or which.since <= one["reported_at"])
        and (which.until is None or one["reported_at"] < which.until)
        and (not which.overdue or (one["stage"] not in ENDED and ends_at is not None and ends_at < moment))
    )


def filters(one) -> list[Filter]:
    place = one["cell_code"]
    return [
        Filter(),
        Filter(stage=one["stage"]),
        Filter(matter=one["matter_code"]),
        Filter(placement=one["placement"]),
        Filter(handling_organisation=one["handling_organisation_code"]),
        Filter(cell_code=place),
        Filter(street_code=place and place[:9], overdue=True),
        Filter(overdue=True),
        Filter(number=one["number"]),
        Filter(number=one["number"][:13], stage=one["stage"]),
        Filter(since=one["reported_at"], until=one["reported_at"] + timedelta(seconds=1)),
    ]


@pytest.mark.parametrize("who", [None, *ROLES])
def test_what_did_not_change_is_listed_of_the_past_as_of_the_present(store, who):
    with store.transaction() as unit:
        made = make_incidents(unit.connection, 120)
        unit.connection.execute(_AS_THEY_STAND)
    caller = somebody(store, *who) if who else None
    desk, chance = Desk(store, clock=SetClock(NOON)), random.Random(11)  # noqa: S311 - no secrets
    for _ in range(14):
        which = some_filter(chance, made)
        if which.place:
            continue  # what touched a place is told by shares, which these have none of
        for limit in (7, 200):
            now = [row["id"] for row in desk.incidents(caller, which, limit=limit)]
            page = desk.incidents(caller, which, limit=limit, as_of=NOON - timedelta(microseconds=1))
            assert [row["id"] for row in page] == now, which
            before = page[-1]["id"] if page else None
            now = [row["id"] for row in desk.incidents(caller, which, limit=limit, before=before)]
            then = NOON - timedelta(microseconds=1)
            page = desk.incidents(caller, which, limit=limit, before=before, as_of=then)
            assert [row["id"] for row in page] == now, which


@given(drawn=steps)
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_list_of_the_past_is_what_each_case_tells_of_itself(store, clock, keeper, intake, drawn):
    with undone(store):
        start, desk, watching = clock(), Desk(store, clock=clock), Watching(store, clock=clock)
        lives = []
        for _ in range(LIVES):
            lives.append(begin(store, clock, keeper, intake))
            clock.move(timedelta(minutes=3))
        never_close(lives[0], lives[0].other)
        for moment in live(lives, clock, drawn)[::3]:
            stood = [one for one in (told(desk, life, moment) for life in lives) if one]
            for which in filters(stood[0]):
                rows = {row["id"]: row for row in desk.incidents(None, which, limit=50, as_of=moment)}
                assert set(rows) == {one["id"] for one in stood if fits(one, which, moment)}, which
                for one in stood:
                    row = rows.get(one["id"])
                    assert row is None or row == {name: one[name] for name in row}
            figures = watching.figures(None, as_of=moment)
            assert figures["late"] == sum(fits(one, Filter(overdue=True), moment) for one in stood)
            assert figures["open"] == sum(one["stage"] not in ENDED for one in stood)
        check_upgrade(store, clock)
        clock.moment = start


def check_upgrade(store, clock) -> None:
    """What is told later from the facts is what was kept at the time."""
    with store.owning() as unit:
        kept = unit.connection.execute(_ALL).all()
        unit.connection.exec_driver_sql(_AS_UPGRADED)
    with store.transaction() as unit:
        while untold_standings(unit, clock(), 2):
            pass
    with store.owning() as unit:
        assert joined(unit.connection.execute(_ALL).all()) == joined(kept)
        unknown = text("SELECT count(*) FROM incident_standing WHERE NOT clock_told OR untold")
        assert unit.connection.execute(unknown).scalar_one() == 0


def joined(rows) -> list[tuple]:
    """Return rows with times that follow each other and say the same as one: at every moment they tell the same."""
    whole: list[tuple] = []
    for case, since, until, *said in rows:
        if whole and whole[-1][0] == case and whole[-1][2] == since and whole[-1][3:] == (*said,):
            whole[-1] = (case, whole[-1][1], until, *said)
        else:
            whole.append((case, since, until, *said))
    return whole


def test_while_the_past_is_still_being_told_nobody_is_answered_half_of_it(life, store, clock):
    then = clock()
    clock.move(timedelta(hours=1))
    with store.owning() as unit:
        unit.connection.exec_driver_sql("UPDATE incident_standing SET untold = true, since = since + interval '30 min'")
    for ask in (
        lambda: Desk(store, clock=clock).incidents(None, Filter(), limit=5, as_of=then),
        lambda: Watching(store, clock=clock).figures(None, as_of=then),
    ):
        with pytest.raises(UnavailableError, match="still being told"):
            ask()
    assert Desk(store, clock=clock).incidents(None, Filter(), limit=5)[0]["id"] == life.receipt.id


def test_where_a_deadline_of_then_is_unknown_nobody_is_told_which_were_late(life, store, clock):
    then = clock()
    clock.move(timedelta(hours=1))
    desk = Desk(store, clock=clock)
    with store.owning() as unit:
        unit.connection.exec_driver_sql("UPDATE incident_standing SET clock_told = false")
    with pytest.raises(RuleError, match="cannot be told"):
        desk.incidents(life.people["centre"], Filter(overdue=True), limit=5, as_of=then)
    for look in (Watching(store, clock=clock).watch, Watching(store, clock=clock).figures):
        with pytest.raises(RuleError, match="cannot be told"):
            look(life.people["centre"], as_of=then)
        look(life.people["centre"])
        look(life.people["other_centre"], as_of=then)  # of what they see, all is known
    (row,) = desk.incidents(life.people["centre"], Filter(), limit=5, as_of=then)
    assert "deadline_at" not in row


def test_everybody_sees_the_past_of_what_they_see_now_and_of_nothing_else(life, store, clock):
    then = clock()
    clock.move(timedelta(hours=1))
    desk = Desk(store, clock=clock)
    for who, caller in life.people.items():
        now = desk.incidents(caller, Filter(), limit=5)
        past = desk.incidents(caller, Filter(), limit=5, as_of=then)
        late = desk.incidents(caller, Filter(stage="reported"), limit=5, as_of=then)
        assert [row["id"] for row in past] == [row["id"] for row in late] == [row["id"] for row in now], who


def test_a_moment_to_come_is_answered_by_the_present(life, store, clock):
    desk, watching = Desk(store, clock=clock), Watching(store, clock=clock)
    later = clock() + timedelta(days=900)
    (row,) = desk.incidents(None, Filter(), limit=5, as_of=later)
    assert (row["id"], row["stage"]) == (life.receipt.id, "reported")
    assert watching.figures(None, as_of=later) == watching.figures(None)


def test_the_door_lists_the_past_and_refuses_what_it_does_not_know(client, store, cast):
    cast.reported_inside()
    then = cast.clock()
    page = client.get("/api/v1/incidents", params={"as_of": (then - timedelta(days=1)).isoformat()}).json()
    assert page == {"items": [], "next": None}
    now = client.get("/api/v1/incidents").json()["items"][0]
    (row,) = client.get("/api/v1/incidents", params={"as_of": (then + timedelta(hours=1)).isoformat()}).json()["items"]
    assert row == {name: now[name] for name in row}
    assert {"stage", "deadline_at", "geometry", "cell_code"} <= set(row)
    with store.owning() as unit:
        unit.connection.exec_driver_sql("UPDATE incident_standing SET clock_told = false")
    past = then.isoformat()
    assert "deadline_at" not in client.get("/api/v1/incidents", params={"as_of": past}).json()["items"][0]
    assert client.get("/api/v1/incidents", params={"as_of": past, "overdue": True}).status_code == 422
    assert client.get("/api/v1/incidents", params={"as_of": "yesterday"}).status_code == 422
