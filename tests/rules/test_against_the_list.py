"""Dispatches against the list are reported; and what can be asked of the rules: who answers, until when."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from gridgov.errors import InputError, NotAllowedError, RuleError
from gridgov.incidents import FactKind
from gridgov.incidents.standing import Head
from gridgov.matters import check_dispatch
from tests.rules.ruling import OFFICE, local
from tests.support import report, somebody


def put_fact(store, incident_id, payload, at) -> None:
    with store.transaction() as unit:
        stored = unit.incidents.stored(incident_id)
        head = Head(stored.district_code, incident_id)
        unit.cases.append(head, [(FactKind.DISPATCHED, payload)], at=at, author="centre")


@pytest.fixture
def dispatched(store, intake, clock):
    """Return three incidents dispatched against the list an hour apart, newest first, and one by the list."""
    found = []
    for hours in range(4):
        receipt = intake.take(report(), author="test")
        at = clock() - timedelta(hours=hours)
        with store.transaction() as unit:
            book, listed = unit.people.book(), unit.rules.matters()
            lead = listed.lead("20908")
            to = lead if hours == 3 else next(c for c in ("370102-D-SWJ", "370102-D-SW") if c != lead)
            order = check_dispatch(
                listed, book, "20908", to, street_code="370102001", district_code="370102", reason="人手不足"
            )
        put_fact(store, receipt.id, order.said(), at)
        found.append(receipt.id)
    return found[:3]


def test_dispatches_against_the_list_are_reported_newest_first_with_their_reason(book, clock, dispatched):
    begin, end = clock() - timedelta(days=1), clock() + timedelta(hours=1)
    rows = book.against_list(None, begin, end, limit=10)
    assert [row["incident_id"] for row in rows] == dispatched
    assert {row["reason"] for row in rows} == {"人手不足"}
    assert {row["lead"] for row in rows} == {book.matters(None).lead("20908")}
    assert {row["list_version"] for row in rows} == {book.matters(None).version}


def test_the_report_is_walked_page_by_page_without_gap_or_repeat(book, clock, dispatched):
    begin, end = clock() - timedelta(days=1), clock() + timedelta(hours=1)
    seen, before = [], None
    while rows := book.against_list(None, begin, end, limit=1, before=before):
        seen += [row["incident_id"] for row in rows]
        before = (rows[-1]["at"], rows[-1]["incident_id"], rows[-1]["seq"])
    assert seen == dispatched


def test_the_report_shows_its_period_and_what_one_may_see(store, book, clock, centre, keeper_of_rules, dispatched):
    end = clock() + timedelta(hours=1)
    assert len(book.against_list(centre, clock() - timedelta(minutes=90), end, limit=10)) == 2
    neighbour = somebody(store, "command_centre", "370112")
    assert book.against_list(neighbour, clock() - timedelta(days=1), end, limit=10) == []
    with pytest.raises(NotAllowedError, match=r"case\.read"):
        book.against_list(keeper_of_rules, clock() - timedelta(days=1), end, limit=10)
    assert len(dispatched) == 3


def test_the_report_reads_an_index_and_not_every_fact(store):
    with store.transaction() as unit:
        unit.connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = unit.connection.execute(
            text(
                "EXPLAIN SELECT * FROM incident_fact WHERE district_code = '370102' "
                "AND (payload ->> 'against_list') IS NOT NULL AND at >= '2026-01-01'"
            )
        ).scalars()
    assert "at_idx" in "\n".join(plan)


def test_a_place_says_who_answers(book):
    found = book.answerers(None, "10102", street_code="370102001", district_code=None)
    assert found.lead == OFFICE
    with pytest.raises(InputError, match="does not lie in district"):
        book.answerers(None, "10102", street_code="370102001", district_code="370112")
    with pytest.raises(RuleError, match="not on the list"):
        book.answerers(None, "nothing", street_code=None, district_code=None)


def test_a_deadline_can_be_asked_for(book, clock):
    clock.moment = local(2026, 6, 15, 10)
    assert book.due_at(None, "handle", "10102", organisation_code=OFFICE) == local(2026, 6, 18, 18)
    assert book.due_at(None, "handle", "10101", organisation_code=OFFICE) == local(2026, 6, 15, 14)
    assert book.due_at(None, "handle", "10102", start=local(2026, 6, 18, 10), organisation_code=OFFICE) == local(
        2026, 6, 24, 18
    )
