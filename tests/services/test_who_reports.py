"""Who may report what and where, and what somebody else's report tells them: nothing."""

import hashlib
from dataclasses import replace

import geopandas as gpd
import pytest
import shapely
from sqlalchemy import select

from gridgov.access import Caller, Subject
from gridgov.errors import ConflictError, NotAllowedError
from gridgov.ids import new_id
from gridgov.incidents import Channel, Reporter
from gridgov.store.tables import incident, incident_external
from tests.conftest import SAMPLE
from tests.support import NOON, at, report, somebody

WORKER_OF = "370102001001001"


@pytest.fixture
def subject(store):
    def of(role: str, area: str, login: str | None = None) -> Subject:
        caller: Caller = somebody(store, role, area, login=login)
        with store.acting(caller, now=NOON) as unit:
            return unit.subject

    return of


@pytest.fixture(scope="session")
def beyond() -> shapely.Point:
    """Return a point in the neighbouring district."""
    cells = gpd.read_file(SAMPLE / "grid.gpkg", layer="cells")
    return cells.loc[cells["code"].str.startswith("370112"), "geometry"].iloc[0].representative_point()


@pytest.mark.parametrize("guess", ["王某", "张某"])
def test_a_report_of_somebody_else_answers_every_guess_with_the_same_words(intake, subject, guess):
    sent = report(reporter=Reporter("王某", "000-1388"))
    receipt = intake.take_from(subject("command_centre", "370102"), sent)
    tries = replace(sent, reporter=Reporter(guess, "000-1388"))
    with pytest.raises(ConflictError) as caught:
        intake.take_from(subject("grid_worker", "370112001001001"), tries)
    assert (caught.value.field, caught.value.details) == ("id", [])
    assert caught.value.message == "This id already stands for another report: send a changed report under a new id."
    assert receipt.number not in caught.value.message


def test_whoever_brought_a_report_is_answered_again_and_so_is_the_installation(intake, subject):
    worker, sent = subject("grid_worker", WORKER_OF), report()
    first = intake.take_from(worker, sent)
    assert intake.take_from(worker, sent) == replace(first, replayed=True)
    assert intake.take(sent, author="command line") == replace(first, replayed=True)


def test_a_changed_report_does_not_tell_the_number_of_the_first(intake, subject):
    worker, sent = subject("grid_worker", WORKER_OF), report()
    intake.take_from(worker, sent)
    with pytest.raises(ConflictError) as caught:
        intake.take_from(worker, replace(sent, text="另一件事"))
    assert caught.value.details == []


def test_a_channels_number_does_not_tell_which_incident_has_it(intake, subject):
    first = intake.take_from(subject("command_centre", "370102"), report(external_number="A-1"))
    with pytest.raises(ConflictError) as caught:
        intake.take_from(subject("grid_worker", WORKER_OF), report(external_number="A-1"))
    assert caught.value.details == []
    assert str(first.id) not in caught.value.message


def test_the_fact_of_possible_duplicates_names_none_and_can_be_matched_by_whoever_sees_them(store, intake):
    first = intake.take(report(), author="test")
    second = intake.take(report(), author="test")
    with store.transaction() as unit:
        (fact,) = [f for f in unit.incidents.facts("370102", second.id) if f.kind == "duplicates_suggested"]
        (other,) = unit.lists.detail(second.id, None)["possible_duplicates"]
    assert other["other_id"] == first.id
    assert fact.payload["others"] == [hashlib.sha256(f"{first.id} {other['score']}".encode()).hexdigest()]
    assert str(first.id) not in str(fact.payload)


# Nobody at all speaks for what is found before anyone complains: `tests/proactive` says so.
@pytest.mark.parametrize("channel", [c for c in Channel if not c.is_field and c is not Channel.PROACTIVE])
def test_a_worker_does_not_speak_for_a_channel_of_the_district(store, intake, subject, channel):
    asked = report(channel=channel, external_number="20260615-0001")
    for role, area in (("grid_worker", WORKER_OF), ("street_officer", "370102001")):
        with pytest.raises(NotAllowedError, match=channel.value):
            intake.take_from(subject(role, area), asked)
    receipt = intake.take_from(subject("command_centre", "370102"), asked)
    with store.transaction() as unit:
        kept = unit.connection.execute(select(incident_external.c.incident_id)).scalar_one()
    assert kept == receipt.id


@pytest.mark.parametrize("channel", [c for c in Channel if c.is_field])
def test_who_reads_only_brings_no_report_by_any_channel(store, intake, subject, channel):
    with pytest.raises(NotAllowedError):
        intake.take_from(subject("auditor", "370102"), report(channel=channel))
    with store.transaction() as unit:
        assert unit.connection.execute(select(incident)).all() == []


def test_what_lies_beyond_the_border_is_reported_and_belongs_to_the_district_where_it_lies(intake, subject, beyond):
    worker = subject("grid_worker", WORKER_OF)
    for named in (None, "370112"):
        receipt = intake.take_from(worker, report(position=at(beyond.x, beyond.y), district_code=named))
        assert receipt.district_code == "370112"


def test_a_district_is_named_by_its_own_people_or_by_the_place(intake, subject, beyond):
    worker, there = subject("grid_worker", WORKER_OF), subject("grid_worker", "370112001001001")
    for position in (at(117.0902, 36.6512), None):
        asked = report(district_code="370112", position=position, address=None if position else "某处")
        with pytest.raises(NotAllowedError, match="370112"):
            intake.take_from(worker, asked)
        assert intake.take_from(there, replace(asked, id=new_id())).district_code == "370112"
    mine = report(district_code="370102", position=at(beyond.x, beyond.y))
    assert intake.take_from(worker, mine).district_code == "370102"


def test_a_token_for_reports_alone_brings_no_hotline(intake, subject):
    centre = replace(subject("command_centre", "370102"), scopes=frozenset({"case.report"}))
    intake.take_from(centre, report())
    with pytest.raises(NotAllowedError):
        intake.take_from(centre, report(channel=Channel.HOTLINE))
