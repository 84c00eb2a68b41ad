"""A whistle follows its case: it ends with it, is drafted anew with it, and is never left behind."""

from typing import Any

import pytest

from gridgov.access import Caller
from gridgov.errors import RuleError
from gridgov.ids import new_id
from gridgov.incidents.asked import (
    Accept,
    Asked,
    Close,
    Dispatch,
    FeedBack,
    File,
    Merge,
    Reclassify,
    Reject,
    Relocate,
    Reopen,
    Unmerge,
    Verify,
)
from gridgov.incidents.lifecycle import Act, Possibility
from gridgov.incidents.standing import Standing
from gridgov.services.casework import Casework
from gridgov.whistles import Stage, Whistle
from tests.support import at, over
from tests.whistles.stage import ILLEGAL_BUILDING, INSIDE, Cast, Play, border_block, passed

NOISE = "20908"
"""A matter that may not be whistled."""
ANOTHER_STREET = at(117.02, 36.665)


class Office:
    """What the people of a case do, with the city's command centre doing whatever nobody else must."""

    def __init__(self, cast: Cast, keeper: Any) -> None:
        self.cast = cast
        self._casework = Casework(cast.store, clock=cast.clock, keeper=keeper)

    def does(self, incident_id: Any, asked: Asked, by: Caller | None = None) -> dict[str, Any]:
        by = by or self.cast.centre("3701")
        return self._casework.act(by, incident_id, asked, act_id=new_id()).answer

    def possible(self, incident_id: Any) -> dict[Act, Possibility]:
        """Return what the city's command centre is told of each act."""
        return {one.act: one for one in self._casework.prospect(self.cast.centre("3701"), incident_id).acts}

    def standing(self, incident_id: Any) -> Standing:
        with self.cast.store.transaction() as unit:
            return unit.cases.read(incident_id)

    def whistle(self, incident_id: Any) -> Whistle | None:
        """Return the newest whistle of a case."""
        with self.cast.store.transaction() as unit:
            now = unit.cases.read(incident_id)
            return unit.whistles.live.newest(now.district_code, incident_id)

    def verified(self, incident_id: Any) -> None:
        """Bring a case to where only closing is left."""
        lead = self.standing(incident_id).lead_organisation_code or ""
        self.does(incident_id, File())
        self.does(incident_id, Dispatch(organisation_code=lead))
        for asked in (Accept(), FeedBack(report="已拆除")):
            self.does(incident_id, asked, self.cast.department(lead))
        self.does(incident_id, Verify())


@pytest.fixture
def office(cast, keeper) -> Office:
    return Office(cast, keeper)


def to_reject(_: Office, __: Any) -> Asked:
    return Reject(reason="误报")


def to_merge(office: Office, _: Any) -> Asked:
    return Merge(into_id=office.cast.reported_inside().id)


def to_close(office: Office, incident_id: Any) -> Asked:
    office.verified(incident_id)
    return Close()


ENDS = pytest.mark.parametrize("prepare", [to_reject, to_merge, to_close])


@ENDS
def test_a_draft_ends_with_its_case_and_nobody_is_summoned_or_late(cast, office, prepare):
    play = cast.drafted()
    incident_id = play.now().incident_id
    office.does(incident_id, prepare(office, incident_id))
    assert play.now().stage is Stage.WITHDRAWN
    assert play.kinds().count("whistle_withdrawn") == 1
    for side in play.now().sides:
        with pytest.raises(RuleError, match="The case is"):
            play.confirm(cast.street(side.street_code))
    passed(cast, 24 * 60)
    assert cast.sweep() == 0


@ENDS
def test_a_case_does_not_end_while_somebody_is_summoned_for_it(cast, office, prepare):
    play = cast.blown()
    incident_id = play.now().incident_id
    asked = prepare(office, incident_id)
    before = (office.standing(incident_id), play.now(), play.kinds())
    with pytest.raises(RuleError, match="close or withdraw it before") as refused:
        office.does(incident_id, asked)
    assert refused.value.details == [{"whistle_id": str(play.whistle_id), "stage": "blown"}]
    assert (office.standing(incident_id), play.now(), play.kinds()) == before
    play.withdraw()
    assert office.does(incident_id, asked)["stage"] in {"rejected", "merged", "closed"}


@ENDS
def test_whoever_asks_what_may_be_done_hears_that_a_whistle_is_in_the_way_as_if_they_had_tried(cast, office, prepare):
    play = cast.blown()
    incident_id = play.now().incident_id
    asked = prepare(office, incident_id)
    told = office.possible(incident_id)[asked.act]
    with pytest.raises(RuleError) as refused:
        office.does(incident_id, asked)
    assert (told.possible, told.to, told.why_not) == (False, None, refused.value.message)
    play.withdraw()
    assert office.possible(incident_id)[asked.act].possible


def test_a_draft_is_in_nobodys_way(cast, office):
    incident_id = cast.drafted().now().incident_id
    told = office.possible(incident_id)
    assert all(told[act].possible for act in (Act.REJECT, Act.MERGE, Act.RECLASSIFY, Act.RELOCATE))


@pytest.mark.parametrize(("prepare", "back"), [(to_reject, Reopen), (to_merge, Unmerge)])
def test_a_draft_that_ended_with_its_case_comes_back_with_it(cast, office, prepare, back):
    play = cast.drafted()
    incident_id = play.now().incident_id
    office.does(incident_id, prepare(office, incident_id))
    passed(cast, 30)
    office.does(incident_id, back(reason="并非误报"))
    again = office.whistle(incident_id)
    assert again is not None
    assert (again.stage, again.streets) == (Stage.DRAFTED, play.now().streets)
    assert {s.confirm_due_at for s in again.sides} == {cast.clock() + again.kind.confirm_within}
    assert {s.organisation_code for s in again.called} == {s.organisation_code for s in play.now().summons}


def test_what_a_street_has_withdrawn_does_not_come_back(cast, office):
    play = cast.drafted()
    incident_id = play.now().incident_id
    play.withdraw()
    passed(cast, 5)
    office.does(incident_id, Reject(reason="误报"))
    office.does(incident_id, Reopen(reason="并非误报"))
    assert office.whistle(incident_id) == play.now()


def test_another_matter_takes_the_draft_away_and_brings_one(cast, office):
    play = cast.drafted()
    incident_id = play.now().incident_id
    office.does(incident_id, Reclassify(matter=NOISE, reason="只是噪声"))
    assert play.now().stage is Stage.WITHDRAWN
    assert office.whistle(incident_id) == play.now()
    office.does(incident_id, Reclassify(matter=ILLEGAL_BUILDING, reason="确系违建"))
    again = Play(cast, office.whistle(incident_id).id)
    assert (again.now().stage, again.now().streets) == (Stage.DRAFTED, play.now().streets)
    for side in again.now().sides:
        assert cast.whistling.whistle(cast.street(side.street_code), again.whistle_id)["stage"] == "drafted"
        answer = again.confirm(cast.street(side.street_code))
    assert (answer["stage"], len(answer["says"]["summoned"])) == ("blown", 8)


def test_moving_a_case_over_a_border_drafts_a_whistle_and_moving_it_off_takes_it_away(cast, office):
    incident_id = cast.reported_inside().id
    office.does(incident_id, Relocate(position=over(border_block()), reason="位置有误"))
    drafted = office.whistle(incident_id)
    assert drafted is not None
    assert (drafted.stage, {s[:6] for s in drafted.streets}) == (Stage.DRAFTED, {"370102", "370112"})
    passed(cast, 1)
    office.does(incident_id, Relocate(position=at(INSIDE.x, INSIDE.y), reason="位置有误"))
    gone = office.whistle(incident_id)
    assert gone is not None
    assert (gone.id, gone.stage) == (drafted.id, Stage.WITHDRAWN)


def test_a_case_that_is_whistled_moves_within_its_streets_only_and_stays_what_it_is(cast, office):
    play = cast.blown()
    incident_id = play.now().incident_id
    for asked in (
        Relocate(position=ANOTHER_STREET, reason="位置有误"),
        Relocate(position=over(border_block()), reason="位置有误"),
        Reclassify(matter=NOISE, reason="只是噪声"),
    ):
        with pytest.raises(RuleError, match="close or withdraw it before"):
            office.does(incident_id, asked)
    office.does(incident_id, Relocate(position=at(INSIDE.x + 0.0005, INSIDE.y), reason="门口"))
    assert play.check_in(play.organisations()[0])["says"]["distance_m"] == 0


def test_a_case_whose_whistle_was_answered_is_whistled_again_by_hand_only(cast, office):
    play = cast.confirmed()
    incident_id = play.now().incident_id
    for side in sorted(play.now().streets):
        for code in play.organisations():
            play.excuse(code, cast.street(side))
        play.close(cast.street(side))
    office.does(incident_id, Relocate(position=over(border_block()), reason="补绘轮廓"))
    assert office.whistle(incident_id) == play.now()
