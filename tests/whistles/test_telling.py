"""What is told of whistles: every notice says for which case, where and until when, and nothing of who reported."""

from typing import Any

import pytest
from sqlalchemy import select

from gridgov.errors import RuleError
from gridgov.incidents import Reporter
from gridgov.messages import KINDS, codes_in, letter
from gridgov.services.exporting import Exporting
from gridgov.services.whistling import Which
from gridgov.store.tables import notice
from tests.support import lacking
from tests.whistles.stage import Cast, Play, blow, ended_by_one, passed


def told(cast: Cast, kind: str, **where: Any) -> list[dict[str, Any]]:
    """Return the data of the notices of a kind."""
    asked = [notice.c.kind == f"whistle.{kind}", *(notice.c[name] == value for name, value in where.items())]
    with cast.store.transaction() as unit:
        return list(unit.connection.execute(select(notice.c.data).where(*asked).order_by(notice.c.id)).scalars())


def in_words(cast: Cast, kind: str, data: dict[str, Any], language: str = "zh") -> str:
    with cast.store.transaction() as unit:
        names = unit.messages.names(codes_in(data))
    return letter(f"whistle.{kind}", data, at=cast.clock(), language=language, names=names).text


def everything_that_is_told(cast: Cast) -> None:
    """Let everything happen to whistles of which anybody is told."""
    combined_and_all_that_comes_of_it(cast)
    late_and_leaving(cast)
    cast.blown().withdraw()
    halved = cast.confirmed()
    halved.withdraw()
    ended_from_above(cast)


def combined_and_all_that_comes_of_it(cast: Cast) -> None:
    play = cast.drafted()
    one, two = (side.street_code for side in play.now().sides)
    came, vouched, *others = play.organisations()
    play.choose(cast.street(one), came, vouched, others[0])
    for street in (one, two):
        play.do("choose_lead", cast.street(street), two)
    for street in (one, two):
        play.confirm(cast.street(street))
    play.come(came)
    play.check_in(vouched, accuracy_m=5_000.0)
    play.vouch(vouched, cast.street(one))
    play.measure(vouched)
    for street in map(cast.street, (one, two)):
        play.release(came, street)
        play.release(vouched, street)
        play.excuse(others[0], street)
        play.close(street)
    play.rate(came, by=cast.street(one))


def late_and_leaving(cast: Cast) -> Play:
    play = cast.blown()
    code, *_ = play.organisations()
    play.check_in(code)
    with pytest.raises(RuleError, match="may not leave"):
        play.leave(code)
    passed(cast, 31)
    cast.sweep()
    return play


def ended_from_above(cast: Cast) -> Play:
    """Let the first side of a whistle end its part, and the city the other's."""
    play, city = ended_by_one(cast), cast.centre("3701")
    silent = play.now().sides[1].street_code
    came, *absent = play.organisations()
    for days in (7, 1):
        passed(cast, days * 24 * 60)
        cast.sweep()
    play.do("release", city, Which(came, silent), "长期未答复")
    for code in absent:
        play.do("excuse", city, Which(code, silent), "长期未答复")
    play.do("close", city, silent, "长期未答复")
    return play


def test_closing_late_is_told_of_the_side_that_has_not_closed_and_not_of_the_one_that_leads(cast):
    play = ended_from_above(cast)
    lead, silent = (side.street_code for side in play.now().sides)
    assert play.now().lead.street_code == lead
    late = [data for kind in ("escalated", "late") for data in told(cast, kind) if data["due"] == "close"]
    assert len(late) > 2
    assert {data["target"] for data in late} == {silent}
    with cast.store.transaction() as unit:
        names = unit.messages.names([f"area:{lead}", f"area:{silent}"])
    for data in late:
        said = in_words(cast, "escalated", data).splitlines()[0]
        assert "销哨超时" in said
        assert [names[f"area:{street}"] in said for street in (lead, silent)] == [False, True]


def test_a_side_that_has_said_that_it_needs_nobody_is_not_late_with_closing(cast):
    play = cast.confirmed()
    one, silent = (side.street_code for side in play.now().sides)
    play.withdraw(cast.street(one))
    passed(cast, 7 * 24 * 60)
    cast.sweep()
    assert {data["target"] for data in told(cast, "late") if data["due"] == "close"} == {silent}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_the_area_above_does_in_a_sides_stead_is_told_as_its_doing(cast, language):
    play = ended_from_above(cast)
    one, silent = (side.street_code for side in play.now().sides)
    theirs, others = (told(cast, "acted_above", area_code=street) for street in (silent, one))
    absent = len(play.organisations()) - 1
    assert [data["done"] for data in theirs] == ["release", *["excuse"] * absent, "close"]
    assert [data["done"] for data in others] == ["close"]
    assert [data["side"] for data in told(cast, "side_closed", whistle_id=play.now().id)] == [one, one]
    with cast.store.transaction() as unit:
        (name,) = unit.messages.names([f"area:{silent}"]).values()
    title = in_words(cast, "acted_above", theirs[-1], language).splitlines()[0]
    assert {"zh": f"3701已代{name}销哨", "en": f"In place of {name}, 3701 has closed"}[language] in title


def test_a_withdrawal_in_a_sides_stead_is_no_wish_of_that_side(cast):
    play, city = cast.confirmed(), cast.centre("3701")
    one, two = (side.street_code for side in play.now().sides)
    for days in (7, 1):
        passed(cast, days * 24 * 60)
        cast.sweep()
    play.do("withdraw", city, "长期未答复", one)
    play.do("withdraw", city, "长期未答复", two)
    assert told(cast, "side_withdrawn") == []
    assert [data["side"] for data in told(cast, "acted_above", area_code=one)] == [one, two]


def test_the_story_shows_of_whom_was_released_that_no_measure_was_filed_and_of_others_that_one_was(cast):
    play, exporting = cast.blown(), Exporting(cast.store, lambda: None, clock=cast.clock)
    came, mute, *_ = play.organisations()
    play.come(came)
    play.release(came)
    with cast.store.transaction() as unit:
        number = unit.cases.read(play.now().incident_id).number
    assert "未报措施" not in exporting.html(exporting.story_of(number))
    play.check_in(mute)
    passed(cast, 24 * 60)
    play.do("release", play.lead_street(), Which(mute), "无人填报")
    told = exporting.html(exporting.story_of(number))
    assert told.count("未报措施") == 1
    assert "无人填报" in told


def test_every_notice_of_a_whistle_holds_what_its_words_use(cast):
    everything_that_is_told(cast)
    assert lacking(cast.store, "whistle.") == ({code for code in KINDS if code.startswith("whistle.")}, {})


@pytest.mark.parametrize("language", ["zh", "en"])
def test_whoever_is_summoned_knows_from_the_message_alone_where_to_go_and_by_when(cast, language):
    play = cast.blown()
    (data, *_) = told(cast, "summoned", organisation_code=play.organisations()[0])
    said = in_words(cast, "summoned", data, language)
    with cast.store.transaction() as unit:
        number = unit.cases.read(play.now().incident_id).number
        names = unit.messages.names([f"area:{play.cell()[:9]}", f"area:{play.cell()[:12]}", f"address:{data['place']}"])
    assert len(names) == 3
    due = "2026-06-15 12:30"
    for wanted in (number, due, *names.values(), "117.09020, 36.65120"):
        assert wanted in said
    kind = {"zh": "综合执法哨", "en": "comprehensive-enforcement whistle"}
    assert kind[language] in said


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_side_knows_until_when_to_confirm_and_what(cast, language):
    play = cast.drafted()
    (data, *_) = told(cast, "drafted", whistle_id=play.now().id)
    said = in_words(cast, "drafted", data, language)
    assert "2026-06-15 13:00" in said.splitlines()[0]
    assert data["number"] in said


def test_whoever_is_late_hears_what_was_due_and_when(cast):
    play = late_and_leaving(cast)
    late = play.organisations()[1]
    (data,) = told(cast, "late", organisation_code=late)
    assert "2026-06-15 12:30" in in_words(cast, "late", data)
    (above, *_) = [one for one in told(cast, "escalated") if one["target"] == late]
    with cast.store.transaction() as unit:
        (name,) = unit.messages.names([f"organisation:{late}"]).values()
    assert name in in_words(cast, "escalated", above).splitlines()[0]


def test_nothing_that_the_reporter_said_is_told_of_a_whistle(cast):
    said = {"text": "张三家违建", "address": "张三家对面", "reporter": Reporter("张三", "13800001111")}
    receipt = cast.reported_inside(**said)
    play = Play(cast, blow(cast, cast.street(receipt.cell_code[:9]), receipt.id)["whistle_id"])
    passed(cast, 31)
    cast.sweep()
    with cast.store.transaction() as unit:
        mine = select(notice.c.data).where(notice.c.whistle_id == play.now().id)
        found = str(unit.connection.execute(mine).scalars().all())
    assert found
    assert not any(secret in found for secret in ("张三", "1380000", "违建"))
