"""Whose a matter is at a place, what is against the list, and what streets must not be given."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgov.errors import InputError, RuleError
from gridgov.matters import (
    STREET_OFFICE,
    Counted,
    Matter,
    MatterList,
    Part,
    Responsibility,
    check_dispatch,
    contradictions,
    refuse_contradictions,
    require_admitted,
    who_answers,
)
from gridgov.organisations import Organisation, OrganisationBook, OrganisationKind

HERE, THERE = "370102", "370112"
STREET = f"{HERE}001"
K = OrganisationKind


def organisation(code: str, kind: OrganisationKind, area: str = HERE, parent: str | None = None) -> Organisation:
    return Organisation(uuid4(), code, code, kind, area, parent)


BOOK = OrganisationBook(
    [
        organisation(f"{HERE}-CG", K.DEPARTMENT),
        organisation(f"{THERE}-CG", K.DEPARTMENT, THERE),
        organisation(f"{HERE}-GA", K.DEPARTMENT),
        organisation(f"{HERE}-ZF", K.DEPARTMENT),
        organisation(f"{HERE}-STATION", K.STATION, STREET, f"{HERE}-CG"),
        organisation(f"{STREET}-S", K.STREET_OFFICE, STREET),
        organisation(f"{HERE}002-S", K.STREET_OFFICE, f"{HERE}002"),
        organisation(f"{STREET}002-C", K.COMMUNITY, f"{STREET}002", f"{STREET}-S"),
        organisation(f"{STREET}-T", K.STATION, STREET, f"{STREET}-S"),
        organisation(f"{STREET}-T1", K.STATION, STREET, f"{STREET}-T"),
        organisation(f"{STREET}002-T", K.STATION, f"{STREET}002", f"{STREET}002-C"),
        organisation(f"{HERE}-ROUND", K.STATION, HERE, f"{HERE}-ROUND"),
    ]
)


def matter(code: str = "m", *, admitted: bool = True, **more: Any) -> Matter:
    plain = Matter(code, "违建", "c", "s", "k", admitted, 1, timedelta(hours=1), timedelta(hours=8))
    return replace(plain, **more)


def parts(code: str, lead: str, *others: str) -> list[Responsibility]:
    return [
        Responsibility(code, lead, Part.LEAD),
        *(Responsibility(code, other, Part.COOPERATING) for other in others),
    ]


LIST = MatterList(
    3,
    [matter("m"), matter("street"), matter("kept", admitted=False)],
    [
        *parts("m", f"{HERE}-CG", f"{HERE}-GA", STREET_OFFICE),
        *parts("street", STREET_OFFICE, f"{HERE}-CG"),
        *parts("kept", f"{HERE}-GA", STREET_OFFICE),
    ],
)


def dispatch(code: str, to: str, *, street: str | None = STREET, district: str = HERE, reason: str | None = None):
    return check_dispatch(LIST, BOOK, code, to, street_code=street, district_code=district, reason=reason)


def test_the_list_names_departments_and_the_place_names_the_street():
    found = who_answers(LIST, BOOK, "m", street_code=STREET, district_code=HERE)
    assert (found.lead, found.cooperating) == (f"{HERE}-CG", (f"{HERE}-GA", f"{STREET}-S"))
    assert found.summoned == (f"{HERE}-CG", f"{HERE}-GA")  # the street blows, and is not summoned


def test_across_the_border_the_neighbour_answers_where_it_has_the_same_work():
    found = who_answers(LIST, BOOK, "m", street_code=None, district_code=THERE)
    assert (found.lead, found.cooperating) == (f"{THERE}-CG", (f"{HERE}-GA",))


def test_where_the_street_is_not_known_nobody_leads_in_its_place():
    found = who_answers(LIST, BOOK, "street", street_code=None, district_code=HERE)
    assert (found.lead, found.summoned) == (None, (f"{HERE}-CG",))


@pytest.mark.parametrize(
    ("code", "to"),
    [("m", f"{HERE}-CG"), ("m", f"{HERE}-STATION"), ("street", f"{STREET}-S"), ("street", f"{STREET}002-C")],
)
def test_who_leads_and_a_section_of_theirs_is_by_the_list(code, to):
    done = dispatch(code, to)
    assert not done.against_list
    assert done.said() == {"organisation": to, "matter": code, "list_version": 3}


@pytest.mark.parametrize(
    ("code", "to", "words"),
    [
        ("m", f"{HERE}-GA", "only cooperates"),
        ("m", f"{HERE}-ZF", "has no part"),
        ("m", f"{THERE}-CG", "has no part"),
        ("street", f"{HERE}002-S", "has no part"),
        ("street", f"{HERE}-CG", "only cooperates"),
    ],
)
def test_anybody_else_is_refused_without_a_reason_and_reported_with_one(code, to, words):
    with pytest.raises(RuleError, match=f"{words}.*version 3") as refused:
        dispatch(code, to)
    assert refused.value.field == "reason"
    assert refused.value.details[0]["list_version"] == 3
    done = dispatch(code, to, reason=" 主责单位人手不足 ")
    assert done.against_list
    assert done.said()["against_list"] == "主责单位人手不足"
    assert done.said()["lead"] == done.lead


@pytest.mark.parametrize("reason", ["", "   ", "\n\t"])
def test_an_empty_reason_is_none(reason):
    with pytest.raises(RuleError, match="for what reason"):
        dispatch("m", f"{HERE}-ZF", reason=reason)


def test_a_reason_without_need_makes_nothing_go_against_the_list():
    assert not dispatch("m", f"{HERE}-CG", reason="快").against_list


def test_a_reason_without_end_is_refused():
    with pytest.raises(InputError, match="are enough"):
        dispatch("m", f"{HERE}-ZF", reason="因" * 1_001)


OF_THE_STREET = [f"{STREET}-S", f"{STREET}002-C", f"{STREET}-T", f"{STREET}-T1", f"{STREET}002-T"]


@pytest.mark.parametrize("to", OF_THE_STREET)
@pytest.mark.parametrize("reason", [None, "急"])
def test_no_reason_gives_a_street_what_is_not_admitted(to, reason):
    with pytest.raises(RuleError, match="admission list"):
        dispatch("kept", to, reason=reason)


@pytest.mark.parametrize("to", [f"{HERE}-STATION", f"{HERE}-ROUND"])
def test_a_section_of_a_department_has_its_departments_powers(to):
    assert dispatch("kept", to, reason="急").against_list


def test_what_is_not_admitted_is_not_given_to_a_grid_worker():
    with pytest.raises(RuleError, match="not given to grid workers"):
        require_admitted(LIST, "kept")
    require_admitted(LIST, "m")


def test_where_the_street_is_not_known_any_office_of_a_street_is_by_the_list():
    assert not dispatch("street", f"{HERE}002-S", street=None).against_list


def test_unknown_matters_and_organisations_are_refused():
    with pytest.raises(InputError, match="no organisation 'X'"):
        dispatch("m", "X", reason="r")
    with pytest.raises(RuleError, match="not on the list"):
        dispatch("x", f"{HERE}-CG", reason="r")


@given(
    st.sampled_from(["m", "street", "kept"]),
    st.sampled_from([f"{HERE}-CG", f"{HERE}-GA", f"{HERE}-ZF", f"{STREET}-S", f"{HERE}002-S", f"{STREET}002-C"]),
    st.sampled_from([STREET, None]),
    st.sampled_from([HERE, THERE]),
)
def test_a_dispatch_is_by_the_list_with_a_reason_or_refused_and_never_silent(code, to, street, district):
    try:
        plain = dispatch(code, to, street=street, district=district)
    except RuleError as refused:
        if refused.field == "reason":
            assert dispatch(code, to, street=street, district=district, reason="r").said()["against_list"] == "r"
        else:
            assert not LIST.matter(code).admitted
    else:
        assert not plain.against_list
        assert "against_list" not in plain.said()


# --- lists that contradict themselves

CODES = {f"{HERE}-CG", f"{HERE}-GA"}


def faults(matters: list[Matter], responsibilities: list[Responsibility]) -> list[str]:
    found = contradictions(matters, responsibilities, organisations=CODES, whistle_kinds={"k"})
    return [f"{code}: {said}" for code, said in found]


def test_a_list_in_order_has_no_contradiction():
    assert faults([matter()], parts("m", f"{HERE}-CG", f"{HERE}-GA", STREET_OFFICE)) == []


GOOD = parts("m", f"{HERE}-CG")


@pytest.mark.parametrize(
    ("matters", "responsibilities", "words"),
    [
        ([], [], "at least one matter"),
        ([matter(), matter()], GOOD, "listed 2 times"),
        ([matter()], [*GOOD, *parts("other", f"{HERE}-CG")], "the list does not have it"),
        ([matter()], [], "0 lead"),
        ([matter()], [*GOOD, *parts("m", f"{HERE}-GA")], "2 lead"),
        ([matter()], parts("m", f"{HERE}-CG", f"{HERE}-CG"), "named 2 times"),
        ([matter()], parts("m", f"{HERE}-XX"), "no organisation"),
        ([matter(admitted=False)], parts("m", STREET_OFFICE), "keeps it from streets"),
        ([matter(whistle_kind="x")], GOOD, "no kind of whistle"),
        ([matter(priority=0)], GOOD, "priority 0"),
        ([matter(handle_within=timedelta(0))], GOOD, "time to handle"),
        ([matter(file_within=timedelta(minutes=-5))], GOOD, "time to file"),
        ([matter(handle_within=timedelta(days=400))], GOOD, "time to handle"),
        ([matter(counted=Counted.DAYS)], GOOD, "whole days"),
        ([matter(name="")], GOOD, "no code or no name"),
    ],
)
def test_a_contradiction_is_named(matters, responsibilities, words):
    assert any(words in fault for fault in faults(matters, responsibilities))


def test_all_contradictions_are_named_at_once():
    bad = [matter(str(n), priority=0) for n in range(7)]
    with pytest.raises(RuleError, match="and 9 more") as refused:
        refuse_contradictions(bad, [], organisations=CODES, whistle_kinds={"k"})
    assert len(refused.value.details) == 14
