"""What is told of whistles: every notice says for which case, where and until when, and nothing of who reported."""

from typing import Any

import pytest
from sqlalchemy import select

from gridgov.errors import RuleError
from gridgov.incidents import Reporter
from gridgov.messages import KINDS, codes_in, letter
from gridgov.store.tables import notice
from tests.support import lacking
from tests.whistles.stage import Cast, Play, blow, passed


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
