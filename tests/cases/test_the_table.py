"""The lifecycle as a table, held against what the city promises, pair by pair and role by role. No database."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from types import MappingProxyType

import pytest

from gridgov.access import ROLES, Grant, Subject, party_of
from gridgov.errors import NotAllowedError, RuleError
from gridgov.ids import new_id
from gridgov.incidents import Clock, Stage, Standing
from gridgov.incidents.lifecycle import LIMIT_OF, TABLE, Act, Effect, Possibility, possibilities, require_possible
from tests.cases.promise import may, promised

CELL = "370102003002001"
DEPARTMENT, STRANGER = "370102-D-CG", "370102-D-HW"
PERMISSIONS = MappingProxyType({role.code: role.permissions for role in ROLES})


def subject(login: str, *grants: tuple[str, str, str | None], scopes: frozenset[str] | None = None) -> Subject:
    held = tuple(Grant(role, area, organisation, PERMISSIONS[role]) for role, area, organisation in grants)
    return Subject(new_id(), login, login, None, held, new_id(), scopes)


PEOPLE = {
    "centre": subject("centre", ("command_centre", "370102", None)),
    "street": subject("street", ("street_officer", CELL[:9], None)),
    "community": subject("community", ("community_officer", CELL[:12], None)),
    "worker": subject("worker", ("grid_worker", CELL, None)),
    "lane_chief": subject("lane_chief", ("lane_chief", CELL[:12], None)),
    "handler": subject("handler", ("department_officer", "370102", DEPARTMENT)),
    "colleague": subject("colleague", ("department_officer", "370102", DEPARTMENT)),
    "department_over_the_place": subject("x", ("department_officer", CELL[:9], STRANGER)),
    "other_department": subject("other", ("department_officer", "370102", STRANGER)),
    "former_department": subject("former", ("department_officer", "370102", "370102-D-YL")),
    "other_street": subject("other_street", ("street_officer", "370102001", None)),
    "other_district": subject("other_district", ("command_centre", "370103", None)),
    "planner": subject("planner", ("planner", "370102", None)),
    "administrator": subject("administrator", ("administrator", "370102", None)),
    "auditor": subject("auditor", ("auditor", "370102", None)),
    "reporter": subject("reporter", ("grid_worker", "370102001001001", None)),
    "nobody": subject("nobody"),
    "narrow_token": subject("narrow", ("command_centre", "370102", None), scopes=frozenset({"case.note"})),
}


def standing(stage: Stage) -> Standing:
    before = {Stage.REJECTED: Stage.FILED, Stage.MERGED: Stage.FILED, Stage.SUSPENDED: Stage.HANDLING}
    return Standing(
        district_code="370102",
        incident_id=new_id(),
        number="370102-260615-7K3M9QXA",
        list_version=1,
        stage=stage,
        revision=3,
        matter_code="20908",
        priority=3,
        cell_district_code="370102",
        cell_code=CELL,
        lead_organisation_code=DEPARTMENT,
        first_organisation_code=DEPARTMENT,
        handling_organisation_code=DEPARTMENT,
        handler="handler",
        stage_since=datetime(2026, 6, 15, tzinfo=UTC),
        stage_before=before.get(stage),
        clock=Clock.RUNNING,
        due_kind=LIMIT_OF.get(stage),
        deadline_at=None,
        due_at=None,
        due_step=0,
        remaining_s=None,
        handling_left_s=None,
        extension_s=None,
        suspended_until=None,
        merged_into_id=None,
        transfers=0,
        reopenings=0,
        parties=frozenset(
            {"370102", CELL, *map(party_of, (DEPARTMENT, "370102-D-YL")), str(PEOPLE["reporter"].account_id)}
        ),
    )


def test_the_table_says_what_is_promised_and_nothing_else():
    shown = {(stage, act): row.next_stage(standing(stage)) for (stage, act), row in TABLE.items()}
    assert shown == promised()


@pytest.mark.parametrize("stage", Stage)
def test_every_act_of_every_person_at_a_stage_is_as_promised(stage):
    there = promised()
    for act, who in product(Act, PEOPLE):
        case, person = standing(stage), PEOPLE[who]
        if may(who, stage, act):
            assert require_possible(case, act, person).next_stage(case) is there[stage, act], (act, who)
            continue
        with pytest.raises((NotAllowedError, RuleError)) as caught:
            require_possible(case, act, person)
        assert len(caught.value.message) > 20, (act, who)


def test_an_act_that_is_too_early_says_what_can_be_done_and_by_whom():
    with pytest.raises(RuleError) as caught:
        require_possible(standing(Stage.REPORTED), Act.CLOSE, PEOPLE["centre"])
    said = {detail["act"]: (detail["who"], detail["permission"]) for detail in caught.value.details}
    assert said["file"] == ("office", "case.file")
    assert "file" in caught.value.message


@pytest.mark.parametrize("act", [Act.VERIFY, Act.SEND_BACK])
@pytest.mark.parametrize("organisation", [DEPARTMENT, STRANGER])
def test_the_handler_never_verifies_under_whatever_hat(act, organisation):
    hats = (("street_officer", CELL[:9], None), ("department_officer", "370102", organisation))
    with pytest.raises(NotAllowedError, match="yourself"):
        require_possible(standing(Stage.FED_BACK), act, subject("handler", *hats))
    if organisation == DEPARTMENT:
        with pytest.raises(NotAllowedError, match="You act for"):
            require_possible(standing(Stage.FED_BACK), act, subject("somebody", *hats))


def test_nobody_grants_an_extension_to_their_own_organisation():
    hats = (("command_centre", "370102", None), ("department_officer", "370102", DEPARTMENT))
    with pytest.raises(NotAllowedError, match="You act for"):
        require_possible(standing(Stage.HANDLING), Act.GRANT_EXTENSION, subject("somebody", *hats))


def test_a_case_in_no_cell_is_its_districts():
    case = replace(standing(Stage.REPORTED), cell_code=None, cell_district_code=None)
    assert require_possible(case, Act.FILE, PEOPLE["centre"])
    with pytest.raises(NotAllowedError):
        require_possible(case, Act.FILE, PEOPLE["street"])


def test_a_case_that_lies_across_the_border_is_acted_upon_from_both_sides():
    case = replace(standing(Stage.REPORTED), cell_code="370103001001001", cell_district_code="370103")
    assert require_possible(case, Act.FILE, PEOPLE["centre"])
    assert require_possible(case, Act.FILE, PEOPLE["other_district"])


def test_whoever_asks_is_told_of_every_act_and_why_not():
    told = possibilities(standing(Stage.FED_BACK), PEOPLE["worker"])
    assert [each.act for each in told] == list(Act)
    assert Possibility(Act.VERIFY, possible=True, to=Stage.VERIFIED, why_not=None) in told
    assert all(each.possible is (each.why_not is None) for each in told)


def test_an_extension_that_nobody_asked_for_is_not_offered_nor_one_asked_for_twice():
    case, centre, handler = standing(Stage.HANDLING), PEOPLE["centre"], PEOPLE["handler"]
    asked = replace(case, extension_s=3_600)

    def offered(which: Standing, who: Subject, act: Act) -> bool:
        return next(each.possible for each in possibilities(which, who) if each.act is act)

    assert not offered(case, centre, Act.GRANT_EXTENSION)
    assert not offered(case, centre, Act.REFUSE_EXTENSION)
    assert offered(asked, centre, Act.GRANT_EXTENSION)
    assert offered(case, handler, Act.ASK_EXTENSION)
    assert not offered(asked, handler, Act.ASK_EXTENSION)


def test_each_stage_on_the_way_has_a_limit_and_the_others_have_none():
    beside = {Stage.CLOSED, Stage.REJECTED, Stage.SUSPENDED, Stage.MERGED}
    assert set(LIMIT_OF) == set(Stage) - beside


def test_only_an_extension_gives_time():
    assert {act for (_, act), row in TABLE.items() if row.clock is Effect.EXTEND} == {Act.GRANT_EXTENSION}
