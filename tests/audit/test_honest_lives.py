"""No false alarm: whatever is honestly done to a case, its rows agree with its facts."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings

from gridgov.incidents.lifecycle import TABLE, Act
from gridgov.services.comparing import Sealed, check_chain, check_incident, check_rows
from tests.cases.conftest import begin, clock, intake, keeper, store
from tests.cases.people import another, asked_of
from tests.cases.test_random_lives import do, steps, undone, who_does

__all__ = ["clock", "intake", "keeper", "store"]


def findings(life) -> list:
    standing = life.standing()
    head = (standing.district_code, standing.incident_id)
    with life.store.transaction() as unit:
        facts = unit.stories.facts(*head)
        row = unit.audit.incident(*head)
        sealed = Sealed(head[0], None, life.clock() - timedelta(days=9999))
        found = [*check_chain(head[1], facts, sealed), *check_incident(row, facts, with_reporter=False)]
        return [*found, *check_rows(*head, facts, unit.audit.rows_of(*head))]


@given(steps=steps)
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_honest_life_is_found_whole(store, clock, keeper, intake, steps):
    with undone(store):
        start = clock()
        life = begin(store, clock, keeper, intake)
        for drawn, minutes, against in steps:
            clock.move(timedelta(minutes=minutes))
            there = [row.act for row in TABLE.values() if row.stage is life.standing().stage]
            do(life, there[drawn % len(there)] if isinstance(drawn, int) else drawn, against)
            assert findings(life) == []
        clock.moment = start


def test_a_case_merged_unmerged_reclassified_and_moved_is_found_whole(store, clock, keeper, intake):
    life = begin(store, clock, keeper, intake)
    target = another(life, text="同一处")
    for act, changes in (
        (Act.MERGE, {"into_id": target.id}),
        (Act.UNMERGE, {}),
        (Act.RECLASSIFY, {}),
        (Act.FILE, {}),
        (Act.RELOCATE, {}),
        (Act.REJECT, {}),
        (Act.REOPEN, {}),
    ):
        life.do(who_does(life, act), asked_of(life, act, **changes))
        assert findings(life) == [], act
