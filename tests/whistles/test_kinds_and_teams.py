"""Kinds and teams are data."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gridgov.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    RuleError,
)
from gridgov.ids import new_id
from gridgov.services.whistling import Arranging, Callers, TeamOrder
from gridgov.whistles.teams import TeamKind
from tests.whistles.stage import Play, blow


@pytest.fixture
def arranging(cast) -> Arranging:
    return Arranging(cast.store, clock=cast.clock, home_district="370102")


def test_a_local_kind_is_a_row_and_can_be_blown(cast, arranging):
    admin = cast.one("administrator", "370102")
    with cast.store.transaction() as unit:
        kind = unit.whistles.kinds.all()["emergency"]
    local = replace(kind, code="flood", name="防汛哨", check_in_within=timedelta(minutes=15), source="区防汛指挥部")
    with pytest.raises(NotAllowedError):
        arranging.put_kind(cast.street("370102001"), local)
    arranging.put_kind(admin, local)
    assert "flood" in {k.code for k in arranging.kinds(cast.street("370102001"))}
    play = cast.blown(kind="flood")
    assert play.now().call("370102-D-ZF").due_at == cast.clock() + timedelta(minutes=15)


def test_kinds_are_changed_by_whoever_looks_after_the_home_districts_rules_and_the_change_is_logged(cast, arranging):
    with cast.store.transaction() as unit:
        kind = unit.whistles.kinds.all()["emergency"]
    slow = replace(kind, check_in_within=timedelta(minutes=600))
    for elsewhere in ("370112", "370112001", "370102001"):
        with pytest.raises(NotAllowedError):
            arranging.put_kind(cast.one("administrator", elsewhere), slow)
    for _ in range(2):
        arranging.put_kind(cast.one("administrator", "3701"), slow)
    with cast.store.transaction() as unit:
        logged = [row["data"] for row in unit.worktime.changes(limit=10) if row["what"] == "whistle_kind"]
    assert logged == [{"code": "emergency", "was": {"check_in_minutes": 30}, "is": {"check_in_minutes": 600}}]


@pytest.mark.parametrize(
    "changes",
    [
        {"check_in_within": timedelta(0)},
        {"geofence_m": 1.0},
        {"min_share": 0.0},
        {"issuers": frozenset()},
        {"skew_within": timedelta(days=3)},
    ],
)
def test_a_kind_that_cannot_be_lived_by_is_refused(cast, arranging, changes):
    with cast.store.transaction() as unit:
        kind = unit.whistles.kinds.all()["emergency"]
    with pytest.raises(InputError) as caught:
        arranging.put_kind(cast.one("administrator", "370102"), replace(kind, **changes))
    assert caught.value.field


def test_a_command_group_is_summoned_at_once_without_the_list(cast, arranging):
    receipt = cast.reported_inside()
    street_code = receipt.cell_code[:9]
    street = cast.street(street_code)
    group = TeamOrder(TeamKind.GROUP, "拆违指挥组", street_code, ("370102-D-ZF", "370102-E-GD"), "370102-E-GD")
    team, _ = arranging.add_team(street, group)
    with pytest.raises(ConflictError, match="choose another name"):
        arranging.add_team(street, replace(group, id=new_id()))
    with pytest.raises(NotAllowedError):
        arranging.add_team(street, replace(group, area_code="370102"))
    blow(cast, street, receipt.id, by_list=False, teams=(team.id,))
    with cast.store.transaction() as unit:
        live = unit.whistles.live.of_incident("370102", receipt.id)
    assert live is not None
    assert {(s.organisation_code, s.origin) for s in live.called} == {("370102-D-ZF", "team"), ("370102-E-GD", "team")}


def test_the_lead_of_a_team_leads_where_the_list_does_not_decide(cast, arranging):
    receipts = [cast.reported_inside() for _ in range(2)]
    street_code = receipts[0].cell_code[:9]
    street = cast.street(street_code)
    members = ("370102-D-ZF", "370102-D-HW", "370102-D-GA")
    group = TeamOrder(TeamKind.GROUP, "组", street_code, members, "370102-D-HW")
    template = replace(group, kind=TeamKind.TEMPLATE, name="模板", lead="370102-D-GA", id=new_id())
    for receipt, order, by_list, lead in (
        (receipts[0], group, False, "370102-D-HW"),
        (receipts[1], template, True, "370102-D-ZF"),
    ):
        team, _ = arranging.add_team(street, order)
        play = Play(cast, blow(cast, street, receipt.id, by_list=by_list, teams=(team.id,))["whistle_id"])
        assert [call.organisation_code for call in play.now().called if call.leads] == [lead]


def test_a_team_is_summoned_in_its_own_area_and_a_communitys_beside_the_list_with_a_reason_only(cast, arranging):
    receipt = cast.reported_inside()
    community, street_code = receipt.cell_code[:12], receipt.cell_code[:9]
    lane = cast.one("lane_chief", community)
    far, _ = arranging.add_team(
        cast.one("community_officer", "370112002001"),
        TeamOrder(TeamKind.GROUP, "远方", "370112002001", ("370112-D-GA",)),
    )
    with pytest.raises(RuleError, match="lies elsewhere"):
        blow(cast, lane, receipt.id, by_list=False, teams=(far.id,), reason="急")
    order = TeamOrder(TeamKind.GROUP, "近邻", community, ("370102-D-ZF", "370102-D-HW"))
    near, _ = arranging.add_team(lane, order)
    with pytest.raises(RuleError, match="370102-D-HW is not on the responsibility list"):
        blow(cast, lane, receipt.id, by_list=False, teams=(near.id,))
    for area in (street_code, "370102"):
        chief = cast.one("lane_chief", area)
        with pytest.raises(NotAllowedError, match="made by its street"):
            arranging.add_team(chief, replace(order, area_code=area))
    assert blow(cast, lane, receipt.id, by_list=False, teams=(near.id,), reason="急")["stage"] == "blown"


def test_a_template_calls_those_of_each_sides_district(cast, arranging):
    template = TeamOrder(TeamKind.TEMPLATE, "跨区联合", "370102", ("370102-D-XF", "370102-D-ZF"))
    team, _ = arranging.add_team(cast.centre("370102"), template)
    play = cast.drafted()
    wanted = Callers(by_list=False, teams=(team.id,), reason="消防隐患")
    play.do("choose_summons", play.lead_street(), wanted)
    assert set(play.organisations()) == {f"{d}-D-{x}" for d in ("370102", "370112") for x in ("XF", "ZF")}
    arranging.retire_team(cast.centre("370102"), team.id)
    assert team.id not in {t.id for t in arranging.teams(cast.centre("370102"))}
    with pytest.raises(NotFoundError):
        play.do("choose_summons", play.lead_street(), wanted)


@pytest.mark.parametrize(
    "changes",
    [
        {"members": ()},
        {"members": ("370102-D-XX",)},
        {"lead": "370102-D-GA"},
        {"name": " "},
        {"name": "长" * 81},
        {"area_code": "37010"},
    ],
)
def test_a_team_of_nobody_or_of_unknowns_is_refused(cast, arranging, changes):
    order = TeamOrder(TeamKind.GROUP, "组", "370102", ("370102-D-ZF",))
    with pytest.raises(InputError):
        arranging.add_team(cast.centre("370102"), replace(order, **changes))
