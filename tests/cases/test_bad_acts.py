"""Acts that cannot be: refused with the field and what to do, and nothing is left behind."""

from datetime import timedelta
from uuid import UUID

import pytest
from shapely import Point

from gridgov.errors import (
    ConflictError,
    GridgovError,
    InputError,
    NotAllowedError,
    NotFoundError,
    RuleError,
    StaleError,
)
from gridgov.ids import new_id
from gridgov.incidents import GivenPosition, Stage
from gridgov.incidents.asked import (
    Asked,
    AskExtension,
    Close,
    Dispatch,
    FeedBack,
    File,
    Merge,
    Note,
    Reclassify,
    Reject,
    Relocate,
    Reopen,
    Return,
    Unmerge,
)
from tests.cases.people import MATTER, another
from tests.support import at, somebody

NAUGHTY = [
    "'; DROP TABLE incident; --",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "\u202etest\u202e",
    "\U0001f469\u200d\U0001f467",
    "%s{}$HOME\\x00\\u0000",
]
BAD = {
    "no reason": (Stage.REPORTED, "centre", lambda _: Reject(reason=" \u3000"), "reason"),
    "a reason like a book": (Stage.REPORTED, "centre", lambda _: Reject(reason="长" * 1001), "reason"),
    "a NUL": (Stage.REPORTED, "centre", lambda _: Reject(reason="a\x00b"), "reason"),
    "half a surrogate": (Stage.REPORTED, "centre", lambda _: Note(text="a\ud83d"), "text"),
    "ten megabytes": (Stage.REPORTED, "centre", lambda _: Note(text="长" * 10_000_000), "text"),
    "no such organisation": (
        Stage.FILED,
        "centre",
        lambda _: Dispatch(organisation_code="nobody"),
        "organisation_code",
    ),
    "against the list without a reason": (
        Stage.FILED,
        "centre",
        lambda life: Dispatch(organisation_code=life.other),
        "reason",
    ),
    "to whoever has it": (
        Stage.DISPATCHED,
        "centre",
        lambda life: Dispatch(organisation_code=life.lead),
        "organisation_code",
    ),
    "returned without a reason": (Stage.DISPATCHED, "handler", lambda _: Return(reason=""), "reason"),
    "a photo of nothing": (Stage.HANDLING, "handler", lambda _: FeedBack(report="x", evidence=(new_id(),)), "evidence"),
    "too many photos": (
        Stage.HANDLING,
        "handler",
        lambda _: FeedBack(report="x", evidence=tuple(new_id() for _ in range(51))),
        "evidence",
    ),
    "no time at all": (Stage.HANDLING, "handler", lambda _: AskExtension(reason="x", minutes=0), "minutes"),
    "negative time": (Stage.HANDLING, "handler", lambda _: AskExtension(reason="x", minutes=-60), "minutes"),
    "a lifetime": (Stage.HANDLING, "handler", lambda _: AskExtension(reason="x", minutes=10**9), "minutes"),
    "no such matter": (Stage.FILED, "centre", lambda _: Reclassify(matter="none", reason="x"), "matter"),
    "the matter it is": (Stage.FILED, "centre", lambda _: Reclassify(matter=MATTER, reason="x"), "matter"),
    "no place": (Stage.FILED, "centre", lambda _: Relocate(reason="x"), "position"),
    "no such address": (Stage.FILED, "centre", lambda _: Relocate(reason="x", address="火星环路1号"), "address"),
    "swapped axes": (Stage.FILED, "centre", lambda _: Relocate(reason="x", position=at(36.65, 117.09)), "position"),
    "no datum": (
        Stage.FILED,
        "centre",
        lambda _: Relocate(reason="x", position=GivenPosition("mars", Point(117, 36))),
        "position",
    ),
    "into itself": (Stage.REPORTED, "centre", lambda life: Merge(into_id=life.receipt.id), "into_id"),
    "into nothing": (Stage.REPORTED, "centre", lambda _: Merge(into_id=new_id()), "incident_id"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_is_refused_with_the_field_and_leaves_nothing(life, name):
    stage, who, make, field = BAD[name]
    was = life.to(stage)
    with pytest.raises((InputError, NotFoundError)) as caught:
        life.do(who, make(life))
    assert (caught.value.field or "").startswith(field)
    assert len(caught.value.message) > 20
    assert life.standing() == was


@pytest.mark.parametrize("text", NAUGHTY)
def test_words_come_back_as_they_went_in(life, text):
    life.to(Stage.HANDLING)
    life.do("handler", FeedBack(report=text, measures=text))
    with life.store.transaction() as unit:
        facts = unit.incidents.facts(life.receipt.district_code, life.receipt.id)
    said = facts[-1].payload
    assert (said["report"], said["measures"]) == (text, text)


def test_the_same_act_sent_again_is_done_once_and_answered_the_same(life):
    act_id = new_id()
    first = life.do("centre", File(), act_id=act_id)
    life.do("centre", Dispatch(organisation_code=life.lead))
    again = life.do("centre", File(), act_id=act_id)
    assert (first.replayed, again.replayed) == (False, True)
    assert again.answer == first.answer
    assert life.standing().revision == 3


def test_an_acts_id_with_another_content_or_of_somebody_else_is_a_conflict(life):
    act_id = new_id()
    life.do("centre", Note(text="a"), act_id=act_id)
    other = another(life)
    for who, asked in (("centre", Note(text="b")), ("street", Note(text="a")), ("centre", File())):
        with pytest.raises(ConflictError) as caught:
            life.do(who, asked, act_id=act_id)
        assert not isinstance(caught.value, StaleError)
    with pytest.raises(ConflictError):
        life.casework.act(life.people["centre"], other.id, Note(text="a"), act_id=act_id)
    assert life.standing().revision == 2


def test_an_id_whose_act_was_refused_can_be_used_again(life):
    act_id = new_id()
    with pytest.raises(RuleError):
        life.do("centre", Close(), act_id=act_id)
    assert life.do("centre", File(), act_id=act_id).replayed is False


def test_an_act_on_an_older_state_is_answered_with_both(life):
    life.do("centre", Note(text="a"), revision=1)
    with pytest.raises(StaleError) as caught:
        life.do("street", Reject(reason="重复"), revision=1)
    both = caught.value.details[0]
    assert both["yours"] == {"revision": 1, "act": "reject", "reason": "重复"}
    assert (both["stored"]["revision"], both["stored"]["stage"]) == (2, "reported")
    assert life.standing().stage is Stage.REPORTED
    life.do("street", Reject(reason="重复"), revision=2)


def test_a_replay_is_not_stale(life):
    act_id = new_id()
    life.do("centre", File(), act_id=act_id, revision=1)
    assert life.do("centre", File(), act_id=act_id, revision=1).replayed


@pytest.mark.parametrize("who", ["other_centre", "other_street", "other_department"])
def test_a_case_of_others_does_not_exist(life, who):
    life.to(Stage.HANDLING)
    asked = Note(text="x") if who == "other_department" else Reopen(reason="x") if who == "other_centre" else File()
    with pytest.raises(NotFoundError):
        life.do(who, asked)
    with pytest.raises(NotFoundError):
        life.casework.prospect(life.people[who], life.receipt.id)
    with pytest.raises(NotFoundError):
        life.casework.hops(life.people[who], life.receipt.id)
    with pytest.raises(NotFoundError):
        life.casework.find(life.people[who], life.receipt.number)


def test_an_unknown_case_is_not_found(life):
    with pytest.raises(NotFoundError):
        life.casework.act(life.people["centre"], new_id(), File(), act_id=new_id())
    with pytest.raises(NotFoundError):
        life.casework.find(life.people["centre"], "370102-000000-00000000")


def test_a_merged_case_waits_and_whoever_reported_it_sees_the_other(life):
    reporter = somebody(life.store, "grid_worker", "370102001001001")
    with life.store.transaction() as unit:
        account_id = unit.access.subject(reporter, now=life.clock()).account_id
        unit.cases.admit(life.head, str(account_id), "reporter")
    other = another(life)
    life.do("centre", Merge(into_id=other.id))
    with life.store.transaction() as unit:
        assert unit.cases.reporters(unit.cases.read(other.id).head) == [account_id]
        kinds = [fact.kind.value for fact in unit.incidents.facts(other.district_code, other.id)]
    assert kinds[-1] == "absorbed"
    assert life.casework.prospect(reporter, other.id).standing.incident_id == other.id
    life.clock.move(timedelta(hours=2))
    life.do("centre", Unmerge(reason="并非同一件"))
    now = life.standing()
    assert (now.stage, now.merged_into_id, now.remaining_s) == (Stage.REPORTED, None, None)
    with pytest.raises(NotFoundError):
        life.casework.prospect(reporter, other.id)
    with life.store.transaction() as unit:
        assert unit.cases.reporters(unit.cases.read(other.id).head) == []


def test_whoever_reported_several_of_what_was_merged_goes_on_seeing_it_for_the_rest(life):
    reporter = somebody(life.store, "grid_worker", "370102001001001")
    main, upper, own = another(life), another(life), another(life)
    with life.store.transaction() as unit:
        account_id = unit.access.subject(reporter, now=life.clock()).account_id
        for each in (life.receipt.id, own.id):
            unit.cases.admit(unit.cases.read(each).head, str(account_id), "reporter")

    def do(which: UUID, asked: Asked) -> None:
        life.casework.act(life.people["centre"], which, asked, act_id=new_id())

    do(life.receipt.id, Merge(into_id=main.id))
    do(own.id, Merge(into_id=main.id))
    do(main.id, Merge(into_id=upper.id))
    do(life.receipt.id, Unmerge(reason="并非同一件"))
    for seen in (life.receipt, own, main, upper):
        assert life.casework.prospect(reporter, seen.id)
    do(own.id, Unmerge(reason="并非同一件"))
    for gone in (main, upper):
        with pytest.raises(NotFoundError):
            life.casework.prospect(reporter, gone.id)
    assert life.casework.prospect(reporter, own.id)


def test_nothing_is_merged_into_what_is_merged_closed_or_rejected_nor_in_a_circle(life):
    first, second = another(life), another(life)

    def merge(which, into):
        return life.casework.act(life.people["centre"], which, Merge(into_id=into), act_id=new_id())

    merge(first.id, life.receipt.id)
    for which, into in ((life.receipt.id, first.id), (second.id, first.id)):
        with pytest.raises(RuleError, match="merged"):
            merge(which, into)
    with pytest.raises(RuleError):
        merge(first.id, second.id)
    life.casework.act(life.people["centre"], second.id, Reject(reason="重复"), act_id=new_id())
    with pytest.raises(RuleError, match="rejected"):
        merge(life.receipt.id, second.id)


def test_what_others_were_merged_into_is_not_turned_away_before_they_are_answered(life):
    other = another(life)
    life.do("centre", Merge(into_id=other.id))

    def reject() -> None:
        life.casework.act(life.people["centre"], other.id, Reject(reason="不属于受理范围"), act_id=new_id())

    with pytest.raises(RuleError, match="un-merge") as caught:
        reject()
    assert caught.value.details == [{"incident_id": str(life.receipt.id), "number": life.receipt.number}]
    life.do("centre", Unmerge(reason="并非同一件"))
    reject()


def test_a_case_is_merged_only_into_one_that_is_theirs_as_well(life):
    far = another(life, position=at(117.02, 36.665))
    if far.cell_code[:9] == life.receipt.cell_code[:9]:
        pytest.fail("the other case must lie in another street")
    with pytest.raises(GridgovError) as caught:
        life.do("street", Merge(into_id=far.id))
    assert isinstance(caught.value, NotFoundError | NotAllowedError)
    assert life.do("centre", Merge(into_id=far.id)).answer["stage"] == "merged"


def test_a_case_that_moves_is_seen_where_it_is_and_where_it_was(life):
    life.do("centre", Relocate(reason="位置有误", position=at(117.02, 36.665)))
    now = life.standing()
    assert now.cell_code[:9] != life.receipt.cell_code[:9]
    assert {now.cell_code, life.receipt.cell_code} <= now.parties
    life.do("centre", File())
    assert life.casework.prospect(life.people["street"], life.receipt.id)
    with pytest.raises(NotAllowedError):
        life.do("street", Dispatch(organisation_code=life.lead))


def test_a_dispatch_against_the_list_keeps_its_reason_and_reports_it(life):
    life.to(Stage.FILED)
    life.do("street", Dispatch(organisation_code=life.other, reason="就近处置"))
    with life.store.transaction() as unit:
        facts = unit.incidents.facts(life.receipt.district_code, life.receipt.id)
        said = next(fact.payload for fact in facts if fact.kind == "dispatched")
        kinds = unit.connection.exec_driver_sql("SELECT kind, role FROM notice").all()
    assert (said["against_list"], said["lead"]) == ("就近处置", life.lead)
    assert ("case.dispatched_against_list", "command_centre") in [tuple(row) for row in kinds]
