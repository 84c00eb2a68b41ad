"""The whole way of a planner: a street's buildings, its atoms, a fairer grid, a draft of it, and the grid in force."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from gridgov.planning import Plan, rebalance
from gridgov.services.connecting import Gov
from gridgov.store.unit import Store
from tests.support import NOON, SetClock, somebody

STREET = "370102004"


@pytest.fixture
def sample_store(own_sample_url: str) -> Iterator[Store]:
    found = Store(own_sample_url)
    yield found
    found.close()


@pytest.fixture
def planner(sample_store: Store) -> Gov:
    return Gov(sample_store, clock=SetClock(NOON), caller=somebody(sample_store, "planner", "370102"))


@pytest.fixture
def plan(planner: Gov) -> Plan:
    return rebalance(planner.atoms(area=STREET), band=0.25, front=(), effort="preview")


def test_a_plan_becomes_the_grid_and_what_it_left_alone_stays(sample_store: Store, planner: Gov, plan: Plan) -> None:
    draft = planner.draft(plan, title="均衡")
    assert draft.faults == []
    preview = planner.preview(draft)
    touched = set(plan.moves["source"]) | set(plan.moves["to"])
    today = set(plan.today)
    assert preview.counts["unchanged"] == len(planner.cells().query("district_code == '370102'")) - len(touched & today)
    planner.propose(draft)
    chief = Gov(sample_store, clock=SetClock(NOON), caller=somebody(sample_store, "command_centre", "370102"))
    first = NOON + timedelta(days=20)
    chief.approve(draft, at=first)
    published = planner.publish(draft)
    before, after = (planner.cells(as_of=moment) for moment in (first - timedelta(seconds=1), first))
    kept = before[~before["code"].isin(touched)].set_index("code").geometry
    assert after.set_index("code").geometry[kept.index].geom_equals_exact(kept, 0).all()
    street = after[after["street_code"] == STREET]
    assert len(street) == len(today)
    assert published.published_version is not None
    carried = plan.loads.loc[plan.loads["load"] > 0, "residents"].sum()
    assert street["households"].sum() == pytest.approx(carried)
