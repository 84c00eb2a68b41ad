"""A case lives: from the report to the end and back."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from gridgov.errors import NotAllowedError
from gridgov.incidents import Clock, Stage, first_break
from gridgov.incidents.asked import (
    Accept,
    AskExtension,
    Close,
    Dispatch,
    FeedBack,
    File,
    GrantExtension,
    RefuseExtension,
    Reopen,
    Return,
    SendBack,
    Verify,
)
from gridgov.incidents.lifecycle import Act
from gridgov.store.tables import change, notice, organisation
from tests.cases.people import one_person
from tests.support import somebody


def test_a_case_is_returned_dispatched_again_handled_verified_closed_and_reopened(life):
    life.do("centre", File())
    life.do("street", Dispatch(organisation_code=life.lead))
    life.clock.move(timedelta(minutes=10))
    life.do("handler", Return(reason="非本部门职责"))
    life.do("centre", Dispatch(organisation_code=life.other, reason="就近处置"))
    found = life.standing()
    assert (found.first_organisation_code, found.handling_organisation_code) == (life.lead, life.other)
    assert found.transfers == 1
    life.do("other_department", Accept())
    life.clock.move(timedelta(hours=1))
    life.do("other_department", FeedBack(report="已清运", measures="加装围挡"))
    with pytest.raises(NotAllowedError):
        life.do("other_department", Verify())
    life.do("worker", Verify(report="现场已看"))
    life.do("centre", Close())
    assert life.standing().clock is Clock.STOPPED
    assert life.standing().due_at is None
    life.do("centre", Reopen(reason="居民反映未解决"))
    found = life.standing()
    assert (found.stage, found.clock, found.due_kind) == (Stage.HANDLING, Clock.RUNNING, "handle")
    assert (found.first_organisation_code, found.reopenings, found.revision) == (life.lead, 1, 10)
    with life.store.transaction() as unit:
        facts = unit.incidents.facts(found.district_code, found.incident_id)
        stays = unit.cases.stays(found.head)
    assert first_break(facts) is None
    assert [f.kind.value for f in facts if f.kind == "first_dispatched"] == ["first_dispatched"]
    assert [(s.organisation_code, s.ended_by) for s in stays] == [
        (life.lead, "return"),
        (life.other, "feed_back"),
        (life.other, None),
    ]


def test_what_is_done_is_told_to_who_must_know(life):
    life.to(Stage.HANDLING)
    with life.store.transaction() as unit:
        query = select(notice.c.kind, notice.c.organisation_code).where(notice.c.incident_id == life.receipt.id)
        assert ("case.dispatched", life.lead) in unit.connection.execute(query).all()
        kinds = select(change.c.kind).where(change.c.subject_id == life.receipt.id)
        assert {"case.filed", "case.dispatched", "case.accepted"} <= set(unit.connection.execute(kinds).scalars())


def test_one_person_under_two_accounts_does_not_verify_what_they_handled(life):
    life.to(Stage.HANDLING)
    one_person(life, "handler", "worker")
    life.do("handler", FeedBack(report="已清运"))
    with pytest.raises(NotAllowedError, match="another account") as refused:
        life.do("worker", Verify())
    told = {one.act: one for one in life.casework.prospect(life.people["worker"], life.receipt.id).acts}
    assert told[Act.VERIFY].why_not == refused.value.message
    life.do("centre", Verify())


def test_one_person_under_two_accounts_grants_themselves_no_time(life):
    life.to(Stage.HANDLING)
    one_person(life, "handler", "centre")
    life.do("handler", AskExtension(reason="需要吊车", minutes=6_000))
    for asked in (GrantExtension(), RefuseExtension(reason="不同意")):
        with pytest.raises(NotAllowedError, match="another account"):
            life.do("centre", asked)
    assert life.standing().extension_s == 6_000 * 60


def test_whoever_had_a_hand_in_it_before_does_not_verify_it_either(life):
    life.to(Stage.HANDLING)
    one_person(life, "handler", "worker")
    life.do("handler", FeedBack(report="已清运"))
    life.do("street", SendBack(reason="仍有残留"))
    life.do("colleague", FeedBack(report="又清了一遍"))
    with pytest.raises(NotAllowedError, match="another account"):
        life.do("worker", Verify())
    life.do("centre", Verify())


@pytest.mark.parametrize("own", [True, False])
def test_a_street_office_verifies_neither_its_own_work_nor_that_of_its_sections(life, own):
    street = life.receipt.cell_code[:9]
    with life.store.transaction() as unit:
        office = unit.people.book().street_office(street).code
        section = organisation.update().where(organisation.c.code == life.other)
        unit.connection.execute(section.values(kind="station", parent_code=office))
    handles = office if own else life.other
    life.people["man"] = somebody(life.store, "street_officer", street, handles)
    life.to(Stage.FILED)
    for who, asked in (
        ("centre", Dispatch(organisation_code=handles, reason="就近处置")),
        ("man", Accept()),
        ("man", FeedBack(report="已清运")),
    ):
        life.do(who, asked)
    with pytest.raises(NotAllowedError, match="You act for"):
        life.do("street", Verify())
    life.do("worker", Verify())


@pytest.mark.parametrize(
    ("stage", "acts"),
    [(Stage.REPORTED, {Act.REJECT, Act.MERGE, Act.RECLASSIFY}), (Stage.FED_BACK, {Act.VERIFY, Act.SEND_BACK})],
)
def test_all_that_may_be_done_with_a_case_is_told_by_one_look_at_what_lies_beside_it(life, stage, acts):
    life.to(stage)
    asked: list[str] = []

    def hear(*said: object) -> None:
        asked.append(str(said[2]))

    event.listen(life.store.engine, "before_cursor_execute", hear)
    try:
        found = life.casework.prospect(life.people["centre"], life.receipt.id).acts
    finally:
        event.remove(life.store.engine, "before_cursor_execute", hear)
    assert acts <= {one.act for one in found if one.possible}
    assert sum("FROM incident_fact" in words for words in asked) == 1
    assert sum("whistle.drafted_at DESC" in words for words in asked) == 1
