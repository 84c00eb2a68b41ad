"""Lists show what is one's own, and every filter holds, whichever way the store walks."""

import random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from gridgov.access import Caller, Subject
from gridgov.errors import NotFoundError
from gridgov.services.looking import Desk, Filter
from gridgov.store import listing
from gridgov.store.tables import incident, incident_party
from gridgov.store.visible import visible
from gridgov.store.walking import ENDED
from tests.rows.making import HOME, is_seen, make_incidents, moment, take_part
from tests.support import NOON, SavepointStore, SetClock, somebody

MANY = 120
ROLES = [
    ("command_centre", HOME, None),
    ("command_centre", "3701", None),
    ("auditor", "37", None),
    ("street_officer", "370102001", None),
    ("community_officer", "370102001001", None),
    ("grid_worker", "370102001001001", None),
    ("department_officer", HOME, "370102-D-CG"),
    ("administrator", HOME, None),
]


@pytest.fixture
def made(store: SavepointStore) -> list[dict[str, Any]]:
    with store.transaction() as unit:
        return make_incidents(unit.connection, MANY)


def subject_of(store: SavepointStore, caller: Caller) -> Subject:
    with store.acting(caller, now=NOON) as unit:
        return unit.subject


def expected(made: list[dict[str, Any]], subject: Subject) -> set[Any]:
    areas, organisations = subject.areas("case.read"), subject.organisations("case.read")
    if not subject.may("case.read"):
        return set()
    return {one["id"] for one in made if is_seen(one, areas, organisations, subject.account_id)}


@pytest.mark.parametrize(("role", "area", "organisation"), ROLES)
def test_the_clause_and_the_rules_of_the_rows_show_the_same(store, made, role, area, organisation):
    caller = somebody(store, role, area, organisation)
    subject = subject_of(store, caller)
    with store.transaction() as unit:
        take_part(unit.connection, made[5], {str(subject.account_id)})
        made[5]["parties"].add(str(subject.account_id))
        clause = visible(incident.c.district_code, incident.c.id, subject)
        by_clause = set(unit.connection.execute(select(incident.c.id).where(clause)).scalars())
    with store.acting(caller, now=NOON) as unit:
        by_rules = set(unit.connection.execute(select(incident.c.id)).scalars())
        parties = set(unit.connection.execute(select(incident_party.c.incident_id)).scalars())
    assert by_clause == by_rules == parties == expected(made, subject)


def holds(one: dict[str, Any], which: Filter) -> bool:
    return (
        which.district_code in {None, one["district_code"]}
        and which.placement in {None, one["placement"]}
        and (which.place is None or which.place in one["parties"])
        and which.stage in {None, one["stage"]}
        and which.matter in {None, one["matter_code"]}
        and which.handling_organisation in {None, one["handling_organisation_code"]}
        and (which.number is None or one["number"].startswith(which.number))
        and (which.since is None or one["reported_at"] >= which.since)
        and (which.until is None or one["reported_at"] < which.until)
        and (not which.overdue or _is_late(one))
    )


def _is_late(one: dict[str, Any]) -> bool:
    late = one["deadline_at"] is not None and one["deadline_at"] < NOON
    return late and one["stage"] not in ENDED


def some_filter(chance: random.Random, made: list[dict[str, Any]]) -> Filter:
    one = chance.choice(made)
    some: dict[str, Any] = {
        "district_code": one["district_code"],
        "placement": one["placement"],
        "cell_code": one["cell_code"],
        "street_code": one["cell_code"][:9] if one["cell_code"] else None,
        "stage": one["stage"],
        "matter": one["matter_code"],
        "overdue": True,
        "handling_organisation": one["handling_organisation_code"],
        "number": one["number"][: chance.randrange(13, 23)],
        "since": moment(chance.uniform(0, 40)),
        "until": moment(chance.uniform(0, 40)),
    }
    return Filter(**{name: some[name] for name in chance.sample(sorted(some), chance.randrange(4))})


@pytest.mark.parametrize("few", [0, listing.FEW])
@pytest.mark.parametrize("who", [None, *ROLES])
def test_pages_hold_all_that_is_asked_for_and_nothing_else(store, made, monkeypatch, few, who):
    monkeypatch.setattr(listing, "FEW", few)
    monkeypatch.setattr(listing, "FEW_OPEN", few)
    caller = somebody(store, *who) if who else None
    seen = expected(made, subject_of(store, caller)) if caller else {one["id"] for one in made}
    desk, chance = Desk(store, clock=SetClock(NOON)), random.Random(7)  # noqa: S311 - no secrets
    for _ in range(12):
        which = some_filter(chance, made)
        wanted = sorted((one["id"] for one in made if one["id"] in seen and holds(one, which)), reverse=True)
        found: list[UUID] = []
        while len(found) % 25 == 0:  # a page that is not full is the last
            page = desk.incidents(caller, which, limit=25, before=found[-1] if found else None)
            found += [row["id"] for row in page]
            if not page:
                break
        assert found == wanted, which


def test_what_one_sees_in_two_ways_takes_one_place_of_a_page(store, made):
    centre = somebody(store, "command_centre", HOME)
    account = {str(subject_of(store, centre).account_id)}
    mine = sorted((one for one in made if one["district_code"] == HOME), key=lambda one: one["id"], reverse=True)
    with store.transaction() as unit:
        for one in mine[::2]:
            take_part(unit.connection, one, account)
    desk = Desk(store, clock=SetClock(NOON))
    first = desk.incidents(centre, Filter(district_code=None), limit=10)
    assert [row["id"] for row in first] == [one["id"] for one in mine[:10]]


def test_a_page_is_full_though_a_row_was_taken_away_since_its_id_was_found(store, made, monkeypatch):
    rows = listing.ListStore._rows
    monkeypatch.setattr(listing.ListStore, "_rows", lambda self, ids: [r for r in rows(self, ids) if r["id"] != gone])
    newest = sorted((one["id"] for one in made), reverse=True)
    gone = newest[2]
    page = Desk(store, clock=SetClock(NOON)).incidents(None, Filter(), limit=3)
    assert [row["id"] for row in page] == [newest[0], newest[1], newest[3]]


def test_what_is_not_ones_own_does_not_exist(store, made):
    worker = somebody(store, "grid_worker", "370102001001001")
    seen = expected(made, subject_of(store, worker))
    desk = Desk(store, clock=SetClock(NOON))
    hidden = next(one for one in made if one["id"] not in seen)
    for ask in (desk.incident, desk.facts):
        with pytest.raises(NotFoundError):
            ask(worker, hidden["id"])
    assert desk.incident(None, hidden["id"])["number"] == hidden["number"]


def test_an_incident_in_full_tells_where_it_stands_and_what_an_act_must_match(store, made):
    found = Desk(store, clock=SetClock(NOON)).incident(somebody(store, "command_centre"), made[0]["id"])
    assert found["revision"] == 1
    names = {"stage", "clock", "due_at", "due_kind", "first_organisation_code", "handling_organisation_code"}
    assert names | {"list_version", "hops", "whistles", "matter_code", "priority"} <= set(found)
    assert not {"name", "phone", "digest"} & set(found)
