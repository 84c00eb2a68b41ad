"""Who leads, who comes, and when a whistle is drafted."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgov.errors import RuleError
from gridgov.matters import STREET_OFFICE, Matter, MatterList, Part, Responsibility
from gridgov.organisations import Organisation, OrganisationBook, OrganisationKind
from gridgov.whistles import Answerer, StreetShare, WhistleKind, answerer, draft_combined, issuing_streets

NOON = datetime(2026, 6, 15, 4, tzinfo=UTC)
KIND = WhistleKind("k", "综合执法哨", timedelta(minutes=30), timedelta(minutes=60), 0.05)
KINDS = {"k": KIND}


def matter(code: str = "m", whistle_kind: str | None = "k") -> Matter:
    return Matter(code, "违建", "c", "s", whistle_kind, True, 1, timedelta(hours=1), timedelta(hours=8))  # noqa: FBT003


def listed(*parts: tuple[str, Part], whistle_kind: str | None = "k") -> MatterList:
    return MatterList(1, [matter(whistle_kind=whistle_kind)], [Responsibility("m", name, part) for name, part in parts])


LIST = listed(("CG", Part.LEAD), ("GA", Part.COOPERATING), (STREET_OFFICE, Part.COOPERATING), ("CG", Part.COOPERATING))
shares_of_streets = st.dictionaries(
    st.sampled_from([f"3701{d}00{s}" for d in ("02", "03", "12") for s in range(1, 5)]), st.floats(0, 1), max_size=6
).map(lambda d: [StreetShare(code, share, share * 100) for code, share in d.items()])


@pytest.mark.parametrize("leads", [0, 2])
def test_a_matter_has_exactly_one_lead(leads):
    parts = [(f"O{i}", Part.LEAD) for i in range(leads)]
    with pytest.raises(RuleError, match="exactly one"):
        listed(*parts)


def test_a_responsibility_for_an_unknown_matter_is_refused():
    with pytest.raises(RuleError, match="does not define"):
        MatterList(1, [], [Responsibility("x", "CG", Part.LEAD)])


def test_an_unknown_matter_is_refused_with_where_to_look():
    with pytest.raises(RuleError, match="/api/v1/matters"):
        LIST.matter("x")


@given(shares_of_streets)
def test_a_whistle_is_drafted_exactly_when_two_streets_have_enough(shares):
    draft = draft_combined(shares, LIST, "m", KINDS, NOON)
    enough = [s for s in shares if s.share >= KIND.min_share]
    assert (draft is not None) == (len(enough) >= 2)


@given(shares_of_streets)
def test_the_largest_share_leads_and_exactly_one_side_does(shares):
    draft = draft_combined(shares, LIST, "m", KINDS, NOON)
    if draft:
        assert [side.leads for side in draft.sides] == [True] + [False] * (len(draft.sides) - 1)
        assert draft.sides[0].share == max(s.share for s in shares)


@given(shares_of_streets, st.randoms())
def test_the_order_of_shares_does_not_matter(shares, random):
    turned = list(shares)
    random.shuffle(turned)
    assert draft_combined(shares, LIST, "m", KINDS, NOON) == draft_combined(turned, LIST, "m", KINDS, NOON)


def test_equal_shares_are_led_by_the_lower_code():
    halves = [StreetShare("370112002", 0.5, 5), StreetShare("370102009", 0.5, 5)]
    assert [s.street_code for s in issuing_streets(halves, 0.05)] == ["370102009", "370112002"]


@pytest.mark.parametrize(
    ("code", "sort"),
    [
        ("G", Answerer.DISTRICT),
        ("D", Answerer.DEPARTMENT),
        ("S", Answerer.STREET_SECTION),
        ("E", Answerer.ENTERPRISE),
        ("C", None),
        ("D-T", Answerer.DEPARTMENT),
        ("S-T", Answerer.STREET_SECTION),
        ("S-T-1", Answerer.STREET_SECTION),
        ("T", Answerer.DEPARTMENT),
    ],
)
def test_a_station_answers_as_what_it_is_a_part_of(code, sort):
    k = OrganisationKind
    kinds = {"G": k.GOVERNMENT, "D": k.DEPARTMENT, "S": k.STREET_OFFICE, "E": k.ENTERPRISE, "C": k.COMMUNITY}
    stations = {"D-T": "D", "S-T": "S", "S-T-1": "S-T", "T": None}
    found = [Organisation(uuid4(), one, one, kind, "370102") for one, kind in kinds.items()]
    found += [Organisation(uuid4(), one, one, k.STATION, "370102", parent) for one, parent in stations.items()]
    book = OrganisationBook(found)
    organisation = book.by_code(code)
    assert organisation is not None
    assert answerer(organisation, book) is sort


def test_departments_are_summoned_once_and_street_offices_not_at_all():
    halves = [StreetShare("370112002", 0.4, 4), StreetShare("370102009", 0.6, 6)]
    draft = draft_combined(halves, LIST, "m", KINDS, NOON)
    assert draft is not None
    assert [(s.organisation_code, s.leads) for s in draft.summons] == [("CG", True), ("GA", False)]
    assert {s.due_at for s in draft.summons} == {NOON + timedelta(minutes=90)}
    assert {s.confirm_due_at for s in draft.sides} == {NOON + timedelta(minutes=60)}
    assert draft.crosses_district


def test_across_a_district_border_the_departments_of_both_districts_are_summoned():
    parts = [StreetShare("370112002", 0.6, 6), StreetShare("370102009", 0.4, 4)]
    draft = draft_combined(parts, LIST, "m", KINDS, NOON, counterpart=lambda code, district: f"{district}-{code}")
    assert draft is not None
    assert [(s.organisation_code, s.leads) for s in draft.summons] == [
        ("370112-CG", True),
        ("370112-GA", False),
        ("370102-CG", False),
        ("370102-GA", False),
    ]


def test_a_matter_that_may_not_be_whistled_drafts_nothing():
    halves = [StreetShare("370112002", 0.4, 4), StreetShare("370102009", 0.6, 6)]
    assert draft_combined(halves, listed(("CG", Part.LEAD), whistle_kind=None), "m", {}, NOON) is None
