"""Whistling on a real database: who may do what, what is refused, what stays."""

from itertools import product
from uuid import UUID

import pytest

from gridgov.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    RuleError,
    StaleError,
)
from gridgov.ids import new_id
from gridgov.services.whistling import Asked, BlowOrder, Rating, Which
from gridgov.store.tables import notice, summons_attempt
from tests.support import somebody
from tests.whistles.stage import Play, blow, passed, rows

# Who may do what


ROLES = ("side", "community", "grid_worker", "other_street", "answerer", "other_answerer", "centre", "administrator")
ALLOWED = {
    "acknowledge": {"answerer"},
    "check_in": {"answerer"},
    "measure": {"answerer"},
    "leave": {"answerer"},
    "release": {"side"},
    "excuse": {"side"},
    "rate": {"side"},
    "close": {"side"},
    "withdraw": {"side"},
}


@pytest.mark.parametrize(("act", "role"), list(product(ALLOWED, ROLES)), ids=str)
def test_each_act_is_done_by_whom_it_belongs_to_and_by_nobody_else(cast, act, role):
    play = cast.blown()
    street = play.now().lead.street_code
    code, other = play.organisations()[:2]
    who = {
        "side": lambda: cast.street(street),
        "community": lambda: cast.one("community_officer", f"{street}001"),
        "grid_worker": lambda: cast.one("grid_worker", f"{street}001001"),
        "other_street": lambda: cast.street("370102002" if street != "370102002" else "370102003"),
        "answerer": lambda: cast.department(code),
        "other_answerer": lambda: cast.department(other),
        "centre": lambda: cast.centre("370102"),
        "administrator": lambda: cast.one("administrator", "370102"),
    }[role]()
    prepared(play, act, code)
    deed = {
        "acknowledge": lambda: play.do("acknowledge", who, code),
        "check_in": lambda: play.check_in(code, by=who),
        "measure": lambda: play.measure(code, by=who),
        "leave": lambda: play.do("leave", who, code),
        "release": lambda: play.release(code, who),
        "excuse": lambda: play.excuse(code, who),
        "rate": lambda: play.rate(code, 4, who),
        "close": lambda: play.close(who),
        "withdraw": lambda: play.withdraw(who),
    }[act]
    if role in ALLOWED[act]:
        assert deed()["act"]
    else:
        before = play.now()
        # The district stands above, and acts in a side's stead, but not before that is silent.
        stands_above = role == "centre" and act in {"release", "excuse", "close", "withdraw"}
        refusals = (RuleError,) if stands_above else (NotAllowedError, NotFoundError)
        with pytest.raises(refusals):
            deed()
        assert play.now() == before


def prepared(play, act: str, code: str) -> None:
    """Bring a blown whistle to where `act` can be done."""
    if act in {"measure", "release", "leave", "rate", "close"}:
        play.check_in(code)
    if act in {"release", "leave", "rate", "close"}:
        play.measure(code)
    if act in {"leave", "rate", "close"}:
        play.release(code)
    if act == "close":
        for other in play.organisations()[1:]:
            play.excuse(other)


# Leaving, releasing, rating, closing


def test_leaving_before_the_release_is_impossible_and_every_attempt_stays(cast):
    play = cast.blown()
    code = play.organisations()[0]
    with pytest.raises(RuleError, match="leave is not possible"):
        play.leave(code)
    play.come(code)
    for _ in range(2):
        with pytest.raises(RuleError, match="before you are released"):
            play.leave(code)
    assert rows(cast, summons_attempt, organisation_code=code) == 2
    assert play.kinds().count("leave_refused") == 2
    play.release(code)
    assert play.leave(code)["says"]["organisation_code"] == code
    assert play.now().call(code).left_at == cast.clock()


def test_nobody_is_released_before_its_measure_is_filed_nor_twice(cast):
    play = cast.blown()
    code = play.organisations()[0]
    play.check_in(code)
    with pytest.raises(RuleError, match="to file its measure"):
        play.release(code)
    play.measure(code)
    play.measure(code, "又加固了围挡")
    play.release(code)
    with pytest.raises(ConflictError, match=r"let .* go already"):
        play.release(code)
    assert len(play.log()["measures"]) == 2


def test_nobody_lets_themselves_go_nor_rates_themselves_under_whichever_account(cast):
    receipt = cast.reported_inside()
    street = receipt.cell_code[:9]
    section = f"{street}-S"
    officer = cast.with_grant(cast.street(street), "street_officer", street, section)
    made = blow(cast, officer, receipt.id, by_list=False, organisations=(section,), reason="本街道先到")
    play = Play(cast, made["whistle_id"])
    with pytest.raises(NotAllowedError, match="somebody else"):
        play.excuse(section, officer)
    hand = somebody(cast.store, "street_officer", street, section)
    second, boss = somebody(cast.store, "street_officer", street), somebody(cast.store, "street_officer", street)
    cast.are_one_person(hand, second)
    play.check_in(section, by=hand)
    play.measure(section, by=hand)
    for self_serving in (officer, second):
        with pytest.raises(NotAllowedError, match="somebody else"):
            play.release(section, self_serving)
    play.release(section, boss)
    for self_serving in (officer, second):
        with pytest.raises(NotAllowedError, match="somebody else"):
            play.rate(section, 5, self_serving)
    assert play.rate(section, 5, boss)["says"]["score"] == 5


def test_a_second_rating_is_a_fact_of_its_own_beside_the_first(cast):
    play = cast.blown()
    code = play.organisations()[0]
    play.come(code)
    play.release(code)
    play.rate(code, 5)
    play.rate(code, 2, words="后续发现问题未解决")
    assert [(r["seq"], r["score"]) for r in play.log()["ratings"]] == [(1, 5), (2, 2)]
    assert play.kinds().count("summons_rated") == 2
    with pytest.raises(NotAllowedError):
        play.rate(code, 1, cast.department(code))


def test_a_side_does_not_close_while_somebody_is_on_site(cast):
    play = cast.blown()
    first, *others = play.organisations()
    play.come(first)
    for code in others:
        play.excuse(code)
    with pytest.raises(RuleError, match=f"Still on site: {first}; never came: nobody"):
        play.close()
    play.release(first)
    assert play.close()["stage"] == "closed"
    with pytest.raises(RuleError, match="closed"):
        play.close()


# Seeing, repeating, deciding on an old state


def test_whoever_has_no_part_in_it_does_not_see_it(cast):
    play = cast.blown()
    for stranger in (
        cast.department("370112-D-ZF"),
        cast.centre("370112"),
        cast.street("370103001"),
        cast.one("grid_worker", "370103001001001"),
    ):
        with pytest.raises(NotFoundError):
            cast.whistling.whistle(stranger, play.whistle_id)
        with pytest.raises(NotFoundError):
            play.do("leave", stranger, "370102-D-ZF")
        assert cast.whistling.whistles(stranger, limit=10) == []
    seen = cast.whistling.whistles(cast.department("370102-D-ZF"), limit=10)
    assert [w["id"] for w in seen] == [UUID(str(play.whistle_id))]


def test_an_act_decided_on_an_older_state_is_answered_with_both(cast):
    play = cast.blown()
    first, second = play.organisations()[:2]
    old = play.now().revision
    play.acknowledge(first)
    with pytest.raises(StaleError) as caught:
        cast.whistling.acknowledge(cast.department(second), play.whistle_id, Asked(new_id(), old), second)
    ((yours, stored),) = ((both["yours"], both["stored"]) for both in caught.value.details)
    assert yours == {"revision": old, "act": "acknowledge", "organisation_code": second}
    assert (stored["id"], stored["revision"], stored["stage"]) == (str(play.whistle_id), old + 1, "blown")
    new = Asked(new_id(), old + 1)
    assert cast.whistling.acknowledge(cast.department(second), play.whistle_id, new, second)["revision"] == old + 2


@pytest.mark.parametrize("act", ["confirm", "withdraw", "close", "release", "excuse", "rate", "acknowledge", "vouch"])
def test_whoever_may_never_do_it_hears_that_and_not_that_the_whistle_has_changed(cast, act):
    play = cast.blown()
    code = play.organisations()[0]
    arguments = {
        "withdraw": ("误报",),
        "release": (Which(code),),
        "excuse": (Which(code), "另有任务"),
        "rate": (Rating(code, 3, "好"),),
        "acknowledge": (code,),
        "vouch": (play.sighting(code),),
    }
    old = Asked(new_id(), play.now().revision)
    play.acknowledge(code)
    never = cast.centre("370102") if act == "vouch" else cast.one("grid_worker", play.cell())
    ever = cast.department(code) if act == "acknowledge" else play.lead_street()
    for by, refusal in ((never, NotAllowedError), (ever, StaleError)):
        with pytest.raises(refusal):
            getattr(cast.whistling, act)(by, play.whistle_id, old, *arguments.get(act, ()))


def test_the_same_id_for_another_act_or_by_somebody_else_is_a_conflict(cast):
    play = cast.blown()
    first, second = play.organisations()[:2]
    asked = Asked(new_id())
    cast.whistling.acknowledge(cast.department(first), play.whistle_id, asked, first)
    with pytest.raises(ConflictError):
        cast.whistling.leave(cast.department(first), play.whistle_id, asked, first)
    with pytest.raises(ConflictError):
        cast.whistling.acknowledge(cast.department(second), play.whistle_id, asked, second)


def test_a_whistle_blown_twice_by_one_id_is_one_whistle(cast):
    receipt = cast.reported_inside()
    street, asked, order = cast.street(receipt.cell_code[:9]), Asked(new_id()), BlowOrder(receipt.id)
    first = cast.whistling.blow(street, asked, order)
    assert cast.whistling.blow(street, asked, order) == first | {"replayed": True}


@pytest.mark.parametrize("words", ["", " \u3000 ", "长" * 2_001, "a\x00b"])
def test_words_that_say_nothing_too_much_or_a_nul_are_refused(cast, words):
    play = cast.blown()
    with pytest.raises(InputError):
        play.measure(play.organisations()[0], words)
    with pytest.raises(InputError):
        play.do("rate", play.lead_street(), Rating(play.organisations()[0], 3, words))


# Deadlines


def test_a_measure_that_is_not_filed_escalates(cast):
    play = cast.blown()
    code = play.organisations()[0]
    for other in play.organisations()[1:]:
        play.excuse(other)
    play.check_in(code)
    passed(cast, 24 * 60)
    assert (cast.sweep(), cast.sweep()) == (1, 0)
    (fact,) = [f.payload for f in play.facts() if f.kind == "whistle_escalated"]
    assert (fact["due"], fact["target"]) == ("measure", code)


def test_a_check_in_takes_the_deadline_away_and_a_closed_whistle_is_never_swept(cast):
    play = cast.blown()
    for code in play.organisations():
        play.come(code)
        play.release(code)
    play.close()
    passed(cast, 60 * 24 * 400)
    assert cast.sweep() == 0


def test_late_by_days_every_step_fires_once_and_everybody_is_told_once(cast):
    play = cast.blown()
    passed(cast, 60 * 24 * 3)
    assert (cast.sweep(), cast.sweep()) == (1, 0)
    late = [f.payload for f in play.facts() if f.kind == "whistle_escalated"]
    assert [(f["target"], f["step"]) for f in late] == [
        (code, step) for step in (1, 2) for code in sorted(play.organisations())
    ]
    assert rows(cast, notice, kind="whistle.escalated") == 8
    assert rows(cast, notice, kind="whistle.late") == 8


def test_the_sides_of_a_draft_are_told_and_see_it(cast):
    play = cast.drafted()
    for side in play.now().sides:
        assert rows(cast, notice, kind="whistle.drafted", area_code=side.street_code) == 1
        assert cast.whistling.whistle(cast.street(side.street_code), play.whistle_id)["stage"] == "drafted"
        assert cast.whistling.whistle(cast.centre(side.street_code[:6]), play.whistle_id)["stage"] == "drafted"
