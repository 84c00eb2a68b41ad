"""Which kinds of whistle somebody is offered over a case: just those that would be blown if they blew them."""

from contextlib import suppress
from dataclasses import replace

import pytest

from gridgov.errors import ConflictError, InputError, NotAllowedError, NotFoundError, RuleError
from gridgov.services.casework import Casework
from gridgov.store.tables import role, role_permission
from gridgov.whistles import IssuerLevel
from tests.whistles.stage import blow

REFUSED = (ConflictError, InputError, NotAllowedError, NotFoundError, RuleError)
KINDS = (*(f"of_{level}" for level in IssuerLevel), "gone")
ROLES = ("street_officer", "community_officer", "lane_chief", "command_centre", "grid_worker", "planner", "local")


@pytest.fixture
def casework(cast, keeper) -> Casework:
    return Casework(cast.store, clock=cast.clock, keeper=keeper)


@pytest.fixture(autouse=True)
def _kinds_of_all_levels(cast) -> None:
    """Have a kind for each level, and a role of the district's own."""
    with cast.store.owning() as unit:
        kind = unit.whistles.kinds.all()["emergency"]
        for level in IssuerLevel:
            unit.whistles.kinds.put(replace(kind, code=f"of_{level}", issuers=frozenset({level})))
        unit.whistles.kinds.put(replace(kind, code="gone", retired=True))
        unit.connection.execute(role.insert().values(code="local", name_zh="巡防员", name_en="Local patrol"))
        given = [{"role": "local", "permission": one} for one in ("case.read", "whistle.blow")]
        unit.connection.execute(role_permission.insert().values(given))


def offered(casework, by, incident_id) -> list[str]:
    """Return the kinds that somebody is offered, of those that are blown here."""
    with suppress(NotAllowedError, NotFoundError):
        return [code for code in casework.prospect(by, incident_id).whistle_kinds if code in KINDS]
    return []


def would_blow(cast, by, incident_id) -> set[str]:
    """Return the kinds that somebody blows in earnest, one after the other, each taken back."""
    found = set()
    for code in KINDS:
        trial = cast.store._connection.begin_nested()
        with suppress(*REFUSED):
            blow(cast, by, incident_id, kind=code)
            found.add(code)
        trial.rollback()
    return found


@pytest.mark.parametrize("name", ROLES)
def test_somebody_is_offered_what_they_could_blow(cast, casework, name):
    receipt = cast.reported_inside()
    for digits in (6, 9, 15):
        by = cast.one(name, receipt.cell_code[:digits])
        found = offered(casework, by, receipt.id)
        assert set(found) == would_blow(cast, by, receipt.id), digits
        assert bool(found) == (name not in {"grid_worker", "planner"})
        assert "gone" not in found


def test_each_side_of_a_border_is_offered_a_whistle_and_nobody_beside_it(cast, casework):
    draft = cast.drafted()
    incident_id, streets = draft.now().incident_id, sorted(draft.now().streets)
    assert offered(casework, cast.street(streets[0]), incident_id) == []  # the draft lives
    draft.withdraw()
    for by in (*map(cast.street, streets), cast.street("370102003"), cast.centre("370102"), cast.centre("3701")):
        assert set(offered(casework, by, incident_id)) == would_blow(cast, by, incident_id)
    assert all(offered(casework, cast.street(street), incident_id) for street in streets)


def test_the_kind_of_the_list_comes_first(cast, casework):
    with cast.store.transaction() as unit:
        first = min(unit.whistles.kinds.all())
        matter = next(one for one in unit.rules.matters() if one.whistle_kind not in {None, first})
    receipt = cast.reported_inside(matter=matter.code)
    found = casework.prospect(cast.street(receipt.cell_code[:9]), receipt.id).whistle_kinds
    assert found[0] == matter.whistle_kind
    assert first in found


def test_what_may_not_be_whistled_is_offered_to_nobody(cast, casework):
    with cast.store.transaction() as unit:
        quiet = next(one.code for one in unit.rules.matters() if one.whistle_kind is None)
    receipt = cast.reported_inside(matter=quiet)
    assert offered(casework, cast.street(receipt.cell_code[:9]), receipt.id) == []
