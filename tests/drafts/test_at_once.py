"""Two who publish at once, and a publication that is killed in its midst: all of it or nothing."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from gridgov.errors import RuleError, StaleError
from gridgov.services.drafting import Drafting
from gridgov.store.unit import Store
from tests.drafts.conftest import DISTRICT, Town, code, people_of, plan, settled
from tests.jobs.conftest import own_url
from tests.registers.test_at_once import at_once
from tests.support import NOON, SetClock, until_somebody_waits

__all__ = ["own_url"]

THEN = NOON + timedelta(days=20)
ONE, OTHER = (code(1, 1, 1), code(1, 1, 2)), (code(2, 2, 1), code(2, 2, 2))

PUBLISHING = """
import sys
from datetime import datetime
from uuid import UUID
from gridgov.access import Caller
from gridgov.services.drafting import Drafting
from gridgov.store.unit import Store

url, secret_hash, draft_id, now = sys.argv[1:]
drafting = Drafting(Store(url), clock=lambda: datetime.fromisoformat(now))
drafting.publish(Caller(bytes.fromhex(secret_hash)), UUID(draft_id))
"""

_WRITTEN = text(
    "SELECT DISTINCT relation::regclass::text FROM pg_locks WHERE mode = 'RowExclusiveLock' AND granted "
    "AND relation IN ('cell'::regclass, 'cell_lineage'::regclass, 'grid_version'::regclass, 'duty'::regclass) "
    "AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database()) ORDER BY 1"
)


class OwnStore(Store):
    """A store whose transactions commit; a test prepares its district by the same."""

    owning = Store.transaction


@pytest.fixture
def apart(own_url: str) -> Iterator[Town]:
    """Yield the district in a database of its own, where what is done stays done."""
    store, clock = OwnStore(own_url), SetClock(NOON)
    settled(store)
    town = Town(store, clock, Drafting(store, clock=clock), *people_of(store))
    town.give("李", ONE[1])
    yield town
    store.close()


def approved(town: Town, merged: tuple[str, str]) -> UUID:
    made = town.drafting.create(town.planner, plan(town.store, merged), title="并网格")
    town.drafting.propose(town.planner, made.id)
    return town.drafting.approve(town.centre, made.id, at=THEN).id


def versions(town: Town) -> list[int]:
    with town.store.transaction() as unit:
        return [v.version for v in unit.cells.versions(THEN) if v.district_code == DISTRICT]


def state(town: Town, draft_id: UUID) -> tuple[str, int]:
    row = town.drafting.one(town.planner, draft_id)
    return row.state, row.revision


def test_a_publication_that_is_killed_in_its_midst_leaves_nothing_and_is_done_again(apart, own_url):
    draft_id, before = approved(apart, ONE), apart.grid(THEN).drop(columns="geometry")
    with apart.store.transaction() as unit:
        # Its step is the last that a publication writes: cells, lineage, figures and duties are there by then.
        unit.connection.execute(text("LOCK TABLE draft_event IN SHARE MODE"))
        said = [own_url, apart.planner.secret_hash.hex(), str(draft_id), NOON.isoformat()]
        with subprocess.Popen([sys.executable, "-c", PUBLISHING, *said]) as process:
            until_somebody_waits(unit)
            written = unit.connection.execute(_WRITTEN).scalars().all()
            process.kill()
        assert process.returncode < 0
    assert written == ["cell", "cell_lineage", "duty", "grid_version"]
    assert (versions(apart), state(apart, draft_id)) == ([1], ("approved", 3))
    assert apart.grid(THEN).drop(columns="geometry").equals(before)
    assert (apart.answers(ONE[0], THEN), apart.answers(ONE[1], THEN)) == ([], ["李"])
    assert apart.drafting.publish(apart.planner, draft_id).published_version == 2
    assert (versions(apart), apart.answers(ONE[0], THEN)) == ([2], ["李"])


def test_of_two_drafts_for_one_moment_and_a_double_click_one_is_published(apart):
    one, two = approved(apart, ONE), approved(apart, OTHER)

    def publish(draft_id: UUID):
        return lambda: apart.drafting.publish(apart.planner, draft_id, revision=3)

    came = at_once(publish(one), publish(two), publish(one))
    assert len([found for found in came if isinstance(found, RuleError | StaleError)]) == 2, came
    assert (versions(apart), len(apart.grid(THEN))) == ([2], 15)
    assert sorted([state(apart, one), state(apart, two)]) == [("approved", 3), ("published", 4)]
