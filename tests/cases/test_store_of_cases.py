"""The store of cases and of acts: what other rooms build on."""

import pytest
from sqlalchemy import func, select, update

from gridgov.errors import ConflictError, NotFoundError
from gridgov.ids import new_id
from gridgov.incidents import FactKind, Stage, first_break
from gridgov.incidents.asked import Accept, Merge, Reject, Reopen, Unmerge
from gridgov.store.acts import digest_of
from gridgov.store.tables import act, change, incident_party
from tests.cases.people import another
from tests.support import NOON, report


def test_a_case_is_locked_with_where_it_stands_and_who_sees_it(store, intake):
    receipt = intake.take(report(), author="test")
    with store.transaction() as unit:
        found = unit.cases.lock(receipt.id)
    assert (found.stage, found.revision, found.due_kind) == (Stage.REPORTED, 1, "file")
    assert found.deadline_at == found.due_at
    assert {receipt.cell_code, receipt.cell_code[:9], "370102"} <= found.parties
    assert found.places == (receipt.cell_code, "370102")


def test_an_unknown_case_cannot_be_locked(store):
    with store.transaction() as unit, pytest.raises(NotFoundError):
        unit.cases.lock(new_id())


def test_facts_are_appended_to_the_chain(store, intake):
    receipt = intake.take(report(), author="test")
    with store.transaction() as unit:
        head = unit.cases.lock(receipt.id).head
        unit.cases.append(head, [(FactKind.NOTED, {"text": "a"}), (FactKind.NOTED, {"text": "b"})], at=NOON, author="x")
        unit.cases.append(head, [(FactKind.NOTED, {"text": "c"})], at=NOON, author="y")
        facts = unit.incidents.facts(head.district_code, head.incident_id)
    assert [f.payload["text"] for f in facts[-3:]] == ["a", "b", "c"]
    assert first_break(facts) is None


def test_a_party_is_admitted_once_and_stays(store, intake):
    receipt = intake.take(report(), author="test")
    with store.transaction() as unit:
        head = unit.cases.lock(receipt.id).head
        for part in ("handling", "summoned"):
            unit.cases.admit(head, "SOMEBODY", part)
        unit.cases.change(head, "case.noted", at=NOON)
        query = select(incident_party.c.part).where(incident_party.c.party == "SOMEBODY")
        assert unit.connection.execute(query).scalars().all() == ["handling"]
        said = select(func.count()).where(change.c.kind == "case.noted", change.c.subject_id == receipt.id)
        assert unit.connection.execute(said).scalar_one() == 1


def test_an_act_sent_twice_is_answered_as_the_first_time(store):
    wanted = ("370102", new_id(), new_id(), "close", new_id(), digest_of({"a": NOON}))
    with store.transaction() as unit:
        assert unit.acts.claim(*wanted, at=NOON) is None
        unit.acts.answer(wanted[0], wanted[1], {"stage": "closed"})
    with store.transaction() as unit:
        assert unit.acts.claim(*wanted, at=NOON) == {"stage": "closed"}


@pytest.mark.parametrize("changed", [2, 3, 4, 5])
def test_an_id_that_stands_for_another_act_is_a_conflict(store, changed):
    wanted = ["370102", new_id(), new_id(), "close", new_id(), digest_of({})]
    with store.transaction() as unit:
        unit.acts.claim(*wanted, at=NOON)
    wanted[changed] = {2: new_id(), 3: "file", 4: None, 5: digest_of({"b": 1})}[changed]
    with store.transaction() as unit, pytest.raises(ConflictError):
        unit.acts.claim(*wanted, at=NOON)
    with store.transaction() as unit:
        assert unit.connection.execute(select(func.count()).select_from(act)).scalar_one() == 1


def test_parties_know_whether_a_case_is_open_whatever_became_of_it(life):
    seen = [told_open(life)]
    other = another(life).id
    acts = (Reject(reason="重复"), Reopen(reason="并非重复"), Merge(into_id=other), Unmerge(reason="并非重复"))
    for asked in acts:
        life.do("centre", asked)
        seen.append(told_open(life))
    life.to(Stage.CLOSED)
    assert [*seen, told_open(life)] == [{True}, {False}, {True}, {False}, {True}, {False}]


def told_open(life) -> set[bool]:
    with life.store.transaction() as unit:
        mine = incident_party.c.incident_id == life.receipt.id
        return set(unit.connection.execute(select(incident_party.c.open).where(mine)).scalars())


def test_what_a_program_of_before_left_wrong_is_right_when_the_case_moves_on(life):
    life.to(Stage.DISPATCHED)
    with life.store.owning() as unit:
        unit.connection.execute(update(incident_party).values(open=False))
    life.do("handler", Accept())
    assert told_open(life) == {True}
